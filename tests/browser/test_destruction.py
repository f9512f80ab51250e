"""Papers end in real pages: listed and scanned again with a scanner, approved by another, vouched for with PINs."""

import io
import re

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from registry.rules.codes import human_code
from service.flows import copies, equipment, making, printing

pytestmark = pytest.mark.browser


@pytest.fixture
def codes(world):
    """The codes of three copies in stock; a fine shredder is there."""
    equipment.add_shredder(world.runtime, world.administrator, "粉碎机 Shredder", "B1", "P-6")
    request_id = world.approved(world.register(), copies=3)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * 3)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    return [row.copy.code for row in copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows]


def scan(page: Page, world, code: str, number: int = 1) -> None:
    """Type like a hand scanner: keys, then Enter, whatever has the focus."""
    page.keyboard.type(world.runtime.tokens.qr_text(code, number))
    page.keyboard.press("Enter")


def vouch(page: Page, world, part: str, staff_no: str) -> None:
    page.locator("#people label", has_text=part).click()
    page.fill("#staff_no", staff_no)
    for digit in world.pin:
        page.locator(f".pin-keys [data-digit='{digit}']").click()
    page.get_by_role("button", name="Vouch in person").click()


def test_papers_go_from_the_first_scan_to_the_certificate(visit, world, codes):
    def at_the_registry(page):
        page.goto("/destruction/")
        page.fill("#reason", "the meeting is over")
        page.get_by_role("button", name="Begin the list").click()
        page.wait_for_url(re.compile(r"/destruction/\d+$"))
        for number, code in enumerate(codes, 1):
            scan(page, world, code)
            expect(page.locator(".order-quantity")).to_have_text(str(number))
        scan(page, world, codes[0], 2)
        expect(page.get_by_text("This copy was scanned before.")).to_be_visible()
        page.get_by_role("button", name="Seal and ask for approval").click()
        expect(page.get_by_text("The copies are sealed and the approval is asked for.")).to_be_visible()
        expect(page.locator(".page-head .state")).to_have_text("sealed")
        return page.url

    address = visit("clerk", at_the_registry)

    def as_leader(page):
        page.locator(".pile", has_text="Waiting for your decision").get_by_role("link").first.click()
        expect(page.locator(".order-quantity")).to_have_text("3")
        page.get_by_role("button", name="Agree").click()
        expect(page.get_by_text("the request is approved")).to_be_visible()

    visit("leader", as_leader)

    def at_the_shredder(page):
        page.goto(address)
        expect(page.locator("#people form")).to_have_count(0)
        for number, code in enumerate(codes, 1):
            scan(page, world, code, 2)
            expect(page.locator(".order-quantity")).to_have_text(str(number))
        vouch(page, world, "Operator", "S001")
        expect(page.locator("#staff_no-error")).to_contain_text("This person asked for this destruction.")
        vouch(page, world, "Operator", "S002")
        expect(page.get_by_text("The signature is recorded.")).to_be_visible()
        vouch(page, world, "Witness", "S003")
        expect(page.get_by_text("The copies are destroyed on record.")).to_be_visible()
        expect(page.locator(".page-head .state")).to_have_text("destroyed")
        with page.expect_download() as download:
            page.get_by_role("link", name="Certificate").click()
        pdf = pypdfium2.PdfDocument(io.BytesIO(download.value.path().read_bytes()))
        told = "".join(sheet.get_textpage().get_text_bounded() for sheet in pdf)
        pdf.close()
        assert all(human_code(code) in told for code in codes)
        assert download.value.suggested_filename == "D-000001.pdf"

    visit("other_clerk", at_the_shredder)


def test_what_cannot_be_destroyed_is_told_with_the_reason(visit, world, codes):
    def walk(page):
        page.goto("/destruction/")
        page.fill("#reason", "the meeting is over")
        page.get_by_role("button", name="Begin the list").click()
        page.wait_for_url(re.compile(r"/destruction/\d+$"))
        page.locator("[data-scan-target]").last.fill("K3M7A-2V4HX-ZZZZZ")
        page.keyboard.press("Enter")
        expect(page.locator("#items .flash-danger")).to_contain_text("K3M7A-2V4HX-ZZZZZ")
        expect(page.locator(".order-quantity")).to_have_text("0")

    visit("clerk", walk)
