"""A meeting's table, its plan's templates, and what follows from them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import product

import pytest

from registry.rules import meetings
from registry.rules.levels import Handling, MixedSchemes, get_level
from registry.rules.meetings import (
    ATTENDEE_TABLE,
    OVER,
    TABLE,
    AttendeeStep,
    CheckNow,
    ChecksOpen,
    CheckUnproven,
    Clearance,
    ImpossibleAttendeeStep,
    ImpossibleMeetingStep,
    MeetingBelowItem,
    MeetingStep,
    NotAdmitted,
    NotCleared,
    Preparations,
    Seated,
    next_attendee_state,
    next_meeting_state,
)
from registry.rules.planbook import PLANBOOK, Condition, InvalidPlanbook, parse_planbook
from registry.rules.roles import Role
from registry.rules.words import AttendeeState, MeetingState

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
TOP, SECRET, LOW = (get_level("company", code) for code in ("TOP_SECRET", "SECRET", "CONFIDENTIAL"))
PLANNED, READY, UNDER_WAY, ENDED, CLOSED, CANCELLED = MeetingState
(
    ASSESS,
    NAME,
    PREPARE,
    REOPEN,
    MAKE_READY,
    BEGIN,
    ADMIT,
    TAKE_BACK,
    END,
    EXCEPT,
    CLOSE,
    CANCEL,
    CONVEY,
    REPORT,
) = MeetingStep
WRITTEN_OUT = {
    PLANNED: {
        ASSESS: PLANNED,
        NAME: PLANNED,
        PREPARE: PLANNED,
        REOPEN: PLANNED,
        MAKE_READY: READY,
        TAKE_BACK: PLANNED,
        REPORT: PLANNED,
        CANCEL: CANCELLED,
    },
    READY: {
        ASSESS: PLANNED,
        NAME: PLANNED,
        PREPARE: READY,
        REOPEN: PLANNED,
        ADMIT: READY,
        TAKE_BACK: READY,
        BEGIN: UNDER_WAY,
        REPORT: READY,
        CANCEL: CANCELLED,
    },
    UNDER_WAY: {
        NAME: UNDER_WAY,
        PREPARE: UNDER_WAY,
        ADMIT: UNDER_WAY,
        TAKE_BACK: UNDER_WAY,
        REPORT: UNDER_WAY,
        END: ENDED,
    },
    ENDED: {TAKE_BACK: ENDED, EXCEPT: ENDED, CONVEY: ENDED, REPORT: ENDED, CLOSE: CLOSED},
    CLOSED: {CONVEY: CLOSED, REPORT: CLOSED},
    CANCELLED: {},
}
FULL = Seated(AttendeeState.APPROVED, is_educated=True, has_pledged=True, has_seat=True)
ALL_THERE = Preparations(items=1, attendees=(FULL, FULL), guards=1)


@pytest.mark.parametrize(("state", "step"), list(product(MeetingState, MeetingStep)), ids=str)
def test_only_edges_of_the_meetings_table_occur(state, step):
    after = WRITTEN_OUT[state].get(step)
    if after is None:
        with pytest.raises(ImpossibleMeetingStep) as refused:
            next_meeting_state(state, step)
        assert refused.value.facts == {"state": str(state), "step": str(step)}
    else:
        assert next_meeting_state(state, step) is after


def test_a_meeting_becomes_ready_and_closed_in_one_way_each():
    assert [edge for edge, after in TABLE.items() if after is READY and edge[0] is not READY] == [
        (PLANNED, MAKE_READY)
    ]
    assert [edge for edge, after in TABLE.items() if after is CLOSED and edge[0] is not CLOSED] == [
        (ENDED, CLOSE)
    ]
    assert {edge[0] for edge, after in TABLE.items() if after not in OVER} == {
        PLANNED,
        READY,
        UNDER_WAY,
        ENDED,
    }


@pytest.mark.parametrize(("state", "step"), list(product(AttendeeState, AttendeeStep)), ids=str)
def test_only_edges_of_the_attendees_table_occur(state, step):
    after = {
        AttendeeState.NAMED: {
            AttendeeStep.APPROVE: AttendeeState.APPROVED,
            AttendeeStep.REFUSE: AttendeeState.REFUSED,
            AttendeeStep.REPLACE: AttendeeState.REPLACED,
            AttendeeStep.STRIKE: AttendeeState.STRUCK,
        },
        AttendeeState.APPROVED: {
            AttendeeStep.RECONSIDER: AttendeeState.NAMED,
            AttendeeStep.REPLACE: AttendeeState.REPLACED,
            AttendeeStep.STRIKE: AttendeeState.STRUCK,
        },
    }.get(state, {}).get(step)
    if after is None:
        with pytest.raises(ImpossibleAttendeeStep):
            next_attendee_state(state, step)
    else:
        assert next_attendee_state(state, step) is after
    assert ATTENDEE_TABLE.get((state, step)) is after


def test_the_highest_item_decides_the_level():
    assert meetings.assessed([LOW, SECRET, LOW], [], LOW) is SECRET
    assert meetings.assessed([LOW], [TOP], LOW) is TOP
    assert meetings.assessed([], [], SECRET) is SECRET
    assert meetings.assessed([LOW], [], TOP) is LOW
    with pytest.raises(MixedSchemes):
        meetings.assessed([LOW, get_level("commercial", "COMMERCIAL")], [], LOW)


def test_a_meeting_is_never_lower_than_an_item():
    meetings.require_not_below_items(SECRET, [LOW, SECRET])
    with pytest.raises(MeetingBelowItem) as refused:
        meetings.require_not_below_items(SECRET, [LOW, TOP])
    assert refused.value.facts == {"meeting": "SECRET", "item": "TOP_SECRET"}


@pytest.mark.parametrize(
    ("clearance", "cleared"),
    [
        (Clearance("company", "SECRET", NOW), True),
        (Clearance("company", "TOP_SECRET", NOW + timedelta(days=1)), True),
        (Clearance("company", "CONFIDENTIAL", NOW + timedelta(days=1)), False),
        (Clearance("company", "SECRET", NOW - timedelta(seconds=1)), False),
        (Clearance("commercial", "CORE_COMMERCIAL", NOW + timedelta(days=1)), False),
    ],
)
def test_an_attendee_is_cleared_to_the_level_until_the_meeting_begins(clearance, cleared):
    if cleared:
        meetings.require_cleared([clearance], SECRET, NOW)
    else:
        with pytest.raises(NotCleared):
            meetings.require_cleared([clearance], SECRET, NOW)


@pytest.mark.parametrize(
    ("attendee", "reason"),
    [
        (None, "not-an-attendee"),
        (replace(FULL, state=AttendeeState.STRUCK), "not-an-attendee"),
        (replace(FULL, state=AttendeeState.REPLACED), "not-an-attendee"),
        (replace(FULL, state=AttendeeState.REFUSED), "not-an-attendee"),
        (replace(FULL, state=AttendeeState.NAMED), "not-approved"),
        (replace(FULL, is_educated=False), "no-education"),
        (replace(FULL, has_pledged=False), "no-pledge"),
    ],
)
def test_nobody_is_handed_paper_before_pledge_and_education(attendee, reason):
    with pytest.raises(NotAdmitted) as refused:
        meetings.require_admitted(attendee)
    assert refused.value.reason == reason
    meetings.require_admitted(FULL)


@pytest.mark.parametrize(
    ("condition", "lacking"),
    [
        (Condition.LEVEL_ASSESSED, replace(ALL_THERE, items=0)),
        (Condition.GUARDS_POSTED, replace(ALL_THERE, guards=0)),
        (
            Condition.ATTENDEES_APPROVED,
            replace(ALL_THERE, attendees=(FULL, replace(FULL, state=AttendeeState.NAMED))),
        ),
        (
            Condition.EDUCATION_RECORDED,
            replace(ALL_THERE, attendees=(FULL, replace(FULL, is_educated=False))),
        ),
        (Condition.PLEDGES_SIGNED, replace(ALL_THERE, attendees=(replace(FULL, has_pledged=False),))),
        (Condition.SEATS_ASSIGNED, replace(ALL_THERE, attendees=(replace(FULL, has_seat=False),))),
    ],
)
def test_a_check_is_done_only_when_its_matter_is_true(condition, lacking):
    meetings.require_proven(condition, ALL_THERE)
    with pytest.raises(CheckUnproven):
        meetings.require_proven(condition, lacking)
    meetings.require_proven(None, lacking)


@pytest.mark.parametrize(
    "condition", sorted(set(Condition) - {Condition.LEVEL_ASSESSED, Condition.GUARDS_POSTED})
)
def test_a_meeting_without_attendees_proves_nothing_about_them(condition):
    assert not meetings.is_true(condition, replace(ALL_THERE, attendees=()))


def test_whoever_is_off_the_list_holds_nothing_up():
    gone = Seated(AttendeeState.REPLACED, is_educated=False, has_pledged=False, has_seat=False)
    with_gone = replace(ALL_THERE, attendees=(FULL, gone))
    assert all(meetings.is_true(condition, with_gone) for condition in Condition)


def test_a_meeting_is_not_ready_while_a_mandatory_check_is_open():
    done = CheckNow("a", is_mandatory=True, is_done=True, proves=None)
    checks = [
        done,
        replace(done, id="b", is_done=False),
        replace(done, id="c", is_mandatory=False, is_done=False),
    ]
    with pytest.raises(ChecksOpen) as refused:
        meetings.require_ready(checks, ALL_THERE)
    assert refused.value.facts == {"checks": ("b",), "open": 1}
    meetings.require_ready([done, checks[2]], ALL_THERE)


def test_what_was_proven_must_still_be_true_when_the_meeting_is_made_ready():
    pledges = CheckNow("pledges", is_mandatory=True, is_done=True, proves=Condition.PLEDGES_SIGNED)
    assert meetings.open_checks([pledges], ALL_THERE) == ()
    late = replace(ALL_THERE, attendees=(FULL, replace(FULL, has_pledged=False)))
    assert meetings.open_checks([pledges], late) == ("pledges",)


def test_content_is_passed_on_to_attendees_and_units_of_the_scope():
    assert meetings.beyond_scope([(1, 10), (2, 20), (3, 30)], {20}, {1}) == (3,)
    assert meetings.beyond_scope([(1, 10)], (), ()) == (1,)


def test_every_level_has_its_plan_and_the_top_has_the_most():
    plans = {handling: {check.id for check in PLANBOOK.plan_for(handling)} for handling in Handling}
    assert plans[Handling.CONFIDENTIAL] < plans[Handling.SECRET] <= plans[Handling.TOP_SECRET]
    for named in ("attendees-qualified", "phones", "no-wireless-microphones", "venue-inspected", "press"):
        assert all(handling in PLANBOOK.get(named).mandatory for handling in Handling)
    assert PLANBOOK.get("venue-swept").mandatory == {Handling.TOP_SECRET}
    assert {check.proves for check in PLANBOOK.checks} - {None} == set(Condition)


def test_attendees_of_secret_meetings_are_approved_by_the_leader():
    assert PLANBOOK.approvers(Handling.SECRET) == {Role.RESPONSIBLE_LEADER}
    assert Role.DEPARTMENT_MANAGER in PLANBOOK.approvers(Handling.CONFIDENTIAL)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('proves = "guards-posted"', 'proves = "guards-asleep"'),
        ("due_hours = 72", "due_hours = -1"),
        ('mandatory = ["TOP_SECRET"]', 'mandatory = ["CONFIDENTIAL", "TOP_SECRET"]'),
        ('roles = ["RESPONSIBLE_LEADER"]', "roles = []"),
        ('roles = ["RESPONSIBLE_LEADER"]', 'roles = ["GUARD"]'),
        ('handling = ["SECRET", "TOP_SECRET"]\nroles', 'handling = ["SECRET"]\nroles'),
        ('id = "seats"', 'id = "guards"'),
        ('id = "seats"', 'ident = "seats"'),
        ("version = 1", "version ="),
    ],
)
def test_templates_that_cannot_work_are_refused_whole(written, instead):
    text = (resources.files("registry.rules") / "data" / "secrecy-plan-1.toml").read_text("utf-8")
    assert written in text
    with pytest.raises(InvalidPlanbook):
        parse_planbook(text.replace(written, instead, 1))
