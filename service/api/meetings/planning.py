"""A meeting is planned: its level, its agenda, and the checks of its plan."""

from pydantic import AwareDatetime, Field

from registry.rules.facts import AgendaItem, MeetingFacts
from registry.rules.roles import Action
from service.api.area import Model
from service.api.meetings.area import area
from service.api.meetings.shapes import Item
from service.flows import meetings
from service.login import current_actor, current_runtime


class NewMeeting(Model):
    """A meeting to plan."""

    title: str = Field(min_length=1, max_length=200)
    scheme: str = Field(max_length=16)
    level: str = Field(max_length=32)
    unit_id: int
    place: str = Field(min_length=1, max_length=120)
    starts_at: AwareDatetime


class MeetingId(Model):
    """Which meeting."""

    id: int


class NewLevel(Model):
    """A level of the meeting's scheme."""

    level: str = Field(max_length=32)


class Agenda(Model):
    """The items; the highest decides the level."""

    items: list[Item] = Field(max_length=60)


class CheckOwner(Model):
    """Whose a check is, until when."""

    person_id: int
    due_at: AwareDatetime


class CheckEvidence(Model):
    """What is shown for a check."""

    evidence: str = Field(min_length=1, max_length=500)


class Why(Model):
    """Why."""

    reason: str = Field(min_length=1, max_length=300)


@area.operation(
    "POST",
    "/meetings",
    summary="Plan a meeting; the secrecy plan of its level is drawn up.",
    body=NewMeeting,
    answer=MeetingId,
    status=201,
    action=Action.MANAGE_MEETINGS,
)
def plan_meeting(body: NewMeeting) -> MeetingId:
    """Plan a meeting."""
    facts = MeetingFacts(body.title, body.scheme, body.level, body.unit_id, body.place, body.starts_at)
    return MeetingId(id=meetings.plan(current_runtime(), current_actor(), facts))


@area.operation(
    "PUT",
    "/meetings/<int:meeting_id>/level",
    summary="Raise or lower a meeting's level; its plan follows.",
    body=NewLevel,
    action=Action.MANAGE_MEETINGS,
)
def set_level(meeting_id: int, body: NewLevel) -> None:
    """Change the level."""
    meetings.set_level(current_runtime(), current_actor(), meeting_id, body.level)


@area.operation(
    "PUT",
    "/meetings/<int:meeting_id>/agenda",
    summary="State the agenda; the highest item decides the level.",
    body=Agenda,
    answer=NewLevel,
    action=Action.MANAGE_MEETINGS,
)
def assess_meeting(meeting_id: int, body: Agenda) -> NewLevel:
    """State the agenda."""
    items = [AgendaItem(item.title, item.level) for item in body.items]
    return NewLevel(level=meetings.assess(current_runtime(), current_actor(), meeting_id, items))


@area.operation(
    "PUT",
    "/meetings/<int:meeting_id>/checks/<check_id>/owner",
    summary="Give a check of the plan to a person, until a time.",
    body=CheckOwner,
    action=Action.MANAGE_MEETINGS,
)
def assign_check(meeting_id: int, check_id: str, body: CheckOwner) -> None:
    """Assign a check."""
    meetings.assign(
        current_runtime(),
        current_actor(),
        meeting_id,
        check_id,
        owner_id=body.person_id,
        due_at=body.due_at,
    )


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/checks/<check_id>/evidence",
    summary="Mark your own check as done, with evidence.",
    body=CheckEvidence,
    action=Action.ATTEND_MEETING,
)
def fulfil_check(meeting_id: int, check_id: str, body: CheckEvidence) -> None:
    """Fulfil a check."""
    meetings.fulfil(current_runtime(), current_actor(), meeting_id, check_id, body.evidence)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/checks/<check_id>/reopening",
    summary="Take a check back; a ready meeting is planned again.",
    body=Why,
    action=Action.MANAGE_MEETINGS,
)
def reopen_check(meeting_id: int, check_id: str, body: Why) -> None:
    """Take a check back."""
    meetings.reopen(current_runtime(), current_actor(), meeting_id, check_id, body.reason)
