"""Any sequence of deeds, right ones and wrong ones, in long lives of a house: that none leaves the rules.

Not a matter of speed: the figure is how many deeds were tried without one that was done and should not have been, was
refused and should not have been, or left the register, its movements and its ledger telling different stories. The
machine is in ``tests/fixtures/lives.py``; each run draws other lives. ``--lives N`` tries that many on each database.
"""

import argparse
import importlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from rich.console import Console
from rich.table import Table

from bench.fresh import migrate, postgresql
from bench.report import Row, at_least, show

TAKES_OPTIONS: Final = True
LIVES: Final = 60
QUICK_LIVES: Final = 3
DEEDS: Final = 30
"""After those with which a house is lived in."""
LIVED: Final = 80


def main(quick: bool, further: Sequence[str] = ()) -> None:
    """Live on each database that is there, and print what was tried."""
    parser = argparse.ArgumentParser(prog="./run bench lives")
    parser.add_argument("--lives", type=int, default=QUICK_LIVES if quick else LIVES, metavar="N")
    wanted = parser.parse_args(further).lives
    lives = importlib.import_module("tests.fixtures.lives")
    rows: list[Row] = []
    for name, street in _streets():
        tried = _live(lives, street, wanted)
        _show(name, tried)
        done, refused = (sum(n for (_, was), n in tried.items() if was is kind) for kind in (True, False))
        against = f"as believed; {wanted} lives"
        rows += [
            at_least(f"deeds done, {name}", done, "deeds", yardstick=done, target=wanted, against=against),
            at_least(
                f"deeds refused, {name}", refused, "deeds", yardstick=refused, target=wanted, against=against
            ),
        ]
    show("lives", rows)


def _live(lives: Any, street: Any, number: int) -> "Counter[tuple[str, bool]]":  # noqa: ANN401 - from the tests
    """Return how often each deed was tried, to be done and to be refused.

    Raises:
        AssertionError: a life has left the rules; Hypothesis prints the shortest such life.
    """
    machine = type(
        "Lives",
        (lives.AnySequence,),
        {"open_house": street.open, "close_house": street.close, "lived": LIVED, "tried": Counter()},
    )
    chosen = settings(
        max_examples=number,
        stateful_step_count=DEEDS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=chosen)
    tried: Counter[tuple[str, bool]] = machine.__dict__["tried"]
    return tried


def _show(name: str, tried: "Counter[tuple[str, bool]]") -> None:
    table = Table(title=f"tried on {name}", title_justify="left")
    for heading in ("deed", "done", "refused"):
        table.add_column(heading, justify="left" if heading == "deed" else "right")
    for deed in sorted({deed for deed, _ in tried}):
        table.add_row(deed, str(tried[deed, True]), str(tried[deed, False]))
    Console(width=110).print(table)


def _streets() -> Iterator[tuple[str, Any]]:
    """Yield a street of houses on SQLite, and one on PostgreSQL where it is installed."""
    house = importlib.import_module("tests.fixtures.house")
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.sqlite"
        migrate(f"sqlite:///{template}", Path(folder))
        yield "SQLite", house.Street(Path(folder), template)
    with postgresql() as cluster, tempfile.TemporaryDirectory() as folder:
        if cluster is not None:
            migrate(cluster.create("template_of_houses"), Path(folder))
            yield "PostgreSQL", house.Street(Path(folder), "template_of_houses", cluster)
