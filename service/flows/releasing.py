"""A print run leaves, as a file or to a printer, goes on after a jam, and its spoiled sheets are destroyed.

Laws: before anything is written down, the run is put together once without being sent: that proves every part whole
and gives the hash of what will leave. A run that cannot be put together, and never left, has failed on the record, so
that it is made anew or given up. The release is committed before the first byte leaves and before a printer is
asked. Whatever breaks afterwards leaves an attempt that is visibly unknown; only a person who has looked at the paper
ends it. Nothing is sent twice by itself.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry import keeping
from registry.acts import attempts
from registry.acts import batches as making_acts
from registry.acts.attempts import Leaving, SheetOutOfRange
from registry.errors import RegistryError
from registry.models import PrintAttempt
from registry.rows import UnknownRow
from registry.rules import batches, roles
from registry.rules.batches import BatchStep
from registry.rules.roles import Action, Actor
from registry.rules.sheets import Layout
from registry.rules.words import BatchState
from registry.views import attempts as views
from registry.views.attempts import AttemptRow, Part, Printable, Unsettled, Waste
from registry.views.batches import BatchRow, batch_state, get_batch
from registry.views.copies import get_copy
from service import printers
from service.config import Printer
from service.faults import ServiceFault
from service.flows import marks, proving
from service.flows.checkpoints import sign_head
from service.flows.scans import read_scan
from service.printers import JobPlace
from service.runtime import Runtime
from service.store import FileDamaged, FileMissing
from watermark import Base, BoundCopy, Delta, WatermarkError, bind, fingerprint

logger = structlog.get_logger()

Chunks = Callable[[], Iterator[bytes]]
Deed = Callable[[Session, Leaving], int]


@dataclass(frozen=True)
class Download:
    """A file on its way out; ``number`` is the attempt that it belongs to."""

    name: str
    number: int
    chunks: Iterator[bytes]


@dataclass(frozen=True)
class Witness:
    """Who claims to stand at the shredder, and the PIN that shows it."""

    person_id: int
    pin: str


def release(runtime: Runtime, actor: Actor, batch_id: int, layout: Layout | None = None) -> Download:
    """Let a run go as a file, once.

    Raises:
        AlreadyReleased: it has left before.
        FileMissing, FileDamaged: it cannot be had whole; the release is not used up, and the run has failed.
    """
    return _as_file(runtime, actor, batch_id, layout or Layout(), resumes=False)


def resume(runtime: Runtime, actor: Actor, batch_id: int) -> Download:
    """Let what is left of a run go as a file, after the last good sheet.

    Raises:
        AttemptOpen: nobody has said yet what became of the attempt before.
        NothingLeftToPrint: nothing is left.
    """
    return _as_file(runtime, actor, batch_id, Layout(), resumes=True)


def release_to_printer(
    runtime: Runtime, actor: Actor, batch_id: int, printer: str, layout: Layout | None = None
) -> AttemptRow:
    """Send a run to a printer, once; return the attempt, which is unknown if the printer did not take it for sure."""
    return _to_printer(runtime, actor, batch_id, printer, layout or Layout(), resumes=False)


def resume_on_printer(runtime: Runtime, actor: Actor, batch_id: int, printer: str) -> AttemptRow:
    """Send what is left of a run to a printer, after the last good sheet."""
    return _to_printer(runtime, actor, batch_id, printer, Layout(), resumes=True)


def finish(runtime: Runtime, actor: Actor, batch_id: int, number: int) -> None:
    """Record that every sheet of an attempt was seen."""
    with runtime.deed(actor, "batch.finish-attempt", f"batch:{batch_id}") as session:
        attempts.finish(session, batch_id, number, actor=actor, now=runtime.now())
    sign_head(runtime)


def stop(
    runtime: Runtime,
    actor: Actor,
    batch_id: int,
    number: int,
    *,
    last_good: str,
    spoiled: int,
    reason: str,
) -> None:
    """Record after which sheet an attempt stopped.

    Args:
        runtime: The tools.
        actor: The clerk.
        batch_id: The run.
        number: The attempt.
        last_good: The last good sheet: its number, or the scan of the mark on it; ``0`` or nothing if there is none.
        spoiled: How many sheets after it are spoiled and handed in.
        reason: What happened.

    Raises:
        SheetOutOfRange: the attempt has no such sheet.
    """
    with runtime.refusals(actor, "batch.stop-attempt", f"batch:{batch_id}"):
        sheet = _sheet_meant(runtime, actor, batch_id, number, last_good.strip())
    with runtime.deed(actor, "batch.stop-attempt", f"batch:{batch_id}") as session:
        attempts.stop(
            session,
            batch_id,
            number,
            last_good=sheet,
            spoiled=spoiled,
            reason=reason,
            actor=actor,
            now=runtime.now(),
        )
    sign_head(runtime)


def attempts_of(runtime: Runtime, actor: Actor, batch_id: int) -> tuple[AttemptRow, ...]:
    """Return the attempts to print a run, newest first.

    Raises:
        UnknownRow: there is no such run within reach.
    """
    with runtime.database.reading() as session:
        get_batch(session, batch_id, actor)
        return views.attempts(session, batch_id)


def to_resume(runtime: Runtime, actor: Actor, batch_id: int) -> Printable | None:
    """Return what another attempt would print now; None when nothing can be resumed."""
    with runtime.database.reading() as session:
        row = get_batch(session, batch_id, actor)
        if row.released_at is None:
            return None
        try:
            return views.printable(session, batch_id, Layout())
        except RegistryError:
            return None


def where_is(runtime: Runtime, actor: Actor, batch_id: int, number: int) -> JobPlace:
    """Return where the print system says that an attempt's job is; a hint, never a proof."""
    roles.require(actor, Action.RELEASE_PRINT)
    attempt = _attempt(runtime, actor, batch_id, number)
    printer = next((one for one in runtime.settings.printers if one.name == attempt.printer), None)
    if printer is None or attempt.job is None:
        return JobPlace.NOBODY_KNOWS
    return printers.where_is(printer, attempt.job)


def known_dots(runtime: Runtime, printer: str) -> str | None:
    """Return the dots that a printer is known to print well; None where that is not known."""
    dots = runtime.settings.mark_rules.printers.get(printer)
    return None if dots is None else dots.text


def printers_for(runtime: Runtime, row: BatchRow) -> tuple[tuple[str, bool], ...]:
    """Return the printers of the installation, each with whether it is meant for other dots than the copies bear."""
    return tuple(
        (one.name, views.differs(one.name, known_dots(runtime, one.name), row.printer, row.dots))
        for one in runtime.settings.printers
    )


def unsettled(runtime: Runtime, actor: Actor) -> tuple[Unsettled, ...]:
    """Return the attempts of which nobody has said what came out, those that may not have printed first."""
    with runtime.database.reading() as session:
        return views.unsettled(session, actor)


def waste(runtime: Runtime, actor: Actor) -> tuple[Waste, ...]:
    """Return the spoiled sheets that wait to be destroyed."""
    with runtime.database.reading() as session:
        return views.waste(session, actor)


def destroy_sheets(
    runtime: Runtime,
    actor: Actor,
    sheet_ids: Sequence[int],
    equipment_id: int,
    witnesses: Sequence[Witness],
) -> None:
    """Record that spoiled sheets were destroyed before witnesses, each of whom proves themselves now.

    Raises:
        PinRefused, PinClosed: it is not them; recorded.
        SheetsUnwitnessed: the level wants more witnesses, other people, or a finer shredder.
    """
    with runtime.refusals(actor, "batch.destroy-sheets", "sheets"):
        roles.require(actor, Action.DESTROY)
    proven = [proving.prove_person(runtime, actor, one.person_id, one.pin) for one in witnesses]
    with runtime.deed(actor, "batch.destroy-sheets", "sheets") as session:
        attempts.destroy_sheets(
            session, sheet_ids, equipment_id, witnesses=proven, actor=actor, now=runtime.now()
        )


def _as_file(runtime: Runtime, actor: Actor, batch_id: int, layout: Layout, *, resumes: bool) -> Download:
    number, chunks = _let_go(runtime, actor, batch_id, layout, None, resumes=resumes)
    name = f"print-run-{batch_id}.pdf" if number == 1 else f"print-run-{batch_id}-{number}.pdf"
    return Download(name, number, _watched(runtime, actor, batch_id, number, chunks()))


def _to_printer(
    runtime: Runtime, actor: Actor, batch_id: int, name: str, layout: Layout, *, resumes: bool
) -> AttemptRow:
    with runtime.refusals(actor, "batch.release", f"batch:{batch_id}"):
        roles.require(actor, Action.RELEASE_PRINT)
        printer = printers.find_printer(runtime.settings.printers, name)
    number, chunks = _let_go(runtime, actor, batch_id, layout, printer, resumes=resumes)
    duplex = _attempt(runtime, actor, batch_id, number).layout.duplex
    try:
        job = printers.hand_over(
            printer,
            f"Foliotrace {batch_id}-{number}",
            chunks(),
            duplex=duplex,
            limit_s=runtime.settings.printer_timeout_s,
        )
    except (ServiceFault, RegistryError, WatermarkError, OSError) as fault:
        _doubt(runtime, actor, batch_id, number, getattr(fault, "code", printers.PrinterUnclear.code))
    else:
        _sent(runtime, actor, batch_id, number, job)
    return _attempt(runtime, actor, batch_id, number)


def _let_go(
    runtime: Runtime, actor: Actor, batch_id: int, layout: Layout, printer: Printer | None, *, resumes: bool
) -> tuple[int, Chunks]:
    """Prove what is to leave, write its release down, and return the attempt and what yields its bytes."""
    subject = f"batch:{batch_id}"
    action = "batch.resume" if resumes else "batch.release"
    with runtime.refusals(actor, action, subject), runtime.database.reading() as session:
        row = get_batch(session, batch_id, actor)
        roles.require(actor, Action.RELEASE_PRINT)
        if not resumes:
            batches.next_batch_state(row.state, BatchStep.RELEASE)
        elif row.released_at is None:
            raise attempts.NotReleasedYet("got a run that never left", state=str(row.state))
        keeping.require_content(session, row.document_id)
        going = views.printable(session, batch_id, layout)

    def chunks() -> Iterator[bytes]:
        return _bound(runtime, going)

    try:
        output_sha256 = _proven(runtime, going, chunks)
    except (FileMissing, FileDamaged, WatermarkError) as fault:
        _fail_unreleased(runtime, batch_id, fault.code)
        raise
    leaving = Leaving(
        layout=going.layout,
        stretches=going.stretches,
        output_sha256=output_sha256,
        printer=None if printer is None else printer.name,
        dots=None if printer is None else known_dots(runtime, printer.name),
    )
    act = attempts.resume if resumes else attempts.release
    with runtime.deed(actor, action, subject) as session:
        number = act(session, batch_id, leaving, actor=actor, now=runtime.now())
    sign_head(runtime)
    return number, chunks


def _fail_unreleased(runtime: Runtime, batch_id: int, failure: str) -> None:
    """Write down that a run which has not left cannot leave as it is."""
    with runtime.database.transaction() as session:
        if batch_state(session, batch_id) is BatchState.READY:
            making_acts.fail(session, batch_id, failure, actor=Actor.system(), now=runtime.now())


def _proven(runtime: Runtime, going: Printable, chunks: Chunks) -> str:
    """Put everything together without sending it; return the hash of it.

    Raises:
        FileMissing, FileDamaged: a part is not what was stored, or a copy not what was recorded of it.
    """
    if going.whole_sha256 is None:
        base = _base(runtime, going)
        for part in going.parts:
            if fingerprint(base, _delta(runtime, part)).sha256 != part.stamped_sha256:
                raise FileDamaged(part.stamped_sha256)
    digest = hashlib.sha256()
    for chunk in chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _bound(runtime: Runtime, going: Printable) -> Iterator[bytes]:
    """Yield the print file; one copy at a time is in memory."""
    if going.whole_sha256 is not None:
        return runtime.store.chunks(going.whole_sha256)
    copies = (
        BoundCopy(_delta(runtime, part), marks.face_lines(part) if going.layout.faces else ())
        for part in going.parts
    )
    return bind(
        _base(runtime, going), copies, duplex=going.layout.duplex, first_sheet=going.parts[0].skipped + 1
    )


def _base(runtime: Runtime, going: Printable) -> Base:
    return Base.from_bytes(runtime.store.get(going.base_sha256 or ""))


def _delta(runtime: Runtime, part: Part) -> Delta:
    return Delta.from_bytes(runtime.store.get(part.delta_sha256 or ""))


def _watched(
    runtime: Runtime, actor: Actor, batch_id: int, number: int, chunks: Iterator[bytes]
) -> Iterator[bytes]:
    """Yield the file; when all of it has left, that is written down, and if it breaks, that."""
    try:
        yield from chunks
    except (ServiceFault, RegistryError, WatermarkError) as fault:
        _doubt(runtime, actor, batch_id, number, fault.code)
        raise
    _sent(runtime, actor, batch_id, number, None)


def _sent(runtime: Runtime, actor: Actor, batch_id: int, number: int, job: str | None) -> None:
    """Write down that everything has left; if that fails the attempt stays unknown, which is true."""
    try:
        with runtime.database.transaction() as session:
            attempts.send(session, batch_id, number, job=job, actor=actor, now=runtime.now())
    except (DBAPIError, RegistryError, ServiceFault) as fault:
        logger.warning("sending was not recorded", batch=batch_id, error=type(fault).__name__)


def _doubt(runtime: Runtime, actor: Actor, batch_id: int, number: int, failure: str) -> None:
    """Write down what went wrong; the attempt is unknown with or without that."""
    try:
        with runtime.database.transaction() as session:
            attempts.doubt(session, batch_id, number, failure, actor=actor, now=runtime.now())
    except (DBAPIError, RegistryError, ServiceFault) as fault:
        logger.warning("a doubt was not recorded", batch=batch_id, error=type(fault).__name__)


def _attempt(runtime: Runtime, actor: Actor, batch_id: int, number: int) -> AttemptRow:
    found = [row for row in attempts_of(runtime, actor, batch_id) if row.number == number]
    if not found:
        raise UnknownRow(PrintAttempt.__tablename__, f"{batch_id}/{number}")
    return found[0]


def _sheet_meant(runtime: Runtime, actor: Actor, batch_id: int, number: int, last_good: str) -> int:
    """Return the sheet that a number or a scan means."""
    attempt = _attempt(runtime, actor, batch_id, number)
    if last_good in {"", "0"}:
        return attempt.first_sheet - 1
    if last_good.isdecimal() and len(last_good) <= len(str(attempt.last_sheet)):
        return int(last_good)
    scan = read_scan(runtime.tokens, last_good)
    stretch = next((each for each in attempt.stretches if each.code == scan.code), None)
    with runtime.database.reading() as session:
        pages = get_copy(session, scan.code, actor).copy.pages
    if stretch is None or scan.page is None:
        raise SheetOutOfRange(
            "got a mark of another run", first=attempt.first_sheet - 1, last=attempt.last_sheet - 1
        )
    before = stretch.last - attempt.layout.sheets_per_copy(pages)
    return before + attempt.layout.place_of(scan.page)
