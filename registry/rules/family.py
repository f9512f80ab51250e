"""Documents that come from others: what an approval to copy is used for, and the floor that sources set.

Decides what a derived document may be marked with. How it follows when a source is regraded is decided in
``regrading``; who must agree to a re-copy, excerpt or compilation in ``approval``. Laws:

* An excerpt comes from one document, a compilation from two or more; each source needs an approval of its own.
* A derived document is never below the highest level of its sources, and never ends before the last of them does.
* A source that was declassified sets no floor.
* What may not be copied may not be copied out of an excerpt either: the prohibition is inherited.
* A re-copy is a copy of the same document with a number of its own: it keeps level, period and need-to-know, and is
  counted wherever its document's copies are counted.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from registry.errors import ConflictError, InvalidError
from registry.rules.levels import Level, Period, PeriodKind, highest, mark_text

USE_DETAIL: Final = "use"
"""The name under which an order to copy says what it is for; a job on a device says nothing there."""
SOURCE_DETAIL: Final = "source_copy"
"""The name under which an order for re-copies says the code of the copy that they are made after."""

DECLASSIFIED_MARK: Final = "已解密"
"""What stands on the paper of a document that is secret no more."""


class Use(StrEnum):
    """What an approval to copy is used for, other than a job on a device."""

    RECOPY = "RECOPY"
    """Numbered copies made after a copy (翻印/复制)."""
    EXCERPT = "EXCERPT"
    """A document of its own made from a part of one (摘录)."""
    COMPILATION = "COMPILATION"
    """A document of its own made from several (汇编)."""


DERIVING: Final = frozenset({Use.EXCERPT, Use.COMPILATION})
"""The uses that make a document of its own."""

FEWEST_SOURCES: Final[Mapping[Use, int]] = {Use.EXCERPT: 1, Use.COMPILATION: 2}
MOST_SOURCES: Final[Mapping[Use, int]] = {Use.EXCERPT: 1, Use.COMPILATION: 50}
"""A compilation of more sources is a slip of the finger; ours, since the rules set no figure."""


class WrongSources(InvalidError):
    """A document of this kind is not made of so many sources, or of one source twice."""

    code = "wrong-sources"


class BelowSources(ConflictError):
    """A document would be marked lower, or end sooner, than what it is made of."""

    code = "below-sources"


class ApprovedForAnotherUse(ConflictError):
    """The approval to copy is for something else."""

    code = "approved-for-another-use"


@dataclass(frozen=True, slots=True)
class Grade:
    """How secret a document is, and how long.

    Attributes:
        start: The day from which the period counts.
        declassified: Whether that is over; level and period then tell what it was.
    """

    level: Level
    period: Period
    start: date
    declassified: bool = False

    @property
    def last_day(self) -> date | None:
        """The last day of secrecy; None means that no end is set."""
        return self.period.last_day(self.start)

    @property
    def mark(self) -> str:
        """What stands on the paper."""
        return DECLASSIFIED_MARK if self.declassified else mark_text(self.level, self.period)


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that a derived document is marked with; ``last_day`` None means that no end is set."""

    level: Level
    last_day: date | None


def end_of(last_day: date | None) -> date:
    """Return a last day as something that can be compared: no end outlasts every date."""
    return last_day or date.max


def floor_of(sources: Iterable[Grade]) -> Floor | None:
    """Return the floor that sources set; None where none of them is secret any more.

    Raises:
        MixedSchemes: two of them belong to different schemes.
    """
    secret = [grade for grade in sources if not grade.declassified]
    if not secret:
        return None
    last = max(end_of(grade.last_day) for grade in secret)
    return Floor(highest(grade.level for grade in secret), None if last == date.max else last)


def require_sources(use: Use, documents: Collection[int]) -> None:
    """Pass when a document of this kind can be made of these sources.

    Raises:
        WrongSources: there are too few or too many, or one stands there twice.
    """
    if use not in DERIVING or not FEWEST_SOURCES[use] <= len(documents) <= MOST_SOURCES[use]:
        raise WrongSources(f"got {len(documents)} sources for {use}", use=str(use), got=len(documents))
    if len(set(documents)) != len(documents):
        raise WrongSources("got one source twice", use=str(use), got=len(documents))


def require_not_below(grade: Grade, floor: Floor | None) -> None:
    """Pass when a derived document may be marked so.

    Raises:
        BelowSources: facts ``part`` (``level``, ``period`` or ``secrecy``), ``level`` and ``last_day`` of the floor.
        MixedSchemes: it belongs to another scheme than its sources.
    """
    if floor is None:
        return
    part = ""
    if grade.declassified:
        part = "secrecy"
    elif highest([grade.level, floor.level]).rank > grade.level.rank:
        part = "level"
    elif end_of(grade.last_day) < end_of(floor.last_day):
        part = "period"
    if part:
        last_day = "" if floor.last_day is None else floor.last_day.isoformat()
        raise BelowSources(
            f"got a {part} below that of the sources", part=part, level=floor.level.code, last_day=last_day
        )


def lifted(grade: Grade, floor: Floor | None) -> Grade:
    """Return the least grade that is neither below ``grade``, which is secret, nor below the floor.

    Raises:
        MixedSchemes: the two belong to different schemes.
    """
    if floor is None:
        return grade
    level = highest([grade.level, floor.level])
    if end_of(grade.last_day) < end_of(floor.last_day):
        return replace(grade, level=level, period=_until(floor.last_day))
    return replace(grade, level=level)


def has_sunk(before: Floor | None, after: Floor | None) -> bool:
    """Tell whether sources hold a derived document up less than they did, so that it might follow them."""
    if before is None or after is None:
        return before is not None
    return after.level.rank < before.level.rank or end_of(after.last_day) < end_of(before.last_day)


def _until(last_day: date | None) -> Period:
    return Period(PeriodKind.LONG_TERM) if last_day is None else Period(PeriodKind.UNTIL, until=last_day)
