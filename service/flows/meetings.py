"""Meetings: planned, raised or lowered, listed."""

from registry.acts import meetings
from registry.rules.facts import MeetingFacts
from registry.rules.roles import Actor
from registry.views import meetings as views
from registry.views.meetings import MeetingRow
from service.runtime import Runtime


def plan(runtime: Runtime, actor: Actor, facts: MeetingFacts) -> int:
    """Register a meeting and return its id."""
    with runtime.deed(actor, "meeting.plan", f"unit:{facts.unit_id}") as session:
        return meetings.plan(
            session, facts, enabled=runtime.settings.enabled_schemes, actor=actor, now=runtime.now()
        )


def set_level(runtime: Runtime, actor: Actor, meeting_id: int, level: str) -> None:
    """Change a meeting's level within its scheme; never below that of one of its documents."""
    with runtime.deed(actor, "meeting.set-level", f"meeting:{meeting_id}") as session:
        views.meeting(session, meeting_id, actor)
        enabled = runtime.settings.enabled_schemes
        meetings.set_level(session, meeting_id, level, enabled=enabled, actor=actor, now=runtime.now())


def list_meetings(runtime: Runtime, actor: Actor, *, only_open: bool = False) -> tuple[MeetingRow, ...]:
    """Return the meetings that the actor manages, latest first."""
    with runtime.database.reading() as session:
        return views.meetings(session, actor, only_open=only_open)


def get_meeting(runtime: Runtime, actor: Actor, meeting_id: int) -> MeetingRow:
    """Return one meeting.

    Raises:
        UnknownRow: there is none, or none that the actor may know of.
    """
    with runtime.database.reading() as session:
        return views.meeting(session, meeting_id, actor)
