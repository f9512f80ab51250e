"""The conservation line of a document: numbers minted are exactly the numbers that the states add up to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.models import Copy, Document
from registry.rules.lifecycle import State


@dataclass(frozen=True)
class Conservation:
    """How the numbers of one document are spread over the states.

    Attributes:
        document_id: The document.
        minted: The last number counted out; numbers start at 1 and none is left out.
        by_state: Copies in each state that occurs, in the order of a copy's life.
    """

    document_id: int
    minted: int
    by_state: Mapping[State, int]

    @property
    def accounted(self) -> int:
        """How many copies the states add up to."""
        return sum(self.by_state.values())

    @property
    def holds(self) -> bool:
        """Whether every number is accounted for."""
        return self.minted == self.accounted


def conservation(session: Session, document_ids: Collection[int] | None = None) -> dict[int, Conservation]:
    """Return the conservation line of each of these documents, of all when none are named; one query."""
    counting = sa.select(Copy.document_id, Copy.state, sa.func.count().label("number"))
    if document_ids is not None:
        counting = counting.where(Copy.document_id.in_(document_ids))
    # Counted before they are joined: so the index of document and state is read in order, and nothing is sorted.
    counted = counting.group_by(Copy.document_id, Copy.state).subquery()
    query = (
        sa.select(Document.id, Document.last_copy_no, counted.c.state, counted.c.number)
        .outerjoin(counted, counted.c.document_id == Document.id)
        .order_by(Document.id)
    )
    if document_ids is not None:
        query = query.where(Document.id.in_(document_ids))
    minted: dict[int, int] = {}
    counts: dict[int, dict[State, int]] = {}
    for document_id, last_copy_no, state, count in session.execute(query):
        minted[document_id] = last_copy_no
        found = counts.setdefault(document_id, {})
        if state is not None:
            found[state] = count
    return {
        document_id: Conservation(
            document_id, minted[document_id], {state: found[state] for state in State if state in found}
        )
        for document_id, found in counts.items()
    }
