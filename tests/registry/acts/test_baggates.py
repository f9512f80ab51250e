"""A bag at a gate: out with both escorts and an unbroken seal, once; what is wrong with a seal is an incident."""

import pytest

from registry.acts import baggates
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import GateEvent
from registry.passing import Attempt, AttemptReused
from registry.rules.gate import Proof
from registry.rules.words import Direction, ScanSource
from registry.views import gates as views
from registry.views.plants import incidents, transports
from tests.registry.acts.shredders import states
from tests.registry.acts.yards import Yard

OUT, IN = Direction.EXIT, Direction.ENTRY


@pytest.fixture
def yard(office):
    return Yard(office)


def test_a_bag_leaves_once_with_both_escorts_and_its_seal_intact(yard):
    copy = yard.copy()
    list_id = yard.handed(("A-0001", copy))
    assert yard.at_gate("A-0001", badges=()) == "bag-to-be-looked-at"
    assert yard.at_gate("A-0001", badges=("S003", "S005")) == "bag-to-be-looked-at"
    assert yard.at_gate("A-0001", seal=True, badges=("S003",)) == "bag-to-be-looked-at"
    assert str(yard.bag("A-0001").state) == "HANDED"
    assert yard.at_gate("a-0001", seal=True) == "bag-may-leave"
    assert (str(yard.bag("A-0001").state), states(copy)) == ("OUTSIDE", ["SEALED"])
    (entry,) = log.read(yard.session, kind="bag.left")
    assert (entry.subject, entry.facts["seal"]) == (f"destruction:{list_id}", "A-0001")
    assert yard.at_gate("A-0001", seal=True) == "bag-already-out"
    assert yard.faults() == ["WRONG_SEAL"]


def test_the_guard_reads_the_badges_once_for_all_bags_of_a_walk(yard):
    yard.handed(("A-0001", yard.copy()), ("A-0002", yard.copy()), ("A-0003", yard.copy()))
    assert yard.at_gate("A-0001", seal=True) == "bag-may-leave"
    assert yard.at_gate("A-0002", badges=()) == "bag-to-be-looked-at"
    event = yard.session.query(GateEvent).order_by(GateEvent.id.desc()).first()
    assert (event.facts["shown_before"], event.facts["bag"]) == (2, "2/3")
    assert yard.at_gate("A-0002", seal=True, badges=()) == "bag-may-leave"
    yard.later(minutes=14)
    assert yard.at_gate("A-0003", seal=True, badges=()) == "bag-may-leave"


def test_badges_that_were_read_long_ago_are_read_again(yard):
    yard.handed(("A-0001", yard.copy()), ("A-0002", yard.copy()))
    yard.at_gate("A-0001", seal=True)
    yard.later(minutes=16)
    assert yard.at_gate("A-0002", seal=True, badges=()) == "bag-to-be-looked-at"


@pytest.mark.parametrize(
    "badges", [("S003", "S002"), ("S002",), ("S003", "S005", "S002"), ("S003", "nobody")]
)
def test_others_than_the_escorts_take_no_bag_out(yard, badges):
    yard.handed(("A-0001", yard.copy()))
    assert yard.at_gate("A-0001", seal=True, badges=badges) == "escort-differs"
    assert str(yard.bag("A-0001").state) == "HANDED"


def test_a_badge_that_does_not_match_its_bearer_stops_the_bag(yard):
    yard.handed(("A-0001", yard.copy()))
    assert yard.at_gate("A-0001", seal=True, refused=True) == "escort-differs"


def test_a_broken_seal_stops_the_bag_for_good_and_is_one_incident(yard):
    copy = yard.copy()
    list_id = yard.handed(("A-0001", copy))
    assert yard.at_gate("A-0001", seal=False) == "seal-broken"
    assert yard.at_gate("A-0001", seal=True) == "seal-broken"
    assert (str(yard.bag("A-0001").state), yard.faults()) == ("STOPPED", ["SEAL_BROKEN"])
    (row,) = incidents(yard.session, list_id=list_id)
    assert (row.seal_no, row.reported_by.staff_no) == ("A-0001", "S011")
    assert [entry.kind for entry in log.read(yard.session)][-4:] == [
        "gate.refused",
        "bag.stopped",
        "bag.incident-reported",
        "gate.refused",
    ]


def test_a_seal_that_no_bag_bears_is_an_incident_while_bags_are_on_their_way(yard):
    assert yard.at_gate("A-0009", seal=True) is None
    yard.handed(("A-0001", yard.copy()))
    assert yard.at_gate("A-0009") == "unknown-seal"
    assert yard.at_gate("https://example.com/menu") is None
    assert yard.faults() == ["WRONG_SEAL"]
    (row,) = incidents(yard.session)
    assert (row.list_id, row.what) == (None, "A-0009")


def test_a_bag_that_nobody_signed_for_and_a_used_seal_do_not_leave(yard):
    list_id = yard.packed(("A-0001", yard.copy()))
    assert yard.at_gate("A-0001", seal=True) == "bag-not-handed"
    yard.escort(list_id, yard.office.handler)
    yard.escort(list_id, yard.office.manager)
    yard.at_gate("A-0001", seal=True)
    yard.receive(list_id, A_0001="INTACT")
    assert yard.at_gate("A-0001", seal=True) == "seal-used-up"
    assert yard.faults() == ["WRONG_SEAL"]


def test_a_bag_comes_back_the_way_it_left(yard):
    yard.gone(("A-0001", yard.copy()))
    assert yard.at_gate("A-0001", IN, seal=True) == "bag-may-enter"
    assert str(yard.bag("A-0001").state) == "HANDED"
    assert yard.at_gate("A-0001", IN, seal=True) == "bag-not-outside"
    assert yard.at_gate("A-0001", OUT, seal=True) == "bag-may-leave"


def test_a_bag_that_comes_back_broken_is_in_the_house_and_stopped(yard):
    yard.gone(("A-0001", yard.copy()))
    assert yard.at_gate("A-0001", IN, seal=False) == "seal-broken"
    assert (str(yard.bag("A-0001").state), yard.faults()) == ("STOPPED", ["SEAL_BROKEN"])


def send(yard, attempt_id, raw, *, by=None):
    attempt = Attempt(
        attempt_id=attempt_id,
        gate_id=yard.gate,
        direction=OUT,
        source=ScanSource.GUN,
        device_id="terminal",
        device_at=None,
        raw_code=raw,
        code=None,
        proof=Proof.FOREIGN,
        carriers=frozenset({"S003", "S005"}),
        is_seal_intact=True,
    )
    return baggates.attempt(yard.session, attempt, actor=by or yard.office.guard, now=yard.present)


def test_the_same_attempt_is_one_event_and_its_id_no_other(yard):
    yard.handed(("A-0001", yard.copy()), ("A-0002", yard.copy()))
    first = send(yard, "a" * 32, "A-0001")
    assert send(yard, "a" * 32, "A-0001") == first
    with pytest.raises(AttemptReused):
        send(yard, "a" * 32, "A-0002")
    assert send(yard, "b" * 32, "A-0001") == first  # the scanner fired twice
    assert yard.faults() == []


def test_only_a_guard_brings_a_bag_through(yard):
    yard.handed(("A-0001", yard.copy()))
    with pytest.raises(PermissionDenied):
        send(yard, "a" * 32, "A-0001", by=yard.office.clerk)


def test_guards_see_seals_and_badges_and_the_log_tells_the_bag(yard):
    list_id = yard.handed(("A-0001", yard.copy()), ("A-0002", yard.copy()))
    yard.at_gate("A-0001", badges=())
    (seen,) = transports(yard.session)
    assert (seen.list_id, seen.escorts) == (list_id, ("S003", "S005"))
    assert [bag.seal_no for bag in seen.bags] == ["A-0001", "A-0002"]
    (row,) = views.events(yard.session, views.EventFilter()).rows
    assert (row.seal_no, row.code, str(row.reason)) == ("A-0001", None, "bag-to-be-looked-at")
    assert views.waiting(yard.session, now=yard.present) == ()
