"""The figures of a year: shown, and taken away on record."""

from datetime import date, datetime, time
from typing import Final, Literal

from registry.acts import statistics
from registry.errors import UnknownError
from registry.rules import roles
from registry.rules.levels import LEVELS, Scheme
from registry.rules.roles import Action, Actor
from registry.views import statistics as views
from registry.views.statistics import StatisticsRow
from service.exchange.writing import Cell, Sheet, workbook
from service.runtime import Runtime
from service.spreadsheets import csv_file
from service.times import day_of, instant

FIRST_YEAR: Final = 2000
HEAD: Final = (
    "单位 Unit",
    "密级 Level",
    "登记文件 Registered",
    "印制份数 Minted",
    "在册份数 Live now",
    "在外份数 Out now",
    "逾期份数 Overdue now",
    "归还份数 Returned",
    "清退份数 Recalled",
    "销毁份数 Destroyed",
    "丢失份数 Lost",
    "待审批 Waiting now",
    "最早待审批 Waiting since",
)


class NoSuchYear(UnknownError):
    """The year lies before paper was registered here, or has not begun."""

    code = "no-such-year"


def this_year(runtime: Runtime) -> int:
    """Return the present year, in the installation's time zone."""
    return day_of(runtime.now(), runtime.settings).year


def figures(runtime: Runtime, actor: Actor, year: int) -> tuple[StatisticsRow, ...]:
    """Return the figures of a year, per issuing unit and level.

    Raises:
        NoSuchYear: the year lies too far back, or has not begun.
    """
    roles.require(actor, Action.READ_STATISTICS)
    if not FIRST_YEAR <= year <= this_year(runtime):
        raise NoSuchYear("got a year that lies too far back or has not begun", year=year)
    with runtime.database.reading() as session:
        return views.statistics(
            session, _begins(runtime, year), _begins(runtime, year + 1), now=runtime.now()
        )


def export(runtime: Runtime, actor: Actor, year: int, form: Literal["csv", "xlsx"] = "csv") -> bytes:
    """Record that the figures of a year are taken away, and return them as a file."""
    rows = figures(runtime, actor, year)
    with runtime.deed(actor, "statistics.export", "registry") as session:
        statistics.export(session, year, actor=actor, now=runtime.now())
    cells = [_cells(runtime, row) for row in rows]
    return workbook(Sheet(f"{year}", HEAD, cells)) if form == "xlsx" else csv_file(HEAD, cells)


def _cells(runtime: Runtime, row: StatisticsRow) -> tuple[Cell, ...]:
    level = next(one for one in LEVELS[Scheme(row.scheme)] if one.code == row.level)
    found = row.figures
    since = None if found.waiting_since is None else day_of(found.waiting_since, runtime.settings).isoformat()
    return (
        f"{row.unit.zh} {row.unit.en}",
        f"{level.zh} {level.en}",
        found.registered,
        found.minted,
        found.live,
        found.out,
        found.overdue,
        found.returned,
        found.recalled,
        found.destroyed,
        found.lost,
        found.waiting,
        since,
    )


def _begins(runtime: Runtime, year: int) -> datetime:
    return instant(datetime.combine(date(year, 1, 1), time()), runtime.settings)
