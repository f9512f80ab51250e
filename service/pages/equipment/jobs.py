"""Copying and faxing: asked for, done, listed."""

from datetime import date, timedelta
from typing import Annotated, Literal

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response

from registry.errors import InvalidError
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.roles import Action
from registry.views.documents import DocumentFilter
from service.filters import level_text
from service.flows import equipment, registering, requesting
from service.flows.equipment import JobWish
from service.forms import FieldErrors, Form, parse_form, refused_field
from service.login import current_actor, current_runtime, require
from service.pages.equipment.fields import APPROVAL_DAYS, Line, Reason
from service.pages.equipment.page import blueprint
from service.times import day_of, end_of_day


class AskForm(Form):
    """What shall be copied or faxed."""

    act: Literal["COPY", "FAX"]
    document_id: int
    wanted_copies: Annotated[int, Field(ge=1, le=999)]
    job_reason: Reason
    wanted_station: Line = ""
    until: date


class JobForm(Form):
    """What was copied or faxed."""

    request_id: int
    equipment_id: int
    raw: Annotated[str, StringConstraints(max_length=200)]
    copies: Annotated[int, Field(ge=1, le=999)]
    station: Line = ""


@blueprint.get("/jobs")
@require(Action.READ_COPYING)
def jobs() -> str:
    """List what was copied and faxed, and offer to ask for or record a job."""
    return _jobs_page(FieldErrors({"document_id": request.args.get("document", "")}, {}))


@blueprint.get("/jobs/new")
@require(Action.REQUEST_COPYING)
def new_job() -> str:
    """Show the form to ask for a copy or fax job."""
    return _ask_page(FieldErrors({"document_id": request.args.get("document", "")}, {}))


@blueprint.post("/jobs/requests")
@require(Action.REQUEST_COPYING)
def ask_job() -> Response | tuple[str, int]:
    """Ask for approval to copy or fax."""
    form = parse_form(AskForm)
    if isinstance(form, FieldErrors):
        return _ask_page(form), 422
    runtime = current_runtime()
    wish = JobWish(
        act=Act(form.act),
        document_id=form.document_id,
        copies=form.wanted_copies,
        reason=form.job_reason,
        until=end_of_day(form.until, runtime.settings),
        station=form.wanted_station,
    )
    try:
        request_id = equipment.ask_job(runtime, current_actor(), wish)
    except InvalidError as refusal:
        named = {"station": "wanted_station", "reason": "job_reason"}
        found = refused_field(form.model_dump(), refusal)
        wrong = {named.get(field, field): words for field, words in found.errors.items()}
        return _ask_page(FieldErrors(found.entered, wrong)), 422
    flash(gettext("The request is sent."), "success")
    return redirect(url_for("approvals.show", request_id=request_id))


@blueprint.post("/jobs")
@require(Action.RUN_COPYING)
def run_job() -> Response | tuple[str, int]:
    """Record an approved job."""
    form = parse_form(JobForm)
    if isinstance(form, FieldErrors):
        return _jobs_page(form), 422
    try:
        job_id = equipment.run_job(
            current_runtime(),
            current_actor(),
            form.request_id,
            form.equipment_id,
            form.raw,
            copies=form.copies,
            station=form.station,
        )
    except InvalidError as refusal:
        return _jobs_page(refused_field(form.model_dump(), refusal)), 422
    flash(gettext("The job is recorded."), "success")
    return redirect(url_for("equipment.job", job_id=job_id))


def _jobs_page(form: FieldErrors) -> str:
    runtime, actor = current_runtime(), current_actor()
    return render_template(
        "equipment/jobs.html",
        desk=equipment.job_desk(runtime, actor),
        may_open=True,
        may_run=roles.may(actor, Action.RUN_COPYING),
        may_ask=roles.may_for_some_unit(actor, Action.REQUEST_COPYING),
        entered=form.entered,
        errors=form.errors,
    )


def _ask_page(form: FieldErrors) -> str:
    runtime, actor = current_runtime(), current_actor()
    documents = registering.list_documents(runtime, actor, DocumentFilter()).rows
    until = day_of(runtime.now(), runtime.settings) + timedelta(days=APPROVAL_DAYS)
    return render_template(
        "equipment/ask.html",
        documents=[
            (row.id, f"{row.doc_number} · {row.title} · {level_text(row.level)}")
            for row in documents
            if requesting.may_ask(actor, Act.COPY, row.issuing_unit.id)
        ],
        acts=[("COPY", gettext("Photocopy or scan in"), None), ("FAX", gettext("Fax, in cipher only"), None)],
        entered={"until": until.isoformat(), "act": "COPY"} | dict(form.entered),
        errors=form.errors,
    )
