"""Destruction lists as the acts around them reach them: locked, in the right state, with their copies.

What a list goes through is decided in ``acts.destruction``, ``acts.shredding``, and for a plant in ``acts.packing``,
``acts.escorting`` and ``acts.arrivals``.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.ledger import log
from registry.models import Copy, DestructionItem, DestructionList, Document
from registry.rows import LOCKED_COPIES, get_row
from registry.rules import lifecycle
from registry.rules.levels import Level, get_level, highest
from registry.rules.lifecycle import Step
from registry.rules.roles import Actor
from registry.rules.words import DestructionPart, DestructionState


class ListClosed(ConflictError):
    """The list is not in the state that this step needs."""

    code = "destruction-list-closed"


class NotOnTheList(ConflictError):
    """The scanned copy is not on this list: keep it out of the shredder."""

    code = "not-on-the-list"


class PartNotWanted(ConflictError):
    """Nobody signs in this part for paper that ends in this way."""

    code = "part-not-wanted"


def require_part(part: DestructionPart, wanted: Collection[DestructionPart]) -> None:
    """Pass when people sign in this part.

    Raises:
        PartNotWanted: they do not.
    """
    if part not in wanted:
        raise PartNotWanted("got a signature in a part that is not wanted", part=str(part))


def highest_level(session: Session, copies: Sequence[Copy]) -> Level:
    """Return the highest level among copies.

    Raises:
        MixedSchemes: the copies belong to documents of several schemes, which one list cannot hold.
    """
    documents = session.scalars(
        sa.select(Document).where(Document.id.in_({copy.document_id for copy in copies}))
    )
    return highest(get_level(document.scheme, document.level) for document in documents)


def locked_list(session: Session, list_id: int, state: DestructionState) -> DestructionList:
    """Return a list that is in a state, locked until the transaction ends.

    Raises:
        ListClosed: it is in another one.
    """
    listed = get_row(session, DestructionList, list_id, lock=True)
    if listed.state is not state:
        raise ListClosed("got a list in another state", state=str(listed.state), wanted=str(state))
    return listed


def locked_items(session: Session, listed: DestructionList) -> list[Copy]:
    """Return the copies on a list by their ids, locked until the transaction ends."""
    of_list = sa.select(DestructionItem.copy_id).where(DestructionItem.list_id == listed.id)
    return list(session.scalars(LOCKED_COPIES.where(Copy.id.in_(of_list))))


def record_step(
    session: Session, copy: Copy, step: Step, list_id: int, *, actor: Actor, now: datetime
) -> None:
    """Record what a list did to one of its copies."""
    log.append(
        session,
        lifecycle.RECORDED_AS[step],
        f"copy:{copy.code}",
        actor=actor,
        now=now,
        state=str(copy.state),
        list=list_id,
    )
