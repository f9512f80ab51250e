"""A meeting takes its course: ready, begun, over, closed, or called off."""

from registry.rules.roles import Action
from service.api.meetings.area import area
from service.api.meetings.planning import Why
from service.flows import meetings
from service.login import current_actor, current_runtime


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/readiness",
    summary="Declare a meeting ready; refused while a mandatory check is open.",
    action=Action.MANAGE_MEETINGS,
)
def make_ready(meeting_id: int) -> None:
    """Declare it ready."""
    meetings.make_ready(current_runtime(), current_actor(), meeting_id)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/beginning",
    summary="Record that a ready meeting begins.",
    action=Action.MANAGE_MEETINGS,
)
def begin_meeting(meeting_id: int) -> None:
    """Begin it."""
    meetings.begin(current_runtime(), current_actor(), meeting_id)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/end",
    summary="Record that a meeting is over.",
    action=Action.MANAGE_MEETINGS,
)
def end_meeting(meeting_id: int) -> None:
    """End it."""
    meetings.end(current_runtime(), current_actor(), meeting_id)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/closing",
    summary="Close a meeting at zero, or with a signed exception for each thing that is out.",
    action=Action.MANAGE_MEETINGS,
)
def close_meeting(meeting_id: int) -> None:
    """Close it."""
    meetings.close(current_runtime(), current_actor(), meeting_id)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/cancellation",
    summary="Call a meeting off that has not begun; everything of it must be back.",
    body=Why,
    action=Action.MANAGE_MEETINGS,
)
def cancel_meeting(meeting_id: int, body: Why) -> None:
    """Call it off."""
    meetings.cancel(current_runtime(), current_actor(), meeting_id, body.reason)
