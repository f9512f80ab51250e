"""The figures of a year, by program."""

from datetime import datetime

from flask import Response

from registry.rules.roles import Action
from service.api.area import Area, Model
from service.exchange.writing import WORKBOOK_TYPE
from service.flows import statistics
from service.login import current_actor, current_runtime
from service.spreadsheets import CSV_TYPE

area = Area("statistics", __name__)


class UnitFigures(Model):
    """The figures of one issuing unit and level: in the year, and now."""

    unit: str
    scheme: str
    level: str
    registered: int
    minted: int
    returned: int
    recalled: int
    destroyed: int
    lost: int
    live: int
    out: int
    overdue: int
    waiting: int
    waiting_since: datetime | None


class YearFigures(Model):
    """The figures of a year."""

    year: int
    figures: list[UnitFigures]


@area.operation(
    "GET",
    "/statistics/<int:year>",
    summary="Tell the figures of a year, per issuing unit and level.",
    answer=YearFigures,
    action=Action.READ_STATISTICS,
)
def get_statistics(year: int) -> YearFigures:
    """Tell the figures of a year."""
    rows = statistics.figures(current_runtime(), current_actor(), year)
    return YearFigures(
        year=year,
        figures=[
            UnitFigures(
                unit=row.unit.code,
                scheme=row.scheme,
                level=row.level,
                registered=row.figures.registered,
                minted=row.figures.minted,
                returned=row.figures.returned,
                recalled=row.figures.recalled,
                destroyed=row.figures.destroyed,
                lost=row.figures.lost,
                live=row.figures.live,
                out=row.figures.out,
                overdue=row.figures.overdue,
                waiting=row.figures.waiting,
                waiting_since=row.figures.waiting_since,
            )
            for row in rows
        ],
    )


@area.operation(
    "GET",
    "/statistics/<int:year>/csv",
    summary="Give out the figures of a year for a spreadsheet program; on record.",
    action=Action.READ_STATISTICS,
    media_type="text/csv",
)
def export_statistics(year: int) -> Response:
    """Give out the figures of a year."""
    content = statistics.export(current_runtime(), current_actor(), year)
    return Response(content, content_type=CSV_TYPE)


@area.operation(
    "GET",
    "/statistics/<int:year>/xlsx",
    summary="Give out the figures of a year as a workbook; on record.",
    action=Action.READ_STATISTICS,
    media_type=WORKBOOK_TYPE,
)
def export_statistics_workbook(year: int) -> Response:
    """Give out the figures of a year as a workbook."""
    content = statistics.export(current_runtime(), current_actor(), year, "xlsx")
    return Response(content, content_type=WORKBOOK_TYPE)
