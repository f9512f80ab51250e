"""A clerk's whole way with paper: a bad file, a turned scan, a long report, a jam, spoiled copies, and their sheets."""

import io
import re

import pikepdf
import pytest
import zxingcpp
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

import watermark
from service.config import Printer
from service.flows import copies, equipment, releasing
from service.flows.handlers import HANDLERS
from service.worker import work_one
from tests.fixtures.browsers import PHONE, watched_page
from tests.fixtures.doors import log_in
from tests.fixtures.handed import staff_no
from tests.fixtures.papers import draw_pdf, locked

QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""Text and dots on a page can look like a bar code of another kind."""

pytestmark = pytest.mark.browser


@pytest.fixture
def settings(settings):
    """The installation has a printer."""
    return settings.model_copy(update={"printers": (Printer(name="Room 2", destination="registry-1"),)})


@pytest.fixture
def page(clerk_page):
    """A page on which the clerk is logged in, in English."""
    return clerk_page


def turned_scan() -> bytes:
    """Return a PDF of one page that is a picture lying on its side, as some scanners deliver it."""
    picture = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(picture)
    for line in range(40):
        draw.rectangle((200, 250 + 45 * line, 1400 - 17 * (line % 9), 262 + 45 * line), fill=40)
    target = io.BytesIO()
    picture.rotate(90, expand=True).save(target, "PDF", resolution=200)
    with pikepdf.open(io.BytesIO(target.getvalue())) as pdf:
        pdf.pages[0].Rotate = 90
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def upload(page: Page, pdf: bytes) -> None:
    page.goto("/documents/new")
    page.set_input_files("#file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf})
    page.fill("#doc_number", "财字〔2026〕7号")
    page.fill("#title", "预算草案 Draft budget")
    page.select_option("#issuing_unit_id", label="Finance")
    page.check("input[name=level][value='company:SECRET']")
    page.get_by_role("button", name="Register").click()


def marks_of(world, pdf: bytes, number: int):
    found = zxingcpp.read_barcodes(watermark.render_page(pdf, number, dpi=130), formats=QR_ONLY)
    return [world.runtime.tokens.verify_qr(mark.text) for mark in found]


def order(page: Page, request_id: int, quantity: int) -> int:
    page.goto(f"/batches/new?request={request_id}")
    page.fill("#quantity", str(quantity))
    page.get_by_role("button", name="Reserve numbers and make the copies").click()
    page.wait_for_url(re.compile(r"/batches/\d+$"))
    return int(page.url.rsplit("/", 1)[1])


def fetch(page: Page, button: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value.path().read_bytes()


def test_a_file_that_cannot_be_printed_is_refused_in_words(page, world):
    upload(page, locked(draw_pdf(1)))
    expect(page.get_by_text("encrypted or protected by a password").first).to_be_visible()


def test_a_scan_that_lies_on_its_side_leaves_upright_with_its_mark(page, world):
    document_id = world.register(turned_scan())
    batch_id = order(page, world.approved(document_id, copies=1), 1)
    work_one(world.runtime, HANDLERS, "test:1:walk")
    page.goto(f"/batches/{batch_id}")
    page.select_option("#printer", "")
    file = fetch(page, "Release to the printer")
    assert [(mark.page) for mark in marks_of(world, file, 1)] == [1]


def test_fifty_copies_two_misprints_a_jam_and_the_sheets_destroyed(page, world, fake_printer):
    request_id = world.approved(world.register(draw_pdf(4)), copies=50)
    batch_id = order(page, request_id, 50)
    work_one(world.runtime, HANDLERS, "test:1:walk")
    page.goto(f"/batches/{batch_id}")
    page.get_by_label("Put a face sheet before each copy").check()
    page.select_option("#printer", "")
    whole = fetch(page, "Release to the printer")
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert len(pdf.pages) == 50 * 3 * 2
    expect(page.get_by_text("is not given out again")).to_be_visible()

    # The printer jams: sheet 5 is the last good one, two more are creased.
    rows = copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows
    page.fill("#stop_reason", "paper jam")
    page.fill("#spoiled", "2")
    page.fill("#last_good", world.runtime.tokens.qr_text(rows[1].copy.code, 2))
    page.get_by_role("button", name="Record where it stopped").click()
    expect(page.get_by_text("Hand in 2 spoiled sheets.")).to_be_visible()
    expect(page.get_by_text("Still to be printed: sheets 6 to 150")).to_be_visible()

    # Two copies are better printed anew as a whole.
    page.get_by_label("Copy 2 is a misprint").check()
    page.get_by_label("Copy 3 is a misprint").check()
    page.fill("#reason", "creased by the jam")
    page.get_by_role("button", name="Record misprints and replace them").click()
    page.wait_for_url(f"**/batches/{batch_id + 1}")
    work_one(world.runtime, HANDLERS, "test:1:walk")
    page.reload()
    page.select_option("#printer", "Room 2")
    page.get_by_role("button", name="Release to the printer").click()
    expect(page.get_by_text("Room 2 has taken the job")).to_be_visible()
    page.get_by_role("button", name="Every sheet came out good").click()
    expect(page.get_by_text("Every sheet is accounted for.")).to_be_visible()
    first = marks_of(world, fake_printer.jobs[0], 1)[0]
    assert copies.story(world.runtime, world.clerk, first.code).view.replaces.code == rows[1].copy.code

    # The rest of the first run goes on without them.
    page.goto(f"/batches/{batch_id}")
    expect(page.get_by_text("Still to be printed: sheets 10 to 150")).to_be_visible()
    rest = fetch(page, "Release the rest to the printer")
    with pikepdf.open(io.BytesIO(rest)) as pdf:
        assert len(pdf.pages) == 47 * 3 * 2
    assert marks_of(world, rest, 3)[0].code == rows[3].copy.code
    page.reload()
    page.get_by_role("button", name="Every sheet came out good").click()
    expect(page.get_by_text("Every sheet was seen by").first).to_be_visible()

    # The two sheets wait until a witness sees them destroyed.
    equipment.add_shredder(world.runtime, world.administrator, "粉碎机 Shredder", "B1", "P-6")
    page.goto("/batches/")
    for box in page.locator("input[name=sheet]").all():
        box.check()
    page.fill("#witness_1", staff_no(world, "manager"))
    page.fill("#pin_1", world.pin)
    page.get_by_role("button", name="Record that they were destroyed").click()
    expect(page.get_by_text("The spoiled sheets are destroyed on record.")).to_be_visible()
    assert releasing.waste(world.runtime, world.clerk) == ()


def test_a_long_report_goes_on_in_the_middle_of_a_copy(page, world):
    batch_id = order(page, world.approved(world.register(draw_pdf(40)), copies=3), 3)
    work_one(world.runtime, HANDLERS, "test:1:walk")
    page.goto(f"/batches/{batch_id}")
    page.select_option("#printer", "")
    fetch(page, "Release to the printer")
    page.reload()
    page.fill("#last_good", "30")
    page.fill("#stop_reason", "no paper left")
    page.fill("#spoiled", "0")
    page.get_by_role("button", name="Record where it stopped").click()
    rest = fetch(page, "Release the rest to the printer")
    rows = copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows
    with pikepdf.open(io.BytesIO(rest)) as pdf:
        assert len(pdf.pages) == 60
    (mark,) = marks_of(world, rest, 1)
    assert (mark.code, mark.page) == (rows[1].copy.code, 21)


def test_a_printer_that_gave_no_answer_is_an_unknown_that_a_person_ends(chromium, site, world, fake_printer):
    fake_printer.behave("refuse")
    with watched_page(chromium, site, PHONE) as page:
        log_in(page, "clerk", world.password)
        batch_id = order(page, world.approved(world.register(draw_pdf(1)), copies=1), 1)
        work_one(world.runtime, HANDLERS, "test:1:walk")
        page.goto(f"/batches/{batch_id}")
        page.select_option("#printer", "Room 2")
        page.get_by_role("button", name="Release to the printer").click()
        expect(page.get_by_text("It is not known whether this was printed.")).to_be_visible()
        expect(page.get_by_text("The print system refused the job")).to_be_visible()
        page.goto("/batches/")
        expect(page.locator("#unsettled")).to_contain_text("Draft budget")
        page.get_by_role("link", name="Say what came out").click()
        page.fill("#last_good", "9")
        page.fill("#stop_reason", "nothing in the tray")
        page.get_by_role("button", name="Record where it stopped").click()
        expect(page.locator("#last_good-error")).to_contain_text("the last good one can be 0 to 0")
        page.fill("#last_good", "0")
        page.fill("#spoiled", "0")
        page.get_by_role("button", name="Record where it stopped").click()
        expect(page.get_by_text("Still to be printed: sheet 1")).to_be_visible()
