"""Papers are given, signed for and brought back at one desk, with a scanner that types."""

import re

import pytest
from playwright.sync_api import Page, expect

from registry.rules.lifecycle import State
from registry.views import holdings
from service.flows import copies, making, printing
from tests.fixtures.browsers import PHONE, watched_page
from tests.fixtures.handed import print_out
from tests.fixtures.papers import draw_pdf
from tests.fixtures.world import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def codes(world):
    """The codes of three copies of two pages in stock."""
    request_id = world.approved(world.register(draw_pdf(2)), copies=3)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * 3)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    print_out(world, batch_id)
    return [row.copy.code for row in copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows]


@pytest.fixture
def desk(chromium, site):
    """The counter's page, with the clerk logged in, in English."""
    with watched_page(chromium, site) as page:
        log_in(page, "clerk")
        page.goto("/counter/")
        yield page


NEXT_REQUEST_IS_LATE = """() => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    XMLHttpRequest.prototype.send = send;
    setTimeout(() => send.call(this, body), 600);
  };
}"""


def log_in(page: Page, part: str) -> None:
    page.goto("/login")
    page.fill("#login", part)
    page.fill("#password", PASSWORD)
    page.click("form[data-login] button[type=submit]")
    page.wait_for_url("**/desk")
    if page.locator("html").get_attribute("lang") != "en":
        page.click("form[action='/language'] button")


def scan(page: Page, text: str) -> None:
    """Type like a hand scanner: keys, then Enter, whatever has the focus."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def counted(page: Page, number: int) -> None:
    expect(page.locator("[data-count]")).to_have_text(str(number))


def sign(page: Page, pin: str) -> None:
    for digit in pin:
        page.locator(f".pin-keys [data-digit='{digit}']").click()
    page.get_by_role("button", name="Sign with PIN").click()


def state_of(world, code):
    with world.runtime.database.reading() as session:
        return holdings.desk_lines(session, [code])[code].copy.state


def test_copies_are_given_signed_for_and_come_back_page_by_page(desk, world, codes):
    mark = world.runtime.tokens.qr_text
    desk.fill("#person", "S012")
    for code in codes[:2]:  # the cursor stands in the receiver's field all the while
        scan(desk, mark(code, 1))
    counted(desk, 2)
    expect(desk.locator("#person")).to_have_value("S012")
    desk.get_by_role("button", name="Give to the receiver").click()

    desk.wait_for_url("**/hand-overs/1")
    assert state_of(world, codes[0]) is State.IN_TRANSIT
    sign(desk, "000001")
    expect(desk.get_by_text("The PIN is not this person's.")).to_be_visible()
    sign(desk, world.pin)
    expect(desk.get_by_text("Signed for. The receipt can be printed.")).to_be_visible()
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Receipt (PDF)").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    assert state_of(world, codes[0]) is State.HELD

    desk.goto("/counter/")
    desk.get_by_role("button", name="Take back", exact=True).click()
    desk.get_by_label("Every page scanned").check()
    for text in (mark(codes[0], 1), mark(codes[1], 2), mark(codes[1], 1)):
        scan(desk, text)
    counted(desk, 2)
    rows = desk.locator("#stack tbody tr")
    expect(rows.nth(1)).to_contain_text("page missing: 2")
    expect(rows.nth(1)).to_contain_text("page of another copy")
    expect(rows.nth(0)).to_contain_text("page missing: 2")
    desk.get_by_role("button", name="Take back into stock").click()
    expect(desk.locator("#despite_faults")).to_be_visible()
    assert state_of(world, codes[0]) is State.HELD
    desk.locator("#despite_faults").check()
    desk.get_by_role("button", name="Take back into stock").click()

    desk.wait_for_url("**/returns/1")
    expect(desk.get_by_text("pages missing or foreign")).to_be_visible()
    assert state_of(world, codes[0]) is State.IN_STOCK


def test_a_doubled_an_unfit_and_an_unknown_scan_are_told_apart_and_hold_the_deed_up(desk, world, codes):
    mark = world.runtime.tokens.qr_text
    give = desk.get_by_role("button", name="Give to the receiver")
    expect(give).to_be_disabled()
    scan(desk, mark(codes[0], 1))
    counted(desk, 1)
    expect(give).to_be_enabled()
    scan(desk, mark(codes[0], 2))
    expect(desk.get_by_text("This copy is on the stack already.")).to_be_visible()
    scan(desk, "6901234567892")
    expect(desk.locator(".strays")).to_contain_text("6901234567892")
    expect(give).to_be_disabled()
    desk.get_by_role("button", name="Take 6901234567892 off the stack").click()
    expect(desk.locator(".strays")).to_have_count(0)
    counted(desk, 1)
    expect(give).to_be_enabled()


def test_a_stack_is_scanned_faster_than_it_is_answered_and_keeps_its_order(desk, world, codes):
    for code in codes:
        scan(desk, world.runtime.tokens.qr_text(code, 1))

    counted(desk, 3)
    assert desk.locator("#stack input[name=scans]").evaluate_all("all => all.map(one => one.value)") == [
        world.runtime.tokens.qr_text(code, 1) for code in codes
    ]


def test_scans_wait_for_an_answer_that_would_lay_out_the_stack_without_them(desk, world, codes):
    mark = world.runtime.tokens.qr_text
    scan(desk, mark(codes[0], 1))
    counted(desk, 1)
    desk.get_by_role("button", name="Take back", exact=True).click()
    desk.evaluate(NEXT_REQUEST_IS_LATE)
    desk.get_by_label("Every page scanned").check()
    for text in (mark(codes[1], 1), mark(codes[2], 1)):
        scan(desk, text)
    counted(desk, 3)

    desk.evaluate(NEXT_REQUEST_IS_LATE)
    desk.locator(
        "#stack tbody button"
    ).last.click()  # the first copy goes, and another scan comes before that is answered
    scan(desk, mark(codes[1], 2))
    expect(desk.locator("#stack tbody tr")).to_have_count(2)
    expect(desk.locator("#stack tbody tr").first).to_contain_text("page of another copy")


def test_another_task_keeps_the_stack_and_the_receiver(desk, world, codes):
    desk.fill("#person", "Holder")
    scan(desk, world.runtime.tokens.qr_text(codes[0], 1))
    counted(desk, 1)
    desk.get_by_role("button", name="Lend", exact=True).click()

    counted(desk, 1)
    expect(desk.locator("#person")).to_have_value("Holder")
    expect(desk.locator("#due_at")).to_have_value(re.compile(r"T18:00$"))
    desk.get_by_role("button", name="Lend to the receiver").click()
    desk.wait_for_url("**/hand-overs/1")
    expect(desk.get_by_text("Loan", exact=True)).to_be_visible()


def test_the_receiver_signs_by_hand_before_the_clerk(desk, world, codes):
    desk.fill("#person", "S012")
    scan(desk, world.runtime.tokens.qr_text(codes[0], 1))
    counted(desk, 1)
    desk.get_by_role("button", name="Give to the receiver").click()
    desk.wait_for_url("**/hand-overs/1")
    desk.get_by_text("Sign by hand instead").click()
    confirm = desk.get_by_role("button", name="Confirm the signature")
    confirm.click()
    expect(desk.locator("[data-signature-error]")).to_be_visible()
    box = desk.locator(".signature canvas").bounding_box()
    desk.mouse.move(box["x"] + 30, box["y"] + 90)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 120, box["y"] + 30, steps=8)
    desk.mouse.move(box["x"] + 220, box["y"] + 90, steps=8)
    desk.mouse.up()
    confirm.click()

    expect(desk.get_by_text("Signed for. The receipt can be printed.")).to_be_visible()
    assert state_of(world, codes[0]) is State.HELD


def test_a_holder_signs_on_their_own_phone_and_says_that_a_copy_was_given_back(
    desk, chromium, site, world, codes
):
    desk.fill("#person", "S012")
    scan(desk, world.runtime.tokens.qr_text(codes[0], 1))
    counted(desk, 1)
    desk.get_by_role("button", name="Give to the receiver").click()
    desk.wait_for_url("**/hand-overs/1")

    with watched_page(chromium, site, PHONE) as phone:
        log_in(phone, "holder")
        phone.goto("/hand-overs/mine")
        phone.get_by_role("link", name="Sign for it").click()
        sign(phone, world.pin)
        expect(phone.get_by_text("Signed for.", exact=False).first).to_be_visible()
        phone.goto("/holdings/")
        phone.get_by_role("button", name="I gave it back").first.click()
        phone.locator("dialog[open] button[type=submit]").click()
        expect(phone.get_by_text("The registry is told.", exact=False)).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    assert state_of(world, codes[0]) is State.CLAIMED
    desk.goto("/counter/out")
    desk.get_by_role("button", name="Dismiss").click()
    desk.locator("dialog[open] input[name=reason]").fill("not in the safe")
    desk.locator("dialog[open] button[type=submit]").click()
    expect(desk.get_by_text("The claim is dismissed", exact=False)).to_be_visible()
    assert state_of(world, codes[0]) is State.HELD
