"""Who comes to a meeting, and who is handed its papers."""

import pytest

from registry.acts import attendance, movements
from registry.acts.attendance import (
    AlreadyAttending,
    ApprovesOwnAttendance,
    AttendeeInactive,
    ClearanceNeedsFutureEnd,
    NotAnApprover,
    NotOnTheList,
    OwnClearance,
    SeatTaken,
)
from registry.errors import PermissionDenied
from registry.models import Meeting, Person
from registry.rules.lifecycle import State
from registry.rules.meetings import ImpossibleAttendeeStep, NotAdmitted, NotCleared
from registry.rules.words import AttendeeState, MeetingState
from tests.registry.acts.councils import Council


@pytest.fixture
def council(office):
    return Council(office)


def test_only_the_security_officer_clears_people_and_never_themselves(council):
    for part in ("clerk", "leader", "administrator", "auditor", "holder"):
        with pytest.raises(PermissionDenied):
            attendance.grant_clearance(
                council.session,
                council.person("holder"),
                "company",
                "SECRET",
                council.row.starts_at,
                **council.by(part),
            )
    with pytest.raises(OwnClearance):
        council.clear("officer")
    with pytest.raises(ClearanceNeedsFutureEnd):
        council.clear("holder", days=0)


def test_nobody_is_named_who_is_not_cleared_to_the_level_until_it_begins(council):
    with pytest.raises(NotCleared), council.session.begin_nested():
        council.name("officer")
    council.clear("holder", "CONFIDENTIAL")
    with pytest.raises(NotCleared), council.session.begin_nested():
        council.name("holder")
    council.clear("holder", "TOP_SECRET", days=2)
    with pytest.raises(NotCleared), council.session.begin_nested():
        council.name("holder")
    council.clear("holder", "TOP_SECRET", days=3)
    assert council.name("holder")


def test_an_attendee_is_approved_by_a_third_person_of_the_role_that_the_level_asks(council):
    council.name("holder")
    with pytest.raises(NotAnApprover), council.session.begin_nested():
        council.decide("holder", by="manager")
    for part in ("clerk", "handler", "officer", "holder"):
        with pytest.raises(PermissionDenied), council.session.begin_nested():
            council.decide("holder", by=part)
    assert council.decide("holder") is AttendeeState.APPROVED
    with pytest.raises(ImpossibleAttendeeStep):
        council.decide("holder")


def test_nobody_approves_themselves(council):
    council.name("leader")
    with pytest.raises(ApprovesOwnAttendance):
        council.decide("leader")


def test_a_confidential_meeting_asks_the_manager_of_its_unit(office):
    council = Council(office, "CONFIDENTIAL")
    council.name("holder")
    with pytest.raises(PermissionDenied), council.session.begin_nested():
        council.decide("holder", by="other_manager")
    assert council.decide("holder", by="manager") is AttendeeState.APPROVED


def test_a_clearance_that_ended_since_the_naming_is_not_approved(council):
    council.name("holder")
    council.clear("holder", days=1)
    with pytest.raises(NotCleared):
        council.decide("holder")


def test_a_substitute_is_a_new_approval_and_the_seat_is_free(council):
    council.admit("holder")
    council.name("manager", replaces="holder")
    assert council.attendee("holder").state is AttendeeState.REPLACED
    assert council.attendee("holder").seat is None
    substitute = council.attendee("manager")
    assert (substitute.state, substitute.replaces_id) == (AttendeeState.NAMED, council.attendee("holder").id)
    assert council.decide("manager") is AttendeeState.APPROVED
    with pytest.raises(NotOnTheList):
        council.name("clerk", replaces="holder")


def test_whoever_is_named_again_begins_anew(council):
    council.admit("holder")
    attendance.strike(council.session, council.id, council.person("holder"), **council.by())
    council.name("holder")
    again = council.attendee("holder")
    assert (again.state, again.pledged_at, again.educated_at, again.seat) == (
        AttendeeState.NAMED,
        None,
        None,
        None,
    )
    with pytest.raises(AlreadyAttending):
        council.name("holder")


def test_nobody_who_left_is_named(council):
    council.session.get_one(Person, council.person("holder")).active = False
    with pytest.raises(AttendeeInactive):
        council.name("holder")


def test_a_seat_is_one_persons(council):
    council.name("holder")
    council.name("manager")
    attendance.seat(council.session, council.id, council.person("holder"), "a1", **council.by())
    with pytest.raises(SeatTaken) as refused, council.session.begin_nested():
        attendance.seat(council.session, council.id, council.person("manager"), "Ａ1", **council.by())
    assert refused.value.seat == "A1"
    attendance.seat(council.session, council.id, council.person("manager"), "A2", **council.by())


def test_the_pledge_is_signed_by_the_attendee_and_stands(council):
    with pytest.raises(NotOnTheList):
        attendance.pledge(council.session, council.id, **council.by("holder"))
    council.name("holder")
    attendance.pledge(council.session, council.id, **council.by("holder"))
    first = council.attendee("holder").pledged_at
    council.present = council.row.starts_at
    attendance.pledge(council.session, council.id, desk_id=council.person("clerk"), **council.by("holder"))
    assert council.attendee("holder").pledged_at == first


@pytest.mark.parametrize(
    ("prepared", "reason"),
    [
        ([], "not-an-attendee"),
        (["name"], "not-approved"),
        (["name", "decide"], "no-education"),
        (["name", "decide", "educate"], "no-pledge"),
    ],
)
def test_no_paper_before_the_pledge_for_this_meeting_is_signed(council, prepared, reason):
    copy = council.paper()
    for deed in prepared:
        if deed == "educate":
            attendance.educate(council.session, council.id, council.person("holder"), **council.by())
        else:
            getattr(council, deed)("holder")
    with pytest.raises(NotAdmitted) as refused:
        council.give(copy, "holder")
    assert refused.value.reason == reason
    assert copy.state is State.IN_STOCK


def test_an_attendee_who_pledged_is_handed_the_paper_and_signs_for_it(council):
    copy = council.paper()
    council.admit("holder")
    council.hand(copy, "holder")
    assert copy.state is State.HELD


def test_whoever_was_replaced_since_the_offer_does_not_sign_for_the_paper(council):
    copy = council.paper()
    council.admit("holder")
    hand_over = council.give(copy, "holder")
    council.name("manager", replaces="holder")
    with pytest.raises(NotAdmitted):
        council.sign(hand_over, "holder")
    movements.withdraw(council.session, hand_over, **council.by("clerk"))
    assert copy.state is State.IN_STOCK


def test_a_paper_is_not_passed_to_somebody_who_is_not_admitted(council):
    copy = council.paper()
    council.admit("holder")
    council.hand(copy, "holder")
    checks = {copy.code: movements.PageCheck(counted=3)}
    with pytest.raises(NotAdmitted):
        movements.transfer(
            council.session, checks, council.person("manager"), due_at=None, **council.by("clerk")
        )


def test_papers_of_no_meeting_of_one_without_a_plan_or_of_one_that_is_over_ask_nothing(council):
    plain = council.room.copy()
    council.hand(plain, "holder")
    old, other = council.paper(), council.paper()
    council.row.plan_version = None
    council.hand(old, "holder")
    council.row.plan_version = 1
    council.session.get_one(Meeting, council.id).state = MeetingState.CLOSED
    council.hand(other, "holder")
    assert {plain.state, old.state, other.state} == {State.HELD}
