"""A clerk keeps a document light on real pages, has its content removed, and brings the same file back."""

import re

import pytest
from playwright.sync_api import Page, expect

from service.flows import light
from tests.fixtures.papers import draw_pdf

pytestmark = pytest.mark.browser


def pdf_of(content: bytes) -> dict:
    return {"name": "narwhal.pdf", "mimeType": "application/pdf", "buffer": content}


def test_a_document_is_registered_light_loses_its_content_and_gets_it_back(visit, world):
    same = draw_pdf(pages=2)

    def at_the_registry(page: Page) -> None:
        page.goto("/documents/new")
        page.get_by_role("link", name="Keep it light instead").click()
        expect(page.locator("#light")).to_contain_text("after 72 hours at the latest")
        expect(page.locator("#title")).to_have_count(0)
        name = page.locator("#code_name").input_value()
        page.set_input_files("#file", pdf_of(same))
        page.fill("#doc_number", "财字〔2026〕7号")
        page.select_option("#issuing_unit_id", label="Finance")
        page.check("input[name=level][value='company:SECRET']")
        page.fill("#code_name", "")
        page.locator("#code_name").evaluate("field => field.removeAttribute('required')")
        page.get_by_role("button", name="Register").click()
        expect(page.locator("#code_name")).to_have_class(re.compile("is-invalid"))
        page.fill("#code_name", name)
        page.set_input_files("#file", pdf_of(same))
        page.get_by_role("button", name="Register").click()
        page.wait_for_url(re.compile(r"/documents/\d+$"))
        expect(page.locator("h1")).to_have_text(f"〔代号 Code name〕{name}")
        expect(page.locator("#kept-light")).to_contain_text("content here")

        page.get_by_role("button", name="Remove the content now").click()
        expect(page.get_by_text("The content goes now.")).to_be_visible()
        expect(page.locator("#kept-light")).to_contain_text("content going")
        expect(page.get_by_role("link", name="Show 2 pages")).to_have_count(0)
        address = page.url
        light.clear(world.runtime, int(address.rpartition("/")[2]))
        page.reload()
        expect(page.locator("#kept-light")).to_contain_text("the registry or the auditor wanted it")

        def bring(content: bytes) -> None:
            page.get_by_text("Bring the same file back, for more copies").click()
            page.set_input_files("#kept-light input[type=file]", pdf_of(content))
            page.get_by_role("button", name="Bring it back").click()

        bring(draw_pdf(pages=3))
        expect(page.get_by_text("This is not the file that was registered")).to_be_visible()
        page.goto(address)
        bring(same)
        expect(page.get_by_text("The content is here again.")).to_be_visible()
        expect(page.get_by_role("link", name="Show 2 pages")).to_have_count(1)

    visit("clerk", at_the_registry)
