"""What a gate lets through: one test for each row, named like it (``rows.toml``).

``stays`` changes one thing of a copy that may leave, and holds the gate to its reason and colour.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from registry.rules.baggate import FAULTS, BagSituation, KnownBag, judge_bag
from registry.rules.gate import (
    COLOURS,
    Colour,
    KnownCopy,
    Permit,
    Proof,
    Reason,
    Sighting,
    Situation,
    judge,
)
from registry.rules.levels import Handling
from registry.rules.lifecycle import State
from registry.rules.words import BagFault, BagState, Direction

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
HERE, THERE = 1, 2
CARRIER, SECOND, STRANGER = 41, 42, 99
HELD = KnownCopy(State.HELD, Handling.SECRET, 12)
TOP = replace(HELD, handling=Handling.TOP_SECRET)
PERMIT = Permit(5, HERE, NOW - HOUR, NOW + HOUR, frozenset({CARRIER, SECOND}))
LEAVING = Situation(
    direction=Direction.EXIT,
    gate_id=HERE,
    at=NOW,
    proof=Proof.SIGNED,
    copy=HELD,
    permits=(PERMIT,),
    carriers=frozenset({CARRIER}),
    pages_counted=12,
)


def stays(reason, colour=Colour.RED, **changed):
    """Pass when one change keeps a copy inside that may leave without it."""
    assert judge(LEAVING).colour is Colour.GREEN
    verdict = judge(replace(LEAVING, **changed))
    assert (verdict.reason, verdict.colour, verdict.permit_id) == (reason, colour, None)


def leaves(**changed):
    """Pass when a copy leaves with one thing changed."""
    assert judge(replace(LEAVING, **changed)).colour is Colour.GREEN


def with_permit(**changed):
    return {"permits": (replace(PERMIT, **changed),)}


def in_state(state):
    return {"copy": replace(HELD, state=state)}


def test_every_reason_at_the_gate_has_a_stable_code():
    assert {str(reason) for reason in Reason} == {
        *("may-leave", "may-enter", "not-genuine", "no-mark", "unknown-copy", "copy-void", "copy-spoiled"),
        *("copy-destroyed", "copy-lost", "copy-unaccounted", "copy-recalled", "already-out", "not-outside"),
        *("not-handed-out", "return-claimed", "no-permit", "permit-used", "permit-other-gate"),
        *("permit-not-yet", "permit-expired", "carrier-not-shown", "carrier-differs"),
        *("second-carrier-missing", "meeting-forbids", "seal-broken", "pages-not-counted", "pages-differ"),
        *("list-stale", "list-too-old", "impossible-travel", "code-typed", "hidden-mark-only"),
        "marks-disagree",
        *("bag-may-leave", "bag-may-enter", "bag-to-be-looked-at", "unknown-seal", "seal-used-up"),
        *("bag-not-handed", "bag-already-out", "bag-not-outside", "escort-differs"),
    }


def test_a_code_that_is_not_genuine_stays():
    stays("not-genuine", proof=Proof.FOREIGN)
    stays("no-mark", proof=Proof.NOTHING)


def test_a_copy_that_nobody_knows_stays():
    stays("unknown-copy", copy=None)


def test_a_void_copy_stays():
    stays("copy-void", **in_state(State.VOID))


def test_a_spoiled_copy_stays():
    stays("copy-spoiled", **in_state(State.SPOILED))


def test_a_destroyed_copy_stays():
    stays("copy-destroyed", **in_state(State.DESTROYED))


def test_a_lost_copy_stays():
    stays("copy-lost", **in_state(State.LOST))
    stays("copy-unaccounted", **in_state(State.UNACCOUNTED))


def test_a_recalled_copy_stays():
    stays("copy-recalled", copy=replace(HELD, is_recalled=True))


def test_a_copy_without_an_open_permit_stays():
    stays("no-permit", permits=())
    stays("permit-used", **with_permit(is_used=True))


def test_a_permit_is_for_its_gate():
    stays("permit-other-gate", Colour.AMBER, **with_permit(gate_id=THERE))
    leaves(**with_permit(gate_id=None))


def test_a_permit_is_for_its_direction():
    entering = replace(LEAVING, direction=Direction.ENTRY)
    assert judge(entering).reason is Reason.NOT_OUTSIDE  # a permit to leave brings nothing in that never left
    outside = replace(entering, **in_state(State.OUTSIDE))
    assert judge(outside).permit_id is None


def test_a_permit_is_for_its_time():
    stays("permit-not-yet", Colour.AMBER, **with_permit(from_at=NOW + TICK))
    stays("permit-expired", Colour.AMBER, **with_permit(until_at=NOW - TICK))
    leaves(**with_permit(from_at=NOW, until_at=NOW))


def test_the_carrier_is_the_person_of_the_permit():
    stays("carrier-not-shown", Colour.AMBER, carriers=frozenset())
    stays("carrier-differs", carriers=frozenset({STRANGER}))
    stays("carrier-differs", carriers=frozenset({CARRIER, STRANGER}))


def test_top_secret_is_carried_by_two():
    stays("second-carrier-missing", Colour.AMBER, copy=TOP)
    leaves(copy=TOP, carriers=frozenset({CARRIER, SECOND}))


def test_what_a_meeting_keeps_inside_stays():
    stays("meeting-forbids", forbidden_by_meeting=True)


def test_the_page_count_is_confirmed_or_the_seal_intact():
    stays("pages-not-counted", Colour.AMBER, pages_counted=None)
    stays("pages-differ", pages_counted=11)
    stays("seal-broken", is_seal_intact=False)
    leaves(pages_counted=None, is_seal_intact=True)


HANDED = KnownBag(
    list_id=7,
    seal_no="A-0001",
    number=1,
    total=2,
    state=BagState.HANDED,
    escorts=frozenset({CARRIER, SECOND}),
)
BAG = BagSituation(
    direction=Direction.EXIT,
    bag=HANDED,
    carriers=frozenset({CARRIER, SECOND}),
    is_seal_intact=True,
)


def bag(**changed):
    """Return reason and colour of a bag that may leave but for what is changed."""
    assert judge_bag(BAG).colour is Colour.GREEN
    verdict = judge_bag(replace(BAG, **changed))
    return str(verdict.reason), str(verdict.colour)


def bag_in(state):
    return {"bag": replace(HANDED, state=state)}


def test_a_sealed_bag_leaves_with_its_escorts_and_an_unbroken_seal():
    assert bag(is_seal_intact=None) == ("bag-to-be-looked-at", "AMBER")
    assert bag(carriers=frozenset()) == ("bag-to-be-looked-at", "AMBER")
    assert bag(carriers=frozenset({CARRIER})) == ("bag-to-be-looked-at", "AMBER")
    assert bag(carriers=frozenset({CARRIER, STRANGER})) == ("escort-differs", "RED")
    assert bag(carriers=frozenset({CARRIER, SECOND, STRANGER})) == ("escort-differs", "RED")
    assert bag(**bag_in(BagState.SEALED)) == ("bag-not-handed", "RED")
    home = {"direction": Direction.ENTRY}
    assert bag(**home, **bag_in(BagState.OUTSIDE)) == ("bag-may-enter", "GREEN")
    assert bag(**home, **bag_in(BagState.OUTSIDE), is_seal_intact=None) == ("bag-to-be-looked-at", "AMBER")
    assert bag(**home) == ("bag-not-outside", "RED")


def test_a_broken_or_wrong_seal_stays_and_is_an_incident():
    assert bag(is_seal_intact=False) == ("seal-broken", "RED")
    assert bag(**bag_in(BagState.STOPPED)) == ("seal-broken", "RED")
    assert bag(bag=None) == ("unknown-seal", "RED")
    assert bag(**bag_in(BagState.OUTSIDE)) == ("bag-already-out", "RED")
    for state in (BagState.OPENED, BagState.ARRIVED, BagState.BROKEN, BagState.MISSING):
        assert bag(**bag_in(state)) == ("seal-used-up", "RED")
    assert {str(reason): fault for reason, fault in FAULTS.items()} == {
        "seal-broken": BagFault.SEAL_BROKEN,
        **dict.fromkeys(("unknown-seal", "bag-already-out", "seal-used-up"), BagFault.WRONG_SEAL),
    }


def test_the_list_is_fresh_enough():
    leaves(list_age=timedelta(minutes=15))
    stays("list-stale", Colour.AMBER, list_age=timedelta(minutes=15) + TICK)
    stays("list-too-old", Colour.AMBER, list_age=timedelta(hours=4) + TICK)
    both = frozenset({CARRIER, SECOND})
    stays("list-too-old", Colour.AMBER, copy=TOP, carriers=both, list_age=TICK)


def test_a_copy_seen_elsewhere_in_an_impossible_way_stays():
    stays("impossible-travel", last_seen=Sighting(NOW - HOUR, THERE, HOUR + TICK))
    leaves(last_seen=Sighting(NOW - HOUR, THERE, HOUR))


def test_green_only_when_nothing_objects():
    green = {reason for reason in Reason if COLOURS[reason] is Colour.GREEN}
    assert green == {"may-leave", "may-enter", "bag-may-leave", "bag-may-enter"}
    verdict = judge(LEAVING)
    assert (verdict.reason, verdict.permit_id, verdict.facts) == ("may-leave", 5, {})


@pytest.mark.parametrize("reason", Reason)
def test_amber_is_for_a_supervisor_and_red_for_nobody(reason):
    wanted = (
        {"list-too-old": 2, "bag-to-be-looked-at": 0}.get(reason, 1) if COLOURS[reason] is Colour.AMBER else 0
    )
    verdict = replace(judge(LEAVING), reason=reason, colour=COLOURS[reason])
    assert verdict.overrides_needed == wanted


def test_exit_and_entry_are_different_events():
    outside = replace(LEAVING, **in_state(State.OUTSIDE))
    assert judge(outside).reason is Reason.ALREADY_OUT
    assert judge(replace(outside, direction=Direction.ENTRY)).reason is Reason.MAY_ENTER
