"""Meetings by program, over the same flows as the pages."""

import pytest

from tests.fixtures.councils import hold, plan_meeting
from tests.fixtures.handed import staff_no
from tests.flows.test_meetings import papers


@pytest.fixture
def planned(world, call):
    """A meeting planned by program."""
    facts = {
        "title": "预算会",
        "scheme": "company",
        "level": "CONFIDENTIAL",
        "unit_id": world.units["FIN"],
        "place": "三楼",
        "starts_at": "2026-03-05T01:00:00Z",
    }
    made = call("handler", "POST", "/meetings", json=facts)
    assert made.status_code == 201
    return f"/meetings/{made.json['id']}"


def test_a_meeting_is_prepared_held_and_closed_by_program(world, call, planned):
    items = [{"title": "a", "level": "CONFIDENTIAL"}, {"title": "b", "level": "SECRET"}]
    assert call("handler", "PUT", f"{planned}/agenda", json={"items": items}).json == {"level": "SECRET"}
    refused = call("handler", "POST", f"{planned}/readiness")
    assert (refused.status_code, refused.json["code"]) == (409, "checks-open")
    holder = world.holder.person_id
    early = call("handler", "POST", f"{planned}/attendees", json={"person_id": holder})
    assert (early.status_code, early.json["code"]) == (409, "not-cleared")
    clearance = {"scheme": "company", "level": "SECRET", "until": "2027-01-01T00:00:00Z"}
    assert call("officer", "PUT", f"/people/{holder}/clearance", json=clearance).status_code == 204
    assert call("handler", "POST", f"{planned}/attendees", json={"person_id": holder}).status_code == 204
    line = f"{planned}/attendees/{holder}"
    assert call("leader", "POST", f"{line}/decision", json={"agreed": True}).json == {"state": "APPROVED"}
    call("handler", "POST", f"{planned}/education", json={"person_ids": [holder]})
    assert call("holder", "POST", f"{planned}/pledge").status_code == 204
    call("handler", "PUT", f"{line}/seat", json={"seat": "A1"})
    guard = {"person_id": world.guard.person_id, "post": "door"}
    call("handler", "POST", f"{planned}/guards", json=guard)
    for check in call("handler", "GET", planned).json["checks"]:
        done = call("handler", "POST", f"{planned}/checks/{check['id']}/evidence", json={"evidence": "ok"})
        assert done.status_code == 204
    for step in ("readiness", "beginning"):
        assert call("handler", "POST", f"{planned}/{step}").status_code == 204
    thing = {"kind": "NOTEBOOK", "person_id": holder}
    assert call("handler", "POST", f"{planned}/things", json=thing).json == {"number": 1}
    call("handler", "POST", f"{planned}/end")
    story = call("handler", "GET", planned).json
    assert [(one["kind"], one["key"]) for one in story["board"]] == [("NOTEBOOK", "1")]
    early = call("handler", "POST", f"{planned}/closing")
    assert (early.status_code, early.json["code"]) == (409, "still-outstanding")
    back = call("handler", "POST", f"{planned}/notebooks/1/return")
    assert back.json == {"outstanding": 0}
    assert call("handler", "POST", f"{planned}/closing").status_code == 204
    assert call("handler", "GET", planned).json["meeting"]["state"] == "CLOSED"


def test_whoever_is_not_concerned_is_told_of_no_meeting(call, planned):
    assert call("holder", "GET", planned).status_code == 404
    assert call("holder", "GET", "/meetings").json == {"meetings": []}
    assert call("auditor", "POST", f"{planned}/pledge").status_code == 404


def test_content_is_passed_on_and_signed_for_by_program(world, call):
    meeting = plan_meeting(world)
    hold(world, meeting, "holder", "manager")
    told = {
        "form": "TEXT",
        "content": "the decision",
        "place": "Room 2",
        "listener_ids": [world.manager.person_id],
        "notes_allowed": False,
    }
    made = call("holder", "POST", f"/meetings/{meeting}/conveyances", json=told)
    assert made.status_code == 201
    here = f"/conveyances/{made.json['id']}"
    assert call("manager", "POST", f"{here}/signature").status_code == 204
    stranger = call("guard", "POST", f"{here}/signature")
    assert (stranger.status_code, stranger.json["code"]) == (409, "not-in-the-audience")
    wide = call(
        "holder",
        "POST",
        f"/meetings/{meeting}/conveyances",
        json=told | {"listener_ids": [world.clerk.person_id]},
    )
    assert (wide.status_code, wide.json["code"]) == (409, "beyond-scope")


def test_the_counter_refuses_whoever_is_not_admitted_in_words(world, call):
    meeting = plan_meeting(world)
    (scan,) = papers(world, meeting)
    body = {"kind": "ISSUE", "receiver": staff_no(world, "holder"), "scans": [scan]}
    refused = call("clerk", "POST", "/hand-overs", json=body)
    assert (refused.status_code, refused.json["code"]) == (409, "not-admitted")
    assert refused.json["facts"] == {"reason": "not-an-attendee"}
