"""Tables in and out: offered, looked at, taken in, undone; registers taken away."""

from typing import Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import RegistryError
from registry.rules import imports as rules
from registry.rules.imports import EXPORTED_BY, IMPORTED_BY, ExportKind, ImportKind, ImportState
from registry.rules.roles import Action
from service import errors
from service.exchange.columns import COLUMNS
from service.exchange.grid import MOST_BYTES, MOST_ROWS
from service.exchange.writing import WORKBOOK_TYPE
from service.flows import exporting, importing
from service.login import current_actor, current_runtime, demand, require
from service.pages.exchange_words import (
    EXPORTS,
    IMPORTS,
    STATES,
    depends_words,
    problem_words,
    template_remarks,
)
from service.papers.labels import PER_SHEET
from service.sandbox import SandboxFault
from service.spreadsheets import CSV_TYPE

blueprint = Blueprint("exchange", __name__, url_prefix="/exchange")

ENDINGS: Final = (".xlsx", ".csv", ".txt")
SHOWN_PROBLEMS: Final = 200
"""How many problems a page lists; the returned file has all of them."""
FORMS: Final = {"xlsx": WORKBOOK_TYPE, "csv": CSV_TYPE}


@blueprint.get("/")
def index() -> str:
    """Show what the visitor may take in and away, and the latest imports."""
    return _index_page({})


@blueprint.get("/<register>/template")
def template(register: str) -> Response:
    """Send an empty table of a kind."""
    kind = _import_kind(register)
    content = importing.template(kind, template_remarks(kind))
    return _file(content, WORKBOOK_TYPE, f"template-{kind.lower()}.xlsx")


@blueprint.get("/<register>/export/<form>")
def export(register: str, form: str) -> Response:
    """Send a register as a table; that it was taken away is recorded."""
    kind = _export_kind(register)
    if form not in FORMS:
        abort(404)
    content = exporting.export(current_runtime(), current_actor(), kind, "xlsx" if form == "xlsx" else "csv")
    return _file(content, FORMS[form], f"{kind.lower()}.{form}")


@blueprint.post("/<register>")
def offer(register: str) -> AnyResponse | tuple[str, int]:
    """Take a table to be looked at."""
    kind = _import_kind(register)
    field = f"file_{register}"
    upload = request.files.get(field)
    if upload is None or not upload.filename:
        return _index_page({field: gettext("Choose the file of the table.")}, kind), 422
    try:
        import_id = importing.offer(
            current_runtime(), current_actor(), kind, upload.read(), name=upload.filename
        )
    except (
        importing.TableUnusable,
        importing.TableTooLarge,
        importing.HeadUnusable,
        SandboxFault,
    ) as refusal:
        words = errors.words_of(refusal)
        return _index_page({field: f"{words.sentence} {words.next_step}"}, kind), 422
    return redirect(url_for("exchange.show", import_id=import_id))


@blueprint.get("/imports/<int:import_id>")
def show(import_id: int) -> str:
    """Show an import: its first rows, what is wrong with it, and what can be done."""
    return _import_page(import_id)


@blueprint.post("/imports/<int:import_id>/check")
def check(import_id: int) -> AnyResponse:
    """Look anew at what would come of a table."""
    left = importing.check(current_runtime(), current_actor(), import_id)
    if left:
        flash(ngettext("Still %(num)s place is wrong.", "Still %(num)s places are wrong.", left), "warning")
    else:
        flash(gettext("Everything is in order now."), "success")
    return redirect(url_for("exchange.show", import_id=import_id))


@blueprint.post("/imports/<int:import_id>/apply")
def apply(import_id: int) -> AnyResponse | tuple[str, int]:
    """Take a table in, all of it or nothing."""
    try:
        count = importing.apply(current_runtime(), current_actor(), import_id)
    except RegistryError as refusal:
        if errors.status_of(refusal) in {403, 404}:
            raise
        words = errors.words_of(refusal)
        return _import_page(import_id, [f"{words.sentence} {words.next_step}"]), errors.status_of(refusal)
    flash(ngettext("%(num)s row is imported.", "All %(num)s rows are imported.", count), "success")
    return redirect(url_for("exchange.show", import_id=import_id))


@blueprint.post("/imports/<int:import_id>/undo")
def undo(import_id: int) -> AnyResponse | tuple[str, int]:
    """Take out again what an import made, or say what depends on it."""
    try:
        importing.undo(current_runtime(), current_actor(), import_id)
    except RegistryError as refusal:
        if refusal.code != "import-in-use":
            raise
        told = [
            gettext("The import cannot be undone, because something was changed since or depends on it:"),
            *depends_words(str(refusal.facts.get("depends", ""))),
        ]
        return _import_page(import_id, told), 409
    flash(gettext("The import is undone; the ledger keeps both."), "success")
    return redirect(url_for("exchange.show", import_id=import_id))


@blueprint.get("/imports/<int:import_id>/returned")
def returned(import_id: int) -> Response:
    """Send the table back with a further column that says what is wrong."""
    content = importing.returned(current_runtime(), current_actor(), import_id, problem_words)
    return _file(content, WORKBOOK_TYPE, f"import-{import_id}.xlsx")


@blueprint.get("/imports/<int:import_id>/labels.pdf")
@require(Action.RELEASE_PRINT)
def labels(import_id: int) -> Response:
    """Send labels for the copies that were taken over."""
    first = request.args.get("first", 1, type=int)
    content = importing.labels(
        current_runtime(), current_actor(), import_id, first_place=first if 1 <= first <= PER_SHEET else 1
    )
    return _file(content, "application/pdf", f"labels-import-{import_id}.pdf")


def _import_kind(register: str) -> ImportKind:
    """Return the kind that an address names, when the visitor may take it in."""
    kind = next((one for one in ImportKind if one.lower() == register), None)
    if kind is None:
        abort(404)
    demand(IMPORTED_BY[kind])
    return kind


def _export_kind(register: str) -> ExportKind:
    kind = next((one for one in ExportKind if one.lower() == register), None)
    if kind is None:
        abort(404)
    demand(EXPORTED_BY[kind])
    return kind


def _index_page(wrong: dict[str, str], kind: ImportKind | None = None) -> str:
    actor = current_actor()
    takes, gives = rules.importable(actor), rules.exportable(actor)
    if not takes and not gives:
        demand(Action.READ_REGISTER)
    return render_template(
        "exchange/index.html",
        takes=[(one, *IMPORTS[one]) for one in takes],
        gives=[(one, EXPORTS[one]) for one in gives],
        rows=importing.list_imports(current_runtime(), actor),
        import_words=IMPORTS,
        looks=STATES,
        errors=wrong,
        chosen=kind,
        endings=ENDINGS,
        limit_mb=MOST_BYTES // (1024 * 1024),
        most_rows=MOST_ROWS,
    )


def _import_page(import_id: int, refused: list[str] | None = None) -> str:
    story = importing.get_import(current_runtime(), current_actor(), import_id)
    row, table = story.row, story.table
    heads = {column.name: column.head for column in COLUMNS[row.kind]}
    by_number = {one.number: one for one in table.rows}
    problems = [
        {
            "row": problem["row"],
            "column": heads.get(problem["column"], ""),
            "cell": by_number[problem["row"]].text(problem["column"]) if problem["row"] in by_number else "",
            "words": problem_words(problem),
        }
        for problem in row.problems[:SHOWN_PROBLEMS]
    ]
    return render_template(
        "exchange/show.html",
        row=row,
        words=IMPORTS[row.kind],
        look=STATES[row.state],
        columns=[(name, heads[name]) for name in table.head.places.values()],
        first_rows=table.rows[: importing.SHOWN_ROWS],
        strange=table.head.strange,
        problems=problems,
        wrong_places={(problem["row"], problem["column"]) for problem in row.problems},
        wrong_rows=len({problem["row"] for problem in row.problems}),
        is_offered=row.state is ImportState.OFFERED,
        is_applied=row.state is ImportState.APPLIED,
        has_labels=row.kind is ImportKind.COPIES and row.state is ImportState.APPLIED,
        refused=refused or [],
    )


def _file(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
