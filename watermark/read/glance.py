"""A quick look whether a page carries dots of ours: at the parts of it where paper is usually free, within a budget.

For intake, where every page that is offered is asked and nearly none carries any. Reading a whole page of text costs
about two seconds of processor time, most of it for its letters; a margin without dots costs a twentieth of one. What is
found is as sure as any reading of dots; what is not found may still be there.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.read.dots import DotReading, read_dots

BUDGET_S: Final = 1.0
"""Processor time after which no further part of a page is begun; a part took at most about as long for each key."""

DPI: Final = 300
"""Fine enough for the smallest dots (2 device pixels of 600 dpi)."""

#: Parts of a page as shares of its height and width: foot, sides, head, then a quarter that holds text as well.
_PARTS: Final = (
    ((0.8, 1.0), (0.0, 1.0)),
    ((0.0, 1.0), (0.0, 1 / 6)),
    ((0.0, 1.0), (5 / 6, 1.0)),
    ((0.0, 0.2), (0.0, 1.0)),
    ((0.5, 1.0), (0.5, 1.0)),
)


def glance(
    page: NDArray[np.uint8], keys: Sequence[bytes], *, budget_s: float = BUDGET_S
) -> DotReading | None:
    """Return what the dots of a page say, if a part of it says it beyond doubt.

    Args:
        page: ``(H, W)``, grey, 0 black, at about 300 dpi, origin top left.
        keys: Secrets under which dots were made here, oldest first.
        budget_s: Processor time after which no further part is begun.
    """
    began = time.process_time()
    for part in _parts(page):
        if time.process_time() - began >= budget_s:
            return None
        for key in reversed(keys):
            found, is_lattice = read_dots(part, key)
            if found is not None:
                return found
            if not is_lattice:
                break  # no other key sees more
    return None


def _parts(page: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    height, width = page.shape
    for (top, bottom), (left, right) in _PARTS:
        rows = slice(int(top * height), int(bottom * height))
        yield np.ascontiguousarray(page[rows, int(left * width) : int(right * width)])
