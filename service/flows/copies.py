"""Copies and print runs are looked up: by scan, in lists, one by one.

Decides nothing about who may know of what; the views answer as unknown what is out of the actor's reach.
"""

from dataclasses import dataclass

from registry.errors import InvalidError
from registry.rules import lifecycle, roles
from registry.rules.codes import CODE_CHARS, parse_code
from registry.rules.lifecycle import Step
from registry.rules.roles import Action, Actor
from registry.rules.words import BatchState
from registry.views.batches import BatchRow, get_batch, list_batches
from registry.views.copies import CopyFilter, CopyPage, CopyView, Sighting, get_copy, list_copies, sightings
from registry.views.custody import Custody, custody_chain
from registry.views.history import Event, history
from registry.views.holdings import Name
from service.flows.scans import read_scan
from service.runtime import Runtime


class NoSuchPage(InvalidError):
    """The copy has fewer pages."""

    code = "no-such-copy-page"


@dataclass(frozen=True)
class CopyStory:
    """One copy with everything that is known of it.

    Attributes:
        events: What the ledger tells, newest first.
        chain: Who answered for it, oldest first.
        sightings: Every attempt at a gate, newest first.
        steps: What the state allows next; who may take a step is asked again when it is taken.
        may_spoil: Whether the actor could record it as a misprint now.
        may_see_marks: Whether the actor may see the text of its QR codes.
    """

    view: CopyView
    events: tuple[Event, ...]
    chain: tuple[Custody, ...]
    sightings: tuple[Sighting, ...]
    steps: tuple[Step, ...]
    may_spoil: bool
    may_see_marks: bool


@dataclass(frozen=True)
class BatchStory:
    """One print run with its copies and what the ledger tells, newest first."""

    row: BatchRow
    copies: CopyPage
    events: tuple[Event, ...]


def find(runtime: Runtime, actor: Actor, text: str) -> str:
    """Return the code of the copy that was scanned or typed, if the actor may know of it.

    Raises:
        InvalidMark, ForgedMark, InvalidCode: the text is no genuine mark and no code.
        UnknownCopy: there is no such copy within reach.
    """
    plain = text.strip()
    code = parse_code(plain) if len(plain) == CODE_CHARS else read_scan(runtime.tokens, plain).code
    with runtime.database.reading() as session:
        return get_copy(session, code, actor).copy.code


def listing(runtime: Runtime, actor: Actor, wanted: CopyFilter, *, page: int = 1) -> CopyPage:
    """Return one page of the copies that match and that the actor may know of."""
    with runtime.database.reading() as session:
        return list_copies(session, wanted, actor, page=page)


@dataclass(frozen=True)
class Narrowing:
    """The names behind the ids that a list is narrowed to."""

    doc_number: str | None
    holder: Name | None


def describe(runtime: Runtime, actor: Actor, wanted: CopyFilter) -> Narrowing:
    """Return what a list is narrowed to, in words; what is out of reach stays unnamed."""
    with runtime.database.reading() as session:
        first = list_copies(session, CopyFilter(document_id=wanted.document_id), actor).rows[:1]
        held = list_copies(session, CopyFilter(holder_id=wanted.holder_id), actor).rows[:1]
    return Narrowing(
        doc_number=first[0].copy.doc_number if first and wanted.document_id is not None else None,
        holder=held[0].holder if held and wanted.holder_id is not None else None,
    )


def story(runtime: Runtime, actor: Actor, code: str) -> CopyStory:
    """Return everything about one copy; its holder is told their own part, not who had it before.

    Raises:
        UnknownCopy: there is no such copy within reach.
    """
    with runtime.database.reading() as session:
        view = get_copy(session, code, actor)
        chain = custody_chain(session, view.copy.copy_id)
        events = history(session, f"copy:{code}", "copy.")
        reads_register = roles.may(actor, Action.READ_REGISTER, unit_id=view.issuing_unit_id)
        return CopyStory(
            view=view,
            events=events if reads_register else tuple(one for one in events if _concerns(one, actor)),
            chain=chain
            if reads_register
            else tuple(one for one in chain if one.person_id == actor.person_id),
            sightings=sightings(session, view.copy.copy_id) if reads_register else (),
            steps=lifecycle.possible_steps(view.copy.state),
            may_spoil=_may_spoil(view, chain, actor),
            may_see_marks=_may_see_marks(view, actor),
        )


def mark_text(runtime: Runtime, actor: Actor, code: str, page: int) -> str:
    """Return what the QR code of one page says; for those only who may print it anyway.

    Raises:
        PermissionDenied: the actor may not print.
        UnknownCopy: there is no such copy within reach.
        NoSuchPage: the copy has fewer pages.
    """
    roles.require(actor, Action.RELEASE_PRINT)
    with runtime.database.reading() as session:
        view = get_copy(session, code, actor)
    if not 1 <= page <= view.copy.pages:
        raise NoSuchPage(f"got page {page}, the copy has {view.copy.pages}", page=page, pages=view.copy.pages)
    return runtime.tokens.qr_text(code, page)


def batch_listing(runtime: Runtime, actor: Actor, *, document_id: int | None = None) -> tuple[BatchRow, ...]:
    """Return the latest print runs that the actor may know of; those of one document, when it is named."""
    with runtime.database.reading() as session:
        return list_batches(session, actor, document_id=document_id)


def batch_story(runtime: Runtime, actor: Actor, batch_id: int, *, page: int = 1) -> BatchStory:
    """Return one print run with a page of its copies.

    Raises:
        UnknownRow: there is none within reach.
    """
    with runtime.database.reading() as session:
        return BatchStory(
            row=get_batch(session, batch_id, actor),
            copies=list_copies(session, CopyFilter(batch_id=batch_id), actor, page=page),
            events=history(session, f"batch:{batch_id}", "batch."),
        )


def batch_progress(runtime: Runtime, actor: Actor, batch_id: int) -> BatchRow:
    """Return where one print run stands.

    Raises:
        UnknownRow: there is none within reach.
    """
    with runtime.database.reading() as session:
        return get_batch(session, batch_id, actor)


def _concerns(event: Event, actor: Actor) -> bool:
    people = [event.by, *event.persons.values()]
    return any(person is not None and person.id == actor.person_id for person in people)


def _may_spoil(view: CopyView, chain: tuple[Custody, ...], actor: Actor) -> bool:
    return (
        roles.may(actor, Action.SPOIL)
        and Step.SPOIL in lifecycle.possible_steps(view.copy.state)
        and view.batch_state is BatchState.RELEASED
        and all(stretch.person_id is None for stretch in chain)
    )


def _may_see_marks(view: CopyView, actor: Actor) -> bool:
    return roles.may(actor, Action.RELEASE_PRINT) and view.stamped_sha256 is not None
