"""Tables of others are offered, rehearsed, taken in whole, and undone.

Laws: an offered file is parsed in the sandbox and outside any transaction. A rehearsal is the taking in itself, row by
row, in a transaction that is rolled back, so that what it finds is what would happen. Taking in is one transaction: if
a row is refused, nothing of the table stays. Both the file as it came and the table that was read from it are kept, in
a room of their own; of an offer that lapsed neither.
Locks come in one order: the queue of tables, what the table names, what its rows make, and the ledger last.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from registry.acts import imports
from registry.errors import InvalidError, RegistryError, UnknownError
from registry.ledger import log
from registry.rules import imports as rules
from registry.rules import roles
from registry.rules.codes import copy_no_text, human_code
from registry.rules.imports import ImportKind, ImportState, ImportStep
from registry.rules.light import OnlyLight
from registry.rules.roles import Action, Actor
from registry.views import imports as views
from registry.views.imports import ImportRow
from service import passwords
from service.exchange.columns import COLUMNS, Head, HeadUnfit, find_head
from service.exchange.grid import MOST_BYTES, MOST_ROWS
from service.exchange.writing import Sheet, workbook
from service.flows import rooms
from service.flows.intake import Desk, Problem, Row, lock_named, steps
from service.papers.labels import Label, draw_labels
from service.runtime import Runtime

SHOWN_ROWS: Final = 20
"""How many rows of a table its page shows."""
PROBLEM_HEAD: Final = "错误 Problems"


class TableUnusable(InvalidError):
    """The file is no table that is taken here; fact ``reason`` names why."""

    code = "table-unusable"


class TableTooLarge(InvalidError):
    """The file, or what it unpacks to, is larger than what is taken."""

    code = "table-too-large"


class HeadUnusable(InvalidError):
    """Columns are missing from the head of the table, or come twice; facts ``missing`` and ``twice`` name them."""

    code = "table-head-unusable"


class NoOldCopies(UnknownError):
    """The import made no copies that are on paper."""

    code = "no-old-copies"


@dataclass(frozen=True)
class Table:
    """A table as it is kept: columns by name, further heads, and rows with their numbers."""

    kind: ImportKind
    head: Head
    rows: tuple[Row, ...]
    faults: tuple[Problem, ...]


@dataclass(frozen=True)
class ImportStory:
    """An import with the first rows of its table: columns with their heads, and rows by number."""

    row: ImportRow
    table: Table


class _Rehearsed(Exception):
    """The end of a rehearsal: nothing of it stays."""


_WITH_TITLES: Final = frozenset({ImportKind.DOCUMENTS, ImportKind.COPIES})
"""Tables that are kept as they came, and name documents by their titles."""
_TOO_LARGE: Final = frozenset({"too-many-rows", "too-many-columns", "cell-too-long", "unpacks-too-large"})


def offer(runtime: Runtime, actor: Actor, kind: ImportKind, offered: bytes, *, name: str = "") -> int:
    """Keep a table with what is wrong with it, and return the id of the import; nothing of it is taken in.

    Args:
        runtime: The tools.
        actor: Who offers it.
        kind: What its rows are.
        offered: The file as it was sent.
        name: What its owner called it.

    Raises:
        OnlyLight: it has titles, and this installation keeps none; recorded, nothing was stored.
        TableUnusable, TableTooLarge, HeadUnusable: it is no such table; recorded, nothing was stored.
        SandboxFault: it could not be read to its end; nothing was stored.
    """
    with runtime.refusals(actor, "import.offer", f"import:{kind}"):
        rules.require_importer(actor, kind)  # before a stranger's file costs anything
        if kind in _WITH_TITLES and runtime.settings.light_only:
            raise OnlyLight("got a table with titles where none are kept", field="file")
        if len(offered) > MOST_BYTES:
            raise TableTooLarge(f"got {len(offered)} bytes", what="bytes", limit=MOST_BYTES)
    answer = cast("tuple[str, Any, Any]", runtime.parse("service.exchange.offered:read", offered))
    with runtime.refusals(actor, "import.offer", f"import:{kind}"):
        table = _table_of(kind, answer)
    problems = _rehearse(runtime, actor, table)
    with rooms.own_room(runtime) as room:
        store = runtime.store.room(room)
        sha256, table_sha256 = store.put(offered), store.put(_dumped(table))
        with runtime.deed(actor, "import.offer", f"import:{kind}") as session:
            return imports.offer(
                session,
                kind,
                _short(name),
                sha256=sha256,
                table_sha256=table_sha256,
                room=room,
                size=len(table.rows),
                problems=problems,
                actor=actor,
                now=runtime.now(),
            )


def check(runtime: Runtime, actor: Actor, import_id: int) -> int:
    """Rehearse a table anew, since what it names may be there by now; return how many problems are left."""
    story = get_import(runtime, actor, import_id)
    problems = _rehearse(runtime, actor, story.table)
    with runtime.deed(actor, "import.check", f"import:{import_id}") as session:
        imports.recheck(session, import_id, problems, actor=actor, now=runtime.now())
    return len(problems)


def apply(runtime: Runtime, actor: Actor, import_id: int) -> int:
    """Take a table in, all of it or nothing, and return how many rows that were.

    Raises:
        ImportHasProblems: something was wrong with it when it was checked last.
        RegistryError: a row is refused by now; nothing was taken in.
    """
    story = get_import(runtime, actor, import_id)
    locked_password = _locked_password(story.table)
    with runtime.deed(actor, "import.apply", f"import:{import_id}") as session:
        now = runtime.now()
        with log.kept_back(session), imports.apply(session, import_id, actor=actor, now=now):
            desk = Desk(session, actor, now, runtime.settings, locked_password)
            for problem in _take(desk, story.table):
                raise imports.ImportHasProblems(
                    f"got a row that is refused by now: {problem.code}", problems=1, row=problem.row
                )
    return len(story.table.rows)


def undo(runtime: Runtime, actor: Actor, import_id: int) -> int:
    """Take out again what an import made, and return how many rows of the register that were.

    Raises:
        ImportInUse: something depends on it, or was changed since.
    """
    get_import(runtime, actor, import_id)
    with runtime.deed(actor, "import.undo", f"import:{import_id}") as session:
        return imports.undo(session, import_id, actor=actor, now=runtime.now())


def list_imports(runtime: Runtime, actor: Actor) -> tuple[ImportRow, ...]:
    """Return the latest imports that the actor may see, newest first."""
    with runtime.database.reading() as session:
        return views.list_imports(session, actor)


def get_import(runtime: Runtime, actor: Actor, import_id: int) -> ImportStory:
    """Return an import with its table, which is empty where the offer lapsed.

    Raises:
        UnknownRow: there is none, or none that the actor may see.
    """
    with runtime.database.reading() as session:
        row = views.get_import(session, import_id, actor)
    if row.state is ImportState.LAPSED:
        return ImportStory(row, Table(row.kind, Head({}, (), 0), (), ()))
    return ImportStory(row, _loaded(row.kind, runtime.store.room(row.room).get(row.table_sha256)))


def returned(
    runtime: Runtime, actor: Actor, import_id: int, say: Callable[[Mapping[str, Any]], str]
) -> bytes:
    """Return the table as a workbook with a further column that says what is wrong with each row.

    Args:
        runtime: The tools.
        actor: Who asks.
        import_id: The import.
        say: Tells a problem in words.

    Raises:
        ImpossibleImportStep: the offer lapsed, and its table is gone.
    """
    story = get_import(runtime, actor, import_id)
    if story.row.state is ImportState.LAPSED:
        rules.next_import_state(story.row.state, ImportStep.CHECK)
    heads = {column.name: column.head for column in COLUMNS[story.row.kind]}
    names = list(story.table.head.places.values())
    told: dict[int, list[str]] = {}
    wrong: set[tuple[int, int]] = set()
    places = {row.number: place for place, row in enumerate(story.table.rows)}
    for problem in story.row.problems:
        column = problem["column"]
        said = say(problem)
        told.setdefault(problem["row"], []).append(f"{heads[column]}: {said}" if column in heads else said)
        if column in names and problem["row"] in places:
            wrong.add((places[problem["row"]], names.index(column)))
    rows = [
        [*(row.text(name) for name in names), "\n".join(told.get(row.number, ()))] for row in story.table.rows
    ]
    wrong |= {(place, len(names)) for number, place in places.items() if number in told}
    head = [*(heads[name] for name in names), PROBLEM_HEAD]
    return workbook(Sheet("登记 Register", head, rows, frozenset(wrong)))


def template(kind: ImportKind, remarks: Sequence[tuple[str, str]]) -> bytes:
    """Return an empty table of a kind with one example, and a second sheet of remarks: head and what it means."""
    columns = COLUMNS[kind]
    return workbook(
        Sheet("登记 Register", [column.head for column in columns], [[column.example for column in columns]]),
        Sheet("说明 Remarks", ["列 Column", "说明 Meaning"], [list(remark) for remark in remarks]),
    )


def labels(runtime: Runtime, actor: Actor, import_id: int, *, first_place: int = 1) -> bytes:
    """Return labels with the codes of copies that were taken over, to be stuck on their paper, as a PDF.

    Raises:
        NoOldCopies: the import made none that are on paper.
    """
    roles.require(actor, Action.RELEASE_PRINT)
    with runtime.database.reading() as session:
        views.get_import(session, import_id, actor)
        found = views.old_labels(session, import_id)
    if not found:
        raise NoOldCopies("got an import without copies on paper", import_id=import_id)
    return draw_labels(
        [
            Label(copy_no_text(one.copy_no), human_code(one.code), f"{one.copy_no} / {one.last_copy_no}")
            for one in found
        ],
        first_place=first_place,
    )


def _table_of(kind: ImportKind, answer: tuple[str, Any, Any]) -> Table:
    """Return the table of what the sandbox has read.

    Raises:
        TableUnusable, TableTooLarge, HeadUnusable: it is none.
    """
    outcome, found, further = answer
    if outcome == "refused":
        if found in _TOO_LARGE:
            raise TableTooLarge("got a table that is too large", what=found, limit=further["limit"])
        raise TableUnusable("got a file that is no table", reason=str(found))
    try:
        head = find_head(kind, found)
    except HeadUnfit as unfit:
        raise HeadUnusable(
            "got a table with an unusable head",
            missing=" · ".join(column.head for column in unfit.missing) or "—",
            twice=" · ".join(column.head for column in unfit.twice) or "—",
        ) from unfit
    rows = tuple(
        Row(number, {name: cells[place] for place, name in head.places.items() if place < len(cells)})
        for number, cells in found
        if number > head.row
    )
    rows = tuple(row for row in rows if any(row.cells.values()))
    if not rows:
        raise TableUnusable("got a table without rows", reason="empty-table")
    if len(rows) > MOST_ROWS:
        raise TableTooLarge("got too many rows", what="too-many-rows", limit=MOST_ROWS)
    numbers = {row.number for row in rows}
    faults = tuple(
        Problem(row, head.places[column], code, {}, code)
        for row, column, code in further
        if column in head.places and row in numbers
    )
    return Table(kind, head, rows, faults)


def _rehearse(runtime: Runtime, actor: Actor, table: Table) -> list[dict[str, Any]]:
    """Return what is wrong with a table, by taking it in and rolling back."""
    found: list[Problem] = []
    try:
        with runtime.database.transaction() as session, log.kept_back(session):
            desk = Desk(session, actor, runtime.now(), runtime.settings, "rehearsal")
            found = _take(desk, table, rehearses=True)
            raise _Rehearsed  # noqa: TRY301 - the only way to leave a transaction without its effects
    except _Rehearsed:
        return [problem.as_json() for problem in found]


def _take(desk: Desk, table: Table, *, rehearses: bool = False) -> list[Problem]:
    """Take rows in and return what is wrong, in order; without a rehearsal the first refusal ends it."""
    kind = table.kind
    rows = [Row(row.number, row.cells) for row in table.rows]
    found = list(table.faults)
    imports.queue(desk.session)
    lock_named(desk, kind, rows)
    for row in rows:
        row.require(kind)
    for step in steps(kind, rows):
        if found and not rehearses:
            break
        try:
            if rehearses:
                with desk.session.begin_nested():  # what a refused step has done is rolled back alone
                    step.take(desk)
            else:
                step.take(desk)
        except RegistryError as refusal:
            _told_row(step.rows, refusal).refuse(refusal)
        found += [problem for row in step.rows for problem in row.problems]
    return sorted(found, key=lambda problem: problem.row)


def _told_row(rows: Sequence[Row], refusal: RegistryError) -> Row:
    """Return the row that a refusal is about: that of the copy number it names, or the first."""
    number = str(refusal.facts.get("copy_no", ""))
    return next((row for row in rows if number and row.text("copy_no").lstrip("0") == number), rows[0])


def _locked_password(table: Table) -> str:
    """Return the hash of a password that nobody knows, for all accounts of a table: hashing is slow on purpose."""
    if not any(row.text("login") for row in table.rows):
        return ""
    return passwords.hash_password(secrets.token_urlsafe(32), login="")


def _dumped(table: Table) -> bytes:
    kept = {
        "head": {"places": dict(table.head.places), "strange": table.head.strange, "row": table.head.row},
        "rows": [[row.number, dict(row.cells)] for row in table.rows],
        "faults": [problem.as_json() for problem in table.faults],
    }
    return json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()


def _loaded(kind: ImportKind, kept: bytes) -> Table:
    found = json.loads(kept)
    head = found["head"]
    places = {int(place): name for place, name in head["places"].items()}
    return Table(
        kind,
        Head(places, tuple(head["strange"]), head["row"]),
        tuple(Row(number, cells) for number, cells in found["rows"]),
        tuple(Problem(**problem) for problem in found["faults"]),
    )


def _short(name: str) -> str:
    """Return the last part of a file's name, as long as a register keeps it, without what cannot be seen."""
    plain = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    return plain[-imports.NAME_LIMIT :]
