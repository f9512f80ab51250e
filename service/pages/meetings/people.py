"""The people of a meeting: named, approved, educated, pledged, seated, and guarding."""

from typing import Annotated, Literal

from flask_babel import gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response

from registry.rules.limits import PLACE_LIMIT
from registry.rules.roles import Action
from service.flows import meetings
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.meetings.fields import Person, PinForm
from service.pages.meetings.page import blueprint, done, meeting_page
from service.pages.receivers import find_person


class AttendeeForm(Form):
    """Who comes, perhaps in another's place."""

    attendee: Person
    replaces: int | None = None


class GuardForm(Form):
    """Who guards, and where."""

    guard: Person
    post: Annotated[str, StringConstraints(max_length=PLACE_LIMIT)]


class DecisionForm(Form):
    """Whether an attendee is approved."""

    answer: Literal["agree", "refuse"]


class SeatForm(Form):
    """Where an attendee sits."""

    seat: Annotated[str, StringConstraints(max_length=16)]


@blueprint.post("/<int:meeting_id>/guards")
@require(Action.MANAGE_MEETINGS)
def post_guard(meeting_id: int) -> Response | tuple[str, int]:
    """Post a guard."""
    form = parse_form(GuardForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.post_guard(
            current_runtime(), current_actor(), meeting_id, find_person(form.guard), form.post
        ),
        gettext("The guard is posted."),
        field="guard",
    )


@blueprint.post("/<int:meeting_id>/attendees")
@require(Action.MANAGE_MEETINGS)
def name_attendee(meeting_id: int) -> Response | tuple[str, int]:
    """Put a person on the list."""
    form = parse_form(AttendeeForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.name_attendee(
            current_runtime(),
            current_actor(),
            meeting_id,
            find_person(form.attendee),
            replaces_id=form.replaces,
        ),
        gettext("The attendee is named and waits for approval."),
        field="attendee",
    )


@blueprint.post("/<int:meeting_id>/attendees/<int:person_id>/decision")
@require(Action.APPROVE_ATTENDANCE)
def decide_attendee(meeting_id: int, person_id: int) -> Response | tuple[str, int]:
    """Approve or refuse an attendee."""
    form = parse_form(DecisionForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    agreed = form.answer == "agree"
    return done(
        meeting_id,
        lambda: meetings.decide_attendee(
            current_runtime(), current_actor(), meeting_id, person_id, agreed=agreed
        ),
        gettext("The attendee is approved.") if agreed else gettext("The attendee is refused."),
        field=f"attendee-{person_id}",
    )


@blueprint.post("/<int:meeting_id>/attendees/<int:person_id>/striking")
@require(Action.MANAGE_MEETINGS)
def strike_attendee(meeting_id: int, person_id: int) -> Response | tuple[str, int]:
    """Take a person off the list."""
    return done(
        meeting_id,
        lambda: meetings.strike_attendee(current_runtime(), current_actor(), meeting_id, person_id),
        gettext("The person is off the list."),
        field=f"attendee-{person_id}",
    )


@blueprint.post("/<int:meeting_id>/attendees/<int:person_id>/education")
@require(Action.MANAGE_MEETINGS)
def educate(meeting_id: int, person_id: int) -> Response | tuple[str, int]:
    """Record that an attendee had their secrecy education."""
    return done(
        meeting_id,
        lambda: meetings.educate(current_runtime(), current_actor(), meeting_id, [person_id]),
        gettext("The education is recorded."),
        field=f"attendee-{person_id}",
    )


@blueprint.post("/<int:meeting_id>/attendees/<int:person_id>/seat")
@require(Action.MANAGE_MEETINGS)
def seat(meeting_id: int, person_id: int) -> Response | tuple[str, int]:
    """Give an attendee a seat."""
    form = parse_form(SeatForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.seat(current_runtime(), current_actor(), meeting_id, person_id, form.seat),
        gettext("The seat is assigned."),
        field=f"attendee-{person_id}",
    )


@blueprint.post("/<int:meeting_id>/pledge")
@require(Action.ATTEND_MEETING)
def pledge(meeting_id: int) -> Response | tuple[str, int]:
    """Sign the pledge with one's own account."""
    return done(
        meeting_id,
        lambda: meetings.pledge(current_runtime(), current_actor(), meeting_id),
        gettext("Your pledge is signed."),
    )


@blueprint.post("/<int:meeting_id>/attendees/<int:person_id>/pledge")
@require(Action.MANAGE_MEETINGS)
def pledge_by_pin(meeting_id: int, person_id: int) -> Response | tuple[str, int]:
    """Let an attendee sign the pledge with their PIN."""
    form = parse_form(PinForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.pledge_by_pin(current_runtime(), current_actor(), meeting_id, person_id, form.pin),
        gettext("The pledge is signed."),
        field=f"attendee-{person_id}",
    )
