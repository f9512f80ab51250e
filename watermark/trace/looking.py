"""Look for registered pages on a picture: as it is, then in negative, then mirrored.

Dark viewers show paper in negative; some cameras mirror it, and so may whoever hides where a picture came from. Which
way is taken, only the places of the pages decide: no symbol of any copy is looked at, so nothing more was tried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.trace.identification import Shown
from watermark.trace.measure.seeing import PageSeen, see
from watermark.trace.place.features import Landmarks, agreeing, alike
from watermark.trace.place.placing import landmarks_of
from watermark.trace.place.reference import Reference

#: Pages that are looked at closely; the others' landmarks fit worse.
_CLOSELY: Final = 4
#: A page of the same few words over and over is laid on its own mirror image, by 30 landmarks.
_SURE_MATCHES: Final = 100
#: A picture of fewer landmarks is a piece, of which fewer have to do.
_LANDMARKS_OF_PIECE: Final = 2500
_GLANCE: Final = 700
_GLANCE_REFERENCE: Final = 2500
#: Strokes are narrow: pixels of ink differ more from their surroundings than paper beside them does. Of 16 pictures of
#: paper as it is, light ones weighed 0.03 to 0.24 of dark ones, of two in negative 8 and 12, tried by hand.
_SKEW_PX: Final = 1500
_SURROUNDINGS: Final = 8.0
_LIGHT_INK: Final = 2.0


@dataclass(frozen=True, eq=False)
class Look:
    """A picture in which pages were looked for.

    Attributes:
        shown: How it shows them.
        picture: ``(H, W)``, 0 black: turned so that it shows them as they are.
        landmarks: Of that.
        pages: The pages on it.
    """

    shown: Shown
    picture: NDArray[np.uint8]
    landmarks: Landmarks
    pages: tuple[PageSeen, ...]

    @property
    def matches(self) -> int:
        """Landmarks that agree on where a page lies, of the page of which most do."""
        return max((page.placing.matches for page in self.pages), default=0)

    @property
    def is_sure(self) -> bool:
        """Whether pages are there beyond doubt."""
        is_piece = len(self.landmarks) < _LANDMARKS_OF_PIECE
        return self.matches >= _SURE_MATCHES or (bool(self.pages) and is_piece)

    def back(self, mesh_px: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return places ``(…, 2)`` of the turned picture in the one that came."""
        if self.shown is not Shown.MIRRORED:
            return mesh_px
        return np.stack((self.picture.shape[1] - 1 - mesh_px[..., 0], mesh_px[..., 1]), axis=-1)


def turned(picture: NDArray[np.uint8], shown: Shown) -> NDArray[np.uint8]:
    """Return a picture ``(H, W)`` so that it shows paper as it is."""
    if shown is Shown.NEGATIVE:
        return 255 - picture
    return np.ascontiguousarray(picture[:, ::-1]) if shown is Shown.MIRRORED else picture


def ways_of(picture: NDArray[np.uint8]) -> Iterator[Shown]:
    """Yield how a picture may show paper, the likeliest first."""
    yield Shown.AS_IS
    if _has_light_ink(picture):
        yield Shown.NEGATIVE
    yield Shown.MIRRORED


def otherwise(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    """Return a picture as it would be if it did not show paper as it is, but in one of the other ways it may."""
    return tuple(turned(picture, shown) for shown in ways_of(picture) if shown is not Shown.AS_IS)


def look(picture: NDArray[np.uint8], number: int, references: Sequence[Reference]) -> Look:
    """Return what of registered pages is seen on a picture.

    Args:
        picture: ``(H, W)``, 0 black.
        number: Which picture it is, from 0.
        references: The pages.
    """
    looks: list[Look] = []
    for shown in ways_of(picture):
        looked_at = turned(picture, shown)
        landmarks = landmarks_of(looked_at)
        seen = [
            # Small pieces take long to be looked for everywhere; nobody mirrors those.
            see(looked_at, number, landmarks, page, pieces=shown is not Shown.MIRRORED)
            for page in _likely(landmarks, references)
        ]
        looks.append(Look(shown, looked_at, landmarks, tuple(page for page in seen if page is not None)))
        if looks[-1].is_sure:
            break
    return max(looks, key=lambda each: each.matches)


def _likely(landmarks: Landmarks, references: Sequence[Reference]) -> list[Reference]:
    """Return the few pages whose landmarks agree best with those of a picture, by a quick look."""
    if len(references) <= _CLOSELY:
        return list(references)
    few = landmarks.largest(_GLANCE, 0.0)
    scored = []
    for place, reference in enumerate(references):
        known = reference.landmarks.largest(_GLANCE_REFERENCE, 0.0)
        ways = agreeing(few, known, alike(few, known), reference_px_per_mm=reference.px_per_mm)
        scored.append((-max((len(way.of) for way in ways), default=0), place))
    return [references[place] for _, place in sorted(scored)[:_CLOSELY]]


def _has_light_ink(picture: NDArray[np.uint8]) -> bool:
    """Tell whether strokes of a picture are lighter than what they lie on."""
    factor = min(1.0, _SKEW_PX / max(picture.shape))
    height, width = (max(1, round(side * factor)) for side in picture.shape)
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    off = small - cv2.GaussianBlur(small, (0, 0), _SURROUNDINGS)
    lighter, darker = (float((np.maximum(side, 0) ** 3).mean()) for side in (off, -off))
    return lighter > _LIGHT_INK * darker
