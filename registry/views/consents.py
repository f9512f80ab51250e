"""Consents of units as screens show them: what is left of each, and which requests rest on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry.letters import consent_of
from registry.models import ConsentUse, UnitConsent
from registry.rows import UnknownRow
from registry.rules.approval import Act
from registry.rules.consents import ConsentState
from registry.rules.words import RequestState
from registry.views.holdings import Name, name
from registry.views.people import UnitName, unit_name


@dataclass(frozen=True)
class UseRow:
    """A request that rests on a consent."""

    request_id: int
    state: RequestState
    quantity: int
    used: int
    requester: Name
    requested_at: datetime


@dataclass(frozen=True)
class ConsentRow:
    """One letter, and what is left of it."""

    id: int
    state: ConsentState
    unit: UnitName
    document_id: int
    doc_number: str
    title: str
    level: str
    act: Act
    letter_no: str
    scope: str
    quota: int
    left: int
    expires_at: datetime
    letter_sha256: str
    letter_kind: str
    recorded_by: Name
    recorded_at: datetime
    revoked_by: Name | None
    revoked_at: datetime | None
    revocation: str
    uses: tuple[UseRow, ...]


def consents(session: Session, *, now: datetime) -> tuple[ConsentRow, ...]:
    """Return every consent, latest first."""
    return tuple(_row(row, now) for row in session.scalars(_consents().order_by(UnitConsent.id.desc())))


def one_consent(session: Session, consent_id: int, *, now: datetime) -> ConsentRow:
    """Return one consent.

    Raises:
        UnknownRow: there is none under this number.
    """
    row = session.scalar(_consents().where(UnitConsent.id == consent_id))
    if row is None:
        raise UnknownRow(UnitConsent.__tablename__, consent_id)
    return _row(row, now)


def letter_lines(session: Session, ids: Sequence[int]) -> tuple[str, ...]:
    """Return consents as an order tells of them: ``No. 3, 财务部 Finance, letter 财函〔2026〕5号``."""
    rows = session.scalars(_consents().where(UnitConsent.id.in_(ids)).order_by(UnitConsent.id))
    return tuple(f"No. {row.id}, {row.unit.name_zh} {row.unit.name_en}, {row.letter_no}" for row in rows)


def _consents() -> sa.Select[UnitConsent]:
    return sa.select(UnitConsent).options(
        selectinload(UnitConsent.unit),
        selectinload(UnitConsent.document),
        selectinload(UnitConsent.uses).selectinload(ConsentUse.request),
    )


def _row(row: UnitConsent, now: datetime) -> ConsentRow:
    known = consent_of(row)
    return ConsentRow(
        id=row.id,
        state=known.state(now),
        unit=unit_name(row.unit),
        document_id=row.document_id,
        doc_number=row.document.doc_number,
        title=row.document.title,
        level=row.document.level,
        act=row.act,
        letter_no=row.letter_no,
        scope=row.scope,
        quota=row.quota,
        left=known.left,
        expires_at=row.expires_at,
        letter_sha256=row.letter_sha256,
        letter_kind=row.letter_kind,
        recorded_by=name(row.recorded_by),
        recorded_at=row.recorded_at,
        revoked_by=None if row.revoked_by is None else name(row.revoked_by),
        revoked_at=row.revoked_at,
        revocation=row.revocation,
        uses=tuple(
            UseRow(
                request_id=use.request_id,
                state=use.request.state,
                quantity=use.request.quantity,
                used=use.request.used,
                requester=name(use.request.requester),
                requested_at=use.request.requested_at,
            )
            for use in row.uses
        ),
    )
