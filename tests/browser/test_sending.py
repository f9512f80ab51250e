"""Papers leave for the plant in real pages: packed with a scanner, signed for, let out by the guard, receipted."""

import re

import pytest
from playwright.sync_api import expect

from service.flows import copies, destroying, making, printing, sending
from service.times import local
from tests.fixtures.handed import open_gate
from tests.fixtures.papers import draw_pdf

pytestmark = pytest.mark.browser


@pytest.fixture
def codes(world):
    """The codes of three copies in stock; a plant is designated."""
    sending.designate(world.runtime, world.administrator, "北郊销毁中心 North plant", "Beijiao")
    request_id = world.approved(world.register(), copies=3)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * 3)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    return [row.copy.code for row in copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows]


def type_and_enter(page, text):
    """Type like a hand scanner: keys, then Enter, whatever has the focus."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def escort(page, world, staff_no):
    page.fill("#staff_no", staff_no)
    for digit in world.pin:
        page.locator(f".pin-keys [data-digit='{digit}']").click()
    page.get_by_role("button", name="Vouch in person").click()


def begin(page, scans):
    """List copies for the plant and ask for approval."""
    page.goto("/destruction/")
    page.select_option("#route", "plant-1")
    page.fill("#reason", "the meeting is over")
    page.get_by_role("button", name="Begin the list").click()
    page.wait_for_url(re.compile(r"/destruction/\d+$"))
    for number, raw in enumerate(scans, 1):
        type_and_enter(page, raw)
        expect(page.locator(".order-quantity")).to_have_text(str(number))
    page.get_by_role("button", name="Seal and ask for approval").click()
    expect(page.locator(".page-head .state")).to_have_text("sealed")


def pack(page, world, list_id, scans):
    """Scan copies into two bags, their seals after them, and let two escorts sign."""
    page.goto(f"/destruction/{list_id}")
    for raw in scans[:2]:
        type_and_enter(page, raw)
    expect(page.get_by_text("of 3 scanned; 2 in your open bag")).to_be_visible()
    type_and_enter(page, "FT-000317")
    expect(page.get_by_text("The bag is closed with seal FT-000317.")).to_be_visible()
    type_and_enter(page, scans[0])
    expect(page.get_by_text("on record in the bag with seal FT-000317, and lies here")).to_be_visible()
    type_and_enter(page, scans[2])
    type_and_enter(page, "FT-000318")
    expect(page.locator("#bags tbody tr")).to_have_count(2)
    escort(page, world, "S003")
    expect(page.get_by_text("The signature is recorded.")).to_be_visible()
    escort(page, world, "S005")
    expect(page.locator(".page-head .state")).to_have_text("on its way to the plant")


def let_out(page):
    """Scan both seals at the gate; the badges are asked for once."""
    page.goto("/gate/")
    page.get_by_label("East gate").check()
    page.get_by_role("button", name="Stand at this gate").click()
    page.wait_for_load_state("load")  # until then no script listens
    type_and_enter(page, "FT-000317")
    expect(page.get_by_text("Who takes this bag, and is its seal unbroken?")).to_be_visible()
    page.fill("#gate-carrier", "S003 S005")
    page.get_by_label("Seal unbroken, number as shown").check()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("This bag may leave for the plant.")).to_be_visible()
    type_and_enter(page, "FT-000318")
    expect(page.locator("[data-ask=carrier]")).to_be_hidden()
    page.get_by_label("Seal unbroken, number as shown").check()
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("[data-gate-log] li")).to_have_count(2)


def enter_receipt(page, list_id, destroyed_at, scan):
    """Enter that one bag arrived intact and the other broken."""
    page.goto(f"/destruction/{list_id}")
    for seal, what in (("FT-000317", "Seal intact"), ("FT-000318", "Seal broken")):
        page.locator("#receipt fieldset").filter(has_text=seal).get_by_text(what).click()
    page.fill("#number", "R-17")
    page.fill("#destroyed_at", destroyed_at)
    page.fill("#weight_kg", "1.25")
    page.set_input_files("#scan", str(scan))
    page.get_by_role("button", name="Enter the receipt").click()
    expect(page.get_by_text("Copies are unaccounted for")).to_be_visible()
    expect(page.locator(".page-head .state")).to_have_text("destroyed")
    expect(page.get_by_text("planned 3 · destroyed 2 · unaccounted for 1")).to_be_visible()


def settle(page):
    """Say what was done about the broken seal."""
    page.goto("/plant/incidents")
    page.get_by_label("What was done about it").fill("the plant was asked")
    page.get_by_role("button", name="Settle").click()
    expect(page.get_by_text("the plant was asked")).to_be_visible()


def test_papers_go_from_the_first_scan_to_the_receipt(visit, world, codes, tmp_path):
    scans = [world.runtime.tokens.qr_text(code, 1) for code in codes]
    visit("clerk", lambda page: begin(page, scans))
    (row,) = destroying.lists(world.runtime, world.clerk)
    world.approve(destroying.get_list(world.runtime, world.clerk, row.id).request_id, "leader")
    visit("other_clerk", lambda page: pack(page, world, row.id, scans))
    open_gate(world)
    visit("guard", let_out)
    scan = tmp_path / "receipt.pdf"
    scan.write_bytes(draw_pdf(1))
    world.later(minutes=10)
    destroyed_at = f"{local(world.now, world.runtime.settings):%Y-%m-%dT%H:%M}"
    world.later(minutes=1)
    visit("other_clerk", lambda page: enter_receipt(page, row.id, destroyed_at, scan))
    visit("officer", settle)
