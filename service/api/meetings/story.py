"""Meetings to read: the list, and all that the caller may see of one."""

from registry.rules.approval import Act
from registry.rules.roles import Action
from registry.views.meetings import AttendeeLine, MeetingRow, MeetingView
from service.api.area import Model
from service.api.copies import person
from service.api.meetings.area import area
from service.api.meetings.shapes import (
    AdmittedPress,
    Attendee,
    BreachReport,
    Guard,
    Item,
    Listener,
    Meeting,
    MeetingStory,
    PassedOn,
    PlannedCheck,
    SeatedCopy,
    StillOut,
    Thing,
)
from service.flows import meetings
from service.login import current_actor, current_runtime


class Meetings(Model):
    """The meetings that concern the caller, latest first."""

    meetings: list[Meeting]


@area.operation(
    "GET",
    "/meetings",
    summary="List the meetings that concern you.",
    answer=Meetings,
    action=Action.ATTEND_MEETING,
)
def list_meetings() -> Meetings:
    """List meetings."""
    return Meetings(
        meetings=[_meeting(row) for row in meetings.list_meetings(current_runtime(), current_actor())]
    )


@area.operation(
    "GET",
    "/meetings/<int:meeting_id>",
    summary="Tell what you may see of a meeting.",
    answer=MeetingStory,
    action=Action.ATTEND_MEETING,
)
def get_meeting(meeting_id: int) -> MeetingStory:
    """Tell the story of one meeting."""
    runtime, actor = current_runtime(), current_actor()
    view = meetings.get_meeting(runtime, actor, meeting_id)
    return _story(
        view,
        press=meetings.usable_requests(runtime, actor, meeting_id, Act.PRESS),
        widenings=meetings.usable_requests(runtime, actor, meeting_id, Act.CONVEY),
    )


def _meeting(row: MeetingRow) -> Meeting:
    return Meeting(
        id=row.id,
        title=row.title,
        scheme=row.scheme,
        level=row.level,
        unit_id=row.unit.id,
        place=row.place,
        starts_at=row.starts_at,
        state=row.state,
        documents=row.documents,
    )


def _story(view: MeetingView, *, press: tuple[int, ...], widenings: tuple[int, ...]) -> MeetingStory:
    return MeetingStory(
        meeting=_meeting(view.row),
        is_whole=view.is_whole,
        items=[Item(title=one.title, level=one.level) for one in view.items],
        checks=[
            PlannedCheck(
                id=one.check.id,
                zh=one.check.zh,
                en=one.check.en,
                is_mandatory=one.is_mandatory,
                owner=person(one.owner),
                due_at=one.due_at,
                done_at=one.done_at,
                evidence=one.evidence,
                is_true=one.is_true,
                is_open=one.is_open,
            )
            for one in view.checks
        ],
        open_checks=list(view.open_checks),
        attendees=[_attendee(one) for one in view.attendees],
        guards=[Guard(person=person(one.person), post=one.post) for one in view.guards],
        things=[
            Thing(
                kind=one.kind,
                number=one.number,
                person=person(one.person),
                what=one.what,
                out_at=one.out_at,
                back_at=one.back_at,
            )
            for one in view.things
        ],
        board=[
            StillOut(kind=one.kind, key=one.key, person=person(one.person), exception=one.exception)
            for one in view.board
        ],
        left=view.left,
        scope=[one.id for one in view.scope],
        conveyances=[
            PassedOn(
                id=one.id,
                form=one.form,
                content=one.content,
                conveyer=person(one.conveyer),
                place=one.place,
                notes_allowed=one.notes_allowed,
                conveyed_at=one.conveyed_at,
                request_id=one.request_id,
                listeners=[Listener(person=person(who), signed_at=at) for who, at in one.listeners],
            )
            for one in view.conveyances
        ],
        incidents=[
            BreachReport(
                id=one.id,
                breach=one.breach,
                what=one.what,
                person=person(one.person),
                reported_by=person(one.reported_by),
                reported_at=one.reported_at,
                measures=one.measures,
                settled_at=one.settled_at,
            )
            for one in view.incidents
        ],
        press=[
            AdmittedPress(
                outlet=one.outlet,
                persons=one.persons,
                request_id=one.request_id,
                admitted_at=one.admitted_at,
            )
            for one in view.press
        ],
        usable_press_requests=list(press),
        usable_widenings=list(widenings),
    )


def _attendee(one: AttendeeLine) -> Attendee:
    return Attendee(
        person=person(one.person),
        state=one.state,
        replaces=person(one.replaces),
        clearance=one.clearance,
        educated_at=one.educated_at,
        pledged_at=one.pledged_at,
        seat=one.seat,
        copies=[
            SeatedCopy(code=copy.code, copy_no=copy.copy_no, is_held=copy.is_held) for copy in one.copies
        ],
    )
