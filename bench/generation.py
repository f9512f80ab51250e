"""How often a picture is told to show a first print or a photocopy, rightly, wrongly, or not at all.

Simulated (:mod:`bench.channels`); no real printer, copier or scanner was used. Pages of text are stamped for one of
10,000 copies, go through a channel, and are read as any picture is. Trials are kept in a folder and counted together.
"""

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import cv2

from bench import report
from bench.channels import CHANNELS
from bench.tracing import log, ours
from bench.tracing.bounds import most
from bench.tracing.documents import KEY
from bench.tracing.rows import Kind, Row
from bench.tracing.trials import codes_of, scene_of
from watermark import Generation

TAKES_OPTIONS: Final = True
BEGIN: Final = "<!-- figures of ./run bench generation begin here -->"
END: Final = "<!-- end of the figures of ./run bench generation -->"
_FOLDER: Final = Path("bench-results/generation")
_DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "tracing.md"
_TRIALS, _QUICK_TRIALS = 8, 1
_TRUE: Final[Mapping[str, Generation]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("scan-150", "scan-200", "scan-300", "scan-600", "fed-300", "phone", "phone-chat", "scan-chat"),
            Generation.ORIGINAL,
        ),
        **dict.fromkeys(("levels", "median", "despeckle", "binarise", "screenshot"), Generation.ORIGINAL),
        **dict.fromkeys(("copy-1", "copy-2", "copy-3", "copy-4", "copy-5", "fax"), Generation.COPY),
    }
)
"""What is true of a picture; a file that was never printed shows no photocopy either, nor does a scan cleaned up."""


@dataclass(frozen=True)
class Sum:
    """A channel, counted."""

    channel: str
    told: Counter[str]

    @property
    def trials(self) -> int:
        """How many were run."""
        return self.told.total()

    @property
    def false(self) -> int:
        """How many said the opposite of what is true."""
        opposite = Generation.COPY if _TRUE[self.channel] is Generation.ORIGINAL else Generation.ORIGINAL
        return self.told[opposite]


def main(quick: bool, arguments: Sequence[str] = ()) -> None:
    """Run what is missing, count what there is, and show it."""
    options = _options(arguments)
    cv2.setNumThreads(1)
    rows = [
        Row(name, CHANNELS[name].says, Kind.MARKED, (name,))
        for name in _TRUE
        if any(fnmatch(name, pattern) for pattern in options.channels)
    ]
    wanted = options.trials or (_QUICK_TRIALS if quick else _TRIALS)
    todo = [(trial, row) for row in rows for trial in log.missing(options.folder, row, options.seed, wanted)]
    for trial, row in [] if options.count else sorted(todo, key=lambda each: each[0]):
        told = _tried(row, options.seed, trial)
        log.append(options.folder, row, [told])
        print(row.name, told, flush=True)
    kept = [(row.name, log.kept(options.folder, row)) for row in rows]
    sums = [Sum(name, Counter(told["said"] for told in results)) for name, results in kept if results]
    if options.write:
        _write(sums)
    print(markdown(sums))
    false, tried = sum(one.false for one in sums), sum(one.trials for one in sums)
    report.show(
        "generation",
        [
            report.at_most(
                "false statements", false, "pictures", yardstick=tried, target=0, against="tried, pooled"
            )
        ],
    )


def markdown(sums: Sequence[Sum]) -> str:
    """Return the table for people."""
    lines = ["| picture | first print | photocopy | cannot say | false |", "|---|---:|---:|---:|---:|"]
    for one in sums:
        told = [str(one.told[each]) for each in (Generation.ORIGINAL, Generation.COPY, Generation.UNSURE)]
        lines.append(f"| {one.channel}: {CHANNELS[one.channel].says} | {' | '.join(told)} | {one.false} |")
    false, tried = sum(one.false for one in sums), sum(one.trials for one in sums)
    if tried:
        bound = 100 * most(false, tried)
        lines += [
            "",
            f"**{false} false statements in {tried} pictures**; 95 % sure of fewer than {bound:.2g} %.",
        ]
    return "\n".join(lines)


def _tried(row: Row, seed: int, trial: int) -> dict[str, Any]:
    """Return what is said of one picture; of one whose copy is not named nothing can be."""
    scene = scene_of(row, seed, trial)
    name, reader = scene.document.name, ours()
    pages = [
        page
        for page in reader.references(scene.document.cleaned, scene.document.base.survey, name)
        if page.page in scene.pages
    ]
    found = reader.identify(scene.pictures, pages, {name: codes_of(name)}, [KEY])
    seen = next((place.printed for place in found.placed if place.printed), None)
    return {
        "seed": seed,
        "trial": trial,
        "said": seen.generation.value if seen else Generation.UNSURE.value,
        "why": seen.why.value if seen else "not-named",
        "log10_ratio": seen.log10_ratio if seen else 0.0,
        "unevenness": seen.unevenness if seen else None,
        "stray_mm": seen.stray_mm if seen else None,
    }


def _write(sums: Sequence[Sum]) -> None:
    text = _DOCUMENT.read_text("utf-8")
    before, found, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"{_DOCUMENT} has no place for figures")
    _DOCUMENT.write_text(f"{before}{BEGIN}\n\n{markdown(sums)}\n\n{END}{after}", "utf-8")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench generation")
    parser.add_argument("--channels", nargs="+", default=["*"], metavar="PATTERN", help="as copy-*")
    parser.add_argument("--trials", type=int, default=0, help="of each channel")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where trials are kept")
    parser.add_argument("--count", action="store_true", help="run nothing, count what is there")
    parser.add_argument("--write", action="store_true", help="put the table into docs/tracing.md")
    return parser.parse_args(list(arguments))
