"""Stocktakes: which copies are looked for where, and what each scan turns out to be.

Decides over facts that others have gathered; never looks anything up. Laws:

* The expected set is frozen when the count begins; nothing outside it is ever missed, however small the scope.
* What lies in a sealed bag for the plant is not looked for: nobody opens a bag to count, and some are outside.
* Every scan falls in exactly one bucket, and what is expected and was not scanned is missing: the six add up.
* Counting says where paper lies. It never changes who answers for it.
* Who counted does not close the count: a second counter says, without being told, how many copies lie there.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from registry.errors import ConflictError, InvalidError
from registry.rules.lifecycle import State


class StocktakeState(StrEnum):
    """Where a stocktake stands; only what is ``COUNTING`` takes scans."""

    COUNTING = "COUNTING"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class Place(StrEnum):
    """Where copies are counted."""

    SHELF = "SHELF"
    """In the registry: in stock, given and not signed for, sealed, misprints that wait."""
    HANDS = "HANDS"
    """With the persons who signed for them, inside the house."""
    HOUSE = "HOUSE"
    """Both: everything that has not left through a gate."""


class Bucket(StrEnum):
    """What a scan is."""

    EXPECTED = "EXPECTED"
    """Looked for, and seen for the first time."""
    ALREADY_COUNTED = "ALREADY_COUNTED"
    """The same copy was scanned in this count before."""
    WRONG_PLACE = "WRONG_PLACE"
    """Of what is counted, but the register has it elsewhere."""
    UNEXPECTED = "UNEXPECTED"
    """Known, and not of what is counted, or no paper of it should exist."""
    UNKNOWN = "UNKNOWN"
    """None of our marks, or no copy of ours."""


STATES_AT: Final[dict[Place, frozenset[State]]] = {
    Place.SHELF: frozenset({State.IN_STOCK, State.IN_TRANSIT, State.SEALED, State.SPOILED}),
    Place.HANDS: frozenset({State.HELD, State.CLAIMED}),
    Place.HOUSE: frozenset(
        {State.IN_STOCK, State.IN_TRANSIT, State.SEALED, State.SPOILED, State.HELD, State.CLAIMED}
    ),
}
"""The states of the copies that are looked for at each place."""

LIVE: Final = STATES_AT[Place.HOUSE] | {State.OUTSIDE}
"""The states in which paper exists and nobody misses it."""


class InvalidScope(InvalidError):
    """The scope contradicts itself."""

    code = "invalid-scope"


class NotASecondCounter(ConflictError):
    """The person counted, began the count, or answers for copies that are counted."""

    code = "not-a-second-counter"


class SecondCountDiffers(ConflictError):
    """The second counter found another number of copies than were scanned."""

    code = "second-count-differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is counted; ``None`` leaves a side open.

    Attributes:
        unit_id: Documents of this issuing unit.
        document_id: This document.
        scheme: With ``level``: documents of this level.
        holder_id: Copies for which this person answers; only in hands.
    """

    place: Place
    unit_id: int | None = None
    document_id: int | None = None
    scheme: str | None = None
    level: str | None = None
    holder_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse a scope that contradicts itself."""
        if self.holder_id is not None and self.place is not Place.HANDS:
            raise InvalidScope("got a holder whose copies would lie in the registry", field="holder_id")
        if (self.scheme is None) != (self.level is None):
            raise InvalidScope("got a level without its scheme", field="level")


@dataclass(frozen=True, slots=True)
class Counted:
    """A copy as the register knows it at the moment of its scan.

    Attributes:
        person_id: Who answers for it; ``None`` for the registry or nobody.
        is_bagged: Whether it lies in a sealed bag for the plant, and can be counted by its seal only.
    """

    copy_id: int
    state: State
    document_id: int
    unit_id: int
    scheme: str
    level: str
    person_id: int | None
    is_bagged: bool = False


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan as it comes in: the text, and the code that was proven of it; None when it is none of ours."""

    raw: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Sorted:
    """What became of one scan; ``copy`` as the register knew it, None when there is no such copy."""

    raw: str
    code: str | None
    bucket: Bucket
    copy: Counted | None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a count has come to; ``expected`` is always ``found + missing``.

    Attributes:
        found: Copies that were expected and scanned.
        wrong_place: Copies of what is counted that the register has elsewhere, each once.
        unexpected: Other copies of ours that lie there, each once.
        already_counted: Further scans of copies that were seen.
        unknown: Scans that name no copy of ours.
    """

    expected: int
    found: int
    wrong_place: int
    unexpected: int
    already_counted: int
    unknown: int

    @property
    def missing(self) -> int:
        """Copies that were expected and have not been scanned."""
        return self.expected - self.found

    @property
    def lying_there(self) -> int:
        """Copies of ours that were scanned, each once: what the second counter must find as well."""
        return self.found + self.wrong_place + self.unexpected

    @property
    def scans(self) -> int:
        """All scans; each is in exactly one bucket."""
        return self.lying_there + self.already_counted + self.unknown


def is_of_scope(scope: Scope, copy: Counted) -> bool:
    """Return whether a copy is of what is counted, wherever it is."""
    return (
        scope.unit_id in {None, copy.unit_id}
        and scope.document_id in {None, copy.document_id}
        and (scope.level is None or (scope.scheme, scope.level) == (copy.scheme, copy.level))
    )


def is_looked_for(scope: Scope, copy: Counted) -> bool:
    """Return whether a copy is expected in this scope now; asked once for each copy, when the count begins."""
    return (
        is_of_scope(scope, copy)
        and copy.state in STATES_AT[scope.place]
        and not copy.is_bagged
        and scope.holder_id in {None, copy.person_id}
    )


def sort_scan(
    scope: Scope, copy: Counted | None, *, expected: Collection[int], seen: Collection[int]
) -> Bucket:
    """Return the one bucket of a scan.

    Args:
        scope: What is counted.
        copy: What was scanned; ``None`` when the scan names no copy of ours.
        expected: Ids of the frozen set.
        seen: Ids of the copies that were scanned in this count before.
    """
    if copy is None:
        return Bucket.UNKNOWN
    if copy.copy_id in seen:
        return Bucket.ALREADY_COUNTED
    if copy.copy_id in expected:
        return Bucket.EXPECTED
    if is_of_scope(scope, copy) and copy.state in LIVE:
        return Bucket.WRONG_PLACE
    return Bucket.UNEXPECTED


def tally(expected: int, buckets: Iterable[Bucket]) -> Tally:
    """Return what a count has come to: how many were expected, and the bucket of each scan."""
    counts = dict.fromkeys(Bucket, 0)
    for bucket in buckets:
        counts[bucket] += 1
    return tally_of(expected, counts)


def tally_of(expected: int, counts: dict[Bucket, int]) -> Tally:
    """Return what a count has come to, from how many scans each bucket holds."""
    return Tally(
        expected=expected,
        found=counts.get(Bucket.EXPECTED, 0),
        wrong_place=counts.get(Bucket.WRONG_PLACE, 0),
        unexpected=counts.get(Bucket.UNEXPECTED, 0),
        already_counted=counts.get(Bucket.ALREADY_COUNTED, 0),
        unknown=counts.get(Bucket.UNKNOWN, 0),
    )


def require_second_counter(
    person_id: int | None, *, counters: Collection[int], holders: Collection[int]
) -> None:
    """Pass when a person may say the second number.

    Args:
        person_id: Who says it.
        counters: Who began the count and who scanned.
        holders: Who answers for copies that are expected.

    Raises:
        NotASecondCounter: fact ``part`` is ``counter`` or ``holder``.
    """
    if person_id in counters:
        raise NotASecondCounter("got a counter as the second counter", part="counter")
    if person_id in holders:
        raise NotASecondCounter("got a holder as the second counter", part="holder")


def require_same_count(found: Tally, second_count: int) -> None:
    """Pass when the second counter found as many copies as were scanned; what that number is, is not told.

    Raises:
        SecondCountDiffers: they did not.
    """
    if second_count != found.lying_there:
        raise SecondCountDiffers("got another number than was scanned", field="second_count")
