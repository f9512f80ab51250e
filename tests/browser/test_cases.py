"""A leaked page goes through real pages: sealed, read by the worker, told honestly; and the ledger verified."""

import threading
import zipfile

import numpy as np
import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from bench import paper
from registry.models import LedgerEntry
from registry.rules.codes import human_code
from service.flows.handlers import HANDLERS
from service.worker import run_worker
from tests.fixtures.browsers import PHONE
from tests.flows.test_cases import opened
from tests.flows.test_tracing import printed, qr_box, scanned, stamped

pytestmark = pytest.mark.browser


@pytest.fixture
def worker(world):
    """The worker, for as long as the test lasts."""
    stop = threading.Event()
    thread = threading.Thread(target=run_worker, args=(world.runtime, HANDLERS, stop))
    thread.start()
    yield
    stop.set()
    thread.join()


def blank():
    return paper.png(np.full((600, 600), 255, np.uint8))


def upload(page, picture, name="IMG_1.png"):
    page.goto("/cases/new")
    page.set_input_files("#pictures", {"name": name, "mimeType": "image/png", "buffer": picture})
    page.fill("#note", "found in a chat")
    page.get_by_role("button", name="Seal and trace").click()


def test_an_auditor_traces_a_page_to_its_copy_and_asks_who_had_it_when(visit, world, worker):
    leaf = printed(stamped(world)[1][1])
    leaf[qr_box(leaf)] = 0

    def walk(page):
        upload(page, scanned(leaf))
        page.wait_for_url("**/cases/1")
        expect(page.get_by_text("The copy is named", exact=True)).to_be_visible(timeout=180_000)
        expect(page.locator(".finding-sentence").first).to_have_text(
            "Copy 000002 of “预算草案 Draft budget”, page 2."
        )
        expect(page.locator(".finding")).to_contain_text("Chance of naming an innocent copy: below 1 in 10")
        expect(page.locator(".finding")).to_contain_text("The copy is identified, not the person.")
        assert page.evaluate(
            "fetch(document.querySelector('.leaf').href).then(answer => answer.ok"
            " && answer.headers.get('Content-Type') === 'image/webp')"
        )
        expect(page.locator("#custody .finding-sentence")).to_have_text("registry")
        page.fill("#at", "2020-01-01T08:00")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("#custody .finding-sentence")).to_have_text("This copy was not on paper yet.")
        page.goto("/cases/")
        expect(page.get_by_text("copy named")).to_be_visible()

    visit("auditor", walk)


def test_a_blank_picture_is_told_to_be_inconclusive_with_what_to_try_and_can_be_read_again(
    visit, world, worker
):
    def walk(page):
        upload(page, blank())
        page.wait_for_url("**/cases/1")
        expect(page.get_by_text("These pictures do not name a copy.")).to_be_visible(timeout=180_000)
        expect(page.locator(".advice").first).to_contain_text("scan the whole page at 300 dpi or more")
        page.get_by_role("button", name="Read it again").click()
        expect(page.get_by_text("These pictures do not name a copy.")).to_be_visible(timeout=180_000)
        expect(page.locator("section", has_text="Runs").locator("tbody tr")).to_have_count(2)

    visit("auditor", walk)


@pytest.mark.usefixtures("held", "checker")
def test_a_second_auditor_sees_the_page_laid_flat_confirms_and_takes_the_report(visit, world, tmp_path):
    case_id = opened(world, scanned(np.full((1400, 1000), 255, np.uint8)))

    def first(page):
        page.goto(f"/cases/{case_id}")
        expect(page.locator("#review")).to_contain_text("not yet confirmed")
        expect(page.get_by_role("button", name="Confirm the finding")).to_have_count(0)
        flat = page.locator(".evidence img[alt*='laid flat']")
        flat.scroll_into_view_if_needed()
        page.wait_for_function(
            "image => image.complete && image.naturalWidth > 500", arg=flat.element_handle()
        )
        expect(page.locator("#compared")).to_contain_text("5 copies that were never issued")

    def second(page):
        page.goto(f"/cases/{case_id}")
        page.get_by_role("button", name="Refuse it").click()
        expect(page.get_by_text("A finding is refused with a reason.")).to_be_visible()
        page.goto(f"/cases/{case_id}")
        page.get_by_role("button", name="Confirm the finding").click()
        expect(page.locator("#review")).to_contain_text(
            "Report and archive of the evidence name the holders."
        )
        with page.expect_download() as download:
            page.get_by_role("button", name="Evidence report (PDF)").click()
        assert download.value.suggested_filename == f"T-{case_id:06d}.pdf"
        with page.expect_download() as download:
            page.get_by_role("button", name="Archive (ZIP)").click()
        download.value.save_as(tmp_path / "case.zip")
        assert zipfile.ZipFile(tmp_path / "case.zip").testzip() is None

    visit("auditor", first)
    visit("checker", second)


def test_an_auditor_opens_a_drill_and_sees_what_it_measured(visit, world, reader, held, worker):
    def walk(page):
        page.goto("/drills/")
        page.fill("#copy_code", human_code(held[1]))
        page.fill("#channel", "copier, 3rd floor")
        pictures = [
            {"name": f"{shade}.png", "mimeType": "image/png", "buffer": grey(shade)} for shade in (255, 240)
        ]
        page.set_input_files("#pictures", pictures)
        page.get_by_role("button", name="Read and count").click()
        page.wait_for_url("**/drills/1")
        expect(page.get_by_text("named rightly")).to_have_count(2, timeout=30_000)
        page.goto("/drills/")
        expect(page.locator("tbody").first).to_contain_text("100 % (16 % – 100 %)")

    visit("auditor", walk)


def grey(shade):
    return paper.png(np.full((300, 300), shade, np.uint8))


def test_a_file_that_is_no_picture_is_refused_beside_its_field(visit, world):
    def walk(page):
        upload(page, b"MZ nothing of the kind")
        expect(page.get_by_text("unusable-picture")).to_be_visible()
        expect(page.locator("#note")).to_have_value("found in a chat")

    visit("auditor", walk)


def test_a_ledger_changed_by_hand_is_found_from_the_page_and_the_row_named(visit, world):
    world.register()

    def walk(page):
        page.goto("/ledger/")
        page.get_by_role("button", name="Verify now").click()
        expect(page.get_by_text("No fault was found")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download the export").click()
        assert download.value.suggested_filename == "foliotrace-ledger.jsonl"
        with world.runtime.database.engine.begin() as connection:
            connection.execute(sa.text("DROP TRIGGER ledger_entry_refuses_update"))
            connection.execute(sa.update(LedgerEntry).where(LedgerEntry.seq == 1).values(kind="copy.found"))
        page.get_by_role("button", name="Verify now").click()
        expect(page.get_by_text("The ledger is not what it was")).to_be_visible()
        expect(page.locator("#findings .finding-sentence")).to_have_text("First bad place: entry 1")
        page.locator("#findings").get_by_role("link", name="entry 1").click()
        expect(page.get_by_text("changed by hand")).to_be_visible()

    visit("auditor", walk)


def test_business_finds_neither_cases_nor_ledger(visit, world):
    def walk(page):
        for path in ("/cases/", "/cases/new", "/cases/1", "/drills/", "/ledger/", "/ledger/entries/1"):
            assert page.goto(path).status == 403, path

    visit("clerk", walk)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_fits_a_phone_in_both_languages(visit, world, language, worker):
    def walk(page):
        upload(page, blank())
        page.wait_for_url("**/cases/1")
        expect(page.get_by_text("These pictures do not name a copy.")).to_be_visible(timeout=180_000)
        if language != "en":
            page.click("form[action='/language'] button")
        for path in ("/cases/", "/cases/new", "/cases/1", "/drills/", "/ledger/", "/ledger/entries/1"):
            assert page.goto(path).status == 200, path
            assert page.locator("html").get_attribute("lang") == language
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

    visit("auditor", walk, PHONE)
