"""An installation with its first two accounts, a clock that tests turn, and a browser-like client."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import create_app
from service.flows import people
from service.flows.people import NewPerson
from service.runtime import Runtime, open_runtime

PASSWORD = "correct horse battery"
ADMINISTRATOR = NewPerson("A1", "甲", "Adam", "admin", PASSWORD, language="en")
OFFICER = NewPerson("A2", "乙", "Olga", "officer", PASSWORD, language="en")
UNIT = ("HQ", "总部", "Headquarters")


class Clock:
    """The time that tests decide."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **how_long: float) -> None:
        """Let time pass: ``pass_by(minutes=16)``."""
        self.now += timedelta(**how_long)


@dataclass(frozen=True)
class Browser:
    """A client that fills in forms like a person: with the token of the page it last saw."""

    client: FlaskClient

    def token(self, path: str = "/login") -> str:
        """Return the token of the forms on a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(path).text)
        assert found, f"no form on {path}"
        return found[1]

    def log_in(self, login: str = "admin", password: str = PASSWORD) -> TestResponse:
        """Fill in the login page."""
        fields = {"login": login, "password": password, "csrf_token": self.token()}
        return self.client.post("/login", data=fields, headers={"Accept-Language": "en"})


@pytest.fixture
def database_backend() -> str:
    """One backend for these tests; those of the jobs and of transactions ask for both."""
    return "sqlite"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runtime(settings, clock):
    opened = open_runtime(settings, clock=clock)
    yield opened
    opened.database.close()


@pytest.fixture
def founded(runtime: Runtime) -> Runtime:
    """An installation with a system administrator and a security officer."""
    people.found(runtime, UNIT, ADMINISTRATOR, OFFICER)
    return runtime


@pytest.fixture
def app(founded: Runtime) -> Flask:
    return create_app(founded.settings, runtime=founded)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def browser(client: FlaskClient) -> Browser:
    return Browser(client)


@pytest.fixture
def entries(runtime: Runtime) -> Callable[[], list[tuple[str, str]]]:
    """Kind and subject of what the ledger holds, oldest first."""
    import sqlalchemy as sa

    from registry.models import LedgerEntry

    def read() -> list[tuple[str, str]]:
        with runtime.database.reading() as session:
            query = sa.select(LedgerEntry.kind, LedgerEntry.subject).order_by(LedgerEntry.seq)
            return [(row.kind, row.subject) for row in session.execute(query)]

    return read
