"""What is out at a meeting: given out, taken back, or signed to stay out."""

from pydantic import Field

from registry.rules.roles import Action
from registry.rules.words import MeetingThing, Outstanding
from service.api.area import Model
from service.api.meetings.area import area
from service.flows import meetings
from service.login import current_actor, current_runtime


class NewThing(Model):
    """A notebook that goes out, or a device that is taken in."""

    kind: MeetingThing
    person_id: int
    what: str = Field(default="", max_length=120)


class ThingNumber(Model):
    """The number that the thing got."""

    number: int


class Left(Model):
    """How many things are still out."""

    outstanding: int


class NewOutstanding(Model):
    """Why one thing stays out."""

    kind: Outstanding
    key: str = Field(min_length=1, max_length=32)
    reason: str = Field(min_length=1, max_length=300)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/things",
    summary="Give a numbered notebook out, or take a device in.",
    body=NewThing,
    answer=ThingNumber,
    status=201,
    action=Action.MANAGE_MEETINGS,
)
def hand_out(meeting_id: int, body: NewThing) -> ThingNumber:
    """Give out or take in."""
    number = meetings.hand_out(
        current_runtime(), current_actor(), meeting_id, body.kind, body.person_id, what=body.what
    )
    return ThingNumber(number=number)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/notebooks/<int:number>/return",
    summary="Take a notebook back.",
    answer=Left,
    action=Action.MANAGE_MEETINGS,
)
def take_notebook_back(meeting_id: int, number: int) -> Left:
    """Take a notebook back."""
    return _taken_back(meeting_id, MeetingThing.NOTEBOOK, number)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/deposits/<int:number>/return",
    summary="Give a device back to its owner.",
    answer=Left,
    action=Action.MANAGE_MEETINGS,
)
def give_deposit_back(meeting_id: int, number: int) -> Left:
    """Give a device back."""
    return _taken_back(meeting_id, MeetingThing.DEPOSIT, number)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/exceptions",
    summary="Sign that one thing stays out, and why.",
    body=NewOutstanding,
    action=Action.SIGN_EXCEPTION,
)
def make_exception(meeting_id: int, body: NewOutstanding) -> None:
    """Sign an exception."""
    meetings.make_exception(
        current_runtime(), current_actor(), meeting_id, body.kind, body.key, reason=body.reason
    )


def _taken_back(meeting_id: int, kind: MeetingThing, number: int) -> Left:
    left = meetings.take_back(current_runtime(), current_actor(), meeting_id, kind, number)
    return Left(outstanding=left)
