"""Whether a past verdict at a gate comes out the same when it is judged again under the rules then in force.

Works on the situation that was kept beside the event, under the hash that the ledger has of it. The event's row is held
against its ledger entry first, so that a row changed behind our back is told as that, and not as a wrong verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from registry.rules.baggate import BagSituation, judge_bag
from registry.rules.canonical import canonical_bytes
from registry.rules.gate import Colour, Verdict, judge
from registry.rules.ruleset import RuleSet
from registry.rules.situations import AnySituation, SituationUnreadable, record_hash, situation_of

NOTHING_KEPT: Final = record_hash({})
"""What early entries about bags, beside which no situation was kept, have in place of its hash."""


class GateDifference(StrEnum):
    """Why a verdict does not come out the same, or cannot be judged again."""

    NOT_KEPT = "not-kept"
    """It is of a release that kept no situation."""
    NO_ENTRY = "no-entry"
    """The ledger knows no such event."""
    ROW_CHANGED = "row-changed"
    """The event's row says something else than its ledger entry."""
    SITUATION_CHANGED = "situation-changed"
    """What was looked at is not what the ledger has the hash of, or is gone."""
    OTHER_RULES = "other-rules"
    """Another version of the rules is in force at that time than the ledger says."""
    OTHER_VERDICT = "other-verdict"
    """The rules come to another colour, reason or permit."""
    OTHER_FACTS = "other-facts"
    """The verdict is the same, but what it says about its reason is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVerdict:
    """An event as it is on record.

    Attributes:
        row: What its row says, under the names of its ledger entry.
        entry: The facts of its ledger entry; None where there is none.
        situation: What was looked at; None where that was not kept.
        permit_id: The permit that the verdict itself used, without a supervisor's.
        facts: What the verdict said about its reason.
    """

    row: Mapping[str, object]
    entry: Mapping[str, Any] | None
    situation: Mapping[str, Any] | None
    permit_id: int | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What a verdict comes to when it is judged again.

    Attributes:
        version: The version of the rules that was in force.
        verdict: None where it cannot be judged again.
        differences: Everything that is not as it was; none when it comes out the same.
    """

    version: int
    verdict: Verdict | None
    differences: tuple[GateDifference, ...]

    @property
    def is_same(self) -> bool:
        """Whether it comes out as it was recorded."""
        return not self.differences

    @property
    def is_unknown(self) -> bool:
        """Whether nothing speaks against it but that it is too old to be judged again."""
        return self.differences == (GateDifference.NOT_KEPT,)


def rejudge(past: PastVerdict, rules: RuleSet) -> Rejudged:
    """Judge a past event again under the rules that were in force at its time."""
    entry = past.entry
    found = [] if entry is not None else [GateDifference.NO_ENTRY]
    if entry is not None and any(entry.get(name) != value for name, value in past.row.items()):
        found.append(GateDifference.ROW_CHANGED)
    told_hash = None if entry is None else entry.get("situation")
    if past.situation is None:
        was_kept = told_hash is not None and told_hash != NOTHING_KEPT
        found.append(GateDifference.SITUATION_CHANGED if was_kept else GateDifference.NOT_KEPT)
        return Rejudged(rules.version, None, tuple(found))
    if entry is not None and entry.get("rules") != rules.version:
        found.append(GateDifference.OTHER_RULES)
    try:
        is_kept = entry is None or told_hash == record_hash(past.situation)
        verdict = _judge(situation_of(past.situation, rules))
    except (SituationUnreadable, TypeError, ValueError):
        return Rejudged(rules.version, None, (*found, GateDifference.SITUATION_CHANGED))
    if not is_kept:
        found.append(GateDifference.SITUATION_CHANGED)
    said = (past.row["colour"], past.row["reason"])
    if said != (verdict.colour, verdict.reason) or (
        verdict.colour is Colour.GREEN and verdict.permit_id != past.permit_id
    ):
        found.append(GateDifference.OTHER_VERDICT)
    elif canonical_bytes(verdict.facts) != canonical_bytes(past.facts):
        found.append(GateDifference.OTHER_FACTS)
    return Rejudged(rules.version, verdict, tuple(found))


def _judge(situation: AnySituation) -> Verdict:
    return judge_bag(situation) if isinstance(situation, BagSituation) else judge(situation)
