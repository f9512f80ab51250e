"""Attempts to print a run, what an attempt would print now, and the sheets that wait to be destroyed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from registry.errors import ConflictError
from registry.models import (
    AttemptCopy,
    Copy,
    Document,
    Movement,
    Person,
    PrintAttempt,
    PrintBatch,
    SpoiledSheet,
    Unit,
)
from registry.rows import get_row, once_held
from registry.rules import roles, sheets
from registry.rules.attempts import OPEN, AttemptState, Paper, Route, paper_after
from registry.rules.lifecycle import State
from registry.rules.roles import Action, Actor
from registry.rules.sheets import Arrangement, Layout, Stretch
from registry.rules.words import BatchState, Custodian
from registry.views.copies import place_in_run
from registry.views.holdings import Name, name


def _on_paper() -> sa.Select[int, int | None, BatchState, bool, bool, int, AttemptState, int | None, int]:
    """Return the query behind `on_paper`: for each copy its run, and a row for each attempt that prints it."""
    attempt = aliased(PrintAttempt)
    return (
        sa.select(
            Copy.id,
            Copy.batch_id,
            PrintBatch.state,
            sa.exists().where(PrintAttempt.batch_id == PrintBatch.id).label("is_counted"),
            sa.exists()
            .where(Movement.copy_id == Copy.id, Movement.custodian == Custodian.PERSON)
            .label("was_held"),
            attempt.number,
            attempt.state.label("attempt_state"),
            attempt.last_good_sheet,
            AttemptCopy.last_sheet,
        )
        .outerjoin(PrintBatch, Copy.batch_id == PrintBatch.id)
        .outerjoin(AttemptCopy, AttemptCopy.copy_id == Copy.id)
        .outerjoin(attempt, AttemptCopy.attempt_id == attempt.id)
        .where(Copy.id.in_(sa.bindparam("copy_ids", expanding=True)))
        .order_by(attempt.number)
    )


_ON_PAPER: Final = _on_paper()


class AttemptOpen(ConflictError):
    """Nobody has said yet what became of the attempt before."""

    code = "attempt-open"


class NothingLeftToPrint(ConflictError):
    """Every sheet of the run came out, or its copies are no longer in stock."""

    code = "nothing-left-to-print"


class MadeByOlderRelease(ConflictError):
    """The run was made before sheets were counted: its one file cannot be divided."""

    code = "made-by-older-release"


@dataclass(frozen=True)
class Part:
    """One copy in an attempt.

    Attributes:
        stretch: Its sheets, numbered over the whole run.
        skipped: How many of its sheets come before those.
        number, size: Which copy of its run it is, of how many.
    """

    stretch: Stretch
    skipped: int
    copy_no: int
    number: int
    size: int
    holder_zh: str
    holder_en: str
    delta_sha256: str | None
    stamped_sha256: str


@dataclass(frozen=True)
class Printable:
    """What an attempt would print now.

    Attributes:
        number: Which attempt of its run it would be.
        whole_sha256: The joined file of a run that an older release made.
    """

    number: int
    layout: Layout
    parts: tuple[Part, ...]
    base_sha256: str | None
    whole_sha256: str | None

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The sheets of each copy."""
        return tuple(part.stretch for part in self.parts)


@dataclass(frozen=True)
class Waste:
    """A spoiled sheet; ``pages`` is empty for a face sheet."""

    id: int
    batch_id: int
    attempt: int
    sheet: int
    code: str
    copy_no: int
    pages: str
    doc_number: str
    title: str
    level: str
    scheme: str
    spoiled_at: datetime
    destroyed_at: datetime | None


@dataclass(frozen=True)
class Unsettled:
    """An attempt of which nobody has said what came out."""

    batch_id: int
    number: int
    state: AttemptState
    doc_number: str
    title: str
    level: str
    copies: int
    released_at: datetime
    released_by: Name | None


@dataclass(frozen=True)
class OnPaper:
    """What is known of the paper of a copy; ``attempt`` is the last one that prints it, None where none does.

    ``batch_id`` is None for a copy that was taken over from an older register.
    """

    paper: Paper
    batch_id: int | None
    attempt: int | None


@dataclass(frozen=True)
class AttemptRow:
    """One attempt to print a run; sheets are numbered over the whole run.

    Attributes:
        dots: Those that its printer is known to print well, None where that is not known.
        made_for: The printer for which the copies were made, None for none in particular.
        copies_dots: Those that the copies bear.
    """

    number: int
    state: AttemptState
    route: Route
    printer: str | None
    dots: str | None
    made_for: str | None
    copies_dots: str | None
    layout: Layout
    stretches: tuple[Stretch, ...]
    output_sha256: str
    job: str | None
    failure: str | None
    last_good_sheet: int | None
    reason: str | None
    released_at: datetime
    released_by: Name | None
    sent_at: datetime | None
    ended_at: datetime | None
    ended_by: Name | None
    spoiled: tuple[Waste, ...]

    @property
    def dots_differ(self) -> bool:
        """Whether its printer is meant for other dots than the copies bear, or not known for them."""
        return self.printer is not None and differs(self.printer, self.dots, self.made_for, self.copies_dots)

    @property
    def first_sheet(self) -> int:
        """The first sheet that it prints."""
        return self.stretches[0].first

    @property
    def last_sheet(self) -> int:
        """The last sheet that it prints."""
        return self.stretches[-1].last

    @property
    def sheet_count(self) -> int:
        """How many sheets it prints."""
        return len(sheets.sheets_of(self.stretches))


def differs(printer: str, dots: str | None, made_for: str | None, copies_dots: str | None) -> bool:
    """Tell whether a printer is meant for other dots than copies bear.

    One of which no dots are known prints those of the level as well as any, but not those made for another printer.
    """
    if copies_dots is None:
        return False
    return made_for not in {None, printer} if dots is None else dots != copies_dots


def attempts(session: Session, batch_id: int) -> tuple[AttemptRow, ...]:
    """Return the attempts to print a run, newest first."""
    query = (
        sa.select(PrintAttempt)
        .where(PrintAttempt.batch_id == batch_id)
        .order_by(PrintAttempt.number.desc())
        .options(
            selectinload(PrintAttempt.copies).joinedload(AttemptCopy.copy),
            selectinload(PrintAttempt.spoiled).joinedload(SpoiledSheet.copy),
        )
    )
    return tuple(map(_row, session.scalars(query)))


def printable(session: Session, batch_id: int, layout: Layout) -> Printable:
    """Return what the next attempt of a run would print; ``layout`` counts for the first attempt only.

    Raises:
        AttemptOpen: the attempt before has no end yet.
        NothingLeftToPrint: no sheet of a copy in stock is missing; one that a holder has had is not printed again.
        MadeByOlderRelease: the run has one file only, and it has left.
    """
    batch = _with_copies(session, batch_id)
    last = batch.attempts[-1] if batch.attempts else None
    if last is None:
        stretches, layout = _first_stretches(batch, layout)
    else:
        if last.state in OPEN:
            raise AttemptOpen("got a run whose last attempt has no end", state=str(last.state))
        if batch.output_sha256 is not None:
            raise MadeByOlderRelease("got a run that cannot be divided")
        layout = _layout(last)
        stretches = _rest(last)
    by_code = {copy.code: copy for copy in batch.copies if copy.state is State.IN_STOCK}
    if last is not None:
        held = once_held(session, [copy.id for copy in by_code.values()])
        by_code = {code: copy for code, copy in by_code.items() if copy.id not in held}
    parts = tuple(
        _part(by_code[each.code], each, batch.document, layout) for each in stretches if each.code in by_code
    )
    if not parts:
        raise NothingLeftToPrint("got a run of which nothing is left to print")
    return Printable(
        number=1 if last is None else last.number + 1,
        layout=layout,
        parts=parts,
        base_sha256=batch.base_sha256,
        whole_sha256=batch.output_sha256,
    )


def on_paper(session: Session, copy_ids: Collection[int]) -> dict[int, OnPaper]:
    """Return what is known of the paper of copies, by their ids.

    What a holder has had was whole, whatever was said of the printer; a run that left before attempts were counted
    is believed, and so is an older register.
    """
    found = {}
    for row in session.execute(
        _ON_PAPER, {"copy_ids": copy_ids}
    ):  # of several attempts that print a copy, the last counts
        if row.was_held or row.batch_id is None or (row.state is BatchState.RELEASED and not row.is_counted):
            paper = Paper.OUT
        elif row.number is None:
            paper = Paper.MISSING
        else:
            paper = paper_after(row.attempt_state, row.last_sheet, row.last_good_sheet)
        found[row.id] = OnPaper(paper, row.batch_id, row.number)
    return found


def unsettled(session: Session, actor: Actor) -> tuple[Unsettled, ...]:
    """Return the attempts of which nobody has said what came out; none for who may not release.

    Those of which nobody knows whether they printed come first, then the oldest. What left before attempts were counted
    is among them until somebody looks at its paper.
    """
    if not roles.may(actor, Action.RELEASE_PRINT):
        return ()
    query = (
        sa.select(PrintAttempt)
        .where(PrintAttempt.state.in_(OPEN))
        .order_by(PrintAttempt.state != AttemptState.UNKNOWN, PrintAttempt.id)
        .options(
            selectinload(PrintAttempt.copies),
            joinedload(PrintAttempt.batch).joinedload(PrintBatch.document),
            joinedload(PrintAttempt.released_by),
        )
    )
    return tuple(
        Unsettled(
            batch_id=attempt.batch_id,
            number=attempt.number,
            state=attempt.state,
            doc_number=attempt.batch.document.doc_number,
            title=attempt.batch.document.title,
            level=attempt.batch.document.level,
            copies=len(attempt.copies),
            released_at=attempt.released_at,
            released_by=None if attempt.released_by is None else name(attempt.released_by),
        )
        for attempt in session.scalars(query)
    )


def waste(session: Session, actor: Actor) -> tuple[Waste, ...]:
    """Return the spoiled sheets that wait to be destroyed, oldest first; none for who may not know of print runs."""
    if not roles.may(actor, Action.READ_REGISTER):
        return ()
    query = (
        sa.select(SpoiledSheet)
        .where(SpoiledSheet.destroyed_at.is_(None))
        .order_by(SpoiledSheet.id)
        .options(joinedload(SpoiledSheet.copy).joinedload(Copy.document), joinedload(SpoiledSheet.attempt))
    )
    return tuple(map(_waste, session.scalars(query)))


def _with_copies(session: Session, batch_id: int) -> PrintBatch:
    """Return a run with its copies and attempts, read in a few queries however many there are."""
    get_row(session, PrintBatch, batch_id)
    return session.scalars(
        sa.select(PrintBatch)
        .where(PrintBatch.id == batch_id)
        .options(
            selectinload(PrintBatch.copies).joinedload(Copy.recipient),
            selectinload(PrintBatch.attempts).selectinload(PrintAttempt.copies).joinedload(AttemptCopy.copy),
        )
    ).one()


def _first_stretches(batch: PrintBatch, layout: Layout) -> tuple[tuple[Stretch, ...], Layout]:
    if batch.output_sha256 is not None:
        layout = Layout()  # how older releases joined every run
    copies = [copy for copy in batch.copies if copy.stamped_sha256 is not None]
    if layout.arrangement is Arrangement.BY_RECIPIENT:
        copies = _by_recipient(copies)
    return sheets.lay_out(
        [copy.code for copy in copies], layout.sheets_per_copy(batch.document.pages)
    ), layout


def _rest(last: PrintAttempt) -> tuple[Stretch, ...]:
    """Return what an attempt that has ended did not print; nothing if somebody has seen all of it."""
    if last.state is AttemptState.PRINTED:
        return ()
    after = (last.last_good_sheet or 0) + 1
    return tuple(left for each in _stretches(last) if (left := each.begun_at(after)))


def _by_recipient(copies: Sequence[Copy]) -> list[Copy]:
    """Put the copies of one recipient together; those that name nobody go to the issuing unit, as one recipient."""
    lowest: dict[int | None, int] = {}
    for copy in copies:
        lowest.setdefault(copy.recipient_id, copy.copy_no)
    return sorted(copies, key=lambda copy: (lowest[copy.recipient_id], copy.copy_no))


def _part(copy: Copy, stretch: Stretch, document: Document, layout: Layout) -> Part:
    number, size = place_in_run(copy)
    named: Person | Unit = copy.recipient or document.issuing_unit
    per_copy = layout.sheets_per_copy(document.pages)
    return Part(
        stretch=stretch,
        skipped=per_copy - (stretch.last - stretch.first + 1),
        copy_no=copy.copy_no,
        number=number,
        size=size,
        holder_zh=named.name_zh,
        holder_en=named.name_en,
        delta_sha256=copy.delta_sha256,
        stamped_sha256=copy.stamped_sha256 or "",
    )


def _row(attempt: PrintAttempt) -> AttemptRow:
    return AttemptRow(
        number=attempt.number,
        state=attempt.state,
        route=attempt.route,
        printer=attempt.printer,
        dots=attempt.dots,
        made_for=attempt.batch.printer,
        copies_dots=attempt.batch.dots,
        layout=_layout(attempt),
        stretches=_stretches(attempt),
        output_sha256=attempt.output_sha256,
        job=attempt.job,
        failure=attempt.failure,
        last_good_sheet=attempt.last_good_sheet,
        reason=attempt.reason,
        released_at=attempt.released_at,
        released_by=None if attempt.released_by is None else name(attempt.released_by),
        sent_at=attempt.sent_at,
        ended_at=attempt.ended_at,
        ended_by=None if attempt.ended_by is None else name(attempt.ended_by),
        spoiled=tuple(map(_waste, attempt.spoiled)),
    )


def _waste(sheet: SpoiledSheet) -> Waste:
    document = sheet.copy.document
    return Waste(
        id=sheet.id,
        batch_id=sheet.attempt.batch_id,
        attempt=sheet.attempt.number,
        sheet=sheet.sheet,
        code=sheet.copy.code,
        copy_no=sheet.copy.copy_no,
        pages=sheet.pages,
        doc_number=document.doc_number,
        title=document.title,
        level=document.level,
        scheme=document.scheme,
        spoiled_at=sheet.spoiled_at,
        destroyed_at=sheet.destroyed_at,
    )


def _layout(attempt: PrintAttempt) -> Layout:
    return Layout(attempt.duplex, attempt.faces, attempt.arrangement)


def _stretches(attempt: PrintAttempt) -> tuple[Stretch, ...]:
    return tuple(Stretch(each.copy.code, each.first_sheet, each.last_sheet) for each in attempt.copies)
