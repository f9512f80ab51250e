"""Consents of units by program: entered from their letters, looked at, revoked."""

from datetime import datetime

from flask import Response
from pydantic import AwareDatetime, Base64Bytes, Field

from registry.rules.codes import LAST_COPY_NO
from registry.rules.consents import ConsentState
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action
from registry.views.consents import ConsentRow
from service.api.area import Area, Model
from service.flows import consenting
from service.flows.consenting import LetterFacts
from service.login import current_actor, current_runtime

area = Area("consents", __name__)


class ConsentUse(Model):
    """A request that rests on a consent."""

    request_id: int
    state: str
    quantity: int
    used: int
    requester_id: int
    requested_at: datetime


class ConsentFull(Model):
    """One letter, what is left of it, and what rests on it."""

    id: int
    state: ConsentState
    unit_id: int
    document_id: int
    act: str
    letter_no: str
    scope: str
    quota: int
    left: int
    expires_at: datetime
    letter_sha256: str
    recorded_by: int
    recorded_at: datetime
    revoked_at: datetime | None
    revocation: str
    uses: list[ConsentUse]


class Consents(Model):
    """Every consent, latest first."""

    consents: list[ConsentFull]


class NewConsent(Model):
    """What the letter of a unit says, with its scan."""

    unit_id: int = Field(description="The document's issuing or classifying unit.")
    document_id: int
    letter_no: str = Field(min_length=1, max_length=80)
    scope: str = Field(min_length=1, max_length=300)
    quota: int = Field(ge=1, le=LAST_COPY_NO)
    expires_at: AwareDatetime
    letter: Base64Bytes = Field(description="The scan: PDF, PNG or JPEG, in base64.")


class ConsentId(Model):
    """Which consent."""

    id: int


class Revocation(Model):
    """Why a consent does not hold any more."""

    reason: str = Field(min_length=1, max_length=REASON_LIMIT)


@area.operation(
    "GET",
    "/consents",
    summary="List the consents of units.",
    answer=Consents,
    action=Action.READ_CONSENTS,
)
def list_consents() -> Consents:
    """List consents."""
    found = consenting.listing(current_runtime(), current_actor())
    return Consents(consents=[_full(row) for row in found])


@area.operation(
    "POST",
    "/consents",
    summary="Enter the letter by which a unit consents to copies of its document.",
    body=NewConsent,
    answer=ConsentId,
    status=201,
    action=Action.RECORD_CONSENT,
)
def record(body: NewConsent) -> ConsentId:
    """Enter a letter."""
    facts = LetterFacts(
        unit_id=body.unit_id,
        document_id=body.document_id,
        letter_no=body.letter_no,
        scope=body.scope,
        quota=body.quota,
        expires_at=body.expires_at,
    )
    return ConsentId(id=consenting.record(current_runtime(), current_actor(), facts, body.letter))


@area.operation(
    "GET",
    "/consents/<int:consent_id>",
    summary="Tell what is left of a consent and what rests on it.",
    answer=ConsentFull,
    action=Action.READ_CONSENTS,
)
def get_consent(consent_id: int) -> ConsentFull:
    """Tell about a consent."""
    return _full(consenting.get_consent(current_runtime(), current_actor(), consent_id))


@area.operation(
    "GET",
    "/consents/<int:consent_id>/letter",
    summary="Give out the scan of the letter; that it was taken is recorded.",
    action=Action.READ_CONSENTS,
    media_type="application/octet-stream",
)
def get_letter(consent_id: int) -> Response:
    """Give out the letter."""
    content, _kind = consenting.letter_of(current_runtime(), current_actor(), consent_id)
    return Response(content, content_type="application/octet-stream")


@area.operation(
    "POST",
    "/consents/<int:consent_id>/revocation",
    summary="Record that the unit takes its consent back.",
    body=Revocation,
    action=Action.RECORD_CONSENT,
)
def revoke(consent_id: int, body: Revocation) -> None:
    """Revoke a consent."""
    consenting.revoke(current_runtime(), current_actor(), consent_id, body.reason)


def _full(row: ConsentRow) -> ConsentFull:
    return ConsentFull(
        id=row.id,
        state=row.state,
        unit_id=row.unit.id,
        document_id=row.document_id,
        act=str(row.act),
        letter_no=row.letter_no,
        scope=row.scope,
        quota=row.quota,
        left=row.left,
        expires_at=row.expires_at,
        letter_sha256=row.letter_sha256,
        recorded_by=row.recorded_by.id,
        recorded_at=row.recorded_at,
        revoked_at=row.revoked_at,
        revocation=row.revocation,
        uses=[
            ConsentUse(
                request_id=use.request_id,
                state=str(use.state),
                quantity=use.quantity,
                used=use.used,
                requester_id=use.requester.id,
                requested_at=use.requested_at,
            )
            for use in row.uses
        ],
    )
