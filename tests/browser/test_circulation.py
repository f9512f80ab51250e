"""A copy circulates in real pages: the list, a leader's PIN, a scan for each reader, a substitute, the slip."""

import re

import pytest
from playwright.sync_api import expect

from registry.rules.codes import human_code
from service.flows import circulating, lending, meetings
from tests.fixtures.handed import hand_out

pytestmark = pytest.mark.browser


@pytest.fixture
def stock(world):
    """The code of a copy in stock; its readers are cleared."""
    for part in ("holder", "manager", "handler"):
        meetings.grant_clearance(
            world.runtime,
            world.officer,
            world.actors[part].person_id,
            scheme="company",
            level="SECRET",
            until=world.now.replace(year=2099),
        )
    (code,) = hand_out(world, world.register(need_to_know="项目组 Project team"))
    lending.take_back(world.runtime, world.clerk, [human_code(code)], world.holder.person_id)
    return code


def enter_pin(page, world):
    for digit in world.pin:
        page.locator(f".pin-keys [data-digit='{digit}']").first.click()


def test_a_copy_goes_from_its_list_to_the_second_reader(visit, world, stock):
    def begin(page):
        page.goto(f"/copies/{stock}")
        page.get_by_role("link", name="Let it circulate").click()
        expect(page.get_by_text("项目组 Project team")).to_be_visible()
        page.fill("#readers", "S012\nS099")
        page.fill("#reason", "to be known before Friday")
        page.fill("#signer", "S007")
        enter_pin(page, world)
        page.get_by_role("button", name="Agree and begin").click()
        expect(page.locator("#readers-error")).to_contain_text("Nobody who works here")
        page.fill("#readers", "S012\nS005")
        enter_pin(page, world)
        page.get_by_role("button", name="Agree and begin").click()
        page.wait_for_url(re.compile(r"/circulations/\d+$"))
        page.fill("#scan", human_code(stock))
        page.get_by_role("button", name="Give it to this reader").click()
        page.wait_for_url(re.compile(r"/hand-overs/\d+$"))
        enter_pin(page, world)
        page.get_by_role("button", name="Sign with PIN").click()
        expect(page.locator(".page-head .state")).to_have_text("signed for")
        page.goto("/circulations/")
        page.get_by_role("link", name="Z-000001").click()
        expect(page.get_by_text("The next reader's turn comes when it is back")).to_be_visible()
        page.get_by_text("The next reader, Manager, is away").click()
        page.fill("#substitute", "S003")
        page.locator("details #reason").last.fill("on leave")
        page.fill("#signer", "S012")
        enter_pin(page, world)
        page.get_by_role("button", name="Agree and replace").click()
        expect(page.locator("#signer-error")).to_be_visible()
        page.fill("#signer", "S007")
        enter_pin(page, world)
        page.get_by_role("button", name="Agree and replace").click()
        expect(page.get_by_text("The substitute is on the list.")).to_be_visible()

    visit("clerk", begin)
    view = circulating.get_circulation(world.runtime, world.clerk, 1)
    assert [(line.person.staff_no, str(line.turn)) for line in view.readers] == [
        ("S012", "READING"),
        ("S005", "SKIPPED"),
        ("S003", "WAITING"),
    ]
