"""The people of a meeting: cleared, named, approved, educated, pledged, seated, and guarding."""

from pydantic import AwareDatetime, Field

from registry.rules.roles import Action
from registry.rules.words import AttendeeState
from service.api.area import Model
from service.api.meetings.area import area
from service.flows import meetings
from service.login import current_actor, current_runtime


class NewAttendee(Model):
    """Who comes, perhaps in another's place."""

    person_id: int
    replaces_id: int | None = None


class AttendeeDecision(Model):
    """Whether an attendee is approved."""

    agreed: bool


class AttendeeStanding(Model):
    """What has become of an attendee."""

    state: AttendeeState


class NewGuard(Model):
    """Who guards, and where."""

    person_id: int
    post: str = Field(min_length=1, max_length=120)


class Education(Model):
    """Who had their secrecy education."""

    person_ids: list[int] = Field(min_length=1, max_length=500)


class NewSeat(Model):
    """Where an attendee sits."""

    seat: str = Field(min_length=1, max_length=16)


class PersonalPin(Model):
    """What proves a person."""

    pin: str = Field(max_length=12)


class NewClearance(Model):
    """Up to which level of a scheme a person is cleared, and until when."""

    scheme: str = Field(max_length=16)
    level: str = Field(max_length=32)
    until: AwareDatetime


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/guards",
    summary="Post a guard.",
    body=NewGuard,
    action=Action.MANAGE_MEETINGS,
)
def post_guard(meeting_id: int, body: NewGuard) -> None:
    """Post a guard."""
    meetings.post_guard(current_runtime(), current_actor(), meeting_id, body.person_id, body.post)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/attendees",
    summary="Put a person on the list, perhaps in another's place.",
    body=NewAttendee,
    action=Action.MANAGE_MEETINGS,
)
def name_attendee(meeting_id: int, body: NewAttendee) -> None:
    """Name an attendee."""
    meetings.name_attendee(
        current_runtime(), current_actor(), meeting_id, body.person_id, replaces_id=body.replaces_id
    )


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/attendees/<int:person_id>/decision",
    summary="Approve or refuse an attendee.",
    body=AttendeeDecision,
    answer=AttendeeStanding,
    action=Action.APPROVE_ATTENDANCE,
)
def decide_attendee(meeting_id: int, person_id: int, body: AttendeeDecision) -> AttendeeStanding:
    """Decide about an attendee."""
    state = meetings.decide_attendee(
        current_runtime(), current_actor(), meeting_id, person_id, agreed=body.agreed
    )
    return AttendeeStanding(state=state)


@area.operation(
    "DELETE",
    "/meetings/<int:meeting_id>/attendees/<int:person_id>",
    summary="Take a person off the list.",
    action=Action.MANAGE_MEETINGS,
)
def strike_attendee(meeting_id: int, person_id: int) -> None:
    """Take a person off the list."""
    meetings.strike_attendee(current_runtime(), current_actor(), meeting_id, person_id)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/education",
    summary="Record that attendees had their secrecy education.",
    body=Education,
    action=Action.MANAGE_MEETINGS,
)
def educate(meeting_id: int, body: Education) -> None:
    """Record an education."""
    meetings.educate(current_runtime(), current_actor(), meeting_id, body.person_ids)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/pledge",
    summary="Sign the pledge of secrecy for a meeting.",
    action=Action.ATTEND_MEETING,
)
def pledge(meeting_id: int) -> None:
    """Sign the pledge."""
    meetings.pledge(current_runtime(), current_actor(), meeting_id)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/attendees/<int:person_id>/pledge",
    summary="Let an attendee prove themselves and sign the pledge.",
    body=PersonalPin,
    action=Action.MANAGE_MEETINGS,
)
def pledge_by_pin(meeting_id: int, person_id: int, body: PersonalPin) -> None:
    """Let an attendee sign."""
    meetings.pledge_by_pin(current_runtime(), current_actor(), meeting_id, person_id, body.pin)


@area.operation(
    "PUT",
    "/meetings/<int:meeting_id>/attendees/<int:person_id>/seat",
    summary="Give an attendee a seat.",
    body=NewSeat,
    action=Action.MANAGE_MEETINGS,
)
def seat_attendee(meeting_id: int, person_id: int, body: NewSeat) -> None:
    """Seat an attendee."""
    meetings.seat(current_runtime(), current_actor(), meeting_id, person_id, body.seat)


@area.operation(
    "PUT",
    "/people/<int:person_id>/clearance",
    summary="Clear a person up to a level of a scheme until a time.",
    body=NewClearance,
    action=Action.GRANT_CLEARANCE,
)
def grant_clearance(person_id: int, body: NewClearance) -> None:
    """Clear a person."""
    meetings.grant_clearance(
        current_runtime(),
        current_actor(),
        person_id,
        scheme=body.scheme,
        level=body.level,
        until=body.until,
    )
