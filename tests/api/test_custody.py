"""The counter by program and at the keyboard, over the same flow."""

import base64
import io

import pytest
from PIL import Image

from registry.rules.codes import human_code
from registry.rules.lifecycle import State
from registry.views import holdings
from service.flows import copies, making, printing
from tests.fixtures.handed import print_out, staff_no
from watermark import render_page


@pytest.fixture
def codes(world):
    """The codes of two copies of two pages in stock."""
    request_id = world.approved(world.register(), copies=2)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * 2)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    print_out(world, batch_id)
    return [row.copy.code for row in copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows]


def states(world, codes):
    with world.runtime.database.reading() as session:
        lines = holdings.desk_lines(session, codes)
    return [lines[code].copy.state for code in codes]


def test_a_stack_is_given_signed_for_claimed_and_returned_by_program(world, call, codes):
    mark = world.runtime.tokens.qr_text
    holder = staff_no(world, "holder")
    stack = [mark(code, 1) for code in codes]
    given = call("clerk", "POST", "/hand-overs", json={"scans": stack, "receiver": holder})
    assert given.status_code == 201
    here = f"/hand-overs/{given.json['id']}"
    assert call("handler", "GET", here).status_code == 404
    refused = call("clerk", "POST", f"{here}/pin", json={"pin": "000001"})
    assert (refused.status_code, refused.json["code"]) == (409, "pin-refused")
    signed = call("holder", "POST", f"{here}/pin", json={"pin": world.pin})
    assert (signed.json["state"], signed.json["method"]) == ("CONFIRMED", "PIN")
    assert call("holder", "GET", f"{here}/receipt").data.startswith(b"%PDF-")

    assert len(call("holder", "GET", "/holdings").json["holdings"]) == 2
    assert call("holder", "POST", f"/holdings/{codes[0]}/claim").status_code == 204
    assert states(world, codes) == [State.CLAIMED, State.HELD]
    said = call("clerk", "POST", f"/holdings/{codes[0]}/claim/dismissal", json={"reason": "not here"})
    assert said.status_code == 204

    back = {"scans": [*stack, mark(codes[1], 2)], "returned_by": holder, "every_page": True}
    unclear = call("clerk", "POST", "/returns", json=back)
    assert (unclear.status_code, unclear.json["code"]) == (409, "pages-unclear")
    taken = call("clerk", "POST", "/returns", json=back | {"despite_faults": True})
    found = call("clerk", "GET", f"/returns/{taken.json['id']}").json["copies"]
    assert [item["missing"] for item in found] == [[2], []]
    assert call("holder", "GET", f"/returns/{taken.json['id']}/receipt").data.startswith(b"%PDF-")
    assert states(world, codes) == [State.IN_STOCK] * 2


def test_a_signature_that_is_none_and_a_person_who_is_nobody_are_refused_by_program(world, call, codes):
    scans = [human_code(codes[0])]
    nobody = call("clerk", "POST", "/hand-overs", json={"scans": scans, "receiver": "S999"})
    assert (nobody.status_code, nobody.json["code"]) == (404, "staff-number-unknown")
    given = call("clerk", "POST", "/hand-overs", json={"scans": scans, "receiver": "S012"})
    for png in ("not base64", base64.b64encode(b"no picture").decode()):
        refused = call("clerk", "POST", f"/hand-overs/{given.json['id']}/signature", json={"png": png})
        assert (refused.status_code, refused.json["code"]) == (400, "signature-unfit")
    assert call("clerk", "POST", f"/hand-overs/{given.json['id']}/withdrawal").status_code == 204
    assert states(world, codes) == [State.IN_STOCK] * 2


def scan_of(world, code):
    """Return the two pages of a copy as a scanner stores them, a blank one, and the first once more."""
    file = making.copy_file(world.runtime, code)
    pages = [Image.fromarray(render_page(file, number, 150, gray=True)) for number in (1, 2)]
    target = io.BytesIO()
    blank = Image.new("L", pages[0].size, 255)
    pages[0].save(target, "TIFF", save_all=True, append_images=[pages[1], blank, pages[0]])
    return target.getvalue()


def test_a_scan_of_a_stack_is_read_by_program_and_at_the_keyboard(world, call, run, codes, tmp_path):
    file = scan_of(world, codes[0])
    body = {"files": [base64.b64encode(file).decode()]}
    read = call("clerk", "POST", "/stack-scans", json=body)
    assert [(sheet["note"], sheet["page"]) for sheet in read.json["sheets"]] == [
        ("qr", 1),
        ("qr", 2),
        ("blank", None),
        ("twice", 1),
    ]
    assert read.json["scans"] == [world.runtime.tokens.qr_text(codes[0], page) for page in (1, 2)]
    assert call("handler", "POST", "/stack-scans", json=body).status_code == 403
    no_picture = {"files": [base64.b64encode(b"no picture").decode()]}
    refused = call("clerk", "POST", "/stack-scans", json=no_picture)
    assert (refused.status_code, refused.json["code"]) == (422, "unusable-picture")
    (tmp_path / "scan.tif").write_bytes(file)
    told = run("counter", "read-scan", "--as", "clerk", str(tmp_path / "scan.tif")).output.splitlines()[1:]
    assert told[0] == f"1  qr  {human_code(codes[0])} p. 1"
    assert told[2] == "3  blank  -"
    assert told[4:] == [f"+ {text}" for text in read.json["scans"]]


def test_a_loan_is_signed_for_passed_on_and_taken_back_at_the_keyboard(world, run, codes):
    code = human_code(codes[0])
    holder, handler = staff_no(world, "holder"), staff_no(world, "handler")
    lent = run("counter", "give", "--as", "clerk", "--to", holder, "--due", "2099-01-01T18:00", code)
    assert lent.output.endswith("Hand-over 1 waits for the receiver's signature.\n")
    signed = run("counter", "confirm", "--as", "clerk", "1", answers=f"{world.pin}\n")
    assert code in signed.output
    assert world.pin not in signed.output
    assert "due 2099-01-01 18:00" in run("counter", "holdings", "--as", "holder").output
    passed = run("counter", "transfer", "--as", "clerk", "--to", handler, code)
    assert passed.exit_code == 0
    assert run("counter", "confirm", "--as", "handler", "2", answers=f"{world.pin}\n").exit_code == 0
    taken = run("counter", "take-back", "--as", "clerk", "--from", handler, code)
    assert taken.output.endswith("000001  whole\n")
    assert states(world, codes) == [State.IN_STOCK] * 2


def test_a_refusal_at_the_keyboard_says_its_code_and_changes_nothing(world, run, codes):
    refused = run("counter", "take-back", "--as", "clerk", "--from", "S012", human_code(codes[0]))

    assert refused.exit_code == 1
    assert "impossible-step" in refused.output
