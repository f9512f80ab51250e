"""One copy or fax job: its photocopies are labelled, scanned into stock, or given up."""

from typing import Annotated

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import PermissionDenied, RegistryError
from registry.rules import roles
from registry.rules.lifecycle import FIRST_STATE, TERMINAL
from registry.rules.roles import Action
from service.errors import words_of
from service.flows import photocopying
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.equipment.page import blueprint
from service.papers.labels import PER_SHEET


class ScanForm(Form):
    """The label of a photocopy."""

    raw: Annotated[str, StringConstraints(min_length=1, max_length=200)]


@blueprint.get("/jobs/<int:job_id>")
@require(Action.READ_COPYING)
def job(job_id: int) -> str:
    """Show a job with its photocopies."""
    actor = current_actor()
    row = photocopying.get_job(current_runtime(), actor, job_id)
    return render_template(
        "equipment/job.html",
        row=row,
        waiting=[copy for copy in row.photocopies if copy.state is FIRST_STATE],
        has_labels=any(copy.state not in TERMINAL for copy in row.photocopies),
        may_run=roles.may(actor, Action.RUN_COPYING),
    )


@blueprint.get("/jobs/<int:job_id>/labels.pdf")
@require(Action.RUN_COPYING)
def job_labels(job_id: int) -> Response:
    """Send the labels of a job's photocopies."""
    first = min(max(1, request.args.get("first", 1, type=int)), PER_SHEET)
    drawn = photocopying.labels(current_runtime(), current_actor(), job_id, first_place=first)
    answer = Response(drawn, content_type="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"labels-job-{job_id}.pdf")
    return answer


@blueprint.post("/jobs/<int:job_id>/labels")
@require(Action.RUN_COPYING)
def take_in(job_id: int) -> AnyResponse:
    """Take a scanned photocopy in; what is wrong with a scan is said in a line, so that a stack goes on."""
    back = redirect(url_for("equipment.job", job_id=job_id))
    form = parse_form(ScanForm)
    if isinstance(form, FieldErrors):
        flash(gettext("Scan a label."), "warning")
        return back
    try:
        number = photocopying.take_in(current_runtime(), current_actor(), job_id, [form.raw])
    except PermissionDenied:
        raise
    except RegistryError as refusal:
        words = words_of(refusal)
        flash(f"{words.sentence} {words.next_step}", "danger")
        return back
    if number:
        flash(gettext("The photocopy is in stock."), "success")
    else:
        flash(gettext("This photocopy was taken in before; nothing has been changed."), "warning")
    return back


@blueprint.post("/jobs/<int:job_id>/give-up")
@require(Action.RUN_COPYING)
def give_up_photocopies(job_id: int) -> AnyResponse:
    """Void the numbers of photocopies that were not made."""
    voided = photocopying.give_up(current_runtime(), current_actor(), job_id)
    flash(ngettext("%(num)s number is void.", "%(num)s numbers are void.", voided), "success")
    return redirect(url_for("equipment.job", job_id=job_id))
