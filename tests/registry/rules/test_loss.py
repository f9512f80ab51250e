"""The clocks of a loss, at their very ends; who may agree that a copy is found; what a report must say."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.rules.clocks import Clocks
from registry.rules.levels import Handling
from registry.rules.loss import (
    LOSS_TEXT_LIMIT,
    LossReport,
    NotAnIndependentApprover,
    clocks_of,
    require_independent_approver,
)
from registry.rules.texts import ForbiddenCharacter, MissingText, TextTooLong

MISSED = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ITEMS = ("discovered", "responsible", "course", "harm", "investigation", "remedies")


def stand(handling=Handling.SECRET, *, now=MISSED, reported=None, concluded=None, found=None, clocks=None):
    return clocks_of(
        handling,
        missed_at=MISSED,
        reported_at=reported,
        concluded_at=concluded,
        found_at=found,
        now=now,
        clocks=clocks or Clocks(),
    )


def test_a_loss_is_reported_within_a_day_of_being_noticed():
    due = MISSED + timedelta(hours=24)
    assert stand(now=due).report == stand(now=MISSED).report
    assert (stand(now=due).report.due_at, stand(now=due).report.is_over) == (due, False)
    assert stand(now=due + SECOND).report.is_over
    assert not stand(now=due + timedelta(days=9), reported=due).report.is_over
    assert stand(now=due + timedelta(days=9), reported=due + SECOND).report.is_over


@pytest.mark.parametrize(
    ("handling", "days"), [(Handling.TOP_SECRET, 10), (Handling.SECRET, 60), (Handling.CONFIDENTIAL, 60)]
)
def test_a_copy_counts_as_leaked_after_ten_days_or_sixty(handling, days):
    due = MISSED + timedelta(days=days)
    assert not stand(handling, now=due).leak.is_over
    assert stand(handling, now=due + SECOND).leak.is_over


def test_reporting_and_concluding_do_not_stop_the_clock_of_the_leak():
    late = MISSED + timedelta(days=61)
    assert stand(now=late, reported=MISSED, concluded=MISSED).leak.is_over


def test_the_result_is_due_three_months_after_the_report():
    assert stand().investigation is None
    reported = MISSED + timedelta(hours=2)
    due = reported + timedelta(days=90)
    assert stand(now=due, reported=reported).investigation.due_at == due
    assert not stand(now=due, reported=reported).investigation.is_over
    assert stand(now=due + SECOND, reported=reported).investigation.is_over
    assert not stand(now=due + SECOND, reported=reported, concluded=due).investigation.is_over


def test_finding_the_copy_stops_every_clock():
    found = MISSED + timedelta(hours=3)
    clocks = stand(now=MISSED + timedelta(days=400), reported=MISSED + timedelta(hours=1), found=found)
    assert not clocks.report.is_over
    assert not clocks.leak.is_over
    assert not clocks.investigation.is_over


def test_the_clocks_are_settings():
    short = Clocks(loss_report=timedelta(hours=2), investigation=timedelta(days=1))
    assert stand(clocks=short).report.due_at == MISSED + timedelta(hours=2)
    assert stand(clocks=short, reported=MISSED).investigation.due_at == MISSED + timedelta(days=1)


@pytest.mark.parametrize(("approver", "part"), [(1, "clerk"), (2, "holder"), (None, "clerk"), (3, None)])
def test_neither_clerk_nor_holder_agrees_that_a_copy_is_found(approver, part):
    if part is None:
        require_independent_approver(approver, actor_id=1, holder_id=2)
        return
    with pytest.raises(NotAnIndependentApprover) as refusal:
        require_independent_approver(approver, actor_id=1, holder_id=2)
    assert refusal.value.part == part


@pytest.mark.parametrize("item", ITEMS)
def test_a_report_says_every_item(item):
    said = dict.fromkeys(ITEMS, " known ")
    assert LossReport(**said).parsed() == LossReport(**dict.fromkeys(ITEMS, "known"))
    for text, error in (
        ("  ", MissingText),
        ("x" * (LOSS_TEXT_LIMIT + 1), TextTooLong),
        ("a\u200bb", ForbiddenCharacter),
    ):
        with pytest.raises(error) as refusal:
            LossReport(**said | {item: text}).parsed()
        assert refusal.value.field == item
