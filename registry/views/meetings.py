"""Meetings as lists, pages and boards show them; who sees how much of which.

Whoever keeps a meeting, approves its attendees or signs its exceptions sees all of it. Everybody else sees the meetings
that concern them, and of those what is theirs: their own line, their own tasks, what was passed on to or by them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from registry import gatherings
from registry.models import (
    ApprovalRequest,
    Conveyance,
    ConveyanceListener,
    Copy,
    Document,
    Meeting,
    MeetingAttendee,
    MeetingCheck,
    MeetingException,
    MeetingGuard,
    MeetingIncident,
    MeetingItem,
    MeetingItemOut,
    MeetingPress,
    MeetingScope,
    PersonClearance,
)
from registry.rows import UnknownRow
from registry.rules import meetings as rules
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.clocks import is_overdue
from registry.rules.meetings import CheckNow, Preparations
from registry.rules.planbook import PlanCheck, load_planbook
from registry.rules.roles import Action, Actor
from registry.rules.words import (
    AttendeeState,
    Breach,
    ConveyedAs,
    MeetingState,
    MeetingThing,
    Outstanding,
    RequestState,
)
from registry.views.custody import custody_now
from registry.views.holdings import Name, name
from registry.views.people import UnitName, names, unit_name


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


def meetings(session: Session, actor: Actor, *, only_open: bool = False) -> tuple[MeetingRow, ...]:
    """Return the meetings that the actor may know of, latest first; ``only_open``: those they keep and can add to."""
    reach = _kept(actor) if only_open else _within_reach(actor)
    query = (
        sa.select(Meeting, sa.func.count(Document.id))
        .outerjoin(Document, Document.meeting_id == Meeting.id)
        .options(selectinload(Meeting.unit))
        .group_by(Meeting.id)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .where(reach)
    )
    if only_open:
        query = query.where(Meeting.state.not_in(rules.OVER))
    return tuple(_row(meeting, count) for meeting, count in session.execute(query))


def meeting(session: Session, meeting_id: int, actor: Actor) -> MeetingRow:
    """Return one meeting.

    Raises:
        UnknownRow: there is none under this id, or none that the actor may know of.
    """
    found = session.scalar(sa.select(Meeting).where(Meeting.id == meeting_id, _within_reach(actor)))
    if found is None:
        raise UnknownRow(Meeting.__tablename__, meeting_id)
    count = session.scalars(sa.select(sa.func.count()).where(Document.meeting_id == meeting_id)).one()
    return _row(found, count)


def whole(session: Session, meeting_id: int, actor: Actor, *, now: datetime) -> MeetingView:
    """Return one meeting with everything that the actor may see of it.

    Raises:
        UnknownRow: there is none under this id, or none that the actor may know of.
    """
    row = meeting(session, meeting_id, actor)
    found = session.get_one(Meeting, meeting_id)
    is_whole = _sees_all(actor, found)
    attendees = _attendees(session, found, actor)
    checks = _checks(session, found, actor, now)
    mine = next((one for one in attendees if one.person.id == actor.person_id), None)
    shown = attendees if is_whole else tuple(one for one in attendees if one is mine)
    things = _things(session, meeting_id)
    may_settle = roles.may(actor, Action.SETTLE_INCIDENT)
    told = _told(session, meeting_id, actor)
    return MeetingView(
        row=row,
        is_whole=is_whole,
        has_plan=found.plan_version is not None,
        items=_items(session, meeting_id) if is_whole else (),
        checks=checks if is_whole else tuple(one for one in checks if one.is_mine),
        open_checks=tuple(one.check.id for one in checks if one.is_open) if is_whole else (),
        attendees=shown,
        guards=_guards(session, meeting_id) if is_whole else (),
        things=things if is_whole else tuple(one for one in things if one.person.id == actor.person_id),
        board=_board(session, found, things) if is_whole else (),
        scope=_scope(session, meeting_id) if is_whole or mine is not None else (),
        conveyances=told
        if is_whole
        else tuple(
            one
            for one in told
            if actor.person_id in {one.conveyer.id, *(person.id for person, _ in one.listeners)}
        ),
        incidents=_incidents(session, meeting_id) if is_whole or may_settle else (),
        press=_press(session, meeting_id) if is_whole else (),
        mine=mine,
    )


def usable_requests(
    session: Session, meeting_id: int, act: Act, actor: Actor, *, now: datetime
) -> tuple[int, ...]:
    """Return the approved requests of an act about a meeting that the actor could carry out."""
    query = (
        sa.select(ApprovalRequest)
        .options(selectinload(ApprovalRequest.decisions))
        .where(
            ApprovalRequest.act == act,
            ApprovalRequest.state == RequestState.APPROVED,
            ApprovalRequest.requester_id != actor.person_id,
            ApprovalRequest.valid_until_at >= now,
        )
        .order_by(ApprovalRequest.id)
    )
    return tuple(
        request.id
        for request in session.scalars(query)
        if dict(request.order["details"]).get("meeting_id") == str(meeting_id)
        and actor.person_id not in {row.person_id for row in request.decisions if row.agreed}
    )


def clearances(session: Session, person_id: int) -> tuple[rules.Clearance, ...]:
    """Return up to which level a person is cleared, per scheme."""
    found = session.scalars(
        sa.select(PersonClearance)
        .where(PersonClearance.person_id == person_id)
        .order_by(PersonClearance.scheme)
    )
    return tuple(rules.Clearance(row.scheme, row.level, row.until_at) for row in found)


def _kept(actor: Actor) -> sa.ColumnElement[bool]:
    return _of_units(actor, Action.MANAGE_MEETINGS)


def _of_units(actor: Actor, action: Action) -> sa.ColumnElement[bool]:
    if roles.may(actor, action):
        return sa.true()
    return Meeting.unit_id == actor.unit_id if roles.may_for_some_unit(actor, action) else sa.false()


def _within_reach(actor: Actor) -> sa.ColumnElement[bool]:
    me = actor.person_id
    concerned = (
        sa.exists().where(
            MeetingAttendee.meeting_id == Meeting.id,
            MeetingAttendee.person_id == me,
            MeetingAttendee.state.in_(rules.STANDING),
        ),
        sa.exists().where(MeetingCheck.meeting_id == Meeting.id, MeetingCheck.owner_id == me),
        sa.exists().where(MeetingGuard.meeting_id == Meeting.id, MeetingGuard.person_id == me),
        sa.exists().where(
            Conveyance.meeting_id == Meeting.id,
            ConveyanceListener.conveyance_id == Conveyance.id,
            ConveyanceListener.person_id == me,
        ),
    )
    settles = (
        sa.exists().where(MeetingIncident.meeting_id == Meeting.id)
        if roles.may(actor, Action.SETTLE_INCIDENT)
        else sa.false()
    )
    return sa.or_(
        _kept(actor),
        _of_units(actor, Action.APPROVE_ATTENDANCE),
        settles,
        *(concerned if me is not None else ()),
    )


def _sees_all(actor: Actor, found: Meeting) -> bool:
    return any(
        roles.may(actor, action, unit_id=found.unit_id)
        for action in (Action.MANAGE_MEETINGS, Action.APPROVE_ATTENDANCE, Action.SIGN_EXCEPTION)
    )


def _items(session: Session, meeting_id: int) -> tuple[AgendaLine, ...]:
    found = session.scalars(
        sa.select(MeetingItem).where(MeetingItem.meeting_id == meeting_id).order_by(MeetingItem.number)
    )
    return tuple(AgendaLine(row.number, row.title, row.level) for row in found)


def _checks(session: Session, found: Meeting, actor: Actor, now: datetime) -> tuple[CheckLine, ...]:
    if found.plan_version is None:
        return ()
    book = load_planbook(found.plan_version)
    order = {check.id: place for place, check in enumerate(book.checks)}
    rows = session.scalars(
        sa.select(MeetingCheck)
        .options(joinedload(MeetingCheck.owner))
        .where(MeetingCheck.meeting_id == found.id)
    ).all()
    now_true = _preparations(session, found.id)
    lines = []
    for row in sorted(rows, key=lambda row: order[row.check_id]):
        check = book.get(row.check_id)
        as_it_stands = CheckNow(row.check_id, row.is_mandatory, row.done_at is not None, check.proves)
        lines.append(
            CheckLine(
                check=check,
                is_mandatory=row.is_mandatory,
                owner=name(row.owner),
                due_at=row.due_at,
                is_late=row.done_at is None and is_overdue(row.due_at, now),
                done_at=row.done_at,
                evidence=row.evidence,
                is_true=None if check.proves is None else rules.is_true(check.proves, now_true),
                is_open=bool(rules.open_checks([as_it_stands], now_true)),
                is_mine=row.owner_id == actor.person_id,
            )
        )
    return tuple(lines)


def _preparations(session: Session, meeting_id: int) -> Preparations:
    attendees = session.scalars(sa.select(MeetingAttendee).where(MeetingAttendee.meeting_id == meeting_id))
    counted = [
        session.scalars(sa.select(sa.func.count()).where(model.meeting_id == meeting_id)).one()
        for model in (MeetingItem, MeetingGuard)
    ]
    return Preparations(counted[0], tuple(map(gatherings.seated, attendees)), counted[1])


def _attendees(session: Session, found: Meeting, actor: Actor) -> tuple[AttendeeLine, ...]:
    rows = session.scalars(
        sa.select(MeetingAttendee)
        .options(joinedload(MeetingAttendee.person), joinedload(MeetingAttendee.replaces))
        .where(MeetingAttendee.meeting_id == found.id)
        .order_by(MeetingAttendee.state.not_in(rules.STANDING), MeetingAttendee.id)
    ).all()
    known = names(
        session,
        {row.decided_by_id for row in rows if row.decided_by_id}
        | {row.replaces.person_id for row in rows if row.replaces},
    )
    cleared = {
        row.person_id: row
        for row in session.scalars(
            sa.select(PersonClearance).where(
                PersonClearance.person_id.in_([row.person_id for row in rows]),
                PersonClearance.scheme == found.scheme,
            )
        )
    }
    copies = _copies_at_seats(session, found.id)
    return tuple(
        AttendeeLine(
            person=name(row.person),
            unit=unit_name(row.person.unit),
            state=row.state,
            replaces=None if row.replaces is None else known[row.replaces.person_id],
            clearance=cleared[row.person_id].level if row.person_id in cleared else None,
            cleared_until_at=cleared[row.person_id].until_at if row.person_id in cleared else None,
            decided_by=known.get(row.decided_by_id or 0),
            educated_at=row.educated_at,
            pledged_at=row.pledged_at,
            seat=row.seat,
            copies=copies.get(row.person_id, ()),
            named_by_me=row.named_by_id == actor.person_id,
        )
        for row in rows
    )


def _copies_at_seats(session: Session, meeting_id: int) -> dict[int, tuple[CopyAtSeat, ...]]:
    """Return the copies by the person who answers for each, or else whose name is printed on it."""
    rows = session.execute(
        sa.select(Copy, Document.title)
        .join(Document, Copy.document_id == Document.id)
        .where(
            Document.meeting_id == meeting_id,
            sa.or_(Copy.state.in_(gatherings.OUT), Copy.recipient_id.is_not(None)),
        )
        .order_by(Document.id, Copy.copy_no)
    ).all()
    answers = custody_now(session, [copy.id for copy, _ in rows])
    seats: dict[int, tuple[CopyAtSeat, ...]] = {}
    for copy, title in rows:
        holder_id = answers[copy.id].person_id if copy.id in answers else None
        person_id = holder_id or copy.recipient_id
        if person_id is not None:
            line = CopyAtSeat(copy.code, copy.copy_no, title, is_held=holder_id is not None)
            seats[person_id] = (*seats.get(person_id, ()), line)
    return seats


def _guards(session: Session, meeting_id: int) -> tuple[GuardLine, ...]:
    rows = session.scalars(
        sa.select(MeetingGuard)
        .options(joinedload(MeetingGuard.person))
        .where(MeetingGuard.meeting_id == meeting_id)
        .order_by(MeetingGuard.id)
    )
    return tuple(GuardLine(name(row.person), row.post) for row in rows)


def _things(session: Session, meeting_id: int) -> tuple[ThingLine, ...]:
    rows = session.scalars(
        sa.select(MeetingItemOut)
        .options(joinedload(MeetingItemOut.attendee).joinedload(MeetingAttendee.person))
        .where(MeetingItemOut.meeting_id == meeting_id)
        .order_by(MeetingItemOut.back_at.is_not(None), MeetingItemOut.kind, MeetingItemOut.number)
    )
    return tuple(
        ThingLine(row.kind, row.number, name(row.attendee.person), row.what, row.out_at, row.back_at)
        for row in rows
    )


def _board(session: Session, found: Meeting, things: Collection[ThingLine]) -> tuple[BoardLine, ...]:
    out = gatherings.outstanding(session, found.id)
    signed = {
        (row.kind, row.key): row
        for row in session.scalars(
            sa.select(MeetingException)
            .options(joinedload(MeetingException.signed_by))
            .where(MeetingException.meeting_id == found.id)
        )
    }
    copies = {
        copy.code: (copy, title)
        for copy, title in session.execute(
            sa.select(Copy, Document.title)
            .join(Document, Copy.document_id == Document.id)
            .where(Copy.code.in_([key for kind, key in out if kind is Outstanding.COPY]))
        )
    }
    answers = custody_now(session, [copy.id for copy, _ in copies.values()])
    holders = names(session, {one.person_id for one in answers.values() if one.person_id})
    by_number = {(Outstanding(one.kind.value), str(one.number)): one for one in things}
    lines = []
    for kind, key in sorted(out, key=lambda one: (one[0], one[1].zfill(13))):
        exception = signed.get((kind, key))
        if kind is Outstanding.COPY:
            copy, title = copies[key]
            what = f"{title} {copy.copy_no:06d}"
            person = holders.get(answers[copy.id].person_id or 0) if copy.id in answers else None
        else:
            what, person = by_number[kind, key].what, by_number[kind, key].person
        lines.append(
            BoardLine(
                kind=kind,
                key=key,
                what=what,
                person=person,
                exception=None if exception is None else exception.reason,
                signed_by=None if exception is None else name(exception.signed_by),
            )
        )
    return tuple(lines)


def _scope(session: Session, meeting_id: int) -> tuple[UnitName, ...]:
    rows = session.scalars(
        sa.select(MeetingScope)
        .options(joinedload(MeetingScope.unit))
        .where(MeetingScope.meeting_id == meeting_id)
        .order_by(MeetingScope.unit_id)
    )
    return tuple(unit_name(row.unit) for row in rows)


def _told(session: Session, meeting_id: int, actor: Actor) -> tuple[Told, ...]:
    rows = session.scalars(
        sa.select(Conveyance)
        .options(
            joinedload(Conveyance.conveyer),
            selectinload(Conveyance.listeners).joinedload(ConveyanceListener.person),
        )
        .where(Conveyance.meeting_id == meeting_id)
        .order_by(Conveyance.id.desc())
    )
    return tuple(
        Told(
            id=row.id,
            form=row.form,
            content=row.content,
            conveyer=name(row.conveyer),
            place=row.place,
            notes_allowed=row.notes_allowed,
            conveyed_at=row.conveyed_at,
            request_id=row.request_id,
            listeners=tuple((name(one.person), one.signed_at) for one in row.listeners),
            waits_for_me=any(
                one.person_id == actor.person_id and one.signed_at is None for one in row.listeners
            ),
        )
        for row in rows
    )


def _incidents(session: Session, meeting_id: int) -> tuple[Incident, ...]:
    rows = session.scalars(
        sa.select(MeetingIncident)
        .options(
            joinedload(MeetingIncident.person),
            joinedload(MeetingIncident.reported_by),
            joinedload(MeetingIncident.settled_by),
        )
        .where(MeetingIncident.meeting_id == meeting_id)
        .order_by(MeetingIncident.id.desc())
    )
    return tuple(
        Incident(
            id=row.id,
            breach=row.breach,
            what=row.what,
            person=None if row.person is None else name(row.person),
            reported_by=name(row.reported_by),
            reported_at=row.reported_at,
            measures=row.measures,
            settled_by=None if row.settled_by is None else name(row.settled_by),
            settled_at=row.settled_at,
        )
        for row in rows
    )


def _press(session: Session, meeting_id: int) -> tuple[PressLine, ...]:
    rows = session.scalars(
        sa.select(MeetingPress).where(MeetingPress.meeting_id == meeting_id).order_by(MeetingPress.id)
    )
    return tuple(PressLine(row.outlet, row.persons, row.request_id, row.admitted_at) for row in rows)


def _row(found: Meeting, documents: int) -> MeetingRow:
    return MeetingRow(
        id=found.id,
        title=found.title,
        scheme=found.scheme,
        level=found.level,
        unit=unit_name(found.unit),
        place=found.place,
        starts_at=found.starts_at,
        state=found.state,
        documents=documents,
    )
