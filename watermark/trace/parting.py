"""Part what the paper did to a page's words from what the marks did.

A word lies off its place by its mark, ± one step, by what paper and lens did, which changes slowly over the page and a
little from line to line, and by errors of measuring, which are small. The slow part is taken as a Gaussian process;
which way each word was moved and where the process runs are found in turns (expectation and maximisation), beginning
with no opinion on any word. No code of any copy is looked at, only the probabilities that all copies share, so that
what is found here owes an innocent copy nothing.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: The slow part after the page was bent to the picture: how far, over which distance, both in mm. Curl and lenses make
#: the wide ones, rollers the narrow ones.
_SLOW_MM: Final = ((0.10, 30.0), (0.05, 14.0), (0.02, 7.0))
#: Feeds of scanners and copiers shift neighbouring lines by some hundredths of a millimetre against each other.
_LINE_MM, _LINE_REACH_MM = 0.015, 2.0
#: The whole page may lie off by more.
_COMMON_MM: Final = 1.0
#: Errors of measuring that are supposed turn by turn: large ones first, so that no word decides too early.
_COOLING_MM: Final = (0.05, 0.035, 0.025, 0.018)
_TURNS: Final = 6
_LEAST_NOISE_MM: Final = 0.003
_MOST_NOISE_MM: Final = 0.05
#: Share of words that were measured wrong altogether, and how far off those may lie.
_WILD: Final = 0.02
_WILD_MM: Final = 0.3


@dataclass(frozen=True, eq=False)
class Parted:
    """What is left of one axis.

    Attributes:
        left: ``(m,)``: how far each word lies off, in steps: ±1 where nothing disturbed it.
        doubt: ``(m,)``: standard deviation of that, in steps.
    """

    left: NDArray[np.float64]
    doubt: NDArray[np.float64]


def parted(
    where_mm: NDArray[np.float64],
    off_mm: NDArray[np.float64],
    doubt_mm: NDArray[np.float64],
    plus: NDArray[np.float64],
    step_mm: float,
) -> Parted:
    """Return what the marks did along one axis.

    Args:
        where_mm: ``(m, 2)``: middles of the words.
        off_mm: ``(m,)``: how far each lies off.
        doubt_mm: ``(m,)``: standard deviations by the fit alone.
        plus: ``(m,)``: probability that a copy moves the word the positive way.
        step_mm: Length of a step.
    """
    slow = _covariance(where_mm)
    opinion = 2 * plus - 1
    own = step_mm**2 * (1 - opinion**2)
    noise = _COOLING_MM[0] ** 2
    rest = width = np.zeros(len(off_mm))
    for turn in range(_TURNS):
        spread = slow + np.diag(own + noise + doubt_mm**2)
        if turn < len(_COOLING_MM):
            field = slow @ np.linalg.solve(spread, off_mm - step_mm * opinion)
            width = noise + doubt_mm**2
        else:
            solved = np.linalg.solve(spread, np.column_stack((off_mm - step_mm * opinion, slow)))
            field = slow @ solved[:, 0]
            unsure = np.diag(slow) - np.einsum("ij,ji->i", slow, solved[:, 1:])
            width = noise + doubt_mm**2 + np.maximum(unsure, 0)
        rest = off_mm - field
        up = np.log(plus) + _bell(rest - step_mm, width)
        down = np.log1p(-plus) + _bell(rest + step_mm, width)
        wild = np.log(_WILD) + _bell(rest, width + _WILD_MM**2)
        both = np.logaddexp(up, down) + np.log1p(-_WILD)
        tame = np.exp(both - np.logaddexp(both, wild))
        opinion = np.tanh((up - down) / 2) * tame
        own = step_mm**2 * (1 - opinion**2) + (1 - tame) * _WILD_MM**2
        if turn + 1 < len(_COOLING_MM):
            noise = _COOLING_MM[turn + 1] ** 2
        else:
            nearest = np.minimum(np.abs(rest - step_mm), np.abs(rest + step_mm))
            common = float((tame * nearest**2).sum() / max(tame.sum(), 1e-9))
            noise = float(np.clip(common, _LEAST_NOISE_MM**2, _MOST_NOISE_MM**2))
    return Parted(rest / step_mm, np.sqrt(width) / step_mm)


def _covariance(where_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    apart = where_mm[:, None, :] - where_mm[None, :, :]
    square = (apart**2).sum(axis=2)
    covariance = np.full(square.shape, _COMMON_MM**2)
    for far_mm, reach_mm in _SLOW_MM:
        covariance += far_mm**2 * np.exp(-0.5 * square / reach_mm**2)
    covariance += _LINE_MM**2 * np.exp(-0.5 * (apart[..., 1] / _LINE_REACH_MM) ** 2)
    return np.asarray(covariance, np.float64)


def _bell(off: NDArray[np.float64], width: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-0.5 * (off**2 / width + np.log(2 * np.pi * width)), np.float64)
