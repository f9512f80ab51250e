"""Two escorts sign for the bags: everything packed, none of them part of the matter, both just now."""

import pytest
import sqlalchemy as sa

from registry.acts import destruction, losses, shredding, stocktakes
from registry.acts.escorting import BagStopped, NotAllBagged
from registry.acts.packing import report_astray
from registry.acts.shredding import NotAllPresented
from registry.consent import ApprovalLapsed
from registry.disposal import ListClosed, PartNotWanted
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import ApprovalRequest, StocktakeItem
from registry.rules.destruction import Shortfall
from registry.rules.knowing import Trace
from registry.rules.lifecycle import ImpossibleStep, Step
from registry.rules.roles import Actor, Role
from registry.rules.stocktake import Bucket, Place, Scanned, Scope
from registry.rules.words import DestructionPart, RequestState
from registry.views.belongings import belongings
from registry.views.custody import custody_at
from registry.views.knowing import who_knows
from registry.vouching import AttestationConflict
from tests.registry.acts.shredders import states
from tests.registry.acts.yards import Yard


@pytest.fixture
def yard(office):
    return Yard(office)


def test_two_escorts_take_the_bags_over_and_the_registry_goes_on_answering(yard):
    copy = yard.copy(held_by=yard.office.holder)
    list_id = yard.packed(("A-0001", copy))
    first = yard.escort(list_id, yard.office.handler)
    assert (str(first.state), first.shortfall) == ("SUBMITTED", Shortfall(escorts_missing=1))
    assert str(yard.bag("A-0001").state) == "SEALED"
    yard.later(minutes=3)
    assert str(yard.escort(list_id, yard.office.manager).state) == "EN_ROUTE"
    assert (str(yard.bag("A-0001").state), states(copy)) == ("HANDED", ["SEALED"])
    assert yard.row(list_id).handed_at == yard.present
    assert str(custody_at(yard.session, copy.id, yard.present).custodian) == "REGISTRY"
    request = yard.session.get_one(ApprovalRequest, yard.row(list_id).request_id)
    assert (request.state, request.used) == (RequestState.CONSUMED, 1)
    (entry,) = log.read(yard.session, kind="destruction.handed-over")
    assert entry.facts == {
        "request": request.id,
        "plant": yard.plant,
        "people": [
            {"person": yard.office.handler.person_id, "part": "ESCORT"},
            {"person": yard.office.manager.person_id, "part": "ESCORT"},
        ],
        "planned": 1,
        "bagged": 1,
    }


def test_a_bag_of_which_a_copy_went_missing_is_not_handed_over(yard):
    one, two = yard.copy(), yard.copy()
    list_id = yard.packed(("A-0001", one, two))
    losses.report(
        yard.session, one.code, Step.MISS, "seen elsewhere", actor=yard.office.clerk, now=yard.present
    )
    yard.escort(list_id, yard.office.handler)
    with pytest.raises(ImpossibleStep), yard.session.begin_nested():
        yard.escort(list_id, yard.office.manager)
    assert (str(yard.row(list_id).state), str(yard.bag("A-0001").state)) == ("SUBMITTED", "SEALED")


def test_two_escorts_do_for_top_secret_as_well(yard):
    document = yard.office.register(
        doc_number="财字〔2026〕9号", level="TOP_SECRET", file=yard.office.file("c")
    )
    list_id = yard.packed(("A-0001", yard.copy(document)))
    yard.escort(list_id, yard.office.handler)
    assert str(yard.escort(list_id, yard.office.manager).state) == "EN_ROUTE"


@pytest.mark.parametrize(("who", "conflict"), [("clerk", "requester"), ("handler", "holder")])
def test_who_asked_for_or_held_the_papers_does_not_escort_them(yard, who, conflict):
    list_id = yard.packed(("A-0001", yard.copy(held_by=yard.office.handler)))
    with pytest.raises(AttestationConflict) as refused:
        yard.escort(list_id, yard.office.actors[who])
    assert refused.value.facts == {"person": yard.office.actors[who].person_id, "part": conflict}


def test_who_approved_does_not_escort_even_with_the_role_for_it(yard):
    leader = yard.office.leader
    list_id = yard.packed(("A-0001", yard.copy()))
    with pytest.raises(AttestationConflict) as refused:
        yard.escort(list_id, Actor(leader.person_id, None, leader.unit_id, leader.roles | {Role.HANDLER}))
    assert refused.value.facts["part"] == "approver"


def test_one_person_is_not_two_escorts_whatever_account_they_use(yard):
    list_id = yard.packed(("A-0001", yard.copy()))
    handler = yard.office.handler
    yard.escort(list_id, handler)
    again = yard.escort(list_id, Actor(handler.person_id, 999, handler.unit_id, handler.roles))
    assert (str(again.state), again.shortfall.escorts_missing) == ("SUBMITTED", 1)


@pytest.mark.parametrize(("minutes", "state"), [(15, "EN_ROUTE"), (16, "SUBMITTED")])
def test_a_signature_of_an_escort_counts_for_fifteen_minutes(yard, minutes, state):
    list_id = yard.packed(("A-0001", yard.copy()))
    yard.escort(list_id, yard.office.handler)
    yard.later(minutes=minutes)
    assert str(yard.escort(list_id, yard.office.manager).state) == state


def test_nobody_signs_before_every_copy_is_in_a_sealed_bag(yard):
    one, two = yard.copy(), yard.copy()
    list_id = yard.approved(one, two)
    yard.pack(list_id, "A-0001", one)
    yard.show(list_id, two)
    with pytest.raises(NotAllBagged) as refused:
        yard.escort(list_id, yard.office.handler)
    assert refused.value.facts == {"missing": 1}
    assert shredding.shortfall(yard.session, list_id, now=yard.present) == Shortfall(
        not_presented=(two.code,), escorts_missing=2
    )


def test_nobody_signs_for_a_bag_that_was_stopped(yard):
    one, two = yard.copy(), yard.copy()
    list_id = yard.packed(("A-0001", one, two))
    by = {"actor": yard.office.other_clerk, "now": yard.present}
    report_astray(yard.session, list_id, one.code, "on the floor", **by)
    yard.pack(list_id, "A-0002", one)
    with pytest.raises(BagStopped) as refused:
        yard.escort(list_id, yard.office.handler)
    assert refused.value.facts == {"seal": "A-0001"}


def test_operators_do_not_sign_for_bags_and_escorts_not_at_the_shredder(yard):
    bagged = yard.packed(("A-0001", yard.copy()))
    with pytest.raises(PartNotWanted):
        yard.attest(bagged, DestructionPart.OPERATOR, yard.office.other_clerk)
    copy = yard.copy()
    shredded = yard.approved(copy, device=yard.fine)
    with pytest.raises(NotAllPresented):
        yard.attest(shredded, DestructionPart.OPERATOR, yard.office.other_clerk)
    yard.show(shredded, copy)
    with pytest.raises(PartNotWanted):
        yard.escort(shredded, yard.office.handler)


@pytest.mark.parametrize("who", ["holder", "guard", "officer"])
def test_an_escort_wants_its_role(yard, who):
    list_id = yard.packed(("A-0001", yard.copy()))
    with pytest.raises(PermissionDenied):
        yard.escort(list_id, yard.office.actors[who])


def test_an_approval_whose_time_is_over_hands_nothing_out(yard):
    list_id = yard.packed(("A-0001", yard.copy()))
    yard.later(days=8)
    with pytest.raises(ApprovalLapsed):
        yard.escort(list_id, yard.office.handler)


def test_what_is_on_its_way_is_not_signed_for_twice(yard):
    list_id = yard.handed(("A-0001", yard.copy()))
    with pytest.raises(ListClosed):
        yard.escort(list_id, yard.office.other_manager)


def test_an_escort_does_not_leave_for_good_before_the_receipt(yard):
    list_id = yard.gone(("A-0001", yard.copy()))
    manager = yard.office.manager.person_id
    told = [(str(one.obstacle), one.id) for one in belongings(yard.session, manager, now=yard.present)]
    assert told == [("BAG", list_id)]
    yard.receive(list_id, A_0001="INTACT")
    assert belongings(yard.session, manager, now=yard.present) == ()


def test_what_lies_in_a_sealed_bag_is_not_looked_for_when_counting(yard):
    packed, shelved, opened = yard.copy(), yard.copy(), yard.copy()
    yard.gone(("A-0001", packed))
    destruction.cancel(
        yard.session, yard.packed(("A-0002", opened)), actor=yard.office.clerk, now=yard.present
    )
    by = {"actor": yard.office.clerk, "now": yard.present}
    count_id = stocktakes.begin(yard.session, Scope(place=Place.SHELF), "the year's", **by)
    looked_for = yard.session.scalars(
        sa.select(StocktakeItem.copy_id).where(StocktakeItem.stocktake_id == count_id)
    ).all()
    assert sorted(looked_for) == [shelved.id, opened.id]
    (scanned,) = stocktakes.count(yard.session, count_id, [Scanned(packed.code, packed.code)], **by)
    assert scanned.bucket is Bucket.WRONG_PLACE


def test_whoever_escorted_a_bag_that_never_arrived_is_told_among_those_who_may_know(yard):
    copy = yard.copy()
    list_id = yard.gone(("A-0001", copy))
    escorts = {yard.office.handler.person_id, yard.office.manager.person_id}

    def told():
        return {
            one.person.id
            for one in who_knows(yard.session, copy.document_id)
            if Trace.DESTROYED in {known.trace for known in one.known}
        }

    assert told() == escorts
    yard.receive(list_id, A_0001="MISSING")
    assert told() == escorts
