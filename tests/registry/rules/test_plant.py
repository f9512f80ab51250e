"""The way of a sealed bag: every pair of state and step, what a seal is, what becomes of copies, the closed count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.lifecycle import State
from registry.rules.plant import (
    ENDED,
    IN_THE_HOUSE,
    TABLE,
    BagStep,
    ImpossibleBagStep,
    InvalidSeal,
    end_of,
    find_seal,
    next_bag_state,
    parse_seal,
    tally,
)
from registry.rules.words import BagState, ItemEnd

WAY = {
    "SEALED": {"HAND": "HANDED", "STOP": "STOPPED", "OPEN": "OPENED"},
    "HANDED": {"LEAVE": "OUTSIDE", "STOP": "STOPPED", "OPEN": "OPENED"},
    "STOPPED": {"OPEN": "OPENED"},
    "OUTSIDE": {
        "COME_BACK": "HANDED",
        "STOP": "STOPPED",
        "ARRIVE": "ARRIVED",
        "ARRIVE_BROKEN": "BROKEN",
        "STAY_AWAY": "MISSING",
    },
}


@pytest.mark.parametrize("step", BagStep)
@pytest.mark.parametrize("state", BagState)
def test_a_bag_goes_the_way_of_the_table_and_no_other(state, step):
    wanted = WAY.get(str(state), {}).get(str(step))
    if wanted:
        assert str(next_bag_state(state, step)) == wanted
    else:
        with pytest.raises(ImpossibleBagStep) as refused:
            next_bag_state(state, step)
        assert refused.value.facts == {"state": str(state), "step": str(step)}


def test_what_is_in_the_house_can_be_opened_and_what_is_over_goes_nowhere():
    assert {state for state, step in TABLE if step is BagStep.OPEN} == IN_THE_HOUSE
    assert {state for state, _ in TABLE} == set(BagState) - ENDED


@pytest.mark.parametrize(
    ("text", "seal"),
    [
        ("A0012345", "A0012345"),
        (" a-0012 345 ", "A-0012345"),
        ("Ａ００１２３４５", "A0012345"),
        ("12345", "12345"),
        ("1234", None),
        ("ABCDEF", None),
        ("-12345", None),
        ("12345-", None),
        ("A_12345", None),
        ("9" * 20, "9" * 20),
        ("9" * 21, None),
        ("https://example.com/1", None),
        ("", None),
    ],
)
def test_a_seal_is_written_in_one_way(text, seal):
    assert find_seal(text) == seal
    if seal is None:
        with pytest.raises(InvalidSeal):
            parse_seal(text)
    else:
        assert parse_seal(text) == parse_seal(seal) == seal


@pytest.mark.parametrize(
    ("copy", "bag", "end"),
    [
        (State.SEALED, BagState.ARRIVED, ItemEnd.DESTROYED),
        (State.SPOILED, BagState.ARRIVED, ItemEnd.DESTROYED),
        (State.SEALED, BagState.BROKEN, ItemEnd.UNACCOUNTED),
        (State.SPOILED, BagState.MISSING, ItemEnd.UNACCOUNTED),
        (State.UNACCOUNTED, BagState.ARRIVED, ItemEnd.UNACCOUNTED),
        (State.LOST, BagState.OPENED, ItemEnd.UNACCOUNTED),
        (State.SEALED, BagState.OPENED, ItemEnd.KEPT),
        (State.SEALED, None, ItemEnd.KEPT),
    ],
)
def test_only_an_intact_bag_destroys(copy, bag, end):
    assert end_of(copy, bag) is end


@given(st.lists(st.sampled_from([*ItemEnd, None]), max_size=40))
def test_the_difference_counts_those_of_whom_nobody_says_anything(ends):
    assert tally(len(ends), 0, ends).difference == ends.count(None)
