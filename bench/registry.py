"""The registers when they have grown: a stocktake of a hundred thousand copies, who knows among a million entries.

Every figure stands beside one of the same database in the same run: raw commits of one row each for what writes, the
same question over a small ledger for what reads. The copies and entries are laid into the tables in bulk; what is
measured goes through the flows and acts that people use.
"""

import importlib
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bench.report import at_least, at_most, show
from registry.acts import stocktakes
from registry.ledger.entries import entry_body
from registry.ledger.merkle import leaf_hash
from registry.models import Copy, Document, LedgerEntry, Movement, PrintBatch
from registry.rules.codes import code_from_number
from registry.rules.lifecycle import State
from registry.rules.stocktake import Place, Scanned, Scope
from registry.rules.words import BatchState, Custodian, MovementKind
from registry.views.knowing import who_knows
from registry.views.stocktakes import one_stocktake

COPIES: Final = 100_000
ENTRIES: Final = 1_000_000
QUICK: Final = 50
"""How much smaller everything is in a quick run."""
STACK: Final = 50
"""Copies that a clerk scans in one go."""
PORTION: Final = 10_000
RAW_COMMITS: Final = 500
LOOKS: Final = 15
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
            raw = _raw_commits(world)
            began, scans, closed = _take_stock(world, copies)
            _lay_entries(world, document_id, READINGS, entries // 100)
            small = _best(lambda: _ask(world, document_id))
            _lay_entries(world, document_id, 0, entries - entries // 100)
            large = _best(lambda: _ask(world, document_id))
        finally:
            world.runtime.database.close()
    commits = "raw commits, same database"
    show(
        "registry",
        [
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
        every = max(1, entries // readings) if readings else 0
        for numbers in _portions(entries):
            rows = []
            for number in numbers:
                is_reading = bool(every) and number % every == 0
                subject = f"document:{document_id if is_reading else 1_000_000 + number % 5000}"
                seq, at = first + number - 1, world.now + timedelta(seconds=number)
                body = entry_body(seq, "document.read", subject, actor=world.manager, at=at, facts={})
                rows.append(
                    {
                        "seq": seq,
                        "kind": "document.read",
                        "subject": subject,
                        "at": at,
                        "body": body,
                        "leaf_hash": leaf_hash(body),
                    }
                )
            session.execute(sa.insert(LedgerEntry), rows)


def _raw_commits(world: Any) -> float:  # noqa: ANN401 - see above
    """Return how many transactions of one row each the database commits in a second."""
    database = world.runtime.database
    with database.transaction() as session:
        session.execute(sa.text("CREATE TABLE raw_commit (id INTEGER PRIMARY KEY, at TEXT)"))
    began = time.perf_counter()
    for number in range(RAW_COMMITS):
        with database.transaction() as session:
            session.execute(sa.text("INSERT INTO raw_commit (id, at) VALUES (:id, 'x')"), {"id": number})
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


def _best(measure: Callable[[], float]) -> float:
    """Return the shortest of several times: what else the machine does only adds to a time."""
    return min(measure() for _ in range(LOOKS))


def _portions(total: int) -> Iterator[range]:
    for start in range(1, total + 1, PORTION):
        yield range(start, min(start + PORTION, total + 1))
