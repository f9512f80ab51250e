"""Secrecy levels, their schemes and periods, and the mark printed from them.

A level is a rank inside a scheme. Laws:

* Schemes never mix: by law a state-secret mark may not stand on what is not a state secret.
* The state scheme is off until an installation turns it on.
* What a level demands (approvals, carriers, shredder) follows its ``handling``, so that the levels of the
  commercial scheme need no rules of their own.
* The Chinese name is always shown beside the English one: English renderings differ from text to text.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from registry.errors import ConflictError, InvalidError, UnknownError


class Scheme(StrEnum):
    """Who defines the level, and so the text that is printed."""

    COMPANY = "company"
    COMMERCIAL = "commercial"
    STATE = "state"


class Handling(StrEnum):
    """How strictly paper is handled; the key of every table that depends on secrecy."""

    CONFIDENTIAL = "CONFIDENTIAL"
    SECRET = "SECRET"  # noqa: S105 - a secrecy level, not a password
    TOP_SECRET = "TOP_SECRET"  # noqa: S105 - a secrecy level, not a password


@dataclass(frozen=True, slots=True)
class Level:
    """One secrecy level of one scheme.

    Attributes:
        rank: Order inside the scheme; a higher rank is more secret. Ranks of two schemes are not comparable.
    """

    scheme: Scheme
    code: str
    rank: int
    zh: str
    en: str
    handling: Handling


@dataclass(frozen=True, slots=True)
class SchemeName:
    """What a scheme is called on screens."""

    zh: str
    en: str


SCHEME_NAMES: dict[Scheme, SchemeName] = {
    Scheme.COMPANY: SchemeName("公司秘密", "company secrets"),
    Scheme.COMMERCIAL: SchemeName("商业秘密", "commercial secrets"),
    Scheme.STATE: SchemeName("国家秘密", "state secrets"),
}


def _three(scheme: Scheme) -> tuple[Level, ...]:
    return (
        Level(scheme, "TOP_SECRET", 3, "绝密", "Top Secret", Handling.TOP_SECRET),
        Level(scheme, "SECRET", 2, "机密", "Secret", Handling.SECRET),
        Level(scheme, "CONFIDENTIAL", 1, "秘密", "Confidential", Handling.CONFIDENTIAL),
    )


LEVELS: dict[Scheme, tuple[Level, ...]] = {
    Scheme.COMPANY: _three(Scheme.COMPANY),
    Scheme.COMMERCIAL: (
        Level(Scheme.COMMERCIAL, "CORE_COMMERCIAL", 2, "核心商密", "Core Commercial Secret", Handling.SECRET),
        Level(Scheme.COMMERCIAL, "COMMERCIAL", 1, "普通商密", "Commercial Secret", Handling.CONFIDENTIAL),
    ),
    Scheme.STATE: _three(Scheme.STATE),
}
"""The levels of each scheme, highest first."""

DEFAULT_SCHEME = Scheme.COMPANY
ENABLED_BY_DEFAULT: frozenset[Scheme] = frozenset({Scheme.COMPANY, Scheme.COMMERCIAL})

SHREDDER_MINIMUM: dict[Handling, int] = {
    Handling.CONFIDENTIAL: 5,
    Handling.SECRET: 6,
    Handling.TOP_SECRET: 7,
}
"""Least P-class of ISO/IEC 21964 (P-5 30 mm², P-6 10 mm², P-7 5 mm²) suggested per handling; a setting."""


class UnknownLevel(UnknownError):
    """The scheme has no such level."""

    code = "unknown-level"


class SchemeDisabled(ConflictError):
    """The installation has not turned this scheme on."""

    code = "scheme-disabled"


class MixedSchemes(ConflictError):
    """Levels of two schemes were compared."""

    code = "mixed-schemes"


class InvalidPeriod(InvalidError):
    """The text is no period of secrecy."""

    code = "invalid-period"


def get_level(scheme: Scheme | str, code: str, *, enabled: Collection[Scheme] | None = None) -> Level:
    """Return the level called ``code`` in ``scheme``.

    Args:
        scheme: The scheme, or its stored text.
        code: Stored text of the level, such as ``SECRET``.
        enabled: Schemes this installation has turned on; ``None`` reads what is already stored, whatever it is.

    Raises:
        UnknownLevel: no such scheme or level.
        SchemeDisabled: the scheme exists but is off here.
    """
    for level in (level for levels in LEVELS.values() for level in levels):
        if level.scheme == scheme and level.code == code:
            if enabled is not None and level.scheme not in enabled:
                raise SchemeDisabled(f"got scheme {scheme}, which is not enabled", scheme=str(scheme))
            return level
    raise UnknownLevel(
        f"got level {code!r}, which scheme {scheme!r} does not have", scheme=str(scheme), level=code
    )


def highest(levels: Iterable[Level]) -> Level:
    """Return the highest of ``levels``: a meeting or compilation is never lower than its parts.

    Raises:
        MixedSchemes: two of the levels belong to different schemes.
        ValueError: there are none.
    """
    found = list(levels)
    if not found:
        raise ValueError("got no levels, wanted at least one")
    schemes = {level.scheme for level in found}
    if len(schemes) > 1:
        raise MixedSchemes("got levels of several schemes, wanted one", schemes=tuple(sorted(schemes)))
    return max(found, key=lambda level: level.rank)


def shred_level_minimum(level: Level) -> int:
    """Return the least P-class that may shred paper of this level: 5, 6 or 7."""
    return SHREDDER_MINIMUM[level.handling]


class PeriodKind(StrEnum):
    """How a period of secrecy is written."""

    MONTHS = "months"
    YEARS = "years"
    UNTIL = "until"
    LONG_TERM = "long-term"


@dataclass(frozen=True, slots=True)
class Period:
    """A period of secrecy (保密期限).

    Attributes:
        count: Number of months or years; 0 for the other kinds.
        until: Last day of secrecy, for ``UNTIL`` only.
    """

    kind: PeriodKind
    count: int = 0
    until: date | None = None

    @property
    def zh(self) -> str:
        """The Chinese words, as printed in the mark."""
        match self.kind:
            case PeriodKind.MONTHS:
                return f"{self.count}个月"
            case PeriodKind.YEARS:
                return f"{self.count}年"
            case PeriodKind.UNTIL:
                return f"至{self._last_day():%Y-%m-%d}"
            case PeriodKind.LONG_TERM:
                return "长期"

    @property
    def en(self) -> str:
        """The English words."""
        match self.kind:
            case PeriodKind.MONTHS | PeriodKind.YEARS:
                word = str(self.kind)
                return f"{self.count} {word if self.count > 1 else word.removesuffix('s')}"
            case PeriodKind.UNTIL:
                return f"until {self._last_day():%Y-%m-%d}"
            case PeriodKind.LONG_TERM:
                return "long-term"

    def last_day(self, start: date) -> date | None:
        """Return the last day of secrecy of what was classified on ``start``; ``None`` means no end is set."""
        match self.kind:
            case PeriodKind.UNTIL:
                return self._last_day()
            case PeriodKind.LONG_TERM:
                return None
            case PeriodKind.MONTHS:
                return _months_later(start, self.count)
            case PeriodKind.YEARS:
                return _months_later(start, 12 * self.count)

    def _last_day(self) -> date:
        if self.until is None:
            raise ValueError("a period until a date was built without its date")
        return self.until


_COUNTED = re.compile(
    r"(?P<count>[1-9][0-9]{0,2}) ?(?:(?P<years>年|years?|y)|(?P<months>个?月|months?|m))", re.IGNORECASE
)
_LONG_TERM = frozenset({"长期", "long-term", "long term"})


def parse_period(text: str) -> Period:
    """Return the period that a person wrote: ``10年``, ``6个月``, ``10 years``, ``长期`` or an ISO date.

    Raises:
        InvalidPeriod: none of these.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.lower() in _LONG_TERM:
        return Period(PeriodKind.LONG_TERM)
    if counted := _COUNTED.fullmatch(plain):
        kind = PeriodKind.YEARS if counted["years"] else PeriodKind.MONTHS
        return Period(kind, int(counted["count"]))
    try:
        return Period(PeriodKind.UNTIL, until=date.fromisoformat(plain.removeprefix("至")))
    except ValueError:
        raise InvalidPeriod(
            "got a text that is neither years, months, a date nor long-term", text=plain[:40]
        ) from None


def longest(periods: Iterable[Period], start: date) -> Period:
    """Return the period that ends last, all counted from ``start``; long-term outlasts every date.

    Raises:
        ValueError: there are none.
    """
    return max(periods, key=lambda period: period.last_day(start) or date.max)


def mark_text(level: Level | str, period: Period | str, *, scheme: Scheme | str = DEFAULT_SCHEME) -> str:
    """Return the printed secrecy mark, such as ``机密★10年``.

    Args:
        level: The level, or its code within ``scheme``.
        period: The period, or the text a person wrote for it.
        scheme: Only used when ``level`` is a code.
    """
    found = level if isinstance(level, Level) else get_level(scheme, level)
    span = period if isinstance(period, Period) else parse_period(period)
    return f"{found.zh}★{span.zh}"


def _months_later(start: date, months: int) -> date:
    """Return the day before the same day ``months`` later, so that one year from 1 May ends on 30 April."""
    years, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    first_after = date(years + (month == 11), (month + 1) % 12 + 1, 1)  # noqa: PLR2004 - December, counted from 0
    days_in_month = (first_after - timedelta(days=1)).day
    same_day = date(years, month + 1, min(start.day, days_in_month))
    return same_day - timedelta(days=1)
