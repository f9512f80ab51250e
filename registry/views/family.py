"""The family of a document as its page shows it: what it was made of, what was made of it, and its re-copies."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from registry import kin
from registry.models import Copy, Derivation, Document, Recopy
from registry.rules.family import Use
from registry.rules.lifecycle import PAPERLESS, State
from registry.rules.roles import Actor
from registry.views.conservation import conservation
from registry.views.holdings import CopyLine, copy_line
from registry.views.scope import get_within_reach, within_reach


@dataclass(frozen=True)
class Kin:
    """One document of a family.

    Attributes:
        made_as: What it was made as from others; None for an original.
        copies: How many numbers of it have, or had, paper; ``live`` of them still do, ``recopies`` are re-copies.
        is_known: Whether the actor may know of it; if not, nothing but its place in the family is told.
    """

    document_id: int
    doc_number: str
    title: str
    scheme: str
    level: str
    secrecy_period: str
    declassified: bool
    made_as: Use | None
    copies: int
    live: int
    recopies: int
    is_known: bool


@dataclass(frozen=True)
class Branch:
    """A document with what is next to it on the way away from the one that was asked for.

    Attributes:
        next: The documents that it was made of, or that were made of it; none where it ``repeats`` an earlier branch.
    """

    kin: Kin
    next: tuple["Branch", ...]
    repeats: bool


@dataclass(frozen=True)
class Recopied:
    """A copy, and the re-copies that were made after it."""

    source: CopyLine
    made: tuple[CopyLine, ...]


@dataclass(frozen=True)
class FamilyView:
    """A document's family.

    Attributes:
        here: The document.
        up: What it was made of, and of what that was made.
        down: What was made of it, and of that.
        recopied: Its copies that re-copies were made after.
    """

    here: Kin
    up: tuple[Branch, ...]
    down: tuple[Branch, ...]
    recopied: tuple[Recopied, ...]

    @property
    def is_alone(self) -> bool:
        """Whether nothing is kin to the document, and no re-copy was made."""
        return not (self.up or self.down or self.recopied)


def family(session: Session, document_id: int, actor: Actor, *, now: datetime) -> FamilyView:
    """Return the family of a document within reach.

    Raises:
        UnknownRow: there is none under this id, or none that the actor may know of.
    """
    get_within_reach(session, document_id, actor, now=now)
    above, below = kin.ancestors(session, [document_id]), kin.descendants(session, [document_id])
    ids = {document_id} | above | below
    known = set(
        session.scalars(
            sa.select(Document.id).where(Document.id.in_(ids), within_reach(session, actor, now=now))
        )
    )
    lines = _lines(session, ids, known)
    up, down = _edges(session, ids)
    return FamilyView(
        here=lines[document_id],
        up=_branches(document_id, up, lines, set()),
        down=_branches(document_id, down, lines, set()),
        recopied=_recopied(session, document_id),
    )


def source_of(session: Session, copy_id: int) -> CopyLine | None:
    """Return the copy that a re-copy was made after; None for any other."""
    found = session.scalar(
        sa.select(Copy).join(Recopy, Recopy.source_id == Copy.id).where(Recopy.copy_id == copy_id)
    )
    return None if found is None else copy_line(found, found.document)


def made_after(session: Session, copy_id: int) -> tuple[CopyLine, ...]:
    """Return the re-copies that were made after a copy, by number."""
    found = session.scalars(
        sa.select(Copy)
        .join(Recopy, Recopy.copy_id == Copy.id)
        .where(Recopy.source_id == copy_id)
        .order_by(Copy.copy_no)
    )
    return tuple(copy_line(copy, copy.document) for copy in found)


def photocopies(session: Session, job_ids: Collection[int]) -> dict[int, tuple[CopyLine, ...]]:
    """Return the photocopies that jobs on devices made, by job and then by number; a job without any is absent."""
    found: dict[int, list[CopyLine]] = {}
    rows = session.execute(
        sa.select(Recopy.job_id, Copy, Document)
        .join(Copy, Recopy.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .where(Recopy.job_id.in_(job_ids))
        .order_by(Copy.copy_no)
    )
    for job_id, copy, document in rows:
        if job_id is not None:
            found.setdefault(job_id, []).append(copy_line(copy, document))
    return {job_id: tuple(made) for job_id, made in found.items()}


def job_of(session: Session, copy_id: int) -> int | None:
    """Return the job on a device that a photocopy was made in; None for any other copy."""
    return session.scalar(sa.select(Recopy.job_id).where(Recopy.copy_id == copy_id))


def _lines(session: Session, ids: Collection[int], known: Collection[int]) -> dict[int, Kin]:
    counted = conservation(session, ids)
    counts = session.execute(
        sa.select(Copy.document_id, sa.func.count())
        .join(Recopy, Recopy.copy_id == Copy.id)
        .where(Copy.document_id.in_(ids), Copy.state != State.VOID)
        .group_by(Copy.document_id)
    )
    recopies = {document_id: count for document_id, count in counts}  # noqa: C416 - rows are no pairs to dict()
    uses = session.execute(
        sa.select(Derivation.document_id, Derivation.made_as).where(Derivation.document_id.in_(ids))
    )
    made_as = {document_id: use for document_id, use in uses}  # noqa: C416 - as above
    found = {}
    for row in session.scalars(sa.select(Document).where(Document.id.in_(ids))):
        is_known, states = row.id in known, counted[row.id].by_state
        found[row.id] = Kin(
            document_id=row.id,
            doc_number=row.doc_number if is_known else "",
            title=row.title if is_known else "",
            scheme=row.scheme,
            level=row.level if is_known else "",
            secrecy_period=row.secrecy_period if is_known else "",
            declassified=is_known and row.declassified_at is not None,
            made_as=made_as.get(row.id),
            copies=sum(states.values()) - states.get(State.VOID, 0) if is_known else 0,
            live=sum(count for state, count in states.items() if state not in PAPERLESS) if is_known else 0,
            recopies=recopies.get(row.id, 0) if is_known else 0,
            is_known=is_known,
        )
    return found


def _edges(session: Session, ids: Collection[int]) -> tuple[Mapping[int, list[int]], Mapping[int, list[int]]]:
    """Return, for each document, its sources, and what was made of it."""
    up: dict[int, list[int]] = {}
    down: dict[int, list[int]] = {}
    rows = session.execute(
        sa.select(Derivation.document_id, Derivation.source_id)
        .where(Derivation.document_id.in_(ids), Derivation.source_id.in_(ids))
        .order_by(Derivation.document_id, Derivation.source_id)
    )
    for made_id, source_id in rows:
        up.setdefault(made_id, []).append(source_id)
        down.setdefault(source_id, []).append(made_id)
    return up, down


def _branches(
    document_id: int, edges: Mapping[int, list[int]], lines: Mapping[int, Kin], seen: set[int]
) -> tuple[Branch, ...]:
    found = []
    for each in edges.get(document_id, ()):
        repeats = each in seen
        seen.add(each)
        found.append(Branch(lines[each], () if repeats else _branches(each, edges, lines, seen), repeats))
    return tuple(found)


def _recopied(session: Session, document_id: int) -> tuple[Recopied, ...]:
    source = aliased(Copy)
    rows = session.execute(
        sa.select(source, Copy, Document)
        .join(Recopy, Recopy.source_id == source.id)
        .join(Copy, Recopy.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .where(Copy.document_id == document_id)
        .order_by(source.copy_no, Copy.copy_no)
    )
    found: dict[int, tuple[CopyLine, list[CopyLine]]] = {}
    for original, copy, document in rows:
        made = found.setdefault(original.id, (copy_line(original, document), []))[1]
        made.append(copy_line(copy, document))
    return tuple(Recopied(original, tuple(made)) for original, made in found.values())
