"""Documents as lists and their page show them, to those within whose reach they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry.models import Copy, Document
from registry.rules.light import LightStanding
from registry.rules.roles import Actor
from registry.views.conservation import Conservation, conservation
from registry.views.holdings import Name, name
from registry.views.light import code_names, find_standing
from registry.views.people import UnitName, unit_name
from registry.views.scope import get_within_reach, within_reach

PAGE_ROWS = 50


@dataclass(frozen=True)
class DocumentFilter:
    """What a list of documents is narrowed to; None leaves a column open.

    Attributes:
        search: A part of the title or of the document number.
        level: Scheme and level.
    """

    search: str = ""
    unit_id: int | None = None
    level: tuple[str, str] | None = None
    meeting_id: int | None = None


@dataclass(frozen=True)
class DocumentRow:
    """One line of a list of documents."""

    id: int
    doc_number: str
    title: str
    issuing_unit: UnitName
    scheme: str
    level: str
    secrecy_period: str
    no_copying: bool
    pages: int
    registered_at: datetime
    declassified_at: datetime | None
    conservation: Conservation
    code_name: str | None = None
    """Of a document that is kept light; its title shows it, and that it is one."""


@dataclass(frozen=True)
class DocumentPage:
    """A page of a list: ``total`` counts all that match."""

    rows: tuple[DocumentRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))


@dataclass(frozen=True)
class DocumentView:
    """One document with all its facts.

    Attributes:
        proof: How traceable each page is, and with which carriers it was measured; None where nothing was.
        pictures: Hashes of the stored pictures, one per page; empty where they may not be seen, or are gone.
        light: Where it stands if it is kept light.
    """

    row: DocumentRow
    classifying_unit: UnitName
    need_to_know: str
    meeting_id: int | None
    meeting_title: str
    findings: tuple[dict[str, Any], ...]
    proof: dict[str, Any] | None
    original_sha256: str
    cleaned_sha256: str
    registered_by: Name
    pictures: tuple[str, ...]
    light: LightStanding | None = None


def documents(
    session: Session, wanted: DocumentFilter, actor: Actor, *, now: datetime, page: int = 1
) -> DocumentPage:
    """Return one page of the documents within reach that match, latest first."""
    matching = sa.select(Document).where(within_reach(session, actor, now=now), *_conditions(wanted))
    total = session.scalars(sa.select(sa.func.count()).select_from(matching.subquery())).one()
    found = session.scalars(
        matching.options(selectinload(Document.issuing_unit))
        .order_by(Document.id.desc())
        .limit(PAGE_ROWS)
        .offset((page - 1) * PAGE_ROWS)
    ).all()
    return DocumentPage(rows=_rows(session, found), total=total, page=page)


def document(session: Session, document_id: int, actor: Actor, *, now: datetime) -> DocumentView:
    """Return one document within reach.

    Raises:
        UnknownRow: there is none under this id, or none that the actor may know of.
    """
    found = get_within_reach(session, document_id, actor, now=now)
    light = find_standing(session, document_id, now=now)
    shows_pages = session.scalar(
        sa.select(sa.literal(1)).where(
            Document.id == document_id, within_reach(session, actor, now=now, pages=True)
        )
    )
    return DocumentView(
        row=_rows(session, [found])[0],
        classifying_unit=unit_name(found.classifying_unit),
        need_to_know=found.need_to_know,
        meeting_id=found.meeting_id,
        meeting_title="" if found.meeting is None else found.meeting.title,
        findings=tuple(found.findings),
        proof=found.proof,
        original_sha256=found.original_sha256,
        cleaned_sha256=found.cleaned_sha256,
        registered_by=name(found.registered_by),
        pictures=tuple(found.pictures) if shows_pages and (light is None or light.may_print) else (),
        light=light,
    )


def copy_with_file(session: Session, document_id: int, sha256: str) -> int | None:
    """Return the number of the copy of a document whose whole file has a hash; None if none has."""
    return session.scalar(
        sa.select(Copy.copy_no).where(Copy.document_id == document_id, Copy.stamped_sha256 == sha256)
    )


def _conditions(wanted: DocumentFilter) -> list[sa.ColumnElement[bool]]:
    chosen: list[sa.ColumnElement[bool]] = []
    if wanted.search.strip():
        part = wanted.search.strip()
        chosen.append(
            sa.or_(
                Document.title.icontains(part, autoescape=True),
                Document.doc_number.icontains(part, autoescape=True),
            )
        )
    if wanted.unit_id is not None:
        chosen.append(Document.issuing_unit_id == wanted.unit_id)
    if wanted.level is not None:
        chosen.append(sa.and_(Document.scheme == wanted.level[0], Document.level == wanted.level[1]))
    if wanted.meeting_id is not None:
        chosen.append(Document.meeting_id == wanted.meeting_id)
    return chosen


def _rows(session: Session, found: Sequence[Document]) -> tuple[DocumentRow, ...]:
    lines = conservation(session, [row.id for row in found])
    names = code_names(session, [row.id for row in found])
    return tuple(
        DocumentRow(
            id=row.id,
            doc_number=row.doc_number,
            title=row.title,
            issuing_unit=unit_name(row.issuing_unit),
            scheme=row.scheme,
            level=row.level,
            secrecy_period=row.secrecy_period,
            no_copying=row.no_copying,
            pages=row.pages,
            registered_at=row.registered_at,
            declassified_at=row.declassified_at,
            conservation=lines[row.id],
            code_name=names.get(row.id),
        )
        for row in found
    )
