"""Print runs and copies by program."""

import pytest

from service.flows import equipment
from service.flows.handlers import HANDLERS
from service.worker import work_one


@pytest.fixture
def batch_id(world, call):
    """A print run of three copies, ordered by program and made."""
    order = {"request_id": world.approved(world.register()), "recipients": [None, None, None]}
    answer = call("clerk", "POST", "/batches", json=order)
    assert answer.status_code == 201
    work_one(world.runtime, HANDLERS, "test:1:api")
    return answer.json["batch_id"]


def test_a_run_is_ordered_watched_and_released_once(call, batch_id):
    told = call("clerk", "GET", f"/batches/{batch_id}").json
    assert (told["batch"]["state"], told["batch"]["made"]) == ("READY", 3)
    assert [row["copy_facts"]["copy_no"] for row in told["copies"]] == [1, 2, 3]

    file = call("clerk", "POST", f"/batches/{batch_id}/release")
    assert (file.status_code, file.content_type) == (200, "application/pdf")
    assert file.headers["Content-Disposition"] == f"attachment; filename=print-run-{batch_id}.pdf"
    again = call("clerk", "POST", f"/batches/{batch_id}/release")
    assert (again.status_code, again.json["code"]) == (409, "already-released")
    assert again.json["next_step"]


def test_an_order_sent_twice_under_one_key_is_one_print_run(world, call):
    order = {"request_id": world.approved(world.register()), "recipients": [None]}
    key = {"Idempotency-Key": "order-1"}
    first, second = (call("clerk", "POST", "/batches", json=order, headers=key) for _ in range(2))
    assert first.json == second.json
    assert len(call("clerk", "GET", "/batches").json["batches"]) == 1


def test_misprints_are_replaced(call, batch_id):
    call("clerk", "POST", f"/batches/{batch_id}/release")
    codes = [row["copy_facts"]["code"] for row in call("clerk", "GET", f"/batches/{batch_id}").json["copies"]]
    answer = call("clerk", "POST", "/misprints", json={"codes": codes[:2], "reason": "jam"})
    assert answer.status_code == 201
    assert set(answer.json["replacements"]) == set(codes[:2])
    spoiled = call("clerk", "GET", f"/copies/{codes[0]}").json
    assert spoiled["copy_facts"]["state"] == "SPOILED"
    assert spoiled["replaced_by"] == answer.json["replacements"][codes[0]]


def test_a_copy_is_found_by_its_mark(world, call, batch_id):
    code = call("clerk", "GET", f"/batches/{batch_id}").json["copies"][0]["copy_facts"]["code"]
    mark = world.runtime.tokens.qr_text(code, 2)
    assert call("clerk", "GET", "/copies/find", query_string={"q": mark}).json == {"code": code}
    forged = mark[:-1] + ("0" if mark[-1] != "0" else "1")
    refused = call("clerk", "GET", "/copies/find", query_string={"q": forged})
    assert (refused.status_code, refused.json["code"]) == (400, "forged-mark")


def test_foreign_copies_and_runs_are_not_there(call, batch_id):
    code = call("clerk", "GET", f"/batches/{batch_id}").json["copies"][0]["copy_facts"]["code"]
    assert call("holder", "GET", f"/copies/{code}").status_code == 404
    assert call("other_handler", "GET", f"/batches/{batch_id}").status_code == 404
    assert call("other_handler", "GET", "/batches").json == {"batches": []}
    assert call("holder", "GET", f"/batches/{batch_id}").status_code == 403


@pytest.mark.parametrize("part", ["handler", "leader", "holder", "auditor", "officer", "administrator"])
def test_only_clerks_print_release_and_spoil(call, batch_id, part):
    for path, body in (
        ("/batches", {"request_id": 1, "recipients": [None]}),
        (f"/batches/{batch_id}/release", None),
        (f"/batches/{batch_id}/give-up", None),
        ("/misprints", {"codes": ["0"], "reason": "jam"}),
    ):
        answer = call(part, "POST", path, json=body) if body else call(part, "POST", path)
        assert answer.status_code == 403


def test_the_mark_of_a_page_is_drawn_for_clerks_only(call, batch_id):
    code = call("clerk", "GET", f"/batches/{batch_id}").json["copies"][0]["copy_facts"]["code"]
    drawn = call("clerk", "GET", f"/copies/{code}/pages/1/qr")
    assert drawn.content_type == "image/svg+xml"
    assert call("leader", "GET", f"/copies/{code}/pages/1/qr").status_code == 403
    assert call("clerk", "GET", f"/copies/{code}/pages/3/qr").status_code == 400


def test_a_copy_is_reported_missing(call, batch_id):
    code = call("clerk", "GET", f"/batches/{batch_id}").json["copies"][0]["copy_facts"]["code"]
    told = {"step": "MISS", "reason": "not in the cabinet"}
    assert call("clerk", "POST", f"/copies/{code}/reports", json=told).json == {"state": "UNACCOUNTED"}
    again = call("clerk", "POST", f"/copies/{code}/reports", json=told)
    assert (again.status_code, again.json["code"]) == (409, "impossible-step")


def test_a_run_goes_on_after_a_jam_and_its_spoiled_sheet_is_destroyed(world, call, batch_id):
    wanted = {"duplex": False, "faces": True, "arrangement": "BY_RECIPIENT"}
    file = call("clerk", "POST", f"/batches/{batch_id}/attempts", json=wanted)
    assert (file.status_code, file.content_type) == (200, "application/pdf")
    assert file.data.startswith(b"%PDF-")  # only what has left whole is sent
    (first,) = call("clerk", "GET", f"/batches/{batch_id}/attempts").json["attempts"]
    assert (first["state"], first["duplex"], first["faces"]) == ("SENT", False, True)
    assert [(one["first"], one["last"]) for one in first["sheets"]] == [(1, 3), (4, 6), (7, 9)]

    early = call("clerk", "POST", f"/batches/{batch_id}/attempts", json={})
    assert (early.status_code, early.json["code"]) == (409, "attempt-open")
    told = {"last_good": "4", "spoiled": 1, "reason": "paper jam"}
    assert call("clerk", "POST", f"/batches/{batch_id}/attempts/1/stop", json=told).status_code == 204
    again = call("clerk", "POST", f"/batches/{batch_id}/attempts/1/stop", json=told)
    assert (again.status_code, again.json["code"]) == (409, "impossible-attempt-step")
    rest = call("clerk", "POST", f"/batches/{batch_id}/attempts", json={})
    assert rest.headers["Content-Disposition"] == f"attachment; filename=print-run-{batch_id}-2.pdf"
    assert rest.data.startswith(b"%PDF-")
    assert call("clerk", "POST", f"/batches/{batch_id}/attempts/2/finish").status_code == 204
    assert call("clerk", "POST", f"/batches/{batch_id}/attempts/2/job").json == {"place": "NOBODY_KNOWS"}

    (sheet,) = call("clerk", "GET", "/spoiled-sheets").json["sheets"]
    assert (sheet["sheet"], sheet["pages"], sheet["copy_no"]) == (5, "1", 2)
    shredder = equipment.add_shredder(world.runtime, world.administrator, "S", "B1", "P-6")
    watcher = {"person_id": world.manager.person_id, "pin": world.pin}
    gone = {"sheet_ids": [sheet["id"]], "equipment_id": shredder, "witnesses": [watcher]}
    assert call("clerk", "POST", "/spoiled-sheets/destruction", json=gone).status_code == 204
    assert call("clerk", "GET", "/spoiled-sheets").json == {"sheets": []}


def test_a_printer_that_is_not_there_uses_nothing_up(call, batch_id):
    refused = call("clerk", "POST", f"/batches/{batch_id}/attempts", json={"printer": "no such"})
    assert (refused.status_code, refused.json["code"]) == (404, "unknown-printer")
    assert call("clerk", "GET", f"/batches/{batch_id}").json["batch"]["state"] == "READY"


@pytest.mark.parametrize("part", ["handler", "leader", "holder", "auditor"])
def test_only_clerks_say_what_came_out(call, batch_id, part):
    call("clerk", "POST", f"/batches/{batch_id}/release")
    for path, body in (
        (f"/batches/{batch_id}/attempts", {}),
        (f"/batches/{batch_id}/attempts/1/stop", {"last_good": "1", "spoiled": 1, "reason": "jam"}),
        (f"/batches/{batch_id}/attempts/1/finish", {}),
        (f"/batches/{batch_id}/attempts/1/job", {}),
    ):
        assert call(part, "POST", path, json=body).status_code == 403
