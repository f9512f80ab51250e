"""How papers write persons, instants, copies and the organisation: in both languages, in the installation's zone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from babel.dates import get_timezone

from registry.rules.codes import copy_no_text, human_code
from registry.rules.family import DECLASSIFIED_MARK
from registry.rules.levels import LEVELS, Scheme, mark_text
from registry.rules.lifecycle import State
from registry.views.holdings import CopyLine, Name
from registry.views.people import UnitName
from service.config import Settings
from service.papers.sheet import Column

COPY_COLUMNS: Final = (
    Column("份号 No.", 1.5, is_number=True),
    Column("文号 Doc. no.", 2.4),
    Column("标题 Title", 2.8),
    Column("密级 Level", 2.1),
    Column("追溯码 Code", 3.9),
)
"""The columns that `copy_cells` fills."""

STATE_WORDS: Final[dict[State, str]] = {
    State.RESERVED: "预留 reserved",
    State.IN_STOCK: "在库 in stock",
    State.IN_TRANSIT: "交接中 in transit",
    State.HELD: "在持 held",
    State.CLAIMED: "自报已还 claimed returned",
    State.OUTSIDE: "在外 outside",
    State.SEALED: "待销封存 sealed",
    State.UNACCOUNTED: "下落不明 unaccounted for",
    State.LOST: "丢失 lost",
    State.DESTROYED: "已销毁 destroyed",
    State.VOID: "作废 void",
    State.SPOILED: "废页 spoiled",
}


def copy_cells(line: CopyLine) -> tuple[str, ...]:
    """Return a copy as a row of a table, see `COPY_COLUMNS`."""
    return (
        copy_no_text(line.copy_no),
        line.doc_number,
        line.title,
        DECLASSIFIED_MARK
        if line.declassified
        else mark_text(line.level, line.secrecy_period, scheme=line.scheme),
        human_code(line.code),
    )


def level_words(scheme: str, level: str) -> str:
    """Return a level with the Chinese word beside the English one."""
    found = next(one for one in LEVELS[Scheme(scheme)] if one.code == level)
    return f"{found.zh} {found.en}"


def organisation(settings: Settings) -> str:
    """Return who issues a paper."""
    return f"{settings.organisation_zh} {settings.organisation_en}"


def person(name: Name | None) -> str:
    """Return a person with staff number; a dash for nobody."""
    return f"{name.zh} {name.en} ({name.staff_no})" if name else "—"


def persons(names: Sequence[Name]) -> str:
    """Return several persons; a dash for none."""
    return "；".join(map(person, names)) or "—"


def unit(name: UnitName) -> str:
    """Return a unit in both languages."""
    return f"{name.zh} {name.en}"


def time(at: datetime | None, settings: Settings) -> str:
    """Return an instant to the minute; a dash for none."""
    return at.astimezone(get_timezone(settings.time_zone)).strftime("%Y-%m-%d %H:%M") if at else "—"
