"""The printer that a run is made for, by program and on the page of the order."""

import pytest

from service.app import create_app
from service.config import Printer
from service.flows.handlers import HANDLERS
from service.worker import work_one

COARSE = Printer(name="Room 2", destination="registry-1", dots="4/10")
FINE = Printer(name="Room 3", destination="registry-2", dots="3/8")


@pytest.fixture
def settings(settings):
    """The installation has two printers of different dots."""
    return settings.model_copy(update={"printers": (COARSE, FINE)})


def order(world, call, **more):
    body = {"request_id": world.approved(world.register()), "recipients": [None]}
    return call("clerk", "POST", "/batches", json=body | more)


def test_a_run_is_ordered_for_a_printer_and_one_of_other_dots_is_warned_about(world, call, fake_printer):
    batch_id = order(world, call, printer=COARSE.name).json["batch_id"]
    work_one(world.runtime, HANDLERS, "test:1:api")
    told = call("clerk", "GET", f"/batches/{batch_id}").json["batch"]
    assert (told["state"], told["printer"], told["dots"]) == ("READY", COARSE.name, "4/10")
    sent = call("clerk", "POST", f"/batches/{batch_id}/attempts", json={"printer": FINE.name}).json
    assert (sent["state"], sent["dots"], sent["copies_dots"]) == ("SENT", "3/8", "4/10")
    assert sent["dots_differ"]


def test_a_printer_that_nobody_has_is_refused(world, call):
    refused = order(world, call, printer="Room 9")
    assert (refused.status_code, refused.json["code"]) == (404, "unknown-printer")
    assert call("clerk", "GET", "/batches").json == {"batches": []}


def test_the_page_of_the_order_offers_the_printers_and_that_of_the_run_says_which(world):
    client = create_app(world.runtime.settings, runtime=world.runtime).test_client()
    page = client.get("/login", headers={"Accept-Language": "en"}).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    entered = {"login": "clerk", "password": world.password, "csrf_token": token}
    client.post("/login", data=entered, headers={"Origin": "http://localhost"})
    request_id = world.approved(world.register())
    form = client.get(f"/batches/new?request={request_id}").text
    assert '<option value="Room 2">Room 2</option>' in form

    token = form.split('name="csrf_token" value="')[1].split('"')[0]
    entered = {"request_id": request_id, "quantity": 1, "printer": COARSE.name, "csrf_token": token}
    there = client.post("/batches/", data=entered, headers={"Origin": "http://localhost"}).headers["Location"]
    work_one(world.runtime, HANDLERS, "test:1:page")
    page = client.get(there).text
    assert "4/10" in page
    assert '<option value="Room 2" selected>Room 2</option>' in page
    assert '<option value="Room 3">Room 3（适用的点与这些份所印的点不同）</option>' in page
