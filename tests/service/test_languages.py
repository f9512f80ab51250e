"""Every page speaks Chinese and English, and who chooses is clear."""

import re

import pytest
import sqlalchemy as sa
from babel.messages.catalog import Catalog

from registry.models import Account
from service import catalogues, i18n
from tests.service.test_login import browser_token


def language_of(client, **headers) -> str:
    return re.search(r'<html lang="([\w-]+)"', client.get("/nowhere", headers=headers).text)[1]


def test_the_browser_chooses_before_the_login(client):
    assert language_of(client, **{"Accept-Language": "en-GB,en;q=0.9"}) == "en"
    assert language_of(client, **{"Accept-Language": "zh-TW"}) == "zh-CN"
    assert language_of(client, **{"Accept-Language": "fr"}) == "zh-CN"  # what the installation speaks
    assert language_of(client) == "zh-CN"


def test_a_stranger_switches_the_language_of_the_browser(browser):
    client = browser.client
    answer = client.post(
        "/language", data={"language": "en", "next": "/login", "csrf_token": browser.token()}
    )
    assert answer.location == "/login"
    assert language_of(client) == "en"
    assert "Log in" in client.get("/login").text


def test_a_visitor_switches_the_language_of_the_account(browser, founded):
    browser.log_in()
    assert language_of(browser.client) == "en"  # the account's own, whatever the browser says
    browser.client.post("/language", data={"language": "zh", "csrf_token": browser_token(browser)})
    assert language_of(browser.client, **{"Accept-Language": "en"}) == "zh-CN"
    with founded.database.reading() as session:
        assert session.scalar(sa.select(Account.language).where(Account.login == "admin")) == "zh"


@pytest.mark.parametrize("language", ["fr", "", "../zh"])
def test_an_unknown_language_changes_nothing(browser, language):
    answer = browser.client.post("/language", data={"language": language, "csrf_token": browser.token()})
    assert answer.location == "/"
    assert browser.client.get_cookie("foliotrace-language") is None


def test_the_login_page_is_chinese_for_chinese_readers(client):
    page = client.get("/login", headers={"Accept-Language": "zh-CN"}).text
    assert "账户名" in page
    assert "Account name" not in page


def test_times_are_shown_in_the_zone_of_the_installation(app, clock):
    from service.filters import local_date, local_time

    with app.test_request_context("/"):
        assert local_time(clock.now) == "2026-03-02 16:30"
        assert local_date(clock.now.replace(hour=20)) == "2026-03-03"
        assert local_date(clock.now.date()) == "2026-03-02"


def test_a_level_stands_in_both_languages_everywhere(app):
    from flask_babel import force_locale

    from service.filters import LEVELS_BY_CODE, level_text

    with app.test_request_context("/"):
        for language in ("en", "zh"):
            with force_locale(language):
                assert level_text("SECRET") == "机密 Secret"
    assert {"TOP_SECRET", "SECRET", "CONFIDENTIAL", "CORE_COMMERCIAL", "COMMERCIAL"} == set(LEVELS_BY_CODE)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5_000_000, "4.8 MiB"), (1 << 40, "1024.0 GiB")],
)
def test_sizes_are_readable(size, text):
    from service.filters import file_size

    assert file_size(size) == text


def test_a_stale_catalogue_is_compiled_again(tmp_path, monkeypatch):
    source = tmp_path / "po" / "zh" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path / "po")
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Stop"\nmsgstr "停"\n'
    )
    i18n.compile_stale(tmp_path / "mo")
    compiled = tmp_path / "mo" / "zh" / "LC_MESSAGES" / "messages.mo"
    first = compiled.read_bytes()
    compiled.write_bytes(b"kept while the source is not newer")
    import os

    os.utime(compiled, ns=(source.stat().st_atime_ns, source.stat().st_mtime_ns))
    i18n.compile_stale(tmp_path / "mo")
    assert compiled.read_bytes().startswith(b"kept")
    source.write_text(source.read_text().replace("停", "拦下"))
    os.utime(source, ns=(source.stat().st_atime_ns, source.stat().st_mtime_ns + 1))
    i18n.compile_stale(tmp_path / "mo")
    assert "拦下".encode() in compiled.read_bytes()
    assert "拦下".encode() not in first
    assert [path.name for path in compiled.parent.iterdir()] == ["messages.mo"]


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """A small catalogue of its own, to be broken."""
    template = Catalog(charset="utf-8")
    for sentence in ("Stop", "At most %(le)s."):
        template.add(sentence)
    monkeypatch.setattr(catalogues, "extracted", lambda: template)
    monkeypatch.setattr(catalogues, "CATALOGUES", tmp_path)
    catalogues.update()
    path = tmp_path / "zh" / "LC_MESSAGES" / "messages.po"
    text = path.read_text().replace('msgid "Stop"\nmsgstr ""', 'msgid "Stop"\nmsgstr "停"')
    path.write_text(
        text.replace('msgid "At most %(le)s."\nmsgstr ""', 'msgid "At most %(le)s."\nmsgstr "最多 %(le)s。"')
    )
    return path


def test_a_complete_catalogue_has_no_fault(catalogue):
    assert list(catalogues.faults()) == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('msgstr "停"', 'msgstr ""', "zh: not translated: Stop"),
        ('msgid "Stop"', '#, fuzzy\nmsgid "Stop"', "zh: fuzzy: Stop"),
        ("最多 %(le)s。", "最多 %(ge)s。", "zh: other placeholders: At most %(le)s."),
        ("最多 %(le)s。", "最多。", "zh: other placeholders: At most %(le)s."),
    ],
)
def test_each_fault_of_a_catalogue_is_named(catalogue, before, after, fault):
    assert before in catalogue.read_text()
    catalogue.write_text(catalogue.read_text().replace(before, after))
    assert list(catalogues.faults()) == [fault]


def test_missing_and_unused_messages_are_named(catalogue):
    catalogue.write_text(catalogue.read_text().replace('msgid "Stop"', 'msgid "Halt"'))
    assert list(catalogues.faults()) == ["zh: missing: Stop", "zh: out of use: Halt"]


def test_updating_keeps_what_still_fits_and_changes_nothing_else(catalogue):
    before = catalogue.read_bytes()
    assert catalogues.update() == {"zh": 0}
    assert catalogue.read_bytes() == before
