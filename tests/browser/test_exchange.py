"""A paper register is looked at, corrected, imported and undone in real pages."""

import re

import pytest
from playwright.sync_api import expect

from service.exchange.workbook import read_workbook

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("tables_at_once")]

HEAD = "文号,制发单位,标题,密级,保密期限,页数,份号,状态,领用人,经办\n"
WRONG = HEAD + "旧7,FIN,旧文件,机密,10年,3,1,在持,S999,甲\n旧7,FIN,,,,,2,在库,,甲\n"
RIGHT = WRONG.replace("S999", "S012")


def offer(page, text):
    page.goto("/exchange/")
    page.locator("#import-copies summary").click()
    chosen = {"name": "台账.csv", "mimeType": "text/csv", "buffer": text.encode("gbk")}
    page.locator("#import-copies input[type=file]").set_input_files(chosen)
    page.locator("#import-copies").get_by_role("button", name="Look at it").click()
    page.wait_for_url(re.compile(r"/exchange/imports/\d+$"))


def test_a_register_comes_back_with_its_problems_then_goes_in_whole_and_is_undone(visit, world):
    def at_the_registry(page):
        offer(page, WRONG)
        expect(page.locator("main")).to_contain_text("Nothing can be imported yet")
        wrong = page.locator("tr", has_text="S999").first
        expect(wrong).to_contain_text("There is no such person who works here")
        expect(page.locator("main")).to_contain_text("经办")
        with page.expect_download() as download:
            page.get_by_role("link", name="Returned file with the problems").click()
        rows = read_workbook(download.value.path().read_bytes()).rows
        assert "There is no such person" in rows[1][1][-1]
        offer(page, RIGHT)
        page.get_by_role("button", name="Import all 2 rows").click()
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.locator("#flashes")).to_contain_text("All 2 rows are imported.")
        page.goto("/copies/")
        expect(page.locator("main")).to_contain_text("旧7")
        page.goto("/exchange/imports/2")
        page.get_by_role("button", name="Undo the import").click()
        page.get_by_role("button", name="Undo", exact=True).click()
        expect(page.locator("#flashes")).to_contain_text("The import is undone")
        page.goto("/copies/")
        expect(page.locator("main")).not_to_contain_text("旧7")

    visit("clerk", at_the_registry)
