"""A document and its excerpt in real pages: asked for, registered, regraded, ticked off with a scanner."""

import re

import pytest
from playwright.sync_api import Page, expect

from registry.rules.codes import human_code
from tests.fixtures.handed import hand_out
from tests.fixtures.papers import draw_pdf

pytestmark = pytest.mark.browser


def request_of(page: Page) -> int:
    page.wait_for_url(re.compile(r"/approvals/\d+$"))
    return int(page.url.rpartition("/")[2])


def carry_out(page: Page, request_id: int, code: str) -> None:
    """Regrade the document and tick one of its copies off, twice."""
    page.goto(f"/approvals/{request_id}")
    page.fill("#remark_on", "2026-03-31")
    page.get_by_role("button", name="Regrade the document").click()
    page.wait_for_url(re.compile(r"/regradings/\d+$"))
    expect(page.get_by_text("预算摘录")).to_be_visible()
    page.keyboard.type(human_code(code))
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 copy bears its new mark.")).to_be_visible()
    page.keyboard.type(human_code(code))
    page.keyboard.press("Enter")
    expect(page.get_by_text("This copy needs no new mark")).to_be_visible()


def test_an_excerpt_is_asked_for_registered_and_raised_with_its_source(visit, world, tmp_path):
    document = world.register()
    held, _ = hand_out(world, document, count=2)
    file = tmp_path / "excerpt.pdf"
    file.write_bytes(draw_pdf(1))

    def ask_for_an_excerpt(page):
        page.goto(f"/documents/{document}")
        page.get_by_role("link", name="Ask for re-copies or an excerpt").click()
        page.locator(".choice-card", has_text="An excerpt").click()
        page.fill("#reason", "for the branch office")
        page.get_by_role("button", name="Send the request").click()
        expect(page.locator("#part-error")).to_be_visible()
        page.fill("#part", "page 1")
        page.get_by_role("button", name="Send the request").click()
        return request_of(page)

    request_id = visit("handler", ask_for_an_excerpt)
    world.approve(request_id, "leader")

    def register_it(page):
        page.goto(f"/approvals/{request_id}")
        page.get_by_role("link", name="Register what is made of it").click()
        page.fill("#doc_number", "财字〔2026〕7号摘")
        page.fill("#title", "预算摘录 Excerpt of the budget")
        page.locator("input[type=file]").set_input_files(file)
        page.locator(".choice-card", has_text="秘密").first.click()
        page.get_by_role("button", name="Register", exact=True).click()
        expect(page.locator("#level-error")).to_contain_text("may not be marked lower")
        page.locator("input[type=file]").set_input_files(file)
        page.locator(".choice-card", has_text="机密").first.click()
        page.get_by_role("button", name="Register", exact=True).click()
        page.wait_for_url(re.compile(r"/documents/\d+$"))
        expect(page.locator("#family .kin").first).to_contain_text("预算草案")

    visit("clerk", register_it)

    def ask_for_a_raise(page):
        page.goto(f"/documents/{document}")
        page.get_by_role("link", name="Ask for another level or period").click()
        page.locator(".choice-card", has_text="绝密").click()
        page.fill("#reason", "it tells more than was thought")
        page.get_by_role("button", name="Send the request").click()
        return request_of(page)

    request_id = visit("handler", ask_for_a_raise)
    world.approve(request_id, "manager", "officer")

    visit("clerk", lambda page: carry_out(page, request_id, held))
