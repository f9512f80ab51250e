"""Only our own pages change something, and what is wrong with a form is said field by field."""

from enum import StrEnum
from typing import Annotated

import pytest
from flask_babel import force_locale
from pydantic import Field
from werkzeug.datastructures import MultiDict

from registry.errors import InvalidError
from service.forms import FieldErrors, Form, parse_form, refused_field
from tests.service.conftest import PASSWORD
from tests.service.test_login import browser_token


class Colour(StrEnum):
    RED = "red"


class Order(Form):
    title: Annotated[str, Field(max_length=5)]
    copies: Annotated[int, Field(ge=1, le=9)]
    colour: Colour = Colour.RED
    pages: tuple[int, ...] = ()
    note: str | None = None


def fields(**changed):
    return MultiDict({"title": " ab ", "copies": "3"} | changed)


@pytest.fixture
def request_context(app):
    with app.test_request_context("/"):
        yield


def test_a_form_becomes_a_value(request_context):
    data = fields(note="  ")
    data.setlist("pages", ["1", "", "2"])
    form = parse_form(Order, data)
    assert form == Order(title="ab", copies=3, colour=Colour.RED, pages=(1, 2), note=None)


@pytest.mark.parametrize(
    ("changed", "field", "english", "chinese"),
    [
        ({"title": "   "}, "title", "Please fill this in.", "请填写此项。"),
        ({"title": "abcdef"}, "title", "At most 5 characters.", "最多 5 个字符。"),
        ({"copies": "ten"}, "copies", "A whole number is wanted.", "请输入整数。"),
        ({"copies": "0"}, "copies", "At least 1.", "至少为 1。"),
        ({"copies": "10"}, "copies", "At most 9.", "最多为 9。"),
        ({"colour": "green"}, "colour", "Choose one of the list.", "请从列表中选择。"),
    ],
)
def test_what_is_wrong_is_said_in_both_languages(request_context, changed, field, english, chinese):
    for language, words in (("en", english), ("zh", chinese)):
        with force_locale(language):
            found = parse_form(Order, fields(**changed))
        assert isinstance(found, FieldErrors)
        assert found.errors == {field: words}


def test_what_was_entered_is_kept_for_the_page(request_context):
    found = parse_form(Order, fields(copies="ten"))
    assert found.entered == {"title": "ab", "copies": "ten"}


def test_a_refusal_that_names_a_field_becomes_its_error(request_context):
    class TitleUnfit(InvalidError):
        code = "password-unfit"

    with force_locale("en"):
        refused = refused_field({"title": "x"}, TitleUnfit("no", field="title", shortest=12, longest=128))
    assert refused.errors == {"title": "A password has 12 to 128 characters and is not the account name."}
    with pytest.raises(TitleUnfit):
        refused_field({}, TitleUnfit("no"))


def test_a_form_without_a_token_is_refused(browser):
    answer = browser.client.post("/login", data={"login": "admin", "password": PASSWORD})
    assert answer.status_code == 400
    assert "form-stale" in answer.text
    assert browser.client.get("/api/v1/sessions/current").status_code == 401


def test_a_token_of_another_browser_is_refused(app, browser):
    stolen = type(browser)(app.test_client()).token()
    browser.token()
    fields = {"login": "admin", "password": PASSWORD, "csrf_token": stolen}
    assert browser.client.post("/login", data=fields).status_code == 400


def test_the_token_from_before_the_login_is_worthless_after_it(browser):
    before = browser.token()
    browser.log_in()
    assert browser.client.post("/logout", data={"csrf_token": before}).status_code == 400
    assert browser.client.post("/logout", data={"csrf_token": browser_token(browser)}).status_code == 302


def test_a_token_may_come_in_a_header(browser):
    browser.log_in()
    headers = {"X-CSRF-Token": browser_token(browser)}
    assert browser.client.post("/logout", headers=headers).status_code == 302


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 302),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://localhost"}, 302),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "http://localhost:8080"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({}, 302),
    ],
)
def test_a_form_from_another_site_is_refused_even_with_its_token(browser, headers, status):
    browser.log_in()
    answer = browser.client.post("/logout", data={"csrf_token": browser_token(browser)}, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert "form-foreign" in answer.text
        assert browser.client.get("/api/v1/sessions/current").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_changing_method_needs_a_token(browser, method):
    browser.log_in()
    answer = getattr(browser.client, method)("/api/v1/sessions/current")
    assert answer.json["code"] == "form-stale"
