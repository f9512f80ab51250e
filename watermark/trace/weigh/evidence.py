"""Weigh what was measured: e-values of copies against the innocent.

The laws:

* Symbols of an innocent copy are independent of the picture, with known probabilities. A likelihood ratio
  ``f(seen | symbol) / Σ p(symbol) f(seen | symbol)`` then has expectation 1 for each symbol, whatever the channel, and
  so has their product; a mean of such products too (Markov: the chance that it reaches x is at most 1/x).
* A wrong model costs power, never safety. So models are mixed: a single copy read well and badly, and what several
  people can do with their copies: averages, mixtures word by word, votes of the majority and of the minority.
* Nothing weighs a symbol twice: several pictures of a page are put together before a ratio is taken.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.payload import SYMBOLS

#: Doubts are taken as measured and larger: errors have heavier tails than bell curves.
_WIDER: Final = (1.0, 1.8, 3.5)
#: Share of words that say nothing, however surely they were measured, and over how many steps they may lie.
_WILD: Final = 0.02
_WILD_STEPS: Final = 8.0
_TRAITORS: Final = (2, 3, 4, 5)
_VOTERS: Final = (3, 5)
#: How far a cell is trusted: as measured, less, hardly; and not at all, so that lost dots veto no words.
_TRUST: Final = (1.0, 0.5, 0.25, 0.1)
_DOUBT: Final = 0.05
#: How likely each of these is taken to be before a picture is seen; small pieces, which have no dot to spare, are
#: mostly flat and sharp.
_TRUST_SHARES: Final = (1 / 2, 1 / 4, 1 / 8, 1 / 16)
#: The same of the ways to read dots: all are there, or some.
_READING_SHARES: Final = (4 / 5, 1 / 5)
#: For quick scores one model of each: all dots, read not too well, or those left, as they were read.
QUICK_CELLS: Final = (1, len(_TRUST))
_CELL_SHARES: Final = (
    *(way * trust for way in _READING_SHARES for trust in _TRUST_SHARES),
    1 - sum(_TRUST_SHARES),
)

Array = NDArray[np.float64]


def word_ratios(left: Array, doubt: Array, plus: Array) -> Array:
    """Return log-likelihood ratios of the symbols of words, model by model.

    Args:
        left: ``(m,)``: what was measured, in steps.
        doubt: ``(m,)``: standard deviation of that.
        plus: ``(m,)``: probability of +1.

    Returns:
        ``(models, m, 2)``: natural logarithms for −1 and for +1.
    """
    models = [_single(left, doubt * wider) for wider in _WIDER]
    models += [_averaged(left, doubt * _WIDER[1], plus, traitors) for traitors in _TRAITORS]
    one = _single(left, doubt * _WIDER[1])
    for traitors in _TRAITORS:
        models.append(_chosen(one, _drawn(plus, traitors)))
    for voters in _VOTERS:
        models.append(_chosen(one, _voted(plus, voters, minority=False)))
        models.append(_chosen(one, _voted(plus, voters, minority=True)))
    seen = np.stack(models)
    innocent = (1 - plus) * seen[..., 0] + plus * seen[..., 1]
    return np.asarray(np.log(seen) - np.log(innocent)[..., None], np.float64)


def _single(left: Array, doubt: Array) -> Array:
    """Return densities ``(m, 2)`` of what was seen if the word stands at −1 and at +1."""
    return np.stack([density(left, -1.0, doubt), density(left, 1.0, doubt)], axis=-1)


def density(left: Array, middle: float | Array, doubt: Array) -> Array:
    """Return the densities of what was measured if words stand at ``middle``, all in steps; few are wild."""
    bell = np.exp(-0.5 * ((left - middle) / doubt) ** 2) / (doubt * math.sqrt(2 * math.pi))
    return np.asarray((1 - _WILD) * bell + _WILD / _WILD_STEPS, np.float64)


def _averaged(left: Array, doubt: Array, plus: Array, traitors: int) -> Array:
    """Return densities if the picture is the mean of several copies of which this is one."""
    others = traitors - 1
    seen = np.zeros((len(left), 2))
    for up in range(others + 1):
        share = math.comb(others, up) * plus**up * (1 - plus) ** (others - up)
        for place, own in enumerate((-1, 1)):
            seen[:, place] += share * density(left, (own + 2 * up - others) / traitors, doubt)
    return seen


def _drawn(plus: Array, traitors: int) -> Array:
    """Return ``(m, 2)``: the probability that +1 is shown if one copy of several is drawn for each word."""
    others = (1 - 1 / traitors) * plus
    return np.stack([others, others + 1 / traitors], axis=-1)


def _voted(plus: Array, voters: int, *, minority: bool) -> Array:
    """Return ``(m, 2)``: the probability that +1 is shown if several people vote on each word."""
    others = voters - 1
    shown = np.zeros((len(plus), 2))
    for up in range(others + 1):
        share = math.comb(others, up) * plus**up * (1 - plus) ** (others - up)
        for place in range(2):
            total = up + place
            wins = total * 2 > voters
            if minority and 0 < total < voters:
                wins = not wins
            shown[:, place] += share * wins
    return shown


def _chosen(one: Array, shown_plus: Array) -> Array:
    """Return densities if +1 is shown with these probabilities."""
    return shown_plus * one[:, 1:] + (1 - shown_plus) * one[:, :1]


def word_scores(ratios: Array, is_plus: NDArray[np.bool_]) -> Array:
    """Return the logarithms of what words say for copies, model by model.

    Args:
        ratios: ``(models, m, 2)``: from :func:`word_ratios`.
        is_plus: ``(copies, m)``: the symbols of each.

    Returns:
        ``(models, copies)``.
    """
    apart = (ratios[..., 1] - ratios[..., 0]).astype(np.float32)
    return np.asarray(apart @ is_plus.T.astype(np.float32) + ratios[..., 0].sum(axis=1)[:, None], np.float64)


def cell_ratios(logits: Array) -> Array:
    """Return log-likelihood ratios of the symbols of cells, model by model.

    Args:
        logits: ``(2, m, 16)``: log-likelihoods up to a constant per cell, in both ways of reading; all pictures and
            pages added up.

    Returns:
        ``(models, m, 16)``: natural logarithms; their exponentials have mean 1 over the symbols.
    """
    models = []
    for said in logits:
        for trust in _TRUST:
            likelihood = np.exp(trust * (said - said.max(axis=1, keepdims=True)))
            shares = likelihood / likelihood.sum(axis=1, keepdims=True)
            models.append(np.log(SYMBOLS * ((1 - _DOUBT) * shares + _DOUBT / SYMBOLS)))
    models.append(np.zeros_like(logits[0]))
    return np.stack(models)


def cell_scores(ratios: Array, symbols: NDArray[np.uint8]) -> Array:
    """Return the logarithms of what cells say for copies: ``(models, copies)``.

    Args:
        ratios: ``(models, m, 16)``: from :func:`cell_ratios`.
        symbols: ``(copies, m)``.
    """
    models, cells, _ = ratios.shape
    flat = ratios.reshape(models, -1)
    at = np.arange(cells)[None, :] * SYMBOLS + symbols
    return np.stack([flat[model][at].sum(axis=1) for model in range(models)])


def mixed_cells(scores: Array) -> Array:
    """Return the logarithm of the mean over models of what :func:`cell_scores` gave the logarithms of."""
    return mixed(scores + np.log(len(_CELL_SHARES) * np.array(_CELL_SHARES))[:, None])


def mixed(scores: Array) -> Array:
    """Return the logarithm of the mean over the first axis of what these are logarithms of."""
    top = scores.max(axis=0)
    return np.asarray(top + np.log(np.exp(scores - top).mean(axis=0)), np.float64)


def fused(words: Array | None, dots: Array | None) -> Array:
    """Return what both carriers say together: one misread carrier must not veto the other.

    Args:
        words: ``(copies,)``, natural logarithms; None where no word was measured.
        dots: The same of the dots.
    """
    if words is None or dots is None:
        known = words if words is not None else dots
        if known is None:
            raise ValueError("no carrier was measured")
        return known
    return mixed(np.stack([words + dots, words, dots]))
