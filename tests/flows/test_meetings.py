"""Meetings behind the doors: who sees how much, what the counter asks, and the board falling to zero."""

from datetime import timedelta

import pytest

from registry.acts.conveyance import NotTheConveyer
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.rows import UnknownRow
from registry.rules.approval import Act
from registry.rules.facts import ConveyanceFacts
from registry.rules.meetings import BeyondScope, NotAdmitted
from registry.rules.words import (
    AttendeeState,
    Breach,
    ConveyedAs,
    HandOverKind,
    MeetingState,
    MeetingThing,
    Outstanding,
)
from service.flows import copies, lending, making, meetings, printing, requesting
from service.flows.meetings import PressWish, WideningWish
from service.flows.proving import PinRefused
from tests.fixtures.councils import admit, clear, hold, plan_meeting, prepare
from tests.fixtures.handed import print_out


@pytest.fixture
def database_backend():
    return "sqlite"


def papers(world, meeting_id, count=1):
    """Return scans of copies in stock of a document of the meeting."""
    document = world.register(meeting_id=meeting_id)
    batch = printing.order_batch(
        world.runtime, world.clerk, world.approved(document, copies=count), [None] * count
    )
    making.make_batch(world.runtime, batch, lambda _done, _total: None)
    print_out(world, batch)
    rows = copies.batch_story(world.runtime, world.clerk, batch).copies.rows
    return [world.runtime.tokens.qr_text(row.copy.code, 1) for row in rows]


def give(world, scan, part):
    hand_over = lending.give(
        world.runtime, world.clerk, [scan], HandOverKind.ISSUE, world.actors[part].person_id
    )
    lending.confirm_by_pin(world.runtime, world.clerk, hand_over, world.pin)


def seen(world, meeting_id, part="handler"):
    return meetings.get_meeting(world.runtime, world.actors[part], meeting_id)


def test_the_counter_hands_a_paper_of_a_meeting_only_to_who_is_admitted(world):
    meeting = plan_meeting(world)
    (scan,) = papers(world, meeting)
    with pytest.raises(NotAdmitted):
        give(world, scan, "holder")
    with world.runtime.database.reading() as session:
        assert [one.facts["error"] for one in log.read(session, kind="deed.denied")] == ["not-admitted"]
    admit(world, meeting, "holder")
    give(world, scan, "holder")
    (line,) = seen(world, meeting).attendees
    assert (line.seat, line.person.id) == ("A1", world.holder.person_id)
    assert [(copy.copy_no, copy.is_held) for copy in line.copies] == [(1, True)]


def test_the_close_out_board_falls_to_zero(world):
    meeting = plan_meeting(world)
    (scan,) = papers(world, meeting)
    prepare(world, meeting, "holder", "manager")
    runtime, handler = world.runtime, world.handler
    meetings.begin(runtime, handler, meeting)
    give(world, scan, "holder")
    meetings.hand_out(runtime, handler, meeting, MeetingThing.NOTEBOOK, world.manager.person_id)
    meetings.hand_out(runtime, handler, meeting, MeetingThing.DEPOSIT, world.manager.person_id, what="phone")
    meetings.end(runtime, handler, meeting)
    assert [(line.kind, line.person.id) for line in seen(world, meeting).board] == [
        (Outstanding.COPY, world.holder.person_id),
        (Outstanding.DEPOSIT, world.manager.person_id),
        (Outstanding.NOTEBOOK, world.manager.person_id),
    ]
    lending.take_back(runtime, world.clerk, [scan], world.holder.person_id)
    assert meetings.take_back(runtime, handler, meeting, MeetingThing.DEPOSIT, 1) == 1
    meetings.make_exception(
        runtime, world.leader, meeting, Outstanding.NOTEBOOK, "1", reason="kept until Friday"
    )
    (left,) = seen(world, meeting).board
    assert (left.exception, left.signed_by.id) == ("kept until Friday", world.leader.person_id)
    assert seen(world, meeting).left == 0
    meetings.close(runtime, handler, meeting)
    assert seen(world, meeting).row.state is MeetingState.CLOSED


def test_an_attendee_sees_the_own_line_and_nothing_of_the_others(world):
    meeting = plan_meeting(world)
    prepare(world, meeting, "holder", "manager")
    mine = seen(world, meeting, "holder")
    assert [line.person.id for line in mine.attendees] == [world.holder.person_id]
    assert (mine.is_whole, mine.items, mine.board, mine.guards, mine.checks) == (False, (), (), (), ())
    whole = seen(world, meeting, "leader")
    assert (len(whole.attendees), len(whole.items), len(whole.guards)) == (2, 2, 1)


def test_an_owner_sees_the_own_task_and_marks_it_as_done(world):
    meeting = plan_meeting(world)
    with pytest.raises(UnknownRow):
        seen(world, meeting, "officer")
    due_at = world.now + timedelta(days=2)
    meetings.assign(
        world.runtime,
        world.handler,
        meeting,
        "venue-swept",
        owner_id=world.officer.person_id,
        due_at=due_at,
    )
    (task,) = seen(world, meeting, "officer").checks
    assert (task.check.id, task.due_at, task.is_late) == ("venue-swept", due_at, False)
    world.later(days=2, seconds=1)
    assert seen(world, meeting, "officer").checks[0].is_late
    meetings.fulfil(world.runtime, world.officer, meeting, "venue-swept", "report 7")
    assert seen(world, meeting, "officer").checks[0].evidence == "report 7"


def test_a_meeting_does_not_exist_for_whom_it_does_not_concern(world):
    meeting = plan_meeting(world)
    for part in ("holder", "other_handler", "other_manager", "officer", "auditor", "administrator"):
        with pytest.raises(UnknownRow):
            seen(world, meeting, part)
        assert meetings.list_meetings(world.runtime, world.actors[part]) == ()
    with pytest.raises(UnknownRow):
        meetings.pledge(world.runtime, world.holder, meeting)


def test_the_pledge_is_signed_on_the_own_screen_or_with_the_own_pin(world):
    meeting = plan_meeting(world)
    clear(world, "holder", "manager")
    for part in ("holder", "manager"):
        person = world.actors[part].person_id
        meetings.name_attendee(world.runtime, world.handler, meeting, person)
    meetings.pledge(world.runtime, world.holder, meeting)
    with pytest.raises(PinRefused):
        meetings.pledge_by_pin(world.runtime, world.handler, meeting, world.manager.person_id, "000001")
    with pytest.raises(PermissionDenied):
        meetings.pledge_by_pin(world.runtime, world.holder, meeting, world.manager.person_id, world.pin)
    assert [line.pledged_at for line in seen(world, meeting).attendees] == [world.now, None]
    meetings.pledge_by_pin(world.runtime, world.handler, meeting, world.manager.person_id, world.pin)
    with world.runtime.database.reading() as session:
        last = list(log.read(session, kind="meeting.pledged"))[-1]
    assert (last.facts["person"], last.facts["seen_by"]) == (
        world.manager.person_id,
        world.handler.person_id,
    )


def test_the_press_is_asked_for_agreed_to_and_let_in(world):
    meeting = plan_meeting(world, "CONFIDENTIAL")
    wish = PressWish(
        outlet="日报 Daily", persons="安 Ann", reason="open day", until=world.now + timedelta(days=2)
    )
    request = meetings.ask_press(world.runtime, world.handler, meeting, wish)
    order = requesting.get_request(world.runtime, world.leader, request).order
    assert dict(order.details)["outlet"] == "日报 Daily"
    world.approve(request, "leader")
    assert meetings.usable_requests(world.runtime, world.handler, meeting, Act.PRESS) == ()
    assert meetings.usable_requests(world.runtime, world.clerk, meeting, Act.PRESS) == (request,)


def test_content_goes_beyond_its_scope_only_to_whom_the_issuing_unit_agreed(world):
    meeting = plan_meeting(world)
    hold(world, meeting, "holder")
    facts = ConveyanceFacts(
        ConveyedAs.PAGES, "pages 1-2", "Room 2", (world.clerk.person_id,), notes_allowed=False
    )
    with pytest.raises(BeyondScope):
        meetings.convey(world.runtime, world.holder, meeting, facts)
    wish = WideningWish(
        listeners=(world.clerk.person_id,), reason="archive", until=world.now + timedelta(days=2)
    )
    request = meetings.ask_widening(world.runtime, world.handler, meeting, wish)
    world.approve(request, "manager")
    told = meetings.convey(world.runtime, world.holder, meeting, facts, request_id=request)
    with pytest.raises(NotTheConveyer):
        meetings.sign_in_by_pin(world.runtime, world.manager, told, world.clerk.person_id, world.pin)
    meetings.sign_in_by_pin(world.runtime, world.holder, told, world.clerk.person_id, world.pin)
    (kept,) = seen(world, meeting).conveyances
    assert (kept.content, kept.request_id) == ("pages 1-2", request)
    assert [(who.id, at) for who, at in kept.listeners] == [(world.clerk.person_id, world.now)]


def test_a_breach_reaches_the_security_officer_who_settles_it(world):
    meeting = plan_meeting(world)
    prepare(world, meeting, "holder")
    meetings.report(
        world.runtime, world.guard, meeting, Breach.RECORDING, "a phone", person_id=world.holder.person_id
    )
    (incident,) = seen(world, meeting, "officer").incidents
    assert seen(world, meeting, "officer").attendees == ()
    meetings.settle(world.runtime, world.officer, incident.id, "warned")
    assert seen(world, meeting).incidents[0].measures == "warned"


def test_a_substitute_waits_for_approval_of_their_own(world):
    meeting = plan_meeting(world)
    prepare(world, meeting, "holder")
    clear(world, "manager")
    meetings.name_attendee(
        world.runtime,
        world.handler,
        meeting,
        world.manager.person_id,
        replaces_id=world.holder.person_id,
    )
    view = seen(world, meeting)
    assert view.row.state is MeetingState.PLANNED
    assert [(line.person.id, line.state) for line in view.attendees] == [
        (world.manager.person_id, AttendeeState.NAMED),
        (world.holder.person_id, AttendeeState.REPLACED),
    ]
    assert view.attendees[0].replaces.id == world.holder.person_id
    assert set(view.open_checks) == {"attendees-qualified", "education", "pledges", "seats"}
