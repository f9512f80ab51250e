"""Part what the paper did to a page's words from what the marks did.

A word lies off its place by its mark, ± one step, by what paper and lens did, which changes slowly over the page and a
little from line to line, and by errors of measuring, which are small. The slow part is taken as a Gaussian process;
which way each word was moved and where the process runs are found in turns (expectation and maximisation), beginning
with no opinion on any word. No code of any copy is looked at, only the probabilities that all copies share, so that
what is found here owes an innocent copy nothing.
"""

import math
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
#: Places of a mean lie closer.
_COLDER_MM: Final = (0.013, 0.009, 0.0065, 0.0045)
_SETTLING: Final = 2
_LEAST_NOISE_MM: Final = 0.003
_MOST_NOISE_MM: Final = 0.05
#: Share of words that were measured wrong altogether, and how far off those may lie.
_WILD: Final = 0.02
_WILD_MM: Final = 0.3

#: Words whose bends are told together: on a full page a band of so many is higher than bends reach, and a process over
#: all words of a dense page would cost as the cube of their number.
_MOST_AT_ONCE: Final = 350

#: Errors after parting that are more than one copy well read leaves; then means of several copies are supposed too.
_DOUBTFUL_STEPS: Final = 0.4
#: What is supposed in turn, on paper that lies calmly, as long as doubts are large.
_GUESSES: Final = ((1,), (2, 3), (4, 5))


@dataclass(frozen=True)
class Paper:
    """How freely paper runs, as shares of what is usually supposed: over the page, and from line to line."""

    slow: float
    lines: float


USUAL_PAPER: Final = Paper(1.0, 1.0)
#: Paper that lay still while a carriage or roller shook: the wide bends are a tenth, the lines twice as free.
CALM_PAPER: Final = Paper(0.1, 2.0)


@dataclass(frozen=True, eq=False)
class Parted:
    """What is left of one axis.

    Attributes:
        left: ``(m,)``: how far each word lies off, in steps: ±1 where nothing disturbed it.
        doubt: ``(m,)``: standard deviation of that, in steps.
        people: Of how many copies the words show the mean, as far as can be told; 1 for one copy or a mixture by words.
        log_likelihood: How well that explains what was measured, up to a constant of the page.
    """

    left: NDArray[np.float64]
    doubt: NDArray[np.float64]
    people: int
    log_likelihood: float


def parted(
    where_mm: NDArray[np.float64],
    off_mm: NDArray[np.float64],
    doubt_mm: NDArray[np.float64],
    plus: NDArray[np.float64],
    step_mm: float,
) -> Parted:
    """Return what the marks did along one axis.

    Words of one copy stand at ±1, those of a mean of several between. What was averaged is parted badly as one copy:
    where that leaves much, calmer paper and means are supposed, and what explains the picture best is kept. The choice
    looks at no copy.

    Args:
        where_mm: ``(m, 2)``: middles of the words.
        off_mm: ``(m,)``: how far each lies off.
        doubt_mm: ``(m,)``: standard deviations by the fit alone.
        plus: ``(m,)``: probability that a copy moves the word the positive way.
        step_mm: Length of a step.
    """
    bands = _bands(where_mm)

    def supposed(paper: Paper, people: int) -> Parted:
        parts = [
            _parted(
                _covariance(where_mm[band], paper),
                off_mm[band],
                doubt_mm[band],
                plus[band],
                step_mm,
                people=people,
            )
            for band in bands
        ]
        left, doubt = (np.empty(len(off_mm)) for _ in range(2))
        for band, part in zip(bands, parts, strict=True):
            left[band], doubt[band] = part.left, part.doubt
        return Parted(left, doubt, people, sum(part.log_likelihood for part in parts))

    best = supposed(USUAL_PAPER, 1)
    for guesses in _GUESSES:
        if not len(off_mm) or np.median(best.doubt) <= _DOUBTFUL_STEPS:
            break
        tried = [supposed(CALM_PAPER, people) for people in guesses]
        best = max((best, *tried), key=lambda each: each.log_likelihood)
    return best


def _bands(where_mm: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """Return the words of the page from top to bottom, in as few parts of one size as are solved quickly."""
    down = np.argsort(where_mm[:, 1], kind="stable")
    return np.array_split(down, max(1, math.ceil(len(down) / _MOST_AT_ONCE)))


def _parted(
    slow: NDArray[np.float64],
    off_mm: NDArray[np.float64],
    doubt_mm: NDArray[np.float64],
    plus: NDArray[np.float64],
    step_mm: float,
    *,
    people: int,
) -> Parted:
    """Part under the supposition that words show the mean of the copies of so many people."""
    ups = np.arange(people + 1)
    places = ((2 * ups - people) / people)[:, None]
    ways = np.array([math.comb(people, int(up)) for up in ups])[:, None]
    prior = np.log(ways) + ups[:, None] * np.log(plus) + (people - ups)[:, None] * np.log1p(-plus)
    opinion = 2 * plus - 1
    own = step_mm**2 * (1 - opinion**2) / people
    cooling = _COOLING_MM if people == 1 else (*_COOLING_MM, *_COLDER_MM)
    noise = cooling[0] ** 2
    rest = width = np.zeros(len(off_mm))
    fit = 0.0
    turns = len(cooling) + _SETTLING
    for turn in range(turns):
        spread = slow + np.diag(own + noise + doubt_mm**2)
        asked = off_mm - step_mm * opinion
        if turn < len(cooling):
            solved = np.linalg.solve(spread, asked)
            field = slow @ solved
            width = noise + doubt_mm**2
        else:
            both = np.linalg.solve(spread, np.column_stack((asked, slow)))
            solved = both[:, 0]
            field = slow @ solved
            unsure = np.diag(slow) - np.einsum("ij,ji->i", slow, both[:, 1:])
            width = noise + doubt_mm**2 + np.maximum(unsure, 0)
        rest = off_mm - field
        at_place = prior + _bell(rest - step_mm * places, width)
        marked = np.logaddexp.reduce(at_place, axis=0)
        wild = np.log(_WILD) + _bell(rest, width + _WILD_MM**2)
        tame_or_wild = np.logaddexp(marked + np.log1p(-_WILD), wild)
        tame = np.exp(marked + np.log1p(-_WILD) - tame_or_wild)
        share = np.exp(at_place - marked)
        opinion = (share * places).sum(axis=0) * tame
        own = step_mm**2 * ((share * places**2).sum(axis=0) - opinion**2) + (1 - tame) * _WILD_MM**2
        # The field's own price: a Gaussian process of this covariance that runs so far from zero.
        if turn + 1 == turns:
            # Laplace's approximation: how far the process had to run, and how freely it could have.
            free = np.linalg.slogdet(spread)[1] - np.log(np.diag(spread - slow)).sum()
            fit = float(tame_or_wild.sum() - 0.5 * (solved @ field + free))
        if turn + 1 < len(cooling):
            noise = cooling[turn + 1] ** 2
        else:
            nearest = (share * (rest - step_mm * places) ** 2).sum(axis=0)
            common = float((tame * nearest).sum() / max(tame.sum(), 1e-9))
            noise = float(np.clip(common, _LEAST_NOISE_MM**2, _MOST_NOISE_MM**2))
    return Parted(rest / step_mm, np.sqrt(width) / step_mm, people, fit)


def _covariance(where_mm: NDArray[np.float64], paper: Paper) -> NDArray[np.float64]:
    apart = where_mm[:, None, :] - where_mm[None, :, :]
    square = (apart**2).sum(axis=2)
    covariance = np.full(square.shape, _COMMON_MM**2)
    for far_mm, reach_mm in _SLOW_MM:
        covariance += (paper.slow * far_mm) ** 2 * np.exp(-0.5 * square / reach_mm**2)
    covariance += (paper.lines * _LINE_MM) ** 2 * np.exp(-0.5 * (apart[..., 1] / _LINE_REACH_MM) ** 2)
    return np.asarray(covariance, np.float64)


def _bell(off: NDArray[np.float64], width: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-0.5 * (off**2 / width + np.log(2 * np.pi * width)), np.float64)
