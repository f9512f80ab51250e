"""How a print run leaves: as a file or to a printer, what became of it, and what it left to be destroyed."""

from typing import Annotated, Final

from flask import Blueprint, Response, flash, redirect, request, stream_with_context, url_for
from flask_babel import LazyString, gettext, lazy_gettext, ngettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import InvalidError
from registry.rules.attempts import AttemptState
from registry.rules.codes import CODE_CHARS
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action
from registry.rules.sheets import Arrangement, Layout
from registry.views.attempts import AttemptRow
from service import errors
from service.flows import people, printing, releasing
from service.flows.people import StaffNumberUnknown
from service.flows.releasing import Download, Witness
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.batches import batch_page
from service.papers.labels import PER_SHEET
from service.papers.ruler import draw_ruler
from service.printers import JobPlace

blueprint = Blueprint("attempts", __name__, url_prefix="/batches")

MOST_WITNESSES: Final = 2
"""No level wants more."""
SCAN_CHARS: Final = 8 * CODE_CHARS
"""Longer than any mark."""

_PLACES: Final[dict[JobPlace, LazyString]] = {
    JobPlace.WAITING: lazy_gettext("The print system says: the job waits or is being printed."),
    JobPlace.ENDED: lazy_gettext("The print system says: the job is no longer in the queue."),
    JobPlace.NOBODY_KNOWS: lazy_gettext("The print system does not know this job."),
}


class ReleaseForm(Form):
    """How a run is put on paper, and where it goes; no printer means a file."""

    printer: str | None = None
    one_sided: bool = False
    faces: bool = False
    by_recipient: bool = False


class ResumeForm(Form):
    """Where the rest of a run goes."""

    printer: str | None = None


class StopForm(Form):
    """After which sheet an attempt stopped, by number or scan, and how many sheets were spoiled."""

    last_good: Annotated[str, StringConstraints(max_length=SCAN_CHARS)]
    spoiled: Annotated[int, Field(ge=0)]
    stop_reason: Annotated[str, StringConstraints(max_length=REASON_LIMIT)]


class WasteForm(Form):
    """Which spoiled sheets were destroyed where."""

    sheet: Annotated[list[int], Field(min_length=1)]
    equipment_id: int


@blueprint.post("/<int:batch_id>/release")
@require(Action.RELEASE_PRINT)
def release(batch_id: int) -> AnyResponse | tuple[str, int]:
    """Let a run go, once."""
    form = parse_form(ReleaseForm)
    if isinstance(form, FieldErrors):
        return batch_page(batch_id, form.errors), 422
    arrangement = Arrangement.BY_RECIPIENT if form.by_recipient else Arrangement.BY_NUMBER
    layout = Layout(not form.one_sided, form.faces, arrangement)
    runtime, actor = current_runtime(), current_actor()
    if form.printer is None:
        return _file(releasing.release(runtime, actor, batch_id, layout))
    return _at_printer(batch_id, releasing.release_to_printer(runtime, actor, batch_id, form.printer, layout))


@blueprint.post("/<int:batch_id>/resume")
@require(Action.RELEASE_PRINT)
def resume(batch_id: int) -> AnyResponse | tuple[str, int]:
    """Let what is left of a run go."""
    form = parse_form(ResumeForm)
    if isinstance(form, FieldErrors):
        return batch_page(batch_id, form.errors), 422
    runtime, actor = current_runtime(), current_actor()
    if form.printer is None:
        return _file(releasing.resume(runtime, actor, batch_id))
    return _at_printer(batch_id, releasing.resume_on_printer(runtime, actor, batch_id, form.printer))


@blueprint.post("/<int:batch_id>/attempts/<int:number>/finish")
@require(Action.RELEASE_PRINT)
def finish(batch_id: int, number: int) -> AnyResponse:
    """Record that every sheet was seen."""
    releasing.finish(current_runtime(), current_actor(), batch_id, number)
    flash(gettext("Every sheet is accounted for."), "success")
    return _to_run(batch_id)


@blueprint.post("/<int:batch_id>/attempts/<int:number>/stop")
@require(Action.RELEASE_PRINT)
def stop(batch_id: int, number: int) -> AnyResponse | tuple[str, int]:
    """Record after which sheet an attempt stopped."""
    form = parse_form(StopForm)
    if isinstance(form, FieldErrors):
        return batch_page(batch_id, form.errors), 422
    try:
        releasing.stop(
            current_runtime(),
            current_actor(),
            batch_id,
            number,
            last_good=form.last_good,
            spoiled=form.spoiled,
            reason=form.stop_reason,
        )
    except InvalidError as refusal:
        words = errors.words_of(refusal)
        field = "stop_reason" if refusal.facts.get("field") else "last_good"
        return batch_page(batch_id, {field: f"{words.sentence} {words.next_step}"}), errors.status_of(refusal)
    flash(
        ngettext(
            "Recorded. Hand in %(num)s spoiled sheet.",
            "Recorded. Hand in %(num)s spoiled sheets.",
            form.spoiled,
        ),
        "success",
    )
    return _to_run(batch_id)


@blueprint.post("/<int:batch_id>/attempts/<int:number>/job")
@require(Action.RELEASE_PRINT)
def ask_printer(batch_id: int, number: int) -> AnyResponse:
    """Ask the print system where the job is."""
    place = releasing.where_is(current_runtime(), current_actor(), batch_id, number)
    flash(f"{_PLACES[place]} {gettext('Only the paper itself shows what was printed.')}", "info")
    return _to_run(batch_id)


@blueprint.post("/sheets/destruction")
@require(Action.DESTROY)
def destroy_sheets() -> AnyResponse:
    """Record that spoiled sheets were destroyed before witnesses."""
    runtime, actor = current_runtime(), current_actor()
    form = parse_form(WasteForm)
    if isinstance(form, FieldErrors):
        flash(gettext("Choose the sheets and the shredder. Nothing has been saved."), "danger")
        return redirect(url_for("printing.batches"))
    releasing.destroy_sheets(runtime, actor, form.sheet, form.equipment_id, _witnesses())
    flash(gettext("The spoiled sheets are destroyed on record."), "success")
    return redirect(url_for("printing.batches"))


@blueprint.get("/<int:batch_id>/labels.pdf")
@require(Action.RELEASE_PRINT)
def labels(batch_id: int) -> Response:
    """Send the labels of a run."""
    first = min(max(1, request.args.get("first", 1, type=int)), PER_SHEET)
    drawn = printing.labels(current_runtime(), current_actor(), batch_id, first_place=first)
    return _paper(drawn, f"labels-{batch_id}.pdf")


@blueprint.get("/ruler.pdf")
@require(Action.RELEASE_PRINT)
def ruler() -> Response:
    """Send the test page of a printer."""
    return _paper(draw_ruler(), "ruler.pdf")


def _witnesses() -> list[Witness]:
    """Return who claims to stand at the shredder; a line left empty is nobody."""
    runtime = current_runtime()
    found = []
    for number in range(1, MOST_WITNESSES + 1):
        staff_no = request.form.get(f"witness_{number}", "").strip()
        if not staff_no:
            continue
        person_id = people.find_by_staff_no(runtime, staff_no)
        if person_id is None:
            raise StaffNumberUnknown("got a staff number that nobody has", staff_no=staff_no)
        found.append(Witness(person_id, request.form.get(f"pin_{number}", "")))
    return found


def _file(file: Download) -> Response:
    answer = Response(stream_with_context(file.chunks), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    return answer


def _paper(drawn: bytes, name: str) -> Response:
    answer = Response(drawn, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _at_printer(batch_id: int, attempt: AttemptRow) -> AnyResponse:
    if attempt.dots_differ:
        flash(
            gettext(
                "These copies bear dots of %(copies_dots)s, and %(printer)s is not known to print them well: compare a "
                "sheet with the test page of the printer.",
                copies_dots=attempt.copies_dots,
                printer=attempt.printer,
            ),
            "warning",
        )
    if attempt.state is AttemptState.SENT:
        flash(
            gettext(
                "%(printer)s has taken the job. Stay with it until the last sheet.", printer=attempt.printer
            ),
            "success",
        )
    return _to_run(batch_id)


def _to_run(batch_id: int) -> AnyResponse:
    return redirect(url_for("printing.batch", batch_id=batch_id))
