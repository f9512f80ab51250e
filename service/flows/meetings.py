"""Meetings: planned, prepared, held, closed, passed on.

Laws: what does not concern somebody does not exist for them; an order about a meeting is drawn up from the register;
who pledges or signs in on somebody else's screen proves themselves before the transaction.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from registry.acts import approvals, attendance, closing, conveyance, incidents, meetings
from registry.acts.conveyance import MEETING_DETAIL
from registry.errors import PermissionDenied
from registry.rules import roles
from registry.rules.approval import Act, Order, Units
from registry.rules.facts import AgendaItem, ConveyanceFacts, MeetingFacts
from registry.rules.levels import Scheme
from registry.rules.limits import PLACE_LIMIT, REASON_LIMIT
from registry.rules.meetings import Clearance
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import AttendeeState, Breach, MeetingThing, Outstanding
from registry.views import meetings as views
from registry.views.meetings import MeetingRow, MeetingView
from service.flows import proving
from service.flows.requesting import WITHOUT_UNIT
from service.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class PressWish:
    """Whom a meeting shall let in."""

    outlet: str
    persons: str
    reason: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class WideningWish:
    """To whom a meeting's content shall be passed on beyond its scope, by id."""

    listeners: tuple[int, ...]
    reason: str
    until: datetime


def plan(runtime: Runtime, actor: Actor, facts: MeetingFacts) -> int:
    """Register a meeting with its secrecy plan and return its id."""
    with runtime.deed(actor, "meeting.plan", f"unit:{facts.unit_id}") as session:
        return meetings.plan(
            session, facts, enabled=runtime.settings.enabled_schemes, actor=actor, now=runtime.now()
        )


def set_level(runtime: Runtime, actor: Actor, meeting_id: int, level: str) -> None:
    """Change a meeting's level within its scheme; never below that of one of its items or documents."""
    with _deed(runtime, actor, "set-level", meeting_id) as session:
        enabled = runtime.settings.enabled_schemes
        meetings.set_level(session, meeting_id, level, enabled=enabled, actor=actor, now=runtime.now())


def assess(runtime: Runtime, actor: Actor, meeting_id: int, items: Sequence[AgendaItem]) -> str:
    """State the agenda; return the code of the level that it makes."""
    with _deed(runtime, actor, "assess", meeting_id) as session:
        enabled = runtime.settings.enabled_schemes
        return meetings.assess(session, meeting_id, items, enabled=enabled, actor=actor, now=runtime.now())


def assign(
    runtime: Runtime, actor: Actor, meeting_id: int, check_id: str, *, owner_id: int, due_at: datetime
) -> None:
    """Give a check of the plan to a person, until a time."""
    with _deed(runtime, actor, "assign-check", meeting_id) as session:
        meetings.assign(session, meeting_id, check_id, owner_id, due_at, actor=actor, now=runtime.now())


def fulfil(runtime: Runtime, actor: Actor, meeting_id: int, check_id: str, evidence: str) -> None:
    """Mark one's own check as done, with evidence."""
    with _deed(runtime, actor, "fulfil-check", meeting_id) as session:
        meetings.fulfil(session, meeting_id, check_id, evidence, actor=actor, now=runtime.now())


def reopen(runtime: Runtime, actor: Actor, meeting_id: int, check_id: str, reason: str) -> None:
    """Take a check back that was marked as done."""
    with _deed(runtime, actor, "reopen-check", meeting_id) as session:
        meetings.reopen(session, meeting_id, check_id, reason, actor=actor, now=runtime.now())


def post_guard(runtime: Runtime, actor: Actor, meeting_id: int, person_id: int, post: str) -> None:
    """Post a guard."""
    with _deed(runtime, actor, "post-guard", meeting_id) as session:
        meetings.post_guard(session, meeting_id, person_id, post, actor=actor, now=runtime.now())


def make_ready(runtime: Runtime, actor: Actor, meeting_id: int) -> None:
    """Declare a meeting ready."""
    with _deed(runtime, actor, "make-ready", meeting_id) as session:
        meetings.make_ready(session, meeting_id, actor=actor, now=runtime.now())


def begin(runtime: Runtime, actor: Actor, meeting_id: int) -> None:
    """Record that a ready meeting begins."""
    with _deed(runtime, actor, "begin", meeting_id) as session:
        meetings.begin(session, meeting_id, actor=actor, now=runtime.now())


def end(runtime: Runtime, actor: Actor, meeting_id: int) -> None:
    """Record that a meeting is over."""
    with _deed(runtime, actor, "end", meeting_id) as session:
        meetings.end(session, meeting_id, actor=actor, now=runtime.now())


def close(runtime: Runtime, actor: Actor, meeting_id: int) -> None:
    """Close a meeting at zero, or with an exception for each thing that is out."""
    with _deed(runtime, actor, "close", meeting_id) as session:
        closing.close(session, meeting_id, actor=actor, now=runtime.now())


def cancel(runtime: Runtime, actor: Actor, meeting_id: int, reason: str) -> None:
    """Give a meeting up that has not begun."""
    with _deed(runtime, actor, "cancel", meeting_id) as session:
        meetings.cancel(session, meeting_id, reason, actor=actor, now=runtime.now())


def grant_clearance(
    runtime: Runtime, actor: Actor, person_id: int, *, scheme: str, level: str, until: datetime
) -> None:
    """Clear a person up to a level of a scheme until a time."""
    with runtime.deed(actor, "person.clear", f"person:{person_id}") as session:
        attendance.grant_clearance(session, person_id, scheme, level, until, actor=actor, now=runtime.now())


def list_clearances(runtime: Runtime, person_id: int) -> tuple[Clearance, ...]:
    """Return up to which level a person is cleared, per scheme."""
    with runtime.database.reading() as session:
        return views.clearances(session, person_id)


def name_attendee(
    runtime: Runtime, actor: Actor, meeting_id: int, person_id: int, *, replaces_id: int | None = None
) -> int:
    """Put a person on the list, perhaps in another's place."""
    with _deed(runtime, actor, "name-attendee", meeting_id) as session:
        return attendance.name(
            session, meeting_id, person_id, replaces_id=replaces_id, actor=actor, now=runtime.now()
        )


def decide_attendee(
    runtime: Runtime, actor: Actor, meeting_id: int, person_id: int, *, agreed: bool
) -> AttendeeState:
    """Approve or refuse an attendee."""
    with _deed(runtime, actor, "decide-attendee", meeting_id) as session:
        return attendance.decide(
            session, meeting_id, person_id, agreed=agreed, actor=actor, now=runtime.now()
        )


def strike_attendee(runtime: Runtime, actor: Actor, meeting_id: int, person_id: int) -> None:
    """Take a person off the list."""
    with _deed(runtime, actor, "strike-attendee", meeting_id) as session:
        attendance.strike(session, meeting_id, person_id, actor=actor, now=runtime.now())


def educate(runtime: Runtime, actor: Actor, meeting_id: int, person_ids: Collection[int]) -> None:
    """Record that attendees had their secrecy education."""
    with _deed(runtime, actor, "educate", meeting_id) as session:
        for person_id in sorted(set(person_ids)):
            attendance.educate(session, meeting_id, person_id, actor=actor, now=runtime.now())


def pledge(runtime: Runtime, actor: Actor, meeting_id: int) -> None:
    """Sign the pledge of secrecy on one's own screen."""
    with _deed(runtime, actor, "pledge", meeting_id) as session:
        attendance.pledge(session, meeting_id, actor=actor, now=runtime.now())


def pledge_by_pin(runtime: Runtime, actor: Actor, meeting_id: int, person_id: int, pin: str) -> None:
    """Let an attendee prove themselves and sign the pledge on the screen of whoever keeps the meeting.

    Raises:
        PinRefused, PinClosed: it is not them, or too many wrong PINs were entered; recorded.
    """
    _require_keeper(runtime, actor, meeting_id, "pledge")
    person = proving.prove_person(runtime, actor, person_id, pin)
    with _deed(runtime, actor, "pledge", meeting_id) as session:
        attendance.pledge(session, meeting_id, desk_id=actor.person_id, actor=person, now=runtime.now())


def seat(runtime: Runtime, actor: Actor, meeting_id: int, person_id: int, place: str) -> None:
    """Give an attendee a seat."""
    with _deed(runtime, actor, "seat", meeting_id) as session:
        attendance.seat(session, meeting_id, person_id, place, actor=actor, now=runtime.now())


def hand_out(
    runtime: Runtime, actor: Actor, meeting_id: int, kind: MeetingThing, person_id: int, *, what: str = ""
) -> int:
    """Give a notebook out, or take a device in; return its number."""
    with _deed(runtime, actor, "hand-out", meeting_id) as session:
        return closing.hand_out(session, meeting_id, kind, person_id, what, actor=actor, now=runtime.now())


def take_back(runtime: Runtime, actor: Actor, meeting_id: int, kind: MeetingThing, number: int) -> int:
    """Take a notebook back, or give a device back; return how many things are still out."""
    with _deed(runtime, actor, "take-back", meeting_id) as session:
        return closing.take_back(session, meeting_id, kind, number, actor=actor, now=runtime.now())


def make_exception(
    runtime: Runtime, actor: Actor, meeting_id: int, kind: Outstanding, key: str, *, reason: str
) -> None:
    """Sign that one thing stays outstanding, and why."""
    with _deed(runtime, actor, "except", meeting_id) as session:
        closing.make_exception(session, meeting_id, kind, key, reason, actor=actor, now=runtime.now())


def ask_press(runtime: Runtime, actor: Actor, meeting_id: int, wish: PressWish) -> int:
    """Ask that press is let in; return the request's id."""
    now = runtime.now()
    with _deed(runtime, actor, "ask-press", meeting_id) as session:
        details = (
            ("outlet", parse_line(wish.outlet, field="outlet", limit=PLACE_LIMIT)),
            ("persons", parse_line(wish.persons, field="persons", limit=REASON_LIMIT)),
        )
        order = _order(
            session, actor, meeting_id, Act.PRESS, reason=wish.reason, until=wish.until, details=details
        )
        return approvals.request(session, order, actor=actor, now=now)


def admit_press(runtime: Runtime, actor: Actor, meeting_id: int, request_id: int) -> int:
    """Let press in as an approval names it."""
    with _deed(runtime, actor, "admit-press", meeting_id) as session:
        return meetings.admit_press(session, meeting_id, request_id, actor=actor, now=runtime.now())


def set_scope(runtime: Runtime, actor: Actor, meeting_id: int, unit_ids: Collection[int]) -> None:
    """Say within which units the content may be passed on."""
    with _deed(runtime, actor, "set-scope", meeting_id) as session:
        conveyance.set_scope(session, meeting_id, unit_ids, actor=actor, now=runtime.now())


def ask_widening(runtime: Runtime, actor: Actor, meeting_id: int, wish: WideningWish) -> int:
    """Ask that content may be passed on to people beyond its scope; return the request's id."""
    now = runtime.now()
    with _deed(runtime, actor, "ask-widening", meeting_id) as session:
        order = _order(
            session,
            actor,
            meeting_id,
            Act.CONVEY,
            reason=wish.reason,
            until=wish.until,
            recipients=wish.listeners,
        )
        return approvals.request(session, order, actor=actor, now=now)


def convey(
    runtime: Runtime,
    actor: Actor,
    meeting_id: int,
    facts: ConveyanceFacts,
    *,
    request_id: int | None = None,
) -> int:
    """Record what the actor passes on and to whom; return the conveyance's id."""
    with _deed(runtime, actor, "convey", meeting_id) as session:
        return conveyance.convey(
            session, meeting_id, facts, request_id=request_id, actor=actor, now=runtime.now()
        )


def sign_in(runtime: Runtime, actor: Actor, conveyance_id: int) -> None:
    """Sign for what one was told, on one's own screen."""
    with runtime.deed(actor, "conveyance.sign-in", f"conveyance:{conveyance_id}") as session:
        conveyance.sign_in(session, conveyance_id, actor=actor, now=runtime.now())


def sign_in_by_pin(runtime: Runtime, actor: Actor, conveyance_id: int, person_id: int, pin: str) -> None:
    """Let a listener prove themselves and sign on the screen of whoever passes on.

    Raises:
        NotTheConveyer: somebody else passed on; nobody tries PINs who has no reason to.
        PinRefused, PinClosed: it is not them, or too many wrong PINs were entered; recorded.
    """
    with (
        runtime.refusals(actor, "conveyance.sign-in", f"conveyance:{conveyance_id}"),
        runtime.database.reading() as session,
    ):
        conveyance.require_conveyer(session, conveyance_id, actor)
    person = proving.prove_person(runtime, actor, person_id, pin)
    with runtime.deed(actor, "conveyance.sign-in", f"conveyance:{conveyance_id}") as session:
        conveyance.sign_in(session, conveyance_id, desk_id=actor.person_id, actor=person, now=runtime.now())


def report(
    runtime: Runtime, actor: Actor, meeting_id: int, breach: Breach, what: str, *, person_id: int | None
) -> int:
    """Report a breach of discipline; return the incident's id."""
    with _deed(runtime, actor, "report-incident", meeting_id) as session:
        return incidents.report(session, meeting_id, breach, what, person_id, actor=actor, now=runtime.now())


def settle(runtime: Runtime, actor: Actor, incident_id: int, measures: str) -> None:
    """Record what was done about an incident."""
    with runtime.deed(actor, "incident.settle", f"incident:{incident_id}") as session:
        incidents.settle(session, incident_id, measures, actor=actor, now=runtime.now())


def list_meetings(runtime: Runtime, actor: Actor, *, only_open: bool = False) -> tuple[MeetingRow, ...]:
    """Return the meetings that the actor may know of, latest first; ``only_open``: those they keep and can add to."""
    with runtime.database.reading() as session:
        return views.meetings(session, actor, only_open=only_open)


def get_meeting(runtime: Runtime, actor: Actor, meeting_id: int) -> MeetingView:
    """Return one meeting with what the actor may see of it.

    Raises:
        UnknownRow: there is none, or none that the actor may know of.
    """
    with runtime.database.reading() as session:
        return views.whole(session, meeting_id, actor, now=runtime.now())


def usable_requests(runtime: Runtime, actor: Actor, meeting_id: int, act: Act) -> tuple[int, ...]:
    """Return the approved requests of an act about a meeting that the actor could carry out."""
    with runtime.database.reading() as session:
        return views.usable_requests(session, meeting_id, act, actor, now=runtime.now())


@contextmanager
def _deed(runtime: Runtime, actor: Actor, what: str, meeting_id: int) -> Iterator[Session]:
    """Yield the session of a deed on a meeting that exists for the actor."""
    with runtime.deed(actor, f"meeting.{what}", f"meeting:{meeting_id}") as session:
        views.meeting(session, meeting_id, actor)
        yield session


def _require_keeper(runtime: Runtime, actor: Actor, meeting_id: int, what: str) -> None:
    with runtime.refusals(actor, f"meeting.{what}", f"meeting:{meeting_id}"):
        with runtime.database.reading() as session:
            unit_id = views.meeting(session, meeting_id, actor).unit.id
        roles.require(actor, Action.MANAGE_MEETINGS, unit_id=unit_id)


def _order(
    session: Session,
    actor: Actor,
    meeting_id: int,
    act: Act,
    *,
    reason: str,
    until: datetime,
    recipients: tuple[int, ...] = (),
    details: tuple[tuple[str, str], ...] = (),
) -> Order:
    """Return an order about a meeting, drawn up from the register."""
    row = views.meeting(session, meeting_id, actor)
    if actor.person_id is None or actor.unit_id is None:
        raise PermissionDenied(WITHOUT_UNIT)
    roles.require(actor, Action.MANAGE_MEETINGS, unit_id=row.unit.id)
    return Order(
        act=act,
        scheme=Scheme(row.scheme),
        level=row.level,
        requester_person=actor.person_id,
        units=Units(actor.unit_id, row.unit.id, row.unit.id),
        reason=parse_line(reason, field="reason", limit=REASON_LIMIT),
        recipients=recipients,
        until=until,
        details=((MEETING_DETAIL, str(meeting_id)), ("meeting", row.title), *details),
    )
