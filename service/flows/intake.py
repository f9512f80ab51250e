"""From the rows of a table to the deeds of their registers: what each kind of row states, and which act takes it.

Pure but for the session: whoever calls decides whether it is a rehearsal. Laws: a row says everything that is wrong
with it at once; what its register refuses is told at the column it is about; persons and units are named by number and
code, or by a name that only one has.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.acts import attendance, meetings, people, takeover
from registry.errors import ConflictError, RegistryError, UnknownError
from registry.models import Document, Meeting, Person, Unit
from registry.rows import get_row
from registry.rules.codes import LAST_COPY_NO, parse_copy_no
from registry.rules.facts import DocumentFacts, MeetingFacts
from registry.rules.imports import ImportKind
from registry.rules.levels import Scheme
from registry.rules.lifecycle import State
from registry.rules.roles import Actor
from registry.rules.takeover import OldCopy, require_whole
from registry.rules.texts import MissingText
from service.config import Settings
from service.exchange import cells
from service.exchange.columns import COLUMNS
from service.times import end_of_day, instant

MOST_PAGES: Final = 10_000
T = TypeVar("T")

COLUMN_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unit-code-taken": "code",
        "staff-number-taken": "staff_no",
        "login-taken": "login",
        "old-number-taken": "doc_number",
        "invalid-period": "secrecy_period",
        "unknown-level": "level",
        "scheme-disabled": "scheme",
        "meeting-closed": "meeting",
        "meeting-below-document": "meeting",
        "mixed-schemes": "meeting",
        "not-cleared": "staff_no",
        "already-attending": "staff_no",
        "attendee-inactive": "staff_no",
        "seat-taken": "seat",
    }
)
"""Where a refusal belongs that names no field itself, by its code."""


class UnitUnknown(UnknownError):
    """No unit has this code or name, or more than one has the name."""

    code = "unit-unknown"


class PersonUnknown(UnknownError):
    """Nobody who works here has this staff number or name, or more than one has the name."""

    code = "person-unknown"


class MeetingUnknown(UnknownError):
    """No meeting has this number or name, or more than one has the name."""

    code = "meeting-unknown"


class NameDiffers(ConflictError):
    """The staff number is another person's than the name says."""

    code = "name-differs"


class MeetingTwice(ConflictError):
    """The same meeting of the same unit at the same time is registered already."""

    code = "meeting-twice"


class DocumentDiffers(ConflictError):
    """Rows of one document, or the register, say different things of it."""

    code = "document-differs"


@dataclass(frozen=True)
class Problem:
    """What is wrong at a place of a table.

    Attributes:
        row: Number of the row, as a spreadsheet program counts.
        column: Name of the column; empty for the row as a whole.
        code: Stable name of the refusal.
        facts: Its facts.
        said: Its clause in English, for logs and the command line.
    """

    row: int
    column: str
    code: str
    facts: Mapping[str, Any]
    said: str

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "facts": dict(self.facts),
            "said": self.said,
        }


@dataclass(frozen=True)
class Desk:
    """What taking a row in needs: the session, who acts, when, and what the installation decides.

    ``locked_password`` is the hash of a password that nobody knows: accounts open when the administrator sets one.
    """

    session: Session
    actor: Actor
    now: datetime
    settings: Settings
    locked_password: str


@dataclass
class Row:
    """One row while it is read: its cells by column, and what is wrong with it so far."""

    number: int
    cells: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def text(self, column: str) -> str:
        """Return a cell as it is, empty where there is none."""
        return self.cells.get(column, "")

    @contextmanager
    def at(self, column: str) -> Iterator[None]:
        """Take a refusal as one of this column, or of the one that it names itself."""
        try:
            yield
        except RegistryError as refusal:
            self.refuse(refusal, column)

    def refuse(self, refusal: RegistryError, column: str = "") -> None:
        """Keep a refusal."""
        told = refusal.facts.get("field")
        place = told if isinstance(told, str) else column or COLUMN_OF.get(refusal.code, "")
        problem = Problem(self.number, place, refusal.code, refusal.facts, str(refusal))
        if problem not in self.problems:  # a cell that is read for two purposes is wrong once
            self.problems.append(problem)

    def value(self, column: str, parse: Callable[[str], T], otherwise: T) -> T:
        """Return what a cell means; ``otherwise`` where it is empty or wrong, which is kept."""
        said = self.text(column)
        if said:
            with self.at(column):
                return parse(said)
        return otherwise

    def require(self, kind: ImportKind) -> None:
        """Keep every required column that is empty."""
        for column in COLUMNS[kind]:
            if column.required and not self.text(column.name):
                self.refuse(MissingText(f"got nothing for {column.name}", field=column.name))


@dataclass(frozen=True)
class Step:
    """Rows that are taken in by one deed."""

    rows: tuple[Row, ...]
    take: Callable[[Desk], None]


def steps(kind: ImportKind, rows: Sequence[Row]) -> Iterator[Step]:
    """Yield what has to be done to take rows in, in order; each step keeps what is wrong at its rows, and may raise."""
    if kind is ImportKind.COPIES:
        yield from _copy_steps(rows)
        return
    ordered = _parents_first(rows) if kind is ImportKind.UNITS else rows
    take = _TAKERS[kind]
    for row in ordered:
        yield Step((row,), lambda desk, row=row: take(desk, row))  # type: ignore[misc]  # mypy cannot infer it


def lock_named(desk: Desk, kind: ImportKind, rows: Sequence[Row]) -> None:
    """Lock what rows name and their registers lock, in ascending order, before anything is made.

    In the table's order instead, taking in and a deed beside it could wait for each other.
    """
    model = Document if kind is ImportKind.COPIES else Meeting
    find = _named_document if kind is ImportKind.COPIES else _named_meeting
    for key in sorted({key for row in rows if (key := find(desk, row)) is not None}):
        get_row(desk.session, model, key, lock=True)


def _named_meeting(desk: Desk, row: Row) -> int | None:
    said = row.text("meeting")
    try:
        return _meeting(desk, said) if said else None
    except MeetingUnknown:
        return None  # its step says so


def _named_document(desk: Desk, row: Row) -> int | None:
    try:
        issuing_id = _unit(desk, row.text("issuing_unit"))
    except UnitUnknown:
        return None  # its step says so
    return _known_id(desk, issuing_id, row)


def _take_unit(desk: Desk, row: Row) -> None:
    parent_id = row.value("parent", lambda said: _unit(desk, said), None)
    if row.problems:
        return
    name_zh = row.text("name_zh")
    people.add_unit(
        desk.session,
        row.text("code"),
        name_zh,
        row.text("name_en") or name_zh,
        parent_id=parent_id,
        actor=desk.actor,
        now=desk.now,
    )


def _take_person(desk: Desk, row: Row) -> None:
    unit_id = row.value("unit", lambda said: _unit(desk, said), 0)
    if row.problems:
        return
    name_zh = row.text("name_zh")
    person_id = people.add_person(
        desk.session,
        row.text("staff_no"),
        name_zh,
        row.text("name_en") or name_zh,
        unit_id,
        actor=desk.actor,
        now=desk.now,
    )
    if login := row.text("login"):
        people.add_account(
            desk.session,
            person_id,
            login,
            desk.locked_password,
            desk.settings.language,
            actor=desk.actor,
            now=desk.now,
        )


def _take_meeting(desk: Desk, row: Row) -> None:
    unit_id = row.value("unit", lambda said: _unit(desk, said), 0)
    scheme = row.value("scheme", cells.parse_scheme, Scheme.COMPANY)
    level = row.value("level", lambda said: cells.parse_level(said, scheme), "")
    starts_at = row.value(
        "starts_at", lambda said: instant(cells.parse_moment(said), desk.settings), desk.now
    )
    if row.problems:
        return
    facts = MeetingFacts(row.text("title"), str(scheme), level, unit_id, row.text("place"), starts_at)
    twin = sa.select(Meeting.id).where(
        Meeting.title == facts.title, Meeting.unit_id == unit_id, Meeting.starts_at == starts_at
    )
    if (known := desk.session.scalar(twin)) is not None:
        raise MeetingTwice("got a meeting that is registered", field="title", meeting=known)
    meetings.plan(desk.session, facts, enabled=desk.settings.enabled_schemes, actor=desk.actor, now=desk.now)


def _take_attendee(desk: Desk, row: Row) -> None:
    meeting_id = row.value("meeting", lambda said: _meeting(desk, said), 0)
    person_id = row.value("staff_no", lambda said: _person(desk, said, row.text("name")), 0)
    if row.problems:
        return
    attendance.name(desk.session, meeting_id, person_id, actor=desk.actor, now=desk.now)
    if place := row.text("seat"):
        attendance.seat(desk.session, meeting_id, person_id, place, actor=desk.actor, now=desk.now)


def _take_document(desk: Desk, row: Row) -> None:
    issuing_id = row.value("issuing_unit", lambda said: _unit(desk, said), 0)
    meeting_id = row.value("meeting", lambda said: _meeting(desk, said), None)
    facts, pages = _document(desk, row, issuing_id)
    if row.problems:
        return
    takeover.take_over_document(
        desk.session,
        replace(facts, meeting_id=meeting_id),
        pages,
        enabled=desk.settings.enabled_schemes,
        actor=desk.actor,
        now=desk.now,
    )


_TAKERS: Final[Mapping[ImportKind, Callable[[Desk, Row], None]]] = MappingProxyType(
    {
        ImportKind.UNITS: _take_unit,
        ImportKind.PEOPLE: _take_person,
        ImportKind.MEETINGS: _take_meeting,
        ImportKind.ATTENDEES: _take_attendee,
        ImportKind.DOCUMENTS: _take_document,
    }
)


def _copy_steps(rows: Sequence[Row]) -> Iterator[Step]:
    """Yield a step for each document of a paper register, with all of its copies."""
    by_document: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        by_document.setdefault((row.text("issuing_unit"), _key(row.text("doc_number"))), []).append(row)
    for of_document in by_document.values():
        some = tuple(of_document)
        yield Step(some, lambda desk, some=some: _take_copies(desk, some))  # type: ignore[misc]


def _take_copies(desk: Desk, rows: tuple[Row, ...]) -> None:
    head = rows[0]
    issuing_id = head.value("issuing_unit", lambda said: _unit(desk, said), 0)
    known_id = _known_id(desk, issuing_id, head)
    known = None if known_id is None else desk.session.get_one(Document, known_id)
    stated = [row for row in rows if any(row.text(name) for name in _STATED)]
    if known is None and not head.problems:
        first = stated[0] if stated else head
        for column in COLUMNS[ImportKind.DOCUMENTS]:
            if column.required and not first.text(column.name):
                first.refuse(MissingText(f"got nothing for {column.name}", field=column.name))
    old = [_old_copy(desk, row) for row in rows]
    for row in stated[1:]:
        _require_alike(stated[0], row)
    if known is not None:
        for row in stated:
            _require_as_known(row, known)
    facts, pages = (
        (None, 0) if known is not None else _document(desk, stated[0] if stated else head, issuing_id)
    )
    if any(row.problems for row in rows):
        return
    document_id = 0 if known is None else known.id
    if facts is not None:
        document_id = takeover.take_over_document(
            desk.session,
            facts,
            pages,
            enabled=desk.settings.enabled_schemes,
            actor=desk.actor,
            now=desk.now,
        )
    takeover.take_over_copies(
        desk.session,
        document_id,
        sorted(old, key=lambda copy: copy.copy_no),
        actor=desk.actor,
        now=desk.now,
    )


_STATED: Final = (
    "title",
    "level",
    "secrecy_period",
    "classifying_unit",
    "scheme",
    "need_to_know",
    "no_copying",
)
"""What a row of a paper register may say of its document; its pages may differ from copy to copy."""


def _old_copy(desk: Desk, row: Row) -> OldCopy:
    settings = desk.settings
    since = row.value("since", lambda said: instant(cells.parse_moment(said), settings), None)
    due = row.value("due", lambda said: end_of_day(cells.parse_day(said), settings), None)
    state = row.value("state", cells.parse_state, None)
    copy = OldCopy(
        copy_no=row.value("copy_no", parse_copy_no, LAST_COPY_NO),
        state=state or State.IN_STOCK,
        holder_id=row.value("holder", lambda said: _person(desk, said, ""), None),
        since_at=since,
        due_at=due,
        pages=row.value("pages", lambda said: cells.parse_number(said, most=MOST_PAGES), None),
        remark=row.text("remark"),
    )
    if not row.problems and state is not None:
        try:
            require_whole(copy, desk.now)
        except RegistryError as refusal:
            row.refuse(refusal)
    return copy


def _known_id(desk: Desk, issuing_id: int, row: Row) -> int | None:
    """Return the document that a row of a paper register names, if this register has it."""
    number = _key(row.text("doc_number"))
    return desk.session.scalar(
        sa.select(Document.id).where(Document.issuing_unit_id == issuing_id, Document.doc_number == number)
    )


def _require_alike(first: Row, row: Row) -> None:
    for name in _STATED:
        if row.text(name) and row.text(name) != first.text(name):
            row.refuse(
                DocumentDiffers("got another text than in an earlier row", field=name, earlier=first.number)
            )


def _require_as_known(row: Row, known: Document) -> None:
    scheme = row.value("scheme", cells.parse_scheme, Scheme(known.scheme))
    level = row.value("level", lambda said: cells.parse_level(said, scheme), known.level)
    said = {"title": row.text("title") or known.title, "level": level, "scheme": str(scheme)}
    for name, value in said.items():
        if value != getattr(known, name):
            row.refuse(
                DocumentDiffers("got another text than in the register", field=name, document=known.id)
            )


def _document(desk: Desk, row: Row, issuing_id: int) -> tuple[DocumentFacts, int]:
    scheme = row.value("scheme", cells.parse_scheme, Scheme.COMPANY)
    facts = DocumentFacts(
        doc_number=row.text("doc_number"),
        title=row.text("title"),
        issuing_unit_id=issuing_id,
        classifying_unit_id=row.value("classifying_unit", lambda said: _unit(desk, said), issuing_id),
        scheme=str(scheme),
        level=row.value("level", lambda said: cells.parse_level(said, scheme), ""),
        secrecy_period=row.text("secrecy_period"),
        need_to_know=row.text("need_to_know"),
        no_copying=row.value("no_copying", cells.parse_yes, False),  # noqa: FBT003 - what an empty cell means
    )
    return facts, row.value("pages", lambda said: cells.parse_number(said, most=MOST_PAGES), 0)


def _parents_first(rows: Sequence[Row]) -> list[Row]:
    """Return units so that each comes after the one it belongs to; those of a circle stay where they are."""
    codes = {row.text("code"): row for row in rows}
    ordered: dict[int, Row] = {}
    for row in rows:
        above: dict[int, Row] = {}
        one: Row | None = row
        while one is not None and one.number not in above and one.number not in ordered:
            above[one.number] = one
            one = codes.get(one.text("parent"))
        ordered |= dict(reversed(above.items()))
    return list(ordered.values())


def _key(said: str) -> str:
    """Return a number or code as the register keeps it."""
    return " ".join(unicodedata.normalize("NFKC", said).split())


def _unit(desk: Desk, said: str) -> int:
    found = _only(desk, Unit.id, Unit.code == _key(said), Unit.name_zh == said, Unit.name_en == said)
    if found is None:
        raise UnitUnknown("got a unit that is not registered, or a name that several have")
    return found


def _person(desk: Desk, said: str, named: str) -> int:
    found = _only(
        desk,
        Person.id,
        sa.and_(Person.active, Person.staff_no == _key(said)),
        sa.and_(Person.active, Person.name_zh == said),
    )
    if found is None:
        raise PersonUnknown("got a person who is not registered, or a name that several have")
    person = desk.session.get_one(Person, found)
    if named and named not in {person.name_zh, person.name_en}:
        raise NameDiffers("got another name than the person with this number has", field="name")
    return found


def _meeting(desk: Desk, said: str) -> int:
    found = _only(
        desk,
        Meeting.id,
        Meeting.id == (int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0),  # noqa: PLR2004
        Meeting.title == said,
    )
    if found is None:
        raise MeetingUnknown("got a meeting that is not registered, or a name that several have")
    return found


def _only(desk: Desk, key: InstrumentedAttribute[int], *ways: sa.ColumnElement[bool]) -> int | None:
    """Return the one row that is meant in the first way that means any; None where that means several."""
    for way in ways:
        found = desk.session.scalars(sa.select(key).where(way).limit(2)).all()
        if found:
            return found[0] if len(found) == 1 else None
    return None
