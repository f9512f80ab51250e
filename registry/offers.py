"""Hand-overs that nobody has signed for yet, as the acts around them reach them.

Law: a copy in transit stands on exactly one open hand-over. So whatever takes it out of transit ends that hand-over,
and with it the transit of every other copy on it. The hand-over is locked before its copies, as everywhere.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.ledger import log
from registry.models import Copy, HandOver, HandOverItem
from registry.rows import LOCKED_COPIES, get_row
from registry.rules import lifecycle
from registry.rules.lifecycle import Step
from registry.rules.roles import Actor
from registry.rules.words import HandOverState

_ITEMS: Final = LOCKED_COPIES.where(
    Copy.id.in_(
        sa.select(HandOverItem.copy_id).where(HandOverItem.hand_over_id == sa.bindparam("hand_over_id"))
    )
)


def locked_offer_of(session: Session, code: str) -> HandOver | None:
    """Return the open hand-over on which a copy stands, locked until the transaction ends."""
    hand_over_id = session.scalar(
        sa.select(HandOver.id)
        .join(HandOverItem, HandOverItem.hand_over_id == HandOver.id)
        .join(Copy, Copy.id == HandOverItem.copy_id)
        .where(Copy.code == code, HandOver.state == HandOverState.OFFERED)
    )
    if hand_over_id is None:
        return None
    hand_over = get_row(session, HandOver, hand_over_id, lock=True)
    return hand_over if hand_over.state is HandOverState.OFFERED else None  # signed for while we waited


def locked_items(session: Session, hand_over: HandOver) -> list[Copy]:
    """Return the copies of a hand-over by their ids, locked until the transaction ends."""
    return list(session.scalars(_ITEMS, {"hand_over_id": hand_over.id}))


def end_offer(session: Session, hand_over: HandOver, back: Sequence[Copy], *, now: datetime) -> None:
    """Close an open hand-over unsigned and put the copies that are still there back into stock."""
    for copy in back:
        copy.state = lifecycle.next_state(copy.state, Step.WITHDRAW)
    hand_over.state = HandOverState.WITHDRAWN
    hand_over.closed_at = now
    session.flush()  # before the ledger is locked


def record_withdrawn(
    session: Session, copies: Sequence[Copy], hand_over_id: int, *, actor: Actor, now: datetime
) -> None:
    """Record that copies are in stock again because their hand-over ended; after all other writing."""
    for copy in copies:
        log.append(
            session,
            lifecycle.RECORDED_AS[Step.WITHDRAW],
            f"copy:{copy.code}",
            actor=actor,
            now=now,
            state=str(copy.state),
            paper=hand_over_id,
        )
