"""Consents of units: entered from their letters, shown with what rests on them, revoked."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import RegistryError
from registry.rules import roles
from registry.rules.codes import LAST_COPY_NO
from registry.rules.consents import ConsentState
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action
from service import errors
from service.flows import consenting
from service.flows.consenting import LetterFacts
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.choices import unit_options
from service.pages.papers_meant import DocumentUnclear, find_document, newest_documents
from service.terms import Look
from service.times import end_of_day

blueprint = Blueprint("consents", __name__, url_prefix="/consents")

STATES: Final[Mapping[ConsentState, Look]] = MappingProxyType(
    {
        ConsentState.GOOD: Look(lazy_gettext("good"), "ok", "check-lg"),
        ConsentState.USED_UP: Look(lazy_gettext("used up"), "quiet", "check-circle-fill"),
        ConsentState.EXPIRED: Look(lazy_gettext("expired"), "quiet", "clock-history"),
        ConsentState.REVOKED: Look(lazy_gettext("revoked"), "stop", "x-lg"),
    }
)
MEDIA: Final = MappingProxyType({"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"})


class LetterForm(Form):
    """What a letter says."""

    document: Annotated[str, StringConstraints(max_length=80)]
    unit_id: int
    letter_no: Annotated[str, StringConstraints(max_length=80)]
    scope: Annotated[str, StringConstraints(max_length=300)]
    quota: Annotated[int, Field(ge=1, le=LAST_COPY_NO)]
    expires_on: date


class RevocationForm(Form):
    """Why a consent does not hold any more."""

    reason: Annotated[str, StringConstraints(max_length=REASON_LIMIT)]


@blueprint.get("/")
@require(Action.READ_CONSENTS)
def index() -> str:
    """List the consents, and offer to enter a letter."""
    return _index_page({"document": request.args.get("document", "")}, {})


@blueprint.post("/")
@require(Action.RECORD_CONSENT)
def record() -> AnyResponse | tuple[str, int]:
    """Enter a letter, or show the form again with what is wrong."""
    form, scan = parse_form(LetterForm), request.files.get("letter")
    if isinstance(form, FieldErrors):
        return _index_page(form.entered, form.errors), 422
    entered = form.model_dump(mode="json")
    if scan is None or not scan.filename:
        return _index_page(entered, {"letter": gettext("Attach the scan of the letter.")}), 422
    runtime = current_runtime()
    try:
        facts = LetterFacts(
            unit_id=form.unit_id,
            document_id=find_document(form.document),
            letter_no=form.letter_no,
            scope=form.scope,
            quota=form.quota,
            expires_at=end_of_day(form.expires_on, runtime.settings),
        )
        consent_id = consenting.record(runtime, current_actor(), facts, scan.read())
    except DocumentUnclear as unclear:
        return _index_page(entered, {"document": unclear.words}), 422
    except RegistryError as refusal:
        field = refusal.facts.get("field")
        if not isinstance(field, str):
            raise
        wrong = {"expires_on" if field == "expires_at" else field: _said(refusal)}
        return _index_page(entered, wrong), errors.status_of(refusal)
    flash(gettext("The consent is entered."), "success")
    return redirect(url_for("consents.show", consent_id=consent_id))


@blueprint.get("/<int:consent_id>")
@require(Action.READ_CONSENTS)
def show(consent_id: int) -> str:
    """Show one consent and what rests on it."""
    return _page(consent_id, {})


@blueprint.post("/<int:consent_id>/revocation")
@require(Action.RECORD_CONSENT)
def revoke(consent_id: int) -> AnyResponse | tuple[str, int]:
    """Record that the unit takes its consent back."""
    form = parse_form(RevocationForm)
    if isinstance(form, FieldErrors):
        return _page(consent_id, form.errors), 422
    consenting.revoke(current_runtime(), current_actor(), consent_id, form.reason)
    flash(gettext("The consent is revoked. What rests on it cannot go on."), "success")
    return redirect(url_for("consents.show", consent_id=consent_id))


@blueprint.get("/<int:consent_id>/letter")
@require(Action.READ_CONSENTS)
def letter(consent_id: int) -> Response:
    """Send the scan of the letter, never to be shown within our pages; that it was taken is recorded."""
    content, kind = consenting.letter_of(current_runtime(), current_actor(), consent_id)
    answer = Response(content, mimetype=MEDIA[kind])
    answer.headers.set("Content-Disposition", "attachment", filename=f"G-{consent_id:06d}.{kind}")
    return answer


def _index_page(entered: Mapping[str, Any], wrong: Mapping[str, str]) -> str:
    runtime, actor = current_runtime(), current_actor()
    may_record = roles.may(actor, Action.RECORD_CONSENT)
    return render_template(
        "consents/index.html",
        rows=consenting.listing(runtime, actor),
        looks=STATES,
        units=unit_options() if may_record else [],
        documents=newest_documents() if may_record else (),
        may_record=may_record,
        entered=entered,
        errors=wrong,
    )


def _page(consent_id: int, wrong: Mapping[str, str]) -> str:
    runtime, actor = current_runtime(), current_actor()
    return render_template(
        "consents/show.html",
        row=consenting.get_consent(runtime, actor, consent_id),
        looks=STATES,
        may_revoke=roles.may(actor, Action.RECORD_CONSENT),
        errors=wrong,
    )


def _said(refusal: RegistryError) -> str:
    words = errors.words_of(refusal)
    return f"{words.sentence} {words.next_step}"
