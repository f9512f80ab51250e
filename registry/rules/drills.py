"""Leak drills: pictures of copies that are known, so that it can be counted how often the reader is right.

A rate without its bounds says nothing: three of three may be luck. The bounds are exact (Clopper and Pearson 1934): the
rates under which what was counted, or more, has a chance of 2.5 % at least on either side.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from registry.rules.tracing import CaseFinding, Grade
from registry.rules.words import CaseState, DrillOutcome

CHANNEL_LIMIT = 60
"""Characters of the name of a channel."""
MOST_SHOTS = 200
"""Pictures of one drill."""
EITHER_SIDE = 0.025
"""What may lie beyond each bound: together 5 %."""
_HALVINGS = 60  # of the interval from 0 to 1: far below what is printed


@dataclass(frozen=True)
class Tally:
    """How often each outcome was counted."""

    named: int
    claimed: int
    insufficient: int
    conflict: int
    wrong: int
    unreadable: int

    @property
    def trials(self) -> int:
        """All pictures that were tried."""
        return self.named + self.claimed + self.insufficient + self.conflict + self.wrong + self.unreadable

    @property
    def unnamed(self) -> int:
        """Pictures by which the hidden marks named nobody."""
        return self.trials - self.named - self.wrong


def outcome_of(finding: CaseFinding, code: str) -> DrillOutcome:
    """Return what a finding is worth, now that the copy is known; any other copy that is named makes it wrong."""
    if finding.state is CaseState.CONFLICT:
        return DrillOutcome.CONFLICT
    if finding.state is not CaseState.NAMED:
        return DrillOutcome.INSUFFICIENT
    if {finding.code, *finding.also} != {code}:
        return DrillOutcome.WRONG
    return DrillOutcome.NAMED if finding.grade is Grade.CERTAIN else DrillOutcome.CLAIMED


def count(outcomes: Iterable[DrillOutcome]) -> Tally:
    """Return how often each outcome occurs."""
    known = list(outcomes)
    return Tally(
        named=known.count(DrillOutcome.NAMED),
        claimed=known.count(DrillOutcome.CLAIMED),
        insufficient=known.count(DrillOutcome.INSUFFICIENT),
        conflict=known.count(DrillOutcome.CONFLICT),
        wrong=known.count(DrillOutcome.WRONG),
        unreadable=known.count(DrillOutcome.UNREADABLE),
    )


def bounds(hits: int, trials: int) -> tuple[float, float]:
    """Return the exact 95 % bounds of a rate, each from 0 to 1.

    Raises:
        ValueError: there are more hits than trials, or fewer than none.
    """
    if not 0 <= hits <= trials:
        raise ValueError(f"got {hits} hits in {trials} trials")
    low = 0.0 if hits == 0 else _rate(lambda rate: _at_least(hits, trials, rate) < EITHER_SIDE)
    high = 1.0 if hits == trials else _rate(lambda rate: _at_most(hits, trials, rate) > EITHER_SIDE)
    return low, high


def _rate(is_below: Callable[[float], bool]) -> float:
    """Return the rate up to which a condition holds, which does so for all lower ones."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2


def _at_most(hits: int, trials: int, rate: float) -> float:
    """Return the chance of so many hits or fewer."""
    return math.fsum(_exactly(number, trials, rate) for number in range(hits + 1))


def _at_least(hits: int, trials: int, rate: float) -> float:
    """Return the chance of so many hits or more."""
    return math.fsum(_exactly(number, trials, rate) for number in range(hits, trials + 1))


def _exactly(hits: int, trials: int, rate: float) -> float:
    if rate in {0.0, 1.0}:
        return 1.0 if hits == trials * rate else 0.0
    log_ways = math.lgamma(trials + 1) - math.lgamma(hits + 1) - math.lgamma(trials - hits + 1)
    return math.exp(log_ways + hits * math.log(rate) + (trials - hits) * math.log1p(-rate))
