"""How surely the page that a picture shows is found among 100,000 registered ones, from the picture alone.

Pictures are simulated by :mod:`bench.channels`; no figure here was measured on a real device. The pages in question
are drawn and marked with dots and a code, like the 600 from which the other pages are made: of eight by nine squares
of 70 mm that each come from some other page, five of 64 bits of every point tipped over. Displaced words are left out:
0.05 mm is a seventh of a pixel here.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.channels import channel
from bench.pages import KINDS, Kind, draw_page, with_code
from bench.paper import with_dots
from bench.report import Row, at_least, at_most, show
from bench.tracing.bounds import clopper_pearson
from watermark.trace.find import PageIndex
from watermark.trace.findindex import PageKey, Segment
from watermark.trace.findpoints import POINT, STEPS_PER_MM, PagePoints, points_of_page

_DRAWN_DPI, _REFERENCE_DPI = 600, 150
_TEXT: Final[tuple[Kind, ...]] = ("english", "chinese", "columns")
_WHOLE: Final = ("scan-300", "copy-2", "phone", "phone-chat", "fax")
_HALF: Final = ("torn", "torn-phone")
_SQUARES: Final = ("scan-crop-60", "phone-crop-60", "copy-crop-60")
_TILE_MM: Final = 70
_TIPPED: Final = 5
_A_FILE: Final = 5000
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


def _tiles(page: PagePoints) -> dict[int, NDArray[np.void]]:
    side = _TILE_MM * STEPS_PER_MM
    tile = page.points["x"].astype(int) // side * 100 + page.points["y"] // side
    return {int(one): page.points[tile == one] for one in np.unique(tile)}


def _others(drawn: list[PagePoints], count: int) -> Iterator[tuple[PageKey, PagePoints]]:
    """Yield pages made of squares of drawn ones, as many as wanted."""
    cut = [_tiles(page) for page in drawn]
    alike = {
        page.width_mm: [at for at, one in enumerate(drawn) if one.width_mm == page.width_mm] for page in drawn
    }
    chance = np.random.default_rng(count)
    for number in range(1, count + 1):
        pattern = int(chance.integers(len(drawn)))
        pool = alike[drawn[pattern].width_mm]
        parts = [np.zeros(0, POINT)]
        for tile in cut[pattern]:
            for other in chance.choice(pool, 20):
                if tile in cut[other]:
                    parts.append(cut[other][tile])
                    break
        points = np.concatenate(parts)
        for _ in range(_TIPPED):
            points["code"] ^= np.uint64(1) << chance.integers(0, 64, len(points)).astype(np.uint64)
        yield PageKey("other", number), PagePoints(points, drawn[pattern].width_mm, drawn[pattern].height_mm)


def _index(folder: Path, registered: dict[PageKey, PagePoints], others: int, drawn: int) -> PageIndex:
    """Build the index in files of some thousand pages, then join them: so memory stays bounded."""
    pages = [_reference(draw_page(KINDS[seed % len(KINDS)], seed, 300), 300) for seed in range(drawn)]
    stream = _others(pages, others)
    parts = []
    for number in range(0, others, _A_FILE):
        part = folder / f"{number}.pages"
        PageIndex([Segment.of(next(stream) for _ in range(min(_A_FILE, others - number)))]).to_file(part)
        parts.append(part)
    part = folder / "registered.pages"
    PageIndex.build(registered.items()).to_file(part)
    PageIndex.open(*parts, part).to_file(folder / "all.pages")
    for done in (*parts, part):
        done.unlink()
    return PageIndex.open(folder / "all.pages")


def _tried(index: PageIndex, kind: Kind, seed: int, name: str) -> _Trial:
    page = draw_page(kind, seed, _DRAWN_DPI)
    marked = with_code(with_dots(page, seed, 1), seed, _DRAWN_DPI)
    picture = channel(name)(marked, np.random.default_rng([seed, len(name)]))
    started = time.process_time()
    found = index.find(picture, _MOST_RETURNED)
    seconds = time.process_time() - started
    right = [at for at, each in enumerate(found) if (each.document, each.page) == (kind, seed)]
    wrong = max((each.agreeing for at, each in enumerate(found) if at not in right), default=0)
    return _Trial(right[0] if right else 99, found[right[0]].agreeing if right else 0, wrong, seconds)


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


def main(quick: bool) -> None:
    """Look for pages among many; show how often they are found, what it costs, and what strangers yield."""
    others, drawn, each = (2_000, 30, 1) if quick else (100_000, 600, 16)
    seeds = range(_FIRST_SEED, _FIRST_SEED + each)
    registered = {
        PageKey(kind, seed): _reference(draw_page(kind, seed, _DRAWN_DPI), _DRAWN_DPI)
        for kind in KINDS
        for seed in seeds
    }
    rows: list[Row] = []
    everything: list[_Trial] = []
    with tempfile.TemporaryDirectory() as folder:
        index = _index(Path(folder), registered, others, drawn)
        for name in (*_WHOLE, *_HALF, *_SQUARES):
            target = 90.0 if name in _SQUARES else 99.0
            for what, kinds in (("text", _TEXT), *((kind, (kind,)) for kind in KINDS if kind not in _TEXT)):
                trials = [_tried(index, kind, seed, name) for kind in kinds for seed in seeds]
                rows += _row(f"{name}, {what}", trials, target)
                everything += trials
        strangers = [_tried(index, kind, _STRANGER + seed, "phone") for kind in _TEXT for seed in range(each)]
        size = (Path(folder) / "all.pages").stat().st_size
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
            size / 1e6 / len(index) * 1e5,
            "MB / 10⁵ pages",
            yardstick=len(index),
            target=4000,
            against="pages in it",
        ),
    ]
    show(f"pages found among {len(index):,}", rows)
