"""Trace cases: the list, opening one, its page with result and custody, its picture, another run."""

from datetime import datetime
from typing import Annotated, Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import InvalidError
from registry.rules import roles
from registry.rules.roles import Action
from registry.rules.tracing import NOTE_LIMIT
from registry.rules.words import CaseState
from registry.views.tracing import RunRow
from service import errors
from service.filters import local_time
from service.flows import tracing
from service.forms import FieldErrors, Form, parse_form, refused_field
from service.login import current_actor, current_runtime, require
from service.papers.pages import PICTURE_TYPE
from service.sandbox import SandboxFault
from service.times import instant
from service.words import Words, words_for
from watermark import WatermarkError

blueprint = Blueprint("cases", __name__, url_prefix="/cases")

UNUSABLE: Final = 422
"""The HTTP status under which a file's failure is worded."""


class CaseForm(Form):
    """What is known of a leak; the picture comes beside it."""

    note: Annotated[str, StringConstraints(max_length=NOTE_LIMIT)] = ""
    leak_at: datetime | None = None


@blueprint.get("/")
@require(Action.READ_CASE)
def index() -> str:
    """List the cases."""
    page = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "cases/index.html",
        found=tracing.listing(current_runtime(), current_actor(), page=page),
        may_open=roles.may(current_actor(), Action.OPEN_CASE),
        page_url=lambda number: url_for("cases.index", page=number),
    )


@blueprint.get("/new")
@require(Action.OPEN_CASE)
def new() -> str:
    """Show the form to open a case."""
    return _form_page(FieldErrors({}, {}))


@blueprint.post("/")
@require(Action.OPEN_CASE)
def open_case() -> AnyResponse | tuple[str, int]:
    """Open a case over a picture, or show the form again with what is wrong."""
    form, upload = parse_form(CaseForm), request.files.get("picture")
    if isinstance(form, FieldErrors):
        return _form_page(form), 422
    if upload is None or not upload.filename:
        missing = gettext("Choose the picture of the leaked page.")
        return _form_page(FieldErrors(request.form, {"picture": missing})), 422
    try:
        case_id = tracing.open_case(
            current_runtime(),
            current_actor(),
            upload.read(),
            upload.filename,
            note=form.note,
            leak_at=_instant(form.leak_at),
        )
    except (WatermarkError, SandboxFault) as refusal:
        words = errors.words_of(refusal)
        advice = {"picture": f"{words.sentence} {words.next_step}"}
        return _form_page(FieldErrors(request.form, advice), refusal.code), 422
    except InvalidError as refusal:
        return _form_page(refused_field(request.form, refusal)), 422
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.get("/<int:case_id>")
@require(Action.READ_CASE)
def show(case_id: int) -> str:
    """Show one case; that it was read is recorded."""
    asked = _asked_time()
    story = tracing.result(current_runtime(), current_actor(), case_id, asked)
    return render_template(
        "cases/show.html",
        story=story,
        case=story.case,
        run=story.run,
        asked=_field_time(story.at),
        was_asked=asked is not None,
        failure=_failure(story.run),
        may_run=roles.may(current_actor(), Action.RUN_TRACE),
    )


@blueprint.get("/<int:case_id>/progress")
@require(Action.READ_CASE)
def progress(case_id: int) -> Response:
    """Show where a run stands, for the page that asks again and again."""
    case = tracing.standing(current_runtime(), current_actor(), case_id)
    answer = make_response(render_template("cases/_standing.html", case=case))
    if case.state is not CaseState.RUNNING:
        answer.headers["HX-Refresh"] = "true"  # the result is read anew, and that is recorded
    return answer


@blueprint.get("/<int:case_id>/picture/<int:number>")
@require(Action.READ_CASE)
def picture(case_id: int, number: int) -> Response:
    """Send one page of the picture as redrawn in the sandbox, for a reading that was recorded."""
    token = request.args.get("look", "")
    content = tracing.get_picture(current_runtime(), current_actor(), case_id, number, token)
    return Response(content, mimetype=PICTURE_TYPE)


@blueprint.post("/<int:case_id>/runs")
@require(Action.RUN_TRACE)
def run_again(case_id: int) -> AnyResponse:
    """Have the picture read once more."""
    tracing.run_again(current_runtime(), current_actor(), case_id)
    return redirect(url_for("cases.show", case_id=case_id))


def _form_page(form: FieldErrors, code: str | None = None) -> str:
    return render_template(
        "cases/new.html",
        entered=form.entered,
        errors=form.errors,
        code=code,
        note_limit=NOTE_LIMIT,
        now=_field_time(current_runtime().now()),
        limit_mb=current_runtime().settings.upload_limit_bytes // (1024 * 1024),
    )


def _asked_time() -> datetime | None:
    """Return the instant that the address asks about; nonsense asks about none."""
    try:
        return _instant(datetime.fromisoformat(request.args.get("at", "")))
    except (ValueError, OverflowError):
        return None


def _instant(entered: datetime | None) -> datetime | None:
    if entered is None or entered.tzinfo is not None:
        return entered
    return instant(entered, current_runtime().settings)


def _field_time(moment: datetime) -> str:
    """Return an instant as a field for date and time holds it."""
    return local_time(moment).replace(" ", "T")


def _failure(run: RunRow | None) -> Words | None:
    """Return why a run failed, in words."""
    return words_for(UNUSABLE, run.error, {}) if run and run.error else None
