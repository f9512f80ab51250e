"""Documents: registered with their file, listed, and looked at.

Laws: an offered file is parsed in the sandbox and outside any transaction; files are stored before the deed that names
them, so that no entry points at nothing; whoever looks at pages is on record before the first picture leaves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

from registry import keeping
from registry.acts import documents
from registry.acts.documents import KeptLight
from registry.errors import ConflictError, RegistryError
from registry.rules import codenames, levels, light, roles, takeover
from registry.rules.codes import code_from_number
from registry.rules.facts import DocumentFacts
from registry.rules.marks import MarkRule
from registry.rules.roles import Action, Actor
from registry.stating import DocumentFile
from registry.views import documents as document_views
from registry.views.documents import DocumentFilter, DocumentPage, DocumentView
from registry.views.light import room_of
from registry.views.scope import get_within_reach
from service.flows import marks, rooms
from service.flows.characters import Lacking, lacking
from service.flows.receiving import receive
from service.runtime import Runtime
from service.tokens import ForgedToken, Purpose
from watermark import Finding, Inspection, MarkPlan, PageMark, Proof

LOOK_LASTS: Final = timedelta(minutes=15)
"""How long the pictures of pages can be fetched after the look was recorded; the idle limit of a session."""


class MarkedCopyOffered(ConflictError):
    """The file is a copy made here: whatever is printed of it would go on naming that copy by its hidden marks."""

    code = "marked-copy-offered"


@dataclass(frozen=True)
class Look:
    """A recorded look at a document: what opens its pictures, and how many there are."""

    token: str
    pages: int


def register(runtime: Runtime, actor: Actor, facts: DocumentFacts, offered: bytes, *, name: str = "") -> int:
    """Register a document with its file and return its id; the same registration sent twice has one effect.

    Args:
        runtime: The tools.
        actor: The clerk.
        facts: What the clerk states.
        offered: The file as it was sent: a PDF, an office file or a picture.
        name: What its owner called it.

    Raises:
        UnusableFileError: the file is refused; nothing was stored.
        ConversionFault: it is no PDF and could not become one; nothing was stored.
        SandboxFault: the file could not be read to its end; nothing was stored.
        RegistryError: the facts are refused, and the refusal is recorded.
    """
    with runtime.refusals(actor, "document.register", f"unit:{facts.issuing_unit_id}"):
        roles.require(actor, Action.REGISTER_DOCUMENT)  # before a stranger's file costs anything
        levels.get_level(facts.scheme, facts.level, enabled=runtime.settings.enabled_schemes)
        light.require_light(facts.code_name, only=runtime.settings.light_only)
        codenames.in_place_of_title(facts.code_name, facts.title)
    with rooms.own_room(runtime, wanted=facts.code_name is not None) as room:
        with runtime.refusals(actor, "document.register", f"unit:{facts.issuing_unit_id}"):
            file = take_in(runtime, facts, offered, name=name, room=room)
        now = runtime.now()
        with runtime.deed(actor, "document.register", f"unit:{facts.issuing_unit_id}") as session:
            return documents.register(
                session,
                facts,
                file,
                enabled=runtime.settings.enabled_schemes,
                actor=actor,
                now=now,
                light=None if room is None else KeptLight(room, rooms.keep_until(runtime, now)),
            )


def take_in(
    runtime: Runtime, stated: marks.Titled, offered: bytes, *, name: str = "", room: str | None = None
) -> DocumentFile:
    """Return what a file is, cleaned, measured and stored; in a ``room`` of the store, and then no word of it beside.

    Raises:
        UnusableFileError, ConversionFault, SandboxFault: it cannot be used; nothing was stored.
        MarkedCopyOffered: it is a copy made here; nothing was stored.
    """
    level = levels.get_level(stated.scheme, stated.level)
    mark = levels.mark_text(level, stated.secrecy_period)
    rule, plan = _wanted_marks(runtime, stated.scheme, stated.level)
    received = receive(runtime, offered, name)
    inspected = cast("Inspection", runtime.parse("service.papers.pages:inspect_document", received.pdf, mark))
    longest = marks.longest(stated, runtime.settings)
    proof, noticed, survey = _assessed(runtime, inspected.cleaned, plan, longest, inspected.pages)
    drawn = runtime.parse(
        "service.papers.pages:draw_pages",
        inspected.cleaned,
        inspected.pages,
        runtime.keys.dots,
        pages=inspected.pages,
    )
    pictures, codes, identities = cast("tuple[tuple[bytes, ...], tuple[str, ...], tuple[int, ...]]", drawn)
    _require_unmarked(runtime, codes, identities)
    told = (*received.findings, *inspected.findings)
    findings = [
        {"code": found.code, "page": found.page, "facts": dict(found.facts)}
        for found in (*told, *(found for found in noticed if found not in told))
    ]
    store = runtime.store.room(room)
    return DocumentFile(
        original_sha256=store.put(offered),
        cleaned_sha256=store.put(inspected.cleaned),
        pictures=[store.put(picture) for picture in pictures],
        findings=findings if room is None else light.without_words(findings),
        proof=kept(proof, rule),
        survey_sha256=store.put(survey),
    )


def lacking_of(runtime: Runtime, document: DocumentView) -> tuple[Lacking, ...]:
    """Return what of a document's title and number cannot be printed."""
    return lacking(runtime, title=document.row.title, doc_number=document.row.doc_number)


def assess(runtime: Runtime, actor: Actor, document_id: int) -> bool:
    """Measure anew how traceable a document is under the marks of today; return False when nothing has changed.

    Raises:
        UnknownRow: there is none, or none that the actor may know of.
        UnusableFileError, SandboxFault: its pages can no longer be marked; nothing was changed.
    """
    with runtime.refusals(actor, "document.assess", f"document:{document_id}"):
        roles.require(actor, Action.REGISTER_DOCUMENT)
        view = get_document(runtime, actor, document_id)
        takeover.require_file(view.cleaned_sha256)
        with runtime.database.reading() as session:
            keeping.require_content(session, document_id)
            room = room_of(session, document_id)
    rule, plan = _wanted_marks(runtime, view.row.scheme, view.row.level)
    cleaned = runtime.store.get(view.cleaned_sha256)
    longest = marks.longest(view.row, runtime.settings)
    proof, _, survey = _assessed(runtime, cleaned, plan, longest, view.row.pages)
    survey_sha256 = runtime.store.room(room).put(survey)
    with runtime.deed(actor, "document.assess", f"document:{document_id}") as session:
        return documents.assess(
            session,
            document_id,
            kept(proof, rule),
            cleaned_sha256=view.cleaned_sha256,
            survey_sha256=survey_sha256,
            actor=actor,
            now=runtime.now(),
        )


def list_documents(runtime: Runtime, actor: Actor, wanted: DocumentFilter, *, page: int = 1) -> DocumentPage:
    """Return one page of the documents that the actor may know of."""
    with runtime.database.reading() as session:
        return document_views.documents(session, wanted, actor, now=runtime.now(), page=page)


def get_document(runtime: Runtime, actor: Actor, document_id: int) -> DocumentView:
    """Return one document.

    Raises:
        UnknownRow: there is none, or none that the actor may know of.
    """
    with runtime.database.reading() as session:
        return document_views.document(session, document_id, actor, now=runtime.now())


def look(runtime: Runtime, actor: Actor, document_id: int) -> Look:
    """Record that the actor looks at the pages, and return what opens their pictures.

    Raises:
        UnknownRow: there is no such document, or none whose pages the actor may see; recorded.
    """
    with runtime.deed(actor, "document.read", f"document:{document_id}") as session:
        pages = documents.open_pages(session, document_id, actor=actor, now=runtime.now())
    return Look(runtime.tokens.sign(Purpose.DOWNLOAD, _sight(actor, document_id)), pages)


def get_picture(runtime: Runtime, actor: Actor, document_id: int, page: int, token: str) -> bytes:
    """Return the picture of a page, WebP, for a look that was recorded.

    Raises:
        ForgedToken, ExpiredToken: no look of this person at this document is recorded, or not lately.
        UnknownRow: there is no such page.
        ContentRemoved: the document is kept light, and its content went meanwhile.
    """
    sight = runtime.tokens.verify(Purpose.DOWNLOAD, token, max_age=LOOK_LASTS)
    if sight != _sight(actor, document_id):
        raise ForgedToken("the token is for another look", purpose=Purpose.DOWNLOAD.value)
    with runtime.database.reading() as session:
        document = get_within_reach(session, document_id, actor, now=runtime.now(), pages=True)
        keeping.require_content(session, document_id)
        sha256 = dict(enumerate(document.pictures, 1)).get(page)
    if sha256 is None:
        raise documents.UnknownPage("got a page that the document does not have", page=page)
    return runtime.store.get(sha256)


def measure(
    runtime: Runtime, document: marks.Titled, cleaned_sha256: str, pages: int, *, printer: str
) -> dict[str, Any]:
    """Return how traceable a document is under the dots of a printer, in the form in which documents keep that."""
    rule, plan = _wanted_marks(runtime, document.scheme, document.level, printer)
    cleaned = runtime.store.get(cleaned_sha256)
    proof, _, _ = _assessed(runtime, cleaned, plan, marks.longest(document, runtime.settings), pages)
    return kept(proof, rule)


def _wanted_marks(
    runtime: Runtime, scheme: str, level: str, printer: str | None = None
) -> tuple[MarkRule, MarkPlan]:
    """Return the marks of a level.

    Raises:
        UnknownLevel: there is no such level.
    """
    levels.get_level(scheme, level)
    rules = runtime.settings.mark_rules
    return rules.for_printer(printer).get(scheme, level), marks.plan(rules, scheme, level, printer=printer)


def _require_unmarked(runtime: Runtime, codes: Iterable[str], identities: Sequence[int]) -> None:
    """Pass when no QR code on the pages of a file is one of ours, and no dots on its first pages are."""
    for text in codes:
        try:
            claimed = runtime.tokens.verify_qr(text)
        except RegistryError:
            continue  # somebody else's code, or one that only looks like ours
        raise MarkedCopyOffered("got a file that is a marked copy", copy=claimed.code)
    if identities:  # read under our keys and beyond doubt, or not at all
        raise MarkedCopyOffered("got a file that bears dots", copy=code_from_number(identities[0]))


def _assessed(
    runtime: Runtime, cleaned: bytes, plan: MarkPlan, longest: PageMark, pages: int
) -> tuple[Proof, tuple[Finding, ...], bytes]:
    """Return how traceable a document is, what preparing it told, and what was found out about its pages."""
    return cast(
        "tuple[Proof, tuple[Finding, ...], bytes]",
        runtime.parse("service.papers.pages:assess_document", cleaned, plan, longest, pages=pages),
    )


def kept(proof: Proof, rule: MarkRule) -> dict[str, Any]:
    """Return a proof as the register keeps it: with the hash of the carriers that were measured."""
    return {**proof.as_json(), "carriers": rule.carriers_hash}


def _sight(actor: Actor, document_id: int) -> str:
    return f"look:{actor.person_id}:{document_id}"
