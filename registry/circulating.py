"""Copies that circulate, as the acts around them ask: whose turn it is, that nobody else gets them, and what ends it.

What a circulation is, is decided in ``rules.circulation``. Law: where a reader stands is told by hand-overs and
movements alone, so that the ordinary counter serves a circulation and cannot disagree with it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from registry.gatherings import require_cleared_to
from registry.ledger import log
from registry.models import Circulation, CirculationReader, Copy, Document, HandOver, Movement
from registry.rules import circulation as rules
from registry.rules.circulation import CirculationState, CopyCirculates, Ending, OutOfTurn, Turn
from registry.rules.levels import get_level
from registry.rules.roles import Actor
from registry.rules.words import Custodian


@dataclass(frozen=True)
class Place:
    """One reader of a circulation and where they stand.

    Attributes:
        hand_over: By which they got the copy, or were offered it.
        received_at: When they signed.
        returned_at: When the copy left their custody again.
    """

    row: CirculationReader
    hand_over: HandOver | None
    received_at: datetime | None
    returned_at: datetime | None

    @property
    def turn(self) -> Turn:
        """Where they stand."""
        return rules.turn_of(
            None if self.hand_over is None else self.hand_over.state,
            is_back=self.returned_at is not None,
            is_skipped=self.row.skipped_at is not None,
        )


def places(session: Session, circulation_id: int) -> tuple[Place, ...]:
    """Return the readers of a circulation in their order; a substitute after whom they replace."""
    following = aliased(Movement)
    query: sa.Select[CirculationReader, HandOver | None, datetime | None, datetime | None] = (
        sa.select(CirculationReader, HandOver, Movement.moved_at, following.moved_at)
        .join(Circulation, CirculationReader.circulation_id == Circulation.id)
        .outerjoin(HandOver, CirculationReader.hand_over_id == HandOver.id)
        .outerjoin(
            Movement,
            sa.and_(
                Movement.hand_over_id == HandOver.id,
                Movement.copy_id == Circulation.copy_id,
                Movement.custodian == Custodian.PERSON,
            ),
        )
        .outerjoin(
            following,
            sa.and_(following.copy_id == Movement.copy_id, following.seq == Movement.seq + 1),
        )
        .where(CirculationReader.circulation_id == circulation_id)
        .order_by(CirculationReader.place, CirculationReader.id)
        .options(
            selectinload(CirculationReader.person),
            selectinload(CirculationReader.agreed_by),
            selectinload(CirculationReader.skipped_by),
        )
    )
    session.flush()  # what this deed has written is asked for
    return tuple(Place(*row) for row in session.execute(query))


def next_place(found: Sequence[Place]) -> Place | None:
    """Return whose turn it is once the copy is back; None when nobody waits."""
    return next((place for place in found if place.turn is Turn.WAITING), None)


def take_turns(
    session: Session, copies: Sequence[Copy], receiver_id: int, *, now: datetime
) -> tuple[Place, ...]:
    """Return the places at which these copies are given in turn; those that do not circulate are anybody's.

    Raises:
        OutOfTurn: one circulates, and it is another reader's turn, or nobody's; fact ``next`` is who it is.
        NotCleared: the reader is not cleared any more.
    """
    taken = []
    for circulation in running(session, copies):
        place = next_place(places(session, circulation.id))
        if place is None or place.row.person_id != receiver_id:
            raise OutOfTurn(
                "got a receiver whose turn it is not",
                copy=circulation.copy.code,
                circulation=circulation.id,
                next=None if place is None else place.row.person_id,
            )
        require_cleared_reader(session, circulation.copy, receiver_id, until=now)
        taken.append(place)
    return tuple(taken)


def give(session: Session, turns: Sequence[Place], hand_over: HandOver) -> None:
    """Note the hand-over by which readers get the copies whose turn was taken."""
    for place in turns:
        place.row.hand_over_id = hand_over.id
    session.flush()  # before the ledger is locked


def refuse_circulating(session: Session, copies: Sequence[Copy]) -> None:
    """Pass when none of these copies circulates.

    Raises:
        CopyCirculates: fact ``copy`` names the first that does.
    """
    for circulation in running(session, copies):
        raise CopyCirculates(
            "got a copy that circulates", copy=circulation.copy.code, circulation=circulation.id
        )


def require_cleared_reader(session: Session, copy: Copy, person_id: int, *, until: datetime) -> None:
    """Pass when a person is cleared to the level of a copy.

    Raises:
        NotCleared: they are not.
    """
    document = session.get_one(Document, copy.document_id)
    require_cleared_to(session, get_level(document.scheme, document.level), person_id, until)


def settle(
    session: Session, copies: Sequence[Copy], *, actor: Actor, now: datetime
) -> tuple[Circulation, ...]:
    """End those circulations of these copies that end by themselves; the caller records that.

    Every deed that takes copies back or away asks this, once they stand where it leaves them.
    """
    ended: list[Circulation] = []
    for circulation in running(session, copies):
        turns = [place.turn for place in places(session, circulation.id)]
        if ending := rules.ending_of(circulation.copy.state, turns):
            ended += _end(session, [circulation], ending, actor=actor, now=now)
    return tuple(ended)


def end_recalled(
    session: Session, document_ids: Collection[int], *, actor: Actor, now: datetime
) -> tuple[Circulation, ...]:
    """End the circulations of these documents' copies, since they come back; the caller records that."""
    found = session.scalars(
        sa.select(Circulation)
        .join(Copy, Circulation.copy_id == Copy.id)
        .where(Copy.document_id.in_(document_ids), Circulation.state == CirculationState.RUNNING)
        .order_by(Circulation.id)
        .with_for_update(key_share=True)
    ).all()
    return _end(session, found, Ending.RECALLED, actor=actor, now=now)


def record_ended(
    session: Session, ended: Sequence[Circulation], *, actor: Actor, now: datetime, reason: str | None = None
) -> None:
    """Record that circulations are over; after all other writing."""
    for circulation in ended:
        log.append(
            session,
            "circulation.ended",
            f"circulation:{circulation.id}",
            actor=actor,
            now=now,
            copy=circulation.copy.code,
            ending=str(circulation.ending),
            reason=None if reason is None else log.private(reason),
        )


def running(session: Session, copies: Sequence[Copy]) -> Sequence[Circulation]:
    """Return the circulations that run over these copies."""
    return session.scalars(
        sa.select(Circulation)
        .where(
            Circulation.copy_id.in_([copy.id for copy in copies]),
            Circulation.state == CirculationState.RUNNING,
        )
        .order_by(Circulation.id)
    ).all()


def _end(
    session: Session, found: Sequence[Circulation], ending: Ending, *, actor: Actor, now: datetime
) -> tuple[Circulation, ...]:
    for circulation in found:
        circulation.state = CirculationState.ENDED
        circulation.ending = ending
        circulation.ended_by_id = actor.person_id
        circulation.ended_at = now
    session.flush()  # before the ledger is locked
    return tuple(found)
