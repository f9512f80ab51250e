"""Consents of units: a letter is entered with its scan, shown with what rests on it, revoked.

Laws: the scan is kept sealed and is never opened here, only given out as it came; that somebody took it is recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from registry.acts import consents
from registry.acts.consents import Letter
from registry.errors import InvalidError
from registry.ledger import log
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.roles import Action, Actor
from registry.views import consents as views
from registry.views.consents import ConsentRow
from registry.views.scope import get_within_reach
from service.runtime import Runtime

KINDS: Final[Mapping[bytes, str]] = MappingProxyType(
    {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
)
"""Kinds of scans that are taken, by how their files begin."""


class LetterUnfit(InvalidError):
    """The scan of the letter is neither a PDF nor a picture."""

    code = "letter-unfit"


@dataclass(frozen=True, kw_only=True)
class LetterFacts:
    """What a clerk enters of a letter beside its scan."""

    unit_id: int
    document_id: int
    letter_no: str
    scope: str
    quota: int
    expires_at: datetime
    act: Act = Act.COPY


def record(runtime: Runtime, actor: Actor, facts: LetterFacts, scan: bytes) -> int:
    """Enter a letter with its scan and return the number of the consent.

    Raises:
        LetterUnfit: the scan is no PDF, PNG or JPEG.
        UnknownRow: there is no such document.
        NotAConsent, LetterEntered: it cannot be meant, or was entered before.
    """
    now = runtime.now()
    with runtime.refusals(actor, "consent.record", f"document:{facts.document_id}"):
        roles.require(actor, Action.RECORD_CONSENT)
        kind = next((kind for start, kind in KINDS.items() if scan.startswith(start)), None)
        if kind is None:
            raise LetterUnfit("got a scan that is no PDF, PNG or JPEG", field="letter")
        with runtime.database.reading() as session:
            get_within_reach(session, facts.document_id, actor, now=now)
    letter = Letter(
        unit_id=facts.unit_id,
        document_id=facts.document_id,
        act=facts.act,
        letter_no=facts.letter_no,
        scope=facts.scope,
        quota=facts.quota,
        expires_at=facts.expires_at,
        sha256=runtime.store.put(scan),
        kind=kind,
    )
    with runtime.deed(actor, "consent.record", f"document:{facts.document_id}") as session:
        return consents.record(session, letter, actor=actor, now=now)


def revoke(runtime: Runtime, actor: Actor, consent_id: int, reason: str) -> None:
    """Record that a unit takes its consent back."""
    with runtime.deed(actor, "consent.revoke", f"consent:{consent_id}") as session:
        consents.revoke(session, consent_id, reason, actor=actor, now=runtime.now())


def listing(runtime: Runtime, actor: Actor) -> tuple[ConsentRow, ...]:
    """Return every consent, latest first."""
    roles.require(actor, Action.READ_CONSENTS)
    with runtime.database.reading() as session:
        return views.consents(session, now=runtime.now())


def get_consent(runtime: Runtime, actor: Actor, consent_id: int) -> ConsentRow:
    """Return one consent with what rests on it.

    Raises:
        UnknownRow: there is none.
    """
    roles.require(actor, Action.READ_CONSENTS)
    with runtime.database.reading() as session:
        return views.one_consent(session, consent_id, now=runtime.now())


def letter_of(runtime: Runtime, actor: Actor, consent_id: int) -> tuple[bytes, str]:
    """Return the scan of a letter and its kind; that it was taken is recorded."""
    found = get_consent(runtime, actor, consent_id)
    content = runtime.store.get(found.letter_sha256)
    with runtime.deed(actor, "consent.read", f"consent:{consent_id}") as session:
        log.append(
            session,
            "consent.read",
            f"consent:{consent_id}",
            actor=actor,
            now=runtime.now(),
            sha256=found.letter_sha256,
        )
    return content, found.letter_kind
