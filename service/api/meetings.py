"""Meetings by program: planned, prepared, held, closed, passed on."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from registry.rules.approval import Act
from registry.rules.facts import AgendaItem, ConveyanceFacts, MeetingFacts
from registry.rules.roles import Action
from registry.rules.words import (
    AttendeeState,
    Breach,
    ConveyedAs,
    MeetingState,
    MeetingThing,
    Outstanding,
)
from registry.views.meetings import AttendeeLine, MeetingRow, MeetingView
from service.api.area import Area, Model
from service.api.copies import Person, person
from service.flows import meetings
from service.flows.meetings import PressWish, WideningWish
from service.login import current_actor, current_runtime

area = Area("meetings", __name__)


class Meeting(Model):
    """A meeting in a list."""

    id: int
    title: str
    scheme: str
    level: str
    unit_id: int
    place: str
    starts_at: datetime
    state: MeetingState
    documents: int


class Meetings(Model):
    """The meetings that concern the caller, latest first."""

    meetings: list[Meeting]


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


class Item(Model):
    """One item of an agenda."""

    title: str = Field(min_length=1, max_length=200)
    level: str = Field(max_length=32)


class Agenda(Model):
    """The items; the highest decides the level."""

    items: list[Item] = Field(max_length=60)


class PlannedCheck(Model):
    """One check of the plan; ``is_true`` where the register itself can tell."""

    id: str
    zh: str
    en: str
    is_mandatory: bool
    owner: Person
    due_at: datetime
    done_at: datetime | None
    evidence: str
    is_true: bool | None
    is_open: bool


class SeatedCopy(Model):
    """A copy at an attendee's seat."""

    code: str
    copy_no: int
    is_held: bool


class Attendee(Model):
    """An attendee: seat, person and copies."""

    person: Person
    state: AttendeeState
    replaces: Person | None
    clearance: str | None
    educated_at: datetime | None
    pledged_at: datetime | None
    seat: str | None
    copies: list[SeatedCopy]


class Guard(Model):
    """A guard and their post."""

    person: Person
    post: str


class Thing(Model):
    """A numbered notebook or deposit."""

    kind: MeetingThing
    number: int
    person: Person
    what: str
    out_at: datetime
    back_at: datetime | None


class StillOut(Model):
    """Something on the close-out board."""

    kind: Outstanding
    key: str
    person: Person | None
    exception: str | None


class Listener(Model):
    """Who was told, and when they signed."""

    person: Person
    signed_at: datetime | None


class PassedOn(Model):
    """A conveyance."""

    id: int
    form: ConveyedAs
    content: str
    conveyer: Person
    place: str
    notes_allowed: bool
    conveyed_at: datetime
    request_id: int | None
    listeners: list[Listener]


class BreachReport(Model):
    """A breach of discipline."""

    id: int
    breach: Breach
    what: str
    person: Person | None
    reported_by: Person
    reported_at: datetime
    measures: str
    settled_at: datetime | None


class AdmittedPress(Model):
    """Press that was let in."""

    outlet: str
    persons: str
    request_id: int
    admitted_at: datetime


class MeetingStory(Model):
    """A meeting as the caller may see it; what is not theirs is empty."""

    meeting: Meeting
    is_whole: bool
    items: list[Item]
    checks: list[PlannedCheck]
    open_checks: list[str]
    attendees: list[Attendee]
    guards: list[Guard]
    things: list[Thing]
    board: list[StillOut]
    left: int
    scope: list[int]
    conveyances: list[PassedOn]
    incidents: list[BreachReport]
    press: list[AdmittedPress]
    usable_press_requests: list[int]
    usable_widenings: list[int]


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


class NewException(Model):
    """Why one thing stays out."""

    kind: Outstanding
    key: str = Field(min_length=1, max_length=32)
    reason: str = Field(min_length=1, max_length=300)


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


class NewIncident(Model):
    """A breach of discipline, and who did it where that is known."""

    breach: Breach
    what: str = Field(min_length=1, max_length=500)
    person_id: int | None = None


class IncidentId(Model):
    """Which incident."""

    id: int


class Measures(Model):
    """What was done about an incident."""

    measures: str = Field(min_length=1, max_length=500)


class NewClearance(Model):
    """Up to which level of a scheme a person is cleared, and until when."""

    scheme: str = Field(max_length=16)
    level: str = Field(max_length=32)
    until: AwareDatetime


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
    body=NewException,
    action=Action.SIGN_EXCEPTION,
)
def make_exception(meeting_id: int, body: NewException) -> None:
    """Sign an exception."""
    meetings.make_exception(
        current_runtime(), current_actor(), meeting_id, body.kind, body.key, reason=body.reason
    )


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


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/incidents",
    summary="Report a breach of discipline.",
    body=NewIncident,
    answer=IncidentId,
    status=201,
    action=Action.ATTEND_MEETING,
)
def report(meeting_id: int, body: NewIncident) -> IncidentId:
    """Report a breach."""
    made = meetings.report(
        current_runtime(), current_actor(), meeting_id, body.breach, body.what, person_id=body.person_id
    )
    return IncidentId(id=made)


@area.operation(
    "POST",
    "/incidents/<int:incident_id>/settlement",
    summary="Record what was done about a breach.",
    body=Measures,
    action=Action.SETTLE_INCIDENT,
)
def settle(incident_id: int, body: Measures) -> None:
    """Settle a breach."""
    meetings.settle(current_runtime(), current_actor(), incident_id, body.measures)


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


def _taken_back(meeting_id: int, kind: MeetingThing, number: int) -> Left:
    left = meetings.take_back(current_runtime(), current_actor(), meeting_id, kind, number)
    return Left(outstanding=left)


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
