"""A document goes through real pages: refused, registered, asked for, agreed to by another person."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.browsers import PHONE
from tests.fixtures.papers import draw_docx, draw_pdf, draw_picture, locked, with_script
from tests.watermark.test_heads import BODY, letter

pytestmark = pytest.mark.browser


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def fill_in(page: Page, pdf: bytes, number: str = "财字〔2026〕7号", *, file: dict | None = None) -> None:
    given = {"name": "budget.pdf", "mimeType": "application/pdf", "buffer": pdf}
    page.set_input_files("#file", file or given)
    page.fill("#doc_number", number)
    page.fill("#title", "预算草案 Draft budget")
    page.select_option("#issuing_unit_id", label="Finance")
    page.check("input[name=level][value='company:SECRET']")
    page.fill("#need_to_know", "财务部")
    page.get_by_role("button", name="Register").click()


def register(page: Page, pdf: bytes) -> str:
    page.goto("/documents/new")
    fill_in(page, pdf)
    page.wait_for_url(re.compile(r"/documents/\d+$"))
    return page.url


def test_a_document_is_registered_asked_for_and_agreed_to_by_another_person(visit):
    def at_the_registry(page):
        address = register(page, with_script(draw_pdf(pages=3)))
        expect(page.get_by_text("The document is registered.")).to_be_visible()
        expect(page.get_by_text("Programs in the file (JavaScript) were removed")).to_be_visible()
        expect(page.locator("h1")).to_have_text("预算草案 Draft budget")
        page.get_by_role("link", name="Show 3 pages").click()
        picture = page.locator(".sheets-of-paper img").first
        expect(picture).to_be_visible()
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 800
        return address

    address = visit("clerk", at_the_registry)

    def as_handler(page):
        page.goto(address)
        expect(page.locator("#ask .step-title")).to_have_text("Responsible leader")
        expect(page.get_by_text("print-secret")).to_be_visible()
        page.fill("#copies", "5")
        page.fill("#reason", "for the board meeting")
        page.locator("#recipients label", has_text="Holder").check()
        page.get_by_role("button", name="Send the request").click()
        page.wait_for_url("**/approvals/*")
        expect(page.locator(".page-head .state")).to_have_text("waiting for agreement")
        expect(page.locator("#decision")).to_have_count(0)
        return page.url

    request = visit("handler", as_handler)

    def as_leader(page):
        pile = page.locator(".pile", has_text="Waiting for your decision")
        pile.get_by_role("link", name="预算草案 Draft budget").click()
        page.wait_for_url(request)
        expect(page.locator(".order-quantity")).to_have_text("5")
        expect(page.locator(".sheets-of-paper img")).to_have_count(3)
        page.get_by_role("button", name="Agree").click()
        expect(page.get_by_text("the request is approved")).to_be_visible()
        expect(page.locator(".page-head .state")).to_have_text("approved")

    visit("leader", as_leader)
    visit(
        "clerk",
        lambda page: expect(page.locator(".pile", has_text="Approved, to be printed")).to_be_visible(),
    )


def test_a_refused_file_says_why_and_keeps_what_was_typed(visit):
    def walk(page):
        page.goto("/documents/new")
        fill_in(page, locked(draw_pdf(pages=1)))
        expect(page.get_by_text("encrypted-file")).to_be_visible()
        expect(page.locator(".error-summary")).to_contain_text("Save it without protection and try again.")
        expect(page.locator("#doc_number")).to_have_value("财字〔2026〕7号")
        expect(page.locator("#need_to_know")).to_have_value("财务部")
        expect(page.locator("input[name=level][value='company:SECRET']")).to_be_checked()
        page.set_input_files(
            "#file", {"name": "budget.pdf", "mimeType": "application/pdf", "buffer": draw_pdf(pages=1)}
        )
        page.get_by_role("button", name="Register").click()
        page.wait_for_url(re.compile(r"/documents/\d+$"))

    visit("clerk", walk)


def test_a_picture_is_registered_and_told(visit):
    def walk(page):
        page.goto("/documents/new")
        file = {"name": "scan.png", "mimeType": "image/png", "buffer": draw_picture()}
        fill_in(page, b"", file=file)
        page.wait_for_url(re.compile(r"/documents/\d+$"))
        expect(page.locator(".findings")).to_contain_text("The file came as PNG and was converted by Pillow")

    visit("clerk", walk)


def test_what_somebody_has_to_act_on_stands_first_and_a_missing_character_is_named(visit):
    differing = letter([("秘密★10年", 28, 47.2, 16), *BODY])

    def walk(page):
        page.goto("/documents/new")
        fill_in(page, differing, number="吉𠮷〔2026〕7号")
        page.wait_for_url(re.compile(r"/documents/\d+$"))
        expect(page.locator(".findings")).to_contain_text(
            "The document number has characters that no font here has"
        )
        expect(page.locator(".findings strong")).to_contain_text(
            "shows 秘密★10年 on pages 1 but is registered as"
        )

    visit("clerk", walk)


def test_without_a_converter_the_page_says_what_to_install(visit, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    def walk(page):
        page.goto("/documents/new")
        fill_in(page, b"", file={"name": "budget.docx", "mimeType": DOCX, "buffer": draw_docx()})
        expect(page.get_by_text("converter-missing")).to_be_visible()
        expect(page.locator(".error-summary")).to_contain_text("apt-get install libreoffice-writer")
        expect(page.locator("#doc_number")).to_have_value("财字〔2026〕7号")

    visit("clerk", walk)


def test_a_number_used_before_is_refused_beside_its_field(visit):
    def walk(page):
        register(page, draw_pdf(pages=1))
        page.goto("/documents/new")
        fill_in(page, draw_pdf(pages=2))
        expect(page.locator("#doc_number-error")).to_contain_text("财字〔2026〕7号")

    visit("clerk", walk)


def test_registering_twice_by_an_impatient_hand_registers_once(visit):
    def walk(page):
        first = register(page, draw_pdf(pages=1))
        assert register(page, draw_pdf(pages=1)) == first

    visit("clerk", walk)


def test_the_requester_finds_no_way_to_agree(visit, world):
    document_id = world.register()
    request_id = world.approved(document_id, "leader")

    def walk(page):
        page.goto(f"/approvals/{request_id}")
        expect(page.get_by_role("button", name="Agree")).to_have_count(0)
        expect(page.get_by_role("link", name="Order the print run")).to_have_count(0)

    visit("handler", walk)


def test_a_document_of_others_does_not_exist(visit, world):
    document_id = world.register()

    def walk(page):
        for path in (f"/documents/{document_id}", f"/documents/{document_id}/pages"):
            assert page.goto(path).status == 404
        assert page.goto(f"/documents/{document_id}/pages/1?look=x").status in {400, 404}

    for part in ("guard", "other_manager", "administrator"):
        visit(part, walk)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_fits_a_phone_in_both_languages(visit, world, language):
    document_id = world.register(level="TOP_SECRET")
    request_id = world.approved(document_id, "officer")
    paths = {
        "clerk": (
            "/desk",
            "/documents/",
            "/documents/new",
            f"/documents/{document_id}",
            "/meetings/",
            "/meetings/new",
        ),
        "leader": ("/desk", "/approvals/", f"/approvals/{request_id}"),
        "administrator": ("/people/", "/people/new", f"/people/{world.holder.person_id}", "/people/pin"),
    }

    def walk(page, part):
        if language != "en":
            page.goto("/desk")
            page.click("form[action='/language'] button")
        for path in paths[part]:
            assert page.goto(path).status == 200, path
            assert page.locator("html").get_attribute("lang") == language
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

    for part in paths:
        visit(part, lambda page, part=part: walk(page, part), PHONE)
