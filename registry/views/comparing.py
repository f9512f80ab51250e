"""What pictures are compared with: the documents that have copies on paper, and the codes of those. Never a name."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.models import Copy, Document, TraceReference
from registry.rules.tracing import WITHOUT_PAPER
from registry.views.light import CONTENT_IS_HERE, kept_rooms, room_of

_ON_PAPER: Final = (Copy.state.not_in(WITHOUT_PAPER), Copy.batch_id.is_not(None))


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
        room: The part of the store that holds its content alone; None unless it is kept light.
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
    room: str | None = None


@dataclass(frozen=True)
class Extent:
    """How much there is to compare with; ``without_content``: documents on paper whose content was removed."""

    documents: int
    pages: int
    copies: int
    without_content: int


def comparables(session: Session, reader: str) -> tuple[Comparable, ...]:
    """Return the documents that have copies on paper and whose content is here, the latest first.

    Args:
        session: Any session.
        reader: Whose references are asked for.
    """
    codes: dict[int, list[str]] = defaultdict(list)
    printed = sa.select(Copy.document_id, Copy.code).where(*_ON_PAPER).order_by(Copy.id)
    for document_id, code in session.execute(printed):
        codes[document_id].append(code)
    kept = {
        row.document_id: row
        for row in session.scalars(sa.select(TraceReference).where(TraceReference.reader == reader))
    }
    documents = session.scalars(
        sa.select(Document).where(Document.id.in_(codes), CONTENT_IS_HERE).order_by(Document.id.desc())
    )
    rooms = kept_rooms(session)
    return tuple(
        _comparable(document, codes[document.id], kept.get(document.id), rooms.get(document.id))
        for document in documents
    )


def codes_on_paper(session: Session, document_id: int) -> tuple[str, ...]:
    """Return the codes of the copies of a document that were printed, the earliest first."""
    query = sa.select(Copy.code).where(Copy.document_id == document_id, *_ON_PAPER).order_by(Copy.id)
    return tuple(session.scalars(query))


def of_many_copies(session: Session, more_than: int) -> tuple[tuple[int, str, int], ...]:
    """Return the documents that have more copies on paper than so many and of whose pages something is known.

    Returns:
        For each its id, the file of what is known, and how many copies.
    """
    count = sa.func.count(Copy.id)
    query = (
        sa.select(Document.id, Document.survey_sha256, count)
        .join(Copy, Copy.document_id == Document.id)
        .where(*_ON_PAPER, Document.survey_sha256.is_not(None))
        .group_by(Document.id, Document.survey_sha256)
        .having(count > more_than)
        .order_by(Document.id)
    )
    return tuple((row[0], str(row[1]), row[2]) for row in session.execute(query))


def find_comparable(session: Session, document_id: int, reader: str) -> Comparable | None:
    """Return a document as `comparables` does, but without codes and whether or not it is on paper yet."""
    document = session.scalar(sa.select(Document).where(Document.id == document_id, CONTENT_IS_HERE))
    if document is None:
        return None
    kept = session.scalar(
        sa.select(TraceReference).where(
            TraceReference.document_id == document_id, TraceReference.reader == reader
        )
    )
    return _comparable(document, (), kept, room_of(session, document_id))


def without_references(session: Session, reader: str) -> tuple[int, ...]:
    """Return the documents of which copies are made and for which no reference is kept, the latest first.

    One that was taken over from an older register has no pages here that could be drawn, so it lacks nothing.

    Args:
        session: Any session.
        reader: Whose references are asked for.
    """
    kept = sa.exists().where(
        TraceReference.document_id == Document.id,
        TraceReference.reader == reader,
        TraceReference.survey_sha256 == sa.func.coalesce(Document.survey_sha256, ""),
    )
    made = sa.exists().where(Copy.document_id == Document.id, Copy.state.not_in(WITHOUT_PAPER))
    has_file = Document.cleaned_sha256 != ""
    found = sa.select(Document.id).where(has_file, CONTENT_IS_HERE, made, ~kept).order_by(Document.id.desc())
    return tuple(session.scalars(found))


def points_kept(session: Session, reader: str) -> dict[int, str]:
    """Return, for each document for which references are kept, the file by which its pages are found."""
    query = sa.select(TraceReference.document_id, TraceReference.points_sha256).where(
        TraceReference.reader == reader
    )
    return {row.document_id: row.points_sha256 for row in session.execute(query)}


def extent(session: Session) -> Extent:
    """Return how much there is to compare with at present."""
    on_paper = sa.and_(*_ON_PAPER)
    copies = session.scalars(sa.select(sa.func.count(Copy.id)).where(on_paper)).one()
    with_copies = sa.select(Copy.document_id).where(on_paper).distinct()
    row = session.execute(
        sa.select(sa.func.count(Document.id), sa.func.coalesce(sa.func.sum(Document.pages), 0)).where(
            Document.id.in_(with_copies), CONTENT_IS_HERE
        )
    ).one()
    gone = session.scalars(
        sa.select(sa.func.count(Document.id)).where(Document.id.in_(with_copies), ~CONTENT_IS_HERE)
    ).one()
    return Extent(documents=row[0], pages=int(row[1]), copies=copies, without_content=gone)


def _comparable(
    document: Document, codes: Sequence[str], kept: TraceReference | None, room: str | None
) -> Comparable:
    known = _known(kept, document)
    return Comparable(
        document_id=document.id,
        scheme=document.scheme,
        level=document.level,
        cleaned_sha256=document.cleaned_sha256,
        survey_sha256=document.survey_sha256,
        pages=document.pages,
        codes=tuple(codes),
        references=tuple(known.pages) if known else (),
        points_sha256=known.points_sha256 if known else None,
        room=room,
    )


def _known(kept: TraceReference | None, document: Document) -> TraceReference | None:
    """Return what is kept, if it was made from what is known of the pages now."""
    if kept is None or (document.survey_sha256 or "") != kept.survey_sha256:
        return None
    return kept
