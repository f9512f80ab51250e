"""What is on record of a copy and its document for the time in which a leak must have happened."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.ledger import log
from registry.models import ApprovalDecision, ApprovalRequest, Copy, Document, Movement, PrintBatch
from registry.rules.leaks import Doubt, doubts, overlaps
from registry.rules.words import Custodian
from registry.views.copies import Sighting, sightings
from registry.views.custody import Custody, custody_chain
from registry.views.history import Event, history
from registry.views.holdings import CopyLine, Name, copy_line
from registry.views.people import names

MOST_OTHERS: Final = 60


class Way(StrEnum):
    """How somebody came to know a document."""

    HELD = "HELD"
    READ = "READ"
    """Looked at its pages on a screen."""
    REGISTERED = "REGISTERED"
    ASKED = "ASKED"
    """Asked for copies."""
    DECIDED = "DECIDED"
    """Agreed to copies, or refused them."""
    PRINTED = "PRINTED"
    HANDLED = "HANDLED"
    """Handed copies out or took them back."""


@dataclass(frozen=True)
class Knower:
    """A person who knew the document before the window ended; ``since_at`` is when they first did."""

    person: Name
    ways: tuple[Way, ...]
    since_at: datetime


@dataclass(frozen=True)
class OtherCopy:
    """Another copy of the document, and who answered for it within the window."""

    copy: CopyLine
    stretches: tuple[Custody, ...]


@dataclass(frozen=True)
class LeakWindow:
    """What is on record for a window of time.

    Attributes:
        since_at: Begin: when the leak can have happened first, or when the copy came on paper.
        until_at: End: when the leak was seen.
        stretches: Who answered for the copy within it, oldest first.
        doubts: When it was doubtful where the copy was.
        events: What happened to the copy within it, oldest first.
        sightings: Attempts to take it through a gate within it, oldest first.
        others: The other copies that were on paper within it, by number.
        knew: Who knew the document before its end, first knowledge first.
    """

    since_at: datetime
    until_at: datetime
    stretches: tuple[Custody, ...]
    doubts: tuple[Doubt, ...]
    events: tuple[Event, ...]
    sightings: tuple[Sighting, ...]
    others: tuple[OtherCopy, ...]
    knew: tuple[Knower, ...]


def leak_window(
    session: Session, copy: CopyLine, since_at: datetime | None, until_at: datetime
) -> LeakWindow:
    """Return what is on record of a copy for a window of time.

    Args:
        session: Any session.
        copy: The copy that is named.
        since_at: When the leak can have happened first; since the copy is on paper if None.
        until_at: When it was seen.
    """
    chain = custody_chain(session, copy.copy_id)
    begin = since_at or (chain[0].since_at if chain else until_at)
    events = tuple(reversed(history(session, f"copy:{copy.code}", "copy.")))
    return LeakWindow(
        since_at=begin,
        until_at=until_at,
        stretches=_within(chain, begin, until_at),
        doubts=doubts(((event.kind, event.at) for event in events), begin, until_at),
        events=tuple(event for event in events if begin <= event.at <= until_at),
        sightings=tuple(
            seen
            for seen in reversed(sightings(session, copy.copy_id))
            if begin <= seen.happened_at <= until_at
        ),
        others=_others(session, copy, begin, until_at),
        knew=_knew(session, copy.document_id, until_at),
    )


def _within(chain: tuple[Custody, ...], since_at: datetime, until_at: datetime) -> tuple[Custody, ...]:
    return tuple(
        stretch
        for stretch in chain
        if stretch.custodian is not Custodian.NONE
        and overlaps(stretch.since_at, stretch.until_at, since_at, until_at)
    )


def _others(
    session: Session, copy: CopyLine, since_at: datetime, until_at: datetime
) -> tuple[OtherCopy, ...]:
    rows = session.execute(
        sa.select(Copy, Document)
        .join(Document, Copy.document_id == Document.id)
        .where(
            Copy.document_id == copy.document_id,
            Copy.id != copy.copy_id,
            sa.exists().where(Movement.copy_id == Copy.id, Movement.moved_at <= until_at),
        )
        .order_by(Copy.copy_no)
    )
    found = []
    for other, document in rows:
        stretches = _within(custody_chain(session, other.id), since_at, until_at)
        if stretches:
            found.append(OtherCopy(copy_line(other, document), stretches))
        if len(found) == MOST_OTHERS:
            break
    return tuple(found)


def _knew(session: Session, document_id: int, until_at: datetime) -> tuple[Knower, ...]:
    ways: dict[int, set[Way]] = defaultdict(set)
    first: dict[int, datetime] = {}
    for person_id, way, at in _deeds(session, document_id):
        if person_id is None or at > until_at:
            continue
        ways[person_id].add(way)
        first[person_id] = min(at, first.get(person_id, at))
    known = names(session, ways.keys())
    people = sorted(first, key=lambda person_id: (first[person_id], person_id))
    return tuple(
        Knower(known[person_id], tuple(way for way in Way if way in ways[person_id]), first[person_id])
        for person_id in people
        if person_id in known
    )


def _deeds(session: Session, document_id: int) -> Iterator[tuple[int | None, Way, datetime]]:
    """Yield everybody who had to do with a document: who, how, when."""
    document = session.get_one(Document, document_id)
    yield document.registered_by_id, Way.REGISTERED, document.registered_at
    of_document = Copy.document_id == document_id
    moved = sa.select(Movement.person_id, Movement.recorded_by_id, Movement.moved_at).join(
        Copy, Movement.copy_id == Copy.id
    )
    for movement in session.execute(moved.where(of_document)):
        yield movement.person_id, Way.HELD, movement.moved_at
        if movement.recorded_by_id != movement.person_id:  # else a holder has signed
            yield movement.recorded_by_id, Way.HANDLED, movement.moved_at
    asked = sa.select(ApprovalRequest.requester_id, ApprovalRequest.requested_at)
    for person_id, at in session.execute(asked.where(ApprovalRequest.document_id == document_id)):
        yield person_id, Way.ASKED, at
    decided = sa.select(ApprovalDecision.person_id, ApprovalDecision.decided_at).join(
        ApprovalRequest, ApprovalDecision.request_id == ApprovalRequest.id
    )
    for person_id, at in session.execute(decided.where(ApprovalRequest.document_id == document_id)):
        yield person_id, Way.DECIDED, at
    printed = sa.select(PrintBatch.released_by_id, PrintBatch.released_at)
    for run in session.execute(printed.where(PrintBatch.document_id == document_id)):
        if run.released_at is not None:
            yield run.released_by_id, Way.PRINTED, run.released_at
    for entry in log.read(session, subject=f"document:{document_id}", kind="document.read"):
        yield entry.actor.get("person"), Way.READ, datetime.fromisoformat(entry.at)
