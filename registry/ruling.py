"""Which version of the rules is in force, and which a past deed was done under; acts and views ask here.

Laws: the version in force is the newest adopted one whose moment has come; a version that does not have its hash, or
is below the floor, rules nothing: deeds stop until that is understood.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.models import ApprovalRequest, RuleSetVersion
from registry.rules.amending import require_above_floor
from registry.rules.ruleset import SHIPPED, SHIPPED_VALUES, RuleSet, Value, build, load_values, values_hash
from registry.rules.words import RuleSetState


class RulesDamaged(ConflictError):
    """A stored version of the rules is not the one that was adopted."""

    code = "rules-damaged"


def in_force(session: Session, now: datetime) -> RuleSet:
    """Return the rules in force at a moment, past ones included."""
    row = version_in_force(session, now)
    return SHIPPED if row is None else rules_of(row)


def version_in_force(session: Session, now: datetime) -> RuleSetVersion | None:
    """Return the organisation's own version in force at a moment; None where what is shipped rules."""
    return session.scalar(
        sa.select(RuleSetVersion)
        .where(
            RuleSetVersion.state == RuleSetState.ADOPTED,
            RuleSetVersion.version > SHIPPED.version,
            RuleSetVersion.in_force_at <= now,
        )
        .order_by(RuleSetVersion.version.desc())
        .limit(1)
    )


def newest_version(session: Session) -> RuleSetVersion | None:
    """Return the organisation's newest adopted version, in force already or not."""
    return session.scalar(
        sa.select(RuleSetVersion)
        .where(RuleSetVersion.state == RuleSetState.ADOPTED, RuleSetVersion.version > SHIPPED.version)
        .order_by(RuleSetVersion.version.desc())
        .limit(1)
    )


def values_of(row: RuleSetVersion | None) -> dict[str, Value]:
    """Return the items of a version, proven to be those that its hash covers; of what is shipped for None.

    Raises:
        RulesDamaged: they are not.
    """
    if row is None:
        return dict(SHIPPED_VALUES)
    values = load_values(row.items)
    if values_hash(values) != row.sha256:
        raise RulesDamaged("got a version of the rules that does not have its hash", rule_set=row.id)
    return values


def rules_of(row: RuleSetVersion) -> RuleSet:
    """Return the rules that an adopted version means."""
    return _built(row.version or 0, row.sha256, json.dumps(row.items, sort_keys=True), row.id)


def rules_under(request: ApprovalRequest) -> RuleSet:
    """Return the rules that a request was made under.

    Raises:
        RulesDamaged: that version is not there.
    """
    if request.rule_version == SHIPPED.version:
        return SHIPPED
    if request.rule_set is None:
        raise RulesDamaged("got a request under a version that is not there", version=request.rule_version)
    return rules_of(request.rule_set)


@lru_cache(maxsize=64)
def _built(version: int, sha256: str, items: str, row_id: int) -> RuleSet:
    """Build a version once per process: it is never changed, and every deed asks for it."""
    stored: Mapping[str, Any] = json.loads(items)
    values = load_values(stored)
    if values_hash(values) != sha256:
        raise RulesDamaged("got a version of the rules that does not have its hash", rule_set=row_id)
    require_above_floor(values)
    return build(version, values)
