"""What an organisation may choose in its own version of the rules, and how two versions differ.

Laws:

* No choice is laxer than a law row of version 1: a chain keeps every step that a rule, and not mere practice, demands;
  deadlines do not grow; shredders do not get coarser; what a gate holds it goes on holding.
* No chain is empty, nor can it become so between any units.
* Only the items of the table can be chosen at all; separation of persons, custody and the course of a copy cannot.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from registry.errors import ConflictError, InvalidError
from registry.rules.gate import Colour
from registry.rules.roles import Role
from registry.rules.rulebook import RULEBOOK, Opening, Rule, Step, Unit
from registry.rules.ruleset import (
    CLOSED,
    HOLDABLE,
    LIMITS,
    OPEN,
    SHIPPED_VALUES,
    Limit,
    Value,
    Values,
    parse_step,
    step_text,
)

PRACTICE: Final = "practice"
"""The source of a row that no rule fixes."""


class Kind(StrEnum):
    """What kind of choice an item is."""

    CHAIN = "chain"
    OPENING = "opening"
    CLOCK = "clock"
    SHREDDER = "shredder"
    GATE = "gate"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that may be chosen.

    Attributes:
        key: Its name in a version.
        floor: The laxest choice; for a chain the steps that stay.
        options: What may be chosen; for a chain the steps to choose from, the floor included.
        source: Who says so.
        rule: The row of the approval rules, for chains and openings.
    """

    key: str
    kind: Kind
    floor: Value
    options: tuple[str | int, ...]
    source: str
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One item that two versions disagree on."""

    item: Item
    before: Value
    after: Value


class UnknownItem(InvalidError):
    """The rules have nothing of this name that may be chosen."""

    code = "unknown-rule-item"


class BelowFloor(ConflictError):
    """The choice is laxer than the rules that an organisation cannot change."""

    code = "below-rule-floor"


class NotAChoice(InvalidError):
    """The choice is none of those that the item has."""

    code = "not-a-rule-choice"


class NothingChanged(ConflictError):
    """The proposal says what is in force already."""

    code = "rules-unchanged"


def amend(values: Values, choices: Mapping[str, Value]) -> dict[str, Value]:
    """Return the items of a version after these choices, each checked; chains are put in one order.

    Raises:
        UnknownItem, NotAChoice, BelowFloor: fact ``item`` names the item.
        NothingChanged: nothing differs.
    """
    amended = dict(values)
    for key, value in choices.items():
        item = ITEMS.get(key)
        if item is None:
            raise UnknownItem("got an item that the rules do not have", item=key)
        amended[key] = _checked(item, value)
    if amended == dict(values):
        raise NothingChanged("got a version that changes nothing")
    return amended


def require_above_floor(values: Values) -> None:
    """Pass when a whole version may be in force: every item is there, and none is below its floor.

    Raises:
        UnknownItem, NotAChoice, BelowFloor: it is not.
    """
    if strange := sorted(values.keys() ^ ITEMS.keys()):
        raise UnknownItem("got a version with other items than the rules have", item=strange[0])
    for key, value in values.items():
        _checked(ITEMS[key], value)


def differences(before: Values, after: Values) -> tuple[Change, ...]:
    """Return what two versions disagree on, in the order of the table."""
    return tuple(
        Change(item, before[key], after[key]) for key, item in ITEMS.items() if before[key] != after[key]
    )


def parse_choice(key: str, text: str) -> Value:
    """Return a choice that was typed: a number, a word, or the steps of a chain with blanks between them.

    Raises:
        UnknownItem, NotAChoice: there is no such item, or its number is none.
    """
    item = ITEMS.get(key)
    if item is None:
        raise UnknownItem("got an item that the rules do not have", item=key)
    if item.kind is Kind.CHAIN:
        return tuple(text.split())
    if item.kind in {Kind.CLOCK, Kind.SHREDDER}:
        if not text.isascii() or not text.isdigit() or len(text) > len("1000"):
            raise NotAChoice("got a text for a number", item=key)
        return int(text)
    return text


def _checked(item: Item, value: Value) -> Value:
    if item.kind is Kind.CHAIN:
        return _checked_chain(item, value)
    if type(value) is not type(item.floor):
        raise NotAChoice("got a value of another kind", item=item.key)
    if value in item.options:
        return value
    if isinstance(value, int) and isinstance(item.floor, int):
        laxer = value > item.floor if item.kind is Kind.CLOCK else value < item.floor
        if laxer:
            raise BelowFloor("got a limit laxer than its floor", item=item.key, floor=str(item.floor))
    elif item.kind is Kind.GATE and value == Colour.GREEN:
        raise BelowFloor("got a gate that lets pass what it held", item=item.key, floor=str(item.floor))
    raise NotAChoice("got a value that cannot be chosen", item=item.key)


def _checked_chain(item: Item, value: Value) -> tuple[str, ...]:
    if not isinstance(value, tuple) or len(set(value)) != len(value) or not set(value) <= set(item.options):
        raise NotAChoice("got a chain with a step that cannot be chosen", item=item.key)
    floor = item.floor if isinstance(item.floor, tuple) else ()
    if missing := [step for step in floor if step not in value]:
        raise BelowFloor("got a chain without a step that a rule demands", item=item.key, floor=missing[0])
    if all(parse_step(step).unless_same for step in value):
        raise BelowFloor("got a chain that can become empty", item=item.key, floor="")
    return tuple(str(option) for option in item.options if option in value)


def _step_options(rule: Rule) -> tuple[str, ...]:
    """Return the shipped steps and those that may be added; a unit's manager falls away beside another of that unit."""
    asked = {step.unit for step in rule.steps}
    own = Step(
        Role.DEPARTMENT_MANAGER,
        Unit.REQUESTING,
        unless_same=Unit.ISSUING if Unit.ISSUING in asked else None,
    )
    further: Iterable[Step] = (
        own,
        Step(Role.DEPARTMENT_MANAGER, Unit.ISSUING, unless_same=Unit.REQUESTING),
        Step(Role.DEPARTMENT_MANAGER, Unit.CLASSIFYING, unless_same=Unit.ISSUING),
        Step(Role.RESPONSIBLE_LEADER),
        Step(Role.SECURITY_OFFICER),
    )
    taken = {(step.role, step.unit) for step in rule.steps}
    steps = (*rule.steps, *(step for step in further if (step.role, step.unit) not in taken))
    return tuple(map(step_text, steps))


def _chain(rule: Rule) -> Item:
    shipped = SHIPPED_VALUES[f"chain.{rule.id}"]
    floor: Value = () if rule.source == PRACTICE else shipped
    return Item(f"chain.{rule.id}", Kind.CHAIN, floor, _step_options(rule), rule.source, rule)


def _limit(limit: Limit) -> Item:
    kind = Kind(limit.id.partition(".")[0])
    low, high = sorted((limit.value, limit.strictest))
    return Item(limit.id, kind, limit.value, tuple(range(low, high + 1)), limit.source)


ITEMS: Final[Mapping[str, Item]] = MappingProxyType(
    {
        item.key: item
        for item in (
            *(_chain(rule) for rule in RULEBOOK.rules if rule.opens is not Opening.NEVER),
            *(
                Item(f"opening.{rule.id}", Kind.OPENING, OPEN, (CLOSED, OPEN), rule.source, rule)
                for rule in RULEBOOK.rules
                if rule.opens is Opening.BY_SETTING
            ),
            *map(_limit, LIMITS),
            *(
                Item(
                    f"gate.{reason}",
                    Kind.GATE,
                    str(Colour.AMBER),
                    (str(Colour.AMBER), str(Colour.RED)),
                    source,
                )
                for reason, source in HOLDABLE.items()
            ),
        )
    }
)
"""Everything that may be chosen, in the order in which it is shown."""
