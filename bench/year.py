"""A year in the life of a company: fifty meetings, ten thousand copies, losses and mistakes; then all is counted anew.

Not a matter of speed: the figure is in how many points the register's own lists, balances and statistics differ from
what an independent script makes of the movements and entries alone; it has to be none. What happens in the year and how
it is settled is in ``tests/fixtures/year.py``, the script in ``tests/fixtures/recount.py``.
"""

import argparse
import importlib
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.report import at_least, at_most, show
from service.config import Settings
from service.database import Database

TAKES_OPTIONS: Final = True
MEETINGS: Final = 50
COPIES: Final = 10_000
QUICK: Final = 10
"""How much smaller a quick year is."""
SEED: Final = 2026


def main(quick: bool, further: Sequence[str] = ()) -> None:
    """Live the year, settle it, and print what it came to."""
    parser = argparse.ArgumentParser(prog="./run bench year")
    parser.add_argument("--meetings", type=int, default=MEETINGS // QUICK if quick else MEETINGS, metavar="N")
    parser.add_argument("--copies", type=int, default=COPIES // QUICK if quick else COPIES, metavar="N")
    wanted = parser.parse_args(further)
    meetings, copies = wanted.meetings, wanted.copies
    house, year = (importlib.import_module(f"tests.fixtures.{name}") for name in ("house", "year"))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/foliotrace.sqlite"
        database = Database(Settings(environment="test", data_dir=Path(folder), database_url=url))
        try:
            database.migrate()
            began = time.perf_counter()
            lived = year.Year(house.move_in(database), SEED, meetings, copies)
            lived.live()
            took = time.perf_counter() - began
            settled = year.settle(lived)
        finally:
            database.close()
    table = Table(title=f"a year of {meetings} meetings", title_justify="left")
    for heading in ("what", "how many"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    counts = {
        "copies": settled.copies,
        "movements": settled.movements,
        "ledger entries": settled.entries,
        "persons who hold something at the end": settled.holders,
        **{f"at the end {state}": number for state, number in sorted(settled.states.items())},
        **dict(lived.done),
        "mistakes, refused": lived.mistakes.total(),
        "seconds": round(took),
    }
    for what, number in counts.items():
        table.add_row(what, str(number))
    for fault in settled.faults:
        table.add_row(fault, "fault")
    Console(width=110).print(table)
    show(
        "year",
        [
            at_most(
                "differences between the accounts", len(settled.faults), "differences", yardstick=0, target=0
            ),
            at_least(
                "copies", settled.copies, "copies", yardstick=copies, target=0.95 * copies, against="wanted"
            ),
            at_least(
                "meetings held and closed",
                lived.done["meetings"],
                "meetings",
                yardstick=meetings,
                target=meetings,
            ),
        ],
    )
