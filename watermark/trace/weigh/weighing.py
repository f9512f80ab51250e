"""Weigh copies of one document by what pictures show of its pages.

Several pictures of a page are put together before its symbols are weighed; pages are independent of each other in
their words, and say the same identity in their dots. Each page alone is weighed too, and all are mixed: pictures of two
different copies must not cancel each other.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.marks import layout
from watermark.payload import EVIDENCE, identity_symbols, tile_symbols, unmasked
from watermark.trace.measure.seeing import PageSeen, lines_of, step_mm, word_places_mm
from watermark.trace.place.reference import Reference
from watermark.trace.weigh import evidence
from watermark.trace.weigh.coalition import WordsSeen
from watermark.trace.weigh.codebook import MANY_COPIES, CodeBook
from watermark.trace.weigh.parting import Parted, parted

Array = NDArray[np.float64]
Copies = NDArray[np.uint64] | CodeBook
_LN10: Final = float(np.log(10))
#: Copies weighed at once, and words of all of them together, so that memory stays the same however many there are.
_AT_ONCE: Final = 20_000
_WORDS_AT_ONCE: Final = 10_000_000
#: More copies than this are first scored quickly, and so many of each carrier's best are weighed.
_MANY: Final = MANY_COPIES
_SHORT: Final = 2_000
_QUICK_MODEL: Final = 1
_QUICK_CELLS: Final = 64
_SHARED_PAGE: Final = 0
#: A quarter of what is spread as a bell curve lies further from its middle than this, in standard deviations, each way.
_QUARTILE, _QUARTILE_OF_BELL = 0.75, 0.6745


@dataclass(frozen=True, eq=False)
class Voice:
    """What spoke for and against the first candidate, place by place.

    Attributes:
        boxes_mm: ``(n, 4)``: left, top, right, bottom from the top left of the visible page.
        decades: ``(n,)``: log₁₀ of the likelihood ratio, above 0 for, below 0 against.
        is_dot: ``(n,)``: a cell of the dot field; else a displaced word.
    """

    boxes_mm: NDArray[np.float32]
    decades: NDArray[np.float32]
    is_dot: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PageEvidence:
    """What pictures together say of one page.

    Attributes:
        seen: The pictures of it.
        units: ``(m,)``: its words that were measured.
        words: What was measured of them.
        ratios: ``(models, m, 2, 2)``: log-likelihood ratios by axis and sign (−1, +1).
        cells: ``(2, 224, 16)``: log-likelihoods of the symbols of the identity, in both ways of reading dots.
    """

    seen: tuple[PageSeen, ...]
    units: NDArray[np.intp]
    words: WordsSeen
    ratios: Array
    cells: Array

    @property
    def page(self) -> int:
        """Number of the page."""
        return self.seen[0].reference.page

    @property
    def dots_page(self) -> int:
        """Number of the page that its dots say."""
        return _dots_page(self.seen[0].reference)

    @property
    def all_units(self) -> int:
        """How many words of the page can be displaced."""
        return len(self.seen[0].reference.units_mm)


@dataclass(frozen=True, eq=False)
class Weights:
    """What speaks for copies, decimal logarithms, ``(copies,)`` each; None for a carrier that was not measured."""

    words: Array | None
    dots: Array | None
    total: Array


@dataclass(frozen=True, eq=False)
class Shortlist:
    """The copies of a document that are worth weighing.

    Attributes:
        identities: ``(copies,)``.
        spoken: Those of them that were chosen by what words say, the most spoken for first.
        is_cut: Whether there were others.
    """

    identities: NDArray[np.uint64]
    spoken: NDArray[np.uint64]
    is_cut: bool


def _dots_page(reference: Reference) -> int:
    return reference.page if reference.per_page else _SHARED_PAGE


def page_evidence(seen: Sequence[PageSeen], key: bytes) -> PageEvidence:
    """Put together what several pictures show of one page."""
    first = seen[0].reference
    plus = layout.biases(first.page, len(first.units_mm), key)
    units, left, doubt = _together([_parted(page, plus) for page in seen], len(first.units_mm))
    tile = np.sum([page.tile() for page in seen], axis=0)
    cells = np.stack([unmasked(way, _dots_page(first), key) for way in tile])
    words = WordsSeen(left, doubt, plus[units], lines_of(first.units_mm)[units])
    return PageEvidence(tuple(seen), units, words, _word_ratios(words, doubt), cells)


def _word_ratios(words: WordsSeen, doubt: Array) -> Array:
    """Return ``(models, m, 2, 2)``: see :class:`PageEvidence`, with these doubts."""
    by_axis = [
        evidence.word_ratios(words.left[:, axis], doubt[:, axis], words.plus[:, axis])
        for axis in range(layout.AXES)
    ]
    return np.stack(by_axis, axis=2)


def _parted(seen: PageSeen, plus: Array) -> tuple[NDArray[np.intp], Array, Array]:
    words, where = seen.words, word_places_mm(seen)
    axes: list[Parted] = [
        parted(where, words.off_mm[:, axis], words.doubt_mm[:, axis], plus[words.units, axis], step_mm(axis))
        for axis in range(layout.AXES)
    ]
    return (
        words.units,
        np.stack([axis.left for axis in axes], axis=1),
        np.stack([axis.doubt for axis in axes], axis=1),
    )


def _together(
    parts: list[tuple[NDArray[np.intp], Array, Array]], count: int
) -> tuple[NDArray[np.intp], Array, Array]:
    """Return the words that any picture shows, each with the mean of what was measured, the sure ones first."""
    weight, total = np.zeros((count, layout.AXES)), np.zeros((count, layout.AXES))
    for units, left, doubt in parts:
        weight[units] += doubt**-2
        total[units] += left * doubt**-2
    units = np.flatnonzero((weight > 0).all(axis=1))
    return units, total[units] / weight[units], weight[units] ** -0.5


def group(seen: Sequence[PageSeen], key: bytes) -> list[PageEvidence]:
    """Return the evidence of each page of one document."""
    by_page = defaultdict(list)
    for page in seen:
        by_page[page.reference.page].append(page)
    return [page_evidence(pages, key) for _, pages in sorted(by_page.items())]


def shortlist(pages: Sequence[PageEvidence], copies: Copies, key: bytes) -> Shortlist:
    """Return the copies that are worth weighing; all of them unless they are very many.

    The quick scores that choose them look at one model of each carrier. What is left out costs power, never safety: the
    bound counts every copy.

    Args:
        pages: What was measured, one for each page.
        copies: The copies, or a book of them.
        key: Secret of the installation.
    """
    identities = copies.identities if isinstance(copies, CodeBook) else copies
    if len(identities) <= _MANY:
        whole = np.asarray(identities)
        return Shortlist(whole, whole, is_cut=False)
    by_dots = _best(_quick_dots(pages, identities, key))
    by_words = np.zeros(0, np.intp)
    known = [page for page in pages if len(page.units)]
    if known and isinstance(copies, CodeBook):
        by_words = _best(np.sum([_quick_words(page, copies, key) for page in known], axis=0))
    elif known:
        by_words = _best(weigh(pages, identities, key).total)
    chosen = np.union1d(by_dots, by_words)
    return Shortlist(np.asarray(identities[chosen]), np.asarray(identities[by_words]), is_cut=True)


def _best(scores: Array) -> NDArray[np.intp]:
    """Return the copies with the highest scores, the highest first; of equals the earlier ones."""
    return np.argsort(-scores, kind="stable")[:_SHORT]


def _quick_words(page: PageEvidence, book: CodeBook, key: bytes) -> Array:
    """Return what words say for the copies of a book if one of them is shown, read none too well."""
    said = np.zeros((2, page.all_units, layout.AXES))
    said[:, page.units] = np.moveaxis(page.ratios[_QUICK_MODEL], 2, 0)
    return book.scores(page.page, said[0], said[1], key).astype(np.float64)


def _quick_dots(pages: Sequence[PageEvidence], identities: NDArray[np.uint64], key: bytes) -> Array:
    """Return what the most telling cells say for copies, in both ways of reading dots."""
    ratios = evidence.cell_ratios(np.sum([page.cells for page in pages], axis=0))[[*evidence.QUICK_CELLS]]
    nats = (np.exp(ratios) * ratios).mean(axis=2)
    most = np.argsort(-nats, axis=1)[:, :_QUICK_CELLS]
    told, where = np.unique(most, return_inverse=True)
    where = where.reshape(most.shape)
    said = [
        [
            evidence.cell_scores(ratios[way : way + 1, most[way]], symbols[:, where[way]])[0]
            for way in range(len(most))
        ]
        for symbols in (
            identity_symbols(identities[begin : begin + _AT_ONCE], key, told)
            for begin in range(0, len(identities), _AT_ONCE)
        )
    ]
    return evidence.mixed(np.concatenate(said, axis=1))


def weigh(pages: Sequence[PageEvidence], identities: NDArray[np.uint64], key: bytes) -> Weights:
    """Return what pages of one document say for copies of it.

    Args:
        pages: What was measured, one for each page.
        identities: ``(copies,)``.
        key: Secret of the installation.
    """
    words = max((page.all_units for page in pages), default=0)
    at_once = min(_AT_ONCE, max(1, _WORDS_AT_ONCE // max(words, 1)))
    parts = [
        _weighed(pages, identities[begin : begin + at_once], key)
        for begin in range(0, len(identities), at_once)
    ]

    def whole(pick: Callable[[Weights], Array | None]) -> Array | None:
        known = [part for part in map(pick, parts) if part is not None]
        return np.concatenate(known) if known else None

    total = whole(lambda part: part.total)
    return Weights(
        whole(lambda part: part.words),
        whole(lambda part: part.dots),
        np.zeros(0) if total is None else total,
    )


def _weighed(pages: Sequence[PageEvidence], identities: NDArray[np.uint64], key: bytes) -> Weights:
    symbols = identity_symbols(identities, key)
    by_page = [_word_scores(page, identities, key) for page in pages]
    known = [scores for scores in by_page if scores is not None]
    words = evidence.mixed(np.sum(known, axis=0)) if known else None
    cells = np.sum([page.cells for page in pages], axis=0)
    dots = _dot_score(cells, symbols)
    if words is None and dots is None:
        return Weights(None, None, np.zeros(len(identities)))
    ways = [evidence.fused(words, dots)]
    if len(pages) > 1:
        for page, scores in zip(pages, by_page, strict=True):
            alone = None if scores is None else evidence.mixed(scores)
            dotted = _dot_score(page.cells, symbols)
            if alone is not None or dotted is not None:
                ways.append(evidence.fused(alone, dotted))
    total = evidence.mixed(np.stack(ways))
    return Weights(
        None if words is None else words / _LN10, None if dots is None else dots / _LN10, total / _LN10
    )


def most_by_words(pages: Sequence[PageEvidence]) -> float:
    """Return what words would say for a copy that has each of them just where it was seen, in decades.

    On paper that lies badly, words are further off than any copy has them: they are doubted as much as that asks for.
    """
    known = [
        _word_ratios(page.words, np.maximum(page.words.doubt, _scatter(page.words.left)))
        .max(axis=3)
        .sum(axis=(1, 2))
        for page in pages
        if len(page.units)
    ]
    return float(evidence.mixed(np.sum(known, axis=0)[:, None])[0]) / _LN10 if known else 0.0


def _scatter(left: Array) -> Array:
    """Return, by axis, how widely words lie about the places that a copy can have: one step to either side."""
    beyond = np.quantile(np.abs(left), _QUARTILE, axis=0) - 1
    return np.asarray(np.maximum(beyond, 0) / _QUARTILE_OF_BELL, np.float64)


def _word_scores(page: PageEvidence, identities: NDArray[np.uint64], key: bytes) -> Array | None:
    """Return ``(models, copies)``; None if no word was measured."""
    if not len(page.units):
        return None
    drawn = layout.signs_of(identities.tolist(), page.page, page.all_units, key)[:, page.units]
    ratios = page.ratios.reshape(len(page.ratios), -1, 2)
    return evidence.word_scores(ratios, drawn.reshape(len(identities), -1) > 0)


def _dot_score(cells: Array, symbols: NDArray[np.uint8]) -> Array | None:
    """Return ``(copies,)``; None if no dot was seen."""
    told = np.flatnonzero(np.ptp(cells[0], axis=1) > 0)
    if not len(told):
        return None
    return evidence.mixed_cells(evidence.cell_scores(evidence.cell_ratios(cells[:, told]), symbols[:, told]))


def voice(page: PageEvidence, identity: int, key: bytes) -> Voice:
    """Return what spoke for and against a copy on a page, place by place, in the first picture of it."""
    seen = page.seen[0]
    boxes, decades, is_dot = [], [], []
    if len(page.units):
        drawn = layout.signs(identity, page.page, page.all_units, key)[page.units] > 0
        said = np.take_along_axis(page.ratios[0], drawn[..., None].astype(np.intp), axis=2)[..., 0]
        boxes.append(seen.reference.units_mm[page.units])
        decades.append(said.sum(axis=1) / _LN10)
        is_dot.append(np.zeros(len(page.units), np.bool_))
    if seen.cells is not None and len(seen.cells.tile):
        told = EVIDENCE.reshape(-1)[seen.cells.tile]
        symbols = tile_symbols(identity, page.dots_page, key).reshape(-1)[seen.cells.tile[told]]
        boxes.append(seen.cells.boxes_mm[told].astype(np.float32))
        said = evidence.cell_ratios(seen.cells.logits[:, told])[:, np.arange(len(symbols)), symbols]
        decades.append(said[said.sum(axis=1).argmax()] / _LN10)
        is_dot.append(np.ones(len(symbols), np.bool_))
    if not boxes:
        return Voice(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.bool_))
    return Voice(
        np.concatenate(boxes).astype(np.float32),
        np.concatenate(decades).astype(np.float32),
        np.concatenate(is_dot),
    )
