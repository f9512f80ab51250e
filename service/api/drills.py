"""Leak drills by program: opened over pictures of a known copy, listed with what they measured."""

from datetime import datetime

from pydantic import Field

from registry.rules.drills import CHANNEL_LIMIT, MOST_SHOTS
from registry.rules.roles import Action
from registry.rules.words import DrillOutcome
from registry.views.drills import ChannelCurve, DrillRow
from service.api.area import Area, Model
from service.api.copies import CopyFacts, copy_facts
from service.api.tracing import NewPicture
from service.flows import drilling
from service.flows.tracing import Offered
from service.login import current_actor, current_runtime

area = Area("drills", __name__)


class NewDrill(Model):
    """Pictures of one copy, made through one channel."""

    copy_code: str = Field(min_length=1, max_length=200, description="The copy that every picture shows.")
    channel: str = Field(min_length=1, max_length=CHANNEL_LIMIT)
    simulated: bool = Field(default=False, description="Whether a program made the pictures.")
    pictures: list[NewPicture] = Field(min_length=1, max_length=MOST_SHOTS)


class OpenedDrill(Model):
    """The id of a drill."""

    id: int


class DrillPicture(Model):
    """A picture of a drill; no outcome while it was not read."""

    number: int
    name: str
    sha256: str
    outcome: DrillOutcome | None
    log10_chance: float | None


class Drill(Model):
    """A drill with its pictures."""

    id: int
    channel: str
    simulated: bool
    copy_facts: CopyFacts
    opened_by_id: int
    opened_at: datetime
    finished_at: datetime | None
    pictures: list[DrillPicture]


class Curve(Model):
    """What all drills through one channel came to; rates with exact 95 % bounds."""

    channel: str
    simulated: bool
    trials: int
    named: int
    claimed: int
    insufficient: int
    conflict: int
    wrong: int
    unreadable: int
    named_rate: float
    named_rate_low: float
    named_rate_high: float
    wrong_rate_high: float


class DrillList(Model):
    """What was measured, channel by channel, and the drills, newest first."""

    curves: list[Curve]
    drills: list[Drill]


@area.operation(
    "POST",
    "/drills",
    summary="Open a leak drill over pictures of a known copy and have them read by the worker.",
    body=NewDrill,
    answer=OpenedDrill,
    status=201,
    action=Action.RUN_DRILL,
)
def open_drill(body: NewDrill) -> OpenedDrill:
    """Open a drill."""
    return OpenedDrill(
        id=drilling.open_drill(
            current_runtime(),
            current_actor(),
            body.copy_code,
            body.channel,
            [Offered(picture.content, picture.name) for picture in body.pictures],
            simulated=body.simulated,
        )
    )


@area.operation(
    "GET",
    "/drills",
    summary="List leak drills with what they measured.",
    answer=DrillList,
    action=Action.RUN_DRILL,
)
def list_drills() -> DrillList:
    """List drills."""
    curves, rows = drilling.listing(current_runtime(), current_actor())
    return DrillList(curves=[_curve(one) for one in curves], drills=[_drill(row) for row in rows])


@area.operation(
    "GET",
    "/drills/<int:drill_id>",
    summary="Return a leak drill with its pictures.",
    answer=Drill,
    action=Action.RUN_DRILL,
)
def get_drill(drill_id: int) -> Drill:
    """Return one drill."""
    return _drill(drilling.get(current_runtime(), current_actor(), drill_id))


def _curve(one: ChannelCurve) -> Curve:
    return Curve(
        channel=one.channel,
        simulated=one.simulated,
        trials=one.tally.trials,
        named=one.tally.named,
        claimed=one.tally.claimed,
        insufficient=one.tally.insufficient,
        conflict=one.tally.conflict,
        wrong=one.tally.wrong,
        unreadable=one.tally.unreadable,
        named_rate=one.named[1],
        named_rate_low=one.named[0],
        named_rate_high=one.named[2],
        wrong_rate_high=one.wrong_at_most,
    )


def _drill(row: DrillRow) -> Drill:
    return Drill(
        id=row.id,
        channel=row.channel,
        simulated=row.simulated,
        copy_facts=copy_facts(row.copy),
        opened_by_id=row.opened_by.id,
        opened_at=row.opened_at,
        finished_at=row.finished_at,
        pictures=[
            DrillPicture(
                number=shot.number,
                name=shot.name,
                sha256=shot.sha256,
                outcome=shot.outcome,
                log10_chance=shot.log10_chance,
            )
            for shot in row.shots
        ],
    )
