"""Destruction by program and at the keyboard, over the same flow."""

import pytest

from registry.rules.codes import human_code
from service.flows import copies, equipment, making, printing


@pytest.fixture
def stock(world):
    """The typed codes of two copies in stock."""
    request_id = world.approved(world.register(), copies=2)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * 2)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    rows = copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows
    return [human_code(row.copy.code) for row in rows]


def test_papers_go_to_the_shredder_by_program(world, call, stock):
    device = equipment.add_shredder(world.runtime, world.administrator, "碎纸机", "B1", "P-6")
    assert call("clerk", "GET", "/shredders").json["shredders"][0]["shred_level"] == "P-6"
    begun = call("clerk", "POST", "/destruction", json={"equipment_id": device, "reason": "over"})
    assert begun.status_code == 201
    here = f"/destruction/{begun.json['id']}"
    answers = call("clerk", "POST", f"{here}/copies", json={"scans": [*stock, stock[0], "rubbish"]}).json
    assert [(one["again"], one["refused"]) for one in answers["answers"]] == [
        (False, None),
        (False, None),
        (True, None),
        (False, "code-wrong-length"),
    ]
    sent = call("clerk", "POST", f"{here}/submission", json={"until": "2026-03-20T00:00:00Z"})
    world.approve(sent.json["request_id"], "leader")
    call("other_clerk", "POST", f"{here}/presented", json={"scans": stock[:1]})
    early = {"part": "OPERATOR", "person_id": world.other_clerk.person_id, "pin": world.pin}
    refused = call("other_clerk", "POST", f"{here}/attestations", json=early)
    assert (refused.status_code, refused.json["code"]) == (409, "not-all-presented")
    call("other_clerk", "POST", f"{here}/presented", json={"scans": stock[1:]})
    signed = call("other_clerk", "POST", f"{here}/attestations", json=early)
    assert (signed.json["state"], signed.json["missing"]["witnesses"]) == ("SUBMITTED", 1)
    witness = {"part": "WITNESS", "person_id": world.handler.person_id, "pin": world.pin}
    assert call("other_clerk", "POST", f"{here}/attestations", json=witness).json["state"] == "DESTROYED"
    told = call("clerk", "GET", here).json
    assert [one["copy_facts"]["state"] for one in told["copies"]] == ["DESTROYED", "DESTROYED"]
    paper = call("clerk", "GET", f"{here}/certificate")
    assert (paper.content_type, paper.data[:5]) == ("application/pdf", b"%PDF-")
    assert call("holder", "GET", here).status_code == 403


def test_a_list_is_given_up_and_a_copy_taken_off_by_program(world, call, stock):
    device = equipment.add_shredder(world.runtime, world.administrator, "碎纸机", "B1", "P-6")
    begun = call("clerk", "POST", "/destruction", json={"equipment_id": device, "reason": "over"})
    here = f"/destruction/{begun.json['id']}"
    call("clerk", "POST", f"{here}/copies", json={"scans": stock})
    code = call("clerk", "GET", here).json["copies"][0]["copy_facts"]["code"]
    assert call("clerk", "DELETE", f"{here}/copies/{code}").status_code == 204
    assert call("clerk", "GET", here).json["head"]["planned"] == 1
    assert call("clerk", "POST", f"{here}/cancellation").status_code == 204
    assert call("clerk", "GET", "/destruction").json["lists"][0]["state"] == "CANCELLED"


def test_papers_go_to_the_shredder_at_the_keyboard(world, run, stock, tmp_path):
    added = run("shredder", "add", "--as", "administrator", "碎纸机", "B1", "P-6")
    assert "Shredder 1 is registered." in added.output
    assert "1  P-6  碎纸机  B1" in run("destruction", "shredders", "--as", "clerk").output
    assert "List 1 is begun." in run("destruction", "open", "--as", "clerk", "1", "--reason", "over").output
    wrong = run("destruction", "add", "--as", "clerk", "1", *stock, "rubbish")
    assert (wrong.exit_code, wrong.output.count("taken"), "rubbish  code-wrong-length" in wrong.output) == (
        1,
        2,
        True,
    )
    sent = run("destruction", "submit", "--as", "clerk", "1")
    assert "waits for its approval" in sent.output
    request_id = sent.output.split("Request ")[1].split()[0]
    assert "APPROVED" in run("approval", "decide", "--as", "leader", request_id, answers="y\n").output
    assert run("destruction", "present", "--as", "other_clerk", "1", *stock).exit_code == 0
    sign = ("destruction", "attest", "--as", "other_clerk", "1")
    assert "pin-refused" in run(*sign, "operator", "S002", answers="000001\n").stderr
    assert "1 witnesses" in run(*sign, "operator", "S002", answers=f"{world.pin}\n").output
    assert "destroyed on record" in run(*sign, "witness", "S003", answers=f"{world.pin}\n").output
    paper = tmp_path / "certificate.pdf"
    assert run("destruction", "certificate", "--as", "clerk", "1", str(paper)).exit_code == 0
    assert paper.read_bytes().startswith(b"%PDF-")
    assert "DESTROYED" in run("destruction", "show", "--as", "clerk", "1").output


def test_an_end_without_a_time_zone_is_refused_in_words(call):
    refused = call("clerk", "POST", "/destruction/1/submission", json={"until": "2026-03-20T00:00"})
    assert (refused.status_code, refused.json["code"]) == (400, "request-invalid")
