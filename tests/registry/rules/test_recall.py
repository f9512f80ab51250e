"""What becomes of a copy that is due: one fate for each state, and a sum that always holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.lifecycle import TABLE, State, possible_steps
from registry.rules.recall import (
    DUE_STATES,
    FATES,
    CopyRecalled,
    Fate,
    NotAnIndependentSigner,
    RecallNotSettled,
    balance,
    require_independent,
    require_not_recalled,
    require_settled,
)


def test_each_state_has_the_fate_that_the_table_says():
    assert {fate: {state for state in FATES if FATES[state] is fate} for fate in Fate} == {
        Fate.RETURNED: {State.IN_STOCK, State.SEALED, State.SPOILED, State.DESTROYED, State.VOID},
        Fate.MISSED: {State.IN_TRANSIT, State.HELD, State.CLAIMED, State.OUTSIDE},
        Fate.LOST: {State.UNACCOUNTED, State.LOST},
    }


def test_due_is_what_is_out_or_missing():
    assert {
        State.IN_TRANSIT,
        State.HELD,
        State.CLAIMED,
        State.OUTSIDE,
        State.UNACCOUNTED,
        State.LOST,
    } == DUE_STATES


def test_every_state_that_a_due_copy_can_come_to_has_a_fate():
    reached, waiting = set(DUE_STATES), list(DUE_STATES)
    while waiting:
        state = waiting.pop()
        for step in possible_steps(state):
            following = TABLE[state, step]
            if following not in reached:
                reached.add(following)
                waiting.append(following)
    assert reached - set(FATES) == set()


@given(st.data())
def test_due_is_returned_and_missed_and_lost_at_every_moment(data):
    copies = data.draw(st.lists(st.sampled_from(sorted(DUE_STATES)), min_size=1, max_size=8))
    due = len(copies)
    for _ in range(data.draw(st.integers(0, 25))):
        number = data.draw(st.integers(0, due - 1))
        steps = possible_steps(copies[number])
        if steps:
            copies[number] = TABLE[copies[number], data.draw(st.sampled_from(steps))]
        now = balance(copies)
        assert now.due == due == now.returned + now.missed + now.lost
        assert now.missed == sum(
            state in {State.IN_TRANSIT, State.HELD, State.CLAIMED, State.OUTSIDE} for state in copies
        )


def test_a_copy_of_a_recalled_document_is_refused_by_its_code():
    require_not_recalled([("A", 1), ("B", 2)], {3})
    with pytest.raises(CopyRecalled) as refusal:
        require_not_recalled([("A", 1), ("B", 2)], {2})
    assert refusal.value.copy == "B"


@pytest.mark.parametrize(
    ("signer", "part"), [(1, "clerk"), (2, "clerk"), (3, "holder"), (None, "clerk"), (4, None)]
)
def test_neither_clerk_nor_holder_signs_that_a_copy_stays_out(signer, part):
    if part is None:
        require_independent(signer, opened_by=1, actor_id=2, holder_id=3)
        return
    with pytest.raises(NotAnIndependentSigner) as refusal:
        require_independent(signer, opened_by=1, actor_id=2, holder_id=3)
    assert refusal.value.part == part


def test_a_campaign_is_settled_when_every_missed_copy_is_signed_for():
    require_settled([], [])
    require_settled(["A", "B"], ["B", "A", "C"])
    with pytest.raises(RecallNotSettled) as refusal:
        require_settled(["A", "B"], ["B"])
    assert refusal.value.missing == 1
