"""Counting, calling back, clearing and finding in real pages, with a scanner and PINs."""

import re

import pytest
from playwright.sync_api import Page, expect

from registry.rules.codes import human_code
from registry.rules.lifecycle import State, Step
from service.flows import copies, lending, losses
from tests.fixtures.handed import hand_out

pytestmark = pytest.mark.browser


@pytest.fixture
def held(world):
    """The codes of two copies that the holder has signed for."""
    return hand_out(world, count=2)


def scan(page: Page, text: str) -> None:
    """Type like a hand scanner: keys, then Enter, whatever has the focus."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def enter_pin(page: Page, world) -> None:
    for digit in world.pin:
        page.locator(f".pin-keys [data-digit='{digit}']").click()


def tile(page: Page, word: str):
    return page.locator(".tile", has=page.get_by_text(word, exact=True)).locator(".tile-number")


def state(world, code):
    return copies.story(world.runtime, world.clerk, code).view.copy.state


def test_a_count_goes_from_its_scope_to_a_missing_copy(visit, world, held):
    def at_the_registry(page):
        page.goto("/stocktakes/")
        page.locator(".choice-card", has_text="In people's hands").click()
        page.fill("#reason", "end of the year")
        page.fill("#holder", "S012")
        page.get_by_role("button", name="Begin the count").click()
        page.wait_for_url(re.compile(r"/stocktakes/\d+$"))
        expect(tile(page, "expected")).to_have_text("2")
        scan(page, world.runtime.tokens.qr_text(held[0], 1))
        expect(tile(page, "found")).to_have_text("1")
        scan(page, human_code(held[0]))
        expect(tile(page, "scanned again")).to_have_text("1")
        scan(page, "rubbish")
        expect(tile(page, "unknown")).to_have_text("1")
        page.fill("#second_count", "2")
        page.fill("#second", "S003")
        enter_pin(page, world)
        page.get_by_role("button", name="Close the count").click()
        expect(page.locator("#second_count-error")).to_contain_text("another number")
        page.fill("#second_count", "1")
        enter_pin(page, world)
        page.get_by_role("button", name="Close the count").click()
        expect(page.locator(".page-head .state")).to_have_text("counted")
        page.get_by_role("button", name="Report missing").click()
        page.locator("dialog[open]").get_by_role("button", name="Report missing").click()
        expect(page.get_by_text("The copy is unaccounted for on record; its clocks run.")).to_be_visible()

    visit("clerk", at_the_registry)
    assert (state(world, held[0]), state(world, held[1])) == (State.HELD, State.UNACCOUNTED)


def test_a_recall_goes_from_its_document_to_its_end(visit, world, held):
    def begin(page):
        page.goto("/recalls/")
        page.fill("#document", "财字〔2026〕7号")
        page.fill("#reason", "superseded")
        page.fill("#due_on", "2026-03-09")
        page.get_by_role("button", name="Begin the recall").click()
        page.wait_for_url(re.compile(r"/recalls/\d+$"))
        expect(tile(page, "Due 应退")).to_have_text("2")
        return page.url

    address = visit("clerk", begin)
    lending.take_back(world.runtime, world.clerk, [human_code(held[0])], world.holder.person_id)

    def as_holder(page):
        page.goto("/holdings/")
        expect(page.get_by_text("recalled, by 2026-03-09")).to_be_visible()

    visit("holder", as_holder)

    def end(page):
        page.goto(address)
        expect(tile(page, "Missed 漏退")).to_have_text("1")
        page.fill("#reason", "needed until Friday")
        page.fill("#signer", "S001")
        enter_pin(page, world)
        page.get_by_role("button", name="Sign the exception").click()
        expect(page.locator("#signer-error")).to_be_visible()
        page.fill("#signer", "S007")
        enter_pin(page, world)
        page.get_by_role("button", name="Sign the exception").click()
        page.get_by_role("button", name="Close the recall").click()
        page.locator("dialog[open]").get_by_role("button", name="Close", exact=True).click()
        expect(page.get_by_text("The recall is closed.")).to_be_visible()

    visit("clerk", end)


def test_a_leaver_is_cleared_when_the_last_copy_is_back(visit, world, held):
    def look(page):
        page.goto("/leavers/")
        page.fill("#person", "S012")
        page.get_by_role("button", name="See what they still have").click()
        page.wait_for_url(re.compile(r"/leavers/persons/\d+$"))
        expect(page.locator(".steps li", has_text="Copies held")).to_contain_text("2")
        expect(page.get_by_role("button", name="Clear this person")).to_have_count(0)
        lending.take_back(
            world.runtime, world.clerk, [human_code(code) for code in held], world.holder.person_id
        )
        page.reload()
        page.get_by_role("button", name="Clear this person").click()
        page.locator("dialog[open] #reason").fill("retired")
        page.locator("dialog[open]").get_by_role("button", name="Clear", exact=True).click()
        expect(page.get_by_role("link", name="L-000001")).to_be_visible()

    visit("clerk", look)


def test_a_loss_is_reported_and_ends_with_an_agreed_finding(visit, world, held):
    losses.report(world.runtime, world.clerk, human_code(held[0]), Step.MISS, "gone since Friday")

    def at_the_registry(page):
        page.goto("/losses/")
        page.get_by_role("link", name="X-000001").click()
        for item in ("responsible", "course", "harm", "investigation", "remedies"):
            page.fill(f"#{item}", f"the {item} so far")
        page.get_by_role("button", name="File the report").click()
        expect(page.get_by_text("The report is filed.")).to_be_visible()
        page.goto(f"/copies/{held[0]}")
        page.get_by_role("button", name="Found again").click()
        dialog = page.locator("dialog[open]")
        dialog.locator("#reason").fill("behind the cabinet")
        dialog.locator("#approver").fill("S007")
        dialog.locator("#pin").fill(world.pin)
        dialog.get_by_role("button", name="Found again").click()
        expect(page.get_by_text("its loss is over")).to_be_visible()

    visit("clerk", at_the_registry)
    assert state(world, held[0]) is State.IN_STOCK
