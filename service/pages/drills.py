"""Leak drills: what they measured, channel by channel, a form for another one, and each with its pictures."""

from typing import Annotated

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import RegistryError
from registry.rules.drills import CHANNEL_LIMIT, MOST_SHOTS
from registry.rules.roles import Action
from service import errors
from service.flows import drilling
from service.flows.tracing import Offered
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require

blueprint = Blueprint("drills", __name__, url_prefix="/drills")


class DrillForm(Form):
    """A copy, and how pictures of it were made; they come beside it."""

    copy_code: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    channel: Annotated[str, StringConstraints(min_length=1, max_length=CHANNEL_LIMIT)]
    simulated: bool = False


@blueprint.get("/")
@require(Action.RUN_DRILL)
def index() -> str:
    """Show what the drills measured."""
    return _page(FieldErrors({}, {}))


@blueprint.post("/")
@require(Action.RUN_DRILL)
def open_drill() -> AnyResponse | tuple[str, int]:
    """Open a drill over pictures of a known copy, or show the form again with what is wrong."""
    form = parse_form(DrillForm)
    if isinstance(form, FieldErrors):
        return _page(form), 422
    pictures = [
        Offered(one.read(), one.filename) for one in request.files.getlist("pictures") if one.filename
    ]
    if not pictures:
        missing = gettext("Choose the pictures that were made of this copy.")
        return _page(FieldErrors(request.form, {"pictures": missing})), 422
    try:
        drill_id = drilling.open_drill(
            current_runtime(),
            current_actor(),
            form.copy_code,
            form.channel,
            pictures,
            simulated=form.simulated,
        )
    except RegistryError as refusal:
        words = errors.words_of(refusal)
        field = str(refusal.facts.get("field") or "copy_code")
        return _page(FieldErrors(request.form, {field: f"{words.sentence} {words.next_step}"})), 422
    return redirect(url_for("drills.show", drill_id=drill_id))


@blueprint.get("/<int:drill_id>")
@require(Action.RUN_DRILL)
def show(drill_id: int) -> str:
    """Show one drill with its pictures."""
    return render_template(
        "drills/show.html", drill=drilling.get(current_runtime(), current_actor(), drill_id)
    )


@blueprint.get("/<int:drill_id>/progress")
@require(Action.RUN_DRILL)
def progress(drill_id: int) -> str:
    """Show how many pictures were read, for the page that asks again and again."""
    return render_template(
        "drills/_pictures.html", drill=drilling.get(current_runtime(), current_actor(), drill_id)
    )


def _page(form: FieldErrors) -> str:
    curves, rows = drilling.listing(current_runtime(), current_actor())
    return render_template(
        "drills/index.html",
        curves=curves,
        drills=rows,
        entered=form.entered,
        errors=form.errors,
        channel_limit=CHANNEL_LIMIT,
        most_shots=MOST_SHOTS,
        limit_mb=current_runtime().settings.upload_limit_bytes // (1024 * 1024),
    )
