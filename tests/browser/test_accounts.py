"""A first login in real pages: an account is opened, its slip handed over, its password changed before anything."""

import re

import pytest
from playwright.sync_api import expect

from registry.acts import people as acts
from tests.fixtures.browsers import watched_page
from tests.fixtures.doors import log_in
from tests.flows.test_accounts import passwords_on

pytestmark = pytest.mark.browser
OWN = "my own good password"


def test_a_newcomer_logs_in_with_the_slip_and_chooses_a_password(visit, world, chromium, site):
    with world.runtime.database.transaction() as session:
        acts.add_person(
            session, "S901", "王芳", "Wang Fang", world.units["FIN"], actor=world.administrator, now=world.now
        )

    def open_account(page):
        page.goto("/people/")
        page.get_by_role("link", name="People without an account").click()
        page.get_by_label("S901").check()
        with page.expect_download() as slips:
            page.get_by_role("button", name="Open accounts and draw the slips").click()
        return slips.value.path().read_bytes()

    (first,) = passwords_on(visit("administrator", open_account))
    with watched_page(chromium, site, None) as page:
        page.goto("/login")
        page.fill("#login", "s901")
        page.fill("#password", first)
        page.click("form[data-login] button[type=submit]")
        page.wait_for_url(re.compile(r"/password$"))
        page.goto("/holdings")
        page.wait_for_url(re.compile(r"/password$"))
        page.fill("#current_password", first)
        page.fill("#new_password", OWN)
        page.fill("#repeated", OWN)
        page.locator("form[action='/password'] button[type=submit]").click()
        page.wait_for_url(re.compile(r"/desk$"))
    with watched_page(chromium, site, None) as page:
        log_in(page, "s901", OWN)
        expect(page.get_by_role("link", name="Change your password")).to_be_visible()
