"""Losses by program and at the keyboard, over the same flow."""

import pytest

from registry.rules.codes import human_code
from tests.fixtures.handed import hand_out

ITEMS = ("discovered", "responsible", "course", "harm", "investigation", "remedies")


@pytest.fixture
def missing(world, call):
    (code,) = hand_out(world)
    call("clerk", "POST", f"/copies/{code}/reports", json={"step": "MISS", "reason": "gone"})
    return code


def test_a_loss_is_reported_concluded_and_ended_by_program(world, call, missing):
    (told,) = call("auditor", "GET", "/losses").json["losses"]
    assert (told["copy_facts"]["code"], told["report"], told["investigation_due"]) == (missing, None, None)
    said = dict.fromkeys(ITEMS, "known")
    incomplete = call("clerk", "POST", "/losses/1/report", json=said | {"harm": ""})
    assert incomplete.status_code == 400
    assert call("clerk", "POST", "/losses/1/report", json=said).status_code == 204
    stated = {"result": "mislaid", "remedies": "a lock"}
    assert call("clerk", "POST", "/losses/1/result", json=stated).status_code == 403
    assert call("leader", "POST", "/losses/1/result", json=stated).status_code == 204
    assert call("clerk", "GET", "/losses/1/paper").data[:5] == b"%PDF-"
    found = {"explanation": "in the safe", "approver_id": world.leader.person_id, "pin": world.pin}
    answer = call("clerk", "POST", f"/copies/{missing}/finding", json=found)
    assert answer.json == {"state": "IN_STOCK"}
    assert call("clerk", "GET", "/losses/1").json["explanation"] == "in the safe"


def test_a_copy_cannot_be_found_by_a_report_alone(call, missing):
    refused = call("clerk", "POST", f"/copies/{missing}/reports", json={"step": "FIND", "reason": "here"})
    assert (refused.status_code, refused.json["code"]) == (400, "request-invalid")


def test_a_loss_at_the_keyboard(world, run, missing, tmp_path):
    told = run("loss", "list", "--as", "clerk").output
    assert human_code(missing) in told
    assert "(over)" in told  # the command reads the true clock, far beyond the office's
    found = run(
        "copy", "found", "--as", "clerk", human_code(missing), "S007", "--reason", "in the safe",
        answers=f"{world.pin}\n",
    )  # fmt: skip
    assert "The copy is IN_STOCK." in found.output
    refused = run("loss", "report", "--as", "clerk", "1", str(tmp_path / "a.pdf"))
    assert "loss-not-reported" in refused.output
