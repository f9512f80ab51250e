"""A small organisation with everything open: units, people by role, and a real document on its way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.acts.documents import DocumentFacts
from registry.models import Account, Person
from registry.rules.approval import Act
from registry.rules.roles import Actor
from service import passwords
from service.config import Settings
from service.flows import registering, requesting
from service.flows.requesting import Wish
from service.runtime import Runtime, open_runtime
from tests.fixtures.office import NOW, furnish
from tests.fixtures.papers import draw_pdf

PASSWORD = "correct horse battery"
PIN = "271828"


@dataclass
class World:
    """The organisation of ``tests/fixtures/office`` behind a runtime, with a clock that the test moves."""

    runtime: Runtime
    units: dict[str, int]
    actors: dict[str, Actor]
    present: list[datetime]
    password: str = PASSWORD
    pin: str = PIN

    def __getattr__(self, part: str) -> Actor:
        """Return the person of that part: ``world.clerk``."""
        try:
            return self.__dict__["actors"][part]
        except KeyError:
            raise AttributeError(part) from None

    @property
    def now(self) -> datetime:
        """The present instant of this organisation."""
        return self.present[0]

    def later(self, **passed: float) -> datetime:
        """Let time pass, as ``timedelta`` takes it, and return the new present."""
        self.present[0] += timedelta(**passed)
        return self.now

    def facts(self, **changed: object) -> DocumentFacts:
        """Return the facts of a SECRET document of the finance unit, apart from what is ``changed``."""
        facts: dict[str, object] = {
            "doc_number": "财字〔2026〕7号",
            "title": "预算草案 Draft budget",
            "issuing_unit_id": self.units["FIN"],
            "classifying_unit_id": self.units["FIN"],
            "scheme": "company",
            "level": "SECRET",
            "secrecy_period": "10年",
        }
        return DocumentFacts(**facts | changed)

    def register(self, pdf: bytes | None = None, **changed: object) -> int:
        """Have the clerk register a document and return its id."""
        return registering.register(self.runtime, self.clerk, self.facts(**changed), pdf or draw_pdf())

    def wish(self, document_id: int, **changed: object) -> Wish:
        """Return what the handler asks for: five copies printed within a month."""
        wish: dict[str, object] = {
            "document_id": document_id,
            "act": Act.PRINT,
            "reason": "for the board meeting",
            "until": self.now + timedelta(days=30),
            "copies": 5,
        }
        return Wish(**wish | changed)

    def approve(self, request_id: int, *parts: str) -> None:
        """Have people agree to a request, each to what they are shown."""
        for part in parts:
            shown = requesting.get_request(self.runtime, self.actors[part], request_id)
            requesting.decide(
                self.runtime, self.actors[part], request_id, agreed=True, shown_hash=shown.order_hash
            )

    def approved(self, document_id: int, *parts: str, **changed: object) -> int:
        """Have the handler ask for a print run and people agree (the leader unless others are named); return its id."""
        request_id = requesting.ask(self.runtime, self.handler, self.wish(document_id, **changed))
        self.approve(request_id, *(parts or ("leader",)))
        return request_id


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """The organisation on a fresh migrated database; everybody has a password and a PIN."""
    present = [NOW]
    runtime = open_runtime(settings, clock=lambda: present[0])
    with runtime.database.transaction() as session:
        office = furnish(session)
        _give_secrets(session)
    yield World(runtime, office.units, office.actors, present)
    runtime.database.close()


def _give_secrets(session: Session) -> None:
    """Give everybody the same password and PIN, hashed once: hashing is slow on purpose."""
    session.execute(
        sa.update(Account).values(password_hash=passwords.hash_password(PASSWORD, login="nobody"))
    )
    session.execute(sa.update(Person).values(pin_hash=passwords.hash_pin(PIN)))
