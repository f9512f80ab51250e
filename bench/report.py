"""How a benchmark tells what it measured: a table for people, then one JSON object for programs, as the last line."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

TABLE_COLUMNS = 110


@dataclass(frozen=True)
class Row:
    """One figure beside the yardstick that was measured in the same run.

    Attributes:
        what: What was measured, in a few words; for people.
        figure: Ours.
        unit: Of all three numbers: ``ms``, ``1/s``, ``ratio``, ``%``.
        yardstick: The known quantity it is held against.
        target: What ``figure`` should reach.
        met: Whether it does. The benchmark knows whether more is better.
        against: What the yardstick is, in a few words; for people.
    """

    what: str
    figure: float
    unit: str
    yardstick: float
    target: float
    met: bool
    against: str = ""


def at_most(
    what: str, figure: float, unit: str, *, yardstick: float, target: float, against: str = ""
) -> Row:
    """Return a row of which less is better."""
    return Row(what, figure, unit, yardstick, target, figure <= target, against)


def at_least(
    what: str, figure: float, unit: str, *, yardstick: float, target: float, against: str = ""
) -> Row:
    """Return a row of which more is better."""
    return Row(what, figure, unit, yardstick, target, figure >= target, against)


def show(name: str, rows: Sequence[Row]) -> None:
    """Print the table and, as the last line, the same as JSON.

    Raises:
        ValueError: nothing was measured.
    """
    if not rows:
        raise ValueError("a benchmark without a row measured nothing")
    table = Table(title=name, title_justify="left")
    for heading in ("what", "figure", "unit", "yardstick", "target", "met", "yardstick is"):
        table.add_column(heading, justify="right" if heading in {"figure", "yardstick", "target"} else "left")
    for row in rows:
        numbers = [f"{number:.4g}" for number in (row.figure, row.yardstick, row.target)]
        met = "yes" if row.met else "NO"
        table.add_row(row.what, numbers[0], row.unit, numbers[1], numbers[2], met, row.against)
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else TABLE_COLUMNS).print(table)
    print(json.dumps({"name": name, "rows": [_as_json(row) for row in rows]}, ensure_ascii=False), flush=True)


def _as_json(row: Row) -> dict[str, object]:
    return {
        "figure": float(row.figure),
        "unit": row.unit,
        "yardstick": float(row.yardstick),
        "target": float(row.target),
        "met": bool(row.met),
        "what": row.what,
    }
