"""How often, how fast and how falsely the dots of simulated scans are read.

Printer and scanner are modelled by hand in :mod:`bench.paper`; no figure here was measured on a real device. Seeds of
the sweep are not those with which the reader was developed.
"""

import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal

import numpy as np

from bench.paper import (
    Picture,
    Scan,
    blacked_out,
    blank_page,
    halftone_page,
    leader_page,
    text_page,
    with_dots,
)
from bench.report import Row, at_least, at_most, show
from bench.tracing.documents import registered
from watermark.payload import EVIDENCE
from watermark.read.dots import read_dots

_IDENTITY = 0xF00D_BABE_1234_5678
_KEY = b"a key of the benchmark"
_FIRST_SEED = 1000
_CPU_SECONDS = 3.0
_TEXTS = ("report", "letter", "minutes", "notice")
_TYPE_AREA_MM = (25.0, 25.0, 185.0, 270.0)
_ENOUGH_CELLS = 12

Language = Literal["en", "zh", "blank"]
Trial = Callable[[int], Picture]


@lru_cache(maxsize=8)
def _page(language: Language, number: int, *, marked: bool = True) -> Picture:
    page = blank_page() if language == "blank" else text_page(language, _FIRST_SEED + number)
    return blacked_out(with_dots(page, _IDENTITY, number, _KEY) if marked else page)


def _whole(language: Language, dpi: int, quarters: int = 0) -> Trial:
    def trial(seed: int) -> Picture:
        scan = Scan.ordinary(seed, dpi).picture(_page(language, 1 + seed % 2))
        return np.ascontiguousarray(np.rot90(scan, quarters))

    return trial


def _crop(language: Language, side_mm: float, dpi: int = 300) -> Trial:
    def trial(seed: int) -> Picture:
        chance = np.random.default_rng([seed, 2])
        left, top = chance.uniform(25, 185 - side_mm), chance.uniform(25, 265 - side_mm)
        box = (left, top, left + side_mm, top + side_mm)
        return Scan.ordinary(seed, dpi).picture(_page(language, 1 + seed % 2), box)

    return trial


def _marked(*, quick: bool) -> Iterator[tuple[str, Trial, int, float]]:
    """Yield what is tried, how, how often, and the share that should be read."""
    few, many = (2, 4) if quick else (12, 24)
    languages: tuple[tuple[Language, str], ...] = (("en", "English"), ("zh", "Chinese"))
    for language, name in languages:
        yield f"{name} page, 300 dpi", _whole(language, 300), few, 1.0
        yield f"{name} page, 200 dpi", _whole(language, 200), few, 0.9
        for side_mm, target in ((60, 0.9), (40, 0.5), (30, 0.3), (20, 0.0)):
            yield f"{name}, {side_mm} mm square, 300 dpi", _crop(language, side_mm), many, target
    yield "Chinese page upside down, 300 dpi", _whole("zh", 300, 2), few, 1.0
    yield "English page, 600 dpi", _whole("en", 600), few // 2, 1.0
    yield "English, 60 mm square, 200 dpi", _crop("en", 60, 200), many, 0.8
    yield "blank paper, 25 mm square, 300 dpi", _crop("blank", 25), many, 0.9


def _unmarked(*, quick: bool) -> Iterator[Picture]:
    """Yield pictures on which nobody may be named."""
    for seed in range(_FIRST_SEED, _FIRST_SEED + (1 if quick else 12)):
        for language in ("en", "zh"):
            yield Scan.ordinary(seed).picture(_page(language, 1, marked=False))
        yield Scan.ordinary(seed).picture(leader_page(seed))
        for lines_per_inch in (53.0, 75.0, 85.0):
            yield Scan.ordinary(seed).picture(halftone_page(lines_per_inch, 15.0 * (seed % 4)))
        yield np.random.default_rng(seed).integers(0, 256, (1500, 1500)).astype(np.uint8)


def _squares(document: str, side_mm: float, squares: int) -> Row:
    """Return how many squares of a page's text hold the cells that naming one of 10,000 copies takes, by chance."""
    cells = registered(document).base.pages[0].cells
    tile, boxes = cells.tile(), cells.boxes_mm()
    telling = EVIDENCE.reshape(-1)[tile]
    in_lattice = np.arange(len(tile)) < cells.lattice.count
    chance = np.random.default_rng([_FIRST_SEED, int(side_mm)])
    enough = {False: 0, True: 0}
    for _ in range(squares):
        corner = chance.uniform(_TYPE_AREA_MM[:2], np.array(_TYPE_AREA_MM[2:]) - side_mm)
        inside = ((boxes[:, :2] >= corner) & (boxes[:, 2:] <= corner + side_mm)).all(axis=1) & telling
        for inlaid in enough:
            enough[inlaid] += len(set(tile[inside & (in_lattice | inlaid)].tolist())) >= _ENOUGH_CELLS
    return at_least(
        f"{document}: {side_mm:g} mm squares of {squares} with {_ENOUGH_CELLS} cells",
        enough[True],
        "squares",
        yardstick=enough[False],
        target=enough[False],
        against="by the lattice alone",
    )


def main(quick: bool) -> None:
    """Sweep marked and unmarked pictures; show hits, wrong names and processor time."""
    rows: list[Row] = []
    wrong, total, slowest = 0, 0, 0.0
    for what, trial, trials, target in _marked(quick=quick):
        hits = 0
        total += trials
        for seed in range(_FIRST_SEED, _FIRST_SEED + trials):
            picture = trial(seed)
            started = time.process_time()
            reading, _ = read_dots(picture, _KEY)
            slowest = max(slowest, time.process_time() - started)
            if reading is not None:
                right = (reading.identity, reading.page) == (_IDENTITY, 1 + seed % 2)
                hits, wrong = hits + right, wrong + (not right)
        rows.append(
            at_least(
                f"{what}: read", hits, "pictures", yardstick=trials, target=target * trials, against="tried"
            )
        )
    rows += [_squares(document, side_mm, 300) for document in _TEXTS for side_mm in (15.0, 20.0)]
    false, tried = 0, 0
    for picture in _unmarked(quick=quick):
        started = time.process_time()
        false += read_dots(picture, _KEY)[0] is not None
        tried += 1
        slowest = max(slowest, time.process_time() - started)
    rows.append(at_most("unmarked: named", false, "pictures", yardstick=tried, target=0, against="tried"))
    rows.append(
        at_most("marked: named wrongly", wrong, "pictures", yardstick=total, target=0, against="tried")
    )
    rows.append(
        at_most("slowest picture", slowest, "CPU s", yardstick=1.0, target=_CPU_SECONDS, against="one second")
    )
    show("dots read from simulated scans", rows)
