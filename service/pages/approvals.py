"""Approvals: what waits for the visitor, what they asked for, and one request exactly as it is signed."""

from typing import Annotated, Literal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response

from registry.consent import UntraceableNotAccepted
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.family import DERIVING, Use
from registry.rules.limits import REMARK_LIMIT
from registry.rules.roles import Action
from registry.rules.words import RequestState
from registry.views.approvals import RequestView
from service import errors
from service.flows import light, requesting
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.regradings import default_remark_on
from service.terms import told_details

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals")

_TAKEN_BACK_FROM = frozenset({RequestState.OPEN, RequestState.APPROVED})


class DecisionForm(Form):
    """A yes or no to what was shown."""

    answer: Literal["agree", "refuse"]
    shown_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    remark: Annotated[str, StringConstraints(max_length=REMARK_LIMIT)] = ""
    accepted_hash: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    in_place_of: int | None = None


@blueprint.get("/")
@require(Action.READ_OWN_HOLDINGS)
def index() -> str:
    """List what waits for the visitor, what they asked for, and what they decided."""
    found = requesting.list_requests(current_runtime(), current_actor())
    return render_template("approvals/index.html", found=found)


@blueprint.get("/<int:request_id>")
@require(Action.READ_OWN_HOLDINGS)
def show(request_id: int) -> str:
    """Show one request: what is shown is what is signed."""
    return _request_page(requesting.get_request(current_runtime(), current_actor(), request_id), {})


@blueprint.post("/<int:request_id>/decision")
@require(Action.DECIDE_APPROVAL)
def decide(request_id: int) -> Response | tuple[str, int]:
    """Record the visitor's yes or no."""
    runtime, actor = current_runtime(), current_actor()
    form = parse_form(DecisionForm)
    if isinstance(form, FieldErrors):
        return _request_page(requesting.get_request(runtime, actor, request_id), dict(form.errors)), 422
    agreed = form.answer == "agree"
    try:
        state = requesting.decide(
            runtime,
            actor,
            request_id,
            agreed=agreed,
            shown_hash=form.shown_hash,
            remark=form.remark,
            accepted_hash=form.accepted_hash,
            in_place_of=form.in_place_of,
        )
    except UntraceableNotAccepted as refusal:
        words = errors.words_of(refusal)
        wrong = {"accepted_hash": f"{words.sentence} {words.next_step}"}
        return _request_page(requesting.get_request(runtime, actor, request_id), wrong), 409
    flash(_said(state, agreed=agreed), "success")
    return redirect(url_for("approvals.show", request_id=request_id))


@blueprint.post("/<int:request_id>/withdrawal")
@require(Action.WITHDRAW_REQUEST)
def withdraw(request_id: int) -> Response:
    """Take the visitor's own request back."""
    requesting.withdraw(current_runtime(), current_actor(), request_id)
    flash(gettext("The request is withdrawn."), "success")
    return redirect(url_for("approvals.show", request_id=request_id))


def _request_page(view: RequestView, wrong: dict[str, str]) -> str:
    actor = current_actor()
    return render_template(
        "approvals/show.html",
        has_content=light.has_content(current_runtime(), view.row.document_id),
        view=view,
        details=dict(view.order.details),
        further=told_details(view.order.details),
        remark=request.form.get("remark", ""),
        errors=wrong,
        may_replay=roles.may(actor, Action.READ_RULES) and bool(view.decisions),
        may_withdraw=view.is_own and view.row.state in _TAKEN_BACK_FROM and not view.row.used,
        may_print=(view.row.act is Act.PRINT or view.row.use is Use.RECOPY)
        and roles.may(actor, Action.PRINT)
        and requesting.may_carry_out(actor, view),
        may_derive=view.row.use in DERIVING
        and roles.may(actor, Action.REGISTER_DOCUMENT)
        and requesting.may_carry_out(actor, view),
        may_regrade=view.row.act is Act.REGRADE
        and roles.may(actor, Action.REGRADE)
        and requesting.may_carry_out(actor, view),
        remark_on=default_remark_on(),
    )


def _said(state: RequestState, *, agreed: bool) -> str:
    if not agreed:
        said = gettext("Your refusal is recorded; the request is ended.")
    elif state is RequestState.APPROVED:
        said = gettext("Your agreement is recorded; the request is approved.")
    else:
        said = gettext("Your agreement is recorded; others must still agree.")
    return str(said)
