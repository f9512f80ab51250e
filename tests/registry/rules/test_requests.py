"""A request's life."""

from itertools import product

import pytest

from registry.rules.requests import TABLE, ImpossibleRequestStep, RequestStep, next_request_state
from registry.rules.words import RequestState


@pytest.mark.parametrize(("state", "step"), list(product(RequestState, RequestStep)))
def test_only_edges_of_the_table_occur(state, step):
    if (state, step) in TABLE:
        assert next_request_state(state, step) is TABLE[state, step]
        return
    with pytest.raises(ImpossibleRequestStep) as refused:
        next_request_state(state, step)
    assert refused.value.facts == {"state": state.value, "step": step.value}


def test_only_an_open_request_is_granted_or_rejected():
    decided = {state for state, step in TABLE if step in {RequestStep.GRANT, RequestStep.REJECT}}
    assert decided == {RequestState.OPEN}


def test_rejected_withdrawn_used_up_and_lapsed_are_final():
    assert {state for state, _ in TABLE} == {RequestState.OPEN, RequestState.APPROVED}
