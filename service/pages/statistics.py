"""The figures of a year, and their export."""

from flask import Blueprint, Response, render_template, request

from registry.rules.roles import Action
from service.exchange.writing import WORKBOOK_TYPE
from service.flows import statistics
from service.login import current_actor, current_runtime, require
from service.spreadsheets import CSV_TYPE

blueprint = Blueprint("statistics", __name__, url_prefix="/statistics")


@blueprint.get("/")
@require(Action.READ_STATISTICS)
def show() -> str:
    """Show the figures of a year, the present one unless another is asked for."""
    runtime = current_runtime()
    present = statistics.this_year(runtime)
    year = request.args.get("year", present, type=int)
    return render_template(
        "statistics/show.html",
        rows=statistics.figures(runtime, current_actor(), year),
        year=year,
        present=present,
        first=statistics.FIRST_YEAR,
        now=runtime.now(),
    )


@blueprint.get("/<int:year>.csv")
@require(Action.READ_STATISTICS)
def export(year: int) -> Response:
    """Send the figures of a year as comma-separated text."""
    content = statistics.export(current_runtime(), current_actor(), year)
    return _file(content, CSV_TYPE, f"statistics-{year}.csv")


@blueprint.get("/<int:year>.xlsx")
@require(Action.READ_STATISTICS)
def export_workbook(year: int) -> Response:
    """Send the figures of a year as a workbook."""
    content = statistics.export(current_runtime(), current_actor(), year, "xlsx")
    return _file(content, WORKBOOK_TYPE, f"statistics-{year}.xlsx")


def _file(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
