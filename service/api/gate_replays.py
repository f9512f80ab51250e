"""Verdicts at gates by program, judged again under the rules then in force."""

from typing import Any

from registry.rules.gate import Colour, Reason
from registry.rules.rejudging import GateDifference
from registry.rules.roles import Action
from registry.views.gatereplay import GateReplay
from service.api.area import Area, Model
from service.flows import rejudging
from service.login import current_actor, current_runtime

area = Area("gate_replays", __name__)


class RejudgedVerdict(Model):
    """A verdict as the rules come to it; the permit is that of a green exit."""

    colour: Colour
    reason: Reason
    permit_id: int | None
    facts: dict[str, Any]


class RejudgedEvent(Model):
    """An event judged again; ``verdict`` None: nothing is kept that could be judged."""

    event_id: int
    is_same: bool
    differences: list[GateDifference]
    version: int
    recorded_colour: Colour
    recorded_reason: Reason
    verdict: RejudgedVerdict | None


class AllRejudged(Model):
    """How every event comes out; ``unknown`` are of a release that kept too little."""

    total: int
    unknown: int
    different: list[RejudgedEvent]


@area.operation(
    "GET",
    "/rules/replay/gates",
    summary="Judge every attempt at a gate again under the rules then in force.",
    answer=AllRejudged,
    action=Action.READ_RULES,
)
def replay_all() -> AllRejudged:
    """Judge everything again."""
    found = rejudging.replay_all(current_runtime(), current_actor())
    return AllRejudged(
        total=found.total, unknown=found.unknown, different=[_rejudged(one) for one in found.different]
    )


@area.operation(
    "GET",
    "/rules/replay/gates/<int:event_id>",
    summary="Judge one attempt at a gate again under the rules then in force.",
    answer=RejudgedEvent,
    action=Action.READ_RULES,
)
def replay(event_id: int) -> RejudgedEvent:
    """Judge one event again."""
    return _rejudged(rejudging.replay(current_runtime(), current_actor(), event_id))


def _rejudged(one: GateReplay) -> RejudgedEvent:
    verdict = one.again.verdict
    return RejudgedEvent(
        event_id=one.row.id,
        is_same=one.again.is_same,
        differences=list(one.again.differences),
        version=one.again.version,
        recorded_colour=one.row.colour,
        recorded_reason=one.row.reason,
        verdict=None
        if verdict is None
        else RejudgedVerdict(
            colour=verdict.colour,
            reason=verdict.reason,
            permit_id=verdict.permit_id,
            facts=dict(verdict.facts),
        ),
    )
