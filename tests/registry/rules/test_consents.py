"""Consents of units: good for so many copies until they expire, are used up or revoked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from registry.rules.approval import Units
from registry.rules.consents import (
    Consent,
    ConsentState,
    ConsentUnusable,
    choose,
    require_usable,
    taken_by,
    units_wanted,
)
from registry.rules.words import RequestState

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
LETTER = Consent(id=3, unit_id=7, quota=5, taken=2, expires_at=NOW + timedelta(days=10), revoked=False)


def test_three_of_five_are_left():
    assert (LETTER.left, LETTER.state(NOW)) == (3, ConsentState.GOOD)


@pytest.mark.parametrize(
    ("changed", "after", "state"),
    [
        ({"taken": 5}, timedelta(0), ConsentState.USED_UP),
        ({}, timedelta(days=10), ConsentState.GOOD),
        ({}, timedelta(days=10, microseconds=1), ConsentState.EXPIRED),
        ({"revoked": True}, timedelta(days=11), ConsentState.REVOKED),
    ],
)
def test_a_consent_ends_by_use_by_time_and_by_revocation(changed, after, state):
    assert replace(LETTER, **changed).state(NOW + after) is state


def test_what_a_request_that_is_over_did_not_use_goes_back():
    uses = [
        (RequestState.OPEN, 2, 0),
        (RequestState.APPROVED, 3, 1),
        (RequestState.CONSUMED, 1, 1),
        (RequestState.LAPSED, 4, 1),
        (RequestState.REJECTED, 5, 0),
        (RequestState.WITHDRAWN, 6, 0),
    ]
    assert taken_by(uses) == 2 + 3 + 1 + 1


def test_the_issuing_unit_and_another_classifying_unit_both_consent():
    assert units_wanted(Units(1, 7, 7)) == {7}
    assert units_wanted(Units(1, 7, 8)) == {7, 8}


def test_of_two_letters_the_one_that_expires_first_is_used_and_none_unless_all_units_have_given_one():
    later = replace(LETTER, id=1, expires_at=NOW + timedelta(days=20))
    assert choose([later, LETTER], {7}, 3, NOW) == (LETTER,)
    assert choose([later, LETTER], {7}, 4, NOW) == ()
    assert choose([later, LETTER], {7, 8}, 1, NOW) == ()
    assert choose([replace(LETTER, revoked=True)], {7}, 1, NOW) == ()


def test_what_rests_on_a_used_up_consent_goes_on_but_not_on_a_revoked_one():
    require_usable(replace(LETTER, taken=5), NOW)
    with pytest.raises(ConsentUnusable) as refused:
        require_usable(replace(LETTER, revoked=True), NOW)
    assert (refused.value.consent, refused.value.state) == (3, "REVOKED")
    with pytest.raises(ConsentUnusable):
        require_usable(LETTER, NOW + timedelta(days=11))
