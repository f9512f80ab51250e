"""Every pair of state and step, and what follows from the table as a whole."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.lifecycle import (
    FIRST_STATE,
    MISSING,
    PAPERLESS,
    RECORDED_AS,
    TABLE,
    TERMINAL,
    WITH_HOLDER,
    ImpossibleStep,
    State,
    Step,
    next_state,
    possible_steps,
)

EDGES = """
RESERVED    ISSUE         IN_STOCK
RESERVED    VOID          VOID
RESERVED    SPOIL         SPOILED
IN_STOCK    OFFER         IN_TRANSIT
IN_STOCK    VOID          VOID
IN_STOCK    SPOIL         SPOILED
IN_STOCK    SEAL          SEALED
IN_STOCK    MISS          UNACCOUNTED
IN_TRANSIT  CONFIRM       HELD
IN_TRANSIT  WITHDRAW      IN_STOCK
IN_TRANSIT  MISS          UNACCOUNTED
HELD        RETURN        IN_STOCK
HELD        CLAIM         CLAIMED
HELD        EXIT          OUTSIDE
HELD        MISS          UNACCOUNTED
CLAIMED     RETURN        IN_STOCK
CLAIMED     DISMISS_CLAIM HELD
CLAIMED     MISS          UNACCOUNTED
OUTSIDE     ENTER         HELD
OUTSIDE     RETURN        IN_STOCK
OUTSIDE     MISS          UNACCOUNTED
SEALED      DESTROY       DESTROYED
SEALED      UNSEAL        IN_STOCK
SEALED      MISS          UNACCOUNTED
SPOILED     SEAL          SPOILED
SPOILED     UNSEAL        SPOILED
SPOILED     DESTROY       DESTROYED
SPOILED     MISS          UNACCOUNTED
UNACCOUNTED FIND          IN_STOCK
UNACCOUNTED DECLARE_LOST  LOST
LOST        FIND          IN_STOCK
"""
EXPECTED = {(line.split()[0], line.split()[1]): line.split()[2] for line in EDGES.strip().splitlines()}


@pytest.mark.parametrize(("state", "step"), list(product(State, Step)), ids=str)
def test_a_step_leads_where_the_table_says_or_is_refused(state, step):
    if (state, step) in EXPECTED:
        assert next_state(state, step) == EXPECTED[state, step]
        assert step in possible_steps(state)
        return
    with pytest.raises(ImpossibleStep) as refusal:
        next_state(state, step)
    assert refusal.value.code == "impossible-step"
    assert refusal.value.facts == {
        "state": str(state),
        "step": str(step),
        "possible": tuple(map(str, possible_steps(state))),
    }


def test_there_are_twelve_states():
    assert len(State) == 12


def test_destroyed_and_void_are_final():
    assert {state for state in State if not possible_steps(state)} == TERMINAL == {"DESTROYED", "VOID"}


def test_every_state_can_be_reached_from_a_minted_number():
    reached, ahead = {FIRST_STATE}, [FIRST_STATE]
    while ahead:
        state = ahead.pop()
        for step in possible_steps(state):
            if (after := next_state(state, step)) not in reached:
                reached.add(after)
                ahead.append(after)
    assert reached == set(State)


def test_only_destruction_ends_paper_and_what_never_left_has_none():
    ended = {(state, step) for (state, step), after in TABLE.items() if after in TERMINAL}
    assert ended == {
        (State.RESERVED, Step.VOID),
        (State.IN_STOCK, Step.VOID),  # of a run that failed before it left, see acts.copies.give_up
        (State.SEALED, Step.DESTROY),
        (State.SPOILED, Step.DESTROY),
    }


@given(st.lists(st.sampled_from(Step), max_size=40))
def test_a_misprint_reaches_stock_only_when_it_was_missing_and_is_found(steps):
    state = State.SPOILED
    for step in steps:
        before = state
        state = TABLE.get((state, step), state)
        if state is State.IN_STOCK and before is not State.IN_STOCK:
            assert before in MISSING
            return


def test_what_was_missing_comes_back_only_by_being_found():
    ways = {step for (state, step) in TABLE if state in MISSING and TABLE[state, step] not in MISSING}
    assert ways == {Step.FIND}


def test_every_step_is_recorded_under_a_kind_of_its_own():
    assert set(RECORDED_AS) == set(Step)
    assert len(set(RECORDED_AS.values())) == len(Step)
    assert all(kind.startswith("copy.") for kind in RECORDED_AS.values())


def test_the_groups_of_states_do_not_overlap():
    assert len(PAPERLESS | WITH_HOLDER | MISSING) == len(PAPERLESS) + len(WITH_HOLDER) + len(MISSING)


def test_a_stored_text_is_as_good_as_a_state():
    assert next_state("HELD", Step.CLAIM) is State.CLAIMED
    with pytest.raises(ValueError, match="NOWHERE"):
        next_state("NOWHERE", Step.CLAIM)
