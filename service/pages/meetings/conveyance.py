"""A meeting is passed on: its scope, its press, its listeners."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from flask_babel import gettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response

from registry.rules.facts import ConveyanceFacts
from registry.rules.limits import PLACE_LIMIT
from registry.rules.roles import Action
from registry.rules.words import ConveyedAs
from service.flows import meetings
from service.flows.meetings import PressWish, WideningWish
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.meetings.fields import PinForm, Reason, Remark
from service.pages.meetings.page import blueprint, done, meeting_page
from service.pages.receivers import find_person
from service.times import day_of, end_of_day

APPROVAL_DAYS: Final = 14
"""How long an approval for press or for passing on can be used; ours, a fortnight."""


class ScopeForm(Form):
    """The units within which content may be passed on."""

    units: list[int] = Field(default=[], max_length=500)


class PressForm(Form):
    """Whom a meeting shall let in."""

    outlet: Annotated[str, StringConstraints(max_length=PLACE_LIMIT)]
    press_persons: Reason
    press_reason: Reason


class RequestForm(Form):
    """An approval to be carried out."""

    request_id: int


class WideningForm(Form):
    """To whom content shall be passed on beyond its scope: names or numbers, one a line."""

    widen_to: Annotated[str, StringConstraints(max_length=2000)]
    widen_reason: Reason


class ConveyForm(Form):
    """What is passed on, where, and to whom: names or numbers, one a line."""

    form: ConveyedAs
    content: Remark
    told_at: Annotated[str, StringConstraints(max_length=PLACE_LIMIT)]
    audience: Annotated[str, StringConstraints(max_length=2000)]
    notes: Literal["yes", ""] = ""
    request_id: int | None = None


@blueprint.post("/<int:meeting_id>/scope")
@require(Action.MANAGE_MEETINGS)
def set_scope(meeting_id: int) -> Response | tuple[str, int]:
    """Say within which units the content may be passed on."""
    form = parse_form(ScopeForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.set_scope(current_runtime(), current_actor(), meeting_id, form.units),
        gettext("The scope is set."),
        field="units",
    )


@blueprint.post("/<int:meeting_id>/press/requests")
@require(Action.REQUEST_CONVEYING)
def ask_press(meeting_id: int) -> Response | tuple[str, int]:
    """Ask that press is let in."""
    form = parse_form(PressForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    wish = PressWish(
        outlet=form.outlet, persons=form.press_persons, reason=form.press_reason, until=_fortnight()
    )
    return done(
        meeting_id,
        lambda: meetings.ask_press(current_runtime(), current_actor(), meeting_id, wish),
        gettext("The request is sent."),
        field="outlet",
    )


@blueprint.post("/<int:meeting_id>/press")
@require(Action.MANAGE_MEETINGS)
def admit_press(meeting_id: int) -> Response | tuple[str, int]:
    """Let press in as an approval names it."""
    form = parse_form(RequestForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.admit_press(current_runtime(), current_actor(), meeting_id, form.request_id),
        gettext("The press is let in, on the record."),
        field="outlet",
    )


@blueprint.post("/<int:meeting_id>/conveyances/requests")
@require(Action.REQUEST_CONVEYING)
def ask_widening(meeting_id: int) -> Response | tuple[str, int]:
    """Ask that content may be passed on beyond its scope."""
    form = parse_form(WideningForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422

    def ask() -> None:
        listeners = tuple(find_person(line) for line in form.widen_to.splitlines() if line.strip())
        wish = WideningWish(listeners=listeners, reason=form.widen_reason, until=_fortnight())
        meetings.ask_widening(current_runtime(), current_actor(), meeting_id, wish)

    return done(meeting_id, ask, gettext("The request is sent."), field="widen_to")


@blueprint.post("/<int:meeting_id>/conveyances")
@require(Action.ATTEND_MEETING)
def convey(meeting_id: int) -> Response | tuple[str, int]:
    """Record what the visitor passes on, and to whom."""
    form = parse_form(ConveyForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422

    def tell() -> None:
        listeners = tuple(find_person(line) for line in form.audience.splitlines() if line.strip())
        facts = ConveyanceFacts(form.form, form.content, form.told_at, listeners, form.notes == "yes")
        meetings.convey(current_runtime(), current_actor(), meeting_id, facts, request_id=form.request_id)

    return done(meeting_id, tell, gettext("It is recorded. The listeners sign in now."), field="audience")


@blueprint.post("/<int:meeting_id>/conveyances/<int:conveyance_id>/signature")
@require(Action.ATTEND_MEETING)
def sign_in(meeting_id: int, conveyance_id: int) -> Response | tuple[str, int]:
    """Sign for what one was told."""
    return done(
        meeting_id,
        lambda: meetings.sign_in(current_runtime(), current_actor(), conveyance_id),
        gettext("You have signed for what you were told."),
    )


@blueprint.post("/<int:meeting_id>/conveyances/<int:conveyance_id>/listeners/<int:person_id>/signature")
@require(Action.ATTEND_MEETING)
def sign_in_by_pin(meeting_id: int, conveyance_id: int, person_id: int) -> Response | tuple[str, int]:
    """Let a listener sign with their PIN."""
    form = parse_form(PinForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.sign_in_by_pin(
            current_runtime(), current_actor(), conveyance_id, person_id, form.pin
        ),
        gettext("The listener has signed."),
        field="audience",
    )


def _fortnight() -> datetime:
    """Return the end of the last day on which an approval asked for now can be used."""
    runtime = current_runtime()
    return end_of_day(
        day_of(runtime.now(), runtime.settings) + timedelta(days=APPROVAL_DAYS), runtime.settings
    )
