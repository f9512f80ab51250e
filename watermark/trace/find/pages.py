"""Find the registered pages that a picture shows, from the picture alone, whatever its turn, scale, tilt or part.

Each point of the picture that looks like a point of a page votes for this page at one turn and one scale; the pages
with most votes are laid on the picture, and those whose points then agree on the place are found. What is found is
a candidate and nothing more: pages of one letterhead look alike where they are. Who it was that leaked, only marks say.
"""

import itertools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.trace.find.index import A_PART, PageKey, Segment, write
from watermark.trace.find.points import (
    TURN_STEPS,
    PagePoints,
    PicturePoints,
    log2_sizes_mm,
    places_mm,
    points_of_picture,
)

_TURNS: Final = 16  # votes count together within two of these bins: 45 degrees
_OCTAVES: Final = 24  # and within two half octaves
_LOWEST_OCTAVE: Final = -4.0  # of pixels a millimetre: 1.6 dpi
_CELLS: Final = 64  # and within two cells of the page, across and down
_CELLS_MM: Final = (2.5, 60.0)
_CELL_SHARE: Final = 0.15  # of the picture's long side: the error of a turn by 8 degrees
_VOTING: Final = 320  # points of the picture, from the largest to the smallest; a third of them is enough
_TRIED: Final = (12, 48)  # pages that are laid on the picture: more of them if it has few points
_LAID: Final = 7200  # points altogether: a tenth of a second
_BOXES_A_PAGE: Final = 64  # a page with many votes has them in neighbouring boxes too
_SEEN_AGAIN: Final = 0.2
_SURELY: Final = (
    40  # agreeing points of a page that was shown, at least; half of that is the most any other had
)

_DOUBTLESS: Final = 100  # pages of the same few words over and over had 41 in their own mirror images

_LOOKS_ALIKE: Final = 14  # bits of 64
_TURN_OFF: Final = 28.0
_OCTAVES_OFF: Final = 0.6
_NEAR_SHARE: Final = 0.015  # of the picture's long side
_NEAR_MM: Final = (0.3, 3.0)
_LEAST_AGREEING: Final = 20  # pages that were shown had 43 and more, other text pages up to 15
_MOST_SQUEEZED: Final = 3.0
_LEAST_TO_FIT: Final = 6


@dataclass(frozen=True, eq=False)
class Found:
    """A page that a picture may show.

    Attributes:
        document: The caller's name of the document.
        page: Its page, from 1.
        votes: How many points of the picture spoke for the page at one turn and scale.
        agreeing: How many of its points agree on where it lies; 0 if too few do.
        homography: ``(3, 3)`` from millimetres on the page, from the top left of what is visible, to pixels of the
            picture; within some millimetres. None if too few points agree on any.
    """

    document: str
    page: int
    votes: float
    agreeing: int
    homography: NDArray[np.float64] | None


def worth_comparing(found: Sequence[Found]) -> tuple[Found, ...]:
    """Return, of what was found in one picture, the pages to compare with it: all, unless some are surely there."""
    laid = tuple(each for each in found if each.agreeing)
    return laid if any(each.agreeing >= _SURELY for each in laid) else tuple(found)


def is_doubtless(found: Sequence[Found]) -> bool:
    """Tell whether a page was found that no mirror image of a page is taken for."""
    return any(each.agreeing >= _DOUBTLESS for each in found)


def likeliest(ways: Sequence[Sequence[Found]]) -> Sequence[Found]:
    """Return what was found in that way of looking at a picture in which most points agree, of equals the first."""
    return max(ways, key=lambda found: max((each.agreeing for each in found), default=0))


class _Candidate(NamedTuple):
    """A page, its votes, and at which turn and scale they are."""

    votes: float
    segment: Segment
    page: int
    turn: float
    octave: float


class _Sights(NamedTuple):
    """How a page lies in the picture, as each pair of points tells it.

    Attributes:
        turns: ``(n,)`` of the page, clockwise.
        octaves: ``(n,)`` logarithm of the pixels a millimetre.
        middles_mm: ``(n, 2)`` which place of the page the picture's middle shows.
    """

    turns: NDArray[np.float32]
    octaves: NDArray[np.float32]
    middles_mm: NDArray[np.float32]


class PageIndex:
    """The registered pages, by what their pictures show."""

    def __init__(self, segments: Sequence[Segment] = ()) -> None:
        """Search these; :meth:`build` and :meth:`open` make them."""
        self._segments = tuple(segments)

    @classmethod
    def build(cls, pages: Iterable[tuple[PageKey, PagePoints]]) -> Self:
        """Return the index of some pages, in memory: about 35 kB a page."""
        return cls((Segment.of(pages),))

    @classmethod
    def open(cls, *paths: Path, checked: bool = True, secret: bytes | None = None) -> Self:
        """Return the index in files, which stay open and must not be changed, only replaced.

        Args:
            paths: What :meth:`to_file` wrote. Each costs some milliseconds a search: join them at times.
            checked: See :meth:`watermark.trace.find.index.Segment.open`.
            secret: Under which they were sealed; None for files that were not.

        Raises:
            PageIndexError: one is not such a file, of another version or secret, cut off or changed.
        """
        return cls([Segment.open(path, checked=checked, secret=secret) for path in paths])

    @property
    def documents(self) -> frozenset[str]:
        """The names of all documents."""
        return frozenset(name for segment in self._segments for name in segment.documents)

    def page_keys(self) -> list[PageKey]:
        """Return which pages are in it, a page that was added twice twice."""
        return [segment.key_of(page) for segment in self._segments for page in range(len(segment.pages))]

    def pages(self) -> Iterator[tuple[PageKey, PagePoints]]:
        """Yield all pages with their points."""
        return (page for segment in self._segments for page in segment.kept())

    def __len__(self) -> int:
        """Return the number of pages."""
        return sum(len(segment.pages) for segment in self._segments)

    def add(self, pages: Iterable[tuple[PageKey, PagePoints]]) -> "PageIndex":
        """Return the index with more pages; what is there stays where it is."""
        return PageIndex((*self._segments, Segment.of(pages)))

    def to_file(self, path: Path, secret: bytes | None = None) -> None:
        """Write it all as one file, on the disk when this returns, in memory that does not grow with it.

        Args:
            path: Where to; what is there is replaced at once or not at all.
            secret: Of the installation, to seal the file: points tell much of what a page says.
        """
        write(self._segments, path, secret)

    def find(self, picture: NDArray[np.uint8], most: int = 5) -> tuple[Found, ...]:
        """Return the pages that a picture may show, the likeliest first.

        Args:
            picture: ``(H, W)``, 0 black, origin top left; of any resolution.
            most: How many to return.
        """
        return self.find_points(points_of_picture(picture), most)

    def find_points(self, seen: PicturePoints, most: int = 5) -> tuple[Found, ...]:
        """Return the pages that a picture of these points may show, the likeliest first; see :meth:`find`."""
        if not len(seen):
            return ()
        candidates = sorted(
            (each for segment in self._segments for each in _candidates(segment, seen)),
            key=lambda each: -each.votes,
        )
        tried = int(np.clip(_LAID // len(seen), *_TRIED))
        found = [_laid(each, seen) for each in candidates[: max(tried, most)]]
        for segment in self._segments:
            segment.let_go()
        return tuple(sorted(found, key=lambda each: (-each.agreeing, -each.votes))[:most])


def write_index(pages: Iterable[tuple[PageKey, PagePoints]], path: Path, secret: bytes | None = None) -> None:
    """Write an index of very many pages, in memory that does not grow with them.

    Args:
        pages: The pages.
        path: Where to; what is there is replaced at once or not at all.
        secret: See :meth:`PageIndex.to_file`; temporary files beside ``path`` are sealed too.
    """
    stream = iter(pages)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".index-") as name:
        parts: list[Path] = []
        while some := list(itertools.islice(stream, A_PART)):
            parts.append(Path(name) / str(len(parts)))
            PageIndex.build(some).to_file(parts[-1], secret)
        PageIndex.open(*parts, checked=False, secret=secret).to_file(path, secret)


def _candidates(segment: Segment, seen: PicturePoints) -> list[_Candidate]:
    """Return the pages with most votes."""
    alike = segment.alike(seen, np.unique(np.linspace(0, len(seen) - 1, _VOTING).astype(np.intp)))
    if not len(alike.seen):
        return []
    points = np.asarray(segment.points[alike.kept])
    sight = _sights(seen, alike.seen, points)
    turn = (sight.turns % TURN_STEPS * (_TURNS / TURN_STEPS)).astype(np.int64)
    octave = np.clip(np.floor((sight.octaves - _LOWEST_OCTAVE) * 2), 0, _OCTAVES - 2).astype(np.int64)
    page = segment.pages_of(alike.kept)
    ballots: list[NDArray[np.int64]] = []
    for later in (0, 1):
        cell_mm = _cells_mm(seen.long_px, (octave + later) / 2 + _LOWEST_OCTAVE)
        cell = np.clip(np.floor(sight.middles_mm / cell_mm[:, None]) + _CELLS / 4, 0, _CELLS - 2).astype(
            np.int64
        )
        for t, x, y in itertools.product((0, 1), repeat=3):
            number = (page * _TURNS + (turn + t) % _TURNS) * _OCTAVES + octave + later
            ballots.append((number * _CELLS + cell[:, 0] + x) * _CELLS + cell[:, 1] + y)
    # A point of the picture votes once in a box, for however many points of the page it looks like.
    cast = np.unique(np.concatenate(ballots) * len(seen) + np.tile(alike.seen, len(ballots)))
    weight = _weights(alike.seen, len(seen), len(segment.pages))[cast % len(seen)]
    box = cast // len(seen)
    first = np.flatnonzero(np.diff(box, prepend=-1))
    votes = np.add.reduceat(weight, first)
    best = first[np.argsort(-votes, kind="stable")[: _TRIED[1] * _BOXES_A_PAGE]]
    number = box[best] // (_CELLS * _CELLS)
    _, earliest = np.unique(number // (_TURNS * _OCTAVES), return_index=True)
    total = dict(zip(first.tolist(), votes.tolist(), strict=True))
    return [
        _Candidate(
            total[int(best[at])],
            segment,
            int(number[at] // (_TURNS * _OCTAVES)),
            float(number[at] // _OCTAVES % _TURNS) * (TURN_STEPS / _TURNS),
            float(number[at] % _OCTAVES) / 2 + _LOWEST_OCTAVE,
        )
        for at in np.sort(earliest)[: _TRIED[1]]
    ]


def _weights(seen: NDArray[np.intp], count: int, pages: int) -> NDArray[np.float64]:
    """Return ``(count,)`` how much each point's vote says: less, the more points it looks like."""
    times = np.bincount(seen, minlength=count)
    return np.log1p(_SEEN_AGAIN * pages / np.maximum(times, 1))


def _cells_mm(long_px: int, octaves: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how exactly votes have to agree on which place of a page the picture's middle shows."""
    return np.clip(_CELL_SHARE * long_px / np.exp2(octaves), *_CELLS_MM)


def _sights(seen: PicturePoints, mine: NDArray[np.intp], points: NDArray[np.void]) -> _Sights:
    """Return how the page lies if points of the picture are these points of it, for each pair alone."""
    turns = seen.turns[mine] - points["turn"].astype(np.float32)
    octaves = seen.log2_sizes[mine] - log2_sizes_mm(points)
    angle = turns * np.float32(2 * np.pi / TURN_STEPS)
    right, down = ((seen.middle_px - seen.places_px[mine]) / np.exp2(octaves)[:, None]).T
    cos, sin = np.cos(angle), np.sin(angle)
    back = np.stack((cos * right + sin * down, cos * down - sin * right), axis=1)
    return _Sights(turns, octaves, places_mm(points) + back)


def _laid(candidate: _Candidate, seen: PicturePoints) -> Found:
    """Return the page with its place, if enough points agree on one."""
    segment, page = candidate.segment, candidate.page
    kept = segment.points_of(page)
    place, agreeing = _place(candidate, seen, kept)
    return Found(*segment.key_of(page), candidate.votes, agreeing, place)


def _place(
    candidate: _Candidate, seen: PicturePoints, kept: NDArray[np.void]
) -> tuple[NDArray[np.float64] | None, int]:
    """Return the homography most points agree on, and how many do."""
    apart = np.bitwise_count(seen.codes[:, None] ^ kept["code"][None, :])
    mine, its = np.nonzero(apart <= _LOOKS_ALIKE)
    sight = _sights(seen, mine, kept[its])
    off = (sight.turns - candidate.turn + TURN_STEPS / 2) % TURN_STEPS - TURN_STEPS / 2
    near = np.flatnonzero(
        (np.abs(off) < _TURN_OFF) & (np.abs(sight.octaves - candidate.octave) < _OCTAVES_OFF)
    )
    cell_mm = _cells_mm(seen.long_px, np.array([candidate.octave]))
    near = near[_crowd(sight.middles_mm[near] / cell_mm)]
    near = near[_crowd(sight.middles_mm[near] / cell_mm * 2)]
    # Of the points of the page that one of the picture may be, the likest: cells of tables look much the same.
    near = near[np.argsort(apart[mine[near], its[near]], kind="stable")]
    near = near[np.unique(mine[near], return_index=True)[1]]
    mine, its = mine[near], its[near]
    from_mm, to_px = places_mm(kept[its]), seen.places_px[mine]
    typical = float(np.exp2(candidate.octave))
    near_px = typical * float(np.clip(_NEAR_SHARE * seen.long_px / typical, *_NEAR_MM))
    if len(mine) < _LEAST_TO_FIT:
        return None, 0
    # The stubs do not know that there may be none.
    solved: tuple[Any, Any] = cv2.findHomography(
        from_mm, to_px, cv2.USAC_MAGSAC, near_px, maxIters=2000, confidence=0.999
    )
    place, fits = solved
    if place is None:
        return None, 0
    fit = fits.ravel() > 0
    agreeing = min(len(np.unique(mine[fit])), len(np.unique(its[fit])))
    if agreeing < _LEAST_AGREEING or not _is_possible(place, from_mm[fit]):
        return None, 0
    return np.asarray(place, np.float64), agreeing


def _crowd(places: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which places lie in the fullest square of three by three, one being the unit."""
    if not len(places):
        return np.zeros(0, np.bool_)
    cell = np.floor(places - places.min(axis=0)).astype(np.int64)
    columns = int(cell[:, 0].max()) + 3
    around = np.array([dy * columns + dx for dy in (0, 1, 2) for dx in (0, 1, 2)])
    number = cell[:, 1] * columns + cell[:, 0]
    squares, counts = np.unique(number[:, None] + around, return_counts=True)
    fullest = int(squares[np.argmax(counts)])
    return np.isin(fullest - number, around)


def _is_possible(place: NDArray[np.floating], at_mm: NDArray[np.floating]) -> bool:
    """Tell whether a camera could see paper so: not mirrored, nor squeezed to a third."""
    x, y = np.median(at_mm, axis=0)
    depth = place[2] @ (x, y, 1)
    seen_at = place[:2] @ (x, y, 1) / depth
    stretch = (place[:2, :2] - np.outer(seen_at, place[2, :2])) / depth
    long, short = np.linalg.svd(stretch, compute_uv=False)
    return bool(np.linalg.det(stretch) > 0 and long < _MOST_SQUEEZED * short)
