"""Tables of what was counted: for people in ``docs/tracing.md``, and as benchmark rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench import report
from bench.tracing.bounds import clopper_pearson, most
from bench.tracing.documents import TEXTS
from bench.tracing.rows import Kind, Row

BEGIN: Final = "<!-- figures of ./run bench tracing begin here -->"
END: Final = "<!-- and end here -->"
_DECLINED: Final = ("strong", "conflict", "insufficient", "no-mark", "failed")

Results = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Sum:
    """A row, counted.

    Attributes:
        row: The row.
        trials: How many were run.
        named: How many named one of those who may be named.
        wrong: How many named somebody else.
        declined: How many named nobody, by the answer.
        reader_s: CPU seconds of the reader: median, and the 95th percentile.
        decades: Median of log₁₀ of the evidence for the guilty, where they were candidates.
    """

    row: Row
    trials: int
    named: int
    wrong: int
    declined: Mapping[str, int]
    reader_s: tuple[float, float]
    decades: float | None

    @classmethod
    def of(cls, row: Row, results: Results) -> "Sum":
        """Count the trials of a row; there must be one."""
        outcomes = [result["outcome"] for result in results]
        seconds = np.percentile([result["reader_s"] for result in results], (50, 95))
        guilty = [result["log10_guilty"] for result in results if result["log10_guilty"] is not None]
        return cls(
            row,
            len(outcomes),
            outcomes.count("named"),
            outcomes.count("wrong"),
            {outcome: outcomes.count(outcome) for outcome in _DECLINED if outcome in outcomes},
            (float(seconds[0]), float(seconds[1])),
            float(np.median(guilty)) if guilty else None,
        )

    @property
    def bounds(self) -> tuple[float, float]:
        """Exact 95 % bounds on the share that is named."""
        return clopper_pearson(self.named, self.trials)


def as_rows(sums: Sequence[Sum]) -> list[report.Row]:
    """Return benchmark rows: what was named against its target, wrong names against none."""
    rows = [
        report.at_least(
            one.row.name,
            100 * one.named / one.trials,
            "%",
            yardstick=one.trials,
            target=100 * one.row.target,
            against="tried",
        )
        for one in sums
        if one.row.may_name
    ]
    tried = sum(one.trials for one in sums)
    wrong = sum(one.wrong for one in sums)
    rows.append(
        report.at_most("wrong names", wrong, "pictures", yardstick=tried, target=0, against="tried, pooled")
    )
    return rows


def markdown(sums: Sequence[Sum]) -> str:
    """Return the tables for people."""
    parts = []
    for heading, is_meant in _PARTS.items():
        chosen = [one for one in sums if is_meant(one.row)]
        if chosen and chosen[0].row.may_name:
            parts += [f"### {heading}", "", _TABLE, *(_line(one) for one in chosen), ""]
        elif chosen:
            parts += [f"### {heading}", "", _EMPTY, *(_nobody(one) for one in chosen), ""]
    tried, wrong = sum(one.trials for one in sums), sum(one.wrong for one in sums)
    parts.append(
        f"All rows together: **{wrong} wrong names in {tried:,} trials**; with 95 % confidence fewer than "
        f"{100 * most(wrong, tried):.2g} %."
    )
    return "\n".join(parts)


def write(path: Path, sums: Sequence[Sum]) -> None:
    """Put the tables between the markers of a document.

    Raises:
        ValueError: it has no markers.
    """
    put(path, markdown(sums), BEGIN, END)


def put(path: Path, figures: str, begin: str, end: str) -> None:
    """Put figures between two markers of a document.

    Raises:
        ValueError: it has no such markers.
    """
    text = path.read_text("utf-8")
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise ValueError(f"{path} has no place for figures")
    path.write_text(f"{before}{begin}\n\n{figures}\n\n{end}{after}", "utf-8")


_TABLE: Final = (
    "| case | named | of | share | 95 % bounds | wrong | decades | CPU-s, median · 95th | target | met |\n"
    "|---|---:|---:|---:|---|---:|---:|---:|---:|---|"
)
_EMPTY: Final = (
    "| case | named | of | at most, 95 % | declined as | CPU-s, median · 95th |\n"
    "|---|---:|---:|---:|---|---:|"
)


_PARTS: Final[Mapping[str, Callable[[Row], bool]]] = {
    "Pages of text": lambda row: _is_text(row) and row.severity == "ordinary",
    "The same under bad conditions": lambda row: _is_text(row) and row.severity == "bad",
    "Other pages": lambda row: row.kind is Kind.MARKED and row.documents != TEXTS,
    "Another simulator": lambda row: row.is_foreign,
    "Colluders": lambda row: row.kind is Kind.COLLUSION,
    "Where nobody may be named": lambda row: not row.may_name,
}


def _is_text(row: Row) -> bool:
    return row.kind is Kind.MARKED and row.documents == TEXTS and not row.is_foreign


def _line(one: Sum) -> str:
    low, high = one.bounds
    share, target = one.named / one.trials, one.row.target
    cells = (
        f"{one.row.name}: {one.row.says}" if not one.row.says.startswith(one.row.name) else one.row.says,
        str(one.named),
        str(one.trials),
        f"{100 * share:.1f} %",
        f"{100 * low:.1f}–{100 * high:.1f} %",
        str(one.wrong),
        "–" if one.decades is None else f"{one.decades:.0f}",
        f"{one.reader_s[0]:.1f} · {one.reader_s[1]:.1f}",
        f"{100 * target:.0f} %" if target else "–",
        "–" if not target else "yes" if share >= target else "**no**",
    )
    return f"| {' | '.join(cells)} |"


def _nobody(one: Sum) -> str:
    declined = ", ".join(f"{outcome} {count}" for outcome, count in one.declined.items())
    cells = (
        one.row.says,
        str(one.wrong),
        str(one.trials),
        f"{100 * most(one.wrong, one.trials):.2g} %",
        declined,
        f"{one.reader_s[0]:.1f} · {one.reader_s[1]:.1f}",
    )
    return f"| {' | '.join(cells)} |"
