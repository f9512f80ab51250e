"""One meeting with everything that the actor may see of it.

Who does not see all of it sees what is theirs: their own line, their own tasks, what was passed on to or by them.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.models import Meeting
from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.views.meetings.board import board_of, things_of
from registry.views.meetings.conveyance import incidents, press, scope, told_of
from registry.views.meetings.lines import MeetingView
from registry.views.meetings.people import attendees_of, guards
from registry.views.meetings.plan import agenda, checks_of
from registry.views.meetings.reach import meeting, sees_all


def whole(session: Session, meeting_id: int, actor: Actor, *, now: datetime) -> MeetingView:
    """Return one meeting with everything that the actor may see of it.

    Raises:
        UnknownRow: there is none under this id, or none that the actor may know of.
    """
    row = meeting(session, meeting_id, actor)
    found = session.get_one(Meeting, meeting_id)
    is_whole = sees_all(actor, found)
    attendees = attendees_of(session, found, actor)
    checks = checks_of(session, found, actor, now)
    mine = next((one for one in attendees if one.person.id == actor.person_id), None)
    shown = attendees if is_whole else tuple(one for one in attendees if one is mine)
    things = things_of(session, meeting_id)
    may_settle = roles.may(actor, Action.SETTLE_INCIDENT)
    told = told_of(session, meeting_id, actor)
    return MeetingView(
        row=row,
        is_whole=is_whole,
        has_plan=found.plan_version is not None,
        items=agenda(session, meeting_id) if is_whole else (),
        checks=checks if is_whole else tuple(one for one in checks if one.is_mine),
        open_checks=tuple(one.check.id for one in checks if one.is_open) if is_whole else (),
        attendees=shown,
        guards=guards(session, meeting_id) if is_whole else (),
        things=things if is_whole else tuple(one for one in things if one.person.id == actor.person_id),
        board=board_of(session, found, things) if is_whole else (),
        scope=scope(session, meeting_id) if is_whole or mine is not None else (),
        conveyances=told
        if is_whole
        else tuple(
            one
            for one in told
            if actor.person_id in {one.conveyer.id, *(person.id for person, _ in one.listeners)}
        ),
        incidents=incidents(session, meeting_id) if is_whole or may_settle else (),
        press=press(session, meeting_id) if is_whole else (),
        mine=mine,
    )
