"""A print run leaves for the printer, and what becomes of its paper: released, sent, seen whole, stopped at a sheet.

Laws: what leaves is on the record before its first byte does, with the hash of all of it. Who lets it leave is neither
the one who asked for the run nor one who agreed to it. An attempt is released once; what goes on after a jam is another
attempt, spoils the one before, and begins at the sheet after the last good one. A sheet spoiled in between is handed in
and stays on the books until it is destroyed before witnesses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent, keeping
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import AttemptCopy, Equipment, PrintAttempt, PrintBatch, SpoiledSheet
from registry.rows import UnknownRow, get_row
from registry.rules import attempts, batches, roles, sheets
from registry.rules import destruction as rules
from registry.rules.attempts import AttemptState, AttemptStep, Route
from registry.rules.batches import BatchStep
from registry.rules.destruction import Destruction, Present
from registry.rules.levels import get_level, highest
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.sheets import Layout, Stretch
from registry.rules.texts import parse_line
from registry.rules.words import BatchState, EquipmentKind
from registry.ruling import in_force
from registry.views.attempts import printable


class RunChanged(ConflictError):
    """Between proving the file and releasing it the run has changed; nothing has left."""

    code = "run-changed"


class NotReleasedYet(ConflictError):
    """The run was never released, so there is no attempt to go on from."""

    code = "not-released-yet"


class SheetOutOfRange(InvalidError):
    """The attempt does not print such a sheet; facts ``first`` and ``last``."""

    code = "sheet-out-of-range"


class SheetsUnwitnessed(ConflictError):
    """Too few people, or people with another part in it, stand at a shredder that is fine enough."""

    code = "sheets-unwitnessed"


class NoSuchWaste(ConflictError):
    """No such spoiled sheet waits to be destroyed."""

    code = "no-such-waste"


@dataclass(frozen=True)
class Leaving:
    """What is about to leave, as it was proven whole.

    Attributes:
        layout: How it is put on paper.
        stretches: The sheets of each copy.
        output_sha256: Hash of the whole file.
        printer: Name of the printer, None for a file in the hands of the clerk.
        dots: The printer's dot profile, where one is known.
    """

    layout: Layout
    stretches: tuple[Stretch, ...]
    output_sha256: str
    printer: str | None = None
    dots: str | None = None


def release(session: Session, batch_id: int, leaving: Leaving, *, actor: Actor, now: datetime) -> int:
    """Let a run go for the first time; return the number of the attempt.

    Raises:
        AlreadyReleased: it has left before.
        RunChanged: it is not what was proven any more.
    """
    roles.require(actor, Action.RELEASE_PRINT)
    batch = get_row(session, PrintBatch, batch_id, lock=True)
    consent.require_separate(batch.request, actor)
    batch.state = batches.next_batch_state(batch.state, BatchStep.RELEASE)
    batch.released_at = now
    batch.released_by_id = actor.person_id
    return _released(session, batch, leaving, "batch.released", actor=actor, now=now)


def resume(session: Session, batch_id: int, leaving: Leaving, *, actor: Actor, now: datetime) -> int:
    """Let what is left of a run go, after the last good sheet; return the number of the attempt.

    Raises:
        NotReleasedYet: it has never left.
        AttemptOpen: nobody has said what became of the attempt before.
        NothingLeftToPrint: everything came out.
        RunChanged: it is not what was proven any more.
    """
    roles.require(actor, Action.RELEASE_PRINT)
    batch = get_row(session, PrintBatch, batch_id, lock=True)
    consent.require_separate(batch.request, actor)
    if batch.state is not BatchState.RELEASED:
        raise NotReleasedYet("got a run that never left", state=str(batch.state))
    return _released(session, batch, leaving, "batch.resumed", actor=actor, now=now)


def send(
    session: Session, batch_id: int, number: int, *, job: str | None, actor: Actor, now: datetime
) -> None:
    """Record that the whole file has left, or that the printer has taken it as a job."""
    roles.require(actor, Action.RELEASE_PRINT)
    attempt = _locked(session, batch_id, number)
    attempt.state = attempts.next_attempt_state(attempt.state, AttemptStep.SEND)
    attempt.sent_at = now
    attempt.job = job
    _record(session, "batch.sent", attempt, actor=actor, now=now, job=job)


def doubt(session: Session, batch_id: int, number: int, failure: str, *, actor: Actor, now: datetime) -> None:
    """Record what went wrong on the way to the printer; whether it printed stays unknown."""
    roles.require(actor, Action.RELEASE_PRINT)
    attempt = _locked(session, batch_id, number)
    attempt.failure = failure
    _record(session, "batch.doubted", attempt, actor=actor, now=now, failure=failure)


def finish(session: Session, batch_id: int, number: int, *, actor: Actor, now: datetime) -> None:
    """Record that a person has seen every sheet of an attempt."""
    roles.require(actor, Action.RELEASE_PRINT)
    attempt = _locked(session, batch_id, number)
    consent.require_separate(attempt.batch.request, actor)
    _end(attempt, AttemptStep.FINISH, actor=actor, now=now)
    _record(session, "batch.printed", attempt, actor=actor, now=now)


def stop(
    session: Session,
    batch_id: int,
    number: int,
    *,
    last_good: int,
    spoiled: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Record after which sheet an attempt stopped, and the sheets that were spoiled then.

    Args:
        session: The deed's transaction.
        batch_id: The run.
        number: The attempt.
        last_good: The last good sheet, numbered over the run; the one before the attempt's first if none is.
        spoiled: How many sheets after it lie spoiled on the desk, to be handed in.
        reason: What happened.
        actor: Who says so; neither the requester nor one who approved.
        now: When.

    Raises:
        SheetOutOfRange: the attempt has no such sheets.
    """
    roles.require(actor, Action.RELEASE_PRINT)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    attempt = _locked(session, batch_id, number)
    consent.require_separate(attempt.batch.request, actor)
    ordered = sheets.sheets_of(_stretches(attempt))
    first, last = ordered[0] - 1, ordered[-1] - 1
    if last_good != first and last_good not in ordered[:-1]:
        raise SheetOutOfRange("got a sheet that the attempt does not print", first=first, last=last)
    after = [sheet for sheet in ordered if sheet > last_good]
    if not 0 <= spoiled <= len(after):
        raise SheetOutOfRange("got more spoiled sheets than there are", first=0, last=len(after))
    _end(attempt, AttemptStep.STOP, actor=actor, now=now)
    attempt.last_good_sheet = last_good
    attempt.reason = why
    waste = [_spoiled_sheet(attempt, sheet, now) for sheet in after[:spoiled]]
    session.add_all(waste)
    _record(
        session,
        "batch.stopped",
        attempt,
        actor=actor,
        now=now,
        last_good=last_good,
        spoiled=[{"sheet": one.sheet, "copy": one.copy.code, "pages": one.pages} for one in waste],
        reason=log.private(why),
    )


def destroy_sheets(
    session: Session,
    sheet_ids: Sequence[int],
    equipment_id: int,
    *,
    witnesses: Sequence[Actor],
    actor: Actor,
    now: datetime,
) -> None:
    """Record that spoiled sheets went through a shredder before witnesses who have just proven themselves.

    Raises:
        NoSuchWaste: one of them does not wait.
        SheetsUnwitnessed: the level wants more witnesses or a finer shredder, or one of the people has another part.
    """
    roles.require(actor, Action.DESTROY)
    for witness in witnesses:
        roles.require(witness, Action.WITNESS)
    waste = _locked_waste(session, sheet_ids)
    device = get_row(session, Equipment, equipment_id)
    force = in_force(session, now)
    short = rules.shortfall(
        _destruction(waste, device, witnesses, actor, now),
        now,
        clocks=force.clocks,
        shredder_minimum=force.shredder_minimum,
    )
    if not short.is_nothing or device.kind is not EquipmentKind.SHREDDER or not device.active:
        wanted = short.witnesses_missing + len({each.person_id for each in witnesses})
        raise SheetsUnwitnessed("got sheets that may not be destroyed like this", wanted=wanted)
    for sheet in waste:
        sheet.destroyed_at = now
        sheet.destroyed_by_id = actor.person_id
        sheet.equipment_id = equipment_id
    for attempt in dict.fromkeys(sheet.attempt for sheet in waste):
        _record(
            session,
            "batch.sheets-destroyed",
            attempt,
            actor=actor,
            now=now,
            equipment=equipment_id,
            witnesses=sorted(each.person_id or 0 for each in witnesses),
            sheets=[
                {"sheet": one.sheet, "copy": one.copy.code, "pages": one.pages}
                for one in waste
                if one.attempt is attempt
            ],
        )


def _released(
    session: Session, batch: PrintBatch, leaving: Leaving, kind: str, *, actor: Actor, now: datetime
) -> int:
    keeping.require_content(session, batch.document_id, lock=True)
    found = printable(session, batch.id, leaving.layout)
    if found.stretches != leaving.stretches or found.layout != leaving.layout:
        raise RunChanged("got a run that has changed since it was proven")
    in_run = {copy.code: copy for copy in batch.copies}
    attempt = PrintAttempt(
        batch=batch,
        number=found.number,
        state=AttemptState.UNKNOWN,
        route=Route.FILE if leaving.printer is None else Route.PRINTER,
        printer=leaving.printer,
        dots=leaving.dots,
        duplex=leaving.layout.duplex,
        faces=leaving.layout.faces,
        arrangement=leaving.layout.arrangement,
        output_sha256=leaving.output_sha256,
        released_at=now,
        released_by_id=actor.person_id,
        copies=[
            AttemptCopy(copy=in_run[each.code], first_sheet=each.first, last_sheet=each.last)
            for each in leaving.stretches
        ],
    )
    session.add(attempt)
    _record(
        session,
        kind,
        attempt,
        actor=actor,
        now=now,
        route=str(attempt.route),
        printer=attempt.printer,
        dots=attempt.dots,
        duplex=attempt.duplex,
        faces=attempt.faces,
        arrangement=str(attempt.arrangement),
        output=attempt.output_sha256,
        sheets=[{"copy": each.code, "first": each.first, "last": each.last} for each in leaving.stretches],
    )
    return attempt.number


def _locked(session: Session, batch_id: int, number: int) -> PrintAttempt:
    """Return an attempt; its run is locked, so that two people cannot say different things of it at once."""
    get_row(session, PrintBatch, batch_id, lock=True)
    found = session.scalar(
        sa.select(PrintAttempt)
        .where(PrintAttempt.batch_id == batch_id, PrintAttempt.number == number)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise UnknownRow(PrintAttempt.__tablename__, f"{batch_id}/{number}")
    return found


def _end(attempt: PrintAttempt, step: AttemptStep, *, actor: Actor, now: datetime) -> None:
    attempt.state = attempts.next_attempt_state(attempt.state, step)
    attempt.ended_at = now
    attempt.ended_by_id = actor.person_id


def _stretches(attempt: PrintAttempt) -> tuple[Stretch, ...]:
    return tuple(Stretch(each.copy.code, each.first_sheet, each.last_sheet) for each in attempt.copies)


def _spoiled_sheet(attempt: PrintAttempt, sheet: int, now: datetime) -> SpoiledSheet:
    held = next(each for each in attempt.copies if each.first_sheet <= sheet <= each.last_sheet)
    layout = Layout(attempt.duplex, attempt.faces, attempt.arrangement)
    place = layout.sheets_per_copy(held.copy.pages) - (held.last_sheet - sheet)
    pages = layout.pages_on(place, held.copy.pages)
    return SpoiledSheet(
        attempt=attempt,
        copy=held.copy,
        sheet=sheet,
        pages="–".join(map(str, dict.fromkeys((pages[0], pages[-1])))) if pages else "",
        spoiled_at=now,
    )


def _locked_waste(session: Session, sheet_ids: Sequence[int]) -> list[SpoiledSheet]:
    found = list(
        session.scalars(
            sa.select(SpoiledSheet)
            .where(SpoiledSheet.id.in_(sheet_ids), SpoiledSheet.destroyed_at.is_(None))
            .order_by(SpoiledSheet.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )
    if not found or len(found) != len(set(sheet_ids)):
        raise NoSuchWaste("got a sheet that does not wait to be destroyed")
    return found


def _destruction(
    waste: Sequence[SpoiledSheet],
    device: Equipment,
    witnesses: Sequence[Actor],
    actor: Actor,
    now: datetime,
) -> Destruction:
    requests = {sheet.attempt.batch.request for sheet in waste}
    documents = {sheet.copy.document for sheet in waste}
    lying = frozenset(f"{sheet.attempt_id}/{sheet.sheet}" for sheet in waste)
    return Destruction(
        listed=lying,
        presented=lying,
        handling=highest(get_level(document.scheme, document.level) for document in documents).handling,
        operator=None if actor.person_id is None else Present(actor.person_id, now),
        witnesses=tuple(Present(each.person_id, now) for each in witnesses if each.person_id is not None),
        requesters=frozenset(request.requester_id for request in requests),
        approvers=frozenset(
            decision.person_id for request in requests for decision in request.decisions if decision.agreed
        ),
        holders=frozenset(),
        shredder_class=rules.shred_class(device.shred_level) if device.shred_level else 0,
    )


def _record(
    session: Session, kind: str, attempt: PrintAttempt, *, actor: Actor, now: datetime, **facts: log.Loggable
) -> None:
    log.append(
        session,
        kind,
        f"batch:{attempt.batch.id}",
        actor=actor,
        now=now,
        attempt=attempt.number,
        attempt_state=str(attempt.state),
        **facts,
    )
