"""Settings are read once, in whole, and contradictions are refused in words."""

import pytest
from pydantic import ValidationError

from service.config import Settings, load_settings
from service.faults import SettingsError


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    import os

    for name in [name for name in os.environ if name.startswith("FOLIOTRACE_")]:
        monkeypatch.delenv(name)


def test_the_defaults_are_those_of_a_production_server():
    settings = load_settings()
    assert settings.environment == "production"
    assert settings.secure_cookies
    assert not settings.debug
    assert not settings.demo
    assert not settings.state_scheme
    assert (settings.session_idle_minutes, settings.session_absolute_minutes) == (15, 600)


def test_the_database_and_the_keys_follow_the_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("FOLIOTRACE_DATA_DIR", str(tmp_path))
    settings = load_settings()
    assert settings.database_url == f"sqlite:///{tmp_path / 'foliotrace.sqlite3'}"
    assert settings.keys_dir == tmp_path / "keys"


def test_an_option_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("FOLIOTRACE_PORT", "9000")
    assert load_settings().port == 9000
    assert load_settings(port=9001).port == 9001


@pytest.mark.parametrize(
    ("environment", "clue"),
    [
        ({"DEBUG": "1"}, "debug is refused in production"),
        ({"SECURE_COOKIES": "0"}, "cookies without HTTPS are refused"),
        ({"SESSION_IDLE_MINUTES": "700"}, "longer than its absolute limit"),
        ({"TIME_ZONE": "Mars/Olympus"}, "FOLIOTRACE_TIME_ZONE: 'Mars/Olympus' is no time zone"),
        ({"PUBLIC_URL": "papers.example.com"}, "FOLIOTRACE_PUBLIC_URL: must begin with http"),
        ({"PORT": "many"}, "FOLIOTRACE_PORT"),
        ({"PRINTERS": "registry-1"}, "FOLIOTRACE_PRINTERS: must be a list in JSON"),
        ({"PRINTERS": '[{"name": "a", "destination": "-o raw"}]'}, "FOLIOTRACE_PRINTERS"),
        ({"PRINTERS": '[{"name": "a", "destination": "-o"}]'}, "FOLIOTRACE_PRINTERS"),
        ({"PRINTERS": '[{"name": "a", "destination": "x", "dots": "9/9"}]'}, "FOLIOTRACE_PRINTERS"),
        (
            {"PRINTERS": '[{"name": "a", "destination": "x"}, {"name": "a", "destination": "y"}]'},
            "two printers have the same name",
        ),
        ({"SESSION_IDLE_MINUTE": "5"}, "did you mean FOLIOTRACE_SESSION_IDLE_MINUTES?"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_in_words(monkeypatch, environment, clue):
    for name, value in environment.items():
        monkeypatch.setenv(f"FOLIOTRACE_{name}", value)
    with pytest.raises(SettingsError, match=r"(?s).*") as refused:
        load_settings()
    assert clue in str(refused.value)


def test_a_demonstration_needs_no_https():
    assert not load_settings(demo=True).secure_cookies
    assert load_settings(demo=True, secure_cookies=True).secure_cookies


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(ValidationError):
        load_settings().demo = True


def test_the_password_of_the_database_is_not_shown():
    settings = Settings(database_url="postgresql+psycopg://foliotrace:hunter2@db/foliotrace")
    assert "hunter2" not in repr(settings)


def test_printers_are_told_as_json(monkeypatch):
    told = '[{"name": "机要室", "destination": "ipp://print.example:631/printers/floor-2", "dots": "3/8"}]'
    monkeypatch.setenv("FOLIOTRACE_PRINTERS", told)
    (printer,) = load_settings().printers
    assert (printer.name, printer.dots) == ("机要室", "3/8")
