"""Very many registered pages, for benchmarks that look for one among them: some drawn, the others made of those.

Drawing a page and finding its points takes a third of a second, so that 100,000 would take a night. Each of the others
is made of squares of 70 mm that come from as many drawn pages, five of 64 bits of every point tipped over: it has as
many points as a page, in as likely places, and is not what it was cut from.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.pages import KINDS, draw_page
from watermark.trace.find.index import PageKey
from watermark.trace.find.pages import PageIndex, write_index
from watermark.trace.find.points import POINT, STEPS_PER_MM, PagePoints, points_of_page

_DRAWN_DPI: Final = 150
_FIRST_SEED: Final = 100_000  # far from those of the pages that are looked for
_AT_ONCE: Final = 120
_TILE_MM: Final = 70
_TIPPED: Final = 5


def index_among(
    folder: Path, registered: Mapping[PageKey, PagePoints], others: int, drawn: int, kept: Path | None = None
) -> tuple[Path, Path]:
    """Return the two files of an index of others and of pages among them; built in memory that stays bounded.

    Args:
        folder: Where the files come to lie.
        registered: The pages that will be looked for.
        others: How many more there are.
        drawn: How many of those are drawn.
        kept: A folder in which the others are kept from run to run; None for none.
    """
    crowd = (kept or folder) / f"{others}-of-{drawn}.pages"
    if not crowd.exists():
        write_index(_others(_drawn(drawn, kept), others), crowd)
    PageIndex.build(registered.items()).to_file(folder / "registered.pages")
    return crowd, folder / "registered.pages"


def _drawn(count: int, kept: Path | None) -> list[PagePoints]:
    pages: list[PagePoints] = []
    for seed in range(_FIRST_SEED, _FIRST_SEED + count, _AT_ONCE):
        file = kept / f"{seed}.npz" if kept else None
        if file is None or not file.exists():
            made = _draw(seed)
            if file is not None:
                sizes = np.array([(len(page.points), page.width_mm, page.height_mm) for page in made])
                np.savez(file, points=np.concatenate([page.points for page in made]), sizes=sizes)
            pages += made
            continue
        with np.load(file) as arrays:
            points, sizes = arrays["points"], arrays["sizes"]
        ends = np.cumsum(sizes[:, 0]).astype(int)
        pages += [
            PagePoints(points[end - int(length) : end], float(width), float(height))
            for end, (length, width, height) in zip(ends, sizes, strict=True)
        ]
    return pages[:count]


def _draw(first: int) -> list[PagePoints]:
    seeds = range(first, first + _AT_ONCE)
    return [
        points_of_page(draw_page(KINDS[seed % len(KINDS)], seed, _DRAWN_DPI), _DRAWN_DPI) for seed in seeds
    ]


def _others(drawn: list[PagePoints], count: int) -> Iterator[tuple[PageKey, PagePoints]]:
    """Yield the drawn pages, then pages made of squares of drawn ones, as many as wanted."""
    for number, page in enumerate(drawn[:count], 1):
        yield PageKey("drawn", number), page
    cut = [_tiles(page) for page in drawn]
    alike = {
        width: [at for at, one in enumerate(drawn) if one.width_mm == width]
        for width in {page.width_mm for page in drawn}
    }
    chance = np.random.default_rng(count)
    for number in range(1, count - len(drawn) + 1):
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


def _tiles(page: PagePoints) -> dict[int, NDArray[np.void]]:
    side = _TILE_MM * STEPS_PER_MM
    tile = page.points["x"].astype(int) // side * 100 + page.points["y"] // side
    return {int(one): page.points[tile == one] for one in np.unique(tile)}
