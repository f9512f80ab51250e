"""SIGKILL at every stage of a print run of 200 copies: what each kill leaves, and that the next worker goes on.

Not a matter of speed: the figure is how many kills were survived with every number accounted for, the ledger whole and
nothing sent twice; it has to be all of them. What the stages are and what must hold is in ``tests/crash/killed.py``.
"""

import importlib
import os
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.report import Row, at_least, show

COPIES = 200
QUICK_COPIES = 10
PAGES = 3


def main(quick: bool) -> None:
    """Kill at every stage and print what was left."""
    copies = QUICK_COPIES if quick else COPIES
    killed = importlib.import_module("tests.crash.killed")
    table = Table(title=f"killed, {copies} copies of {PAGES} pages", title_justify="left")
    for heading in ("killed at", "left behind", "then"):
        table.add_column(heading)
    survived = 0
    for stage in killed.STAGES:
        left, then = _tried(killed, stage, copies)
        table.add_row(stage.name, left, then)
        survived += then == "went on"
    Console(width=110).print(table)
    stages = len(killed.STAGES)
    rows: list[Row] = [
        at_least(
            "kills survived", survived, "stages", yardstick=stages, target=stages, against="stages tried"
        )
    ]
    show("crashes", rows)


def _tried(killed: Any, stage: Any, copies: int) -> tuple[str, str]:  # noqa: ANN401 - from the tests, untyped
    """Return what a kill left behind, and whether work went on from there."""
    with tempfile.TemporaryDirectory() as folder:
        world, printer = _office(Path(folder))
        papers = importlib.import_module("tests.fixtures.papers")
        request_id = world.approved(world.register(papers.draw_pdf(PAGES)), copies=copies)
        batch_id = 0
        if stage.doing != "order":
            batch_id = killed.printing.order_batch(world.runtime, world.clerk, request_id, [None] * copies)
        if stage.doing in {"release", "print"}:
            killed.making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
        try:
            killed.kill(world, stage, request_id, batch_id, copies)
            left = killed.go_on_after(world, stage, request_id, batch_id, copies)
        except AssertionError as fault:
            return str(fault)[:40], "failed"
        finally:
            world.runtime.database.close()
        jobs = len(printer.jobs)
        return left + (f", {jobs} print job" if jobs else ""), "went on"


def _office(folder: Path) -> tuple[Any, Any]:
    """Return the organisation of the tests in a folder, and its print system."""
    world = importlib.import_module("tests.fixtures.world")
    printers = importlib.import_module("tests.fixtures.printers")
    printer = printers.install(folder / "print system")
    os.environ["PATH"] = f"{printer.folder}:{os.environ['PATH']}"
    return world.open_world(folder / "data"), printer
