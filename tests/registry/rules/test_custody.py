"""Who answered for a copy, from its movements."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.custody import BrokenCustody, Movement, Span, custodian_at, require_continues, spans
from registry.rules.words import Custodian

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
REGISTRY, PERSON, NONE = Custodian.REGISTRY, Custodian.PERSON, Custodian.NONE


def at(hours):
    return START + timedelta(hours=hours)


LIFE = [
    Movement(at(0), REGISTRY),
    Movement(at(2), PERSON, 41),
    Movement(at(5), REGISTRY),
    Movement(at(6), PERSON, 42),
    Movement(at(8), REGISTRY),
    Movement(at(9), NONE),
]


def test_custody_runs_from_movement_to_movement():
    assert spans(LIFE)[:3] == (
        Span(REGISTRY, None, at(0), at(2)),
        Span(PERSON, 41, at(2), at(5)),
        Span(REGISTRY, None, at(5), at(6)),
    )
    assert spans(LIFE)[-1] == Span(NONE, None, at(9), None)
    assert spans([]) == ()


@pytest.mark.parametrize(
    ("hours", "person"),
    [(0, None), (1.9, None), (2, 41), (4.9, 41), (5, None), (7, 42), (8.5, None)],
)
def test_the_custodian_at_a_moment_is_the_last_who_confirmed(hours, person):
    span = custodian_at(at(hours), spans(LIFE))
    assert span is not None
    assert span.person_id == person


@pytest.mark.parametrize("hours", [-0.1, 9, 100])
def test_nobody_answers_for_paper_that_does_not_exist(hours):
    assert custodian_at(at(hours), spans(LIFE)) is None


@pytest.mark.parametrize(
    ("last", "movement", "broken"),
    [
        (None, Movement(at(0), PERSON, 1), "not-from-registry"),
        (Movement(at(1), REGISTRY), Movement(at(0), PERSON, 1), "back-in-time"),
        (Movement(at(0), PERSON, 1), Movement(at(1), PERSON, 2), "sideways"),
        (Movement(at(0), NONE), Movement(at(1), REGISTRY), "no-paper"),
        (Movement(at(0), REGISTRY), Movement(at(1), PERSON), "person-unnamed"),
        (Movement(at(0), REGISTRY), Movement(at(1), REGISTRY, 5), "person-unnamed"),
    ],
)
def test_a_movement_that_breaks_the_chain_is_named(last, movement, broken):
    with pytest.raises(BrokenCustody) as refusal:
        require_continues(last, movement)
    assert refusal.value.facts["broken"] == broken


def test_a_broken_chain_tells_which_movement_breaks_it():
    with pytest.raises(BrokenCustody) as refusal:
        spans([*LIFE[:2], Movement(at(3), PERSON, 9), *LIFE[2:]])
    assert refusal.value.facts == {"position": 3, "broken": "sideways"}


chains = st.lists(st.tuples(st.integers(0, 5), st.sampled_from([None, 1, 2])), min_size=1, max_size=12)


@given(chains, st.integers(-1, 80))
def test_there_is_exactly_one_custodian_at_every_instant(steps, hours):
    moment, movements = 0, [Movement(at(0), REGISTRY)]
    for gap, person in steps:
        moment += gap
        person_now = person if movements[-1].custodian is REGISTRY else None
        movements.append(Movement(at(moment), PERSON if person_now else REGISTRY, person_now))
    found = spans(movements)
    holding = [
        span
        for span in found
        if span.since_at <= at(hours) and (span.until_at is None or at(hours) < span.until_at)
    ]
    assert len(holding) == (0 if hours < 0 else 1)
    assert custodian_at(at(hours), found) == (holding[0] if holding else None)
