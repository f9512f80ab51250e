"""What a picture of a known copy is worth, and how sure a rate is."""

import pytest

from registry.rules.drills import bounds, count, outcome_of
from registry.rules.tracing import CaseFinding, Grade
from registry.rules.words import CaseState, DrillOutcome

OURS, OTHER = "0123456789ABC", "7J7DW5CKF4Z7X"


def named(code, grade=Grade.CERTAIN, also=()):
    return CaseFinding(CaseState.NAMED, grade, code, (1,), None, also)


@pytest.mark.parametrize(
    ("finding", "outcome"),
    [
        (named(OURS), DrillOutcome.NAMED),
        (named(OURS, Grade.CLAIM), DrillOutcome.CLAIMED),
        (named(OTHER), DrillOutcome.WRONG),
        (named(OTHER, Grade.CLAIM), DrillOutcome.WRONG),
        (named(OURS, also=(OTHER,)), DrillOutcome.WRONG),
        (CaseFinding(CaseState.CONFLICT, Grade.CONFLICT), DrillOutcome.CONFLICT),
        (CaseFinding(CaseState.INCONCLUSIVE, Grade.STRONG), DrillOutcome.INSUFFICIENT),
    ],
)
def test_a_finding_is_held_against_the_copy_that_is_known(finding, outcome):
    assert outcome_of(finding, OURS) is outcome


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (0, 10, 0.0, 0.30850),
        (10, 10, 0.69150, 1.0),
        (5, 10, 0.18709, 0.81291),
        (0, 3000, 0.0, 0.0012289),
        (1, 1, 0.025, 1.0),
        (0, 0, 0.0, 1.0),
        (193, 200, 0.92922, 0.98581),
    ],
)
def test_the_bounds_are_those_of_clopper_and_pearson(hits, trials, low, high):
    assert bounds(hits, trials) == (pytest.approx(low, abs=2e-5), pytest.approx(high, abs=2e-5))


def test_more_hits_than_trials_are_a_mistake():
    with pytest.raises(ValueError, match="4 hits in 3"):
        bounds(4, 3)


def test_every_outcome_is_counted():
    tally = count([*DrillOutcome, DrillOutcome.NAMED])
    assert (tally.trials, tally.named, tally.wrong, tally.unnamed) == (7, 2, 1, 4)
