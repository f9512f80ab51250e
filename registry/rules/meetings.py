"""A meeting's life in one table, what its level demands, and whether it is ready.

What has to be done is in ``planbook``; who may do it in ``roles``. Laws:

* A meeting is never lower than its highest item or document.
* It cannot become ready while a mandatory check is open, and what was proven must still be true at that moment.
* A new or other attendee, another level, a check that was taken back: each makes a ready meeting a planned one again.
* A substitute is a new approval, and so is a higher level for everybody on the list. Nobody approves themselves, nor
  whom they named.
* Nobody is handed a paper of the meeting, or a notebook, before their pledge for it is signed and their education
  recorded.
* It closes when nothing is outstanding, or each outstanding thing has a signed exception.
* Its content is passed on within its scope only; whoever is beyond it was agreed to by name.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from registry.errors import ConflictError
from registry.rules.levels import Level, get_level, highest
from registry.rules.planbook import Condition
from registry.rules.words import AttendeeState, MeetingState


class MeetingStep(StrEnum):
    """What people do with a meeting."""

    ASSESS = "ASSESS"
    """State its items and their levels, or its own level."""
    NAME = "NAME"
    """Name, replace or strike an attendee."""
    PREPARE = "PREPARE"
    """Approve, teach, have sign, seat, post guards, set the scope, tick a check."""
    REOPEN = "REOPEN"
    """Take a ticked check back."""
    MAKE_READY = "MAKE_READY"
    BEGIN = "BEGIN"
    ADMIT = "ADMIT"
    """Take phones in, give notebooks out, let approved press in."""
    TAKE_BACK = "TAKE_BACK"
    """Take notebooks back, give phones back."""
    END = "END"
    EXCEPT = "EXCEPT"
    """Sign that a thing stays outstanding, and why."""
    CLOSE = "CLOSE"
    CANCEL = "CANCEL"
    CONVEY = "CONVEY"
    """Pass its content on."""
    REPORT = "REPORT"
    """Report a breach of its discipline."""


_S, _D = MeetingState, MeetingStep

TABLE: dict[tuple[MeetingState, MeetingStep], MeetingState] = {
    (_S.PLANNED, _D.ASSESS): _S.PLANNED,
    (_S.PLANNED, _D.NAME): _S.PLANNED,
    (_S.PLANNED, _D.PREPARE): _S.PLANNED,
    (_S.PLANNED, _D.REOPEN): _S.PLANNED,
    (_S.PLANNED, _D.MAKE_READY): _S.READY,
    (_S.PLANNED, _D.TAKE_BACK): _S.PLANNED,
    (_S.PLANNED, _D.REPORT): _S.PLANNED,
    (_S.PLANNED, _D.CANCEL): _S.CANCELLED,
    (_S.READY, _D.ASSESS): _S.PLANNED,
    (_S.READY, _D.NAME): _S.PLANNED,
    (_S.READY, _D.PREPARE): _S.READY,
    (_S.READY, _D.REOPEN): _S.PLANNED,
    (_S.READY, _D.ADMIT): _S.READY,
    (_S.READY, _D.TAKE_BACK): _S.READY,
    (_S.READY, _D.BEGIN): _S.UNDER_WAY,
    (_S.READY, _D.REPORT): _S.READY,
    (_S.READY, _D.CANCEL): _S.CANCELLED,
    # Somebody comes late, or falls ill: who takes the seat is approved like everybody, and the meeting goes on.
    (_S.UNDER_WAY, _D.NAME): _S.UNDER_WAY,
    (_S.UNDER_WAY, _D.PREPARE): _S.UNDER_WAY,
    (_S.UNDER_WAY, _D.ADMIT): _S.UNDER_WAY,
    (_S.UNDER_WAY, _D.TAKE_BACK): _S.UNDER_WAY,
    (_S.UNDER_WAY, _D.REPORT): _S.UNDER_WAY,
    (_S.UNDER_WAY, _D.END): _S.ENDED,
    (_S.ENDED, _D.TAKE_BACK): _S.ENDED,
    (_S.ENDED, _D.EXCEPT): _S.ENDED,
    (_S.ENDED, _D.CONVEY): _S.ENDED,
    (_S.ENDED, _D.REPORT): _S.ENDED,
    (_S.ENDED, _D.CLOSE): _S.CLOSED,
    (_S.CLOSED, _D.CONVEY): _S.CLOSED,
    (_S.CLOSED, _D.REPORT): _S.CLOSED,
}
"""Every edge there is; whatever is not here is impossible."""

OVER: frozenset[MeetingState] = frozenset({MeetingState.CLOSED, MeetingState.CANCELLED})
"""States in which no document is registered for a meeting any more, and its papers are papers like others."""


class AttendeeStep(StrEnum):
    """What becomes of an attendee."""

    APPROVE = "APPROVE"
    REFUSE = "REFUSE"
    RECONSIDER = "RECONSIDER"
    """The meeting's level rose, so what was agreed to is not what there is."""
    REPLACE = "REPLACE"
    """A substitute was named."""
    STRIKE = "STRIKE"
    """Taken off the list."""


ATTENDEE_TABLE: dict[tuple[AttendeeState, AttendeeStep], AttendeeState] = {
    (AttendeeState.NAMED, AttendeeStep.APPROVE): AttendeeState.APPROVED,
    (AttendeeState.NAMED, AttendeeStep.REFUSE): AttendeeState.REFUSED,
    (AttendeeState.NAMED, AttendeeStep.REPLACE): AttendeeState.REPLACED,
    (AttendeeState.NAMED, AttendeeStep.STRIKE): AttendeeState.STRUCK,
    (AttendeeState.APPROVED, AttendeeStep.RECONSIDER): AttendeeState.NAMED,
    (AttendeeState.APPROVED, AttendeeStep.REPLACE): AttendeeState.REPLACED,
    (AttendeeState.APPROVED, AttendeeStep.STRIKE): AttendeeState.STRUCK,
}
"""Every edge there is; whoever is off the list comes back only by being named anew."""

STANDING: frozenset[AttendeeState] = frozenset({AttendeeState.NAMED, AttendeeState.APPROVED})
"""States in which a person is on the list."""


class MeetingBelowDocument(ConflictError):
    """The meeting is lower than one of its documents."""

    code = "meeting-below-document"


class MeetingBelowItem(ConflictError):
    """The meeting is lower than one of its items."""

    code = "meeting-below-item"


class ImpossibleMeetingStep(ConflictError):
    """The meeting's state does not allow the step."""

    code = "impossible-meeting-step"


class ImpossibleAttendeeStep(ConflictError):
    """What has become of the attendee does not allow the step."""

    code = "impossible-attendee-step"


class NotCleared(ConflictError):
    """The person is not cleared to the level of the meeting or document for as long as that is needed."""

    code = "not-cleared"


class NotAdmitted(ConflictError):
    """The person may not be handed a paper of the meeting, or a notebook."""

    code = "not-admitted"


class CheckUnproven(ConflictError):
    """What the check is about is not true in the register."""

    code = "check-unproven"


class ChecksOpen(ConflictError):
    """Mandatory checks are open."""

    code = "checks-open"


class BeyondScope(ConflictError):
    """Somebody in the audience is beyond the scope of conveyance, and was not agreed to."""

    code = "beyond-scope"


@dataclass(frozen=True, slots=True)
class Seated:
    """An attendee as readiness and admission see them."""

    state: AttendeeState
    is_educated: bool
    has_pledged: bool
    has_seat: bool


@dataclass(frozen=True, slots=True)
class Clearance:
    """Up to which level a person is cleared within a scheme, and until when."""

    scheme: str
    level: str
    until_at: datetime


@dataclass(frozen=True, slots=True)
class CheckNow:
    """A check of a plan as it stands."""

    id: str
    is_mandatory: bool
    is_done: bool
    proves: Condition | None


@dataclass(frozen=True, slots=True)
class Preparations:
    """What the conditions of checks depend on."""

    items: int
    attendees: tuple[Seated, ...]
    guards: int


def next_meeting_state(state: MeetingState, step: MeetingStep) -> MeetingState:
    """Return the state that follows.

    Raises:
        ImpossibleMeetingStep: the table has no such edge; facts ``state`` and ``step``.
    """
    found = TABLE.get((state, step))
    if found is None:
        raise ImpossibleMeetingStep(
            f"got {step} on a meeting that is {state}", state=str(state), step=str(step)
        )
    return found


def next_attendee_state(state: AttendeeState, step: AttendeeStep) -> AttendeeState:
    """Return what becomes of an attendee.

    Raises:
        ImpossibleAttendeeStep: the table has no such edge; facts ``state`` and ``step``.
    """
    found = ATTENDEE_TABLE.get((state, step))
    if found is None:
        raise ImpossibleAttendeeStep(
            f"got {step} on an attendee who is {state}", state=str(state), step=str(step)
        )
    return found


def require_not_below(meeting: Level, document: Level) -> None:
    """Pass when a meeting of this level may discuss a document of that one.

    Raises:
        MixedSchemes: the two belong to different schemes. MeetingBelowDocument: facts ``meeting`` and
        ``document`` are the codes of the two levels in ``scheme``.
    """
    if highest([meeting, document]).rank > meeting.rank:
        raise MeetingBelowDocument(
            f"got a meeting that is {meeting.code} for a document that is {document.code}",
            scheme=str(meeting.scheme),
            meeting=meeting.code,
            document=document.code,
        )


def require_not_below_items(meeting: Level, items: Iterable[Level]) -> None:
    """Pass when no item is more secret than the meeting.

    Raises:
        MixedSchemes: an item belongs to another scheme. MeetingBelowItem: facts ``meeting`` and ``item``.
    """
    top = highest([meeting, *items])
    if top.rank > meeting.rank:
        raise MeetingBelowItem(
            f"got a meeting that is {meeting.code} with an item that is {top.code}",
            meeting=meeting.code,
            item=top.code,
        )


def assessed(items: Collection[Level], documents: Collection[Level], otherwise: Level) -> Level:
    """Return the level that items and documents make; without either it is ``otherwise``."""
    return highest([*items, *documents]) if items or documents else otherwise


def require_cleared(clearances: Iterable[Clearance], level: Level, at: datetime) -> None:
    """Pass when one of the clearances reaches the level, in its scheme, at that time.

    Raises:
        NotCleared: none does.
    """
    reaches = any(
        clearance.scheme == str(level.scheme)
        and get_level(clearance.scheme, clearance.level).rank >= level.rank
        and clearance.until_at >= at
        for clearance in clearances
    )
    if not reaches:
        raise NotCleared("got a person who is not cleared to the level", level=level.code)


def require_admitted(attendee: Seated | None) -> None:
    """Pass when a person may be handed a paper of the meeting.

    Raises:
        NotAdmitted: fact ``reason`` is ``not-an-attendee``, ``not-approved``, ``no-education`` or ``no-pledge``, the
            first that holds.
    """
    reasons = (
        ("not-an-attendee", attendee is None or attendee.state not in STANDING),
        ("not-approved", attendee is not None and attendee.state is not AttendeeState.APPROVED),
        ("no-education", attendee is not None and not attendee.is_educated),
        ("no-pledge", attendee is not None and not attendee.has_pledged),
    )
    reason = next((name for name, holds in reasons if holds), None)
    if reason is not None:
        raise NotAdmitted("got a person who may not be handed a paper of the meeting", reason=reason)


def is_true(condition: Condition, now: Preparations) -> bool:
    """Tell whether a condition is true in the register."""
    standing = [one for one in now.attendees if one.state in STANDING]
    everybody = bool(standing)
    match condition:
        case Condition.LEVEL_ASSESSED:
            return now.items > 0
        case Condition.ATTENDEES_APPROVED:
            return everybody and all(one.state is AttendeeState.APPROVED for one in standing)
        case Condition.EDUCATION_RECORDED:
            return everybody and all(one.is_educated for one in standing)
        case Condition.PLEDGES_SIGNED:
            return everybody and all(one.has_pledged for one in standing)
        case Condition.SEATS_ASSIGNED:
            return everybody and all(one.has_seat for one in standing)
        case Condition.GUARDS_POSTED:
            return now.guards > 0


def require_proven(proves: Condition | None, now: Preparations) -> None:
    """Pass when a check may be marked as done.

    Raises:
        CheckUnproven: what it is about is not true; fact ``condition``.
    """
    if proves is not None and not is_true(proves, now):
        raise CheckUnproven("got a check whose matter is not true in the register", condition=str(proves))


def open_checks(checks: Iterable[CheckNow], now: Preparations) -> tuple[str, ...]:
    """Return the mandatory checks that stand in the way: not done, or not true any more."""
    return tuple(
        check.id
        for check in checks
        if check.is_mandatory
        and (not check.is_done or (check.proves is not None and not is_true(check.proves, now)))
    )


def require_ready(checks: Iterable[CheckNow], now: Preparations) -> None:
    """Pass when the meeting may become ready.

    Raises:
        ChecksOpen: fact ``checks`` names what is open.
    """
    if found := open_checks(checks, now):
        raise ChecksOpen(f"got {len(found)} mandatory checks open", checks=found, open=len(found))


def beyond_scope(
    audience: Iterable[tuple[int, int]], units: Collection[int], attendees: Collection[int]
) -> tuple[int, ...]:
    """Return who of an audience is beyond the scope: neither an attendee nor of a unit in it.

    Args:
        audience: Person and unit of each, by id.
        units: Units in the scope.
        attendees: Persons who were at the meeting.
    """
    return tuple(sorted(person for person, unit in audience if person not in attendees and unit not in units))
