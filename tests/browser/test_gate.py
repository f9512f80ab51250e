"""A guard at the gate in a real browser: hand scanner, camera, photo, typed code; and the supervisor behind."""

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

import watermark
from registry.models import Account, AccountRole
from registry.rules.codes import human_code
from registry.rules.roles import Role
from service.app import create_app
from tests.fixtures.browsers import watched_page, write_film
from tests.fixtures.handed import hand_out, open_gate, permit, staff_no

pytestmark = pytest.mark.browser


@pytest.fixture
def code(world):
    """A copy in the holder's hands."""
    return hand_out(world)[0]


@pytest.fixture
def gate_id(world):
    return open_gate(world)


@pytest.fixture
def permitted(world, code, gate_id):
    """The copy, once its holder may take it out."""
    permit(world, [code], gate_id)
    return code


@pytest.fixture
def site(world, serve_app):
    with world.runtime.database.transaction() as session:
        account = session.query(Account).filter_by(login="other_manager").one()
        account.roles.append(AccountRole(role=Role.SUPERVISOR))
    return serve_app(create_app(world.runtime.settings, runtime=world.runtime)).url


@pytest.fixture
def page(chromium, site, world, gate_id):
    """The screen of the gate, a guard before it, in English."""
    with watched_page(chromium, site) as opened:
        yield stand_at_gate(opened, world)


def log_in(page: Page, world, login: str) -> None:
    page.goto("/login")
    page.fill("#login", login)
    page.fill("#password", world.password)
    page.click("form[data-login] button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    if page.locator("html").get_attribute("lang") != "en":
        page.click("form[action='/language'] button")
        page.wait_for_load_state()


def stand_at_gate(page: Page, world) -> Page:
    log_in(page, world, "guard")
    page.goto("/gate/")
    page.get_by_label("East gate").check()
    page.get_by_role("button", name="Stand at this gate").click()
    page.wait_for_load_state("load")  # until then no script listens
    expect(page.locator("[data-verdict-word]")).to_have_text("Ready to scan")
    return page


def fire_gun(page: Page, text: str) -> None:
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def answer_the_questions(page: Page, badge: str, pages: int) -> None:
    expect(page.locator("[data-verdict-word]")).to_have_text("Check")
    page.fill("#gate-carrier", badge)
    page.fill("#gate-pages", str(pages))
    page.get_by_role("button", name="Confirm").click()


def answers_in_log(page: Page) -> list[str]:
    page.goto("/gate/log")
    return page.locator("tbody td[data-label=Answer] .state").all_inner_texts()


def test_the_gun_stops_a_copy_without_permit_until_the_guard_has_stopped_it(page, world, code):
    fire_gun(page, world.runtime.tokens.qr_text(code, 1))
    expect(page.locator("[data-verdict-word]")).to_have_text("Stop")
    expect(page.locator("[data-verdict-reason]")).to_have_text("There is no permit to take this copy out.")
    fire_gun(page, "https://example.org/")
    expect(page.locator("[data-verdict-next]")).to_have_text("Acknowledge the stop before the next scan.")
    page.get_by_role("button", name="I have stopped it").click()
    fire_gun(page, "https://example.org/")
    expect(page.locator("[data-verdict-reason]")).to_have_text("This is not one of our marks.")
    assert answers_in_log(page) == ["Stop", "Stop"]


def test_a_permitted_copy_passes_once_badge_and_pages_are_confirmed(page, world, permitted):
    fire_gun(page, world.runtime.tokens.qr_text(permitted, 2))
    answer_the_questions(page, staff_no(world, "holder"), 2)
    expect(page.locator("[data-verdict-word]")).to_have_text("Pass")
    assert answers_in_log(page) == ["Pass", "Ask the supervisor"]


def test_a_wrong_badge_a_wrong_count_and_a_wrong_face_are_stopped(page, world, permitted):
    mark = world.runtime.tokens.qr_text(permitted, 1)
    for badge, pages, said in (
        (staff_no(world, "clerk"), 2, "The person is not a carrier of this copy."),
        (staff_no(world, "holder"), 1, "Pages are missing or too many."),
    ):
        fire_gun(page, mark)
        answer_the_questions(page, badge, pages)
        expect(page.locator("[data-verdict-reason]")).to_have_text(said)
        page.get_by_role("button", name="I have stopped it").click()
        world.later(seconds=10)
    fire_gun(page, mark)
    expect(page.locator("[data-verdict-word]")).to_have_text("Check")
    page.get_by_role("button", name="Does not match").click()
    expect(page.locator("[data-verdict-word]")).to_have_text("Stop")
    assert answers_in_log(page) == ["Stop", "Ask the supervisor"] * 3


def test_the_camera_reads_a_copy_and_lets_it_pass(world, permitted, site, chromium_with_camera, tmp_path):
    modules = watermark.qr_modules(world.runtime.tokens.qr_text(permitted, 1))
    code_picture = np.kron(
        np.where(np.asarray(modules), 0, 255).astype(np.uint8), np.ones((12, 12), np.uint8)
    )
    frame = np.full((720, 1280), 255, np.uint8)
    height, width = code_picture.shape
    frame[150 : 150 + height, 400 : 400 + width] = code_picture
    film = write_film(tmp_path / "code.mjpeg", [cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR)] * 10)
    with watched_page(chromium_with_camera(film), site) as page:
        stand_at_gate(page, world)
        page.get_by_role("button", name="Camera").click()
        answer_the_questions(page, staff_no(world, "holder"), 2)
        expect(page.locator("[data-verdict-word]")).to_have_text("Pass")
        assert answers_in_log(page) == ["Pass", "Ask the supervisor"]


def test_a_photo_without_a_mark_is_stopped_and_recorded(page):
    blank = cv2.imencode(".png", np.full((400, 300), 255, np.uint8))[1].tobytes()
    page.set_input_files("[data-photo]", files=[{"name": "a.png", "mimeType": "image/png", "buffer": blank}])
    expect(page.locator("[data-verdict-reason]")).to_have_text("No mark could be read.", timeout=30_000)
    assert answers_in_log(page) == ["Stop"]


def test_a_typed_code_waits_for_the_supervisor_who_lets_it_pass(page, world, permitted, site, chromium):
    page.get_by_label("Type the code").fill(human_code(permitted))
    page.get_by_role("button", name="Check the typed code").click()
    answer_the_questions(page, staff_no(world, "holder"), 2)
    expect(page.locator("[data-verdict-word]")).to_have_text("Ask the supervisor")
    with watched_page(chromium, site) as desk:
        log_in(desk, world, "other_manager")
        desk.goto("/gate/waiting")
        desk.get_by_label("Why may it pass?").fill("code compared with the paper")
        desk.get_by_role("button", name="Let it pass on my word").click()
        expect(desk.get_by_text("Nothing waits at the gates")).to_be_visible()
    page.goto("/gate/log")
    expect(page.get_by_text("code compared with the paper")).to_be_visible()


def test_a_holder_asks_a_clerk_opens_and_revokes(world, code, gate_id, site, chromium):
    with watched_page(chromium, site) as page:
        log_in(page, world, "holder")
        page.goto("/permits/new")
        page.locator("input[name=copies]").check()
        page.locator("select[name=carriers]").first.select_option(str(world.holder.person_id))
        page.fill("#until", "2026-03-03T18:00")
        page.fill("#reason", "board meeting in town")
        page.get_by_role("button", name="Who must agree?").click()
        expect(page.locator("#preview")).to_contain_text("Responsible leader")
        page.get_by_role("button", name="Send the request").click()
        page.wait_for_url("**/approvals/*")
        world.approve(int(page.url.rsplit("/", 1)[1]), "leader")
    with watched_page(chromium, site) as page:
        log_in(page, world, "clerk")
        page.goto("/permits/")
        page.get_by_role("button", name="Open the permits").click()
        expect(page.get_by_text("The permit is open.")).to_be_visible()
        page.get_by_role("button", name="Revoke").first.click()
        page.get_by_label("Reason").fill("meeting called off")
        page.get_by_role("button", name="Revoke the permit").click()
        expect(page.locator("td .state", has_text="revoked")).to_be_visible()
