"""The frozen rows in which lists, pages and boards show meetings."""

from dataclasses import dataclass
from datetime import datetime

from registry.rules.planbook import PlanCheck
from registry.rules.words import AttendeeState, Breach, ConveyedAs, MeetingState, MeetingThing, Outstanding
from registry.views.holdings import Name
from registry.views.people import UnitName


@dataclass(frozen=True)
class MeetingRow:
    """A meeting and how many documents are registered for it."""

    id: int
    title: str
    scheme: str
    level: str
    unit: UnitName
    place: str
    starts_at: datetime
    state: MeetingState
    documents: int


@dataclass(frozen=True)
class AgendaLine:
    """One item of the agenda."""

    number: int
    title: str
    level: str


@dataclass(frozen=True)
class CheckLine:
    """One check of the plan as it stands.

    Attributes:
        is_true: Whether what it is about is true in the register now; None where only its owner can say.
        is_open: Whether it stands in the way of the meeting.
    """

    check: PlanCheck
    is_mandatory: bool
    owner: Name
    due_at: datetime
    is_late: bool
    done_at: datetime | None
    evidence: str
    is_true: bool | None
    is_open: bool
    is_mine: bool


@dataclass(frozen=True)
class CopyAtSeat:
    """A copy of one of the meeting's documents that an attendee answers for, or that bears their name."""

    code: str
    copy_no: int
    title: str
    is_held: bool


@dataclass(frozen=True)
class AttendeeLine:
    """An attendee: seat, person and copies belong together."""

    person: Name
    unit: UnitName
    state: AttendeeState
    replaces: Name | None
    clearance: str | None
    cleared_until_at: datetime | None
    decided_by: Name | None
    educated_at: datetime | None
    pledged_at: datetime | None
    seat: str | None
    copies: tuple[CopyAtSeat, ...]
    named_by_me: bool


@dataclass(frozen=True)
class GuardLine:
    """A guard and their post."""

    person: Name
    post: str


@dataclass(frozen=True)
class ThingLine:
    """A numbered notebook or deposit."""

    kind: MeetingThing
    number: int
    person: Name
    what: str
    out_at: datetime
    back_at: datetime | None


@dataclass(frozen=True)
class BoardLine:
    """Something that is still out: what, with whom, and why it may stay out."""

    kind: Outstanding
    key: str
    what: str
    person: Name | None
    exception: str | None
    signed_by: Name | None


@dataclass(frozen=True)
class Told:
    """A conveyance with its audience."""

    id: int
    form: ConveyedAs
    content: str
    conveyer: Name
    place: str
    notes_allowed: bool
    conveyed_at: datetime
    request_id: int | None
    listeners: tuple[tuple[Name, datetime | None], ...]
    waits_for_me: bool


@dataclass(frozen=True)
class Incident:
    """A breach of discipline."""

    id: int
    breach: Breach
    what: str
    person: Name | None
    reported_by: Name
    reported_at: datetime
    measures: str
    settled_by: Name | None
    settled_at: datetime | None


@dataclass(frozen=True)
class PressLine:
    """Press that was let in."""

    outlet: str
    persons: str
    request_id: int
    admitted_at: datetime


@dataclass(frozen=True)
class MeetingView:
    """A meeting as the actor may see it; parts that are not theirs are empty.

    Attributes:
        is_whole: Whether the actor sees all of it.
        open_checks: Mandatory checks that stand in the way.
        things: Notebooks and deposits, those that are out first.
        board: What is still out.
        mine: The actor's own line among the attendees.
    """

    row: MeetingRow
    is_whole: bool
    has_plan: bool
    items: tuple[AgendaLine, ...]
    checks: tuple[CheckLine, ...]
    open_checks: tuple[str, ...]
    attendees: tuple[AttendeeLine, ...]
    guards: tuple[GuardLine, ...]
    things: tuple[ThingLine, ...]
    board: tuple[BoardLine, ...]
    scope: tuple[UnitName, ...]
    conveyances: tuple[Told, ...]
    incidents: tuple[Incident, ...]
    press: tuple[PressLine, ...]
    mine: AttendeeLine | None

    @property
    def left(self) -> int:
        """How many things are out without a signed exception."""
        return sum(line.exception is None for line in self.board)
