"""Whether a destruction may be recorded as done, and if not, everything that is missing.

Laws:

* What was listed and approved, and what lies at the shredder, are the same set: neither one less nor one more.
* Operator and witnesses are different persons, and none of them requested, approved or held any of it.
* Each of them authenticated personally within the last fifteen minutes.
* The shredder's certified class reaches the minimum of the highest level on the list.
* A list for the plant wants neither operator nor witness nor shredder: two escorts sign for its sealed bags, at every
  level, under the same separations.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from registry.errors import InvalidError
from registry.rules.clocks import DEFAULT_CLOCKS, Clocks, authentication_holds
from registry.rules.levels import SHREDDER_MINIMUM, Handling
from registry.rules.words import DestructionPart

WITNESSES_WANTED: dict[Handling, int] = {
    Handling.CONFIDENTIAL: 1,
    Handling.SECRET: 1,
    Handling.TOP_SECRET: 2,
}
"""Witnesses beside the one operator (company and state rules)."""

ESCORTS_WANTED: int = 2
"""Who take sealed bags to the plant together, in place of operator and witnesses (company and state rules)."""


SHRED_CLASSES: tuple[str, ...] = tuple(f"P-{number}" for number in range(1, 8))
"""The classes of ISO/IEC 21964 for paper, coarsest first."""


class Conflict(StrEnum):
    """The part that a person already has in this destruction, and so cannot also attest it."""

    REQUESTER = "requester"
    APPROVER = "approver"
    HOLDER = "holder"
    OPERATOR = "operator"
    WITNESS = "witness"
    ESCORT = "escort"


@dataclass(frozen=True, slots=True)
class Present:
    """A person who takes part, and when that person authenticated."""

    person_id: int
    authenticated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Destruction:
    """Everything the answer depends on.

    Attributes:
        listed: Copy codes on the approved list.
        presented: Copy codes scanned at the shredder, or lying in sealed bags.
        handling: The highest on the list.
        requesters: Who built the list and who asked for its approval, by id.
        holders: Persons who held a listed copy when it was called in, by id.
        shredder_class: Certified P-class of the device, 1 to 7; None for a list that goes to the plant.
        escorts: Who signed for the bags; of a list for the plant only.
    """

    listed: frozenset[str]
    presented: frozenset[str]
    handling: Handling
    operator: Present | None
    witnesses: tuple[Present, ...]
    requesters: frozenset[int]
    approvers: frozenset[int]
    holders: frozenset[int]
    shredder_class: int | None
    escorts: tuple[Present, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """All that stands in the way; empty when the destruction may be recorded.

    Attributes:
        not_presented: Listed copies that were not scanned at the shredder, or lie in no sealed bag.
        not_listed: Copies at the shredder that are not on the list.
        operators_missing: 1 when there is no operator.
        witnesses_missing: How many more witnesses are wanted.
        escorts_missing: How many more escorts are wanted.
        conflicts: Persons who may not attest, each with the part they already have.
        to_authenticate: Persons whose authentication is too old or lies in the future.
        shredder_minimum: The class that is wanted when the device does not reach it.
        is_empty_list: Whether there was nothing to destroy.
    """

    not_presented: tuple[str, ...] = ()
    not_listed: tuple[str, ...] = ()
    operators_missing: int = 0
    witnesses_missing: int = 0
    escorts_missing: int = 0
    conflicts: tuple[tuple[int, Conflict], ...] = ()
    to_authenticate: tuple[int, ...] = ()
    shredder_minimum: int | None = None
    is_empty_list: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is missing."""
        return not any(getattr(self, each.name) for each in fields(self))


class InvalidShredClass(InvalidError):
    """The text is no P-class of ISO/IEC 21964."""

    code = "invalid-shred-class"


def parts_wanted(*, by_plant: bool) -> frozenset[DestructionPart]:
    """Return the parts in which people sign for paper that a plant destroys, or a device of the house."""
    if by_plant:
        return frozenset({DestructionPart.ESCORT})
    return frozenset({DestructionPart.OPERATOR, DestructionPart.WITNESS})


def shred_class(text: str) -> int:
    """Return the class of a shredder from its certificate's words: 5 for ``P-5``.

    Raises:
        InvalidShredClass: none of P-1 to P-7.
    """
    if text not in SHRED_CLASSES:
        raise InvalidShredClass("got a text that is none of P-1 to P-7")
    return SHRED_CLASSES.index(text) + 1


def shortfall(
    destruction: Destruction,
    now: datetime,
    *,
    clocks: Clocks = DEFAULT_CLOCKS,
    shredder_minimum: Mapping[Handling, int] = SHREDDER_MINIMUM,
    witnesses_wanted: Mapping[Handling, int] = WITNESSES_WANTED,
) -> Shortfall:
    """Return everything that is still missing before the copies may be destroyed, or go to the plant."""
    operators = (destruction.operator,) if destruction.operator else ()
    attesting = (*operators, *destruction.witnesses, *destruction.escorts)
    witnesses = {witness.person_id for witness in destruction.witnesses}
    escorts = {escort.person_id for escort in destruction.escorts}
    minimum, got = shredder_minimum[destruction.handling], destruction.shredder_class
    by_plant = got is None
    return Shortfall(
        not_presented=tuple(sorted(destruction.listed - destruction.presented)),
        not_listed=tuple(sorted(destruction.presented - destruction.listed)),
        operators_missing=0 if by_plant else 1 - len(operators),
        witnesses_missing=0 if by_plant else max(0, witnesses_wanted[destruction.handling] - len(witnesses)),
        escorts_missing=max(0, ESCORTS_WANTED - len(escorts)) if by_plant else 0,
        conflicts=_conflicts(destruction),
        to_authenticate=tuple(
            person.person_id
            for person in attesting
            if not authentication_holds(person.authenticated_at, now, clocks)
        ),
        shredder_minimum=minimum if got is not None and got < minimum else None,
        is_empty_list=not destruction.listed,
    )


def _conflicts(destruction: Destruction) -> tuple[tuple[int, Conflict], ...]:
    operator = destruction.operator.person_id if destruction.operator else None
    witnesses = Counter(witness.person_id for witness in destruction.witnesses)
    escorts = Counter(escort.person_id for escort in destruction.escorts)
    found: list[tuple[int, Conflict]] = []
    for person in sorted({*witnesses, *escorts, *([operator] if operator is not None else [])}):
        if person in destruction.requesters:
            found.append((person, Conflict.REQUESTER))
        if person in destruction.approvers:
            found.append((person, Conflict.APPROVER))
        if person in destruction.holders:
            found.append((person, Conflict.HOLDER))
        if person == operator and person in witnesses:
            found.append((person, Conflict.OPERATOR))
        if witnesses[person] > 1:
            found.append((person, Conflict.WITNESS))
        if escorts[person] > 1:
            found.append((person, Conflict.ESCORT))
    return tuple(found)
