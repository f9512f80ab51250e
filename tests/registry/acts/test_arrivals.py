"""A plant's receipt ends a list: every seal told, every copy accounted for, each receipt used once."""

from datetime import timedelta

import pytest

from registry.acts import arrivals, destruction, plants
from registry.acts.arrivals import (
    EscortRecordsReceipt,
    NoBagOutside,
    ReceiptUnfit,
    ReceiptUsed,
    SealsDiffer,
)
from registry.acts.destruction import BagsOutside
from registry.acts.plants import BagIncidentSettled, PlantNameTaken
from registry.disposal import ListClosed
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import BagIncident, Loss
from registry.rules.approval import ExecutorNotSeparate
from registry.rules.lifecycle import State
from registry.rules.plant import Tally
from registry.rules.texts import MissingText
from registry.rules.words import Direction
from registry.views import destruction as views
from registry.views.custody import custody_at
from tests.registry.acts.shredders import CANCELLED, DESTROYED, states
from tests.registry.acts.yards import BROKEN, INTACT, MISSING, Yard


@pytest.fixture
def yard(office):
    return Yard(office)


def test_intact_bags_end_their_copies_and_the_count_is_closed(yard):
    copies = [yard.copy(held_by=yard.office.holder), yard.copy(state=State.SPOILED), yard.copy()]
    list_id = yard.gone(("A-0001", *copies[:2]), ("A-0002", copies[2]))
    ended = yard.receive(list_id, A_0001=INTACT, A_0002=INTACT)
    assert (ended.tally, ended.tally.difference, ended.to_miss) == (Tally(3, 3, 3, 0, 0), 0, {})
    assert states(*copies) == ["DESTROYED"] * 3
    assert yard.row(list_id).state is DESTROYED
    assert custody_at(yard.session, copies[0].id, yard.present) is None
    assert yard.faults() == []
    view = views.one_list(yard.session, list_id)
    assert (view.tally, view.receipt.number, view.receipt.weight_g) == (Tally(3, 3, 3, 0, 0), "R-1", 12_500)


def test_the_ledger_tells_what_became_of_every_bag(yard):
    copies = [yard.copy(), yard.copy()]
    list_id = yard.gone(("A-0001", copies[0]), ("A-0002", copies[1]))
    yard.receive(list_id, A_0001=INTACT, A_0002=BROKEN)
    (entry,) = log.read(yard.session, kind="destruction.received")
    facts = dict(entry.facts)
    assert facts.pop("receipt") != "R-1"  # its number enters as a commitment
    assert facts.pop("destroyed_at")
    assert facts == {
        "plant": yard.plant,
        "people": [
            {"person": yard.office.handler.person_id, "part": "ESCORT"},
            {"person": yard.office.manager.person_id, "part": "ESCORT"},
        ],
        "weight_g": 12_500,
        "sha256": "e" * 64,
        "bags": [{"seal": "A-0001", "state": "ARRIVED"}, {"seal": "A-0002", "state": "BROKEN"}],
        "planned": 2,
        "bagged": 2,
        "destroyed": 1,
        "unaccounted": 1,
        "kept": 0,
        "copies": [copies[0].code],
    }


@pytest.mark.parametrize(("arrival", "fault"), [(BROKEN, "SEAL_BROKEN"), (MISSING, "BAG_MISSING")])
def test_copies_of_a_broken_or_missing_bag_are_unaccounted_for_and_the_clock_runs(yard, arrival, fault):
    whole, lost, misprint = yard.copy(), yard.copy(), yard.copy(state=State.SPOILED)
    list_id = yard.gone(("A-0001", whole), ("A-0002", lost, misprint))
    ended = yard.receive(list_id, A_0001=INTACT, A_0002=arrival)
    assert ended.tally == Tally(3, 3, 1, 2, 0)
    assert states(whole, lost, misprint) == ["DESTROYED", "UNACCOUNTED", "UNACCOUNTED"]
    assert yard.ends(list_id) == ["DESTROYED", "UNACCOUNTED", "UNACCOUNTED"]
    assert {loss.copy_id for loss in yard.session.query(Loss)} == {lost.id, misprint.id}
    assert yard.faults() == [fault]
    assert yard.row(list_id).state is DESTROYED


def test_a_list_of_which_nothing_arrived_is_not_destroyed(yard):
    copy = yard.copy()
    list_id = yard.gone(("A-0001", copy))
    assert yard.receive(list_id, A_0001=MISSING).tally == Tally(1, 1, 0, 1, 0)
    assert (yard.row(list_id).state, states(copy)) == (CANCELLED, ["UNACCOUNTED"])


def test_a_copy_that_was_missed_before_does_not_become_destroyed(yard):
    one, two = yard.copy(), yard.copy()
    list_id = yard.gone(("A-0001", one, two))
    two.state = State.LOST
    yard.session.flush()
    assert yard.receive(list_id, A_0001=INTACT).tally == Tally(2, 2, 1, 1, 0)
    assert states(one, two) == ["DESTROYED", "LOST"]


def test_a_bag_that_stayed_in_the_house_goes_back_to_the_shelf(yard):
    gone, stopped, waiting = yard.copy(), yard.copy(), yard.copy()
    list_id = yard.handed(("A-0001", gone), ("A-0002", stopped), ("A-0003", waiting))
    yard.at_gate("A-0001", seal=True)
    yard.at_gate("A-0002", seal=False)
    ended = yard.receive(list_id, A_0001=INTACT)
    assert (ended.tally, ended.tally.difference) == (Tally(3, 3, 1, 0, 2), 0)
    assert states(gone, stopped, waiting) == ["DESTROYED", "IN_STOCK", "IN_STOCK"]
    assert [str(yard.bag(seal).state) for seal in ("A-0001", "A-0002", "A-0003")] == [
        "ARRIVED",
        "OPENED",
        "OPENED",
    ]


@pytest.mark.parametrize(
    "told", [{}, {"A_0001": INTACT}, {"A_0001": INTACT, "A_0002": INTACT, "A_0003": INTACT}]
)
def test_a_receipt_tells_of_every_seal_that_left_and_of_no_other(yard, told):
    list_id = yard.gone(("A-0001", yard.copy()), ("A-0002", yard.copy()))
    with pytest.raises(SealsDiffer) as refused:
        yard.receive(list_id, **told)
    seals = {seal.replace("_", "-") for seal in told}
    assert refused.value.facts == {
        "untold": tuple(sorted({"A-0001", "A-0002"} - seals)),
        "unknown": tuple(sorted(seals - {"A-0001", "A-0002"})),
    }


def test_no_receipt_before_a_bag_has_left(yard):
    with pytest.raises(ListClosed):
        yard.receive(yard.packed(("A-0001", yard.copy())), A_0001=INTACT)
    with pytest.raises(NoBagOutside):
        yard.receive(yard.handed(("A-0002", yard.copy())), A_0002=INTACT)


def test_who_escorted_asked_or_approved_does_not_enter_the_receipt(yard):
    list_id = yard.packed(("A-0001", yard.copy()))
    third = yard.office.other_clerk
    yard.escort(list_id, yard.office.manager)
    yard.escort(list_id, third)
    yard.at_gate("A-0001", seal=True, badges=("S002", "S005"))
    with pytest.raises(EscortRecordsReceipt):
        yard.receive(list_id, by=third, A_0001=INTACT)
    with pytest.raises(ExecutorNotSeparate):
        yard.receive(list_id, by=yard.office.clerk, A_0001=INTACT)
    with pytest.raises(PermissionDenied):
        yard.receive(list_id, by=yard.office.guard, A_0001=INTACT)


def test_a_receipt_ends_one_list(yard):
    first, second = yard.gone(("A-0001", yard.copy())), yard.gone(("A-0002", yard.copy()))
    yard.receive(first, A_0001=INTACT)
    with pytest.raises(ListClosed):
        yard.receive(first, A_0001=INTACT)
    with pytest.raises(ReceiptUsed), yard.session.begin_nested():
        yard.receive(second, A_0002=INTACT)
    yard.receive(second, number="R-2", A_0002=INTACT)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"destroyed_at": timedelta(minutes=1)}, "destroyed_at"),
        ({"destroyed_at": -timedelta(days=1)}, "destroyed_at"),
        ({"weight_g": 0}, "weight_g"),
        ({"weight_g": 60_000_000}, "weight_g"),
    ],
)
def test_a_receipt_that_cannot_be_meant_is_refused_at_its_field(yard, changed, field):
    list_id = yard.gone(("A-0001", yard.copy()))
    facts = {
        "number": "R-1",
        "destroyed_at": timedelta(0),
        "weight_g": None,
        "arrivals": {"A-0001": INTACT},
        "scan_sha256": "e" * 64,
        "scan_kind": "pdf",
        **changed,
    }
    facts["destroyed_at"] += yard.present
    with pytest.raises(ReceiptUnfit) as refused:
        arrivals.receive(
            yard.session,
            list_id,
            arrivals.Receipt(**facts),
            actor=yard.office.other_clerk,
            now=yard.present,
        )
    assert refused.value.facts["field"] == field


def test_a_list_is_given_up_only_with_all_its_bags_in_the_house(yard):
    copy = yard.copy()
    list_id = yard.gone(("A-0001", copy))
    by = {"actor": yard.office.clerk, "now": yard.present}
    with pytest.raises(BagsOutside) as refused:
        destruction.cancel(yard.session, list_id, **by)
    assert refused.value.facts == {"seals": ("A-0001",)}
    yard.at_gate("A-0001", Direction.ENTRY, seal=True)
    destruction.cancel(yard.session, list_id, **by)
    assert (yard.row(list_id).state, states(copy)) == (CANCELLED, ["IN_STOCK"])
    assert yard.at_gate("A-0001", seal=True) == "seal-used-up"


def test_an_incident_is_settled_once_by_the_security_officer(yard):
    list_id = yard.gone(("A-0001", yard.copy()))
    yard.receive(list_id, A_0001=BROKEN)
    incident = yard.session.query(BagIncident).one()
    officer = {"actor": yard.office.officer, "now": yard.present}
    with pytest.raises(PermissionDenied):
        plants.settle(yard.session, incident.id, "x", actor=yard.office.clerk, now=yard.present)
    with pytest.raises(MissingText):
        plants.settle(yard.session, incident.id, " ", **officer)
    plants.settle(yard.session, incident.id, "the plant was asked", **officer)
    assert (incident.measures, incident.settled_by_id) == (
        "the plant was asked",
        yard.office.officer.person_id,
    )
    with pytest.raises(BagIncidentSettled):
        plants.settle(yard.session, incident.id, "again", **officer)


def test_two_plants_do_not_share_a_name(yard):
    with pytest.raises(PlantNameTaken):
        plants.designate(
            yard.session, "定点销毁中心 Plant", "X", actor=yard.office.administrator, now=yard.present
        )
