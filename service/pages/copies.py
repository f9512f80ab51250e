"""Copies: the list, finding one by scan, and the page of one copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import LazyString, gettext, lazy_gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import InvalidError, RegistryError, UnknownError
from registry.rules import roles
from registry.rules.codes import human_code
from registry.rules.lifecycle import AT_HAND, State, Step
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action
from registry.views.copies import CopyFilter
from service import errors
from service.flows import copies, losses, printing
from service.flows.copies import CopyStory
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.batches import after_spoiling
from service.pages.receivers import PersonUnclear, find_person
from service.papers.codes import draw_qr

blueprint = Blueprint("copies", __name__, url_prefix="/copies")

SVG_TYPE = "image/svg+xml"


@dataclass(frozen=True)
class Act:
    """Something that can be done next with a copy, on another page."""

    label: LazyString
    icon: str
    endpoint: str
    step: Step
    action: Action


ACTS: Final = (
    Act(lazy_gettext("Hand out"), "arrow-left-right", "counter.desk", Step.OFFER, Action.HAND_OVER),
    Act(lazy_gettext("Let it circulate"), "arrow-repeat", "circulations.new", Step.OFFER, Action.CIRCULATE),
    Act(lazy_gettext("Take back"), "arrow-return-left", "counter.desk", Step.RETURN, Action.RETURN),
    Act(lazy_gettext("Ask to take it out"), "door-open", "permits.new", Step.EXIT, Action.REQUEST_TAKE_OUT),
    Act(lazy_gettext("Destruction"), "fire", "destruction.index", Step.SEAL, Action.BUILD_DESTRUCTION_LIST),
)


@dataclass(frozen=True)
class Report:
    """Something that happened to a copy and is told on its own page."""

    step: Step
    action: Action
    label: LazyString
    question: LazyString
    text: LazyString
    icon: str


REPORTS: Final = (
    Report(
        Step.MISS,
        Action.REPORT_MISSING,
        lazy_gettext("Cannot be found"),
        lazy_gettext("Report that this copy cannot be found?"),
        lazy_gettext("Whoever answers for it goes on answering. The clock for the report runs from now on."),
        "question-diamond",
    ),
    Report(
        Step.DECLARE_LOST,
        Action.DECLARE_LOST,
        lazy_gettext("Declare lost"),
        lazy_gettext("Declare this copy lost?"),
        lazy_gettext("It stays on the books as lost, and every gate stops it."),
        "exclamation-octagon",
    ),
)


FOUND_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pin-refused": "pin",
        "pin-closed": "pin",
        "not-an-independent-approver": "approver",
        "not-permitted": "approver",
    }
)
"""Where on the form of a finding a refusal is shown, by its code; others are shown as a page."""


class ReportForm(Form):
    """What became of a copy."""

    step: Literal[Step.MISS, Step.DECLARE_LOST]
    reason: Annotated[str, StringConstraints(max_length=REASON_LIMIT)]


class FoundForm(Form):
    """Where a missing copy was, and the leader who agrees that it is found."""

    reason: Annotated[str, StringConstraints(max_length=REASON_LIMIT)]
    approver: Annotated[str, StringConstraints(max_length=120)]
    pin: Annotated[str, StringConstraints(max_length=12)]


class SpoilForm(Form):
    """How the printer spoiled a copy."""

    reason: Annotated[str, StringConstraints(max_length=REASON_LIMIT)]


@blueprint.get("/")
@require(Action.READ_OWN_HOLDINGS)
def index() -> str:
    """List the copies that the visitor may know of."""
    runtime, actor = current_runtime(), current_actor()
    wanted = _asked_filter()
    found = copies.listing(runtime, actor, wanted, page=max(1, request.args.get("page", 1, type=int)))
    return render_template(
        "copies/index.html",
        found=found,
        wanted=wanted,
        narrowed=copies.describe(runtime, actor, wanted),
        states=list(State),
        overdue=wanted.overdue_at is not None,
        now=runtime.now(),
        page_url=partial(_page_url, request.args.to_dict()),
    )


@blueprint.route("/find", methods=["GET", "POST"])
@require(Action.READ_OWN_HOLDINGS)
def find() -> AnyResponse:
    """Open the copy that was scanned or typed, wherever that was done."""
    text = request.form.get("raw") or request.args.get("q", "")
    try:
        code = copies.find(current_runtime(), current_actor(), text[:200])
    except (InvalidError, UnknownError) as refusal:
        words = errors.words_of(refusal)
        flash(f"{words.sentence} {words.next_step}", "danger")
        return redirect(url_for("copies.index"))
    return redirect(url_for("copies.show", code=code))


@blueprint.get("/<code>")
@require(Action.READ_OWN_HOLDINGS)
def show(code: str) -> str:
    """Show one copy with everything that is known of it."""
    return _copy_page(code)


@blueprint.get("/<code>/pages/<int:page>/qr.svg")
@require(Action.RELEASE_PRINT)
def qr(code: str, page: int) -> Response:
    """Send the QR code of one page as a picture."""
    text = copies.mark_text(current_runtime(), current_actor(), code, page)
    return Response(draw_qr(text), mimetype=SVG_TYPE)


@blueprint.post("/<code>/spoil")
@require(Action.SPOIL)
def spoil(code: str) -> AnyResponse | tuple[str, int]:
    """Record that the printer spoiled this copy, and have what replaces it made."""
    form = parse_form(SpoilForm)
    if isinstance(form, FieldErrors):
        return _copy_page(code, form.errors), 422
    found = printing.spoil(current_runtime(), current_actor(), [code], form.reason)
    return after_spoiling(found.batch_id, url_for("copies.show", code=code))


@blueprint.post("/<code>/report")
@require(Action.REPORT_MISSING)
def report(code: str) -> AnyResponse | tuple[str, int]:
    """Record that this copy is missing or lost."""
    form = parse_form(ReportForm)
    if isinstance(form, FieldErrors):
        return _copy_page(code, form.errors), 422
    losses.report(current_runtime(), current_actor(), human_code(code), form.step, form.reason)
    flash(gettext("What became of the copy is on record."), "success")
    return redirect(url_for("copies.show", code=code))


@blueprint.post("/<code>/finding")
@require(Action.FIND)
def found(code: str) -> AnyResponse | tuple[str, int]:
    """Record that this copy lies before the clerk, and that a leader agrees."""
    form = parse_form(FoundForm)
    if isinstance(form, FieldErrors):
        return _copy_page(code, form.errors), 422
    try:
        losses.find(
            current_runtime(),
            current_actor(),
            human_code(code),
            form.reason,
            approver_id=find_person(form.approver),
            pin=form.pin,
        )
    except PersonUnclear as unclear:
        return _copy_page(code, {"approver": unclear.words}), 422
    except RegistryError as refusal:
        if refusal.code not in FOUND_FIELDS:
            raise
        words = errors.words_of(refusal)
        wrong = {FOUND_FIELDS[refusal.code]: f"{words.sentence} {words.next_step}"}
        return _copy_page(code, wrong), errors.status_of(refusal)
    flash(gettext("The copy is with the registry again; its loss is over."), "success")
    return redirect(url_for("copies.show", code=code))


def _copy_page(code: str, wrong: Mapping[str, str] | None = None) -> str:
    runtime = current_runtime()
    story = copies.story(runtime, current_actor(), code)
    return render_template(
        "copies/show.html",
        story=story,
        view=story.view,
        copy=story.view.copy,
        acts=_acts(story),
        reports=_reports(story),
        may_recopy=_may_recopy(story),
        may_find=Step.FIND in story.steps and roles.may(current_actor(), Action.FIND),
        loss=losses.find_loss(runtime, current_actor(), code),
        reads_jobs=roles.may(current_actor(), Action.READ_COPYING),
        reads_runs=roles.may(current_actor(), Action.READ_REGISTER, unit_id=story.view.issuing_unit_id),
        errors=wrong or {},
        now=runtime.now(),
    )


def _may_recopy(story: CopyStory) -> bool:
    """Tell whether the visitor could ask for re-copies made after this copy."""
    copy = story.view.copy
    may = roles.may(current_actor(), Action.REQUEST_COPYING, unit_id=story.view.issuing_unit_id)
    return may and copy.state in AT_HAND and not copy.declassified


def _acts(story: CopyStory) -> list[tuple[Act, str]]:
    """Return what the visitor can go on to do with the copy, and where."""
    actor, code = current_actor(), story.view.copy.code
    return [
        (act, url_for(act.endpoint, copy=code))
        for act in ACTS
        if act.step in story.steps and roles.may(actor, act.action)
    ]


def _reports(story: CopyStory) -> list[Report]:
    """Return what the visitor can report about the copy in its present state."""
    actor = current_actor()
    return [one for one in REPORTS if one.step in story.steps and roles.may(actor, one.action)]


def _asked_filter() -> CopyFilter:
    state = request.args.get("state", "")
    return CopyFilter(
        state=State(state) if state in set(State) else None,
        document_id=request.args.get("document", type=int),
        holder_id=request.args.get("holder", type=int),
        batch_id=request.args.get("batch", type=int),
        overdue_at=current_runtime().now() if request.args.get("overdue") else None,
    )


def _page_url(arguments: dict[str, Any], number: int) -> str:
    return url_for("copies.index", **{**arguments, "page": number})
