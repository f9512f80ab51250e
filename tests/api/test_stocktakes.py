"""Stocktakes by program and at the keyboard, over the same flow."""

import pytest

from registry.rules.codes import human_code
from tests.fixtures.handed import hand_out


@pytest.fixture
def held(world):
    """The typed codes of two copies that the holder has signed for."""
    return [human_code(code) for code in hand_out(world, count=2)]


def test_a_count_is_begun_scanned_and_closed_by_program(world, call, held):
    wanted = {"scope": {"place": "HANDS", "holder_id": world.holder.person_id}, "reason": "he is leaving"}
    begun = call("clerk", "POST", "/stocktakes", json=wanted)
    assert begun.status_code == 201
    here = f"/stocktakes/{begun.json['id']}"
    answers = call("clerk", "POST", f"{here}/scans", json={"scans": [held[0], held[0], "rubbish"]}).json
    assert [one["bucket"] for one in answers["answers"]] == ["EXPECTED", "ALREADY_COUNTED", "UNKNOWN"]
    second = {"person_id": world.handler.person_id, "pin": world.pin, "second_count": 2}
    refused = call("clerk", "POST", f"{here}/closing", json=second)
    assert (refused.status_code, refused.json["code"]) == (409, "second-count-differs")
    closed = call("clerk", "POST", f"{here}/closing", json=second | {"second_count": 1})
    assert (closed.json["expected"], closed.json["found"], closed.json["missing"]) == (2, 1, 1)
    told = call("auditor", "GET", here).json
    (missed,) = told["missed"]
    assert missed["holder"]["id"] == world.holder.person_id
    code = missed["copy_facts"]["code"]
    assert call("clerk", "POST", f"{here}/missing", json={"code": code, "reason": "gone"}).status_code == 204
    assert call("clerk", "GET", here).json["missed"][0]["copy_facts"]["state"] == "UNACCOUNTED"
    paper = call("clerk", "GET", f"{here}/report")
    assert (paper.content_type, paper.data[:5]) == ("application/pdf", b"%PDF-")
    assert call("clerk", "GET", "/stocktakes").json["stocktakes"][0]["state"] == "CLOSED"


def test_a_scope_that_contradicts_itself_is_a_problem(call, world):
    wanted = {"scope": {"place": "SHELF", "holder_id": world.holder.person_id}, "reason": "check"}
    refused = call("clerk", "POST", "/stocktakes", json=wanted)
    assert (refused.status_code, refused.json["code"]) == (400, "invalid-scope")
    assert call("handler", "POST", "/stocktakes", json=wanted).status_code == 403


def test_the_same_stack_sent_twice_under_one_key_is_counted_once(call, world, held):
    begun = call("clerk", "POST", "/stocktakes", json={"scope": {"place": "HANDS"}, "reason": "check"})
    here = f"/stocktakes/{begun.json['id']}"
    sent = {"json": {"scans": held}, "headers": {"Idempotency-Key": "stack-1"}}
    first, again = (call("clerk", "POST", f"{here}/scans", **sent) for _ in range(2))
    assert first.json == again.json
    tally = call("clerk", "GET", here).json["head"]["tally"]
    assert (tally["found"], tally["already_counted"]) == (2, 0)
    gone = call("clerk", "POST", f"{here}/cancellation", json={"reason": "wrong room"})
    assert gone.status_code == 204


def test_a_count_at_the_keyboard(world, run, held, tmp_path):
    staff_no = "S012"
    begun = run("stocktake", "begin", "--as", "clerk", "hands", "--reason", "check", "--holder", staff_no)
    assert begun.exit_code == 0, begun.output
    assert "Stocktake 1 is begun." in begun.output
    counted = run("stocktake", "count", "--as", "clerk", "1", held[0], "rubbish")
    assert f"{held[0]}  EXPECTED" in counted.output
    assert "rubbish  UNKNOWN" in counted.output
    closed = run("stocktake", "close", "--as", "clerk", "1", "1", "S003", answers=f"{world.pin}\n")
    assert "2 expected = 1 found + 1 missing" in closed.output
    assert held[1] in run("stocktake", "show", "--as", "auditor", "1").output
    target = tmp_path / "report.pdf"
    assert run("stocktake", "report", "--as", "clerk", "1", str(target)).exit_code == 0
    assert target.read_bytes().startswith(b"%PDF-")
