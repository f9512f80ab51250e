"""Families of documents as acts and views reach them: what was made of a document, and of what it was made.

What sources set for what is made of them is decided in ``rules.family``, whom a regrading reaches in
``rules.regrading``. Law: a source is older than what is made of it, so that ids in ascending order put sources first.
"""

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.models import Derivation, Document
from registry.rules.family import Grade
from registry.rules.levels import get_level, parse_period
from registry.rules.regrading import Member


def descendants(session: Session, document_ids: Collection[int]) -> frozenset[int]:
    """Return everything that was made of these documents, of what was made of them, and so on; not they themselves."""
    return _reached(session, document_ids, Derivation.source_id, Derivation.document_id)


def ancestors(session: Session, document_ids: Collection[int]) -> frozenset[int]:
    """Return everything that these documents were made of, and so on; not they themselves."""
    return _reached(session, document_ids, Derivation.document_id, Derivation.source_id)


def family_of(session: Session, document_id: int) -> tuple[int, ...]:
    """Return a document and everything that was made of it, sources first."""
    return tuple(sorted({document_id} | descendants(session, [document_id])))


def sources_of(session: Session, document_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return the documents that each of these was made of; none for an original."""
    found: dict[int, set[int]] = {document_id: set() for document_id in document_ids}
    rows = session.execute(
        sa.select(Derivation.document_id, Derivation.source_id).where(
            Derivation.document_id.in_(document_ids)
        )
    )
    for document_id, source_id in rows:
        found[document_id].add(source_id)
    return {document_id: frozenset(sources) for document_id, sources in found.items()}


def grade_of(document: Document) -> Grade:
    """Return how secret a document is, and how long."""
    return Grade(
        level=get_level(document.scheme, document.level),
        period=parse_period(document.secrecy_period),
        start=document.registered_at.date(),
        declassified=document.declassified_at is not None,
    )


def members(session: Session, documents: Iterable[Document], reached: Collection[int]) -> list[Member]:
    """Return documents as the rules see a family, in the order given.

    Args:
        session: The deed's transaction.
        documents: Those that a change might reach, and the sources of these.
        reached: The former, by id; of what the others were made does not matter, since they stay as they are.
    """
    rows = list(documents)
    sources = sources_of(session, [row.id for row in rows])
    return [
        Member(row.id, grade_of(row), sources[row.id] if row.id in reached else frozenset()) for row in rows
    ]


def _reached(
    session: Session,
    document_ids: Collection[int],
    known: InstrumentedAttribute[int],
    wanted: InstrumentedAttribute[int],
) -> frozenset[int]:
    """Walk the families generation by generation; that ends, since ids grow with every step down."""
    found: set[int] = set()
    latest = set(document_ids)
    while latest:
        reached = set(session.scalars(sa.select(wanted).where(known.in_(latest))))
        latest = reached - found
        found |= latest
    return frozenset(found)
