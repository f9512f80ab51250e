"""The JSON door: typed, described, closed, and answered once per key."""

import pytest
import sqlalchemy as sa
from flask import Flask

from registry.errors import ConflictError
from service import idempotency
from service.api.area import Area, Model
from service.app import create_app
from service.flows import signing_in
from service.idempotency import IdempotencyRecord
from tests.service.conftest import PASSWORD


class Amount(Model):
    """What is counted."""

    copies: int


class Counted(Model):
    """How often it was counted."""

    times: int


@pytest.fixture
def counter() -> list[int]:
    return []


@pytest.fixture
def app(founded, counter) -> Flask:
    area = Area("counting", __name__)

    @area.operation("POST", "/counts/<int:shelf>", summary="Count.", body=Amount, answer=Counted, status=201)
    def count(shelf: int, body: Amount) -> Counted:
        counter.append(shelf * body.copies)
        if body.copies > 5:
            raise ConflictError("too many")
        if body.copies < 0:
            raise RuntimeError("crash")
        return Counted(times=len(counter))

    @area.operation("GET", "/counts", summary="Look.", query=Amount, answer=Counted)
    def look(query: Amount) -> Counted:
        return Counted(times=query.copies)

    app = create_app(founded.settings, runtime=founded)
    app.register_blueprint(area)
    return app


@pytest.fixture
def headers(founded) -> dict[str, str]:
    opened = signing_in.sign_in(founded, "admin", PASSWORD, address="192.0.2.7")
    return {"Authorization": f"Bearer {opened.secret}", "Accept-Language": "en"}


def count(client, headers, copies=2, key=None, shelf=1):
    sent = headers | ({"Idempotency-Key": key} if key else {})
    return client.post(f"/api/v1/counts/{shelf}", json={"copies": copies}, headers=sent)


def test_a_program_logs_in_acts_and_logs_out(client):
    opened = client.post("/api/v1/sessions", json={"login": "admin", "password": PASSWORD})
    assert opened.status_code == 201
    headers = {"Authorization": f"Bearer {opened.json['secret']}"}
    who = client.get("/api/v1/sessions/current", headers=headers)
    assert who.json["roles"] == ["HOLDER", "SYSTEM_ADMINISTRATOR"]
    assert client.delete("/api/v1/sessions/current", headers=headers).status_code == 204
    gone = client.get("/api/v1/sessions/current", headers=headers)
    assert (gone.status_code, gone.json["code"]) == (401, "login-required")


def test_a_refused_login_is_a_problem(client):
    answer = client.post("/api/v1/sessions", json={"login": "admin", "password": "x"})
    assert (answer.status_code, answer.json["code"]) == (401, "login-refused")
    assert answer.content_type == "application/problem+json"


def test_values_come_in_and_go_out_typed(client, headers):
    assert count(client, headers).json == {"times": 1}
    assert client.get("/api/v1/counts?copies=7", headers=headers).json == {"times": 7}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "copies: Field required"),
        ({"copies": "many"}, "copies: Input should be a valid integer, unable to parse string as an integer"),
        ({"copies": 1, "extra": 2}, "extra: Extra inputs are not permitted"),
        ([1], "body: Input should be a valid dictionary or instance of Amount"),
    ],
)
def test_another_shape_is_refused_with_its_place(client, headers, counter, body, problem):
    answer = client.post("/api/v1/counts/1", json=body, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (400, "request-invalid")
    assert answer.json["facts"]["problems"] == [problem]
    assert counter == []


def test_what_is_no_json_is_refused(client, headers):
    assert client.post("/api/v1/counts/1", data="copies=1", headers=headers).status_code == 415
    answer = client.post("/api/v1/counts/1", data="{", headers=headers | {"Content-Type": "application/json"})
    assert answer.json["facts"]["problems"] == ["the body is no JSON"]


def test_the_same_key_has_one_effect_and_one_answer(client, headers, counter):
    first, second = count(client, headers, key="a"), count(client, headers, key="a")
    assert counter == [2]
    assert first.json == second.json == {"times": 1}
    assert first.status_code == second.status_code == 201
    assert second.headers["Idempotency-Replayed"] == "true"
    assert count(client, headers, key="b").json == {"times": 2}


def test_a_refusal_is_repeated_too(client, headers, counter):
    first, second = count(client, headers, copies=6, key="a"), count(client, headers, copies=6, key="a")
    assert first.status_code == second.status_code == 409
    assert first.json == second.json
    assert counter == [6]


def test_a_crash_is_not_tried_again_under_the_same_key(client, headers, counter):
    first, second = count(client, headers, copies=-1, key="a"), count(client, headers, copies=-1, key="a")
    assert first.status_code == second.status_code == 500
    assert counter == [-1]


@pytest.mark.parametrize("changed", [{"copies": 3}, {"shelf": 2}])
def test_a_key_with_another_request_is_refused(client, headers, counter, changed):
    count(client, headers, key="a")
    answer = count(client, headers, key="a", **changed)
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency-key-reused")
    assert counter == [2]


def test_a_key_that_was_cut_off_is_never_worked_again(founded, client, headers, counter):
    count(client, headers, key="a")
    with founded.database.transaction() as session:
        session.execute(sa.update(IdempotencyRecord).values(status=None))
    answer = count(client, headers, key="a")
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency-key-open")
    assert counter == [2]


def test_a_key_belongs_to_one_account(founded, client, headers):
    count(client, headers, key="a")
    other = signing_in.sign_in(founded, "officer", PASSWORD, address="192.0.2.7")
    assert count(client, {"Authorization": f"Bearer {other.secret}"}, key="a").json == {"times": 2}


@pytest.mark.parametrize("key", ["x" * 129, "\x7f"])
def test_an_unfit_key_is_refused(client, headers, counter, key):
    assert count(client, headers, key=key).json["code"] == "idempotency-key-unfit"
    assert counter == []


def test_old_keys_are_forgotten(founded, client, headers, clock):
    count(client, headers, key="a")
    clock.pass_by(days=8)
    with founded.database.transaction() as session:
        idempotency.forget_old(session, now=clock.now)
        assert session.scalar(sa.select(sa.func.count()).select_from(IdempotencyRecord)) == 0


def test_the_description_tells_every_call(client):
    told = client.get("/api/v1/openapi.json").json
    assert told["openapi"] == "3.1.0"
    call = told["paths"]["/api/v1/counts/{shelf}"]["post"]
    assert call["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Amount"
    }
    assert call["responses"]["201"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Counted"
    }
    assert "application/problem+json" in call["responses"]["default"]["content"]
    assert {(each["name"], each["in"]) for each in call["parameters"]} == {
        ("shelf", "path"),
        ("Idempotency-Key", "header"),
    }
    look = told["paths"]["/api/v1/counts"]["get"]
    assert look["parameters"] == [
        {"name": "copies", "in": "query", "required": True, "schema": {"title": "Copies", "type": "integer"}}
    ]
    assert told["paths"]["/api/v1/sessions"]["post"]["security"] == []
    assert set(told["components"]["schemas"]) >= {"Amount", "Counted", "Problem", "Login"}


def test_every_reference_of_the_description_leads_somewhere(client):
    import json
    import re

    told = client.get("/api/v1/openapi.json").json
    named = set(re.findall(r"#/components/schemas/([\w.-]+)", json.dumps(told)))
    assert named
    assert named <= set(told["components"]["schemas"])


def test_every_call_of_the_api_is_described(app, client):
    told = client.get("/api/v1/openapi.json").json
    described = {(method.upper(), path) for path, calls in told["paths"].items() for method in calls}
    routed = set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") and rule.rule != "/api/v1/openapi.json":
            path = __import__("re").sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            routed |= {(method, path) for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert described == routed
