"""Clerks at once on the same papers, and SIGKILL after SIGKILL: what two hundred kills leave, on both databases.

Not a matter of speed: the figure is how many faults were found after how many kills, and it has to be none. What the
workers do, and what must hold after each kill, is in ``tests/crash/crowd.py``.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.fresh import migrate, postgresql
from bench.report import Row, at_least, at_most, show
from service.config import PROJECT_ROOT, child_environment

KILLS: Final = 120
"""On each database."""
QUICK_KILLS: Final = 5
WORKERS: Final = 3
SEED: Final = 2026


def main(quick: bool) -> None:
    """Kill on each database that is there, and print what was left."""
    kills = QUICK_KILLS if quick else KILLS
    table = Table(title=f"{WORKERS} workers at once", title_justify="left")
    for heading in ("database", "kills", "deeds told", "entries", "copies", "steps of copies", "faults"):
        table.add_column(heading, justify="left" if heading in {"database", "faults"} else "right")
    rows: list[Row] = []
    for name, url, folder in _databases():
        found = _killed(url, folder, kills)
        faults = found["faults"]
        steps = sum(found["deeds"].values())
        cells = (found["kills"], found["acknowledged"], found["entries"], found["copies"], steps)
        table.add_row(name, *map(str, cells), "; ".join(faults)[:200] or "none")
        rows += [
            at_least(
                f"kills, {name}", found["kills"], "kills", yardstick=kills, target=kills, against="wanted"
            ),
            at_most(
                f"faults after them, {name}", len(faults), "faults", yardstick=0, target=0, against="none"
            ),
        ]
    Console(width=110).print(table)
    show("crowds", rows)


def _killed(url: str, folder: Path, kills: int) -> dict[str, Any]:
    """Return what a nursery of its own found."""
    told = {"database_url": url, "data_dir": str(folder), "kills": kills, "workers": WORKERS, "seed": SEED}
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "tests.crash.crowd", json.dumps(told)],
        cwd=PROJECT_ROOT,
        env=child_environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _databases() -> Iterator[tuple[str, str, Path]]:
    """Yield a fresh migrated database of each kind: SQLite, and PostgreSQL where it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/foliotrace.sqlite"
        migrate(url, Path(folder))
        yield "SQLite", url, Path(folder)
    with postgresql() as cluster, tempfile.TemporaryDirectory() as folder:
        if cluster is not None:
            url = cluster.create("crowds")
            migrate(url, Path(folder))
            yield "PostgreSQL", url, Path(folder)
