"""How a meeting is told to programs: its plan, its people, what is out, what was passed on."""

from datetime import datetime

from pydantic import Field

from registry.rules.words import AttendeeState, Breach, ConveyedAs, MeetingState, MeetingThing, Outstanding
from service.api.area import Model
from service.api.copies import Person


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


class Item(Model):
    """One item of an agenda."""

    title: str = Field(min_length=1, max_length=200)
    level: str = Field(max_length=32)


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
