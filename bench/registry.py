"""The registers when they have grown: lending, counting, balancing and asking among a million copies and entries.

Every figure stands beside one of the same database in the same run: raw commits of one row each for what writes, the
same question over a small register for what reads. The copies and entries are laid into the tables in bulk; what is
measured goes through the acts and views that people use. Memory is that of a process of its own which asks what a desk
asks, once of a small register and once of a large one.
"""

import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bench.memory import peak_bytes
from bench.report import at_least, at_most, show
from registry.acts import movements, stocktakes
from registry.acts.movements import PageCheck
from registry.ledger.entries import entry_body
from registry.models import Copy, Document, LedgerEntry, Movement, PrintBatch
from registry.rules.codes import code_from_number
from registry.rules.lifecycle import State
from registry.rules.stocktake import Place, Scanned, Scope
from registry.rules.words import BatchState, Custodian, HandOverKind, MovementKind, ReceiptMethod
from registry.views.conservation import conservation
from registry.views.holdings import desk_lines, holdings
from registry.views.knowing import who_knows
from registry.views.statistics import statistics
from registry.views.stocktakes import one_stocktake
from service.config import PROJECT_ROOT, Settings, child_environment
from service.database import Database

COPIES: Final = 100_000
ENTRIES: Final = 1_000_000
QUICK: Final = 50
"""How much smaller everything is in a quick run."""
STACK: Final = 50
"""Copies that a clerk scans in one go."""
PORTION: Final = 10_000
RAW_COMMITS: Final = 120
ROUNDS: Final = 5
"""Disks are faster at one time than at another, so commits and deeds are measured in turn, so many times."""
LOOKS: Final = 15
ALL_COPIES: Final = 1_000_000
DOCUMENTS: Final = 1000
"""Among which they lie."""
LOANS: Final = 40
"""Copies lent and brought back one by one in each round: offered, signed for and taken back."""
READINGS: Final = 200
"""Readings of the document that is asked about; all other entries are about others."""


def main(quick: bool) -> None:
    """Measure and show."""
    copies, entries = (COPIES // QUICK, ENTRIES // QUICK) if quick else (COPIES, ENTRIES)
    with tempfile.TemporaryDirectory() as folder:
        world = importlib.import_module("tests.fixtures.world").open_world(Path(folder))
        try:
            document_id = world.register()
            _lay_copies(world, document_id, copies)
            _lend(world, 2 * STACK, STACK)  # the first of everything is slow
            raw, one_by_one, in_stacks = _in_turn(
                lambda: _raw_commits(world),
                lambda: _lend(world, LOANS // 10 if quick else LOANS, 1),
                lambda: _lend(world, STACK * 4, STACK),
            )
            began, scans, closed = _take_stock(world, copies)
            _lay_entries(world, document_id, READINGS, entries // 100)
            small = _best(lambda: _ask(world, document_id))
            _lay_entries(world, document_id, 0, entries - entries // 100)
            large = _best(lambda: _ask(world, document_id))
            small_rss = _memory(world, document_id)
            everything = ALL_COPIES // QUICK if quick else ALL_COPIES
            _lay_documents(world, document_id, everything - copies)
            balanced, grouped = _balance(world, everything)
            large_rss = _memory(world, document_id)
        finally:
            world.runtime.database.close()
    commits = "raw commits, same database"
    show(
        "registry",
        [
            at_least(
                f"copies lent, signed for and taken back, in stacks of {STACK}",
                in_stacks,
                "1/s",
                yardstick=raw,
                target=0.25 * raw,
                against=commits,
            ),
            at_least(
                "deeds of the same, one copy at a time",
                3 * one_by_one,
                "1/s",
                yardstick=raw,
                target=0.25 * raw,
                against=commits,
            ),
            at_least(
                f"scans of a stocktake of {copies} copies, in stacks of {STACK}",
                scans,
                "1/s",
                yardstick=raw,
                target=0.25 * raw,
                against=commits,
            ),
            at_most(
                f"freezing the expectation of {copies} copies",
                began / copies * 1000,
                "ms",
                yardstick=1000 / raw,
                target=1000 / raw,
                against=f"per copy; {commits}",
            ),
            at_most(
                "closing it and adding it up",
                closed / copies * 1000,
                "ms",
                yardstick=1000 / raw,
                target=1000 / raw,
                against=f"per copy; {commits}",
            ),
            at_most(
                f"who knows a document, among {entries} entries",
                large * 1000,
                "ms",
                yardstick=small * 1000,
                target=2 * small * 1000,
                against=f"among {entries // 100} entries",
            ),
            at_most(
                f"conservation of all {everything} copies",
                balanced * 1000,
                "ms",
                yardstick=grouped * 1000,
                target=2 * grouped * 1000,
                against="one raw GROUP BY over the copies",
            ),
            at_most(
                f"memory of a desk's questions, {everything} copies",
                large_rss / 2**20,
                "MB",
                yardstick=small_rss / 2**20,
                target=1.1 * small_rss / 2**20,
                against=f"the same with {copies}",
            ),
        ],
    )


def _lay_copies(world: Any, document_id: int, copies: int) -> None:  # noqa: ANN401 - from the tests, untyped
    """Lay printed copies of a document into the tables, all of them in stock."""
    request_id = world.approved(document_id, copies=1)
    with world.runtime.database.transaction() as session:
        batch = PrintBatch(
            request_id=request_id,
            document_id=document_id,
            ordered_by_id=world.clerk.person_id,
            state=BatchState.RELEASED,
            size=copies,
            ordered_at=world.now,
        )
        session.add(batch)
        session.flush()
        for numbers in _portions(copies):
            session.execute(
                sa.insert(Copy),
                [
                    {
                        "id": number,
                        "code": code_from_number(number),
                        "document_id": document_id,
                        "copy_no": number,
                        "batch_id": batch.id,
                        "state": State.IN_STOCK,
                        "pages": 3,
                        "minted_at": world.now,
                    }
                    for number in numbers
                ],
            )
            session.execute(
                sa.insert(Movement),
                [
                    {
                        "copy_id": number,
                        "seq": 1,
                        "kind": MovementKind.PRINTED,
                        "custodian": Custodian.REGISTRY,
                        "recorded_by_id": world.clerk.person_id,
                        "moved_at": world.now,
                    }
                    for number in numbers
                ],
            )
        session.get_one(Document, document_id).last_copy_no = copies


def _lay_entries(world: Any, document_id: int, readings: int, entries: int) -> None:  # noqa: ANN401 - see above
    """Lay entries into the ledger's table, ``readings`` of them about the document; their tree is not asked here."""
    with world.runtime.database.transaction() as session:
        for trigger in session.scalars(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_entry'")
        ).all():
            session.execute(sa.text(f'DROP TRIGGER "{trigger}"'))
        first = (session.scalar(sa.select(sa.func.max(LedgerEntry.seq))) or 0) + 1
        body = entry_body(0, "document.read", "document:0", actor=world.manager, at=world.now, facts={})
        n = _numbers(entries)
        every = entries // readings if readings else 0
        of_document = sa.literal(every > 0) & (n % (every or 1) == 0)
        about = sa.case((of_document, document_id), else_=1_000_000 + n % 5000)
        subject = sa.literal("document:").concat(sa.cast(about, sa.String))
        seq = n + (first - 1)
        told = sa.func.replace(body.decode(), '"seq":0', sa.literal('"seq":').concat(sa.cast(seq, sa.String)))
        rows = sa.select(
            seq,
            sa.literal("document.read"),
            subject,
            sa.literal(world.now, LedgerEntry.at.type),
            sa.cast(sa.func.replace(told, "document:0", subject), sa.LargeBinary),
            sa.func.zeroblob(32),
        )
        columns = ("seq", "kind", "subject", "at", "body", "leaf_hash")
        session.execute(sa.insert(LedgerEntry.metadata.tables["ledger_entry"]).from_select(columns, rows))


def _lay_documents(world: Any, document_id: int, copies: int) -> None:  # noqa: ANN401 - see above
    """Lay many more documents into the tables, and further copies among them, as many of each as of any other."""
    with world.runtime.database.transaction() as session:
        batch_id = session.scalar(sa.select(sa.func.max(PrintBatch.id)))
        each = copies // DOCUMENTS
        n = _numbers(DOCUMENTS)
        document, copy = (Document.metadata.tables[name] for name in ("document", "copy"))
        given = {
            "doc_number": sa.literal("bulk ").concat(sa.cast(n, sa.String)),
            "last_copy_no": sa.literal(each),
        }
        names = [column.name for column in document.columns if column.name != "id"]
        columns: list[Any] = [given.get(name, document.c[name]) for name in names]
        one = sa.select(*columns).join_from(document, n.table, sa.true()).where(document.c.id == document_id)
        session.execute(sa.insert(document).from_select(names, one))
        first = session.scalar(sa.select(sa.func.min(Document.id)).where(Document.doc_number.like("bulk %")))
        n = _numbers(each * DOCUMENTS)
        rows = sa.select(
            sa.literal("Z").concat(sa.func.printf("%012d", n)),
            (n - 1) // each + first,
            (n - 1) % each + 1,
            sa.literal(batch_id),
            sa.case((n % 3 == 0, "HELD"), (n % 3 == 1, "DESTROYED"), else_="IN_STOCK"),
            sa.literal(3),
            sa.literal(world.now, Copy.minted_at.type),
        )
        of_copy = ("code", "document_id", "copy_no", "batch_id", "state", "pages", "minted_at")
        session.execute(sa.insert(copy).from_select(of_copy, rows))


def _numbers(most: int) -> sa.ColumnElement[int]:
    """Return the column of a table that counts from 1 to ``most``."""
    numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    return numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < most)).c.n


def _balance(world: Any, copies: int) -> tuple[float, float]:  # noqa: ANN401 - see above
    """Return the seconds of all conservation lines, and of the barest query that counts as much."""
    database = world.runtime.database

    def lines() -> float:
        began = time.perf_counter()
        with database.reading() as session:
            found = conservation(session)
        took = time.perf_counter() - began
        assert all(line.holds for line in found.values())
        assert sum(line.minted for line in found.values()) > 0.99 * copies
        return took

    def bare() -> float:
        began = time.perf_counter()
        with database.reading() as session:
            session.execute(
                sa.text("SELECT document_id, state, count(*) FROM copy GROUP BY document_id, state")
            ).all()
        return time.perf_counter() - began

    return min(lines() for _ in range(3)), min(bare() for _ in range(3))


def _lend(world: Any, copies: int, stack: int) -> float:  # noqa: ANN401 - see above
    """Return how many copies a second are lent in stacks, signed for and taken back: three deeds for each stack."""
    database = world.runtime.database
    due_at = world.now + timedelta(days=1)
    clerk, holder = ({"actor": actor, "now": world.now} for actor in (world.clerk, world.holder))
    began = time.perf_counter()
    for start in range(1, copies + 1, stack):
        codes = [code_from_number(number) for number in range(start, start + stack)]
        with database.transaction() as session:
            hand_over = movements.offer(
                session, codes, HandOverKind.LOAN, world.holder.person_id, due_at=due_at, **clerk
            )
        with database.transaction() as session:
            movements.confirm(session, hand_over, ReceiptMethod.PIN, **holder)
        with database.transaction() as session:
            checks = {code: PageCheck(3) for code in codes}
            movements.take_back(session, checks, world.holder.person_id, **clerk)
    return copies / (time.perf_counter() - began)


def _memory(world: Any, document_id: int) -> float:  # noqa: ANN401 - see above
    """Return the peak of a process that asks what a desk asks, in bytes."""
    told = {
        "data_dir": str(world.runtime.settings.data_dir),
        "database_url": world.runtime.settings.database_url,
        "document": document_id,
        "holder": world.holder.person_id,
        "now": world.now.isoformat(),
    }
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "bench.registry", json.dumps(told)],
        cwd=PROJECT_ROOT,
        env=child_environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _ask_as_a_desk(told: dict[str, Any]) -> None:
    """Ask one thing after the other, and print the most memory that it took, in kilobytes."""
    now = datetime.fromisoformat(told["now"])
    database = Database(
        Settings(environment="test", data_dir=Path(told["data_dir"]), database_url=told["database_url"])
    )
    for _ in range(3):
        with database.reading() as session:
            conservation(session, [told["document"]])
            holdings(session, person_id=told["holder"])
            desk_lines(session, [code_from_number(number) for number in range(1, STACK + 1)])
            statistics(session, now - timedelta(days=365), now + timedelta(days=1), now=now)
            who_knows(session, told["document"])
    database.close()
    print(peak_bytes())


def _raw_commits(world: Any) -> float:  # noqa: ANN401 - see above
    """Return how many transactions of one row each the database commits in a second."""
    database = world.runtime.database
    with database.transaction() as session:
        session.execute(sa.text("CREATE TABLE IF NOT EXISTS raw_commit (id INTEGER PRIMARY KEY, at TEXT)"))
    began = time.perf_counter()
    for _ in range(RAW_COMMITS):
        with database.transaction() as session:
            session.execute(sa.text("INSERT INTO raw_commit (at) VALUES ('x')"))
    return RAW_COMMITS / (time.perf_counter() - began)


def _take_stock(world: Any, copies: int) -> tuple[float, float, float]:  # noqa: ANN401 - see above
    """Return the seconds of the beginning, the scans per second, and the seconds of the closing."""
    database = world.runtime.database
    began = time.perf_counter()
    with database.transaction() as session:
        stocktake_id = stocktakes.begin(
            session, Scope(place=Place.SHELF), "bench", actor=world.clerk, now=world.now
        )
    frozen = time.perf_counter() - began
    codes = [code_from_number(number) for number in range(1, copies + 1)]
    began = time.perf_counter()
    for start in range(0, copies, STACK):
        stack = [Scanned(code, code) for code in codes[start : start + STACK]]
        with database.transaction() as session:
            stocktakes.count(session, stocktake_id, stack, actor=world.clerk, now=world.now)
    scans = copies / (time.perf_counter() - began)
    began = time.perf_counter()
    with database.transaction() as session:
        found = stocktakes.close(
            session, stocktake_id, copies, second=world.handler, actor=world.clerk, now=world.now
        )
    with database.reading() as session:
        view = one_stocktake(session, stocktake_id)
    closed = time.perf_counter() - began
    assert (found.expected, found.found, found.missing) == (copies, copies, 0)
    assert view.missed == ()
    return frozen, scans, closed


def _ask(world: Any, document_id: int) -> float:  # noqa: ANN401 - see above
    """Return how long it takes to list who knows the document."""
    began = time.perf_counter()
    with world.runtime.database.reading() as session:
        found = who_knows(session, document_id)
    took = time.perf_counter() - began
    assert world.manager.person_id in {one.person.id for one in found}
    return took


def _in_turn(*measures: Callable[[], float]) -> list[float]:
    """Return what each comes to over all rounds, in things a second."""
    seconds = [[1 / measure() for measure in measures] for _ in range(ROUNDS)]
    return [ROUNDS / sum(each) for each in zip(*seconds, strict=True)]


def _best(measure: Callable[[], float]) -> float:
    """Return the shortest of several times: what else the machine does only adds to a time."""
    return min(measure() for _ in range(LOOKS))


def _portions(total: int) -> Iterator[range]:
    for start in range(1, total + 1, PORTION):
        yield range(start, min(start + PORTION, total + 1))


if __name__ == "__main__":
    _ask_as_a_desk(json.loads(sys.argv[1]))
