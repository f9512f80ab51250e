"""How surely the page that a picture shows is found among 100,000 registered ones, from the picture alone.

Pictures are simulated by :mod:`bench.channels`; no figure here was measured on a real device. The pages in question
are drawn and marked with dots and a code; the others are those of :mod:`bench.crowd`. Displaced words are left out:
0.05 mm is a seventh of a pixel here.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.channels import channel
from bench.crowd import index_among
from bench.pages import KINDS, Kind, draw_page, with_code
from bench.paper import with_dots
from bench.report import Row, at_least, at_most, show
from bench.tracing.bounds import clopper_pearson
from watermark.trace.find.index import PageKey
from watermark.trace.find.pages import PageIndex
from watermark.trace.find.points import PagePoints, points_of_page

TAKES_OPTIONS: Final = True
_DRAWN_DPI, _REFERENCE_DPI = 600, 150
_TEXT: Final[tuple[Kind, ...]] = ("english", "chinese", "columns")
_WHOLE: Final = ("scan-300", "copy-2", "phone", "phone-chat", "fax")
_HALF: Final = ("torn", "torn-phone")
_SQUARES: Final = ("scan-crop-60", "phone-crop-60", "copy-crop-60")
_FIRST_SEED: Final = 3000
_STRANGER: Final = 9000
_MOST_RETURNED: Final = 5


class _Trial(NamedTuple):
    """One picture and what was found.

    Attributes:
        rank: Of the right page, from 0; 99 if it is not among the five.
        agreeing: Points that agree on its place.
        wrong: Points that agree on the place of any other page.
        seconds: CPU time.
    """

    rank: int
    agreeing: int
    wrong: int
    seconds: float


def _reference(page: NDArray[np.uint8], dpi: int) -> PagePoints:
    shrink = _REFERENCE_DPI / dpi
    small = cv2.resize(page, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return points_of_page(np.asarray(small, np.uint8), _REFERENCE_DPI)


def _tried(index: PageIndex, kind: Kind, seed: int, name: str, kept: Path | None) -> _Trial:
    picture = _picture(kind, seed, name, kept)
    started = time.process_time()
    found = index.find(picture, _MOST_RETURNED)
    seconds = time.process_time() - started
    right = [at for at, each in enumerate(found) if (each.document, each.page) == (kind, seed)]
    wrong = max((each.agreeing for at, each in enumerate(found) if at not in right), default=0)
    return _Trial(right[0] if right else 99, found[right[0]].agreeing if right else 0, wrong, seconds)


def _picture(kind: Kind, seed: int, name: str, kept: Path | None) -> NDArray[np.uint8]:
    """Return what a channel makes of a page; made once if there is a folder to keep it in."""
    file = kept / f"{name}~{kind}~{seed}.png" if kept else None
    if file is not None and file.exists():
        return np.asarray(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE), np.uint8)
    page = draw_page(kind, seed, _DRAWN_DPI)
    marked = with_code(with_dots(page, seed, 1), seed, _DRAWN_DPI)
    picture = channel(name)(marked, np.random.default_rng([seed, len(name)]))
    if file is not None:
        cv2.imwrite(str(file), picture)
    return picture


def _row(what: str, trials: list[_Trial], target: float) -> list[Row]:
    rows = []
    for most, name in ((1, "first"), (_MOST_RETURNED, "among the first five")):
        hits = sum(trial.rank < most for trial in trials)
        low, high = clopper_pearson(hits, len(trials))
        bounds = f"tried; 95 % bounds {low:.1%} to {high:.1%}"
        share = 100 * hits / len(trials)
        rows.append(
            at_least(f"{what}: {name}", share, "%", yardstick=len(trials), target=target, against=bounds)
        )
    return rows


def main(quick: bool, options: Sequence[str]) -> None:
    """Look for pages among many; show how often they are found, what it costs, and what strangers yield."""
    parser = argparse.ArgumentParser(prog="./run bench finding", description=__doc__)
    parser.add_argument("--pages", type=int, default=2_000 if quick else 100_000)
    parser.add_argument("--drawn", type=int, default=120 if quick else 600)
    parser.add_argument("--each", type=int, default=1 if quick else 16, help="pages of a kind and channel")
    parser.add_argument("--keep", type=Path, help="folder in which pages and pictures stay for the next run")
    asked = parser.parse_args(options)
    each = asked.each
    seeds = range(_FIRST_SEED, _FIRST_SEED + each)
    registered = {
        PageKey(kind, seed): _reference(draw_page(kind, seed, _DRAWN_DPI), _DRAWN_DPI)
        for kind in KINDS
        for seed in seeds
    }
    rows: list[Row] = []
    everything: list[_Trial] = []
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        others = asked.pages - len(registered)
        files = index_among(Path(folder), registered, others, asked.drawn, asked.keep)
        index = PageIndex.open(*files)
        built_s = time.process_time() - began
        for name in (*_WHOLE, *_HALF, *_SQUARES):
            target = 90.0 if name in _SQUARES else 99.0
            for what, kinds in (("text", _TEXT), *((kind, (kind,)) for kind in KINDS if kind not in _TEXT)):
                trials = [_tried(index, kind, seed, name, asked.keep) for kind in kinds for seed in seeds]
                rows += _row(f"{name}, {what}", trials, target)
                everything += trials
        strangers = [
            _tried(index, kind, _STRANGER + seed, "phone", asked.keep)
            for kind in _TEXT
            for seed in range(each)
        ]
        size = files[0].stat().st_size
    laid = sum(trial.wrong > 0 for trial in strangers)
    rows += [
        at_most(
            "strangers laid on a page", laid, "pictures", yardstick=len(strangers), target=0, against="tried"
        ),
        at_most(
            "a search, on average",
            float(np.mean([trial.seconds for trial in everything])),
            "CPU s",
            yardstick=max(trial.seconds for trial in everything),
            target=1.0,
            against="the slowest",
        ),
        at_most(
            "index",
            size / 1e6 / others * 1e5,
            "MB / 10⁵ pages",
            yardstick=len(index),
            target=4000,
            against="pages in it",
        ),
        at_most(
            "index built, drawing not kept included",
            built_s,
            "CPU s",
            yardstick=asked.drawn,
            target=7200,
            against="pages drawn",
        ),
    ]
    show(f"pages found among {len(index):,}", rows)
