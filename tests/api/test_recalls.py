"""Recalls by program and at the keyboard, over the same flow."""

import pytest

from registry.rules.codes import human_code
from tests.fixtures.handed import hand_out


@pytest.fixture
def document(world):
    return world.register()


@pytest.fixture
def held(world, document):
    return hand_out(world, document, count=2)


def test_a_document_is_recalled_by_program(world, call, document, held):
    wanted = {"document_id": document, "reason": "superseded", "due_at": "2026-03-20T00:00:00Z"}
    begun = call("clerk", "POST", "/recalls", json=wanted)
    assert begun.status_code == 201
    again = call("clerk", "POST", "/recalls", json=wanted)
    assert (again.status_code, again.json["code"]) == (409, "already-recalled")
    here = f"/recalls/{begun.json['id']}"
    back = {"scans": [human_code(held[0])], "returned_by": "S012"}
    assert call("clerk", "POST", "/returns", json=back).status_code == 201
    refused = call("clerk", "POST", f"{here}/closing")
    assert (refused.status_code, refused.json["code"], refused.json["facts"]) == (
        409,
        "recall-not-settled",
        {"missing": 1},
    )
    signed = {
        "code": held[1],
        "reason": "until Friday",
        "person_id": world.leader.person_id,
        "pin": world.pin,
    }
    assert call("clerk", "POST", f"{here}/exceptions", json=signed).status_code == 204
    closed = call("clerk", "POST", f"{here}/closing")
    assert closed.json == {"due": 2, "returned": 1, "missed": 1, "lost": 0}
    told = call("auditor", "GET", here).json
    assert [(one["fate"], one["excuse"] is not None) for one in told["copies"]] == [
        ("MISSED", True),
        ("RETURNED", False),
    ]
    assert call("clerk", "GET", f"{here}/report").data[:5] == b"%PDF-"
    assert call("handler", "GET", "/recalls").status_code == 403


def test_a_recall_at_the_keyboard(run, world, document, held):
    begun = run("recall", "begin", "--as", "clerk", str(document), "--reason", "old", "--due", "2099-12-31")
    assert "Recall 1 runs." in begun.output
    assert "2 due = 0 returned + 2 missed + 0 lost" in run("recall", "show", "--as", "clerk", "1").output
    for code in held:
        signed = run(
            "recall", "excuse", "--as", "clerk", "1", human_code(code), "S007", "--reason", "kept",
            answers=f"{world.pin}\n",
        )  # fmt: skip
        assert "The exception is signed." in signed.output
    assert "2 due, 0 returned, 2 missed, 0 lost" in run("recall", "close", "--as", "clerk", "1").output
