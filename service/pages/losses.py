"""Losses: their clocks, the report of seven items, the result of the investigation."""

from collections.abc import Mapping
from typing import Annotated, Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import InvalidError
from registry.rules import roles
from registry.rules.loss import LOSS_TEXT_LIMIT, LossReport
from registry.rules.roles import Action
from service.flows import losses
from service.forms import FieldErrors, Form, parse_form, refused_field
from service.login import current_actor, current_runtime, require

blueprint = Blueprint("losses", __name__, url_prefix="/losses")

Text = Annotated[str, StringConstraints(max_length=LOSS_TEXT_LIMIT)]


class ReportForm(Form):
    """What the register does not know by itself."""

    discovered: Text
    responsible: Text
    course: Text
    harm: Text
    investigation: Text
    remedies: Text


class ResultForm(Form):
    """What the investigation found."""

    result: Text
    remedies: Text


@blueprint.get("/")
@require(Action.READ_LOSSES)
def index() -> str:
    """List the losses with their clocks."""
    runtime = current_runtime()
    return render_template(
        "losses/index.html",
        rows=losses.listing(runtime, current_actor()),
        clocks=losses.clocks_now(runtime),
    )


@blueprint.get("/<int:loss_id>")
@require(Action.READ_LOSSES)
def show(loss_id: int) -> str:
    """Show one loss and what is to be done about it."""
    return _page(loss_id, {}, {})


@blueprint.post("/<int:loss_id>/report")
@require(Action.FILE_LOSS_REPORT)
def file_report(loss_id: int) -> AnyResponse | tuple[str, int]:
    """File the report."""
    form = parse_form(ReportForm)
    if isinstance(form, FieldErrors):
        return _page(loss_id, form.entered, form.errors), 422
    entered = form.model_dump()
    try:
        losses.file_report(current_runtime(), current_actor(), loss_id, LossReport(**entered))
    except InvalidError as refusal:
        wrong = refused_field(entered, refusal)
        return _page(loss_id, wrong.entered, wrong.errors), 422
    flash(gettext("The report is filed. The clock of the investigation runs from now on."), "success")
    return redirect(url_for("losses.show", loss_id=loss_id))


@blueprint.post("/<int:loss_id>/result")
@require(Action.CONCLUDE_LOSS)
def conclude(loss_id: int) -> AnyResponse | tuple[str, int]:
    """Record the result of the investigation."""
    form = parse_form(ResultForm)
    if isinstance(form, FieldErrors):
        return _page(loss_id, form.entered, form.errors), 422
    entered = form.model_dump()
    try:
        losses.conclude(current_runtime(), current_actor(), loss_id, form.result, form.remedies)
    except InvalidError as refusal:
        wrong = refused_field(entered, refusal)
        return _page(loss_id, wrong.entered, wrong.errors), 422
    flash(gettext("The result is on record."), "success")
    return redirect(url_for("losses.show", loss_id=loss_id))


@blueprint.get("/<int:loss_id>/report.pdf")
@require(Action.READ_LOSSES)
def report(loss_id: int) -> Response:
    """Send the report."""
    answer = Response(losses.paper(current_runtime(), current_actor(), loss_id), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"X-{loss_id:06d}.pdf")
    return answer


def _page(loss_id: int, entered: Mapping[str, Any], wrong: Mapping[str, str]) -> str:
    actor = current_actor()
    row = losses.get_loss(current_runtime(), actor, loss_id)
    goes_on = row.found_at is None
    return render_template(
        "losses/show.html",
        row=row,
        may_file=goes_on and row.report is None and roles.may(actor, Action.FILE_LOSS_REPORT),
        may_conclude=goes_on
        and row.report is not None
        and row.result is None
        and roles.may(actor, Action.CONCLUDE_LOSS),
        limit=LOSS_TEXT_LIMIT,
        entered=entered,
        errors=wrong,
    )
