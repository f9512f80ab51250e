"""The content of documents that are kept light goes, and comes back for more copies or for a trace case.

Laws: that content goes is on the record, file by file, before the first of it is gone, and that it is gone after the
last; in between nothing may use it. What comes back is the very file that was registered. Hashes stay.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.ledger import log
from registry.models import Document, LightDocument, TraceCase, TraceReference
from registry.rows import LOCK, UnknownRow, get_row
from registry.rules import light as rules
from registry.rules import roles
from registry.rules.light import AnotherFile, ContentBeingRemoved, ContentHere
from registry.rules.roles import Action, Actor
from registry.rules.traceability import evidence_hash
from registry.rules.words import Content, RemovedFor
from registry.stating import DocumentFile
from registry.views.light import get_standing


def begin_removal(
    session: Session,
    document_id: int,
    files: Sequence[str],
    why: RemovedFor,
    *,
    actor: Actor,
    now: datetime,
) -> str:
    """Record that the content of a document goes, and which files that are; return the room that is cleared.

    Args:
        session: The deed's transaction.
        document_id: A document that is kept light.
        files: Hashes of the files that hold content.
        why: Why it goes.
        actor: The registry, the auditor for what is here for a trace case, or the worker.
        now: When.

    Raises:
        ContentRemoved, ContentBeingRemoved: it is gone, or going.
        ContentInUse: somebody asked for it, and a print run needs it.
    """
    if not roles.may(actor, Action.OPEN_CASE):
        roles.require(actor, Action.REMOVE_CONTENT)
    light = _locked(session, document_id)
    is_for_case = light.case_id is not None and not actor.is_system
    roles.require(actor, Action.OPEN_CASE if is_for_case else Action.REMOVE_CONTENT)
    standing = get_standing(session, document_id, now=now)
    if why is RemovedFor.ASKED:
        rules.require_removable(standing)
    elif rules.removal_due(standing, now) is not why:
        raise ContentHere("got a document whose content is not to go yet", document=document_id)
    light.content, light.removed_for = Content.REMOVING, why
    light.removed_files = len(files)
    session.execute(sa.delete(TraceReference).where(TraceReference.document_id == document_id))
    document = get_row(session, Document, document_id)
    log.append(
        session,
        "document.content-going",
        f"document:{document_id}",
        actor=actor,
        now=now,
        why=str(why),
        original=document.original_sha256,
        cleaned=document.cleaned_sha256,
        files=list(files),
    )
    return light.room


def end_removal(session: Session, document_id: int, *, actor: Actor, now: datetime) -> bool:
    """Record that the content of a document is gone; False if that was recorded, or it came back meanwhile."""
    roles.require(actor, Action.REMOVE_CONTENT)
    light = _locked(session, document_id)
    if light.content is not Content.REMOVING:
        return False
    light.content, light.removed_at = Content.REMOVED, now
    log.append(
        session,
        "document.content-removed",
        f"document:{document_id}",
        actor=actor,
        now=now,
        files=light.removed_files,
    )
    return True


def bring_back(
    session: Session,
    document_id: int,
    file: DocumentFile,
    room: str,
    *,
    keep_until_at: datetime,
    actor: Actor,
    now: datetime,
    case_id: int | None = None,
) -> None:
    """Record that the content of a document is here again, for more copies or for one trace case.

    What the inspection made of the file this time counts from now on: approvals given over something else can no
    longer be used.

    Raises:
        ContentHere: it is here already.
        ContentBeingRemoved: it is just going.
        AnotherFile: this is not the file that was registered.
    """
    roles.require(actor, Action.REGISTER_DOCUMENT if case_id is None else Action.OPEN_CASE)
    light = _locked(session, document_id)
    if light.content is Content.REMOVING:
        raise ContentBeingRemoved("got a document that is losing its content", document=document_id)
    if light.content is Content.KEPT and (light.case_id is None or case_id is not None):
        raise ContentHere("got a document whose content is here", document=document_id)
    document = get_row(session, Document, document_id, lock=True)
    if file.original_sha256 != document.original_sha256:
        raise AnotherFile("got another file than was registered", document=document_id, field="file")
    if case_id is not None:
        get_row(session, TraceCase, case_id)
    file.describe(document)
    light.content, light.room, light.case_id = Content.KEPT, room, case_id
    light.brought_at, light.keep_until_at = now, keep_until_at
    light.removed_at = light.removed_for = light.removed_files = None
    log.append(
        session,
        "document.content-returned",
        f"document:{document_id}",
        actor=actor,
        now=now,
        case=case_id,
        original=document.original_sha256,
        cleaned=document.cleaned_sha256,
        proof=evidence_hash(document.proof, document.cleaned_sha256),
        keep_until=keep_until_at,
    )


def _locked(session: Session, document_id: int) -> LightDocument:
    found = session.get(LightDocument, document_id, with_for_update=LOCK, populate_existing=True)
    if found is None:
        raise UnknownRow(LightDocument.__tablename__, document_id)
    return found
