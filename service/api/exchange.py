"""Tables in and out, by program: offered with their problems told, taken in, undone; registers taken away."""

from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import Base64Bytes, Field

from registry.errors import UnknownError
from registry.rules.imports import (
    EXPORTED_BY,
    IMPORTED_BY,
    ExportKind,
    ImportKind,
    ImportState,
    importable,
)
from registry.rules.roles import Action
from registry.views.imports import ImportRow
from service.api.area import Area, Model
from service.exchange.columns import COLUMNS
from service.exchange.writing import WORKBOOK_TYPE
from service.flows import exporting, importing
from service.login import current_actor, current_runtime, demand
from service.spreadsheets import CSV_TYPE

area = Area("exchange", __name__)


class NoSuchTable(UnknownError):
    """There is no register of this name, or no file of this form."""

    code = "no-such-table"


class OfferedTable(Model):
    """A table to be taken in."""

    kind: ImportKind
    file: Base64Bytes = Field(description="The workbook (.xlsx) or CSV file, in base64.")
    file_name: str = Field(default="", max_length=300)


class PlaceProblem(Model):
    """What is wrong at a place of a table; ``column`` is empty for the row as a whole."""

    row: int
    column: str
    code: str
    facts: dict[str, Any]
    said: str


class ImportFacts(Model):
    """An import, and what was wrong with its table when it was checked last."""

    id: int
    kind: ImportKind
    state: ImportState
    name: str
    sha256: str
    size: int
    problems: list[PlaceProblem]
    offered_by_id: int
    offered_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None


class ImportList(Model):
    """The latest imports, newest first."""

    imports: list[ImportFacts]


class TakenIn(Model):
    """How many rows of a table were taken in."""

    rows: int


class TakenOut(Model):
    """How many rows of the register an import had made, which are out again."""

    removed: int


@area.operation(
    "GET",
    "/imports",
    summary="List the latest imports that you may see.",
    answer=ImportList,
)
def list_imports() -> ImportList:
    """List imports; whoever may take in nothing is refused."""
    if not importable(current_actor()):
        demand(Action.REGISTER_DOCUMENT)
    rows = importing.list_imports(current_runtime(), current_actor())
    return ImportList(imports=[_facts(row) for row in rows])


@area.operation(
    "POST",
    "/imports",
    summary="Offer a table: tells what is wrong with it; nothing of it is taken in.",
    body=OfferedTable,
    answer=ImportFacts,
    status=201,
)
def offer_import(body: OfferedTable) -> ImportFacts:
    """Offer a table."""
    runtime, actor = current_runtime(), current_actor()
    import_id = importing.offer(runtime, actor, body.kind, body.file, name=body.file_name)
    return _facts(importing.get_import(runtime, actor, import_id).row)


@area.operation(
    "GET",
    "/imports/<int:import_id>",
    summary="Tell about one import.",
    answer=ImportFacts,
)
def get_import(import_id: int) -> ImportFacts:
    """Tell about one import."""
    return _facts(importing.get_import(current_runtime(), current_actor(), import_id).row)


@area.operation(
    "POST",
    "/imports/<int:import_id>/check",
    summary="Look anew at what would come of a table.",
    answer=ImportFacts,
)
def check_import(import_id: int) -> ImportFacts:
    """Check an import."""
    importing.check(current_runtime(), current_actor(), import_id)
    return _facts(importing.get_import(current_runtime(), current_actor(), import_id).row)


@area.operation(
    "POST",
    "/imports/<int:import_id>/apply",
    summary="Take a table in, all of it or nothing.",
    answer=TakenIn,
)
def apply_import(import_id: int) -> TakenIn:
    """Take a table in."""
    return TakenIn(rows=importing.apply(current_runtime(), current_actor(), import_id))


@area.operation(
    "POST",
    "/imports/<int:import_id>/undo",
    summary="Take out again what an import made, while nothing depends on it.",
    answer=TakenOut,
)
def undo_import(import_id: int) -> TakenOut:
    """Undo an import."""
    return TakenOut(removed=importing.undo(current_runtime(), current_actor(), import_id))


@area.operation(
    "GET",
    "/imports/<int:import_id>/returned",
    summary="Give the table back as a workbook that says beside each row what is wrong with it.",
    media_type=WORKBOOK_TYPE,
)
def returned_import(import_id: int) -> Response:
    """Give the table back."""
    content = importing.returned(
        current_runtime(), current_actor(), import_id, lambda problem: str(problem["said"])
    )
    return Response(content, content_type=WORKBOOK_TYPE)


@area.operation(
    "GET",
    "/imports/<int:import_id>/labels",
    summary="Give out labels for the copies that an import took over.",
    action=Action.RELEASE_PRINT,
    media_type="application/pdf",
)
def import_labels(import_id: int) -> Response:
    """Give out labels."""
    content = importing.labels(current_runtime(), current_actor(), import_id)
    return Response(content, content_type="application/pdf")


@area.operation(
    "GET",
    "/import-templates/<register>",
    summary="Give out an empty table of a kind, such as ``people``.",
    media_type=WORKBOOK_TYPE,
)
def import_template(register: str) -> Response:
    """Give out a template."""
    kind = next((one for one in ImportKind if one.lower() == register), None)
    if kind is None:
        raise NoSuchTable("got a table that nobody takes in")
    demand(IMPORTED_BY[kind])
    remarks = [(column.head, "required" if column.required else "") for column in COLUMNS[kind]]
    return Response(importing.template(kind, remarks), content_type=WORKBOOK_TYPE)


@area.operation(
    "GET",
    "/exports/<register>/<form>",
    summary="Give out a register, such as ``copies``, as ``xlsx`` or ``csv``; on record.",
    media_type=WORKBOOK_TYPE,
)
def export_register(register: str, form: str) -> Response:
    """Give out a register."""
    kind = next((one for one in ExportKind if one.lower() == register), None)
    if kind is None or form not in {"xlsx", "csv"}:
        raise NoSuchTable("got a register or a form that is not given out")
    demand(EXPORTED_BY[kind])
    chosen: Literal["xlsx", "csv"] = "xlsx" if form == "xlsx" else "csv"
    content = exporting.export(current_runtime(), current_actor(), kind, chosen)
    return Response(content, content_type=WORKBOOK_TYPE if form == "xlsx" else CSV_TYPE)


def _facts(row: ImportRow) -> ImportFacts:
    return ImportFacts(
        id=row.id,
        kind=row.kind,
        state=row.state,
        name=row.name,
        sha256=row.sha256,
        size=row.size,
        problems=[PlaceProblem(**problem) for problem in row.problems],
        offered_by_id=row.offered_by.id,
        offered_at=row.offered_at,
        applied_at=row.applied_at,
        undone_at=row.undone_at,
    )
