"""Passing on a meeting's content: within its scope, or to whom was agreed; press and breaches of discipline."""

from datetime import timedelta

import pytest

from registry import consent
from registry.acts import approvals, conveyance, incidents, meetings
from registry.acts.conveyance import (
    ConveyanceBeyondApproval,
    NoAudience,
    NotAtTheMeeting,
    NotInTheAudience,
)
from registry.acts.incidents import IncidentSettled, NotAWitness
from registry.acts.meetings import PressForOtherMeeting
from registry.errors import PermissionDenied
from registry.models import ApprovalRequest, Conveyance, MeetingIncident, MeetingPress
from registry.rules.approval import Act, ExecutorNotSeparate, Order, Units
from registry.rules.levels import Scheme
from registry.rules.meetings import BeyondScope, ImpossibleMeetingStep
from registry.rules.words import Breach
from tests.registry.acts.councils import Council


@pytest.fixture
def council(office):
    return Council(office)


def order(council, act, meeting_id=None, *, level="SECRET", **changed):
    """Return an order about the meeting, drawn up by its handler."""
    office = council.office
    fin = office.units["FIN"]
    details = {
        Act.CONVEY: (("meeting_id", str(meeting_id or council.id)),),
        Act.PRESS: (
            ("meeting_id", str(meeting_id or council.id)),
            ("outlet", "Daily"),
            ("persons", "Ann"),
        ),
    }[act]
    facts = {
        "act": act,
        "scheme": Scheme.COMPANY,
        "level": level,
        "requester_person": office.handler.person_id,
        "units": Units(fin, fin, fin),
        "reason": "they have to know",
        "until": council.present + timedelta(days=7),
        "details": details,
    }
    return Order(**facts | changed)


def agreed(council, wanted, *parts):
    request = approvals.request(council.session, wanted, **council.by())
    for part in parts:
        approvals.decide(
            council.session,
            request,
            agreed=True,
            shown_hash=council.session.get_one(ApprovalRequest, request).order_hash,
            remark="",
            **council.by(part),
        )
    return request


def test_content_is_passed_on_within_the_scope_and_listeners_sign_in(council, office):
    council.prepare("manager")
    conveyance.set_scope(council.session, council.id, [office.units["FIN"]], **council.by())
    meetings.make_ready(council.session, council.id, **council.by())
    meetings.begin(council.session, council.id, **council.by())
    with pytest.raises(ImpossibleMeetingStep), council.session.begin_nested():
        council.convey("manager", "holder")
    meetings.end(council.session, council.id, **council.by())
    made = council.convey("manager", "holder", "handler")
    kept = council.session.get_one(Conveyance, made)
    assert (kept.content, kept.place, kept.notes_allowed, kept.request_id) == (
        "the decision",
        "Room 2",
        False,
        None,
    )
    with pytest.raises(NotInTheAudience):
        conveyance.sign_in(council.session, made, **council.by("clerk"))
    conveyance.sign_in(council.session, made, **council.by("holder"))
    assert {one.person_id: one.signed_at is not None for one in kept.listeners} == {
        council.person("holder"): True,
        council.person("handler"): False,
    }


def test_only_who_was_there_passes_on_and_not_to_themselves_alone(council):
    council.ended("manager")
    with pytest.raises(NotAtTheMeeting):
        council.convey("handler", "manager")
    with pytest.raises(NoAudience):
        council.convey("manager")
    with pytest.raises(NoAudience):
        council.convey("manager", "manager")


def test_beyond_the_scope_is_refused_without_the_issuing_units_agreement(council):
    council.ended("holder")
    with pytest.raises(BeyondScope) as refused, council.session.begin_nested():
        council.convey("holder", "clerk", "auditor")
    assert set(refused.value.persons) == {council.person("clerk"), council.person("auditor")}
    wanted = order(council, Act.CONVEY, recipients=(council.person("clerk"),))
    request = agreed(council, wanted)
    with pytest.raises(consent.NotApproved), council.session.begin_nested():
        council.convey("holder", "clerk", request=request)


def test_an_approval_to_widen_covers_those_it_names_once(council):
    council.ended("holder")
    wanted = order(council, Act.CONVEY, recipients=(council.person("clerk"),))
    request = agreed(council, wanted, "manager")
    with pytest.raises(ConveyanceBeyondApproval), council.session.begin_nested():
        council.convey("holder", "clerk", "auditor", request=request)
    made = council.convey("holder", "clerk", request=request)
    assert council.session.get_one(Conveyance, made).request_id == request
    with pytest.raises(consent.NotApproved):
        council.convey("holder", "clerk", request=request)


def test_an_approval_for_another_meeting_widens_nothing(council):
    council.ended("holder")
    other = council.plan()
    wanted = order(council, Act.CONVEY, other, recipients=(council.person("clerk"),))
    with pytest.raises(ConveyanceBeyondApproval):
        council.convey("holder", "clerk", request=agreed(council, wanted, "manager"))


def test_top_secret_is_passed_on_beyond_the_scope_only_with_the_leader_too(council):
    wanted = order(council, Act.CONVEY, level="TOP_SECRET", recipients=(council.person("clerk"),))
    request = agreed(council, wanted, "manager")
    assert str(council.session.get_one(ApprovalRequest, request).state) == "OPEN"
    assert agreed(council, wanted, "leader") == request
    assert str(council.session.get_one(ApprovalRequest, request).state) == "APPROVED"


@pytest.mark.parametrize("level", ["SECRET", "TOP_SECRET"])
def test_the_press_is_never_let_into_a_secret_meeting(council, level):
    with pytest.raises(consent.RefusedByRule) as refused:
        approvals.request(council.session, order(council, Act.PRESS, level=level), **council.by())
    assert refused.value.rule == "press-refused"


def test_the_press_is_let_in_only_as_the_leader_agreed(office):
    council = Council(office, "CONFIDENTIAL")
    council.admit("holder")
    council.assess("CONFIDENTIAL")
    council.fulfil_all()
    meetings.make_ready(council.session, council.id, **council.by())
    request = agreed(council, order(council, Act.PRESS, level="CONFIDENTIAL"))
    with pytest.raises(consent.NotApproved), council.session.begin_nested():
        meetings.admit_press(council.session, council.id, request, **council.by("clerk"))
    assert agreed(council, order(council, Act.PRESS, level="CONFIDENTIAL"), "leader") == request
    with pytest.raises(ExecutorNotSeparate), council.session.begin_nested():
        meetings.admit_press(council.session, council.id, request, **council.by("handler"))
    other = agreed(
        council, order(council, Act.PRESS, council.plan("CONFIDENTIAL"), level="CONFIDENTIAL"), "leader"
    )
    with pytest.raises(PressForOtherMeeting), council.session.begin_nested():
        meetings.admit_press(council.session, council.id, other, **council.by("clerk"))
    meetings.admit_press(council.session, council.id, request, **council.by("clerk"))
    (press,) = council.session.query(MeetingPress)
    assert (press.outlet, press.persons, press.request_id) == ("Daily", "Ann", request)


def report(council, part, breach=Breach.RECORDING, person=None):
    return incidents.report(
        council.session, council.id, breach, "a phone on the table", person, **council.by(part)
    )


def test_a_breach_is_reported_by_who_is_there_and_settled_by_the_officer_once(council):
    council.begun("holder", "manager")
    for part in ("clerk", "holder", "guard"):
        assert report(council, part)
    for part in ("other_handler", "auditor"):
        with pytest.raises(NotAWitness), council.session.begin_nested():
            report(council, part)
    made = report(council, "holder", person=council.person("manager"))
    with pytest.raises(PermissionDenied):
        incidents.settle(council.session, made, "warned", **council.by("handler"))
    incidents.settle(council.session, made, "warned", **council.by("officer"))
    kept = council.session.get_one(MeetingIncident, made)
    assert (kept.breach, kept.what, kept.person_id, kept.measures) == (
        Breach.RECORDING,
        "a phone on the table",
        council.person("manager"),
        "warned",
    )
    with pytest.raises(IncidentSettled):
        incidents.settle(council.session, made, "again", **council.by("officer"))
