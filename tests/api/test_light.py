"""A program keeps a document light: proposed name, content removed, brought back, the same call sent twice."""

import base64

import pytest

from tests.fixtures.papers import draw_pdf


def encoded(pdf):
    return base64.b64encode(pdf).decode()


@pytest.fixture
def body(world):
    return {
        "doc_number": "财字〔2026〕7号",
        "issuing_unit_id": world.units["FIN"],
        "level": "SECRET",
        "secrecy_period": "10年",
        "file": encoded(draw_pdf(pages=1)),
    }


def test_a_document_is_kept_light_removed_and_brought_back(call, world, body):
    name = call("clerk", "GET", "/code-names/free").json["code_name"]
    document_id = call("clerk", "POST", "/documents", json=body | {"code_name": name}).json["id"]
    told = call("clerk", "GET", f"/documents/{document_id}").json
    assert told["document"]["code_name"] == name
    assert told["document"]["title"].endswith(name)
    assert (told["light"]["content"], told["light"]["may_print"]) == ("KEPT", True)

    assert call("clerk", "POST", f"/documents/{document_id}/content/removal").status_code == 204
    assert call("clerk", "GET", f"/documents/{document_id}").json["light"]["content"] == "REMOVING"
    again = call("clerk", "POST", f"/documents/{document_id}/content", json={"file": body["file"]})
    assert (again.status_code, again.json["code"]) == (409, "content-being-removed")
    from service.flows import light

    light.clear(world.runtime, document_id)
    other = call("clerk", "POST", f"/documents/{document_id}/content", json={"file": encoded(draw_pdf(3))})
    assert (other.status_code, other.json["code"]) == (409, "another-file")
    key = {"Idempotency-Key": "back"}
    for _ in range(2):
        back = call(
            "clerk", "POST", f"/documents/{document_id}/content", json={"file": body["file"]}, headers=key
        )
        assert back.status_code == 204
    assert call("clerk", "GET", f"/documents/{document_id}").json["light"]["content"] == "KEPT"


def test_a_document_needs_a_title_or_a_code_name(call, body):
    refused = call("clerk", "POST", "/documents", json=body)
    assert (refused.status_code, refused.json["code"]) == (400, "missing-text")


def test_a_document_with_a_title_is_not_kept_light(call, body):
    document_id = call("clerk", "POST", "/documents", json=body | {"title": "Budget"}).json["id"]
    told = call("clerk", "GET", f"/documents/{document_id}").json
    assert (told["light"], told["document"]["code_name"]) == (None, None)
    removal = call("clerk", "POST", f"/documents/{document_id}/content/removal")
    assert removal.status_code == 404


@pytest.mark.parametrize("part", ["leader", "handler", "auditor", "guard"])
def test_only_the_registry_removes_and_brings_back(call, body, part):
    document_id = call("clerk", "POST", "/documents", json=body | {"code_name": "白鹭"}).json["id"]
    removal = call(part, "POST", f"/documents/{document_id}/content/removal")
    assert removal.status_code == 403
    back = call(part, "POST", f"/documents/{document_id}/content", json={"file": body["file"]})
    assert back.status_code == 403


def test_a_case_takes_no_original_of_nobody(call, body):
    refused = call("auditor", "POST", "/cases/1/originals", json={"file": body["file"]})
    assert refused.status_code == 404
    assert call("clerk", "POST", "/cases/1/originals", json={"file": body["file"]}).status_code == 403
    removal = call("auditor", "POST", "/cases/1/originals/removal")
    assert (removal.status_code, removal.json["code"]) == (404, "unknown-row")
    assert call("clerk", "POST", "/cases/1/originals/removal").status_code == 403
