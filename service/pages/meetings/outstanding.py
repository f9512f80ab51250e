"""What is out at a meeting: given out, taken back, or signed to stay out."""

from typing import Annotated

from flask_babel import gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response

from registry.rules.roles import Action
from registry.rules.words import MeetingThing, Outstanding
from service.flows import meetings
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.meetings.fields import Reason
from service.pages.meetings.page import blueprint, done, meeting_page


class ThingForm(Form):
    """A notebook that goes out, or a device that is taken in."""

    kind: MeetingThing
    thing_of: int
    what: Annotated[str, StringConstraints(max_length=120)] = ""


class ExceptionForm(Form):
    """Why one thing stays out."""

    kind: Outstanding
    key: Annotated[str, StringConstraints(max_length=32)]
    reason: Reason


@blueprint.post("/<int:meeting_id>/things")
@require(Action.MANAGE_MEETINGS)
def hand_out(meeting_id: int) -> Response | tuple[str, int]:
    """Give a notebook out, or take a device in."""
    form = parse_form(ThingForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.hand_out(
            current_runtime(), current_actor(), meeting_id, form.kind, form.thing_of, what=form.what
        ),
        gettext("It is numbered and recorded."),
        field="thing_of",
    )


@blueprint.post("/<int:meeting_id>/things/<any(NOTEBOOK, DEPOSIT):kind>/<int:number>/return")
@require(Action.MANAGE_MEETINGS)
def take_back(meeting_id: int, kind: str, number: int) -> Response | tuple[str, int]:
    """Take a notebook back, or give a device back."""
    return done(
        meeting_id,
        lambda: meetings.take_back(
            current_runtime(), current_actor(), meeting_id, MeetingThing(kind), number
        ),
        gettext("It is back."),
        field="thing_of",
    )


@blueprint.post("/<int:meeting_id>/exceptions")
@require(Action.SIGN_EXCEPTION)
def make_exception(meeting_id: int) -> Response | tuple[str, int]:
    """Sign that one thing stays out."""
    form = parse_form(ExceptionForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.make_exception(
            current_runtime(), current_actor(), meeting_id, form.kind, form.key, reason=form.reason
        ),
        gettext("The exception is signed."),
        field="board",
    )
