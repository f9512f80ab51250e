"""Exact bounds on a share of which some trials were counted (C. Clopper and E. Pearson, Biometrika 26 (1934))."""

import math

import numpy as np

_HALVINGS = 60


def clopper_pearson(hits: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the two-sided bounds on the share of hits.

    Raises:
        ValueError: more hits than trials, or no trial.
    """
    if not 0 <= hits <= trials or trials < 1:
        raise ValueError(f"no share of {hits} in {trials}")
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _share_at(lambda share: _at_most(trials - hits, trials, 1 - share), tail)
    high = 1.0 if hits == trials else 1 - _share_at(lambda miss: _at_most(hits, trials, 1 - miss), tail)
    return low, high


def most(events: int, trials: int, confidence: float = 0.95) -> float:
    """Return the one-sided upper bound on the share of something that should not happen."""
    if events >= trials:
        return 1.0
    return 1 - _share_at(lambda miss: _at_most(events, trials, 1 - miss), 1 - confidence)


def _share_at(tail_of: "object", tail: float) -> float:
    """Return where a growing function of a share reaches a value."""
    assert callable(tail_of)
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if tail_of(middle) < tail else (low, middle)
    return (low + high) / 2


def _at_most(hits: int, trials: int, share: float) -> float:
    """Return the chance of at most so many hits."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 1.0 if hits >= trials else 0.0
    counts = np.arange(hits + 1)
    ways = np.array(
        [math.lgamma(trials + 1) - math.lgamma(n + 1) - math.lgamma(trials - n + 1) for n in counts]
    )
    return float(np.exp(ways + counts * math.log(share) + (trials - counts) * math.log1p(-share)).sum())
