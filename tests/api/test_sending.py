"""Papers go to the plant by program and at the keyboard, over the same flow."""

import base64

import pytest

from registry.rules.codes import human_code
from service.flows import copies, destroying, making, printing, sending
from service.times import local
from tests.fixtures.handed import open_gate
from tests.fixtures.papers import draw_pdf

UNTIL = "2026-03-20T00:00:00Z"


@pytest.fixture
def stock(world):
    """The typed codes of two copies in stock."""
    request_id = world.approved(world.register(), copies=2)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * 2)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    rows = copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows
    return [human_code(row.copy.code) for row in rows]


def test_papers_go_to_the_plant_by_program(world, call, stock):
    made = call("administrator", "POST", "/plants", json={"name": "销毁中心", "place": "北郊"})
    assert (
        made.status_code,
        call("clerk", "POST", "/plants", json={"name": "x", "place": "y"}).status_code,
    ) == (
        201,
        403,
    )
    (told,) = call("clerk", "GET", "/plants").json["plants"]
    assert told == {"id": made.json["id"], "name": "销毁中心", "place": "北郊", "active": True}
    both = call("clerk", "POST", "/destruction", json={"equipment_id": 1, "plant_id": 1, "reason": "over"})
    assert (both.status_code, both.json["code"]) == (400, "not-one-route")
    begun = call("clerk", "POST", "/destruction", json={"plant_id": told["id"], "reason": "over"})
    here = f"/destruction/{begun.json['id']}"
    call("clerk", "POST", f"{here}/copies", json={"scans": stock})
    world.approve(
        call("clerk", "POST", f"{here}/submission", json={"until": UNTIL}).json["request_id"], "leader"
    )
    for code, seal in zip(stock, ("A-0001", "A-0002"), strict=True):
        call("other_clerk", "POST", f"{here}/presented", json={"scans": [code]})
        assert call("other_clerk", "POST", f"{here}/bags", json={"seal": seal}).status_code == 201
    astray = call("other_clerk", "POST", f"{here}/astray", json={"scan": stock[0], "what": "on the floor"})
    assert astray.status_code == 204
    bags = call("clerk", "GET", here).json["bags"]
    assert [(bag["seal"], bag["state"], bag["copies"]) for bag in bags] == [
        ("A-0001", "STOPPED", 0),
        ("A-0002", "SEALED", 1),
    ]
    opening = {"reason": "stopped", "second_id": world.handler.person_id, "pin": world.pin}
    assert call("clerk", "POST", f"/bags/{bags[0]['id']}/opening", json=opening).status_code == 204
    call("other_clerk", "POST", f"{here}/presented", json={"scans": stock[:1]})
    packers = [one["presented_by"] for one in call("clerk", "GET", here).json["copies"]]
    assert [one["staff_no"] for one in packers] == ["S002", "S002"]
    empty = call("clerk", "POST", f"{here}/bags", json={"seal": "A-0003"})
    assert (empty.status_code, empty.json["code"]) == (409, "bag-empty")
    key = {"Idempotency-Key": "one"}
    first = call("other_clerk", "POST", f"{here}/bags", json={"seal": "A-0003"}, headers=key)
    again = call("other_clerk", "POST", f"{here}/bags", json={"seal": "A-0003"}, headers=key)
    assert (first.json, again.status_code) == (again.json, 201)
    for who, missing in (("handler", 1), ("manager", 0)):
        sign = {"part": "ESCORT", "person_id": world.actors[who].person_id, "pin": world.pin}
        signed = call("other_clerk", "POST", f"{here}/attestations", json=sign).json
        assert signed["missing"]["escorts"] == missing
    assert signed["state"] == "EN_ROUTE"
    (transport,) = call("guard", "GET", "/transports").json["transports"]
    assert [bag["seal"] for bag in transport["bags"]] == ["A-0002", "A-0003"]
    let_out(world, call, "A-0002", "A-0003")
    receipt = {
        "number": "R-1",
        "destroyed_at": world.now.isoformat(),
        "weight_g": 900,
        "arrivals": {"A-0002": "INTACT", "A-0003": "MISSING"},
        "scan": base64.b64encode(draw_pdf(1)).decode(),
    }
    world.later(minutes=5)
    short = call("other_clerk", "POST", f"{here}/receipt", json={**receipt, "arrivals": {"A-0002": "INTACT"}})
    assert (short.status_code, short.json["code"]) == (400, "seals-differ")
    assert call("other_clerk", "POST", f"{here}/receipt", json=receipt).json == {
        "planned": 2,
        "bagged": 2,
        "destroyed": 1,
        "unaccounted": 1,
        "kept": 0,
        "difference": 0,
    }
    story = call("clerk", "GET", here).json
    assert sorted(one["ended_as"] for one in story["copies"]) == ["DESTROYED", "UNACCOUNTED"]
    assert (story["receipt"]["number"], story["head"]["state"]) == ("R-1", "DESTROYED")
    assert call("clerk", "GET", f"{here}/receipt").data[:5] == b"%PDF-"
    assert call("clerk", "GET", f"{here}/certificate").data[:5] == b"%PDF-"
    found = call("officer", "GET", "/bag-incidents").json["incidents"]
    assert [one["fault"] for one in found] == ["BAG_MISSING", "COPY_ASTRAY"]
    settle = f"/bag-incidents/{found[0]['id']}/settlement"
    assert call("officer", "POST", settle, json={"measures": "asked the plant"}).status_code == 204
    assert call("officer", "POST", settle, json={"measures": "again"}).status_code == 409
    assert call("administrator", "POST", f"/plants/{told['id']}/closing").status_code == 204


def let_out(world, call, *seals):
    gate_id = open_gate(world)
    for number, seal in enumerate(seals, 1):
        seen = {
            "attempt": f"00000000-0000-4000-8000-{number:012d}",
            "gate": gate_id,
            "direction": "EXIT",
            "source": "GUN",
            "device": "d",
            "raw": seal,
        }
        asked = call("guard", "POST", "/gate/attempts", json=seen).json
        assert (asked["colour"], "seal" in asked["needs"]) == ("AMBER", True)
        answer = {**seen, "carriers": ["S003", "S005"], "seal_intact": True}
        assert call("guard", "POST", "/gate/attempts", json=answer).json["reason"] == "bag-may-leave"
    logged = call("guard", "GET", "/gate/events").json["events"][0]
    assert (logged["seal"], logged["code"]) == (seals[-1], None)


def test_papers_go_to_the_plant_at_the_keyboard(world, run, stock, tmp_path):
    assert "Plant 1 is designated." in run("plant", "add", "--as", "administrator", "中心", "北郊").output
    assert "1  in use  中心  北郊" in run("plant", "list", "--as", "clerk").output
    run("destruction", "open", "--as", "clerk", "--plant", "1", "--reason", "over")
    run("destruction", "add", "--as", "clerk", "1", *stock)
    sent = run("destruction", "submit", "--as", "clerk", "1").output
    run("approval", "decide", "--as", "leader", sent.split("Request ")[1].split()[0], answers="y\n")
    run("destruction", "present", "--as", "other_clerk", "1", *stock)
    assert "scanned by S002" in run("destruction", "show", "--as", "clerk", "1").output
    assert "Bag 1 is closed." in run("plant", "seal", "--as", "other_clerk", "1", "A-0001").output
    opened = ("plant", "open", "--as", "other_clerk", "1", "S003", "--reason", "label")
    assert "The bag is open" in run(*opened, answers=f"{world.pin}\n").output
    run("destruction", "present", "--as", "other_clerk", "1", *stock)
    run("plant", "seal", "--as", "other_clerk", "1", "A-0002")
    astray = run("plant", "astray", "--as", "other_clerk", "1", "rubbish", "x")
    assert "code-wrong-length" in astray.stderr
    sign = ("destruction", "attest", "--as", "other_clerk", "1", "escort")
    assert "1 escorts" in run(*sign, "S003", answers=f"{world.pin}\n").output
    assert "The escorts have the bags." in run(*sign, "S005", answers=f"{world.pin}\n").output
    assert "A-0002 HANDED" in run("plant", "transports", "--as", "guard").output
    out = ("gate", "scan", "--as", "guard", "--gate", str(open_gate(world)), "--direction", "out")
    badges = ("--carrier", "S003", "--carrier", "S005", "--seal", "intact")
    assert "bag-may-leave" in run(*out, *badges, "A-0002").output
    scan = tmp_path / "receipt.pdf"
    scan.write_bytes(draw_pdf(1))
    received = run(
        *("plant", "receive", "--as", "other_clerk", "1", "R-1", str(scan)),
        *("--at", minute_of_the_hand_over(world), "--weight-g", "900", "--intact", "A-0002"),
    )
    assert "planned 2, destroyed 2, unaccounted 0, kept 0, difference 0" in received.output
    assert "DESTROYED" in run("destruction", "show", "--as", "clerk", "1").output
    assert run("plant", "incidents", "--as", "officer").output == "Password of officer: \n"
    kept = tmp_path / "kept.pdf"
    assert "written to" in run("plant", "receipt-scan", "--as", "clerk", "1", str(kept)).output
    assert kept.read_bytes() == scan.read_bytes()
    assert "unknown-row" in run("plant", "settle", "--as", "officer", "1", "x").stderr
    assert "Nothing is sent there" in run("plant", "close", "--as", "administrator", "1").output
    assert sending.list_plants(world.runtime) == ()


def minute_of_the_hand_over(world):
    """Return the minute in which the bags were handed over as somebody types it, in the company's zone."""
    handed_at = destroying.get_list(world.runtime, world.clerk, 1).handed_at
    return f"{local(handed_at, world.runtime.settings):%Y-%m-%d %H:%M}"
