"""Leak drills: pictures of a known copy are sealed, read like those of a leak, and counted.

Laws: which copy the pictures show is on record before any of them is read; what was read is never changed; a drill
accuses nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import Copy, DrillShot, LeakDrill
from registry.rows import UnknownCopy, get_row
from registry.rules import roles
from registry.rules.drills import CHANNEL_LIMIT, MOST_SHOTS
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.tracing import NAME_LIMIT, WITHOUT_PAPER
from registry.rules.words import DrillOutcome


class DrillWithoutPaper(ConflictError):
    """The copy was never printed, so that no picture can show it."""

    code = "drill-without-paper"


class TooManyShots(InvalidError):
    """The drill has no pictures, or more than are read in one go."""

    code = "too-many-shots"


@dataclass(frozen=True)
class Shot:
    """A picture that is stored: what the file was called, and its hash."""

    name: str
    sha256: str


def open_drill(
    session: Session,
    code: str,
    channel: str,
    shots: Sequence[Shot],
    parameters: Mapping[str, Any],
    *,
    simulated: bool,
    actor: Actor,
    now: datetime,
) -> int:
    """Open a drill; return its id.

    Args:
        session: The deed's transaction.
        code: The copy that every picture shows.
        channel: How they were made, in the auditor's words: ``copier, 3rd floor``.
        shots: The pictures.
        parameters: How they will be read, fixed from here on.
        simulated: Whether a program made them instead of machines.
        actor: The auditor.
        now: When.

    Raises:
        UnknownCopy: no copy bears the code.
        DrillWithoutPaper: it was never printed.
        TooManyShots: there are none, or too many.
    """
    roles.require(actor, Action.RUN_DRILL)
    channel = parse_line(channel, field="channel", limit=CHANNEL_LIMIT)
    if not 1 <= len(shots) <= MOST_SHOTS:
        raise TooManyShots("got no pictures or too many", limit=MOST_SHOTS, field="pictures")
    copy = session.scalar(sa.select(Copy).where(Copy.code == code))
    if copy is None:
        raise UnknownCopy(code)
    if copy.state in WITHOUT_PAPER:
        raise DrillWithoutPaper("got a copy that was never printed", state=str(copy.state))
    drill = LeakDrill(
        channel=channel,
        copy_id=copy.id,
        simulated=simulated,
        parameters=dict(parameters),
        opened_by_id=actor.person_id,
        opened_at=now,
        shots=[
            DrillShot(
                number=number,
                name=parse_line(shot.name, field="pictures", limit=NAME_LIMIT),
                sha256=shot.sha256,
            )
            for number, shot in enumerate(shots, 1)
        ],
    )
    session.add(drill)
    session.flush()  # the id, for the ledger
    log.append(
        session,
        "drill.opened",
        f"drill:{drill.id}",
        actor=actor,
        now=now,
        channel=channel,
        copy=code,
        simulated=simulated,
        pictures=[shot.sha256 for shot in shots],
        parameters={name: str(value) for name, value in parameters.items()},
    )
    return drill.id


def record_shot(
    session: Session,
    drill_id: int,
    number: int,
    outcome: DrillOutcome,
    log10_chance: float | None,
    *,
    actor: Actor,
) -> None:
    """Keep what was read of one picture; what is kept already stays. The ledger gets the count at the end."""
    roles.require(actor, Action.RUN_DRILL)
    shot = session.scalar(
        sa.select(DrillShot)
        .where(DrillShot.drill_id == drill_id, DrillShot.number == number)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if shot is not None and shot.outcome is None:
        shot.outcome, shot.log10_chance = outcome, log10_chance


def finish(session: Session, drill_id: int, *, actor: Actor, now: datetime) -> None:
    """Record what a drill came to; harmless when that is on record already."""
    roles.require(actor, Action.RUN_DRILL)
    drill = get_row(session, LeakDrill, drill_id, lock=True)
    if drill.finished_at is not None:
        return
    drill.finished_at = now
    log.append(
        session,
        "drill.finished",
        f"drill:{drill_id}",
        actor=actor,
        now=now,
        outcomes=[str(shot.outcome) for shot in drill.shots],
    )
