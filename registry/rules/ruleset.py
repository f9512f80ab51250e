"""One version of all the rules that an organisation may change, as the registers decide by them.

Version 1 is what the product ships: ``data/approval-1.toml`` and ``data/limits-1.toml``. Later versions are what the
organisation has adopted; ``amending`` decides what may be chosen. Laws: a version is never changed, so that what was
decided under it can be decided again; every version is at least as strict as the law rows of version 1.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from registry.rules.canonical import canonical_bytes
from registry.rules.clocks import DEFAULT_CLOCKS, Clocks
from registry.rules.gate import COLOURS, Colour, Reason
from registry.rules.levels import SHREDDER_MINIMUM, Handling
from registry.rules.roles import Role
from registry.rules.rulebook import RULEBOOK, Opening, Rule, Rulebook, Step, Unit

RULES_FORMAT: Final = "foliotrace-rules-1"
OPEN: Final = "open"
CLOSED: Final = "closed"

Value: TypeAlias = str | int | tuple[str, ...]
"""What one item says: a colour or opening, a number, or the steps of a chain."""
Values: TypeAlias = Mapping[str, Value]
"""Every item of a version, by key."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version.

    Attributes:
        version: 1 for what is shipped.
        rulebook: Who must agree to what.
        opened: Rows opened by the organisation although they refuse by default.
        clocks: Deadlines.
        shredder_minimum: Least class of a shredder, per handling.
        colours: What a gate answers, by reason.
    """

    version: int
    rulebook: Rulebook
    opened: frozenset[str]
    clocks: Clocks
    shredder_minimum: Mapping[Handling, int]
    colours: Mapping[Reason, Colour]


@dataclass(frozen=True, slots=True)
class Limit:
    """One number of ``limits-1.toml``: what is shipped, which is the floor, and the strictest choice."""

    id: str
    value: int
    strictest: int
    source: str


def step_text(step: Step) -> str:
    """Return a step as versions keep it: ``DEPARTMENT_MANAGER@classifying!issuing``, ``HOLDER#custodian``."""
    unit = f"@{step.unit}" if step.unit else ""
    unless = f"!{step.unless_same}" if step.unless_same else ""
    named = f"#{step.named}" if step.named else ""
    return f"{step.role}{unit}{unless}{named}"


def parse_step(text: str) -> Step:
    """Return the step that `step_text` wrote.

    Raises:
        ValueError: it names no role or unit.
    """
    head, _, named = text.partition("#")
    head, _, unless = head.partition("!")
    role, _, unit = head.partition("@")
    return Step(
        role=Role(role),
        unit=Unit(unit) if unit else None,
        unless_same=Unit(unless) if unless else None,
        named=named or None,
    )


def values_hash(values: Values) -> str:
    """Return the SHA-256 over every item of a version, hexadecimal."""
    return hashlib.sha256(canonical_bytes({"format": RULES_FORMAT, "values": values})).hexdigest()


def load_values(stored: Mapping[str, Any]) -> dict[str, Value]:
    """Return the items as they were before JSON made lists of their chains."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()}


def build(version: int, values: Values) -> RuleSet:
    """Return the rules that a version's items mean; they have passed ``amending`` before."""
    rules = tuple(_amended(rule, version, values) for rule in RULEBOOK.rules)
    clock, days = _clock(values), timedelta(days=1)
    leaked = dict.fromkeys(Handling, clock["leaked-after-days"] * days)
    leaked[Handling.TOP_SECRET] = clock["leaked-after-days-top-secret"] * days
    return RuleSet(
        version=version,
        rulebook=Rulebook(version, rules),
        opened=frozenset(
            key.partition(".")[2]
            for key, value in values.items()
            if key.startswith("opening.") and value == OPEN
        ),
        clocks=replace(
            DEFAULT_CLOCKS,
            loss_report=timedelta(hours=clock["loss-report-hours"]),
            leaked_after=MappingProxyType(leaked),
            investigation=clock["investigation-days"] * days,
            authentication=timedelta(minutes=clock["authentication-minutes"]),
            gate_decision=timedelta(minutes=clock["gate-decision-minutes"]),
        ),
        shredder_minimum=MappingProxyType(
            SHREDDER_MINIMUM
            | {
                handling: int(str(values[f"shredder.{handling}"]))
                for handling in Handling
                if f"shredder.{handling}" in values
            }
        ),
        colours=MappingProxyType(
            COLOURS
            | {
                Reason(key.partition(".")[2]): Colour(str(value))
                for key, value in values.items()
                if key.startswith("gate.")
            }
        ),
    )


def _amended(rule: Rule, version: int, values: Values) -> Rule:
    chain = values.get(f"chain.{rule.id}")
    steps = tuple(map(parse_step, chain)) if isinstance(chain, tuple) else rule.steps
    return replace(rule, version=version, steps=steps)


def _clock(values: Values) -> dict[str, int]:
    return {
        key.partition(".")[2]: int(str(value)) for key, value in values.items() if key.startswith("clock.")
    }


def _limit_file() -> dict[str, Any]:
    path = resources.files("registry.rules") / "data" / "limits-1.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


_FILE: Final = _limit_file()

LIMITS: Final[tuple[Limit, ...]] = tuple(Limit(**row) for row in _FILE["limit"])
HOLDABLE: Final[Mapping[Reason, str]] = MappingProxyType(
    {Reason(reason): row["source"] for row in _FILE["gate"] for reason in row["reasons"]}
)
"""Reasons that an organisation may have held instead of decided by a supervisor, with their source."""

SHIPPED_VALUES: Final[Values] = MappingProxyType(
    {
        **{
            f"chain.{rule.id}": tuple(map(step_text, rule.steps))
            for rule in RULEBOOK.rules
            if rule.opens is not Opening.NEVER
        },
        **{f"opening.{rule.id}": CLOSED for rule in RULEBOOK.rules if rule.opens is Opening.BY_SETTING},
        **{limit.id: limit.value for limit in LIMITS},
        **{f"gate.{reason}": str(COLOURS[reason]) for reason in HOLDABLE},
    }
)
"""Every item of version 1."""

SHIPPED: Final = build(RULEBOOK.version, SHIPPED_VALUES)
"""Version 1."""

SHIPPED_SHA256: Final = values_hash(SHIPPED_VALUES)
"""Hash over version 1, as the ledger keeps it."""
