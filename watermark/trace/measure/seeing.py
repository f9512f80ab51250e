"""What one picture shows of one registered page: where it lies, how its words are displaced, what its dots say."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watermark.marks import layout
from watermark.payload import SYMBOLS, TILE
from watermark.trace.measure.cells import READINGS, CellsSeen, see_cells
from watermark.trace.measure.words import Measured, measure_words
from watermark.trace.place.features import Landmarks
from watermark.trace.place.flat import Flattening, even_tone
from watermark.trace.place.placing import Placing, place
from watermark.trace.place.reference import Reference


@dataclass(frozen=True, eq=False)
class PageSeen:
    """A registered page as one picture shows it.

    Attributes:
        picture: Which picture, from 0.
        picture_px: Its height and width.
        reference: The page.
        placing: How it lies.
        words: Where its words are.
        cells: What its dots say; None if the page has none.
    """

    picture: int
    picture_px: tuple[int, int]
    reference: Reference
    placing: Placing
    words: Measured
    cells: CellsSeen | None

    def tile(self) -> NDArray[np.float64]:
        """Return ``(2, 16, 16, 16)``: what the cells say in either way, those that say the same added up."""
        total = np.zeros((READINGS, TILE * TILE, SYMBOLS))
        if self.cells is not None:
            for reading in range(READINGS):
                np.add.at(total[reading], self.cells.tile, self.cells.logits[reading])
        return total.reshape(READINGS, TILE, TILE, SYMBOLS)


def see(
    picture: NDArray[np.uint8],
    number: int,
    landmarks: Landmarks,
    reference: Reference,
    *,
    pieces: bool = True,
) -> PageSeen | None:
    """Return what a picture shows of a page; None if the page is not on it.

    Args:
        picture: ``(H, W)``, 0 black.
        number: Which picture it is, from 0.
        landmarks: Its landmarks.
        reference: The page.
        pieces: See :func:`watermark.trace.place.placing.place`.
    """
    ways = place(picture, landmarks, reference, pieces=pieces)
    placing = next((found for found in ways if found.is_seen), None)
    if placing is None:
        return None
    flat = Flattening(picture, placing.dpi).at(
        placing.mesh_px, reference.size_mm, reference.gray.shape, reference.dpi
    )
    shown = even_tone(reference.gray, reference.px_per_mm)
    words = measure_words(flat, shown, reference.units_mm)
    style = reference.dots
    return PageSeen(
        number,
        (picture.shape[0], picture.shape[1]),
        reference,
        placing,
        words,
        see_cells(flat, reference.cells, style) if style else None,
    )


def word_places_mm(seen: PageSeen) -> NDArray[np.float64]:
    """Return the middles of the words that were measured."""
    boxes = seen.reference.units_mm[seen.words.units].astype(np.float64)
    return np.asarray((boxes[:, :2] + boxes[:, 2:]) / 2, np.float64)


def lines_of(units_mm: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return on which line each word stands, from 0, in the order in which the page has them.

    Args:
        units_mm: ``(n, 4)``: left, top, right, bottom of each word.
    """
    middle = (units_mm[:, 1] + units_mm[:, 3]) / 2
    height = units_mm[:, 3] - units_mm[:, 1]
    begins = np.abs(np.diff(middle)) > np.minimum(height[1:], height[:-1]) / 2
    return np.concatenate(([0], np.cumsum(begins)))[: len(units_mm)].astype(np.intp)


def step_mm(axis: int) -> float:
    """Return the length of a displacement along an axis."""
    return (layout.RIGHT_MM, layout.DOWN_MM)[axis]
