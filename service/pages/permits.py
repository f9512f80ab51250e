"""Take-out permits: asked for with chosen copies, opened once everybody has agreed, taken back."""

from datetime import datetime
from typing import Annotated, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response

from registry.errors import PermissionDenied, RegistryError
from registry.rules import roles
from registry.rules.roles import Action
from registry.views.approvals import Preview
from service import errors
from service.flows import permits
from service.flows.permits import TakeOut
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.times import instant
from service.verdicts import PERMIT_WORDS

blueprint = Blueprint("permits", __name__, url_prefix="/permits")

MOST_CARRIERS: Final = 2


class TakeOutForm(Form):
    """Which copies leave, in whose hands, through which gate, until when, and why."""

    copies: list[str] = Field(default_factory=list)
    scans: Annotated[str, StringConstraints(max_length=20_000)] = ""
    carriers: Annotated[list[int], Field(min_length=1, max_length=MOST_CARRIERS)]
    gate: int | None = None
    until: datetime
    reason: Annotated[str, StringConstraints(max_length=500)]

    def wanted(self) -> TakeOut:
        """Return the wish as the flow takes it."""
        return TakeOut(
            codes=tuple(self.copies),
            scans=tuple(self.scans.splitlines()),
            carriers=tuple(dict.fromkeys(self.carriers)),
            gate_id=self.gate,
            until=instant(self.until, current_runtime().settings),
            reason=self.reason,
        )


class RevokeForm(Form):
    """Why a permit is taken back."""

    reason: Annotated[str, StringConstraints(max_length=300)]


@blueprint.get("/")
@require(Action.REQUEST_TAKE_OUT)
def index() -> str:
    """List the permits that concern the visitor, and for a clerk the requests to open."""
    return _board_page()


@blueprint.get("/new")
@require(Action.REQUEST_TAKE_OUT)
def new() -> str:
    """Ask which copies leave, in whose hands, through which gate and until when."""
    chosen = request.args.get("copy", "")
    return _form_page({}, {}, chosen=[chosen] if chosen else [])


@blueprint.post("/new")
@require(Action.REQUEST_TAKE_OUT)
def ask() -> Response | tuple[str, int]:
    """Show who must agree, or send the request."""
    form = parse_form(TakeOutForm)
    chosen = request.form.getlist("copies")
    if isinstance(form, FieldErrors):
        return _form_page(form.entered, dict(form.errors), chosen=chosen), 422
    runtime, actor = current_runtime(), current_actor()
    try:
        if "preview" in request.form:
            shown = permits.preview(runtime, actor, form.wanted())
            return _form_page(form.model_dump(), {}, chosen=chosen, previews=shown), 200
        requests = permits.ask(runtime, actor, form.wanted())
    except PermissionDenied:
        raise
    except RegistryError as refusal:
        words = errors.words_of(refusal)
        said = {_field_of(refusal): f"{words.sentence} {words.next_step}"}
        return _form_page(form.model_dump(), said, chosen=chosen), errors.status_of(refusal)
    flash(
        ngettext("The request is sent.", "%(num)s requests are sent, one for each document.", len(requests)),
        "success",
    )
    if len(requests) == 1:
        return redirect(url_for("approvals.show", request_id=requests[0]))
    return redirect(url_for("approvals.index"))


@blueprint.post("/open/<int:request_id>")
@require(Action.OPEN_PERMIT)
def open_permits(request_id: int) -> Response:
    """Open the permits of an approved request."""
    opened = permits.open_permits(current_runtime(), current_actor(), request_id)
    flash(ngettext("The permit is open.", "%(num)s permits are open.", len(opened)), "success")
    return redirect(url_for("permits.index"))


@blueprint.post("/<int:permit_id>/revoke")
@require(Action.OPEN_PERMIT)
def revoke(permit_id: int) -> Response | tuple[str, int]:
    """Take back a permit that was not used yet."""
    form = parse_form(RevokeForm)
    if isinstance(form, FieldErrors):
        return _board_page(dict(form.errors)), 422
    permits.revoke(current_runtime(), current_actor(), permit_id, form.reason)
    flash(gettext("The permit is revoked; no gate lets this copy out under it."), "success")
    return redirect(url_for("permits.index"))


def _field_of(refusal: RegistryError) -> str:
    """Return the field of the form that a refusal is about."""
    missing = refusal.facts.get("missing")
    if isinstance(missing, tuple) and missing:
        return str(missing[0])
    return {"approval-needs-future-end": "until", "invalid-order": "reason"}.get(refusal.code, "copies")


def _board_page(wrong: dict[str, str] | None = None) -> str:
    actor = current_actor()
    return render_template(
        "permits/index.html",
        board=permits.board(current_runtime(), actor),
        opens=roles.may(actor, Action.OPEN_PERMIT),
        permit_words=PERMIT_WORDS,
        errors=wrong or {},
    )


def _form_page(
    entered: dict[str, object] | object,
    wrong: dict[str, str],
    *,
    chosen: list[str],
    previews: tuple[Preview, ...] = (),
) -> str:
    choices = permits.choices(current_runtime(), current_actor())
    listed = {line.code for line in choices.held}
    return render_template(
        "permits/new.html",
        choices=choices,
        entered=entered,
        chosen=chosen,
        beyond=[code for code in chosen if code not in listed],
        previews=previews,
        errors=wrong,
    )
