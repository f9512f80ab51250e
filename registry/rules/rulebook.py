"""The approval rules as data, and the only reader of their files.

A rulebook is refused whole when one of its rows cannot work: an empty chain, an unknown role, two rows for one case.
So no order ever meets a rule that nobody can satisfy or that anybody satisfies.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any

from registry.rules.levels import Handling
from registry.rules.roles import PERMITTED, Action, Role


class Act(StrEnum):
    """What is done to paper with an approval."""

    PRINT = "PRINT"
    COPY = "COPY"
    FAX = "FAX"
    TAKE_OUT = "TAKE_OUT"
    CONVEY = "CONVEY"
    PRESS = "PRESS"
    DESTROY = "DESTROY"
    REGRADE = "REGRADE"
    REPAIR = "REPAIR"


class Unit(StrEnum):
    """Whose agreement a step is about."""

    REQUESTING = "requesting"
    ISSUING = "issuing"
    CLASSIFYING = "classifying"


class Opening(StrEnum):
    """What opens a row that refuses."""

    NEVER = "never"
    BY_SETTING = "by-setting"
    BY_CONSENT = "by-consent"


@dataclass(frozen=True, slots=True)
class Step:
    """One agreement that a rule demands.

    Attributes:
        unit: The unit the person must belong to; ``None`` for any.
        count: How many persons must take this step.
        unless_same: The step falls away when this is the same unit as ``unit``.
        named: The part of the order that names the one person who can take it (``custodian``).
    """

    role: Role
    unit: Unit | None = None
    count: int = 1
    unless_same: Unit | None = None
    named: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: who must agree to an act at some levels, and what its execution demands."""

    id: str
    version: int
    act: Act
    handling: frozenset[Handling]
    no_copying: bool | None
    opens: Opening | None
    steps: tuple[Step, ...]
    carriers: int
    operators: int
    witnesses: int
    delegable: bool
    source: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody can agree to this as things stand.

    Attributes:
        reason: Stable code: ``opens-never``, ``opens-by-setting``, ``opens-by-consent`` or ``no-rule``.
        rule_id: The row that refuses; empty when there is none.
        opened_steps: Who would have to agree once it is opened.
    """

    reason: str
    act: Act
    handling: Handling
    rule_id: str
    version: int
    opened_steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rows of one version."""

    version: int
    rules: tuple[Rule, ...]

    def find(self, act: Act, handling: Handling, *, no_copying: bool) -> Rule | None:
        """Return the one row for this case, if there is any."""
        return next(
            (
                rule
                for rule in self.rules
                if rule.act == act and handling in rule.handling and rule.no_copying in {None, no_copying}
            ),
            None,
        )

    def get(self, rule_id: str) -> Rule:
        """Return the row with this id.

        Raises:
            KeyError: there is none.
        """
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)


class InvalidRulebook(ValueError):
    """The rule file cannot be used; the message names the row."""


def parse_rulebook(text: str) -> Rulebook:
    """Return the rules written in a TOML text.

    Raises:
        InvalidRulebook: a row is malformed, has an empty chain, or answers a case that another row answers too.
    """
    try:
        raw = tomllib.loads(text)
        book = Rulebook(raw["version"], tuple(_rule(row, raw["version"]) for row in raw["rule"]))
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise InvalidRulebook(f"got no usable rule file: {error}") from error
    _refuse_overlaps(book)
    return book


def load_rulebook(version: int) -> Rulebook:
    """Return one version of the rules shipped with the product; old versions explain old decisions."""
    path = resources.files("registry.rules") / "data" / f"approval-{version}.toml"
    return parse_rulebook(path.read_text(encoding="utf-8"))


_STEP_KEYS = frozenset({"role", "unit", "count", "unless_same", "named"})
_RULE_KEYS = frozenset(
    {"id", "act", "handling", "no_copying", "opens", "steps", "carriers", "operators", "witnesses"}
    | {"delegable", "source"}
)


def _rule(row: Mapping[str, Any], version: int) -> Rule:
    name = row.get("id", "without id")
    try:
        _refuse_unknown_keys(row, _RULE_KEYS)
        rule = Rule(
            id=row["id"],
            version=version,
            act=Act(row["act"]),
            handling=frozenset(map(Handling, row["handling"])),
            no_copying=row.get("no_copying"),
            opens=Opening(row["opens"]) if "opens" in row else None,
            steps=tuple(map(_step, row["steps"])),
            carriers=row.get("carriers", 0),
            operators=row.get("operators", 0),
            witnesses=row.get("witnesses", 0),
            delegable=row.get("delegable", True),
            source=row["source"],
        )
    except (KeyError, ValueError) as error:
        raise InvalidRulebook(f"row {name}: {error}") from error
    if not rule.steps and rule.opens is not Opening.NEVER:
        raise InvalidRulebook(f"row {name}: got an empty chain, wanted at least one step")
    if not rule.source or not rule.handling:
        raise InvalidRulebook(f"row {name}: wanted a source and at least one level")
    return rule


def _step(row: Mapping[str, Any]) -> Step:
    _refuse_unknown_keys(row, _STEP_KEYS)
    step = Step(
        role=Role(row["role"]),
        unit=Unit(row["unit"]) if "unit" in row else None,
        count=row.get("count", 1),
        unless_same=Unit(row["unless_same"]) if "unless_same" in row else None,
        named=row.get("named"),
    )
    if step.count < 1 or step.named not in {None, "custodian"}:
        raise ValueError("a step wants a count of at least one, and can only name the custodian")
    if step.role not in PERMITTED[Action.DECIDE_APPROVAL]:
        raise ValueError(f"role {step.role} may not decide approvals")
    return step


def _refuse_unknown_keys(row: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := sorted(set(row) - known):
        raise ValueError(f"got unknown keys {', '.join(unknown)}")


def _refuse_overlaps(book: Rulebook) -> None:
    answered: set[tuple[Act, Handling, bool]] = set()
    for rule in book.rules:
        for handling in rule.handling:
            for no_copying in (False, True) if rule.no_copying is None else (rule.no_copying,):
                case = (rule.act, handling, no_copying)
                if case in answered:
                    raise InvalidRulebook(
                        f"row {rule.id}: another row already answers {rule.act} at {handling}"
                    )
                answered.add(case)


RULEBOOK = load_rulebook(1)
"""The rules in force."""
