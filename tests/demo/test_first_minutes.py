"""What the README says that each role can do in the first five minutes, done."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.app import create_app
from service.demo import company
from service.demo.greeting import copies_at_the_gate
from tests.fixtures.browsers import watched_page
from tests.fixtures.papers import draw_pdf

pytestmark = pytest.mark.browser

Walk = Callable[[Page], None]


@pytest.fixture
def visit(chromium, serve_app, changeable) -> Callable[[str, Walk], None]:
    """Do something as a person of the demonstration, in English, in a browser of their own."""
    url = serve_app(create_app(changeable.settings, runtime=changeable)).url

    def as_person(login: str, walk: Walk) -> None:
        with watched_page(chromium, url) as page:
            page.goto("/login")
            page.click(f"button[data-fill-login='{login}']")
            page.click("form[data-login] button[type=submit]")
            page.wait_for_url("**/desk")
            if page.locator("html").get_attribute("lang") != "en":
                page.click("form[action='/language'] button")
                expect(page.locator("html")).to_have_attribute("lang", "en")
            walk(page)

    return as_person


def pile(page: Page, title: str):
    """Return a stack on the desk."""
    return page.locator(".pile").filter(has=page.get_by_role("heading", name=title))


def choose(page: Page, title: str) -> None:
    """Open the page of the first thing on a stack."""
    pile(page, title).locator(".pile-what").first.click()
    page.wait_for_load_state()


def test_the_clerk_has_a_paper_signed_for_and_registers_another(visit, tmp_path):
    (tmp_path / "budget.pdf").write_bytes(draw_pdf())

    def at_work(page: Page) -> None:
        for title in ("Loans overdue", "Said to be returned", "Destruction waits for its witnesses"):
            expect(pile(page, title).locator(".pile-total")).to_have_text("1")
        choose(page, "Given, not yet signed for")
        page.fill("#pin", company.PIN)
        page.get_by_role("button", name="Sign with PIN").click()
        expect(page.get_by_text("Signed for", exact=True).first).to_be_visible()
        page.goto("/documents/new")
        page.set_input_files("#file", tmp_path / "budget.pdf")
        page.fill("#doc_number", "财务字〔2026〕99号")
        page.fill("#title", "Draft budget")
        page.select_option("#issuing_unit_id", label="Finance")
        page.check("input[name=level][value='company:SECRET']")
        page.fill("#need_to_know", "Finance")
        page.get_by_role("button", name="Register").click()
        expect(page.get_by_text("Nothing had to be removed or changed.")).to_be_visible()

    visit("clerk", at_work)


def test_the_handler_is_told_who_must_agree_and_asks(visit):
    def at_work(page: Page) -> None:
        page.goto("/documents/")
        page.get_by_role("link", name="样机可靠性增长计划").first.click()
        expect(page.locator("#ask")).to_contain_text("Department manager")
        page.fill("#copies", "2")
        page.fill("#reason", "For the review")
        page.get_by_role("button", name="Send the request").click()
        expect(page.get_by_role("heading", name="Who must agree, and why")).to_be_visible()

    visit("handler", at_work)
    visit("manager", lambda page: expect(pile(page, "Waiting for your decision")).to_be_visible())


def test_the_leader_agrees_to_what_is_shown(visit):
    def at_work(page: Page) -> None:
        choose(page, "Waiting for your decision")
        expect(page.get_by_text("Your decision covers exactly this order:")).to_be_visible()
        page.get_by_role("button", name="Agree").click()
        expect(page.locator("#decision")).to_have_count(0)

    visit("leader", at_work)


def test_the_holder_signs_and_sees_what_is_overdue(visit):
    def at_work(page: Page) -> None:
        choose(page, "Waiting for your signature")
        page.fill("#pin", company.PIN)
        page.get_by_role("button", name="Sign with PIN").click()
        expect(page.get_by_text("Signed for", exact=True).first).to_be_visible()
        page.goto("/holdings/")
        expect(page.get_by_text("1 copy is overdue.")).to_be_visible()
        expect(page.get_by_role("button", name="I gave it back").first).to_be_visible()

    visit("holder", at_work)


def test_the_guard_stops_one_paper_and_lets_the_other_pass(visit, changeable):
    leaves, stays = copies_at_the_gate(changeable)

    def scan(page: Page, code: str) -> None:
        page.fill("[data-typed] input[name=raw]", changeable.tokens.qr_text(code, 1))
        page.keyboard.press("Enter")

    def at_work(page: Page) -> None:
        page.goto("/gate/")
        page.locator("input[name=gate]").first.check()
        page.get_by_role("button", name="Stand at this gate").click()
        page.wait_for_load_state("networkidle")
        scan(page, stays.code)
        expect(page.locator(".verdict-red")).to_contain_text("There is no permit to take this copy out.")
        page.get_by_role("button", name="I have stopped it").click()
        scan(page, leaves.code)
        page.fill("#gate-carrier", company.staff_no("holder"))
        page.fill("#gate-pages", str(leaves.pages))
        page.get_by_role("button", name="Confirm").click()
        expect(page.locator(".verdict-green")).to_be_visible()

    visit("guard", at_work)


def test_the_witness_vouches_and_the_papers_are_destroyed(visit):
    def at_work(page: Page) -> None:
        page.goto("/desk")
        choose(page, "Destruction waits for its witnesses")
        for login, part in (("clerk2", "OPERATOR"), ("clerk", "WITNESS")):
            if part == "OPERATOR" and not page.get_by_text("too long ago: sign again").is_visible():
                continue
            page.check(f"input[name=part][value={part}]")
            page.fill("#staff_no", company.staff_no(login))
            page.fill("#pin", company.PIN)
            page.get_by_role("button", name="Vouch in person").click()
            page.wait_for_load_state()
        expect(page.get_by_role("link", name="Certificate").first).to_be_visible()

    assert (company.staff_no("clerk"), company.staff_no("clerk2")) == ("F1007", "F1008")
    visit("clerk2", at_work)


def test_the_auditor_opens_a_case_and_verifies_the_ledger(visit, changeable):
    def at_work(page: Page) -> None:
        page.goto("/cases/new")
        page.set_input_files("input[type=file]", changeable.settings.data_dir / company.LEAK_FILE)
        page.locator("main form [type=submit]").last.click()
        page.wait_for_url("**/cases/3")
        page.goto("/ledger/")
        page.get_by_role("button", name="Verify now").click()
        expect(page.locator("#findings")).to_contain_text("No fault was found")

    visit("auditor", at_work)


def test_the_officer_and_the_administrator_see_people(visit):
    def look(page: Page) -> None:
        page.goto("/people/")
        page.get_by_role("link", name="Zhou Wenbo").first.click()
        expect(page.get_by_role("heading", name="Zhou Wenbo").first).to_be_visible()

    visit("officer", look)
    visit("admin", look)
