"""The rules' items, choices and differences as people read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask_babel import LazyString, gettext, lazy_gettext

from registry.rules.amending import Change, Item, Kind
from registry.rules.approval import Outcome
from registry.rules.gate import Colour, Reason
from registry.rules.replay import Difference
from registry.rules.rulebook import Rule, Step, Unit
from registry.rules.ruleset import CLOSED, OPEN, Value, parse_step
from registry.rules.words import RuleSetState
from service.filters import level_text, role_text
from service.terms import ACTS, Look
from service.verdicts import REASONS

_ = lazy_gettext

KINDS: Final[Mapping[Kind, LazyString]] = MappingProxyType(
    {
        Kind.CHAIN: _("Who must agree"),
        Kind.OPENING: _("Closed unless opened"),
        Kind.CLOCK: _("Deadlines"),
        Kind.SHREDDER: _("Shredders, at least"),
        Kind.GATE: _("At the gate"),
    }
)

STATES: Final[Mapping[RuleSetState, Look]] = MappingProxyType(
    {
        RuleSetState.PROPOSED: Look(_("proposed"), "look", "hourglass-split"),
        RuleSetState.ADOPTED: Look(_("adopted"), "ok", "check-lg"),
        RuleSetState.REFUSED: Look(_("refused"), "stop", "x-lg"),
        RuleSetState.WITHDRAWN: Look(_("withdrawn"), "quiet", "arrow-return-left"),
    }
)

OUTCOMES: Final[Mapping[Outcome, Look]] = MappingProxyType(
    {
        Outcome.APPROVED: Look(_("approved"), "ok", "check-lg"),
        Outcome.REJECTED: Look(_("refused"), "stop", "x-lg"),
        Outcome.PENDING: Look(_("waiting for agreement"), "look", "hourglass-split"),
    }
)

DIFFERENCES: Final[Mapping[Difference, LazyString]] = MappingProxyType(
    {
        Difference.REFUSED: _("The rules then in force let nobody agree to it."),
        Difference.OTHER_RULE: _("Another row or version of the rules was in force than is on record."),
        Difference.OTHER_OUTCOME: _("The agreements on record do not lead to the outcome on record."),
    }
)

CLOCKS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "clock.loss-report-hours": _("Report of a loss, hours"),
        "clock.leaked-after-days": _("A missing copy counts as leaked after days"),
        "clock.leaked-after-days-top-secret": _("The same at 绝密 Top Secret, days"),
        "clock.investigation-days": _("Result of an investigation, days"),
        "clock.authentication-minutes": _("Signature at a shredder holds, minutes"),
        "clock.gate-decision-minutes": _("A stop at the gate waits for the supervisor, minutes"),
    }
)

UNITS: Final[Mapping[Unit, LazyString]] = MappingProxyType(
    {
        Unit.REQUESTING: _("requesting unit"),
        Unit.ISSUING: _("issuing unit"),
        Unit.CLASSIFYING: _("classifying unit"),
    }
)


@dataclass(frozen=True)
class Told:
    """An item, or a difference, in words; ``before`` is empty where there is none."""

    key: str
    kind: str
    label: str
    before: str
    after: str


def item_text(item: Item) -> str:
    """Return what an item is about, in the visitor's language."""
    name = item.key.partition(".")[2]
    if item.rule is not None:
        return rule_text(item.rule)
    if item.kind is Kind.SHREDDER:
        return str(level_text(name))
    if item.kind is Kind.GATE:
        return str(REASONS[Reason(name)][0])
    return str(CLOCKS[item.key])


def rule_text(rule: Rule) -> str:
    """Return the case that a row of the approval rules is for."""
    levels = " / ".join(str(level_text(handling)) for handling in sorted(rule.handling, key=_rank))
    marked = gettext("marked No copying 禁止复制")
    return f"{ACTS[rule.act]} · {levels}" + (f" · {marked}" if rule.no_copying else "")


def value_text(item: Item, value: Value) -> str:
    """Return a choice in words."""
    if isinstance(value, tuple):
        return " + ".join(step_words(parse_step(step)) for step in value)
    if item.kind is Kind.SHREDDER:
        return f"P-{value}"
    words = {
        OPEN: _("allowed"),
        CLOSED: _("not allowed"),
        str(Colour.AMBER): _("the supervisor decides"),
        str(Colour.RED): _("held"),
    }
    return str(words.get(str(value), value))


def step_words(step: Step) -> str:
    """Return who takes a step."""
    if step.named:
        return str(gettext("custodian of the device"))
    role = str(role_text(step.role))
    if step.unit is None:
        return role
    unit = str(UNITS[step.unit])
    if step.unless_same is not None:
        unit = gettext("%(unit)s, if another", unit=unit)
    return f"{role} ({unit})"


def told(items: Iterable[tuple[Item, Value]]) -> list[Told]:
    """Return items with what they say."""
    return [
        Told(item.key, str(KINDS[item.kind]), item_text(item), "", value_text(item, value))
        for item, value in items
    ]


def told_changes(changes: Iterable[Change]) -> list[Told]:
    """Return differences, before and after."""
    return [
        Told(
            change.item.key,
            str(KINDS[change.item.kind]),
            item_text(change.item),
            value_text(change.item, change.before),
            value_text(change.item, change.after),
        )
        for change in changes
    ]


def _rank(handling: str) -> int:
    return ("CONFIDENTIAL", "SECRET", "TOP_SECRET").index(handling)
