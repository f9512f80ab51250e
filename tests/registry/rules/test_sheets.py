"""Which sheet holds what, and what an attempt may become."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.attempts import (
    OPEN,
    TABLE,
    AttemptState,
    AttemptStep,
    ImpossibleAttemptStep,
    next_attempt_state,
)
from registry.rules.sheets import Layout, Stretch, lay_out, sheets_of

LAYOUTS = st.builds(Layout, st.booleans(), st.booleans())


@pytest.mark.parametrize(
    ("layout", "sheets"),
    [
        (Layout(duplex=True), 2),
        (Layout(duplex=False), 3),
        (Layout(duplex=True, faces=True), 3),
        (Layout(duplex=False, faces=True), 4),
    ],
)
def test_a_copy_of_three_pages_takes_as_many_sheets(layout, sheets):
    assert layout.sheets_per_copy(3) == sheets


def test_a_face_sheet_comes_first_and_holds_no_page():
    layout = Layout(duplex=True, faces=True)
    assert [list(layout.pages_on(place, 3)) for place in (1, 2, 3)] == [[], [1, 2], [3]]


@given(LAYOUTS, st.integers(1, 400))
def test_every_page_is_on_exactly_one_sheet_and_in_order(layout, pages):
    places = range(1, layout.sheets_per_copy(pages) + 1)
    assert list(itertools.chain(*(layout.pages_on(place, pages) for place in places))) == list(
        range(1, pages + 1)
    )
    for page in range(1, pages + 1):
        assert page in layout.pages_on(layout.place_of(page), pages)


@given(st.integers(1, 30), st.integers(1, 9), st.data())
def test_what_is_left_after_a_sheet_are_the_sheets_after_it(copies, per_copy, data):
    stretches = lay_out([str(number) for number in range(copies)], per_copy)
    last_good = data.draw(st.integers(0, copies * per_copy))
    rest = tuple(left for each in stretches if (left := each.begun_at(last_good + 1)))
    assert sheets_of(rest) == list(range(last_good + 1, copies * per_copy + 1))
    assert all(isinstance(left, Stretch) for left in rest)


@pytest.mark.parametrize(("state", "step"), list(itertools.product(AttemptState, AttemptStep)))
def test_an_attempt_takes_only_the_steps_of_the_table(state, step):
    if (state, step) in TABLE:
        assert next_attempt_state(state, step) is TABLE[state, step]
    else:
        with pytest.raises(ImpossibleAttemptStep):
            next_attempt_state(state, step)


def test_an_attempt_that_has_ended_never_opens_again():
    ended = set(AttemptState) - OPEN
    assert ended == {AttemptState.PRINTED, AttemptState.SPOILED}
    assert not [edge for edge in TABLE if edge[0] in ended]
