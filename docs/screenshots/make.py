"""Take the pictures of the two READMEs from a demonstration whose clock stands still.

Run it as ``.venv/bin/python docs/screenshots/make.py``. It needs Chromium; ``CHROMIUM`` names it if it has an
unusual name. The codes on the papers differ from run to run,
since they come from a generator that nobody can repeat.
"""  # noqa: INP001 - a script

import io
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from registry.rules.lifecycle import State
from registry.rules.words import CaseState, DestructionState, PermitState
from registry.views.copies import CopyFilter
from registry.views.documents import DocumentFilter
from service import logs
from service.app import create_app
from service.config import load_settings
from service.demo import company
from service.demo.cast import actor_of
from service.demo.seed import seed
from service.flows import copies, destroying, making, permits, registering, tracing
from service.flows.handlers import HANDLERS
from service.runtime import Runtime, open_runtime
from service.worker import work_one
from watermark import render_page

FOLDER: Final = Path(__file__).resolve().parent
NOW: Final = datetime(2026, 9, 17, 6, 30, tzinfo=UTC)
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
COLOURS: Final = 128
LIMIT_BYTES: Final = 150_000
SHEET_DPI: Final = 110
PAUSE_MS: Final = 400
"""For what htmx and the typefaces still bring."""

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

Walk = Callable[[Page], None]


class Studio:
    """A demonstration that is served, and the browser that looks at it."""

    def __init__(self, runtime: Runtime, browser: Browser, url: str) -> None:
        """Take what is looked at and what looks."""
        self.runtime = runtime
        self.browser = browser
        self.url = url

    def take(
        self, name: str, login: str, path: str, walk: Walk | None = None, *, on_phone: bool = False
    ) -> None:
        """Take one picture: somebody logs in, opens a page, and does there what is shown.

        Args:
            name: Of the picture, ending in the language.
            login: Who logs in.
            path: The page.
            walk: What is done there.
            on_phone: Whether the window is as wide as a phone.
        """
        language = name.rpartition("-")[2]
        window = PHONE if on_phone else DESK
        context = self.browser.new_context(
            base_url=self.url,
            viewport=window,
            device_scale_factor=1,
            locale="zh-CN" if language == "zh" else "en-GB",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto("/login")
        page.fill("#login", login)
        page.fill("#password", company.PASSWORD)
        page.click("form[data-login] button[type=submit]")
        page.wait_for_url("**/desk")
        if not (page.locator("html").get_attribute("lang") or "").startswith(language):
            page.click("form[action='/language'] button")
            page.wait_for_load_state()
        page.goto(path)
        if walk is not None:
            walk(page)
        page.wait_for_timeout(PAUSE_MS)
        save(name, page.screenshot())
        context.close()

    def document(self, title: str) -> int:
        """Return a document's id."""
        clerk = actor_of(self.runtime, "clerk")
        return registering.list_documents(self.runtime, clerk, DocumentFilter(search=title)).rows[0].id

    def codes(self, state: State, title: str | None = None) -> list[str]:
        """Return the codes of the copies in a state, of one document if it is named."""
        clerk = actor_of(self.runtime, "clerk")
        wanted = CopyFilter(state=state, document_id=self.document(title) if title else None)
        return [row.copy.code for row in copies.listing(self.runtime, clerk, wanted).rows]


def take_all(studio: Studio) -> None:
    """Take every picture."""
    desk(studio)
    document(studio)
    stamped_page(studio)
    counter(studio)
    gate(studio)
    shredder(studio)
    case(studio)
    ledger(studio)


def desk(studio: Studio) -> None:
    """Take the clerk's desk, in both languages."""
    studio.take("desk-en", "clerk", "/desk")
    studio.take("desk-zh", "clerk", "/desk")


def document(studio: Studio) -> None:
    """Take a document with its conservation line."""
    document_id = studio.document("样机可靠性增长计划")
    studio.take("document-en", "clerk", f"/documents/{document_id}")


def stamped_page(studio: Studio) -> None:
    """Render a page as it leaves the printer."""
    code = studio.codes(State.HELD, "新一代导航样机研发会议纪要")[0]
    sheet = render_page(making.copy_file(studio.runtime, code), 1, SHEET_DPI, gray=True)
    target = io.BytesIO()
    Image.fromarray(sheet).save(target, "PNG")
    save("stamped-page", target.getvalue())


def counter(studio: Studio) -> None:
    """Take the counter with a stack that is about to be handed over."""
    stack = [studio.runtime.tokens.qr_text(code, 1) for code in studio.codes(State.IN_STOCK)[:3]]

    def walk(page: Page) -> None:
        page.fill("#person", f"{company.staff_no('tang.x')} 唐晓岚")
        for number, mark in enumerate(stack, start=1):
            page.fill("[data-scan-form] [data-scan-target] >> nth=-1", mark)
            page.keyboard.press("Enter")
            page.locator("#stack tbody tr").nth(number - 1).wait_for()

    studio.take("counter-zh", "clerk", "/counter/", walk)


def gate(studio: Studio) -> None:
    """Take what a guard sees on a phone: a copy that may leave, and one that may not."""
    clerk = actor_of(studio.runtime, "clerk")
    permit = next(
        row for row in permits.board(studio.runtime, clerk).permits if row.state is PermitState.OPEN
    )
    leaving = studio.runtime.tokens.qr_text(permit.copy.code, 1)
    staying = studio.runtime.tokens.qr_text(studio.codes(State.HELD, "融资方案比选")[0], 1)

    def stand_at_the_gate(page: Page, mark: str) -> None:
        page.locator("input[name=gate]").first.check()
        page.click("form[action='/gate/choose'] button[type=submit]")
        page.wait_for_load_state("networkidle")
        page.fill("[data-typed] input[name=raw]", mark)
        page.keyboard.press("Enter")

    def green(page: Page) -> None:
        stand_at_the_gate(page, leaving)
        page.fill("#gate-carrier", company.staff_no("holder"))
        if page.locator("#gate-pages").is_visible():
            page.fill("#gate-pages", str(permit.copy.pages))
        page.keyboard.press("Enter")
        page.locator(".verdict-green").wait_for()

    def red(page: Page) -> None:
        stand_at_the_gate(page, staying)
        page.locator(".verdict-red").wait_for()

    studio.take("gate-red-en", "guard", "/gate/", red, on_phone=True)
    studio.take("gate-green-zh", "guard", "/gate/", green, on_phone=True)


def shredder(studio: Studio) -> None:
    """Take a destruction that waits for its witness."""
    lists = destroying.lists(studio.runtime, actor_of(studio.runtime, "clerk"))
    waiting = next(row for row in lists if row.state is DestructionState.SUBMITTED)

    def walk(page: Page) -> None:
        page.locator("main section").last.scroll_into_view_if_needed()

    studio.take("shredder-zh", "clerk2", f"/destruction/{waiting.id}", walk)


def case(studio: Studio) -> None:
    """Take what a picture with a blackened QR code comes to."""
    auditor = actor_of(studio.runtime, "auditor")
    rows = tracing.listing(studio.runtime, auditor).rows
    waiting = next(row for row in rows if row.state is CaseState.RUNNING)
    while work_one(studio.runtime, HANDLERS, "studio"):
        pass
    for language in ("en", "zh"):
        studio.take(f"case-{language}", "auditor", f"/cases/{waiting.id}")


def ledger(studio: Studio) -> None:
    """Take the ledger after it was verified."""

    def walk(page: Page) -> None:
        page.click("form[action^='/ledger/verification'] button")
        page.locator("#findings").wait_for()

    studio.take("ledger-en", "auditor", "/ledger/", walk)


def save(name: str, png: bytes) -> None:
    """Write a picture with few colours, which is a fraction of the size.

    Raises:
        ValueError: it is larger than a picture in a README should be.
    """
    target = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(COLOURS).save(target, "PNG", optimize=True)
    if target.tell() > LIMIT_BYTES:
        raise ValueError(f"{name} has {target.tell()} bytes, more than {LIMIT_BYTES}")
    (FOLDER / f"{name}.png").write_bytes(target.getvalue())
    click.echo(f"{name}.png  {target.tell() // 1000} kB")


@contextmanager
def opened_demo() -> Iterator[Runtime]:
    """Yield a demonstration whose clock stands still, in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(demo=True, data_dir=Path(folder) / "demo", log_level="error")
        logs.configure(settings)
        runtime = open_runtime(settings, clock=lambda: NOW)
        runtime.database.migrate()
        seed(runtime, lambda _what: None)
        yield runtime
        runtime.database.close()


@contextmanager
def served(runtime: Runtime) -> Iterator[str]:
    """Yield the address at which a demonstration answers."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(runtime.settings, runtime=runtime), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def find_chromium() -> str:
    """Return the path of the system's Chromium."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        raise click.ClickException("no Chromium here; set CHROMIUM to its path")
    return found


@click.command()
def make() -> None:
    """Make a demonstration, take its pictures, and throw it away."""
    program = find_chromium()
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to sandbox itself as root
    with opened_demo() as runtime, served(runtime) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        take_all(Studio(runtime, browser, url))
        browser.close()


if __name__ == "__main__":
    make()
