"""The rules: which are in force, another version drawn up and adopted, past decisions taken again.

Laws: what is shipped is on record before anything is drawn up over it; what a proposal would have meant is worked out
anew whenever it is shown, so that nobody agrees to yesterday's list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from registry.acts import rules
from registry.rules import roles
from registry.rules.amending import Item
from registry.rules.roles import Action, Actor
from registry.rules.ruleset import Value
from registry.rules.words import RuleSetState
from registry.views import rules as views
from registry.views.rules import Overview, Proposal, Replay
from service.runtime import Runtime


@dataclass(frozen=True)
class Replays:
    """Every decided request, decided again; ``different`` are those that come out otherwise."""

    total: int
    different: tuple[Replay, ...]


def record_shipped(runtime: Runtime) -> None:
    """Put on record, once, which rules this installation ships; part of the upkeep."""
    with runtime.database.transaction() as session:
        rules.record_shipped(session, actor=Actor.system(), now=runtime.now())


def overview(runtime: Runtime, actor: Actor) -> Overview:
    """Return every version and what the one in force says."""
    roles.require(actor, Action.READ_RULES)
    with runtime.database.reading() as session:
        return views.overview(session, now=runtime.now())


def starting_point(runtime: Runtime, actor: Actor) -> tuple[tuple[Item, Value], ...]:
    """Return what the newest version says, item by item: what a proposal starts from."""
    roles.require(actor, Action.PROPOSE_RULES)
    with runtime.database.reading() as session:
        return views.newest_items(session)


def propose(
    runtime: Runtime,
    actor: Actor,
    choices: Mapping[str, Value],
    reason: str,
    *,
    from_at: datetime | None = None,
) -> int:
    """Draw up another version; return the proposal's number.

    Raises:
        UnknownItem, NotAChoice, BelowFloor, NothingChanged, InForceInThePast: it cannot be meant, or may not be.
    """
    with runtime.refusals(actor, "rules.propose", "rules"):
        roles.require(actor, Action.PROPOSE_RULES)
    record_shipped(runtime)
    with runtime.deed(actor, "rules.propose", "rules") as session:
        return rules.propose(session, choices, reason, from_at=from_at, actor=actor, now=runtime.now())


def get_version(runtime: Runtime, actor: Actor, rule_set_id: int) -> Proposal:
    """Return one version or proposal: before and after, and which past decisions would fail.

    Raises:
        UnknownRow: there is none.
    """
    roles.require(actor, Action.READ_RULES)
    with runtime.database.reading() as session:
        return views.proposal(session, rule_set_id)


def decide(
    runtime: Runtime, actor: Actor, proposal_id: int, *, agreed: bool, shown_sha256: str, remark: str = ""
) -> RuleSetState:
    """Put a proposal in force, or refuse it.

    Raises:
        ProposerDecides, ProposalDecided, ProposalChanged, ProposalOutdated: it cannot be decided like this.
    """
    with runtime.deed(actor, "rules.decide", f"rule-proposal:{proposal_id}") as session:
        return rules.decide(
            session,
            proposal_id,
            agreed=agreed,
            shown_sha256=shown_sha256,
            remark=remark,
            actor=actor,
            now=runtime.now(),
        )


def withdraw(runtime: Runtime, actor: Actor, proposal_id: int) -> None:
    """Take one's own proposal back."""
    with runtime.deed(actor, "rules.withdraw", f"rule-proposal:{proposal_id}") as session:
        rules.withdraw(session, proposal_id, actor=actor, now=runtime.now())


def replay(runtime: Runtime, actor: Actor, request_id: int) -> Replay:
    """Return a request decided again under the rules that were in force when it was made.

    Raises:
        UnknownRow: there is none.
    """
    roles.require(actor, Action.READ_RULES)
    with runtime.database.reading() as session:
        return views.replay(session, request_id)


def replay_all(runtime: Runtime, actor: Actor) -> Replays:
    """Return how every request that was decided comes out when it is decided again."""
    roles.require(actor, Action.READ_RULES)
    total, different = 0, []
    with runtime.database.reading() as session:
        for one in views.replays(session):
            total += 1
            if not one.again.is_same:
                different.append(one)
    return Replays(total, tuple(different))
