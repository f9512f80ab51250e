"""What an older register may say of a copy, and which numbers a document has afterwards."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.errors import RegistryError
from registry.rules import takeover
from registry.rules.lifecycle import State
from registry.rules.takeover import OldCopy

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize("state", [state for state in State if state not in takeover.TAKEN_OVER_AS])
def test_what_is_under_way_is_not_taken_over(state):
    with pytest.raises(takeover.StateNotTakenOver):
        takeover.require_whole(OldCopy(copy_no=1, state=state), NOW)


@pytest.mark.parametrize("state", sorted(takeover.TAKEN_OVER_AS))
def test_a_holder_is_named_where_somebody_holds_and_nowhere_else(state):
    held = OldCopy(copy_no=1, state=state, holder_id=7)
    bare = OldCopy(copy_no=1, state=state)
    if state in takeover.MAY_HAVE_HOLDER:
        takeover.require_whole(held, NOW)
    else:
        with pytest.raises(takeover.HolderNotWanted):
            takeover.require_whole(held, NOW)
    if state is State.HELD:
        with pytest.raises(takeover.HolderWanted):
            takeover.require_whole(bare, NOW)
    else:
        takeover.require_whole(bare, NOW)


def test_nothing_was_handed_out_tomorrow():
    with pytest.raises(takeover.InTheFuture):
        takeover.require_whole(
            OldCopy(copy_no=1, state=State.IN_STOCK, since_at=NOW + timedelta(days=1)), NOW
        )


@pytest.mark.parametrize(
    ("last", "numbers", "code"),
    [
        (0, [1, 2, 3], None),
        (0, [3, 1, 2], None),
        (4, [5, 6], None),
        (0, [1, 1, 2], "copy-number-twice"),
        (4, [4, 5], "copy-number-in-use"),
        (0, [2, 3], "copy-numbers-missing"),
        (4, [7], "copy-numbers-missing"),
    ],
)
def test_the_numbers_of_a_document_stay_without_a_gap(last, numbers, code):
    if code is None:
        takeover.require_without_gap(last, numbers)
        return
    with pytest.raises(RegistryError) as refused:
        takeover.require_without_gap(last, numbers)
    assert refused.value.code == code


def test_a_refusal_names_the_numbers_that_are_missing():
    with pytest.raises(takeover.NumbersMissing) as refused:
        takeover.require_without_gap(0, [2, 40])
    assert refused.value.facts["numbers"] == "1, 3, 4, 5, 6, 7, 8, 9, 10, 11 …"
