"""Regradings: asked for, carried out, ticked off copy by copy, and what might follow them."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated, Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import PermissionDenied, RegistryError
from registry.rules import roles
from registry.rules.limits import REASON_LIMIT
from registry.rules.regrading import Change, ProposalState
from registry.rules.roles import Action
from service import errors, terms
from service.flows import registering, regrading
from service.flows.regrading import RegradingWish
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.choices import level_choices
from service.terms import Look
from service.times import day_of, end_of_day

blueprint = Blueprint("regradings", __name__, url_prefix="/regradings")

DEFAULT_DAYS: Final = 30
"""Within which an approval is used, and copies are marked anew, unless told otherwise; ours, since rules set none."""
LONGEST_DAYS: Final = 366

CHANGES: Final[Mapping[Change, Look]] = MappingProxyType(
    {
        Change.RAISE: Look(terms.CHANGES[Change.RAISE], "stop", "shield-lock"),
        Change.LOWER: Look(terms.CHANGES[Change.LOWER], "note", "shield-check"),
        Change.EXTEND: Look(terms.CHANGES[Change.EXTEND], "look", "calendar-event"),
        Change.SHORTEN: Look(terms.CHANGES[Change.SHORTEN], "note", "calendar-event"),
        Change.DECLASSIFY: Look(terms.CHANGES[Change.DECLASSIFY], "ok", "door-open"),
    }
)
PROPOSALS: Final[Mapping[ProposalState, Look]] = MappingProxyType(
    {
        ProposalState.OPEN: Look(lazy_gettext("not decided"), "look", "hourglass-split"),
        ProposalState.FOLLOWED: Look(lazy_gettext("regraded since"), "ok", "check-lg"),
        ProposalState.KEPT: Look(lazy_gettext("kept as it is"), "quiet", "lock"),
    }
)
_FIELD_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "nothing-to-regrade": "level",
        "unknown-level": "level",
        "mixed-schemes": "level",
        "invalid-period": "secrecy_period",
        "missing-text": "reason",
        "approval-needs-future-end": "until",
    }
)
"""Where on the form a refusal is shown, by its code; others are shown as a page."""

Line = Annotated[str, StringConstraints(max_length=REASON_LIMIT)]


class AskForm(Form):
    """What shall become of a document's secrecy."""

    level: Annotated[str, StringConstraints(max_length=60)]
    secrecy_period: Annotated[str, StringConstraints(max_length=40)] = ""
    reason: Line
    until: date


class CarryOutForm(Form):
    """An approved change, and until when paper is marked anew."""

    request_id: int
    remark_on: date


class ScanForm(Form):
    """One scan."""

    raw: Annotated[str, StringConstraints(max_length=200)]
    back: int | None = None


class KeepForm(Form):
    """Why a derived document does not follow."""

    reason: Line


ENDS: Final = "declassify"
"""Stands among the levels of the form for the end of secrecy."""


@blueprint.get("/")
@require(Action.READ_REGRADINGS)
def index() -> str:
    """List what was regraded, which copies wait, and what might follow."""
    runtime, actor = current_runtime(), current_actor()
    return render_template(
        "regradings/index.html",
        board=regrading.board(runtime, actor),
        changes=CHANGES,
        may_remark=roles.may(actor, Action.REMARK),
        now=runtime.now(),
    )


@blueprint.get("/<int:regrading_id>")
@require(Action.READ_REGRADINGS)
def show(regrading_id: int) -> str:
    """Show one regrading with its copies."""
    runtime, actor = current_runtime(), current_actor()
    view = regrading.get_regrading(runtime, actor, regrading_id)
    return render_template(
        "regradings/show.html",
        view=view,
        holders=regrading.holders(view),
        changes=CHANGES,
        proposals=PROPOSALS,
        may_remark=roles.may(actor, Action.REMARK),
        may_keep=roles.may(actor, Action.REGRADE),
        now=runtime.now(),
    )


@blueprint.get("/documents/<int:document_id>")
@require(Action.REQUEST_REGRADING)
def new(document_id: int) -> str:
    """Show the form to ask for a change."""
    row = registering.get_document(current_runtime(), current_actor(), document_id).row
    entered = {
        "level": row.level,
        "secrecy_period": row.secrecy_period,
        "until": _today() + timedelta(days=DEFAULT_DAYS),
    }
    return _ask_page(document_id, FieldErrors(entered, {}))


@blueprint.post("/documents/<int:document_id>")
@require(Action.REQUEST_REGRADING)
def ask(document_id: int) -> AnyResponse | tuple[str, int]:
    """Ask for a change."""
    form = parse_form(AskForm)
    if isinstance(form, FieldErrors):
        return _ask_page(document_id, form), 422
    longest = _today() + timedelta(days=LONGEST_DAYS)
    if not _today() <= form.until <= longest:
        wrong = gettext("A day from today to %(last)s is wanted.", last=longest.isoformat())
        return _ask_page(document_id, FieldErrors(request.form, {"until": wrong})), 422
    wish = RegradingWish(
        document_id=document_id,
        reason=form.reason,
        until=end_of_day(form.until, current_runtime().settings),
        level=form.level,
        secrecy_period=form.secrecy_period,
        ends=form.level == ENDS,
    )
    try:
        request_id = regrading.ask(current_runtime(), current_actor(), wish)
    except RegistryError as refusal:
        if refusal.code not in _FIELD_OF:
            raise
        wrong = _said(refusal)
        page = _ask_page(document_id, FieldErrors(request.form, {_FIELD_OF[refusal.code]: wrong}))
        return page, errors.status_of(refusal)
    flash(gettext("The request is sent. Those who must agree see it on their desk."), "success")
    return redirect(url_for("approvals.show", request_id=request_id))


@blueprint.post("/")
@require(Action.REGRADE)
def carry_out() -> AnyResponse:
    """Carry an approved change out."""
    form = parse_form(CarryOutForm)
    if isinstance(form, FieldErrors):
        flash(gettext("Say until when the copies are to be marked anew."), "warning")
        return redirect(url_for("approvals.show", request_id=request.form.get("request_id", 0, type=int)))
    remark_by = end_of_day(form.remark_on, current_runtime().settings)
    regrading_id = regrading.regrade(current_runtime(), current_actor(), form.request_id, remark_by)
    flash(
        gettext("The document is regraded. Its copies are marked anew as they are scanned below."), "success"
    )
    return redirect(url_for("regradings.show", regrading_id=regrading_id))


@blueprint.post("/marks")
@require(Action.REMARK)
def remark() -> AnyResponse:
    """Tick a scanned copy off; what is wrong with a scan is said in a line, so that a stack goes on."""
    form = parse_form(ScanForm)
    back = request.form.get("back", type=int)
    if isinstance(form, FieldErrors):
        flash(gettext("Scan a copy."), "warning")
        return _back_to(back)
    try:
        number = regrading.remark(current_runtime(), current_actor(), [form.raw])
    except PermissionDenied:
        raise
    except RegistryError as refusal:
        flash(_said(refusal), "danger")
        return _back_to(back)
    flash(
        ngettext("%(num)s copy bears its new mark.", "%(num)s copies bear their new mark.", number), "success"
    )
    return _back_to(back)


@blueprint.post("/proposals/<int:proposal_id>")
@require(Action.REGRADE)
def keep(proposal_id: int) -> AnyResponse:
    """Record that a derived document keeps its level."""
    form = parse_form(KeepForm)
    back = request.args.get("back", type=int)
    if isinstance(form, FieldErrors):
        flash(gettext("Say why it keeps its level."), "warning")
        return _back_to(back)
    regrading.keep(current_runtime(), current_actor(), proposal_id, form.reason)
    flash(gettext("It is on record that the document keeps its level."), "success")
    return _back_to(back)


@blueprint.get("/<int:regrading_id>/record.pdf")
@require(Action.READ_REGRADINGS)
def report(regrading_id: int) -> Response:
    """Send the record of a regrading."""
    content = regrading.report(current_runtime(), current_actor(), regrading_id)
    return _pdf(content, f"M-{regrading_id:06d}.pdf")


@blueprint.get("/<int:regrading_id>/notices/<int:person_id>.pdf")
@require(Action.REMARK)
def notice(regrading_id: int, person_id: int) -> Response:
    """Send the notice for one of the holders."""
    content = regrading.notice(current_runtime(), current_actor(), regrading_id, person_id)
    return _pdf(content, f"M-{regrading_id:06d}-{person_id}.pdf")


def default_remark_on() -> date:
    """Return until when paper is marked anew unless told otherwise."""
    return _today() + timedelta(days=DEFAULT_DAYS)


def _back_to(regrading_id: int | None) -> AnyResponse:
    if regrading_id is None:
        return redirect(url_for("regradings.index"))
    return redirect(url_for("regradings.show", regrading_id=regrading_id))


def _pdf(content: bytes, filename: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=filename)
    return answer


def _ask_page(document_id: int, form: FieldErrors) -> str:
    document = registering.get_document(current_runtime(), current_actor(), document_id)
    cards: list[tuple[str, Any]] = [
        (level.code, level) for key, level, _ in level_choices() if key.startswith(f"{document.row.scheme}:")
    ]
    return render_template(
        "regradings/ask.html",
        document=document,
        levels=cards,
        ends=ENDS,
        entered=form.entered,
        errors=form.errors,
    )


def _said(refusal: RegistryError) -> str:
    words = errors.words_of(refusal)
    return f"{words.sentence} {words.next_step}"


def _today() -> date:
    runtime = current_runtime()
    return day_of(runtime.now(), runtime.settings)
