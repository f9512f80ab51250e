"""Leak drills as screens and papers show them: each drill with its pictures, and the curve over all of them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from registry.models import Copy, DrillShot, LeakDrill
from registry.rows import UnknownRow
from registry.rules import roles
from registry.rules.drills import Tally, bounds, count
from registry.rules.roles import Action, Actor
from registry.rules.words import DrillOutcome
from registry.views.holdings import CopyLine, Name, copy_line, name

MOST_DRILLS = 100


@dataclass(frozen=True)
class ShotRow:
    """A picture of a drill; without an outcome while it was not read."""

    number: int
    name: str
    sha256: str
    outcome: DrillOutcome | None
    log10_chance: float | None


@dataclass(frozen=True)
class DrillRow:
    """A drill with its pictures."""

    id: int
    channel: str
    simulated: bool
    copy: CopyLine
    opened_by: Name
    opened_at: datetime
    finished_at: datetime | None
    shots: tuple[ShotRow, ...]

    @property
    def done(self) -> int:
        """How many pictures were read."""
        return sum(shot.outcome is not None for shot in self.shots)

    @property
    def tally(self) -> Tally:
        """What was counted so far."""
        return count(shot.outcome for shot in self.shots if shot.outcome is not None)


@dataclass(frozen=True)
class ChannelCurve:
    """What all drills through one channel came to, rates with exact 95 % bounds.

    Attributes:
        named: Rate at which the hidden marks named the right copy: lower bound, counted, upper bound.
        wrong_at_most: Upper bound of the rate at which another copy is named.
    """

    channel: str
    simulated: bool
    tally: Tally
    named: tuple[float, float, float]
    wrong_at_most: float


@dataclass(frozen=True)
class DrillWork:
    """What the worker needs: the code of the copy, and the pictures that were not read, by number."""

    id: int
    code: str
    waiting: tuple[tuple[int, str], ...]
    total: int


def list_drills(session: Session, actor: Actor) -> tuple[DrillRow, ...]:
    """Return the drills, newest first, the first hundred."""
    roles.require(actor, Action.RUN_DRILL)
    drills = session.scalars(_drills().order_by(LeakDrill.id.desc()).limit(MOST_DRILLS))
    return tuple(_row(drill) for drill in drills)


def get_drill(session: Session, drill_id: int, actor: Actor) -> DrillRow:
    """Return one drill.

    Raises:
        UnknownRow: there is none under this id.
    """
    roles.require(actor, Action.RUN_DRILL)
    drill = session.scalar(_drills().where(LeakDrill.id == drill_id))
    if drill is None:
        raise UnknownRow(LeakDrill.__tablename__, drill_id)
    return _row(drill)


def drill_work(session: Session, drill_id: int) -> DrillWork:
    """Return what is left to do of a drill.

    Raises:
        UnknownRow: there is none under this id.
    """
    drill = session.get(LeakDrill, drill_id)
    if drill is None:
        raise UnknownRow(LeakDrill.__tablename__, drill_id)
    waiting = tuple((shot.number, shot.sha256) for shot in drill.shots if shot.outcome is None)
    return DrillWork(drill.id, drill.copy.code, waiting, len(drill.shots))


def curves(session: Session) -> tuple[ChannelCurve, ...]:
    """Return what the drills measured, channel by channel, real machines first."""
    found: dict[tuple[bool, str], list[DrillOutcome]] = defaultdict(list)
    rows = session.execute(
        sa.select(LeakDrill.simulated, LeakDrill.channel, DrillShot.outcome)
        .join(DrillShot, DrillShot.drill_id == LeakDrill.id)
        .where(DrillShot.outcome.is_not(None))
    )
    for simulated, channel, outcome in rows:
        if outcome is not None:
            found[simulated, channel].append(outcome)
    return tuple(
        _curve(channel, simulated, count(found[simulated, channel])) for simulated, channel in sorted(found)
    )


def _curve(channel: str, simulated: bool, tally: Tally) -> ChannelCurve:  # noqa: FBT001 - a fact of the channel
    low, high = bounds(tally.named, tally.trials)
    return ChannelCurve(
        channel=channel,
        simulated=simulated,
        tally=tally,
        named=(low, tally.named / tally.trials, high),
        wrong_at_most=bounds(tally.wrong, tally.trials)[1],
    )


def _drills() -> sa.Select[LeakDrill]:
    return sa.select(LeakDrill).options(
        joinedload(LeakDrill.copy).joinedload(Copy.document),
        joinedload(LeakDrill.opened_by),
        selectinload(LeakDrill.shots),
    )


def _row(drill: LeakDrill) -> DrillRow:
    return DrillRow(
        id=drill.id,
        channel=drill.channel,
        simulated=drill.simulated,
        copy=copy_line(drill.copy, drill.copy.document),
        opened_by=name(drill.opened_by),
        opened_at=drill.opened_at,
        finished_at=drill.finished_at,
        shots=tuple(
            ShotRow(shot.number, shot.name, shot.sha256, shot.outcome, shot.log10_chance)
            for shot in drill.shots
        ),
    )
