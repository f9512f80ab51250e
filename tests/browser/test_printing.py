"""A clerk prints in real pages: orders, watches, gets the file once, replaces a misprint, finds a copy by scan."""

import re

import pytest
from playwright.sync_api import Page, expect

from service.flows import copies, making
from service.flows.handlers import HANDLERS
from service.worker import work_one
from tests.fixtures.browsers import PHONE

pytestmark = pytest.mark.browser


@pytest.fixture(params=[None, PHONE], ids=["desk", "phone"])
def viewport(request):
    """Everything here is done at a desk and on a phone."""
    return request.param


@pytest.fixture
def page(clerk_page):
    """A page on which the clerk is logged in, in English."""
    return clerk_page


def order(page: Page, request_id: int, quantity: int) -> int:
    """Order copies on the page and return the number of the print run."""
    page.goto(f"/batches/new?request={request_id}")
    page.fill("#quantity", str(quantity))
    page.get_by_role("button", name="Reserve numbers and make the copies").click()
    page.wait_for_url(re.compile(r"/batches/\d+$"))
    return int(page.url.rsplit("/", 1)[1])


def test_copies_are_ordered_made_before_the_clerks_eyes_and_given_out_once(page, world):
    request_id = world.approved(world.register())
    batch_id = order(page, request_id, 4)
    expect(page.locator(".progress-words")).to_contain_text("waiting for the worker")

    assert work_one(world.runtime, HANDLERS, "test:1:browser") is True
    expect(page.get_by_role("button", name="Get the file for the printer")).to_be_visible()
    expect(page.locator("td .state")).to_have_text(["In stock"] * 4)
    with page.expect_download() as download:
        page.get_by_role("button", name="Get the file for the printer").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    assert download.value.suggested_filename == f"print-run-{batch_id}.pdf"

    expect(page.get_by_text("is not given out again")).to_be_visible()
    expect(page.get_by_role("button", name="Get the file for the printer")).to_have_count(0)


def test_a_misprint_is_marked_and_replaced(page, world):
    batch_id = order(page, world.approved(world.register()), 2)
    work_one(world.runtime, HANDLERS, "test:1:browser")
    with page.expect_download():
        page.get_by_role("button", name="Get the file for the printer").click()
    page.get_by_label("Copy 2 is a misprint").check()
    page.fill("#reason", "paper jam on page 1")
    page.get_by_role("button", name="Record misprints and replace them").click()

    page.wait_for_url(f"**/batches/{batch_id + 1}")
    expect(page.get_by_text("What replaces it has a new number")).to_be_visible()
    page.locator("tbody th a").click()
    expect(page.locator("h1")).to_have_text("Copy 000003")
    page.locator(".family a").click()
    expect(page.locator("h1")).to_have_text("Copy 000002")
    expect(page.get_by_text("paper jam on page 1").first).to_be_visible()


def test_a_scan_on_any_page_opens_the_copy(page, world):
    batch_id = order(page, world.approved(world.register()), 1)
    work_one(world.runtime, HANDLERS, "test:1:browser")
    code = copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows[0].copy.code
    page.goto("/batches/")
    page.locator("h1").click()
    page.keyboard.type(world.runtime.tokens.qr_text(code, 1))
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/copies/{code}")
    expect(page.locator("h1")).to_have_text("Copy 000001")
    assert (
        page.locator(".mark-preview img").evaluate("image => image.decode().then(() => image.naturalWidth)")
        > 0
    )


def test_a_code_that_is_none_of_ours_says_so_and_what_to_do(page):
    page.goto("/copies/")
    page.locator("main [data-scan-target]").fill("F1" + "0" * 13 + "001" + "0" * 16)
    page.keyboard.press("Enter")
    expect(page.locator(".flash-danger")).to_contain_text("call the security officer")


def test_a_run_that_stopped_says_why_and_offers_to_try_again(page, world):
    document_id = world.register()
    batch_id = order(page, world.approved(document_id), 1)
    making.fail_batch(world.runtime, batch_id, "file-too-costly")
    expect(page.locator(".flash-danger")).to_contain_text("needs more memory or time")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("The print run is back in the queue.")).to_be_visible()
