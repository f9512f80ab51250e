"""A program sees how traceable each page is, and accepts by name what falls short."""

import pytest

from tests.fixtures.papers import draw_pdf, with_dark_page

WISH = {"copies": 5, "reason": "for the board meeting", "until": "2026-03-20T10:00:00Z"}


@pytest.fixture
def dark(world):
    return world.register(with_dark_page(draw_pdf(1)))


def test_the_document_tells_every_page_and_channel(call, dark):
    found = call("clerk", "GET", f"/documents/{dark}").json["preflight"]
    assert found["wanted"] == {"scan": 15, "phone": 15, "photocopy": 15, "crop": 0}
    assert [(page["number"], page["is_short"]) for page in found["pages"]] == [(1, False), (2, True)]
    text, black = found["pages"]
    assert set(text["grades"].values()) == {"certain"}
    assert set(black["decades"].values()) == {0}
    assert "no-free-paper" in black["obstacles"]
    assert found["standing"]["shortfalls"][0] == {
        "channel": "scan",
        "pages": [2],
        "least_decades": 0,
        "wanted_decades": 15,
    }


def test_what_falls_short_is_accepted_by_its_hash_or_refused(world, call, dark):
    request_id = call("handler", "POST", f"/documents/{dark}/requests", json=WISH).json["id"]
    asked = call("leader", "GET", f"/approvals/{request_id}").json
    decision = {"agreed": True, "shown_hash": asked["order_hash"]}
    refused = call("leader", "POST", f"/approvals/{request_id}/decision", json=decision)
    assert (refused.status_code, refused.json["code"]) == (409, "untraceable-not-accepted")
    assert refused.json["facts"]["shortfalls"] == ["scan 2", "phone 2", "photocopy 2"]
    decision["accepted_hash"] = asked["traceability"]["accepted_hash"]
    answer = call("leader", "POST", f"/approvals/{request_id}/decision", json=decision)
    assert answer.json == {"state": "APPROVED"}
    (taken,) = call("clerk", "GET", f"/approvals/{request_id}").json["decisions"]
    assert (taken["person_id"], taken["accepted"]) == (
        world.leader.person_id,
        ["scan 2", "phone 2", "photocopy 2"],
    )


def test_measuring_again_answers_what_is_known_then(call, dark):
    found = call("clerk", "POST", f"/documents/{dark}/assessment")
    assert (found.status_code, found.json["standing"]["is_measured"]) == (200, True)
    assert call("handler", "POST", f"/documents/{dark}/assessment").status_code == 403


def test_the_description_names_it_all(call):
    described = call("clerk", "GET", "/openapi.json").text
    for name in ("preflight", "accepted_hash", "shortfalls", "/assessment"):
        assert name in described
