"""Weigh a copy as one of several that were mixed, with the others suspected too.

Taken alone, each of three copies says little where people vote or take means: what the other two have hides it. Once
the others are known, it says nearly all. So a copy is weighed on the supposition that none, some or all of the copies
most spoken for *besides itself* made the picture with it, and over all such suppositions a mean is taken.

The law: partners of a copy are chosen by the picture and by the symbols of all copies but this one. To them, its own
symbols are coin tosses if it is innocent, so each ratio has mean 1 over these, whoever the partners are, guilty or not;
:mod:`watermark.trace.weigh.joining` chooses so.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.trace.weigh.evidence import Array, density, mixed

MOST_PARTNERS: Final = 4
"""As many as a group of five has besides one."""
_PEOPLE: Final = (2, 3, 4, 5)
#: Doubts are taken as measured, smaller and larger: what a mean of several leaves undecided makes them too large, and
#: errors have heavier tails than bell curves.
_WIDER: Final = (0.5, 1.0, 2.0)

Signs = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class WordsSeen:
    """Words of all pages of a document, ``(m, 2)`` each, by axis.

    Attributes:
        left: What was measured, in steps.
        doubt: Standard deviation of that.
        plus: Probability of +1.
        line: ``(m,)``: on which line each word stands, from 0; people who cut pages up take whole lines.
    """

    left: Array
    doubt: Array
    plus: Array
    line: NDArray[np.intp]


class Coalition:
    """What was seen, ready to weigh copies with partners."""

    def __init__(self, words: WordsSeen) -> None:
        """Take what words show."""
        self._doubted = [_Doubted(words, words.doubt * wider) for wider in _WIDER]

    def weigh(self, own: Signs, partners: Signs) -> float:
        """Return the natural logarithm of what speaks for a copy.

        Args:
            own: ``(m, 2)``: where it has +1.
            partners: ``(n, m, 2)``: the same of copies that may have made the picture with it, four at most.

        Raises:
            ValueError: too many partners.
        """
        if len(partners) > MOST_PARTNERS:
            raise ValueError(f"got {len(partners)} partners, at most {MOST_PARTNERS} can be weighed")
        by_size = [
            mixed(
                np.array(
                    [
                        score
                        for doubted in self._doubted
                        for chosen in combinations(range(len(partners)), size)
                        for score in doubted.scores(own, partners[list(chosen)])
                    ]
                )
            )
            for size in range(len(partners) + 1)
        ]
        return float(mixed(np.array(by_size)))


class _Doubted:
    """What was seen, doubted so much."""

    def __init__(self, words: WordsSeen, doubt: Array) -> None:
        """Work out how likely what was seen is, by how many of the people known had +1."""
        minus, plus = density(words.left, -1.0, doubt), density(words.left, 1.0, doubt)
        self._plus = words.plus
        self._cuts = (np.arange(len(words.line)), words.line)
        self._one = np.stack([minus, plus])
        self._any = (1 - words.plus) * minus + words.plus * plus
        #: By people and unknown people: ``(attacks, known + 1, m, 2)``.
        self._tables = {
            (people, unknown): _unknown_summed(
                np.stack([_averaged(words.left, doubt, people), *_shown(self._one, people)]),
                words.plus,
                unknown,
            )
            for people in _PEOPLE
            for unknown in range(people)
        }

    def scores(self, own: Signs, partners: Signs) -> Iterator[float]:
        """Yield a score for each number of people and each attack."""
        known = partners.sum(axis=0)
        for people in _PEOPLE:
            unknown = people - 1 - len(partners)
            if unknown < 0:
                continue
            table = self._tables[people, unknown]
            without = np.take_along_axis(table, known[None, None], axis=1)[:, 0]
            having = np.take_along_axis(table, known[None, None] + 1, axis=1)[:, 0]
            innocent = (1 - self._plus) * without + self._plus * having
            yield from np.log(np.where(own, having, without) / innocent).sum(axis=(1, 2)).tolist()
            for cut in self._cuts:
                yield self._drawn(own, partners, unknown, cut)

    def _drawn(self, own: Signs, partners: Signs, unknown: int, cut: NDArray[np.intp]) -> float:
        """Return the score if each piece of a cut, a word or a line, is from one of the people, drawn by chance."""

        def told(one: Array) -> Array:
            return np.asarray(np.bincount(cut, np.log(one).sum(axis=1)), np.float64)

        def of(signs: Signs) -> Array:
            return told(np.where(signs, self._one[1], self._one[0]))

        anyone = told(self._any)
        known = [of(partner) for partner in partners]
        if unknown:
            known.append(anyone + math.log(unknown))
        theirs = np.logaddexp.reduce(known, axis=0)
        return float((np.logaddexp(of(own), theirs) - np.logaddexp(anyone, theirs)).sum())


def _averaged(left: Array, doubt: Array, people: int) -> Array:
    """Return ``(people + 1, m, 2)``: densities at the mean of their places, by how many have +1."""
    return np.stack([density(left, (2 * up - people) / people, doubt) for up in range(people + 1)])


def _shown(one: Array, people: int) -> Iterator[Array]:
    """Yield densities like :func:`_averaged` if one is drawn for each place, and if most or fewest decide."""
    ups = np.arange(people + 1)
    most = np.where(2 * ups == people, 0.5, (2 * ups > people).astype(np.float64))
    fewest = np.where((ups == 0) | (ups == people), most, 1 - most)
    for share in (ups / people, most, fewest):
        by = share[:, None, None]
        yield by * one[1] + (1 - by) * one[0]


def _unknown_summed(table: Array, plus: Array, unknown: int) -> Array:
    """Return a table ``(attacks, people + 1, m, 2)`` by how many of the known have +1, others having it by chance."""
    known = table.shape[1] - 1 - unknown
    total = np.zeros((table.shape[0], known + 1, *plus.shape))
    for up in range(unknown + 1):
        share = math.comb(unknown, up) * plus**up * (1 - plus) ** (unknown - up)
        total += share * table[:, up : up + known + 1]
    return total
