"""Green, amber or red, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.approval import RULEBOOK, Act
from registry.rules.gate import (
    CARRIERS_WANTED,
    CHECKS,
    COLOURS,
    CONFIRMABLE,
    OVERRIDES,
    Colour,
    KnownCopy,
    Permit,
    Proof,
    Reason,
    Sighting,
    Situation,
    is_same_scan,
    judge,
    still_waits,
)
from registry.rules.levels import Handling
from registry.rules.lifecycle import State
from registry.rules.words import Direction

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
HELD = KnownCopy(State.HELD, Handling.SECRET, 12)
TOP = replace(HELD, handling=Handling.TOP_SECRET)
PERMIT = Permit(5, 1, NOW - HOUR, NOW + HOUR, frozenset({41, 42}))
LEAVING = Situation(
    direction=Direction.EXIT,
    gate_id=1,
    at=NOW,
    proof=Proof.SIGNED,
    copy=HELD,
    permits=(PERMIT,),
    carriers=frozenset({41}),
    pages_counted=12,
)
COMING = replace(LEAVING, direction=Direction.ENTRY, copy=replace(HELD, state=State.OUTSIDE))


def in_state(state):
    return {"copy": replace(HELD, state=state)}


def permit(**changes):
    return {"permits": (replace(PERMIT, **changes),)}


@pytest.mark.parametrize(
    ("change", "reason", "colour"),
    [
        ({}, "may-leave", "GREEN"),
        ({"proof": Proof.FOREIGN}, "not-genuine", "RED"),
        ({"proof": Proof.NOTHING}, "no-mark", "RED"),
        ({"proof": Proof.TYPED}, "code-typed", "AMBER"),
        ({"proof": Proof.CONTRADICTED}, "marks-disagree", "RED"),
        ({"proof": Proof.HIDDEN}, "hidden-mark-only", "AMBER"),
        ({"proof": Proof.TYPED, "permits": ()}, "no-permit", "RED"),
        ({"proof": Proof.HIDDEN, "pages_counted": None}, "pages-not-counted", "AMBER"),
        ({"copy": None}, "unknown-copy", "RED"),
        (in_state(State.VOID), "copy-void", "RED"),
        (in_state(State.SPOILED), "copy-spoiled", "RED"),
        (in_state(State.DESTROYED), "copy-destroyed", "RED"),
        (in_state(State.LOST), "copy-lost", "RED"),
        (in_state(State.UNACCOUNTED), "copy-unaccounted", "RED"),
        ({"copy": replace(HELD, is_recalled=True)}, "copy-recalled", "RED"),
        (in_state(State.OUTSIDE), "already-out", "RED"),
        (in_state(State.RESERVED), "not-handed-out", "RED"),
        (in_state(State.IN_STOCK), "not-handed-out", "RED"),
        (in_state(State.IN_TRANSIT), "not-handed-out", "RED"),
        (in_state(State.SEALED), "not-handed-out", "RED"),
        (in_state(State.CLAIMED), "return-claimed", "RED"),
        ({"permits": ()}, "no-permit", "RED"),
        (permit(is_used=True), "permit-used", "RED"),
        (permit(gate_id=2), "permit-other-gate", "AMBER"),
        (permit(gate_id=None), "may-leave", "GREEN"),
        (permit(from_at=NOW + TICK), "permit-not-yet", "AMBER"),
        (permit(from_at=NOW), "may-leave", "GREEN"),
        (permit(until_at=NOW), "may-leave", "GREEN"),
        (permit(until_at=NOW - TICK), "permit-expired", "AMBER"),
        (permit(gate_id=2, until_at=NOW - TICK), "permit-expired", "AMBER"),
        ({"carriers": frozenset()}, "carrier-not-shown", "AMBER"),
        ({"carriers": frozenset({99})}, "carrier-differs", "RED"),
        ({"carriers": frozenset({41, 99})}, "carrier-differs", "RED"),
        ({"copy": TOP}, "second-carrier-missing", "AMBER"),
        ({"copy": TOP, "carriers": frozenset({41, 42})}, "may-leave", "GREEN"),
        ({"forbidden_by_meeting": True}, "meeting-forbids", "RED"),
        ({"pages_counted": None}, "pages-not-counted", "AMBER"),
        ({"pages_counted": None, "is_seal_intact": True}, "may-leave", "GREEN"),
        ({"is_seal_intact": False}, "seal-broken", "RED"),
        ({"pages_counted": 11}, "pages-differ", "RED"),
        ({"pages_counted": 13, "is_seal_intact": True}, "pages-differ", "RED"),
        ({"list_age": timedelta(minutes=15)}, "may-leave", "GREEN"),
        ({"list_age": timedelta(minutes=15) + TICK}, "list-stale", "AMBER"),
        ({"list_age": timedelta(hours=4)}, "list-stale", "AMBER"),
        ({"list_age": timedelta(hours=4) + TICK}, "list-too-old", "AMBER"),
        ({"copy": TOP, "carriers": frozenset({41, 42}), "list_age": TICK}, "list-too-old", "AMBER"),
        ({"last_seen": Sighting(NOW - HOUR, 2, HOUR)}, "may-leave", "GREEN"),
        ({"last_seen": Sighting(NOW - HOUR, 2, HOUR + TICK)}, "impossible-travel", "RED"),
    ],
)
def test_a_copy_that_leaves_is_answered_with_the_first_objection(change, reason, colour):
    verdict = judge(replace(LEAVING, **change))
    assert (verdict.reason, verdict.colour) == (reason, colour)
    assert verdict.permit_id == (5 if colour == "GREEN" else None)


@pytest.mark.parametrize("state", State)
def test_a_copy_that_comes_is_let_in_when_it_was_outside(state):
    red = {State.VOID, State.SPOILED, State.DESTROYED, State.LOST, State.UNACCOUNTED}
    verdict = judge(replace(COMING, **in_state(state)))
    expected = Colour.GREEN if state is State.OUTSIDE else Colour.RED if state in red else Colour.AMBER
    assert verdict.colour is expected
    assert verdict.permit_id is None


def test_a_copy_comes_home_without_permit_count_or_carrier_even_when_recalled():
    bare = replace(COMING, permits=(), carriers=frozenset(), pages_counted=None)
    assert judge(bare).reason is Reason.MAY_ENTER
    recalled = replace(bare, copy=KnownCopy(State.OUTSIDE, Handling.SECRET, 12, is_recalled=True))
    assert judge(recalled).colour is Colour.GREEN


@pytest.mark.parametrize("proof", [Proof.TYPED, Proof.HIDDEN])
def test_a_copy_comes_home_to_a_second_look_when_its_qr_was_not_read(proof):
    assert judge(replace(COMING, proof=proof)).colour is Colour.AMBER


def test_what_the_guard_can_settle_alone_is_amber():
    assert all(COLOURS[reason] is Colour.AMBER for reason in CONFIRMABLE)


def test_an_amber_attempt_waits_half_an_hour_and_no_longer():
    assert still_waits(NOW, NOW + timedelta(minutes=30))
    assert not still_waits(NOW, NOW + timedelta(minutes=30) + TICK)
    assert not still_waits(NOW, NOW - TICK)


@pytest.mark.parametrize("change", [{"proof": Proof.FOREIGN}, {"copy": None}])
def test_a_mark_that_proves_nothing_is_red_in_both_directions(change):
    assert judge(replace(COMING, **change)).colour is Colour.RED


def test_two_of_two_carriers_must_stand_on_one_permit():
    split = (
        replace(PERMIT, id=1, carriers=frozenset({41})),
        replace(PERMIT, id=2, carriers=frozenset({42})),
    )
    both = replace(LEAVING, copy=TOP, permits=split, carriers=frozenset({41, 42}))
    assert judge(both).reason is Reason.CARRIER_DIFFERS


def test_the_permit_used_up_is_the_carriers_own_and_the_one_that_lapses_first():
    permits = (
        replace(PERMIT, id=1, carriers=frozenset({99}), until_at=NOW),
        replace(PERMIT, id=2, until_at=NOW + 2 * HOUR),
        replace(PERMIT, id=3, until_at=NOW + HOUR),
        replace(PERMIT, id=4, until_at=NOW, is_used=True),
    )
    assert judge(replace(LEAVING, permits=permits)).permit_id == 3


def test_every_reason_has_its_colour_and_can_occur():
    assert set(COLOURS) == set(Reason)
    assert {reason for reason, colour in COLOURS.items() if colour is Colour.GREEN} == {
        Reason.MAY_LEAVE,
        Reason.MAY_ENTER,
        Reason.BAG_MAY_LEAVE,
        Reason.BAG_MAY_ENTER,
    }


def test_amber_wants_one_supervisor_and_an_old_list_two():
    assert judge(replace(LEAVING, pages_counted=None)).overrides_needed == 1
    assert judge(replace(LEAVING, list_age=5 * HOUR)).overrides_needed == 2
    assert judge(LEAVING).overrides_needed == 0
    assert judge(replace(LEAVING, proof=Proof.FOREIGN)).overrides_needed == 0
    assert all(COLOURS[reason] is Colour.AMBER for reason in OVERRIDES)


def test_the_carriers_are_as_many_as_the_approval_rule_says():
    for handling, wanted in CARRIERS_WANTED.items():
        rule = RULEBOOK.find(Act.TAKE_OUT, handling, no_copying=False)
        assert rule is not None
        assert rule.carriers == wanted


def test_both_directions_have_checks():
    assert set(CHECKS) == set(Direction)


def test_the_same_scan_within_five_seconds_is_one_event():
    assert is_same_scan(NOW, NOW + timedelta(seconds=5))
    assert not is_same_scan(NOW, NOW + timedelta(seconds=5) + TICK)


def test_a_lost_copy_is_lost_before_it_is_recalled_and_recalled_before_it_is_anything_else():
    recalled = replace(HELD, is_recalled=True)
    lost = judge(replace(LEAVING, copy=replace(recalled, state=State.LOST)))
    in_stock = judge(replace(LEAVING, copy=replace(recalled, state=State.IN_STOCK)))
    assert (lost.reason, in_stock.reason) == (Reason.COPY_LOST, Reason.COPY_RECALLED)


FAULTS = [
    {"proof": Proof.FOREIGN},
    {"copy": None},
    in_state(State.LOST),
    {"copy": replace(HELD, is_recalled=True)},
    in_state(State.IN_STOCK),
    {"permits": ()},
    {"carriers": frozenset({99})},
    {"forbidden_by_meeting": True},
    {"pages_counted": 11},
    {"list_age": timedelta(hours=5)},
    {"last_seen": Sighting(NOW, 2, HOUR)},
    {"proof": Proof.TYPED},
]


@given(st.sets(st.integers(0, len(FAULTS) - 1), min_size=1))
def test_of_several_faults_the_one_checked_first_decides(places):
    change = {}
    for place in sorted(places, reverse=True):
        change |= FAULTS[place]
    assert judge(replace(LEAVING, **change)).reason is judge(replace(LEAVING, **FAULTS[min(places)])).reason
