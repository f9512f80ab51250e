"""A document enters the register, once, with its file and what was found in it; looking at its pages is a deed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent, keeping, kin
from registry.errors import ConflictError, UnknownError
from registry.ledger import log
from registry.models import Derivation, Document, LightDocument
from registry.recalling import refuse_recalled_documents
from registry.rows import flush_unique, get_row
from registry.rules import family, roles, takeover
from registry.rules.approval import Act
from registry.rules.codenames import CodeNameTaken, parse_code_name
from registry.rules.facts import DocumentFacts
from registry.rules.levels import Scheme
from registry.rules.roles import Action, Actor
from registry.rules.traceability import evidence_hash
from registry.rules.words import Content
from registry.stating import DocumentFile, stated
from registry.views.scope import get_within_reach


class DocumentNumberTaken(ConflictError):
    """The issuing unit has registered another document under this number."""

    code = "document-number-taken"


class UnknownPage(UnknownError):
    """The document has no page of this number."""

    code = "unknown-page"


class FileChanged(ConflictError):
    """The document has another file than the one that was looked at."""

    code = "file-changed"


@dataclass(frozen=True)
class KeptLight:
    """How the content of a document is kept that is registered under a code name.

    Attributes:
        room: The part of the store that holds it alone.
        until_at: When it is removed at the latest.
    """

    room: str
    until_at: datetime


def register(
    session: Session,
    facts: DocumentFacts,
    file: DocumentFile,
    *,
    enabled: Collection[Scheme],
    actor: Actor,
    now: datetime,
    light: KeptLight | None = None,
) -> int:
    """Enter a document into the register and return its id.

    The same file under the same number, registered by the same person, is the same registration sent twice:
    its id is returned and nothing is written. A document that was taken over from an older register gets its file when
    everything else that is stated is as it was; its old copies stay what they are. One that is made of others uses an
    approval to copy each of them. One with a code name is kept ``light``; it has no title.

    Raises:
        CodeNameTaken: another document has the code name.
        WrongSources, BelowSources, MixedSchemes: it cannot be made of these, or not be marked so.
        ConflictError: an approval is not usable, see ``consent.consume``, or a source is being recalled.
    """
    roles.require(actor, Action.REGISTER_DOCUMENT)
    document = stated(session, facts, enabled=enabled, actor=actor, now=now)
    file.describe(document)
    twin = _find_twin(session, document)
    if twin is not None and _is_resent(session, twin, document, facts):
        return twin.id
    if twin is not None and not (twin.cleaned_sha256 or facts.sources) and _is_stated_alike(twin, document):
        _add_file(session, twin, file, actor=actor, now=now)
        return twin.id
    derivations = _derive(session, document, facts, actor=actor, now=now)
    session.add(document)
    taken = DocumentNumberTaken(
        f"got document number {document.doc_number}, which its unit has used",
        doc_number=document.doc_number,
        unit=document.issuing_unit_id,
        document=None if twin is None else twin.id,
    )
    flush_unique(session, {(Document.issuing_unit_id, Document.doc_number): taken})
    for each in derivations:
        each.document_id = document.id
    session.add_all(derivations)
    session.flush()  # before the ledger is locked
    if facts.code_name is not None:
        _keep_light(session, document, facts.code_name, light, now)
    _record(session, document, derivations, actor=actor, now=now, is_light=facts.code_name is not None)
    return document.id


def open_pages(session: Session, document_id: int, *, actor: Actor, now: datetime) -> int:
    """Record that the actor looks at the pages of a document, and return how many there are.

    Raises:
        UnknownRow: there is no such document, or none whose pages the actor may see.
        DocumentWithoutFile, ContentRemoved: its pages are not here.
    """
    document = get_within_reach(session, document_id, actor, now=now, pages=True)
    takeover.require_file(document.cleaned_sha256)
    keeping.require_content(session, document_id)
    log.append(
        session,
        "document.read",
        f"document:{document_id}",
        actor=actor,
        now=now,
        pages=document.pages,
        cleaned=document.cleaned_sha256,
    )
    return document.pages


def assess(
    session: Session,
    document_id: int,
    proof: Mapping[str, Any],
    *,
    cleaned_sha256: str,
    survey_sha256: str | None = None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Record anew how traceable the pages of a document are; return False when nothing has changed.

    Approvals that were given over another proof can no longer be used.

    Raises:
        UnknownRow: there is no such document, or none that the actor may know of.
        FileChanged: what was measured is not the document's file.
        ContentRemoved: its pages are not here any more.
    """
    roles.require(actor, Action.REGISTER_DOCUMENT)
    get_within_reach(session, document_id, actor, now=now)
    keeping.require_content(session, document_id)
    document = get_row(session, Document, document_id, lock=True)
    if document.cleaned_sha256 != cleaned_sha256:
        raise FileChanged("got the proof of another file", document=document_id)
    document.survey_sha256 = survey_sha256
    if document.proof == proof:
        return False
    before = evidence_hash(document.proof, cleaned_sha256)
    document.proof = dict(proof)
    log.append(
        session,
        "document.assessed",
        f"document:{document_id}",
        actor=actor,
        now=now,
        before=before,
        proof=evidence_hash(proof, cleaned_sha256),
    )
    return True


def _derive(
    session: Session, document: Document, facts: DocumentFacts, *, actor: Actor, now: datetime
) -> list[Derivation]:
    """Use the approvals under which a document was made of others, and hold it to what these set."""
    use = facts.derived_as
    if use is None:
        return []
    family.require_sources(use, facts.sources)
    found = []
    for request_id in facts.sources:
        request = consent.consume(session, request_id, Act.COPY, quantity=1, actor=actor, now=now, use=use)
        found.append(Derivation(source_id=request.document_id, made_as=use, request_id=request_id))
    ids = [each.source_id for each in found]
    family.require_sources(use, ids)
    refuse_recalled_documents(session, ids)
    # Locked, so that no source is regraded meanwhile.
    sources = [get_row(session, Document, source_id, lock=True) for source_id in sorted(ids)]
    floor = family.floor_of(map(kin.grade_of, sources))
    family.require_not_below(kin.grade_of(document), floor)
    document.no_copying = document.no_copying or any(source.no_copying for source in sources)
    return found


def _find_twin(session: Session, document: Document) -> Document | None:
    return session.scalar(
        sa.select(Document).where(
            Document.issuing_unit_id == document.issuing_unit_id, Document.doc_number == document.doc_number
        )
    )


def _is_resent(session: Session, twin: Document, document: Document, facts: DocumentFacts) -> bool:
    """Tell whether a document is stated again exactly as it was registered: its file, its facts, what it is made of."""
    used = session.scalars(sa.select(Derivation.request_id).where(Derivation.document_id == twin.id))
    inherits = bool(facts.sources) and twin.no_copying
    return (
        _is_stated_alike(twin, document, inherits=inherits)
        and twin.original_sha256 == document.original_sha256
        and twin.registered_by_id == document.registered_by_id
        and set(used) == set(facts.sources)
    )


def _is_stated_alike(twin: Document, document: Document, *, inherits: bool = False) -> bool:
    stated = (
        "title",
        "classifying_unit_id",
        "scheme",
        "level",
        "secrecy_period",
        "need_to_know",
        "meeting_id",
    )
    return all(getattr(twin, name) == getattr(document, name) for name in stated) and (
        inherits or twin.no_copying == document.no_copying
    )


def _keep_light(
    session: Session, document: Document, code_name: str, light: KeptLight | None, now: datetime
) -> None:
    if light is None:
        raise ValueError("a document with a code name has a room of its own")
    name = parse_code_name(code_name)
    session.add(
        LightDocument(
            document_id=document.id,
            code_name=name,
            content=Content.KEPT,
            room=light.room,
            brought_at=now,
            keep_until_at=light.until_at,
        )
    )
    taken = CodeNameTaken("got a code name that another document has", field="code_name")
    flush_unique(session, {(LightDocument.code_name,): taken})


def _add_file(session: Session, known: Document, file: DocumentFile, *, actor: Actor, now: datetime) -> None:
    """Give a document that was taken over the file that was offered, and what was found in it."""
    document = get_row(session, Document, known.id, lock=True)
    file.describe(document)
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "document.file-added",
        f"document:{document.id}",
        actor=actor,
        now=now,
        pages=document.pages,
        original=document.original_sha256,
        cleaned=document.cleaned_sha256,
        findings=[finding["code"] for finding in document.findings],
        proof=evidence_hash(document.proof, document.cleaned_sha256),
    )


def _record(
    session: Session,
    document: Document,
    derivations: Sequence[Derivation],
    *,
    actor: Actor,
    now: datetime,
    is_light: bool,
) -> None:
    made_of: dict[str, log.Loggable] = {
        "made_as": next((str(each.made_as) for each in derivations), None),
        "sources": [each.source_id for each in derivations],
        "requests": [each.request_id for each in derivations],
    }
    log.append(
        session,
        "document.registered",
        f"document:{document.id}",
        actor=actor,
        now=now,
        doc_number=document.doc_number,
        title=log.private(document.title),
        need_to_know=log.private(document.need_to_know),
        issuing_unit=document.issuing_unit_id,
        classifying_unit=document.classifying_unit_id,
        scheme=document.scheme,
        level=document.level,
        period=document.secrecy_period,
        no_copying=document.no_copying,
        meeting=document.meeting_id,
        pages=document.pages,
        original=document.original_sha256,
        cleaned=document.cleaned_sha256,
        findings=[finding["code"] for finding in document.findings],
        proof=evidence_hash(document.proof, document.cleaned_sha256),
        **({"light": True} if is_light else {}),
        **(made_of if derivations else {}),
    )
