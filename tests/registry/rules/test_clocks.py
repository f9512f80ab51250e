"""Deadlines, tested at their boundary."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.rules.clocks import (
    DEFAULT_CLOCKS,
    Clocks,
    Window,
    authentication_holds,
    investigation_due_at,
    is_lapsed,
    is_overdue,
    leaked_at,
    loss_report_due_at,
    window,
)
from registry.rules.levels import Handling

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def test_what_is_due_at_noon_is_overdue_only_after_noon():
    assert not is_overdue(NOON, NOON)
    assert is_overdue(NOON, NOON + TICK)
    assert not is_overdue(None, NOON)


def test_an_approval_can_be_used_until_its_last_instant():
    assert not is_lapsed(NOON, NOON)
    assert is_lapsed(NOON, NOON + TICK)
    assert not is_lapsed(None, NOON)


@pytest.mark.parametrize(
    ("from_at", "until_at", "where"),
    [
        (NOON, NOON, Window.OPEN),
        (NOON + TICK, None, Window.NOT_YET),
        (None, NOON - TICK, Window.OVER),
        (None, None, Window.OPEN),
    ],
)
def test_a_window_includes_both_its_ends(from_at, until_at, where):
    assert window(from_at, until_at, NOON) is where


@pytest.mark.parametrize(
    ("age", "holds"),
    [
        (timedelta(0), True),
        (timedelta(minutes=15), True),
        (timedelta(minutes=15) + TICK, False),
        (-TICK, False),
    ],
)
def test_an_authentication_holds_for_fifteen_minutes(age, holds):
    assert authentication_holds(NOON - age, NOON) is holds


def test_a_missing_copy_counts_as_leaked_after_ten_days_or_sixty():
    assert leaked_at(NOON, Handling.TOP_SECRET) == NOON + timedelta(days=10)
    assert (
        leaked_at(NOON, Handling.SECRET)
        == leaked_at(NOON, Handling.CONFIDENTIAL)
        == NOON + timedelta(days=60)
    )


def test_a_loss_is_reported_in_a_day_and_investigated_in_three_months():
    assert loss_report_due_at(NOON) == NOON + timedelta(hours=24)
    assert investigation_due_at(NOON) == NOON + timedelta(days=90)


def test_the_limits_are_settings():
    strict = Clocks(authentication=timedelta(minutes=1))
    assert not authentication_holds(NOON - timedelta(minutes=2), NOON, strict)
    assert Clocks() == DEFAULT_CLOCKS
