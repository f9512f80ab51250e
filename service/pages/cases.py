"""Trace cases: the list, opening one, its page with result and custody, its pictures, another run, a second auditor."""

from datetime import datetime
from typing import Annotated, Final

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import InvalidError
from registry.rules import roles
from registry.rules.roles import Action
from registry.rules.tracing import MOST_PICTURES, NOTE_LIMIT
from registry.rules.words import CaseState
from registry.views.tracing import RunRow
from service import errors
from service.filters import local_time
from service.flows import evidence, light, tracing
from service.flows.receiving import ENDINGS
from service.flows.tracing import Offered
from service.forms import FieldErrors, Form, parse_form, refused_field
from service.login import current_actor, current_runtime, require
from service.papers.decoys import plot_decoys
from service.papers.pages import PICTURE_TYPE
from service.sandbox import SandboxFault
from service.times import instant
from service.words import Words, words_for
from watermark import WatermarkError

blueprint = Blueprint("cases", __name__, url_prefix="/cases")

UNUSABLE: Final = 422
"""The HTTP status under which a file's failure is worded."""


class CaseForm(Form):
    """What is known of a leak; the pictures come beside it."""

    note: Annotated[str, StringConstraints(max_length=NOTE_LIMIT)] = ""
    leak_since_at: datetime | None = None
    leak_at: datetime | None = None


class ReviewForm(Form):
    """What a second auditor says of a run."""

    run: int
    agreed: bool
    reason: Annotated[str, StringConstraints(max_length=NOTE_LIMIT)] = ""


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
    """Open a case over pictures, or show the form again with what is wrong."""
    form, pictures = parse_form(CaseForm), _offered()
    if isinstance(form, FieldErrors):
        return _form_page(form), 422
    if not pictures:
        missing = gettext("Choose a picture of the leaked page.")
        return _form_page(FieldErrors(request.form, {"pictures": missing})), 422
    try:
        case_id = tracing.open_case(
            current_runtime(),
            current_actor(),
            pictures,
            note=form.note,
            leak_at=_instant(form.leak_at),
            leak_since_at=_instant(form.leak_since_at),
        )
    except (WatermarkError, SandboxFault) as refusal:
        words = errors.words_of(refusal)
        advice = {"pictures": f"{words.sentence} {words.next_step}"}
        return _form_page(FieldErrors(request.form, advice), refusal.code), 422
    except InvalidError as refusal:
        return _form_page(refused_field(request.form, refusal)), 422
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.get("/<int:case_id>")
@require(Action.READ_CASE)
def show(case_id: int) -> str:
    """Show one case; that it was read is recorded."""
    asked, since = _asked_time("at"), _asked_time("since")
    story = tracing.result(current_runtime(), current_actor(), case_id, asked, since)
    compared = story.run.compared if story.run else None
    return render_template(
        "cases/show.html",
        story=story,
        case=story.case,
        run=story.run,
        asked=_field_time(story.at),
        asked_since=_field_time(story.window.since_at) if story.window else "",
        was_asked=asked is not None,
        failure=_failure(story.run),
        plot=plot_decoys(compared) if compared else None,
        may_add=roles.may(current_actor(), Action.OPEN_CASE),
        may_run=roles.may(current_actor(), Action.RUN_TRACE),
        originals=light.originals_of(current_runtime(), case_id),
        endings=ENDINGS,
        limit_mb=_limit_mb(),
        note_limit=NOTE_LIMIT,
        most_pictures=MOST_PICTURES,
    )


@blueprint.get("/<int:case_id>/progress")
@require(Action.READ_CASE)
def progress(case_id: int) -> Response:
    """Show where a run stands, for the page that asks again and again."""
    found = tracing.progress(current_runtime(), current_actor(), case_id)
    answer = make_response(render_template("cases/_standing.html", case=found.case, progress=found))
    if found.case.state is not CaseState.RUNNING:
        answer.headers["HX-Refresh"] = "true"  # the result is read anew, and that is recorded
    return answer


@blueprint.get("/<int:case_id>/picture/<int:number>/<int:page>")
@require(Action.READ_CASE)
def picture(case_id: int, number: int, page: int) -> Response:
    """Send one page of a picture as redrawn in the sandbox, for a reading that was recorded."""
    token = request.args.get("look", "")
    content = tracing.get_picture(current_runtime(), current_actor(), case_id, number, page=page, token=token)
    return Response(content, mimetype=PICTURE_TYPE)


@blueprint.get("/<int:case_id>/overlay/<sha256>")
@require(Action.READ_CASE)
def overlay(case_id: int, sha256: str) -> Response:
    """Send a page laid flat with what spoke for and against, for a reading that was recorded."""
    token = request.args.get("look", "")
    content = tracing.get_overlay(current_runtime(), current_actor(), case_id, sha256, token)
    return Response(content, mimetype=PICTURE_TYPE)


@blueprint.post("/<int:case_id>/pictures")
@require(Action.OPEN_CASE)
def add_pictures(case_id: int) -> AnyResponse:
    """Add pictures and have all of them read once more."""
    tracing.add_pictures(current_runtime(), current_actor(), case_id, _offered())
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.post("/<int:case_id>/review")
@require(Action.CONFIRM_FINDING)
def review(case_id: int) -> AnyResponse:
    """Confirm or refuse a finding as a second auditor."""
    form = parse_form(ReviewForm)
    if isinstance(form, FieldErrors):
        abort(400)
    tracing.review(
        current_runtime(), current_actor(), case_id, form.run, agreed=form.agreed, reason=form.reason
    )
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.post("/<int:case_id>/runs")
@require(Action.RUN_TRACE)
def run_again(case_id: int) -> AnyResponse:
    """Have the pictures read once more."""
    tracing.run_again(current_runtime(), current_actor(), case_id)
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.post("/<int:case_id>/report")
@require(Action.READ_CASE)
def report(case_id: int) -> Response:
    """Send the evidence report; that it was taken is recorded."""
    pdf = evidence.report(current_runtime(), current_actor(), case_id)
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"T-{case_id:06d}.pdf")
    return answer


@blueprint.post("/<int:case_id>/archive")
@require(Action.READ_CASE)
def archive(case_id: int) -> Response:
    """Send the archive of the evidence; that it was taken is recorded."""
    chunks = evidence.archive(current_runtime(), current_actor(), case_id)
    answer = Response(stream_with_context(chunks), mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=f"T-{case_id:06d}.zip")
    return answer


def _form_page(form: FieldErrors, code: str | None = None) -> str:
    return render_template(
        "cases/new.html",
        entered=form.entered,
        errors=form.errors,
        code=code,
        note_limit=NOTE_LIMIT,
        now=_field_time(current_runtime().now()),
        limit_mb=_limit_mb(),
        most_pictures=MOST_PICTURES,
    )


def _offered() -> list[Offered]:
    """Return the files that came with a form."""
    return [Offered(one.read(), one.filename) for one in request.files.getlist("pictures") if one.filename]


def _limit_mb() -> int:
    return current_runtime().settings.upload_limit_bytes // (1024 * 1024)


def _asked_time(name: str) -> datetime | None:
    """Return an instant that the address asks about; nonsense asks about none."""
    try:
        return _instant(datetime.fromisoformat(request.args.get(name, "")))
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
