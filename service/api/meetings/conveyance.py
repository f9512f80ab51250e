"""A meeting is passed on: its scope, its press, its listeners."""

from pydantic import AwareDatetime, Field

from registry.rules.facts import ConveyanceFacts
from registry.rules.roles import Action
from registry.rules.words import ConveyedAs
from service.api.area import Model
from service.api.meetings.area import area
from service.api.meetings.people import PersonalPin
from service.flows import meetings
from service.flows.meetings import PressWish, WideningWish
from service.login import current_actor, current_runtime


class Scope(Model):
    """The units within which content may be passed on."""

    unit_ids: list[int] = Field(max_length=500)


class WantedPress(Model):
    """Whom a meeting shall let in."""

    outlet: str = Field(min_length=1, max_length=120)
    persons: str = Field(min_length=1, max_length=300)
    reason: str = Field(min_length=1, max_length=300)
    until: AwareDatetime


class WantedListeners(Model):
    """To whom content shall be passed on beyond its scope."""

    person_ids: list[int] = Field(min_length=1, max_length=500)
    reason: str = Field(min_length=1, max_length=300)
    until: AwareDatetime


class MeetingRequest(Model):
    """A request for approval about a meeting."""

    request_id: int


class NewConveyance(Model):
    """What the caller passes on, where, and to whom."""

    form: ConveyedAs
    content: str = Field(min_length=1, max_length=500)
    place: str = Field(min_length=1, max_length=120)
    listener_ids: list[int] = Field(min_length=1, max_length=500)
    notes_allowed: bool
    request_id: int | None = None


class ConveyanceId(Model):
    """Which conveyance."""

    id: int


@area.operation(
    "PUT",
    "/meetings/<int:meeting_id>/scope",
    summary="Say within which units content may be passed on.",
    body=Scope,
    action=Action.MANAGE_MEETINGS,
)
def set_scope(meeting_id: int, body: Scope) -> None:
    """Set the scope."""
    meetings.set_scope(current_runtime(), current_actor(), meeting_id, body.unit_ids)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/press/requests",
    summary="Ask that press is let in.",
    body=WantedPress,
    answer=MeetingRequest,
    status=201,
    action=Action.REQUEST_CONVEYING,
)
def ask_press(meeting_id: int, body: WantedPress) -> MeetingRequest:
    """Ask for press."""
    wish = PressWish(outlet=body.outlet, persons=body.persons, reason=body.reason, until=body.until)
    return MeetingRequest(request_id=meetings.ask_press(current_runtime(), current_actor(), meeting_id, wish))


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/press",
    summary="Let press in as an approval names it.",
    body=MeetingRequest,
    action=Action.MANAGE_MEETINGS,
)
def admit_press(meeting_id: int, body: MeetingRequest) -> None:
    """Let press in."""
    meetings.admit_press(current_runtime(), current_actor(), meeting_id, body.request_id)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/conveyances/requests",
    summary="Ask that content may be passed on beyond its scope.",
    body=WantedListeners,
    answer=MeetingRequest,
    status=201,
    action=Action.REQUEST_CONVEYING,
)
def ask_widening(meeting_id: int, body: WantedListeners) -> MeetingRequest:
    """Ask for a wider scope."""
    wish = WideningWish(listeners=tuple(body.person_ids), reason=body.reason, until=body.until)
    return MeetingRequest(
        request_id=meetings.ask_widening(current_runtime(), current_actor(), meeting_id, wish)
    )


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/conveyances",
    summary="Record what you pass on and to whom, before they sign in.",
    body=NewConveyance,
    answer=ConveyanceId,
    status=201,
    action=Action.ATTEND_MEETING,
)
def convey(meeting_id: int, body: NewConveyance) -> ConveyanceId:
    """Pass on."""
    facts = ConveyanceFacts(body.form, body.content, body.place, tuple(body.listener_ids), body.notes_allowed)
    made = meetings.convey(current_runtime(), current_actor(), meeting_id, facts, request_id=body.request_id)
    return ConveyanceId(id=made)


@area.operation(
    "POST",
    "/conveyances/<int:conveyance_id>/signature",
    summary="Sign for what you were told.",
    action=Action.ATTEND_MEETING,
)
def sign_in(conveyance_id: int) -> None:
    """Sign in."""
    meetings.sign_in(current_runtime(), current_actor(), conveyance_id)


@area.operation(
    "POST",
    "/conveyances/<int:conveyance_id>/listeners/<int:person_id>/signature",
    summary="Let a listener prove themselves and sign.",
    body=PersonalPin,
    action=Action.ATTEND_MEETING,
)
def sign_in_by_pin(conveyance_id: int, person_id: int, body: PersonalPin) -> None:
    """Let a listener sign."""
    meetings.sign_in_by_pin(current_runtime(), current_actor(), conveyance_id, person_id, body.pin)
