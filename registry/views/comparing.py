"""What pictures are compared with: the documents that have copies on paper, and the codes of those. Never a name."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.models import Copy, Document, TraceReference
from registry.rules.tracing import WITHOUT_PAPER


@dataclass(frozen=True)
class Comparable:
    """A document that has copies on paper.

    Attributes:
        scheme: Of its level, which decides what marks it gets.
        level: Its level.
        cleaned_sha256: The document as it was cleaned.
        survey_sha256: What was found out about its pages; None where nothing is kept.
        pages: How many it has.
        codes: Of its copies that were printed.
        references: For each page the file to compare with; empty where none is kept for this reader and survey.
        points_sha256: By which its pages are found; None where no references are kept.
    """

    document_id: int
    scheme: str
    level: str
    cleaned_sha256: str
    survey_sha256: str | None
    pages: int
    codes: tuple[str, ...]
    references: tuple[str, ...]
    points_sha256: str | None


@dataclass(frozen=True)
class Extent:
    """How much there is to compare with."""

    documents: int
    pages: int
    copies: int


def comparables(session: Session, reader: str) -> tuple[Comparable, ...]:
    """Return the documents that have copies on paper, the latest first.

    Args:
        session: Any session.
        reader: Whose references are asked for.
    """
    codes: dict[int, list[str]] = defaultdict(list)
    printed = (
        sa.select(Copy.document_id, Copy.code)
        .where(Copy.state.not_in(WITHOUT_PAPER), Copy.batch_id.is_not(None))
        .order_by(Copy.id)
    )
    for document_id, code in session.execute(printed):
        codes[document_id].append(code)
    kept = {
        row.document_id: row
        for row in session.scalars(sa.select(TraceReference).where(TraceReference.reader == reader))
    }
    documents = session.scalars(
        sa.select(Document).where(Document.id.in_(codes)).order_by(Document.id.desc())
    )
    return tuple(
        Comparable(
            document_id=document.id,
            scheme=document.scheme,
            level=document.level,
            cleaned_sha256=document.cleaned_sha256,
            survey_sha256=document.survey_sha256,
            pages=document.pages,
            codes=tuple(codes[document.id]),
            references=tuple(known.pages) if known else (),
            points_sha256=known.points_sha256 if known else None,
        )
        for document in documents
        for known in (_known(kept.get(document.id), document),)
    )


def extent(session: Session) -> Extent:
    """Return how much there is to compare with at present."""
    on_paper = sa.and_(Copy.state.not_in(WITHOUT_PAPER), Copy.batch_id.is_not(None))
    copies = session.scalars(sa.select(sa.func.count(Copy.id)).where(on_paper)).one()
    with_copies = sa.select(Copy.document_id).where(on_paper).distinct()
    row = session.execute(
        sa.select(sa.func.count(Document.id), sa.func.coalesce(sa.func.sum(Document.pages), 0)).where(
            Document.id.in_(with_copies)
        )
    ).one()
    return Extent(documents=row[0], pages=int(row[1]), copies=copies)


def _known(kept: TraceReference | None, document: Document) -> TraceReference | None:
    """Return what is kept, if it was made from what is known of the pages now."""
    if kept is None or (document.survey_sha256 or "") != kept.survey_sha256:
        return None
    return kept
