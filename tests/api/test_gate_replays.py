"""Verdicts at gates judged again by program, at the keyboard and on pages, over one flow."""

import re

import pytest
import sqlalchemy as sa

from registry.models import GateEvent
from service.app import create_app
from service.flows import copies, making, printing, sending, signing_in
from tests.fixtures.handed import hand_out, open_gate
from tests.flows.test_gate import complete, scan
from tests.flows.test_sending import AtTheGate, en_route


@pytest.fixture
def visit(world):
    """Open a page as a person of the office, in Chinese."""
    app = create_app(world.runtime.settings, runtime=world.runtime)

    def as_person(part, path):
        client = app.test_client()
        secret = signing_in.sign_in(world.runtime, part, world.password, address="a").secret
        client.set_cookie("foliotrace-session", secret)
        return client.get(path)

    return as_person


@pytest.fixture
def red(world):
    """An attempt without a permit."""
    (code,) = hand_out(world)
    return scan(world, complete(world, open_gate(world), world.runtime.tokens.qr_text(code, 1))).event_id


@pytest.fixture
def changed(world, red):
    """The same, whose row was made to say that it might leave."""
    with world.runtime.database.transaction() as session:
        session.execute(
            sa.update(GateEvent).where(GateEvent.id == red).values(colour="GREEN", reason="may-leave")
        )
    return red


@pytest.fixture
def bags(world):
    """A bag that was let out, the broken seal of another, and a seal that no bag bears."""
    plant = sending.designate(world.runtime, world.administrator, "North plant", "Beijiao 12")
    request_id = world.approved(world.register(), copies=2)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * 2)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    rows = copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows
    en_route(world, plant, [row.copy.code for row in rows])
    door = AtTheGate(world)
    door.let_out("A-0001")
    assert door.scan("A-0002", seal=False, badges=("S003", "S005")) == "seal-broken"
    assert door.scan("A-0009") == "unknown-seal"


def test_what_is_in_order_is_said_to_be_at_every_door(call, run, visit, red):
    assert call("auditor", "GET", "/rules/replay/gates").json == {"total": 1, "unknown": 0, "different": []}
    assert call("auditor", "GET", f"/rules/replay/gates/{red}").json["is_same"] is True
    told = run("rules", "replay-gates", "--as", "auditor", str(red))
    assert (told.exit_code, f"attempt {red}: same; on record RED no-permit" in told.output) == (0, True)
    assert "全部 1 次查验结果相同" in visit("auditor", "/rules/replay/gates/").text
    assert "结果相同" in visit("auditor", f"/rules/replay/gates/{red}").text
    assert f"/rules/replay/gates/{red}" in visit("auditor", "/gate/log").text
    assert "/rules/replay/gates/" in visit("auditor", "/rules/replay").text


def test_a_row_that_was_changed_is_told_at_every_door(call, run, visit, changed):
    told = call("auditor", "GET", f"/rules/replay/gates/{changed}").json
    assert told == {
        "event_id": changed,
        "is_same": False,
        "differences": ["row-changed", "other-verdict"],
        "version": 1,
        "recorded_colour": "GREEN",
        "recorded_reason": "may-leave",
        "verdict": {"colour": "RED", "reason": "no-permit", "permit_id": None, "facts": {}},
    }
    assert call("auditor", "GET", "/rules/replay/gates").json["different"] == [told]
    keyboard = run("rules", "replay-gates", "--as", "auditor")
    assert keyboard.exit_code == 1
    assert "1 judged again, 1 come out otherwise, 0 kept too little" in keyboard.output
    assert "row-changed other-verdict; on record GREEN may-leave, again RED no-permit" in keyboard.output
    for path in ("/rules/replay/gates/", f"/rules/replay/gates/{changed}"):
        page = visit("auditor", path).text
        assert "门岗记录与存证账本的条目不一致。" in page
        assert "按规则得出的结论与记录的不同。" in page


def test_who_may_not_read_both_is_offered_nothing(call, visit, red):
    assert call("leader", "GET", "/rules/replay/gates").status_code == 403
    assert visit("leader", f"/rules/replay/gates/{red}").status_code == 403
    assert "/rules/replay/gates/" not in visit("leader", "/rules/replay").text
    assert "/rules/replay/gates/" not in visit("guard", "/gate/log").text
    assert call("auditor", "GET", "/rules/replay/gates/99").status_code == 404


def test_every_answer_in_the_gate_log_can_be_judged_again_those_to_bags_too(call, run, visit, red, bags):
    paths = re.findall(r"/rules/replay/gates/\d+", visit("auditor", "/gate/log").text)
    pages = [visit("auditor", path) for path in paths]
    assert [page.status_code for page in pages] == [200] * 5
    assert all("结果相同" in page.text for page in pages)
    strange, broken, left, *_ = (page.text for page in pages)
    assert "A-0009" in strange
    for page, seal, which in ((broken, "A-0002", "2/2"), (left, "A-0001", "1/2")):
        rows = [re.sub(r"\s*<[^>]+>\s*", " ", row).split() for row in page.split("<tr>")]
        assert {("清单", "D-000001", "D-000001"), ("封装袋", which, which), ("封条", seal, seal)} <= {
            tuple(row[:3]) for row in rows
        }
    again = call("auditor", "GET", paths[2]).json
    assert (again["is_same"], again["verdict"]["facts"]["bag"]) == (True, "1/2")
    assert call("auditor", "GET", "/rules/replay/gates").json == {"total": 5, "unknown": 0, "different": []}
    keyboard = run("rules", "replay-gates", "--as", "auditor", str(again["event_id"]))
    assert "same; on record GREEN bag-may-leave, again GREEN bag-may-leave" in keyboard.output


def test_a_bags_row_that_was_changed_is_told_with_its_seal(world, visit, bags):
    with world.runtime.database.transaction() as session:
        event = session.scalars(sa.select(GateEvent).where(GateEvent.reason == "bag-may-leave")).one()
        event.facts = event.facts | {"bag": "2/2"}
        event.direction = "ENTRY"
        path = f"/rules/replay/gates/{event.id}"
    assert "A-0001" in visit("auditor", "/rules/replay/gates/").text
    page = visit("auditor", path).text
    assert "门岗记录与存证账本的条目不一致。" in page
    assert "2/2" in page
    assert "1/2" in page
