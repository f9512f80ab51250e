"""What one page tells the next."""

import pytest
from flask import flash, get_flashed_messages

from service.login import open_to_all


@pytest.fixture
def app(app):
    @app.get("/tell")
    @open_to_all
    def tell():
        flash("the document is registered", "success")
        return "told"

    @app.get("/listen")
    @open_to_all
    def listen():
        return get_flashed_messages(with_categories=True)

    return app


def test_a_notice_is_told_once(client):
    client.get("/tell")
    assert client.get("/listen").json == [["success", "the document is registered"]]
    assert client.get("/listen").json == []


def test_a_changed_cookie_is_silence(client):
    client.get("/tell")
    name = "foliotrace-notices"
    cookie = client.get_cookie(name)
    client.set_cookie(name, cookie.value[:-2] + "xx")
    assert client.get("/listen").json == []


def test_an_old_notice_is_silence(client, monkeypatch):
    from datetime import timedelta

    client.get("/tell")
    monkeypatch.setattr("service.notices.KEPT_FOR", timedelta(seconds=-1))
    assert client.get("/listen").json == []


def test_a_token_of_another_purpose_is_no_notice(client, runtime):
    from service.tokens import Purpose

    client.set_cookie("foliotrace-notices", runtime.tokens.sign(Purpose.FORM, '[["danger", "pay now"]]'))
    assert client.get("/listen").json == []


def test_a_page_that_tells_nothing_sets_no_cookie(client):
    assert "notices" not in str(client.get("/login").headers.getlist("Set-Cookie"))
