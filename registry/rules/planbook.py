"""The templates of secrecy plans as data, and the only reader of their files.

A planbook is refused whole when one of its rows cannot work: an unknown level or condition, a check that is mandatory
where no plan has it, or a level at which nobody approves attendees.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from importlib import resources
from typing import Any

from registry.rules.levels import Handling
from registry.rules.roles import PERMITTED, Action, Role


class Condition(StrEnum):
    """What must be true in the register before a check can be marked as done, and stay true."""

    LEVEL_ASSESSED = "level-assessed"
    ATTENDEES_APPROVED = "attendees-approved"
    EDUCATION_RECORDED = "education-recorded"
    PLEDGES_SIGNED = "pledges-signed"
    SEATS_ASSIGNED = "seats-assigned"
    GUARDS_POSTED = "guards-posted"


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """One thing to be done before a meeting; the words are what its owner reads.

    Attributes:
        handling: The levels whose plan has it.
        mandatory: The levels at which nothing begins while it is open.
        due: How long before the meeting begins it is due.
    """

    id: str
    handling: frozenset[Handling]
    mandatory: frozenset[Handling]
    due: timedelta
    proves: Condition | None
    zh: str
    en: str
    evidence_zh: str
    evidence_en: str
    source: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who approves an attendee of a meeting of some levels."""

    handling: frozenset[Handling]
    roles: frozenset[Role]
    source: str


@dataclass(frozen=True, slots=True)
class Planbook:
    """All rows of one version."""

    version: int
    checks: tuple[PlanCheck, ...]
    attendance: tuple[Attendance, ...]

    def plan_for(self, handling: Handling) -> tuple[PlanCheck, ...]:
        """Return what has to be done before a meeting of this level."""
        return tuple(check for check in self.checks if handling in check.handling)

    def get(self, check_id: str) -> PlanCheck:
        """Return the check with this id.

        Raises:
            KeyError: there is none.
        """
        for check in self.checks:
            if check.id == check_id:
                return check
        raise KeyError(check_id)

    def approvers(self, handling: Handling) -> frozenset[Role]:
        """Return the roles that approve an attendee of a meeting of this level."""
        return next(row.roles for row in self.attendance if handling in row.handling)


class InvalidPlanbook(ValueError):
    """The file of templates cannot be used; the message names the row."""


def parse_planbook(text: str) -> Planbook:
    """Return the templates written in a TOML text.

    Raises:
        InvalidPlanbook: a row is malformed, or a level has no plan or nobody who approves its attendees.
    """
    try:
        raw = tomllib.loads(text)
        book = Planbook(
            version=raw["version"],
            checks=tuple(map(_check, raw["check"])),
            attendance=tuple(map(_attendance, raw["attendance"])),
        )
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as error:
        raise InvalidPlanbook(f"got no usable templates: {error}") from error
    _refuse_gaps(book)
    return book


def load_planbook(version: int) -> Planbook:
    """Return one version of the templates shipped with the product; old versions explain old plans."""
    path = resources.files("registry.rules") / "data" / f"secrecy-plan-{version}.toml"
    return parse_planbook(path.read_text(encoding="utf-8"))


_CHECK_KEYS = frozenset(
    {"id", "handling", "mandatory", "due_hours", "proves", "zh", "en", "evidence_zh", "evidence_en", "source"}
)


def _check(row: Mapping[str, Any]) -> PlanCheck:
    _refuse_unknown_keys(row, _CHECK_KEYS)
    check = PlanCheck(
        id=row["id"],
        handling=_handling(row["handling"]),
        mandatory=_handling(row["mandatory"]),
        due=timedelta(hours=row["due_hours"]),
        proves=Condition(row["proves"]) if "proves" in row else None,
        zh=row["zh"],
        en=row["en"],
        evidence_zh=row["evidence_zh"],
        evidence_en=row["evidence_en"],
        source=row["source"],
    )
    if not check.mandatory <= check.handling:
        raise ValueError(f"check {check.id} is mandatory where no plan has it")
    if check.due < timedelta(0):
        raise ValueError(f"check {check.id} is due after the meeting has begun")
    return check


def _attendance(row: Mapping[str, Any]) -> Attendance:
    _refuse_unknown_keys(row, {"handling", "roles", "source"})
    found = Attendance(_handling(row["handling"]), frozenset(map(Role, row["roles"])), row["source"])
    if not found.roles or not found.roles <= PERMITTED[Action.APPROVE_ATTENDANCE]:
        raise ValueError("got attendees whom nobody could approve")
    return found


def _handling(levels: Collection[str]) -> frozenset[Handling]:
    return frozenset(map(Handling, levels))


def _refuse_unknown_keys(row: Mapping[str, Any], known: Collection[str]) -> None:
    if unknown := sorted(set(row) - set(known)):
        raise ValueError(f"got unknown keys {', '.join(unknown)}")


def _refuse_gaps(book: Planbook) -> None:
    ids = [check.id for check in book.checks]
    if len(set(ids)) != len(ids):
        raise InvalidPlanbook("got two checks of one name")
    for handling in Handling:
        if not any(handling in check.mandatory for check in book.checks):
            raise InvalidPlanbook(f"nothing is mandatory before a meeting of {handling}")
        rows = [row for row in book.attendance if handling in row.handling]
        if len(rows) != 1:
            raise InvalidPlanbook(f"{len(rows)} rows say who approves attendees at {handling}, wanted one")


PLANBOOK = load_planbook(1)
"""The templates in force."""
