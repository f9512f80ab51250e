"""Whether a past decision comes out the same when it is taken again, under its own rules or under others.

Works on what was signed: the order, the decisions over its hash, and what the rules looked at beside them. Nothing is
taken from the result that was recorded.
"""

from dataclasses import dataclass
from enum import StrEnum

from registry.rules.approval import Decision, Order, Outcome, Refused, Step, rule_for, standing
from registry.rules.ruleset import RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A request as it was decided.

    Attributes:
        no_copying: Whether its document was marked 禁止复制.
        with_consent: Whether every consent that a row can be opened by was on record.
        rule_id: The row under which it was made.
        rule_version: That row's version.
        outcome: What was recorded.
    """

    order: Order
    decisions: tuple[Decision, ...]
    no_copying: bool
    with_consent: bool
    rule_id: str
    rule_version: int
    outcome: Outcome


class Difference(StrEnum):
    """Why a decision does not come out the same."""

    REFUSED = "refused"
    """The rules let nobody agree."""
    OTHER_RULE = "other-rule"
    """Another row, or another version of it, was in force."""
    OTHER_OUTCOME = "other-outcome"
    """The agreements given do not lead to what was recorded."""


@dataclass(frozen=True, slots=True)
class Redecision:
    """What a decision comes to when it is taken again.

    Attributes:
        rule_id: The row that decides it; empty when there is none.
        version: The version it was decided under.
        outcome: None where the rules let nobody agree.
        missing: Steps that nobody took.
        difference: None when it comes out the same.
    """

    rule_id: str
    version: int
    outcome: Outcome | None
    missing: tuple[Step, ...]
    difference: Difference | None

    @property
    def is_same(self) -> bool:
        """Whether it comes out as it was recorded."""
        return self.difference is None


def redecide(past: Past, rules: RuleSet, *, same_version: bool = True) -> Redecision:
    """Decide a past request again under a version of the rules.

    Args:
        past: The request.
        rules: The version; the one then in force to replay, another to see what it would change.
        same_version: Whether another row or version counts as a difference.
    """
    order = past.order
    found = rule_for(
        order.act,
        order.level,
        scheme=order.scheme,
        no_copying=past.no_copying,
        with_consent=past.with_consent,
        opened=rules.opened,
        rulebook=rules.rulebook,
    )
    if isinstance(found, Refused):
        return Redecision(found.rule_id, rules.version, None, (), Difference.REFUSED)
    again = standing(found, order, past.decisions)
    difference = None
    if same_version and (found.id, found.version) != (past.rule_id, past.rule_version):
        difference = Difference.OTHER_RULE
    elif again.outcome is not past.outcome:
        difference = Difference.OTHER_OUTCOME
    missing = again.missing if again.outcome is Outcome.PENDING else ()
    return Redecision(found.id, rules.version, again.outcome, missing, difference)


def would_fail(past: Past, rules: RuleSet) -> bool:
    """Return whether an approved request would be short of a step, or refused, under other rules."""
    return past.outcome is Outcome.APPROVED and not redecide(past, rules, same_version=False).is_same
