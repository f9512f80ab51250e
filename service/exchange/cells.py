"""What a cell means: days and times, yes and no, levels and states, as they are written in China and elsewhere."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Final

from registry.errors import InvalidError
from registry.rules.levels import LEVELS, SCHEME_NAMES, Scheme
from registry.rules.lifecycle import State

_DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日)?")
_BARE_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME: Final = re.compile(r"[T\s]*(上午|下午)?\s*(\d{1,2})\s*[:时点]\s*(\d{1,2})?(?::(\d{1,2}))?\s*分?")
_NOON: Final = 12

YES: Final = frozenset({"是", "y", "yes", "true", "1", "√", "✓", "有", "禁止"})
NO: Final = frozenset({"否", "n", "no", "false", "0", "×", "✗", "无", ""})

STATES: Final[Mapping[str, State]] = MappingProxyType(
    {
        "在库": State.IN_STOCK,
        "库存": State.IN_STOCK,
        "在柜": State.IN_STOCK,
        "已归还": State.IN_STOCK,
        "归还": State.IN_STOCK,
        "instock": State.IN_STOCK,
        "在持": State.HELD,
        "已领用": State.HELD,
        "领用": State.HELD,
        "借出": State.HELD,
        "借阅": State.HELD,
        "已签收": State.HELD,
        "held": State.HELD,
        "下落不明": State.UNACCOUNTED,
        "unaccounted": State.UNACCOUNTED,
        "丢失": State.LOST,
        "遗失": State.LOST,
        "lost": State.LOST,
        "已销毁": State.DESTROYED,
        "销毁": State.DESTROYED,
        "destroyed": State.DESTROYED,
        "作废": State.VOID,
        "未印": State.VOID,
        "空号": State.VOID,
        "void": State.VOID,
        "废页": State.SPOILED,
        "废份": State.SPOILED,
        "印废": State.SPOILED,
        "spoiled": State.SPOILED,
    }
)
STATE_WORDS: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.RESERVED: "已预留",
        State.IN_STOCK: "在库",
        State.IN_TRANSIT: "待签收",
        State.HELD: "在持",
        State.CLAIMED: "自称已还",
        State.OUTSIDE: "带出",
        State.SEALED: "已封存",
        State.UNACCOUNTED: "下落不明",
        State.LOST: "丢失",
        State.DESTROYED: "已销毁",
        State.VOID: "作废",
        State.SPOILED: "废页",
    }
)
"""What an export says; of states that cannot be taken over as well."""


class CellNoDay(InvalidError):
    """The text is no day."""

    code = "cell-no-day"


class CellNoTime(InvalidError):
    """The text is no day with a time."""

    code = "cell-no-time"


class CellNoNumber(InvalidError):
    """The text is no whole number that can be meant."""

    code = "cell-no-number"


class CellNeitherYesNorNo(InvalidError):
    """The text is neither yes nor no."""

    code = "cell-neither-yes-nor-no"


class CellNoLevel(InvalidError):
    """The text is no level of the scheme."""

    code = "cell-no-level"


class CellNoScheme(InvalidError):
    """The text is no scheme of levels."""

    code = "cell-no-scheme"


class CellNoState(InvalidError):
    """The text is no state of a copy."""

    code = "cell-no-state"


def parse_day(text: str) -> date:
    """Return the day that a cell names: ``2026-03-02``, ``2026/3/2``, ``2026年3月2日``, ``20260302``; no time counts.

    Raises:
        CellNoDay: none of these.
    """
    day, _ = _day_and_rest(text)
    return day


def parse_moment(text: str) -> datetime:
    """Return the day and time that a cell names, without a zone; midnight where it names no time.

    Raises:
        CellNoTime: the rest is no time.
        CellNoDay: it does not begin with a day.
    """
    day, rest = _day_and_rest(text)
    if not rest:
        return datetime.combine(day, time())
    found = _TIME.fullmatch(rest)
    if found is None:
        raise CellNoTime("got a text that is no time")
    hour = int(found[2])
    if found[1] == "下午" and hour < _NOON:
        hour += _NOON
    try:
        return datetime.combine(day, time(hour, int(found[3] or 0)))
    except ValueError as error:
        raise CellNoTime("got a time that no day has") from error


def parse_number(text: str, *, most: int) -> int:
    """Return the whole number from 1 to ``most`` that a cell says; wide digits and a closing ``页`` are forgiven.

    Raises:
        CellNoNumber: none.
    """
    plain = _plain(text).removesuffix("页").removesuffix("份").removesuffix(".0")
    if not (plain.isascii() and plain.isdigit()) or not 1 <= int(plain[:9]) <= most:
        raise CellNoNumber(f"got a text that is no number from 1 to {most}", most=most)
    return int(plain[:9])


def parse_yes(text: str) -> bool:
    """Return whether a cell says yes; an empty one says no.

    Raises:
        CellNeitherYesNorNo: neither.
    """
    plain = _plain(text).casefold()
    if plain not in YES | NO:
        raise CellNeitherYesNorNo("got a text that is neither yes nor no")
    return plain in YES


def parse_scheme(text: str) -> Scheme:
    """Return the scheme that a cell names, the company's own where it names none.

    Raises:
        CellNoScheme: there is no such scheme.
    """
    plain = _plain(text).casefold()
    for scheme in Scheme:
        said = SCHEME_NAMES[scheme]
        if plain in {str(scheme), said.zh, said.en, f"{said.zh} {said.en}"}:
            return scheme
    if plain:
        raise CellNoScheme("got a text that is no scheme")
    return Scheme.COMPANY


def parse_level(text: str, scheme: Scheme) -> str:
    """Return the code of the level that a cell names: ``机密``, ``Secret``, ``SECRET``, ``机密★10年``, ``机密 Secret``.

    Raises:
        CellNoLevel: the scheme has no such level.
    """
    plain = _plain(text).partition("★")[0].strip().casefold()
    for level in LEVELS[scheme]:
        if plain in {
            level.code.casefold(),
            level.zh,
            level.en.casefold(),
            f"{level.zh} {level.en}".casefold(),
        }:
            return level.code
    raise CellNoLevel("got a text that is no level of the scheme", levels=_listed(scheme))


def parse_state(text: str) -> State:
    """Return the state that a cell names.

    Raises:
        CellNoState: there is no such state.
    """
    plain = re.sub(r"[\s_]", "", _plain(text).casefold())
    words = {word: state for state, word in STATE_WORDS.items()}
    codes = {str(state).replace("_", "").casefold(): state for state in State}
    found = STATES.get(plain) or words.get(plain) or codes.get(plain)
    if found is None:
        raise CellNoState("got a text that is no state of a copy")
    return found


def _day_and_rest(text: str) -> tuple[date, str]:
    plain = _plain(text)
    found = _DAY.match(plain) or _BARE_DAY.match(plain)
    if found is None:
        raise CellNoDay("got a text that does not begin with a day")
    rest = plain[found.end() :].strip()
    if rest[:1].isdigit() and plain[found.end()].isdigit():
        raise CellNoDay("got more digits than a day has")
    try:
        return date(int(found[1]), int(found[2]), int(found[3])), rest
    except ValueError as error:
        raise CellNoDay("got a day that no month has") from error


def _listed(scheme: Scheme) -> str:
    return " · ".join(level.zh for level in LEVELS[scheme])


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
