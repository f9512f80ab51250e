"""A program registers a document, asks for a print run, and another agrees, over the API."""

import base64

import pytest

from service.app import create_app
from service.flows import signing_in
from tests.fixtures.papers import draw_docx, draw_pdf, draw_picture, locked


@pytest.fixture
def call(world):
    """Call the API as a person of the office."""
    client = create_app(world.runtime.settings, runtime=world.runtime).test_client()
    secrets = {}

    def work(part, method, path, body=None, **headers):
        if part not in secrets:
            found = signing_in.sign_in(world.runtime, part, world.password, address="test")
            secrets[part] = found.secret
        bearer = {"Authorization": f"Bearer {secrets[part]}", **headers}
        return client.open(f"/api/v1{path}", method=method, json=body, headers=bearer)

    return work


@pytest.fixture
def budget(world):
    return {
        "doc_number": "财字〔2026〕7号",
        "title": "预算草案 Draft budget",
        "issuing_unit_id": world.units["FIN"],
        "level": "SECRET",
        "secrecy_period": "10年",
        "file": base64.b64encode(draw_pdf(pages=1)).decode(),
    }


WISH = {"copies": 5, "reason": "for the board meeting", "until": "2026-03-20T10:00:00Z"}


def test_the_whole_way_by_program(call, world, budget):
    answer = call("clerk", "POST", "/documents", budget)
    assert answer.status_code == 201
    document_id = answer.json["id"]
    told = call("handler", "POST", f"/documents/{document_id}/preview", WISH).json
    assert told["rule_id"] == "print-secret"
    assert told["must_agree"] == [
        {
            "role": "RESPONSIBLE_LEADER",
            "unit_id": None,
            "taken_by": None,
            "candidates": [world.leader.person_id],
        }
    ]
    request_id = call("handler", "POST", f"/documents/{document_id}/requests", WISH).json["id"]
    assert [row["id"] for row in call("leader", "GET", "/approvals").json["waiting"]] == [request_id]
    shown = call("leader", "GET", f"/approvals/{request_id}").json
    assert shown["order_hash"] == told["order_hash"]
    decision = {"agreed": True, "shown_hash": shown["order_hash"]}
    assert call("leader", "POST", f"/approvals/{request_id}/decision", decision).json == {"state": "APPROVED"}
    line = call("clerk", "GET", f"/documents/{document_id}").json["document"]
    assert (line["minted"], line["by_state"], line["conserved"]) == (0, {}, True)


def test_a_refused_file_answers_why(call, budget):
    budget["file"] = base64.b64encode(locked(draw_pdf(pages=1))).decode()
    answer = call("clerk", "POST", "/documents", budget)
    assert (answer.status_code, answer.json["code"]) == (422, "encrypted-file")
    assert answer.json["next_step"]


def test_an_office_file_without_a_converter_answers_what_to_install(call, budget, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = call("clerk", "POST", "/documents", budget | {"file": base64.b64encode(draw_docx()).decode()})
    assert (answer.status_code, answer.json["code"]) == (422, "converter-missing")
    assert "apt-get install libreoffice-writer" in answer.json["next_step"]


def test_a_picture_is_registered_and_its_name_is_judged(call, budget):
    picture = {"file": base64.b64encode(draw_picture()).decode(), "file_name": "budget.pdf"}
    document_id = call("clerk", "POST", "/documents", budget | picture).json["id"]
    told = call("clerk", "GET", f"/documents/{document_id}").json["findings"]
    assert [found["code"] for found in told] == ["name-misleads", "converted-from"]


def test_a_number_used_before_answers_which_document_has_it(call, budget):
    first = call("clerk", "POST", "/documents", budget).json["id"]
    answer = call("clerk", "POST", "/documents", budget | {"title": "另一份"})
    assert (answer.status_code, answer.json["code"]) == (409, "document-number-taken")
    assert answer.json["facts"]["document"] == first


def test_the_same_key_registers_once_and_answers_the_same(call, budget):
    one = call("clerk", "POST", "/documents", budget, **{"Idempotency-Key": "k1"})
    two = call("clerk", "POST", "/documents", budget, **{"Idempotency-Key": "k1"})
    assert (one.status_code, one.json) == (two.status_code, two.json)
    assert call("clerk", "GET", "/documents").json["total"] == 1


@pytest.mark.parametrize("part", ["other_manager", "guard", "administrator", "holder"])
def test_a_document_of_others_answers_404(call, budget, part):
    document_id = call("clerk", "POST", "/documents", budget).json["id"]
    assert call(part, "GET", f"/documents/{document_id}").status_code == 404
    assert call(part, "GET", "/documents").json["rows"] == []


def test_what_was_not_shown_is_not_decided(call, budget):
    document_id = call("clerk", "POST", "/documents", budget).json["id"]
    request_id = call("handler", "POST", f"/documents/{document_id}/requests", WISH).json["id"]
    decision = {"agreed": True, "shown_hash": "0" * 64}
    answer = call("leader", "POST", f"/approvals/{request_id}/decision", decision)
    assert (answer.status_code, answer.json["code"]) == (409, "order-changed")


def test_the_requester_takes_the_request_back(call, budget):
    document_id = call("clerk", "POST", "/documents", budget).json["id"]
    request_id = call("handler", "POST", f"/documents/{document_id}/requests", WISH).json["id"]
    assert call("leader", "POST", f"/approvals/{request_id}/withdrawal").status_code == 404
    assert call("handler", "POST", f"/approvals/{request_id}/withdrawal").status_code == 204
    assert call("handler", "GET", f"/approvals/{request_id}").json["request"]["state"] == "WITHDRAWN"
