"""What every answer carries, what a refusal says, and what it never shows."""

import re
from io import BytesIO

import pytest
from flask import Flask

from registry.errors import ConflictError, InvalidError, PermissionDenied, UnknownError
from service import navigation
from service.app import create_app
from service.errors import code_of, facts_of, status_of
from service.exchange.grid import FAULTS
from service.faults import (
    DatabaseUnfit,
    FormForeign,
    FormStale,
    LoginFailed,
    LoginRequired,
    LoginThrottled,
    NoDesk,
)
from service.headers import uses_camera
from service.login import open_to_all, require
from service.refusals import BY_CODE
from service.sandbox import SandboxExceeded
from service.words import words_for
from watermark.errors import EncryptedFileError


@pytest.fixture
def app(founded) -> Flask:
    """The application with pages that go wrong on purpose."""
    from registry.rules.roles import Action

    app = create_app(founded.settings, runtime=founded)

    @open_to_all
    def camera():
        return "camera"

    @open_to_all
    def crash():
        secret = "hunter2 of Adam"
        raise RuntimeError(secret)

    @open_to_all
    def conflict():
        raise ConflictError("no")

    app.add_url_rule("/camera", view_func=uses_camera(camera))
    app.add_url_rule("/crash", view_func=crash)
    app.add_url_rule("/api/crash", "api_crash", crash)
    app.add_url_rule("/conflict", view_func=conflict)
    app.add_url_rule("/closed", "closed", lambda: "closed")
    app.add_url_rule("/clerks", "clerks", require(Action.HAND_OVER)(lambda: "clerks"))
    app.add_url_rule("/officers", "officers", require(Action.MANAGE_PEOPLE)(lambda: "people"))
    return app


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (PermissionDenied("no"), 403, "not-permitted"),
        (UnknownError("no"), 404, "unknown"),
        (ConflictError("no"), 409, "conflict"),
        (InvalidError("no"), 400, "invalid"),
        (EncryptedFileError(), 422, "encrypted-file"),
        (SandboxExceeded("memory"), 422, "file-too-costly"),
        (LoginRequired(), 401, "login-required"),
        (LoginFailed(), 401, "login-refused"),
        (LoginThrottled(), 429, "too-many-attempts"),
        (NoDesk(), 403, "no-desk"),
        (FormForeign(), 403, "form-foreign"),
        (FormStale(), 400, "form-stale"),
        (DatabaseUnfit("old"), 500, "database-unfit"),
        (ValueError("bug"), 500, None),
    ],
)
def test_the_family_decides_the_status(error, status, code):
    assert (status_of(error), code_of(error)) == (status, code)


def test_facts_fill_the_words(app):
    with app.test_request_context("/"):
        words = words_for(422, "file-too-costly", facts_of(SandboxExceeded("memory")))
    assert "memory" in words.sentence


def test_a_missing_fact_is_no_second_error(app):
    with app.test_request_context("/"):
        assert "—" in words_for(422, "file-too-costly", {}).sentence


def test_every_page_has_its_headers(client):
    headers = client.get("/login").headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
        " font-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize(
    "path", ["/nowhere", "/crash", "/conflict", "/", "/static/nothing.js", "/api/v1/nothing"]
)
def test_refusals_have_the_headers_too(client, path):
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_only_a_page_that_says_so_may_use_the_camera(client):
    headers = client.get("/camera").headers
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "microphone=()" in headers["Permissions-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in headers["Content-Security-Policy"]
    assert "wasm" not in client.get("/login").headers["Content-Security-Policy"]


def test_with_https_cookies_are_bound_to_the_host_and_the_browser_remembers(founded):
    settings = founded.settings.model_copy(update={"secure_cookies": True})
    app = create_app(settings, runtime=type(founded)(**{**vars(founded), "settings": settings}))
    answer = app.test_client().get("/login", base_url="https://papers.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-visit=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_static_files_may_be_kept_by_the_browser(client):
    with client.get("/static/brand.svg") as answer:
        assert "no-store" not in answer.headers["Cache-Control"]


def test_a_crash_shows_a_number_and_nothing_else(capsys, client):
    answer = client.get("/crash", headers={"Accept-Language": "en"})
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" not in answer.text
    number = answer.headers["X-Request-Id"]
    assert number in answer.text
    logged = capsys.readouterr().err
    assert number in logged
    assert "RuntimeError" in logged
    assert "hunter2" not in logged


def test_a_program_gets_problem_details(client):
    answer = client.get("/api/crash", headers={"Accept-Language": "en"})
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == 500
    assert answer.json["code"] == "http-500"
    assert answer.json["next_step"] == "Try again. If it happens again, tell the administrator."
    assert "hunter2" not in answer.text


def test_an_asking_element_gets_the_words_for_the_head_of_its_page(client):
    answer = client.get("/conflict", headers={"HX-Request": "true", "Accept-Language": "en"})
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#flashes"
    assert "Someone else was faster" in answer.text
    assert "<html" not in answer.text


def test_a_wrong_method_names_the_right_ones(client):
    answer = client.get("/logout")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_a_page_is_closed_unless_it_is_marked_open(client):
    assert client.get("/closed").location == "/login?next=/closed"
    assert client.get("/closed", headers={"Accept": "application/json"}).status_code == 401


def test_every_open_page_is_meant_to_be_open(app):
    opened = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "foliotrace_open", False)
    }
    here = {"/camera", "/crash", "/api/crash", "/conflict"}
    assert opened - here == {"/login", "/language", "/api/v1/sessions", "/api/v1/openapi.json"}


def test_a_page_that_the_roles_do_not_open_is_refused_on_the_record(browser, entries):
    browser.log_in()
    assert browser.client.get("/officers").text == "people"
    assert browser.client.get("/clerks").status_code == 403
    assert entries()[-1] == ("deed.denied", "page:clerks")


def test_a_body_that_is_too_big_is_refused(founded):
    settings = founded.settings.model_copy(update={"upload_limit_bytes": 1024})
    client = create_app(settings, runtime=founded).test_client()
    answer = client.post("/login", data=b"x" * (1 << 21), content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_fields_that_are_too_big_are_refused(founded):
    settings = founded.settings.model_copy(update={"form_limit_bytes": 2048})
    client = create_app(settings, runtime=founded).test_client()
    data = {"login": "x" * 4096, "file": (BytesIO(b"x"), "a.txt")}
    assert client.post("/login", data=data, content_type="multipart/form-data").status_code == 413


def test_too_many_fields_are_refused(founded):
    settings = founded.settings.model_copy(update={"form_parts_limit": 10})
    client = create_app(settings, runtime=founded).test_client()
    data = {f"field{number}": "x" for number in range(20)}
    assert client.post("/login", data=data, content_type="multipart/form-data").status_code == 413


def test_a_demonstration_says_so_on_every_page(founded):
    settings = founded.settings.model_copy(update={"demo": True})
    app = create_app(settings, runtime=type(founded)(**{**vars(founded), "settings": settings}))
    client = app.test_client()
    for path in ("/login", "/nowhere"):
        assert "演示 · Demo data" in client.get(path).text


def test_a_page_greets_its_visitor_with_name_and_roles(browser):
    browser.log_in()
    page = browser.client.get("/nowhere").text
    assert "Adam" in page
    assert "System administrator" in page
    assert "演示" not in page


def test_the_menu_names_pages_that_exist(app):
    missing = [line.endpoint for line in navigation.LINES if line.endpoint not in app.view_functions]
    assert missing == []
    assert navigation.SCAN_ENDPOINT is None or navigation.SCAN_ENDPOINT in app.view_functions


def test_words_stand_in_a_page_as_text(client):
    answer = client.get("/<script>alert(1)</script>")
    assert "<script>alert(1)" not in answer.text
    assert re.search(r"<script(?![^>]*\bsrc=)[^>]*>", answer.text) is None


def test_no_word_is_kept_for_a_refusal_that_does_not_exist():
    from tests.architecture.test_error_codes import error_classes

    known = {kind.code for kind in error_classes()} | {"login-refused", "too-many-attempts"} | FAULTS
    assert sorted(set(BY_CODE) - known) == []
    assert set(BY_CODE) >= FAULTS
