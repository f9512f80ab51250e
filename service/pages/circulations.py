"""Circulations: begun over one copy, passed on reader by reader, with its slip."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import InvalidError, RegistryError, UnknownError
from registry.rules import roles
from registry.rules.circulation import DAYS_AT_MOST, Ending, Turn
from registry.rules.codes import human_code
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action
from service import errors
from service.flows import circulating, copies, lending, people, registering
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.receivers import PersonUnclear, find_person
from service.terms import Look

blueprint = Blueprint("circulations", __name__, url_prefix="/circulations")

RUNS: Final = Look(lazy_gettext("running"), "look", "arrow-repeat")
ENDINGS: Final[Mapping[Ending, Look]] = MappingProxyType(
    {
        Ending.COMPLETED: Look(lazy_gettext("completed"), "ok", "check-lg"),
        Ending.RECALLED: Look(lazy_gettext("ended by a recall"), "quiet", "bell"),
        Ending.STOPPED: Look(lazy_gettext("stopped"), "quiet", "x-lg"),
        Ending.GONE: Look(lazy_gettext("ended, as the copy is gone"), "stop", "question-diamond"),
    }
)
TURNS: Final[Mapping[Turn, Look]] = MappingProxyType(
    {
        Turn.WAITING: Look(lazy_gettext("has not had it yet"), "quiet", "hourglass-split"),
        Turn.OFFERED: Look(lazy_gettext("not signed for"), "look", "hourglass-split"),
        Turn.READING: Look(lazy_gettext("has it"), "look", "person-check"),
        Turn.RETURNED: Look(lazy_gettext("gave it back"), "ok", "check-lg"),
        Turn.SKIPPED: Look(lazy_gettext("passed over"), "quiet", "x-lg"),
    }
)
FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pin-refused": "pin",
        "pin-closed": "pin",
        "circulation-not-separate": "signer",
        "not-permitted": "signer",
        "circulation-needs-readers": "readers",
        "circulation-needs-days": "days",
        "not-cleared": "readers",
        "reader-inactive": "readers",
        "already-circulating": "readers",
    }
)
"""Where on a form a refusal is shown, by its code; others are shown as a page."""
AT_SUBSTITUTE: Final = frozenset({"readers", "days"})
"""What the form of a substitute calls by one field."""

Line = Annotated[str, StringConstraints(max_length=REASON_LIMIT)]
Who = Annotated[str, StringConstraints(max_length=120)]
Pin = Annotated[str, StringConstraints(max_length=12)]


class BeginForm(Form):
    """A list of readers, one in each line, and the leader who agrees to it."""

    copy_code: Who
    readers: Annotated[str, StringConstraints(max_length=4000)]
    reason: Line
    days: int
    signer: Who
    pin: Pin


class ReplaceForm(Form):
    """Somebody in the place of a reader, and the leader who agrees to them."""

    substitute: Who
    reason: Line
    signer: Who
    pin: Pin


class ScanForm(Form):
    """The copy that is given."""

    scan: Annotated[str, StringConstraints(max_length=200)]


class ReasonForm(Form):
    """Why a reader is passed over, or the circulation is stopped."""

    reason: Line


@blueprint.get("/")
@require(Action.READ_CIRCULATIONS)
def index() -> str:
    """List the circulations."""
    runtime, actor = current_runtime(), current_actor()
    return render_template(
        "circulations/index.html",
        rows=circulating.listing(runtime, actor),
        runs=RUNS,
        endings=ENDINGS,
        may_begin=roles.may(actor, Action.CIRCULATE),
        now=runtime.now(),
    )


@blueprint.get("/new")
@require(Action.CIRCULATE)
def new() -> AnyResponse | str:
    """Offer the list of readers of the copy that was scanned or chosen."""
    try:
        code = copies.find(current_runtime(), current_actor(), request.args.get("copy", "")[:200])
    except (InvalidError, UnknownError) as refusal:
        flash(_said(refusal), "danger")
        return redirect(url_for("circulations.index"))
    running = circulating.circulation_of(current_runtime(), current_actor(), code)
    if running is not None:
        return redirect(url_for("circulations.show", circulation_id=running))
    return _new_page(code, {"days": "2"}, {})


@blueprint.post("/")
@require(Action.CIRCULATE)
def begin() -> AnyResponse | tuple[str, int]:
    """Begin a circulation."""
    runtime, actor = current_runtime(), current_actor()
    entered = request.form.to_dict()
    code = copies.find(runtime, actor, entered.get("copy_code", "")[:200])
    form = parse_form(BeginForm)
    if isinstance(form, FieldErrors):
        return _new_page(code, entered, form.errors), 422
    try:
        readers = _persons(form.readers.splitlines())
    except PersonUnclear as unclear:
        return _new_page(code, entered, {"readers": unclear.words}), 422
    try:
        circulation_id = circulating.begin(
            runtime,
            actor,
            human_code(code),
            readers,
            form.reason,
            days=form.days,
            signer_id=find_person(form.signer),
            pin=form.pin,
        )
    except PersonUnclear as unclear:
        return _new_page(code, entered, {"signer": unclear.words}), 422
    except RegistryError as refusal:
        if refusal.code not in FIELDS:
            raise
        return _new_page(code, entered, {FIELDS[refusal.code]: _said(refusal)}), errors.status_of(refusal)
    flash(gettext("The circulation runs. Give the copy to its first reader."), "success")
    return redirect(url_for("circulations.show", circulation_id=circulation_id))


@blueprint.get("/<int:circulation_id>")
@require(Action.READ_CIRCULATIONS)
def show(circulation_id: int) -> str:
    """Show one circulation and what can be done with it now."""
    return _page(circulation_id, {})


@blueprint.post("/<int:circulation_id>/next")
@require(Action.LEND)
def pass_on(circulation_id: int) -> AnyResponse | tuple[str, int]:
    """Give the scanned copy to the reader whose turn it is, who signs on the next page."""
    form = parse_form(ScanForm)
    if isinstance(form, FieldErrors):
        return _page(circulation_id, form.errors), 422
    try:
        hand_over_id = circulating.pass_on(current_runtime(), current_actor(), circulation_id, form.scan)
    except RegistryError as refusal:
        return _page(circulation_id, {"scan": _said(refusal)}), errors.status_of(refusal)
    return redirect(url_for("hand_overs.show", hand_over_id=hand_over_id))


@blueprint.post("/<int:circulation_id>/readers/<int:person_id>/skip")
@require(Action.CIRCULATE)
def skip(circulation_id: int, person_id: int) -> AnyResponse | tuple[str, int]:
    """Pass over a reader who is away."""
    form = parse_form(ReasonForm)
    if isinstance(form, FieldErrors):
        return _page(circulation_id, form.errors), 422
    circulating.skip(current_runtime(), current_actor(), circulation_id, person_id, form.reason)
    flash(gettext("The reader is passed over; the next one's turn comes."), "success")
    return redirect(url_for("circulations.show", circulation_id=circulation_id))


@blueprint.post("/<int:circulation_id>/readers/<int:person_id>/substitute")
@require(Action.CIRCULATE)
def replace(circulation_id: int, person_id: int) -> AnyResponse | tuple[str, int]:
    """Let somebody read in the place of a reader who is away."""
    form = parse_form(ReplaceForm)
    if isinstance(form, FieldErrors):
        return _page(circulation_id, form.errors), 422
    field = "substitute"
    try:
        substitute_id = find_person(form.substitute)
        field = "signer"
        circulating.replace(
            current_runtime(),
            current_actor(),
            circulation_id,
            person_id,
            substitute_id,
            reason=form.reason,
            signer_id=find_person(form.signer),
            pin=form.pin,
        )
    except PersonUnclear as unclear:
        return _page(circulation_id, {field: unclear.words}), 422
    except RegistryError as refusal:
        if refusal.code not in FIELDS:
            raise
        named = FIELDS[refusal.code]
        wrong = {"substitute" if named in AT_SUBSTITUTE else named: _said(refusal)}
        return _page(circulation_id, wrong), errors.status_of(refusal)
    flash(gettext("The substitute is on the list."), "success")
    return redirect(url_for("circulations.show", circulation_id=circulation_id))


@blueprint.post("/<int:circulation_id>/stop")
@require(Action.CIRCULATE)
def stop(circulation_id: int) -> AnyResponse | tuple[str, int]:
    """End a circulation before its time."""
    form = parse_form(ReasonForm)
    if isinstance(form, FieldErrors):
        return _page(circulation_id, form.errors), 422
    circulating.stop(current_runtime(), current_actor(), circulation_id, form.reason)
    flash(gettext("The circulation is stopped."), "success")
    return redirect(url_for("circulations.show", circulation_id=circulation_id))


@blueprint.get("/<int:circulation_id>/slip.pdf")
@require(Action.READ_CIRCULATIONS)
def slip(circulation_id: int) -> Response:
    """Send the circulation slip."""
    answer = Response(
        circulating.slip(current_runtime(), current_actor(), circulation_id), mimetype="application/pdf"
    )
    answer.headers.set("Content-Disposition", "attachment", filename=f"Z-{circulation_id:06d}.pdf")
    return answer


def _persons(lines: Sequence[str]) -> list[int]:
    return [find_person(line) for line in lines if line.strip()]


def _new_page(code: str, entered: Mapping[str, Any], wrong: Mapping[str, str]) -> str:
    runtime, actor = current_runtime(), current_actor()
    copy = copies.story(runtime, actor, code).view.copy
    return render_template(
        "circulations/new.html",
        copy=copy,
        need_to_know=registering.get_document(runtime, actor, copy.document_id).need_to_know,
        persons=people.list_recipients(runtime),
        most_days=DAYS_AT_MOST,
        entered=entered,
        errors=wrong,
    )


def _page(circulation_id: int, wrong: Mapping[str, str]) -> str:
    runtime, actor = current_runtime(), current_actor()
    view = circulating.get_circulation(runtime, actor, circulation_id)
    return render_template(
        "circulations/show.html",
        view=view,
        readable={
            line.person.id for line in view.readers if lending.may_read_hand_over(actor, line.person.id)
        },
        runs=RUNS,
        endings=ENDINGS,
        turns=TURNS,
        may_act=roles.may(actor, Action.CIRCULATE),
        persons=people.list_recipients(runtime),
        entered=request.form,
        errors=wrong,
        now=runtime.now(),
    )


def _said(refusal: RegistryError) -> str:
    words = errors.words_of(refusal)
    return f"{words.sentence} {words.next_step}"
