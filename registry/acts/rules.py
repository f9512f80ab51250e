"""The organisation's own versions of the rules: drawn up by one person, put in force by another.

Laws: a version is drawn up over the newest one and dies with it; it is never laxer than the floor of ``amending``; what
is agreed to is exactly what was shown; a version in force is never changed, the next one follows it; it never rules the
past.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import RuleSetVersion
from registry.rows import flush_unique, get_row
from registry.rules import amending, roles
from registry.rules.limits import REASON_LIMIT, REMARK_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.ruleset import SHIPPED, SHIPPED_SHA256, SHIPPED_VALUES, Value, values_hash
from registry.rules.texts import parse_line
from registry.rules.words import RuleSetState
from registry.ruling import newest_version, values_of

NOTICE: Final = timedelta(minutes=1)
"""From the adoption of rules to their first deed, at least: longer than any transaction, so that no deed that
began before is taken for one under them."""


class ProposalDecided(ConflictError):
    """The proposal was adopted, refused or taken back before."""

    code = "rule-proposal-decided"


class ProposalOutdated(ConflictError):
    """Another version was adopted since the proposal was drawn up."""

    code = "rule-proposal-outdated"


class ProposalChanged(ConflictError):
    """What was shown is not what is stored."""

    code = "rule-proposal-changed"


class ProposerDecides(ConflictError):
    """Whoever drew the rules up cannot agree to them."""

    code = "proposer-decides"


class NotTheProposer(ConflictError):
    """Only whoever drew the rules up can take them back."""

    code = "not-the-proposer"


class InForceInThePast(InvalidError):
    """Rules come into force now or later, and not before the version that they follow."""

    code = "rules-in-the-past"


def record_shipped(session: Session, *, actor: Actor, now: datetime) -> bool:
    """Record the hash of what the product ships as version 1, once; return whether it was done now."""
    roles.require(actor, Action.RUN_UPKEEP)
    if _shipped(session) is not None:
        return False
    session.add(
        RuleSetVersion(
            version=SHIPPED.version,
            state=RuleSetState.ADOPTED,
            base_version=SHIPPED.version,
            items={
                key: list(value) if isinstance(value, tuple) else value
                for key, value in SHIPPED_VALUES.items()
            },
            sha256=SHIPPED_SHA256,
            reason="",
            proposed_at=now,
            in_force_at=now,
        )
    )
    twice = ProposalDecided("got what is shipped a second time")
    flush_unique(session, {(RuleSetVersion.version,): twice})
    log.append(
        session,
        "rules.shipped",
        f"rules:{SHIPPED.version}",
        actor=actor,
        now=now,
        version=SHIPPED.version,
        sha256=SHIPPED_SHA256,
    )
    return True


def propose(
    session: Session,
    choices: Mapping[str, Value],
    reason: str,
    *,
    from_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Draw up another version and return the proposal's number.

    Args:
        session: The deed's transaction.
        choices: What shall be other than in the newest version, by item.
        reason: Why.
        from_at: From when; None for the moment of adoption.
        actor: Who draws it up.
        now: When.

    Raises:
        UnknownItem, NotAChoice, BelowFloor, NothingChanged: the choices cannot be made.
        InForceInThePast: it would come into force before now.
    """
    roles.require(actor, Action.PROPOSE_RULES)
    newest = newest_version(session)
    values = amending.amend(values_of(newest), choices)
    amending.require_above_floor(values)
    if from_at is not None and from_at < _earliest(newest, now):
        raise InForceInThePast("got rules that come into force too early", field="from_on")
    made = RuleSetVersion(
        version=None,
        state=RuleSetState.PROPOSED,
        base_version=SHIPPED.version if newest is None else newest.version,
        items={key: list(value) if isinstance(value, tuple) else value for key, value in values.items()},
        sha256=values_hash(values),
        reason=parse_line(reason, field="reason", limit=REASON_LIMIT),
        proposed_by_id=actor.person_id,
        proposed_at=now,
        wanted_from_at=from_at,
    )
    session.add(made)
    session.flush()  # the number, for the ledger
    log.append(
        session,
        "rules.proposed",
        f"rule-proposal:{made.id}",
        actor=actor,
        now=now,
        base=made.base_version,
        sha256=made.sha256,
        items=tuple(change.item.key for change in amending.differences(values_of(newest), values)),
        from_at=from_at,
        reason=log.private(made.reason),
    )
    return made.id


def decide(
    session: Session,
    proposal_id: int,
    *,
    agreed: bool,
    shown_sha256: str,
    remark: str = "",
    actor: Actor,
    now: datetime,
) -> RuleSetState:
    """Put a proposal in force, or refuse it; return what has become of it.

    Raises:
        UnknownRow: there is no such proposal.
        ProposalDecided: it was decided or taken back before.
        ProposerDecides: the actor drew it up.
        ProposalChanged: what was shown is not what is stored.
        ProposalOutdated: another version was adopted since.
    """
    roles.require(actor, Action.ADOPT_RULES)
    _shipped(session, lock=True)  # two proposals at once: one after the other
    row = _proposal(session, proposal_id)
    if actor.person_id is None or row.proposed_by_id == actor.person_id:
        raise ProposerDecides("got the proposer as the one who decides")
    if shown_sha256 != row.sha256:
        raise ProposalChanged("got a decision on other rules than are stored", proposal=proposal_id)
    newest = newest_version(session)
    if agreed:
        if row.base_version != (SHIPPED.version if newest is None else newest.version):
            raise ProposalOutdated("got a proposal over another version", base=row.base_version)
        amending.require_above_floor(values_of(row))
        row.version = row.base_version + 1
        row.in_force_at = max(_earliest(newest, now + NOTICE), row.wanted_from_at or now)
    row.state = RuleSetState.ADOPTED if agreed else RuleSetState.REFUSED
    row.decided_by_id = actor.person_id
    row.decided_at = now
    row.remark = parse_line(remark, field="remark", limit=REMARK_LIMIT, required=False)
    taken = ProposalOutdated("got a proposal over another version", base=row.base_version)
    flush_unique(session, {(RuleSetVersion.version,): taken})
    log.append(
        session,
        "rules.adopted" if agreed else "rules.refused",
        f"rule-proposal:{proposal_id}",
        actor=actor,
        now=now,
        version=row.version,
        base=row.base_version,
        sha256=row.sha256,
        proposer=row.proposed_by_id,
        in_force_at=row.in_force_at,
        remark=log.private(row.remark),
    )
    return row.state


def withdraw(session: Session, proposal_id: int, *, actor: Actor, now: datetime) -> None:
    """Take one's own proposal back.

    Raises:
        ProposalDecided: it was decided or taken back before.
        NotTheProposer: somebody else drew it up.
    """
    roles.require(actor, Action.PROPOSE_RULES)
    row = _proposal(session, proposal_id)
    if row.proposed_by_id != actor.person_id:
        raise NotTheProposer("got another person than the proposer", proposal=proposal_id)
    row.state = RuleSetState.WITHDRAWN
    row.decided_at = now
    session.flush()  # before the ledger is locked
    log.append(
        session, "rules.withdrawn", f"rule-proposal:{proposal_id}", actor=actor, now=now, sha256=row.sha256
    )


def _proposal(session: Session, proposal_id: int) -> RuleSetVersion:
    row = get_row(session, RuleSetVersion, proposal_id, lock=True)
    if row.state is not RuleSetState.PROPOSED:
        raise ProposalDecided("got a proposal that is decided", state=str(row.state))
    return row


def _shipped(session: Session, *, lock: bool = False) -> RuleSetVersion | None:
    query = sa.select(RuleSetVersion).where(RuleSetVersion.version == SHIPPED.version)
    return session.scalar(query.with_for_update(key_share=True) if lock else query)


def _earliest(newest: RuleSetVersion | None, now: datetime) -> datetime:
    return now if newest is None or newest.in_force_at is None else max(now, newest.in_force_at)
