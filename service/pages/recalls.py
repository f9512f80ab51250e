"""Recalls: begun over a document, watched until nothing is missed, excused by a leader, closed, reported."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import RegistryError
from registry.rules import roles
from registry.rules.limits import REASON_LIMIT
from registry.rules.recall import Fate, RecallState
from registry.rules.roles import Action
from service import errors
from service.flows import people, recalling
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.papers_meant import DocumentUnclear, find_document, newest_documents
from service.pages.receivers import PersonUnclear, find_person
from service.terms import Look
from service.times import end_of_day

blueprint = Blueprint("recalls", __name__, url_prefix="/recalls")

STATES: Final[Mapping[RecallState, Look]] = MappingProxyType(
    {
        RecallState.RUNNING: Look(lazy_gettext("running"), "look", "bell"),
        RecallState.CLOSED: Look(lazy_gettext("closed"), "quiet", "archive"),
    }
)
FATES: Final[Mapping[Fate, Look]] = MappingProxyType(
    {
        Fate.RETURNED: Look(lazy_gettext("returned"), "ok", "check-lg"),
        Fate.MISSED: Look(lazy_gettext("missed"), "stop", "hourglass-split"),
        Fate.LOST: Look(lazy_gettext("lost"), "lost", "exclamation-octagon"),
    }
)
FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pin-refused": "pin",
        "pin-closed": "pin",
        "not-an-independent-signer": "signer",
        "not-permitted": "signer",
        "not-missed-in-recall": "code",
    }
)
"""Where on the form of exceptions a refusal is shown, by its code; others are shown as a page."""

Line = Annotated[str, StringConstraints(max_length=REASON_LIMIT)]


class BeginForm(Form):
    """A new campaign."""

    document: Annotated[str, StringConstraints(max_length=80)]
    reason: Line
    due_on: date


class ExcuseForm(Form):
    """A leader signs that a copy stays out."""

    code: Annotated[str, StringConstraints(max_length=13)]
    reason: Line
    signer: Annotated[str, StringConstraints(max_length=120)]
    pin: Annotated[str, StringConstraints(max_length=12)]


@blueprint.get("/")
@require(Action.READ_RECALLS)
def index() -> str:
    """List the campaigns, and offer to begin one."""
    return _index_page({"document": request.args.get("document", "")}, {})


@blueprint.post("/")
@require(Action.RECALL)
def begin() -> AnyResponse | tuple[str, int]:
    """Begin a campaign."""
    form = parse_form(BeginForm)
    if isinstance(form, FieldErrors):
        return _index_page(form.entered, form.errors), 422
    runtime = current_runtime()
    entered = form.model_dump(mode="json")
    try:
        recall_id = recalling.begin(
            runtime,
            current_actor(),
            find_document(form.document),
            form.reason,
            end_of_day(form.due_on, runtime.settings),
        )
    except DocumentUnclear as unclear:
        return _index_page(entered, {"document": unclear.words}), 422
    except RegistryError as refusal:
        field = "due_on" if refusal.facts.get("field") == "due_at" else "document"
        return _index_page(entered, {field: _said(refusal)}), errors.status_of(refusal)
    flash(
        gettext("The recall runs. Its holders see it among their papers; print them their slips."), "success"
    )
    return redirect(url_for("recalls.show", recall_id=recall_id))


@blueprint.get("/<int:recall_id>")
@require(Action.READ_RECALLS)
def show(recall_id: int) -> str:
    """Show one campaign and what can be done with it now."""
    return _page(recall_id, {})


@blueprint.post("/<int:recall_id>/exceptions")
@require(Action.READ_RECALLS)
def excuse(recall_id: int) -> AnyResponse | tuple[str, int]:
    """Let a leader sign that a missed copy stays out."""
    form = parse_form(ExcuseForm)
    if isinstance(form, FieldErrors):
        return _page(recall_id, form.errors), 422
    try:
        person_id = find_person(form.signer)
        recalling.excuse(
            current_runtime(),
            current_actor(),
            recall_id,
            form.code,
            form.reason,
            person_id=person_id,
            pin=form.pin,
        )
    except PersonUnclear as unclear:
        return _page(recall_id, {"signer": unclear.words}), 422
    except RegistryError as refusal:
        if refusal.code not in FIELDS:
            raise
        return _page(recall_id, {FIELDS[refusal.code]: _said(refusal)}), errors.status_of(refusal)
    flash(gettext("The exception is signed."), "success")
    return redirect(url_for("recalls.show", recall_id=recall_id))


@blueprint.post("/<int:recall_id>/closing")
@require(Action.RECALL)
def close(recall_id: int) -> AnyResponse:
    """End the campaign."""
    recalling.close(current_runtime(), current_actor(), recall_id)
    flash(gettext("The recall is closed."), "success")
    return redirect(url_for("recalls.show", recall_id=recall_id))


@blueprint.get("/<int:recall_id>/report.pdf")
@require(Action.READ_RECALLS)
def report(recall_id: int) -> Response:
    """Send the report of a campaign."""
    return _pdf(recalling.report(current_runtime(), current_actor(), recall_id), f"Q-{recall_id:06d}.pdf")


@blueprint.get("/<int:recall_id>/slips/<int:person_id>.pdf")
@require(Action.RECALL)
def slip(recall_id: int, person_id: int) -> Response:
    """Send the slip for one of the holders."""
    pdf = recalling.slip(current_runtime(), current_actor(), recall_id, person_id)
    return _pdf(pdf, f"Q-{recall_id:06d}-{person_id}.pdf")


def _pdf(content: bytes, filename: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=filename)
    return answer


def _index_page(entered: Mapping[str, Any], wrong: Mapping[str, str]) -> str:
    runtime, actor = current_runtime(), current_actor()
    may_begin = roles.may(actor, Action.RECALL)
    return render_template(
        "recalls/index.html",
        rows=recalling.listing(runtime, actor),
        looks=STATES,
        documents=newest_documents() if may_begin else (),
        may_begin=may_begin,
        entered=entered,
        errors=wrong,
        now=runtime.now(),
    )


def _page(recall_id: int, wrong: Mapping[str, str]) -> str:
    runtime, actor = current_runtime(), current_actor()
    view = recalling.get_recall(runtime, actor, recall_id)
    return render_template(
        "recalls/show.html",
        view=view,
        holders=recalling.holders(view),
        looks=STATES,
        fates=FATES,
        may_close=roles.may(actor, Action.RECALL),
        persons=people.list_recipients(runtime),
        entered=request.form,
        errors=wrong,
        now=runtime.now(),
    )


def _said(refusal: RegistryError) -> str:
    words = errors.words_of(refusal)
    return f"{words.sentence} {words.next_step}"
