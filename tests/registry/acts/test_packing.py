"""Copies go into sealed bags: exactly those that were scanned, under a seal that was never used, opened by two."""

import pytest

from registry.acts import destruction, losses, packing, plants
from registry.acts.destruction import NotOneRoute, PlantClosed
from registry.acts.packing import BagEmpty, NotForThePlant, NotInABag, OpenedAlone, SealUsed
from registry.acts.shredding import InSealedBag
from registry.consent import NotApproved
from registry.disposal import ListClosed
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import BagIncident
from registry.rows import move
from registry.rules.lifecycle import ImpossibleStep, State, Step
from registry.rules.plant import ImpossibleBagStep, InvalidSeal, Tally
from registry.rules.words import Custodian, MovementKind
from registry.views import destruction as views
from tests.registry.acts.shredders import CANCELLED, states
from tests.registry.acts.yards import Yard


@pytest.fixture
def yard(office):
    return Yard(office)


def told(yard, list_id):
    """Return which seal each copy lies under, by number."""
    items = views.one_list(yard.session, list_id).items
    return [item.seal_no for item in sorted(items, key=lambda item: item.copy.copy_no)]


def test_a_list_goes_to_a_shredder_or_to_a_plant(yard):
    for device, plant in ((None, None), (yard.fine, yard.plant)):
        with pytest.raises(NotOneRoute):
            destruction.open_list(
                yard.session, device, "x", plant_id=plant, actor=yard.office.clerk, now=yard.present
            )


def test_nothing_is_sent_to_a_plant_that_was_closed(yard):
    plants.close(yard.session, yard.plant, actor=yard.office.administrator, now=yard.present)
    plants.close(yard.session, yard.plant, actor=yard.office.administrator, now=yard.present)
    assert len(list(log.read(yard.session, kind="plant.closed"))) == 1
    with pytest.raises(PlantClosed):
        yard.opened()


def test_a_bag_holds_what_was_scanned_since_the_one_before(yard):
    one, two, three = yard.copy(), yard.copy(state=State.SPOILED), yard.copy()
    list_id = yard.packed(("A-0001", one, two), ("a 0002", three))
    assert told(yard, list_id) == ["A-0001", "A-0001", "A0002"]
    assert states(one, two, three) == ["SEALED", "SPOILED", "SEALED"]
    entries = list(log.read(yard.session, kind="bag.sealed"))
    assert [entry.facts["copies"] for entry in entries] == [sorted([one.code, two.code]), [three.code]]
    assert entries[0].subject == f"destruction:{list_id}"


def test_two_clerks_at_one_list_fill_a_bag_each(yard):
    one, two, three = yard.copy(), yard.copy(), yard.copy()
    list_id = yard.approved(one, two, three)
    yard.show(list_id, one)
    yard.show(list_id, two, yard.office.clerk)
    yard.pack(list_id, "A-0001")
    assert told(yard, list_id) == ["A-0001", None, None]
    with pytest.raises(BagEmpty):
        yard.pack(list_id, "A-0002")
    yard.pack(list_id, "A-0002", three, by=yard.office.clerk)
    assert told(yard, list_id) == ["A-0001", "A-0002", "A-0002"]


def test_a_copy_goes_with_who_scanned_it_last(yard):
    copy = yard.copy()
    list_id = yard.approved(copy)
    shown = [yard.show(list_id, copy, by) for by in (None, None, yard.office.clerk, yard.office.clerk)]
    assert shown == [True, False, True, False]
    (item,) = views.one_list(yard.session, list_id).items
    assert item.presented_by.id == yard.office.clerk.person_id
    with pytest.raises(BagEmpty):
        yard.pack(list_id, "A-0001")
    yard.pack(list_id, "A-0001", by=yard.office.clerk)
    assert told(yard, list_id) == ["A-0001"]


def test_what_comes_out_of_a_bag_lies_in_nobodys_open_bag(yard):
    one, two = yard.copy(), yard.copy()
    list_id = yard.packed(("A-0001", one), ("A-0002", two))
    opening(yard, yard.bag("A-0001"), yard.office.handler)
    astray(yard, list_id, two)
    assert [item.presented_by for item in views.one_list(yard.session, list_id).items] == [None, None]
    with pytest.raises(BagEmpty):
        yard.pack(list_id, "A-0003")


def test_an_empty_bag_and_a_strange_or_used_seal_are_refused(yard):
    one, two = yard.copy(), yard.copy()
    list_id = yard.approved(one, two)
    with pytest.raises(BagEmpty):
        yard.pack(list_id, "A-0001")
    yard.show(list_id, one)
    for text in ("A-1", "封条0001", "ABCDE", "A_00001", "1" * 21):
        with pytest.raises(InvalidSeal):
            yard.pack(list_id, text)
    yard.pack(list_id, "A-0001")
    yard.show(list_id, two)
    with pytest.raises(SealUsed), yard.session.begin_nested():
        yard.pack(list_id, "ａ－０００１")
    assert told(yard, list_id) == ["A-0001", None]


def test_bags_are_for_approved_lists_of_a_plant(yard):
    copy, other = yard.copy(), yard.copy()
    with pytest.raises(NotApproved):
        yard.pack(yard.sealed(copy), "A-0001")
    shredded = yard.approved(other, device=yard.fine)
    yard.show(shredded, other)
    with pytest.raises(NotForThePlant):
        yard.pack(shredded, "A-0001")
    with pytest.raises(PermissionDenied):
        yard.pack(shredded, "A-0001", by=yard.office.guard)


def test_a_copy_that_went_missing_is_not_sealed(yard):
    copy = yard.copy()
    list_id = yard.approved(copy)
    yard.show(list_id, copy)
    copy.state = State.UNACCOUNTED
    yard.session.flush()
    with pytest.raises(ImpossibleStep):
        yard.pack(list_id, "A-0001")


def opening(yard, bag, second, reason="one sheet left over", by=None):
    packing.open_bag(
        yard.session,
        bag.id,
        reason,
        second=second,
        actor=by or yard.office.other_clerk,
        now=yard.present,
    )


def test_a_bag_is_opened_by_two_with_a_reason_and_packed_under_another_seal(yard):
    one, two = yard.copy(), yard.copy()
    list_id = yard.packed(("A-0001", one), ("A-0002", two))
    yard.escort(list_id, yard.office.manager)
    bag = yard.bag("A-0001")
    opening(yard, bag, yard.office.handler)
    assert (str(bag.state), bag.opened_with_id, bag.opening) == (
        "OPENED",
        yard.office.handler.person_id,
        "one sheet left over",
    )
    assert told(yard, list_id) == [None, "A-0002"]
    assert yard.row(list_id).signatures == []  # the escort signed for other bags
    (entry,) = log.read(yard.session, kind="bag.opened")
    assert (entry.facts["second"], entry.facts["copies"]) == (yard.office.handler.person_id, [one.code])
    with pytest.raises(ImpossibleBagStep):
        opening(yard, bag, yard.office.handler)
    yard.show(list_id, one)
    with pytest.raises(SealUsed), yard.session.begin_nested():
        yard.pack(list_id, "A-0001")
    yard.pack(list_id, "A-0003")
    assert told(yard, list_id) == ["A-0003", "A-0002"]


def test_nobody_opens_a_bag_alone_or_with_somebody_who_may_not_witness(yard):
    yard.packed(("A-0001", yard.copy()))
    bag = yard.bag("A-0001")
    with pytest.raises(OpenedAlone):
        opening(yard, bag, yard.office.other_clerk)
    with pytest.raises(PermissionDenied):
        opening(yard, bag, yard.office.holder)


def test_what_was_handed_to_its_escorts_is_not_opened_any_more(yard):
    yard.handed(("A-0001", yard.copy()))
    with pytest.raises(ListClosed):
        opening(yard, yard.bag("A-0001"), yard.office.other_manager)


def astray(yard, list_id, copy):
    return packing.report_astray(
        yard.session, list_id, copy.code, "under the table", actor=yard.office.other_clerk, now=yard.present
    )


def test_a_copy_outside_its_bag_stops_the_bag_and_is_an_incident(yard):
    one, two = yard.copy(), yard.copy()
    list_id = yard.packed(("A-0001", one, two))
    yard.escort(list_id, yard.office.manager)
    with pytest.raises(InSealedBag) as refused:
        yard.show(list_id, one)
    assert refused.value.facts == {"seal": "A-0001"}
    incident = yard.session.get_one(BagIncident, astray(yard, list_id, one))
    assert (str(incident.fault), incident.copy.code, incident.bag.seal_no) == (
        "COPY_ASTRAY",
        one.code,
        "A-0001",
    )
    assert str(yard.bag("A-0001").state) == "STOPPED"
    assert told(yard, list_id) == [None, "A-0001"]
    assert yard.row(list_id).signatures == []
    assert states(one) == ["SEALED"]
    opening(yard, yard.bag("A-0001"), yard.office.handler)
    yard.pack(list_id, "A-0002", one, two)
    yard.escort(list_id, yard.office.manager)
    assert str(yard.escort(list_id, yard.office.handler).state) == "EN_ROUTE"


def test_a_copy_that_is_found_while_its_bag_is_outside_stays_in_the_house(yard):
    one, two = yard.copy(), yard.copy()
    list_id = yard.gone(("A-0001", one, two))
    astray(yard, list_id, one)
    assert (states(one, two), str(yard.bag("A-0001").state)) == (["IN_STOCK", "SEALED"], "OUTSIDE")
    assert yard.ends(list_id) == ["KEPT", "None"]
    assert yard.receive(list_id, A_0001="INTACT").tally.difference == 0
    assert (states(one, two), yard.ends(list_id)) == (["IN_STOCK", "DESTROYED"], ["KEPT", "DESTROYED"])


def test_a_kept_copy_can_be_listed_again_and_is_left_alone_by_the_first_list(yard):
    one, two = yard.copy(), yard.copy()
    first = yard.handed(("A-0001", one, two))
    astray(yard, first, one)
    yard.sealed(one)
    destruction.cancel(yard.session, first, actor=yard.office.clerk, now=yard.present)
    assert states(one, two) == ["SEALED", "IN_STOCK"]


def misprint(yard):
    """Return a copy that the register knows as a misprint, by its movements too."""
    copy = yard.copy(state=State.SPOILED)
    by = {"actor": yard.office.clerk, "now": yard.present}
    move(yard.session, copy, MovementKind.SPOILED, Custodian.REGISTRY, **by)
    return copy


def missed(yard, *copies):
    for copy in copies:
        losses.report(
            yard.session, copy.code, Step.MISS, "seen elsewhere", actor=yard.office.clerk, now=yard.present
        )


def found(yard, copy):
    losses.find(
        yard.session,
        copy.code,
        "behind the press",
        approver=yard.office.leader,
        actor=yard.office.clerk,
        now=yard.present,
    )


def test_a_missed_copy_that_is_found_was_never_in_its_bag(yard):
    one, two, spoiled = yard.copy(), yard.copy(), misprint(yard)
    list_id = yard.gone(("A-0001", one, two, spoiled))
    missed(yard, one, spoiled)
    found(yard, one)
    found(yard, spoiled)
    assert yard.faults() == ["COPY_ASTRAY", "COPY_ASTRAY"]
    assert yard.ends(list_id) == ["KEPT", "None", "KEPT"]
    ended = yard.receive(list_id, A_0001="INTACT")
    assert (ended.tally, ended.tally.difference) == (Tally(3, 1, 1, 0, 2), 0)
    assert states(one, two, spoiled) == ["IN_STOCK", "DESTROYED", "SPOILED"]
    yard.sealed(one, spoiled)


def test_a_copy_that_is_found_before_the_hand_over_stops_its_bag(yard):
    one, two = yard.copy(), misprint(yard)
    list_id = yard.packed(("A-0001", one, two))
    yard.escort(list_id, yard.office.manager)
    missed(yard, two)
    found(yard, two)
    assert (str(yard.bag("A-0001").state), yard.row(list_id).signatures) == ("STOPPED", [])
    assert told(yard, list_id) == ["A-0001", None]
    opening(yard, yard.bag("A-0001"), yard.office.handler)
    yard.pack(list_id, "A-0002", one, two)
    assert told(yard, list_id) == ["A-0002", "A-0002"]


def test_what_was_given_up_after_the_hand_over_is_counted_to_the_last_copy(yard):
    one, two, three = yard.copy(), yard.copy(), yard.copy()
    list_id = yard.handed(("A-0001", one, two), ("A-0002", three))
    missed(yard, two)
    destruction.cancel(yard.session, list_id, actor=yard.office.clerk, now=yard.present)
    assert yard.ends(list_id) == ["KEPT", "UNACCOUNTED", "KEPT"]
    assert views.one_list(yard.session, list_id).tally.difference == 0
    assert states(one, two, three) == ["IN_STOCK", "UNACCOUNTED", "IN_STOCK"]
    found(yard, two)
    assert (states(two), yard.faults()) == (["IN_STOCK"], [])


def test_only_what_is_in_a_bag_lies_outside_it(yard):
    copy = yard.copy()
    list_id = yard.approved(copy)
    with pytest.raises(NotInABag):
        astray(yard, list_id, copy)


def test_giving_a_list_up_opens_its_bags(yard):
    one, two = yard.copy(), yard.copy(state=State.SPOILED)
    list_id = yard.packed(("A-0001", one), ("A-0002", two))
    destruction.cancel(yard.session, list_id, actor=yard.office.clerk, now=yard.present)
    assert (yard.row(list_id).state, states(one, two)) == (CANCELLED, ["IN_STOCK", "SPOILED"])
    assert [str(yard.bag(seal).state) for seal in ("A-0001", "A-0002")] == ["OPENED", "OPENED"]
    assert yard.kinds()[-3:] == ["copy.unsealed", "copy.unsealed", "destruction.cancelled"]
