"""The rules for devices as data, and the only reader of their files.

A devicebook is refused whole when one of its rows cannot work: an unknown kind, two rows for one case, or a case that
no row answers.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from itertools import product
from typing import Any

from registry.rules.levels import Handling
from registry.rules.words import EquipmentKind, RetirementMethod


@dataclass(frozen=True, slots=True)
class DeviceCheck:
    """One thing that an inspector looks at; ``zh`` and ``en`` are what the inspector reads."""

    id: str
    kinds: frozenset[EquipmentKind]
    zh: str
    en: str
    source: str


@dataclass(frozen=True, slots=True)
class Interval:
    """How long a passed inspection holds for some kinds at some levels."""

    kinds: frozenset[EquipmentKind]
    handling: frozenset[Handling]
    holds: timedelta
    source: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How devices of some levels may be retired."""

    handling: frozenset[Handling]
    methods: frozenset[RetirementMethod]
    source: str


@dataclass(frozen=True, slots=True)
class Devicebook:
    """All rows of one version."""

    version: int
    checks: tuple[DeviceCheck, ...]
    intervals: tuple[Interval, ...]
    endings: tuple[Ending, ...]

    def checks_of(self, kind: EquipmentKind) -> tuple[DeviceCheck, ...]:
        """Return what is looked at on a device of this kind."""
        return tuple(check for check in self.checks if kind in check.kinds)

    def holds(self, kind: EquipmentKind, handling: Handling) -> timedelta:
        """Return how long a passed inspection holds."""
        return next(row.holds for row in self.intervals if kind in row.kinds and handling in row.handling)

    def endings_of(self, handling: Handling) -> frozenset[RetirementMethod]:
        """Return how a device of this level may be retired."""
        return next(row.methods for row in self.endings if handling in row.handling)


class InvalidDevicebook(ValueError):
    """The rule file cannot be used; the message names the row."""


def parse_devicebook(text: str) -> Devicebook:
    """Return the rules written in a TOML text.

    Raises:
        InvalidDevicebook: a row is malformed, a case has no row or two, or a kind is never looked at.
    """
    try:
        raw = tomllib.loads(text)
        book = Devicebook(
            version=raw["version"],
            checks=tuple(map(_check, raw["check"])),
            intervals=tuple(map(_interval, raw["interval"])),
            endings=tuple(map(_ending, raw["ending"])),
        )
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as error:
        raise InvalidDevicebook(f"got no usable rule file: {error}") from error
    _refuse_gaps(book)
    return book


def load_devicebook(version: int) -> Devicebook:
    """Return one version of the rules shipped with the product; old versions explain old inspections."""
    path = resources.files("registry.rules") / "data" / f"equipment-{version}.toml"
    return parse_devicebook(path.read_text(encoding="utf-8"))


def _check(row: Mapping[str, Any]) -> DeviceCheck:
    _refuse_unknown_keys(row, {"id", "kinds", "zh", "en", "source"})
    return DeviceCheck(id=row["id"], kinds=_kinds(row), zh=row["zh"], en=row["en"], source=row["source"])


def _interval(row: Mapping[str, Any]) -> Interval:
    _refuse_unknown_keys(row, {"kinds", "handling", "days", "source"})
    if type(row["days"]) is not int or row["days"] < 1:
        raise ValueError(f"got an interval of {row['days']!r} days")
    return Interval(
        kinds=_kinds(row),
        handling=_handling(row),
        holds=timedelta(days=row["days"]),
        source=row["source"],
    )


def _ending(row: Mapping[str, Any]) -> Ending:
    _refuse_unknown_keys(row, {"handling", "methods", "source"})
    methods = frozenset(map(RetirementMethod, row["methods"]))
    if not methods:
        raise ValueError("got levels whose devices could never be retired")
    return Ending(handling=_handling(row), methods=methods, source=row["source"])


def _kinds(row: Mapping[str, Any]) -> frozenset[EquipmentKind]:
    return frozenset(map(EquipmentKind, row["kinds"]))


def _handling(row: Mapping[str, Any]) -> frozenset[Handling]:
    return frozenset(map(Handling, row["handling"]))


def _refuse_unknown_keys(row: Mapping[str, Any], known: Collection[str]) -> None:
    if unknown := sorted(set(row) - set(known)):
        raise ValueError(f"got unknown keys {', '.join(unknown)}")


def _refuse_gaps(book: Devicebook) -> None:
    ids = [check.id for check in book.checks]
    if len(set(ids)) != len(ids):
        raise InvalidDevicebook("got two checks of one name")
    for kind in EquipmentKind:
        if not book.checks_of(kind):
            raise InvalidDevicebook(f"nothing is looked at on a {kind}")
    for kind, handling in product(EquipmentKind, Handling):
        rows = [row for row in book.intervals if kind in row.kinds and handling in row.handling]
        if len(rows) != 1:
            raise InvalidDevicebook(f"{len(rows)} intervals answer {kind} at {handling}, wanted one")
    for handling in Handling:
        answers = [row for row in book.endings if handling in row.handling]
        if len(answers) != 1:
            raise InvalidDevicebook(f"{len(answers)} endings answer {handling}, wanted one")


DEVICEBOOK = load_devicebook(1)
"""The rules in force."""
