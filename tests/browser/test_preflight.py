"""Before printing everybody sees which pages cannot be traced; who agrees accepts that by name, in both languages."""

import pytest
from playwright.sync_api import expect

from service.flows import requesting
from tests.fixtures.browsers import PHONE
from tests.fixtures.papers import draw_pdf, with_dark_page

pytestmark = pytest.mark.browser


@pytest.fixture
def dark(world):
    """A document whose second page is black from edge to edge."""
    return world.register(with_dark_page(draw_pdf(1)))


def test_the_page_of_a_document_tells_what_falls_short_and_what_to_do(visit, dark):
    def walk(page):
        page.goto(f"/documents/{dark}")
        preflight = page.locator("#preflight")
        expect(preflight).to_contain_text("1 page is less traceable than its level demands.")
        expect(preflight.locator(".trace-pages h3")).to_have_text("Page 2")
        expect(preflight.locator(".trace-word").first).to_contain_text("not traceable")
        expect(preflight).to_contain_text("No free paper: dots find no place.")
        expect(preflight).to_contain_text("leave dark backgrounds out")
        page.get_by_role("link", name="Show 2 pages").click()
        sheets = page.locator(".sheets-of-paper > li")
        expect(sheets).to_have_count(2)
        expect(sheets.nth(0).locator(".trace-word")).to_have_text(["certain"] * 4)
        expect(sheets.nth(1).locator(".is-short")).to_have_count(3)
        filled = "rect => rect.getBoundingClientRect().width"
        bars = sheets.nth(0).locator(".trace-bar").first.locator("rect")
        assert bars.nth(1).evaluate(filled) == pytest.approx(bars.nth(0).evaluate(filled), rel=0.01)
        assert sheets.nth(1).locator(".trace-bar").first.locator("rect").nth(1).evaluate(filled) == 0
        page.get_by_role("button", name="Measure again").click()
        expect(page.get_by_text("nothing has changed")).to_be_visible()

    visit("clerk", walk)


def test_agreeing_wants_the_acceptance_and_refusing_does_not(visit, world, dark):
    first, second = (
        requesting.ask(world.runtime, world.handler, world.wish(dark, copies=copies)) for copies in (1, 2)
    )

    def walk(page):
        page.goto(f"/approvals/{first}")
        expect(page.locator("#shortfalls")).to_contain_text("Phone photo: page 2")
        page.get_by_role("button", name="Agree").click()
        expect(page.locator("#accepted_hash")).to_be_focused()
        expect(page.locator("#decision")).to_be_visible()
        page.fill("#remark", "seen")
        page.locator("#accepted_hash").evaluate("box => { box.required = false }")
        page.get_by_role("button", name="Agree").click()
        expect(page.locator("#accepted_hash-error")).to_contain_text("you have not accepted that")
        expect(page.locator("#remark")).to_have_value("seen")
        page.check("#accepted_hash")
        page.get_by_role("button", name="Agree").click()
        expect(page.get_by_text("the request is approved")).to_be_visible()
        expect(page.get_by_text("accepted what falls short:")).to_be_visible()
        expect(page.locator("main")).to_contain_text("Photocopy (page 2)")
        page.goto(f"/approvals/{second}")
        page.get_by_role("button", name="Refuse").click()
        expect(page.get_by_text("the request is ended")).to_be_visible()

    visit("leader", walk)


def test_it_fits_a_phone_in_chinese(visit, world, dark):
    request_id = requesting.ask(world.runtime, world.handler, world.wish(dark))

    def walk(page):
        page.goto("/desk")
        page.click("form[action='/language'] button")
        for path in (f"/documents/{dark}", f"/documents/{dark}/pages", f"/approvals/{request_id}"):
            page.goto(path)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            expect(page.locator("main")).to_contain_text("手机拍照")

    visit("leader", walk, PHONE)
