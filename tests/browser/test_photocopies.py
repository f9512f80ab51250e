"""Photocopies in real pages: an approved job is recorded, and the labels of what it made are scanned into stock."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from registry.rules.approval import Act
from registry.rules.codes import human_code
from service.flows import copies, equipment, photocopying
from service.flows.equipment import JobWish
from tests.fixtures.devices import ready_device
from tests.flows.test_equipment import stock

pytestmark = pytest.mark.browser


def test_photocopies_are_numbered_labelled_and_scanned_into_stock(visit, world):
    document, scan = stock(world)
    ready_device(world, name="复印机 Copier")
    wish = JobWish(
        act=Act.COPY, document_id=document, copies=2, reason="annex", until=world.now + timedelta(days=3)
    )
    request_id = equipment.ask_job(world.runtime, world.handler, wish)
    world.approve(request_id, "leader")

    def record_and_label(page):
        page.goto("/equipment/jobs")
        page.fill("#raw", scan)
        page.fill("#copies", "2")
        page.get_by_role("button", name="Record the job").click()
        page.wait_for_url(re.compile(r"/equipment/jobs/\d+$"))
        job_id = int(page.url.rpartition("/")[2])
        first, second = photocopying.get_job(world.runtime, world.other_clerk, job_id).photocopies
        with page.expect_download() as labels:
            page.get_by_role("link", name="Labels for the copies").click()
        assert labels.value.path().read_bytes()[:5] == b"%PDF-"
        page.keyboard.type(scan)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Scan the label, not the code")).to_be_visible()
        page.keyboard.type(human_code(first.code))
        page.keyboard.press("Enter")
        expect(page.get_by_text("The photocopy is in stock.")).to_be_visible()
        page.get_by_role("button", name="Give the rest up").click()
        page.get_by_role("button", name="Give up", exact=True).click()
        expect(page.get_by_text("1 number is void.")).to_be_visible()
        page.goto(f"/copies/{first.code}")
        expect(page.get_by_text("bears the marks of the copy it was made after")).to_be_visible()
        return second.code

    voided = visit("other_clerk", record_and_label)
    assert copies.story(world.runtime, world.clerk, voided).view.copy.state == "VOID"
