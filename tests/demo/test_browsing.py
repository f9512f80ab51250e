"""Every page of the demonstration that a link leads to, as each role, in both languages, at a desk and on a phone."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page

from service.demo import company
from tests.fixtures.browsers import DESK, PHONE, watched_page

pytestmark = pytest.mark.browser

NO_PAGE = re.compile(r"^/(static|api)/|\.(pdf|svg|jsonl|csv|xlsx|zip)$|/(picture|overlay)/|/pages/\d+$")
KEY = re.compile(r"/(\d+|[0-9A-Z]{13})(?=/|$)")
LANGUAGES = {"zh": "zh-CN", "en": "en"}
MOST_PAGES = 60

LINKS = """() => [...document.querySelectorAll("nav a[href], main a[href]")]
    .filter(link => !link.hasAttribute("download")).map(link => link.href)"""
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def words_of_the_browser() -> list[str]:
    """What the browser complained about, each with the page it stood on."""
    return []


@pytest.fixture
def visitor(request, chromium, demo_url, words_of_the_browser) -> Iterator[Page]:
    """A browser in which the person of that login is logged in."""

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            words_of_the_browser.append(f"{page.url}: {message.text}")

    with watched_page(chromium, demo_url) as page:
        page.on("console", listen)
        page.goto("/login")
        page.fill("#login", request.param)
        page.fill("#password", company.PASSWORD)
        page.click("form[data-login] button[type=submit]")
        page.wait_for_url("**/desk")
        yield page


def speak(page: Page, language: str) -> None:
    """Switch the pages to a language."""
    page.goto("/desk")
    if page.locator("html").get_attribute("lang") != LANGUAGES[language]:
        page.click("form[action='/language'] button")
        page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == LANGUAGES[language]


def walk(page: Page, first: str) -> dict[str, str]:
    """Open the pages that links lead to, one of each kind; return what is wrong by its address."""
    wrong: dict[str, str] = {}
    ahead, known = [first], {first}
    for opened in range(MOST_PAGES):
        if opened == len(ahead):
            return wrong
        path = ahead[opened]
        complaint = look_at(page, path)
        if complaint:
            wrong[path] = complaint
        for address in page.evaluate(LINKS):
            further = urlsplit(address).path
            kind = KEY.sub("/*", further)
            if kind not in known and not NO_PAGE.search(further):
                known.add(kind)
                ahead.append(further)
    raise AssertionError(f"more than {MOST_PAGES} kinds of pages: {ahead}")


def look_at(page: Page, path: str) -> str:
    """Open a page at both widths and return what is wrong with it."""
    page.set_viewport_size(DESK)
    answer = page.goto(path)
    if answer is None or answer.status != 200:
        return f"answers {answer and answer.status}"
    if not page.locator(".demo-banner").is_visible():
        return "does not say that it is a demonstration"
    for window in (DESK, PHONE):
        page.set_viewport_size(window)
        width = page.evaluate(WIDTH)
        if width > window["width"]:
            return f"is {width} px wide in a window of {window['width']}"
    return ""


@pytest.mark.parametrize("visitor", company.SHOWN_LOGINS, indirect=True)
def test_whoever_logs_in_finds_every_page_whole_in_both_languages(visitor, words_of_the_browser):
    for language in LANGUAGES:
        speak(visitor, language)
        assert walk(visitor, "/desk") == {}
    assert words_of_the_browser == []
