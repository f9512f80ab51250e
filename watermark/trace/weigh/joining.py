"""Weigh the copies most spoken for on the supposition that they were mixed with others.

What a copy says alone and what it says with partners are put together as a mean of fixed shares. It is taken for few
copies only, the rest keep the first part of it: less than the mean, so that the bound holds for all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.marks import layout
from watermark.trace.weigh.coalition import MOST_PARTNERS, Coalition, WordsSeen
from watermark.trace.weigh.weighing import PageEvidence, Shortlist, Weights

#: Share of the mean for a copy alone. Where one copy is shown, it costs this little; where several are, their tenth
#: of a sum that is tens of decades greater costs as little.
_ALONE: Final = 0.9
#: Fewer words tell no mixture from errors of measuring.
_LEAST_WORDS: Final = 60
_MOST_WEIGHED: Final = 10
_LN10: Final = float(np.log(10))

Identities = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Suspects:
    """The copies with which any other may have been mixed.

    A copy must have no say in who its partners are, not even by its place on the shortlist. Its partners are those
    most spoken for among the others that would be on a list one shorter, if the copy itself did not exist: the list
    without it, or without its last where the copy is not on it.

    Attributes:
        ranked: The first of them, the most spoken for first.
        listed: All of them, in the order in which they were chosen for the shortlist.
        is_cut: Whether there were others that were not chosen.
    """

    ranked: Identities
    listed: Identities
    is_cut: bool

    def __len__(self) -> int:
        """Return how many are ranked."""
        return len(self.ranked)

    def partners_of(self, identity: np.uint64) -> NDArray[np.intp]:
        """Return the places in ``ranked`` of the partners of a copy."""
        is_listed = not self.is_cut or bool((self.listed == identity).any())
        barred = identity if is_listed else self.listed[-1]
        return np.flatnonzero(self.ranked != barred)[:MOST_PARTNERS]


NOBODY: Final = Suspects(np.zeros(0, np.uint64), np.zeros(0, np.uint64), is_cut=False)


def foremost(shortlist: Shortlist, weights: Weights) -> Suspects:
    """Return the copies for which words speak most, one more than a copy has partners."""
    if weights.words is None or not len(shortlist.spoken):
        return NOBODY
    is_spoken = np.isin(shortlist.identities, shortlist.spoken)
    spoken, words = shortlist.identities[is_spoken], weights.words[is_spoken]
    ranked = np.asarray(spoken[np.argsort(-words, kind="stable")[: MOST_PARTNERS + 1]])
    return Suspects(ranked, shortlist.spoken, shortlist.is_cut)


def joined(
    pages: Sequence[PageEvidence], identities: Identities, weights: Weights, suspects: Suspects, key: bytes
) -> Weights:
    """Return what speaks for copies, alone or with others.

    Args:
        pages: What was measured, one for each page.
        identities: ``(copies,)``.
        weights: What speaks for each alone.
        suspects: The copies from which partners are taken; :data:`NOBODY` if nothing is to be weighed but each copy
            alone.
        key: Secret of the installation.
    """
    known = [page for page in pages if len(page.units)]
    if weights.words is None or sum(len(page.units) for page in known) < _LEAST_WORDS:
        return weights
    words, total = weights.words + np.log10(_ALONE), weights.total + np.log10(_ALONE)
    if len(suspects):
        coalition = Coalition(_all_words(known))
        signs = _signs(known, suspects.ranked, key)
        # Those that all marks tell, and those that words alone tell.
        for place in np.union1d(np.argsort(-total)[:_MOST_WEIGHED], np.argsort(-words)[: MOST_PARTNERS + 1]):
            others = suspects.partners_of(identities[place])
            own = _signs(known, identities[place : place + 1], key)[0]
            together = coalition.weigh(own, signs[others]) / _LN10 + np.log10(1 - _ALONE)
            words[place], total[place] = _sum(words[place], together), _sum(total[place], together)
    return Weights(words, weights.dots, total)


def _all_words(pages: Sequence[PageEvidence]) -> WordsSeen:
    """Return the words of all pages, one after the other."""
    lines = np.cumsum([0, *(int(page.words.line.max()) + 1 for page in pages)])
    return WordsSeen(
        np.concatenate([page.words.left for page in pages]),
        np.concatenate([page.words.doubt for page in pages]),
        np.concatenate([page.words.plus for page in pages]),
        np.concatenate([page.words.line + before for page, before in zip(pages, lines, strict=False)]),
    )


def _sum(first: float, second: float) -> float:
    """Return the logarithm of the sum of what these are decimal logarithms of."""
    return float(np.logaddexp(first * _LN10, second * _LN10) / _LN10)


def _signs(pages: Sequence[PageEvidence], identities: Identities, key: bytes) -> NDArray[np.bool_]:
    """Return where copies have +1: ``(copies, m, 2)``, the words of all pages one after the other."""
    drawn = [
        layout.signs_of(identities.tolist(), page.page, page.all_units, key)[:, page.units] > 0
        for page in pages
    ]
    return np.concatenate(drawn, axis=1)
