"""Consents of units: entered from their letters, revoked. How requests take from them is in ``letters``.

Laws: a letter is entered once per document and act; a consent is never changed, another letter is another consent;
revoking it stops what was not used yet and undoes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import Document, UnitConsent
from registry.rows import flush_unique, get_row
from registry.rules import roles
from registry.rules.approval import Act, Units
from registry.rules.clocks import is_lapsed
from registry.rules.codes import LAST_COPY_NO
from registry.rules.consents import CONSENTED_ACTS, units_wanted
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_key, parse_line

LETTER_LIMIT: Final = 80
SCOPE_LIMIT: Final = 300


class LetterEntered(ConflictError):
    """This letter was entered before."""

    code = "letter-entered"


class NotAConsent(InvalidError):
    """What was entered is no consent: of a unit that is not asked, to nothing, or over already."""

    code = "not-a-consent"


class ConsentRevoked(ConflictError):
    """The consent was revoked before."""

    code = "consent-revoked"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What the letter of a unit says.

    Attributes:
        unit_id: The unit that consents: the document's issuing or classifying unit.
        act: To what.
        letter_no: The number the letter bears.
        scope: What it allows, in its own words.
        quota: How many copies.
        expires_at: Until when.
        sha256: Hash of the scan of the letter.
        kind: ``pdf``, ``png`` or ``jpg``.
    """

    unit_id: int
    document_id: int
    act: Act
    letter_no: str
    scope: str
    quota: int
    expires_at: datetime
    sha256: str
    kind: str


def record(session: Session, letter: Letter, *, actor: Actor, now: datetime) -> int:
    """Enter a letter and return the number of the consent.

    Raises:
        UnknownRow: there is no such document.
        NotAConsent: fact ``field`` names what is wrong.
        LetterEntered: it was entered before for this document and act.
    """
    roles.require(actor, Action.RECORD_CONSENT)
    document = get_row(session, Document, letter.document_id)
    _require_consent(letter, document, now)
    made = UnitConsent(
        unit_id=letter.unit_id,
        document_id=document.id,
        act=letter.act,
        letter_no=parse_key(letter.letter_no, field="letter_no", limit=LETTER_LIMIT),
        scope=parse_line(letter.scope, field="scope", limit=SCOPE_LIMIT),
        quota=letter.quota,
        expires_at=letter.expires_at,
        letter_sha256=letter.sha256,
        letter_kind=letter.kind,
        recorded_by_id=actor.person_id,
        recorded_at=now,
    )
    session.add(made)
    unique = (UnitConsent.unit_id, UnitConsent.document_id, UnitConsent.act, UnitConsent.letter_no)
    flush_unique(session, {unique: LetterEntered("got a letter that was entered before", field="letter_no")})
    log.append(
        session,
        "consent.recorded",
        f"consent:{made.id}",
        actor=actor,
        now=now,
        unit=letter.unit_id,
        document=document.id,
        act=str(letter.act),
        letter=log.private(made.letter_no),
        scope=log.private(made.scope),
        quota=letter.quota,
        until=letter.expires_at,
        sha256=letter.sha256,
    )
    return made.id


def revoke(session: Session, consent_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Record that a unit takes its consent back; requests that rest on it cannot go on.

    Raises:
        UnknownRow: there is no such consent.
        ConsentRevoked: it was revoked before.
    """
    roles.require(actor, Action.RECORD_CONSENT)
    row = get_row(session, UnitConsent, consent_id, lock=True)
    if row.revoked_at is not None:
        raise ConsentRevoked("got a consent that was revoked before", consent=consent_id)
    row.revoked_by_id = actor.person_id
    row.revoked_at = now
    row.revocation = parse_line(reason, field="reason", limit=REASON_LIMIT)
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "consent.revoked",
        f"consent:{consent_id}",
        actor=actor,
        now=now,
        reason=log.private(row.revocation),
    )


def _require_consent(letter: Letter, document: Document, now: datetime) -> None:
    asked = units_wanted(Units(0, document.issuing_unit_id, document.classifying_unit_id))
    faults = {
        "act": letter.act not in CONSENTED_ACTS,
        "unit_id": letter.unit_id not in asked,
        "quota": not 0 < letter.quota <= LAST_COPY_NO,
        "expires_at": is_lapsed(letter.expires_at, now),
    }
    wrong = next((field for field, is_wrong in faults.items() if is_wrong), None)
    if wrong is not None:
        raise NotAConsent(f"got a letter whose {wrong} makes it no consent", field=wrong)
