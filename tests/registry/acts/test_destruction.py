"""Destruction lists: built by scanning, bound to their request, given up."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.orm import Session

from registry.acts import approvals, destruction
from registry.acts.destruction import (
    AlreadyListed,
    ListEmpty,
    NotAShredder,
    NotDestroyable,
    ShredderTooCoarse,
)
from registry.consent import OrderChanged
from registry.disposal import ListClosed, NotOnTheList
from registry.errors import PermissionDenied
from registry.models import ApprovalRequest, DestructionItem, Equipment
from registry.rows import UnknownCopy
from registry.rules.approval import Act
from registry.rules.levels import MixedSchemes
from registry.rules.lifecycle import ImpossibleStep, State
from registry.rules.texts import MissingText
from registry.rules.words import EquipmentKind, RequestState
from tests.fixtures.office import furnish
from tests.registry.acts.shredders import CANCELLED, SUBMITTED, Room, states


@pytest.fixture
def room(office):
    return Room(office)


@pytest.mark.parametrize("part", ["handler", "manager", "leader", "officer", "auditor", "holder", "guard"])
def test_only_a_clerk_builds_lists(room, part):
    with pytest.raises(PermissionDenied):
        room.opened(by=room.office.actors[part])


def test_a_list_is_for_a_shredder_in_use_and_says_why(room):
    printer = Equipment(kind=EquipmentKind.PRINTER, name="printer", place="B1")
    retired = Equipment(kind=EquipmentKind.SHREDDER, name="old", place="B1", shred_level="P-7", active=False)
    room.session.add_all([printer, retired])
    room.session.flush()
    for device in (printer, retired):
        with pytest.raises(NotAShredder):
            room.opened(device.id)
    with pytest.raises(MissingText):
        destruction.open_list(room.session, room.fine, "  ", actor=room.office.clerk, now=room.present)


def test_a_copy_scanned_twice_stands_on_the_list_once(room):
    list_id, copy = room.opened(), room.copy()
    assert room.add(list_id, copy) is True
    assert room.add(list_id, copy) is False
    assert [item.copy for item in room.row(list_id).items] == [copy]
    assert room.kinds() == ["destruction.opened", "destruction.listed"]


def test_copies_of_two_documents_and_a_misprint_share_a_list(room):
    other = room.office.register(
        doc_number="财字〔2026〕8号", level="CONFIDENTIAL", file=room.office.file("b")
    )
    copies = [room.copy(), room.copy(other), room.copy(other, state=State.SPOILED)]
    list_id = room.sealed(*copies)
    assert room.row(list_id).state is SUBMITTED
    assert states(*copies) == ["SEALED", "SEALED", "SPOILED"]


def test_documents_of_two_schemes_never_share_a_list(room):
    other = room.office.register(
        doc_number="财字〔2026〕8号",
        scheme="commercial",
        level="CORE_COMMERCIAL",
        file=room.office.file("b"),
    )
    list_id = room.opened()
    room.add(list_id, room.copy())
    stranger = room.copy(other)
    with pytest.raises(MixedSchemes), room.session.begin_nested():
        room.add(list_id, stranger)
    assert room.session.query(DestructionItem).count() == 1


@pytest.mark.parametrize(
    "state",
    [state for state in State if state not in {State.IN_STOCK, State.SPOILED}],
)
def test_only_what_lies_in_the_registry_is_listed(room, state):
    list_id, copy = room.opened(), room.copy(state=state)
    with pytest.raises(NotDestroyable) as refused:
        room.add(list_id, copy)
    assert refused.value.facts == {"state": str(state)}


def test_a_code_without_a_copy_is_refused(room):
    with pytest.raises(UnknownCopy):
        destruction.add(
            room.session, room.opened(), "0000000000000", actor=room.office.clerk, now=room.present
        )


def test_a_shredder_that_is_too_coarse_is_told_at_the_first_scan(room):
    list_id, copy = room.opened(room.coarse), room.copy()
    with pytest.raises(ShredderTooCoarse) as refused:
        room.add(list_id, copy)
    assert refused.value.facts == {"shred_level": "P-4", "wanted": "P-6"}


def test_a_copy_stands_on_one_open_list_only(room):
    first, second, copy = room.opened(), room.opened(), room.copy()
    room.add(first, copy)
    with pytest.raises(AlreadyListed):
        room.add(second, copy)
    destruction.remove(room.session, first, copy.code, actor=room.office.clerk, now=room.present)
    assert room.add(second, copy) is True


def test_a_misprint_that_waits_sealed_is_not_listed_again(room):
    spoiled = room.copy(state=State.SPOILED)
    room.sealed(spoiled)
    with pytest.raises(AlreadyListed):
        room.add(room.opened(), spoiled)


def test_what_is_not_on_a_list_is_not_taken_off_it(room):
    with pytest.raises(NotOnTheList):
        destruction.remove(
            room.session, room.opened(), room.copy().code, actor=room.office.clerk, now=room.present
        )


def test_a_sealed_list_neither_grows_nor_shrinks(room):
    copy, other = room.copy(), room.copy()
    list_id = room.sealed(copy)
    with pytest.raises(ListClosed):
        room.add(list_id, other)
    with pytest.raises(ListClosed):
        destruction.remove(room.session, list_id, copy.code, actor=room.office.clerk, now=room.present)
    with pytest.raises(ListClosed):
        room.submit(list_id, room.row(list_id).request_id)


def test_an_empty_list_is_not_submitted(room):
    list_id = room.opened()
    with pytest.raises(ListEmpty):
        room.submit(list_id, room.asked(list_id, room.copy()))


def test_the_request_is_for_exactly_the_listed_copies(room):
    one, two, three = room.copy(), room.copy(), room.copy()
    list_id = room.opened()
    room.add(list_id, one, two)
    for asked in ((one,), (one, three), (one, two, three)):
        with pytest.raises(OrderChanged):
            room.submit(list_id, room.asked(list_id, *asked))
    take_out = room.office.order(
        room.document,
        act=Act.TAKE_OUT,
        copies=2,
        copy_codes=(one.code, two.code),
        carriers=(room.office.holder.person_id,),
        by=room.office.clerk,
    )
    request = approvals.request(room.session, take_out, actor=room.office.clerk, now=room.present)
    with pytest.raises(OrderChanged):
        room.submit(list_id, request)
    assert states(one, two) == ["IN_STOCK", "IN_STOCK"]


def test_a_copy_given_away_after_it_was_listed_stops_the_seal(room):
    one, two = room.copy(), room.copy()
    list_id = room.opened()
    room.add(list_id, one, two)
    two.state = State.IN_TRANSIT
    room.session.flush()
    with pytest.raises(ImpossibleStep), room.session.begin_nested():
        room.submit(list_id, room.asked(list_id, one, two))
    assert states(one, two) == ["IN_STOCK", "IN_TRANSIT"]


@pytest.mark.parametrize("agreed", [None, True, False])
def test_a_list_that_is_given_up_restores_its_copies_and_ends_its_request(room, agreed):
    good, spoiled = room.copy(), room.copy(state=State.SPOILED)
    list_id = room.sealed(good, spoiled)
    request_id = room.row(list_id).request_id
    if agreed is not None:
        room.agree(request_id, agreed=agreed)
    destruction.cancel(room.session, list_id, actor=room.office.other_clerk, now=room.present)
    assert states(good, spoiled) == ["IN_STOCK", "SPOILED"]
    assert room.row(list_id).state is CANCELLED
    state = room.session.get_one(ApprovalRequest, request_id).state
    assert state is (RequestState.REJECTED if agreed is False else RequestState.WITHDRAWN)
    with pytest.raises(ListClosed):
        destruction.cancel(room.session, list_id, actor=room.office.clerk, now=room.present)
    assert room.add(room.opened(), good) is True


def test_a_draft_that_is_given_up_touches_no_copy(room):
    copy, list_id = room.copy(), room.opened()
    room.add(list_id, copy)
    destruction.cancel(room.session, list_id, actor=room.office.clerk, now=room.present)
    assert states(copy) == ["IN_STOCK"]
    assert "copy.unsealed" not in room.kinds()


def test_a_copy_that_went_missing_from_a_sealed_list_does_not_hold_up_the_others(room):
    here, gone = room.copy(), room.copy()
    list_id = room.sealed(here, gone)
    gone.state = State.UNACCOUNTED
    room.session.flush()
    destruction.cancel(room.session, list_id, actor=room.office.clerk, now=room.present)
    assert states(here, gone) == ["IN_STOCK", "UNACCOUNTED"]


def test_two_clerks_scanning_one_copy_at_once_list_it_once(engine):
    with Session(engine) as session, session.begin():
        room = Room(furnish(session))
        code, clerk = room.copy().code, room.office.clerk
        lists = [room.opened(), room.opened()]
        now = room.present

    def scan(list_id):
        try:
            with Session(engine) as session, session.begin():
                return destruction.add(session, list_id, code, actor=clerk, now=now)
        except AlreadyListed:
            return False

    with ThreadPoolExecutor(2) as clerks:
        assert sorted(clerks.map(scan, lists)) == [False, True]
