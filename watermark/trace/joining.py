"""Weigh the copies most spoken for on the supposition that they were mixed with others.

What a copy says alone and what it says with partners are put together as a mean of fixed shares. It is taken for few
copies only, the rest keep the first part of it: less than the mean, so that the bound holds for all.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.marks import layout
from watermark.trace.coalition import MOST_PARTNERS, Coalition, WordsSeen
from watermark.trace.weighing import PageEvidence, Weights

#: Share of the mean for a copy alone. Where one copy is shown, it costs this little; where several are, their tenth
#: of a sum that is tens of decades greater costs as little.
_ALONE: Final = 0.9
#: Fewer words tell no mixture from errors of measuring.
_LEAST_WORDS: Final = 60
_MOST_WEIGHED: Final = 10
_LN10: Final = float(np.log(10))

Identities = NDArray[np.uint64]


def foremost(identities: Identities, weights: Weights) -> Identities:
    """Return the copies for which words speak most, one more than a copy has partners, the first of them first."""
    if weights.words is None:
        return identities[:0]
    return np.asarray(identities[np.argsort(-weights.words, kind="stable")[: MOST_PARTNERS + 1]])


def joined(
    pages: Sequence[PageEvidence], identities: Identities, weights: Weights, suspects: Identities, key: bytes
) -> Weights:
    """Return what speaks for copies, alone or with others.

    Args:
        pages: What was measured, one for each page.
        identities: ``(copies,)``.
        weights: What speaks for each alone.
        suspects: The copies from which partners are taken, from :func:`foremost`; a copy is no partner of its own. None
            if nothing is to be weighed but each copy alone.
        key: Secret of the installation.
    """
    known = [page for page in pages if len(page.units)]
    if weights.words is None or sum(len(page.units) for page in known) < _LEAST_WORDS:
        return weights
    words, total = weights.words + np.log10(_ALONE), weights.total + np.log10(_ALONE)
    if len(suspects):
        coalition = Coalition(
            WordsSeen(
                np.concatenate([page.words.left for page in known]),
                np.concatenate([page.words.doubt for page in known]),
                np.concatenate([page.words.plus for page in known]),
            )
        )
        signs = _signs(known, suspects, key)
        # Those that all marks tell, and those that words alone tell.
        for place in np.union1d(np.argsort(-total)[:_MOST_WEIGHED], np.argsort(-words)[: MOST_PARTNERS + 1]):
            others = np.flatnonzero(suspects != identities[place])[:MOST_PARTNERS]
            own = _signs(known, identities[place : place + 1], key)[0]
            together = coalition.weigh(own, signs[others]) / _LN10 + np.log10(1 - _ALONE)
            words[place], total[place] = _sum(words[place], together), _sum(total[place], together)
    return Weights(words, weights.dots, total)


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
