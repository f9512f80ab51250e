"""At the shredder: scanned again, vouched for in person, destroyed on record exactly once."""

import pytest

from registry.acts import destruction, shredding
from registry.acts.shredding import NotAllPresented
from registry.consent import ApprovalLapsed, NotApproved, OrderChanged
from registry.disposal import ListClosed, NotOnTheList
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import ApprovalRequest, DestructionItem, Equipment
from registry.rows import move
from registry.rules.destruction import Shortfall
from registry.rules.lifecycle import ImpossibleStep, State
from registry.rules.roles import Actor, Role
from registry.rules.words import Custodian, MovementKind, RequestState
from registry.views.custody import custody_at, custody_chain
from registry.vouching import AttestationConflict, OperatorSigned
from tests.fixtures.statements import heard
from tests.registry.acts.shredders import DESTROYED, OPERATOR, SUBMITTED, WITNESS, Room, states


@pytest.fixture
def room(office):
    return Room(office)


def test_operator_and_witness_end_the_copies(room):
    copies = [room.copy(held_by=room.office.holder), room.copy(state=State.SPOILED)]
    list_id = room.at_the_shredder(*copies)
    assert room.attest(list_id, OPERATOR, room.office.other_clerk).state is SUBMITTED
    assert states(*copies) == ["SEALED", "SPOILED"]
    room.later(minutes=3)
    done = room.attest(list_id, WITNESS, room.office.handler)
    assert (done.state, done.shortfall) == (DESTROYED, Shortfall())
    assert states(*copies) == ["DESTROYED", "DESTROYED"]
    assert room.row(list_id).completed_at == room.present
    assert custody_chain(room.session, copies[0].id)[-1].until_at is None
    assert custody_at(room.session, copies[0].id, room.present) is None


def test_a_scan_at_the_shredder_asks_no_more_of_a_long_list_than_of_a_short_one(room):
    def asked_by_a_scan(*copies):
        list_id = room.approved(*copies)
        room.session.flush()
        room.session.expire_all()
        with heard(room.session.connection()) as told:
            shredding.present(
                room.session, list_id, copies[-1].code, actor=room.office.other_clerk, now=room.present
            )
        return len(told)

    copies = [room.copy() for _ in range(12)]
    assert asked_by_a_scan(*copies[:2]) == asked_by_a_scan(*copies[2:])


def test_the_ledger_tells_who_destroyed_what_on_which_device(room):
    copies = [room.copy(), room.copy()]
    list_id = room.at_the_shredder(*copies)
    room.attest(list_id, OPERATOR, room.office.other_clerk)
    room.attest(list_id, WITNESS, room.office.handler)
    (entry,) = log.read(room.session, kind="destruction.completed")
    assert entry.facts == {
        "request": room.row(list_id).request_id,
        "equipment": room.fine,
        "people": [
            {"person": room.office.other_clerk.person_id, "part": "OPERATOR"},
            {"person": room.office.handler.person_id, "part": "WITNESS"},
        ],
        "planned": 2,
        "presented": 2,
        "destroyed": 2,
        "copies": sorted(copy.code for copy in copies),
    }
    assert room.kinds()[-5:] == [
        "destruction.attested",
        "destruction.attested",
        "copy.destroyed",
        "copy.destroyed",
        "destruction.completed",
    ]


def test_the_approval_is_used_up_by_the_destruction(room):
    list_id = room.at_the_shredder(room.copy())
    room.attest(list_id, OPERATOR, room.office.other_clerk)
    room.attest(list_id, WITNESS, room.office.handler)
    request = room.session.get_one(ApprovalRequest, room.row(list_id).request_id)
    assert (request.state, request.used, request.quantity) == (RequestState.CONSUMED, 1, 1)
    with pytest.raises(ListClosed):
        room.attest(list_id, WITNESS, room.office.manager)
    with pytest.raises(ListClosed):
        destruction.cancel(room.session, list_id, actor=room.office.clerk, now=room.present)


@pytest.mark.parametrize(
    ("part", "who", "conflict"),
    [
        (OPERATOR, "clerk", "requester"),
        (WITNESS, "clerk", "requester"),
        (WITNESS, "handler", "holder"),
    ],
)
def test_who_asked_for_or_held_the_papers_does_not_vouch_for_their_end(room, part, who, conflict):
    list_id = room.at_the_shredder(room.copy(held_by=room.office.handler), room.copy())
    with pytest.raises(AttestationConflict) as refused:
        room.attest(list_id, part, room.office.actors[who])
    assert refused.value.facts == {"person": room.office.actors[who].person_id, "part": conflict}


def test_who_approved_does_not_vouch_even_with_the_role_for_it(room):
    leader = room.office.leader
    also_handler = Actor(leader.person_id, None, leader.unit_id, leader.roles | {Role.HANDLER})
    list_id = room.at_the_shredder(room.copy())
    with pytest.raises(AttestationConflict) as refused:
        room.attest(list_id, WITNESS, also_handler)
    assert refused.value.facts["part"] == "approver"


def test_who_built_and_who_submitted_the_list_both_count_as_its_requester(room):
    list_id = room.at_the_shredder(room.copy(), submitted_by=room.office.other_clerk)
    for who in (room.office.clerk, room.office.other_clerk):
        with pytest.raises(AttestationConflict) as refused, room.session.begin_nested():
            room.attest(list_id, WITNESS, who)
        assert refused.value.facts["part"] == "requester"


def test_only_the_last_holder_of_a_copy_is_barred(room):
    copy = room.copy(held_by=room.office.handler)
    for kind, custodian, person in (
        (MovementKind.LOAN, Custodian.PERSON, room.office.holder.person_id),
        (MovementKind.RETURN, Custodian.REGISTRY, None),
    ):
        move(
            room.session,
            copy,
            kind,
            custodian,
            person_id=person,
            actor=room.office.clerk,
            now=room.present,
        )
    list_id = room.at_the_shredder(copy)
    room.attest(list_id, OPERATOR, room.office.other_clerk)
    assert room.attest(list_id, WITNESS, room.office.handler).state is DESTROYED


def test_one_person_never_has_two_parts_whatever_account_they_use(room):
    list_id = room.at_the_shredder(room.copy())
    clerk = room.office.other_clerk
    room.attest(list_id, OPERATOR, clerk)
    second_account = Actor(clerk.person_id, 999, clerk.unit_id, clerk.roles)
    with pytest.raises(AttestationConflict):
        room.attest(list_id, WITNESS, second_account)


def test_there_is_one_operator(room):
    list_id = room.at_the_shredder(room.copy())
    third = Actor(
        room.office.other_handler.person_id, None, room.office.units["REG"], frozenset({Role.CLERK})
    )
    room.attest(list_id, OPERATOR, room.office.other_clerk)
    with pytest.raises(OperatorSigned):
        room.attest(list_id, OPERATOR, third)


@pytest.mark.parametrize(("part", "who"), [(OPERATOR, "handler"), (WITNESS, "holder"), (WITNESS, "guard")])
def test_a_part_wants_its_role(room, part, who):
    list_id = room.at_the_shredder(room.copy())
    with pytest.raises(PermissionDenied):
        room.attest(list_id, part, room.office.actors[who])


@pytest.mark.parametrize(("minutes", "state"), [(15, DESTROYED), (16, SUBMITTED)])
def test_a_signature_counts_for_fifteen_minutes(room, minutes, state):
    copy = room.copy()
    list_id = room.at_the_shredder(copy)
    room.attest(list_id, OPERATOR, room.office.other_clerk)
    room.later(minutes=minutes)
    assert room.attest(list_id, WITNESS, room.office.handler).state is state


def test_an_old_signature_is_renewed_by_signing_again(room):
    list_id = room.at_the_shredder(room.copy())
    room.attest(list_id, OPERATOR, room.office.other_clerk)
    room.later(minutes=16)
    assert room.attest(list_id, WITNESS, room.office.handler).shortfall == Shortfall(operators_missing=1)
    room.later(minutes=2)
    assert room.attest(list_id, OPERATOR, room.office.other_clerk).state is DESTROYED


def test_signing_again_in_time_renews_the_window(room):
    list_id = room.at_the_shredder(room.copy())
    room.attest(list_id, OPERATOR, room.office.other_clerk)
    room.later(minutes=10)
    room.attest(list_id, OPERATOR, room.office.other_clerk)
    room.later(minutes=10)
    assert room.attest(list_id, WITNESS, room.office.handler).state is DESTROYED


def test_a_witness_who_left_does_not_hold_up_those_who_stayed(room):
    document = room.office.register(
        doc_number="财字〔2026〕9号", level="TOP_SECRET", file=room.office.file("c")
    )
    list_id = room.at_the_shredder(room.copy(document))
    room.attest(list_id, WITNESS, room.office.handler)
    room.later(minutes=20)
    room.attest(list_id, OPERATOR, room.office.other_clerk)
    assert room.attest(list_id, WITNESS, room.office.manager).shortfall == Shortfall(witnesses_missing=1)
    assert room.attest(list_id, WITNESS, room.office.other_manager).state is DESTROYED


def test_nobody_vouches_before_every_copy_lies_at_the_shredder(room):
    one, two = room.copy(), room.copy()
    list_id = room.approved(one, two)
    room.show(list_id, one)
    with pytest.raises(NotAllPresented) as refused:
        room.attest(list_id, OPERATOR, room.office.other_clerk)
    assert refused.value.facts == {"missing": 1}
    assert shredding.shortfall(room.session, list_id, now=room.present) == Shortfall(
        not_presented=(two.code,), operators_missing=1, witnesses_missing=1
    )


def test_a_copy_that_is_not_listed_is_kept_out_of_the_shredder(room):
    listed, stranger = room.copy(), room.copy()
    list_id = room.approved(listed)
    with pytest.raises(NotOnTheList):
        room.show(list_id, stranger)
    assert room.show(list_id, listed) is True
    assert room.show(list_id, listed) is False


def test_a_copy_that_is_reported_missing_is_not_taken_at_the_shredder(room):
    copy = room.copy()
    list_id = room.approved(copy)
    copy.state = State.UNACCOUNTED
    room.session.flush()
    with pytest.raises(ImpossibleStep):
        room.show(list_id, copy)


def test_nothing_happens_at_the_shredder_before_the_approval(room):
    copy = room.copy()
    list_id = room.sealed(copy)
    with pytest.raises(NotApproved):
        room.show(list_id, copy)
    room.agree(room.row(list_id).request_id, agreed=False)
    with pytest.raises(NotApproved):
        room.show(list_id, copy)
    draft = room.opened()
    with pytest.raises(ListClosed):
        room.show(draft, copy)


def test_an_approval_whose_time_is_over_is_told_before_anything_is_shredded(room):
    copy = room.copy()
    list_id = room.approved(copy)
    room.later(days=8)
    with pytest.raises(ApprovalLapsed):
        room.show(list_id, copy)


def test_a_list_that_was_changed_behind_the_approval_destroys_nothing(room):
    copy, slipped_in = room.copy(), room.copy(state=State.SEALED)
    list_id = room.at_the_shredder(copy)
    room.session.add(
        DestructionItem(
            list_id=list_id, copy_id=slipped_in.id, listed_at=room.present, presented_at=room.present
        )
    )
    room.session.get_one(ApprovalRequest, room.row(list_id).request_id).quantity = 2
    room.session.flush()
    room.attest(list_id, OPERATOR, room.office.other_clerk)
    with pytest.raises(OrderChanged), room.session.begin_nested():
        room.attest(list_id, WITNESS, room.office.handler)
    assert states(copy, slipped_in) == ["SEALED", "SEALED"]


def test_a_shredder_that_lost_its_class_since_the_list_was_made_destroys_nothing(room):
    copy = room.copy()
    list_id = room.at_the_shredder(copy)
    room.session.get_one(Equipment, room.fine).shred_level = "P-5"
    room.session.flush()
    room.attest(list_id, OPERATOR, room.office.other_clerk)
    assert room.attest(list_id, WITNESS, room.office.handler).shortfall == Shortfall(shredder_minimum=6)
    assert states(copy) == ["SEALED"]


def test_the_certificate_that_was_drawn_first_stands(room):
    list_id = room.at_the_shredder(room.copy())
    keep = {"actor": room.office.clerk, "now": room.present}
    with pytest.raises(ListClosed):
        shredding.keep_certificate(room.session, list_id, "a" * 64, **keep)
    room.attest(list_id, OPERATOR, room.office.other_clerk)
    room.attest(list_id, WITNESS, room.office.handler)
    shredding.keep_certificate(room.session, list_id, "a" * 64, **keep)
    shredding.keep_certificate(room.session, list_id, "b" * 64, **keep)
    assert room.row(list_id).certificate_sha256 == "a" * 64
    assert len(list(log.read(room.session, kind="destruction.certified"))) == 1
