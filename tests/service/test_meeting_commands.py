"""Meetings at the keyboard: prepared, held, closed, passed on."""

import re

import pytest

from service.flows import meetings
from tests.fixtures.councils import admit, hold, plan_meeting

UNTIL = ("--until", "2099-12-31")


@pytest.fixture
def database_backend():
    return "sqlite"


@pytest.fixture
def say(run):
    """Call a command as somebody; the output, or the refusal, in one text."""

    def command(part, group, name, *words, answers=""):
        return run(group, name, "--as", part, *map(str, words), answers=answers).output

    return command


@pytest.fixture
def planned(say):
    facts = ("--level", "confidential", "--unit", "FIN", "--place", "三楼", "--starts", "2099-03-05 09:00")
    assert "Meeting 1 is planned." in say("handler", "meeting", "plan", "预算会", *facts)
    return 1


def test_a_meeting_is_prepared_held_and_closed_at_the_keyboard(world, say, planned):
    def handler(name, *words, answers=""):
        return say("handler", "meeting", name, *words, answers=answers)

    assert "level is SECRET" in handler("agenda", planned, "confidential=a", "secret=b")
    assert "checks-open" in handler("ready", planned)
    assert "not-cleared" in handler("name", planned, "S012")
    for staff_no in ("S012", "S005", "S001"):
        cleared = say("officer", "meeting", "clear", staff_no, "--level", "secret", *UNTIL)
        assert "The clearance is recorded." in cleared
        assert "waits for approval" in handler("name", planned, staff_no)
    assert "S012: APPROVED" in say("leader", "meeting", "decide", planned, "S012")
    assert "S005: REFUSED" in say("leader", "meeting", "decide", planned, "S005", "--refuse")
    assert "Off the list." in handler("strike", planned, "S001")
    assert "The education is recorded." in handler("educate", planned, "S012")
    signed = handler("pledge", planned, "--by", "S012", answers=f"{world.pin}\n")
    assert "The pledge is signed." in signed
    assert "The seat is given." in handler("seat", planned, "S012", "A1")
    assert "The guard is posted." in handler("post-guard", planned, "S011", "door")
    told = handler("show", planned)
    assert "attendee S012  APPROVED  seat A1\n" in told
    assert "guard S011  door" in told
    checks = re.findall(r"check (\S+)", told)
    assigned = handler("assign", planned, checks[0], "S005", "--due", "2099-03-04 12:00")
    assert "The check has its owner." in assigned
    assert "The check is done." in say("manager", "meeting", "fulfil", planned, checks[0], "seen")
    assert "open again" in handler("reopen", planned, checks[0], "--reason", "not well")
    say("manager", "meeting", "fulfil", planned, checks[0], "seen again")
    for check in checks[1:]:
        assert "The check is done." in handler("fulfil", planned, check, "ok")
    assert "The meeting is ready." in handler("ready", planned)
    assert "The meeting is begun." in handler("begin", planned)
    assert "NOTEBOOK 1" in handler("hand-out", planned, "notebook", "S012")
    assert "DEPOSIT 1" in handler("hand-out", planned, "deposit", "S012", "--what", "phone")
    assert "The meeting is over." in handler("end", planned)
    assert "outstanding NOTEBOOK  1" in handler("show", planned)
    assert "still-outstanding" in handler("close", planned)
    assert "1 still out" in handler("take-back", planned, "deposit", 1)
    lost = say("leader", "meeting", "except", planned, "notebook", 1, "--reason", "kept as evidence")
    assert "The exception is signed." in lost
    assert "The meeting is closed." in handler("close", planned)
    assert "1  2099-03-05 01:00Z  CLOSED  SECRET  FIN  预算会" in handler("list")


def test_a_meeting_is_lowered_and_called_off(say, planned):
    assert "level is changed" in say("handler", "meeting", "level", planned, "secret")
    assert "called off" in say("handler", "meeting", "cancel", planned, "--reason", "no quorum")
    assert "CANCELLED" in say("handler", "meeting", "list")
    assert "unknown-row" in say("holder", "meeting", "show", planned)


def test_content_is_passed_on_and_signed_for_at_the_keyboard(world, say):
    meeting = plan_meeting(world)
    assert "The scope is set." in say("handler", "meeting", "scope", meeting, "FIN")
    assert "scope FIN" in say("handler", "meeting", "show", meeting)
    hold(world, meeting, "holder", "manager")
    told = ("--form", "text", "--content", "the decision", "--place", "Room 2")
    made = say("holder", "conveyance", "record", meeting, "S005", *told)
    assert "Conveyance 1 is recorded" in made
    assert "not-in-the-audience" in say("guard", "conveyance", "sign", 1)
    signed = say("holder", "conveyance", "sign", 1, "--by", "S005", answers=f"{world.pin}\n")
    assert "Signed." in signed
    assert "beyond-scope" in say("holder", "conveyance", "record", meeting, "S001", *told)
    wish = ("--reason", "they carry it out", *UNTIL)
    assert "Request 1 waits" in say("handler", "conveyance", "ask", meeting, "S001", *wish)
    assert "request 1: APPROVED" in say("manager", "approval", "decide", 1, answers="y\n")
    wide = say("holder", "conveyance", "record", meeting, "S001", *told, "--request", 1, "--notes")
    assert "Conveyance 2 is recorded" in wide
    assert "Signed." in say("clerk", "conveyance", "sign", 2)


def test_press_is_let_in_by_an_approval_only(world, say):
    meeting = plan_meeting(world, level="CONFIDENTIAL")
    say("handler", "meeting", "agenda", meeting, "confidential=open day")
    admit(world, meeting, "holder")
    meetings.post_guard(world.runtime, world.handler, meeting, world.guard.person_id, "door")
    for line in meetings.get_meeting(world.runtime, world.handler, meeting).checks:
        meetings.fulfil(world.runtime, world.handler, meeting, line.check.id, "verified")
    assert "The meeting is ready." in say("handler", "meeting", "ready", meeting)
    wish = ("--outlet", "Daily", "--persons", "Li, Wu", "--reason", "open day", *UNTIL)
    assert "Request 1 waits" in say("handler", "meeting", "ask-press", meeting, *wish)
    assert "not-approved" in say("clerk", "meeting", "admit-press", meeting, 1)
    assert "request 1: APPROVED" in say("leader", "approval", "decide", 1, answers="y\n")
    assert "request 1  PRESS" in say("clerk", "meeting", "show", meeting)
    assert "The press is let in." in say("clerk", "meeting", "admit-press", meeting, 1)
    assert "press Daily  Li, Wu  request 1" in say("handler", "meeting", "show", meeting)
    secret = plan_meeting(world, level="SECRET")
    assert "refused-by-rule" in say("handler", "meeting", "ask-press", secret, *wish)


def test_a_breach_is_reported_and_settled_at_the_keyboard(world, say):
    meeting = plan_meeting(world)
    hold(world, meeting, "holder")
    reported = say(
        "holder", "incident", "report", meeting, "recording", "a phone under the table", "--by", "S012"
    )
    assert "Incident 1 is reported." in reported
    assert "not-permitted" in say("holder", "incident", "settle", 1, "talked to")
    assert "The incident is settled." in say("officer", "incident", "settle", 1, "phone taken")
