"""Verdicts at gates, judged again under the rules then in force.

Law: whoever looks may read both the rules and the gate log; nothing is written.
"""

from dataclasses import dataclass

from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.views import gatereplay as views
from registry.views.gatereplay import GateReplay
from service.runtime import Runtime


@dataclass(frozen=True)
class GateReplays:
    """Every event, judged again.

    Attributes:
        different: Those that come out otherwise, or whose record was changed.
        unknown: How many are of a release that kept too little to judge them again.
    """

    total: int
    different: tuple[GateReplay, ...]
    unknown: int


def replay(runtime: Runtime, actor: Actor, event_id: int) -> GateReplay:
    """Return an event judged again.

    Raises:
        UnknownRow: there is none.
        RulesDamaged: the version of its time is not the one that was adopted.
    """
    _require_reader(actor)
    with runtime.database.reading() as session:
        return views.gate_replay(session, event_id)


def replay_all(runtime: Runtime, actor: Actor) -> GateReplays:
    """Return how every event comes out when it is judged again."""
    _require_reader(actor)
    total, unknown, different = 0, 0, []
    with runtime.database.reading() as session:
        for one in views.gate_replays(session):
            total += 1
            if one.again.is_unknown:
                unknown += 1
            elif not one.again.is_same:
                different.append(one)
    return GateReplays(total, tuple(different), unknown)


def _require_reader(actor: Actor) -> None:
    for action in (Action.READ_RULES, Action.READ_GATE_LOG):
        roles.require(actor, action)
