"""What happens at a gate: every attempt is judged and recorded, passes and refusals alike.

Laws: a refused exit is a recorded verdict, never an exception; the same attempt is one event however often it is
sent; a green verdict moves the copy and uses its permit in the same transaction, so that of two guards with one copy
only one can see green.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.ledger import log
from registry.models import Copy, Document, Gate, GateEvent, Permit
from registry.rows import get_row
from registry.rules import gate as gate_rules
from registry.rules import lifecycle, roles
from registry.rules.gate import Colour, KnownCopy, Situation, Verdict
from registry.rules.levels import get_level
from registry.rules.lifecycle import Step
from registry.rules.roles import Action, Actor
from registry.rules.words import Direction, PermitState, ScanSource

TRAVEL = timedelta(minutes=2)
"""Least time between two gates of one site on foot; ours, long enough to tell a cloned code from a walk."""

STEPS = {Direction.EXIT: Step.EXIT, Direction.ENTRY: Step.ENTER}


class NothingToOverride(ConflictError):
    """The event is not amber, was decided already, or is not the last about its copy."""

    code = "nothing-to-override"


class GuardOverridesSelf(ConflictError):
    """The guard who scanned may not also be the supervisor who decides."""

    code = "guard-overrides-self"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What the gate saw.

    Attributes:
        attempt_id: Random id made by the device; the same id is the same event.
        raw_code: What was scanned, as it came.
        claimed_code: The copy code in it, or None when it is no mark of ours.
        is_genuine: Whether its keyed check, or its check characters, were proven.
        carriers: Persons who showed themselves.
        pages_counted: What the guard counted, if anything.
    """

    attempt_id: str
    gate_id: int
    direction: Direction
    source: ScanSource
    device_id: str
    device_at: datetime | None
    raw_code: str
    claimed_code: str | None
    is_genuine: bool
    carriers: frozenset[int] = frozenset()
    pages_counted: int | None = None


@dataclass(frozen=True)
class Passage:
    """The recorded event and its verdict."""

    event_id: int
    verdict: Verdict


def attempt(session: Session, seen: Attempt, *, actor: Actor, now: datetime) -> Passage:
    """Judge an attempt to pass and record it; a green one moves the copy."""
    roles.require(actor, Action.SCAN_AT_GATE)
    before = session.scalar(sa.select(GateEvent).where(GateEvent.attempt_id == seen.attempt_id))
    if before is not None:
        return _passage(before)
    get_row(session, Gate, seen.gate_id)
    copy = _find_copy(session, seen)
    if copy is not None and (same := _same_scan(session, seen, copy, now)) is not None:
        return _passage(same)
    verdict = gate_rules.judge(_situation(session, seen, copy, now))
    event = GateEvent(
        attempt_id=seen.attempt_id,
        gate_id=seen.gate_id,
        guard_id=actor.person_id,
        device_id=seen.device_id,
        direction=seen.direction,
        source=seen.source,
        raw_code=seen.raw_code[:200],
        copy_id=None if copy is None else copy.id,
        permit_id=verdict.permit_id,
        colour=verdict.colour,
        reason=str(verdict.reason),
        facts=_facts(seen, verdict),
        device_at=seen.device_at,
        happened_at=now,
    )
    session.add(event)
    if verdict.colour is Colour.GREEN and copy is not None:
        _pass_through(session, copy, seen.direction, verdict.permit_id)
    session.flush()  # the id, for the ledger
    _record(session, event, copy, actor=actor, now=now)
    return Passage(event.id, verdict)


def override(session: Session, event_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Let an amber attempt pass on a supervisor's word, or record that it may enter."""
    roles.require(actor, Action.OVERRIDE_GATE)
    event = get_row(session, GateEvent, event_id, lock=True)
    copy = None if event.copy_id is None else get_row(session, Copy, event.copy_id, lock=True)
    newest = session.scalar(sa.select(sa.func.max(GateEvent.id)).where(GateEvent.copy_id == event.copy_id))
    if (
        event.colour is not Colour.AMBER
        or event.override_by_id is not None
        or copy is None
        or newest != event.id
    ):
        raise NothingToOverride("got an event that waits for no decision", colour=str(event.colour))
    if event.guard_id == actor.person_id:
        raise GuardOverridesSelf("got the guard who scanned as supervisor")
    event.override_by_id = actor.person_id
    event.override_reason = reason
    moves = (copy.state, STEPS[event.direction]) in lifecycle.TABLE
    if moves:
        _pass_through(session, copy, event.direction, _any_permit(session, copy))
    log.append(
        session,
        "gate.overridden",
        f"gate-event:{event.id}",
        actor=actor,
        now=now,
        copy=copy.code,
        reason=log.private(reason),
    )
    if moves:
        _record_move(session, copy, event, actor=actor, now=now)


def _find_copy(session: Session, seen: Attempt) -> Copy | None:
    if seen.claimed_code is None:
        return None
    return session.scalar(
        sa.select(Copy)
        .where(Copy.code == seen.claimed_code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _same_scan(session: Session, seen: Attempt, copy: Copy, now: datetime) -> GateEvent | None:
    """Return the event that this scan merely repeats: same gate, same direction, moments ago, nothing new shown."""
    last = session.scalar(
        sa.select(GateEvent).where(GateEvent.copy_id == copy.id).order_by(GateEvent.id.desc()).limit(1)
    )
    if last is None or (last.gate_id, last.direction) != (seen.gate_id, seen.direction):
        return None
    if not gate_rules.is_same_scan(last.happened_at, now) or last.facts["shown"] != _shown(seen):
        return None
    return last


def _situation(session: Session, seen: Attempt, copy: Copy | None, now: datetime) -> Situation:
    known = None
    permits: tuple[gate_rules.Permit, ...] = ()
    last_seen = None
    if copy is not None:
        document = get_row(session, Document, copy.document_id)
        known = KnownCopy(copy.state, get_level(document.scheme, document.level).handling, copy.pages)
        permits = tuple(
            gate_rules.Permit(
                permit.id,
                permit.gate_id,
                permit.opens_at,
                permit.closes_at,
                frozenset(carrier.person_id for carrier in permit.carriers),
                is_used=permit.state is not PermitState.OPEN,
            )
            for permit in session.scalars(
                sa.select(Permit).where(Permit.copy_id == copy.id, Permit.state != PermitState.REVOKED)
            )
        )
        last_seen = _last_elsewhere(session, copy, seen.gate_id)
    return Situation(
        direction=seen.direction,
        gate_id=seen.gate_id,
        at=now,
        is_genuine=seen.is_genuine,
        copy=known,
        permits=permits,
        carriers=seen.carriers,
        pages_counted=seen.pages_counted,
        last_seen=last_seen,
    )


def _last_elsewhere(session: Session, copy: Copy, gate_id: int) -> gate_rules.Sighting | None:
    last = session.scalar(
        sa.select(GateEvent)
        .where(GateEvent.copy_id == copy.id, GateEvent.gate_id != gate_id)
        .order_by(GateEvent.id.desc())
        .limit(1)
    )
    return gate_rules.Sighting(last.happened_at, last.gate_id, TRAVEL) if last else None


def _pass_through(session: Session, copy: Copy, direction: Direction, permit_id: int | None) -> None:
    copy.state = lifecycle.next_state(copy.state, STEPS[direction])
    if direction is Direction.ENTRY:
        session.execute(
            sa.update(Permit)
            .where(Permit.copy_id == copy.id, Permit.state == PermitState.OUTSIDE)
            .values(state=PermitState.CLOSED)
        )
    elif permit_id is not None:
        get_row(session, Permit, permit_id, lock=True).state = PermitState.OUTSIDE


def _any_permit(session: Session, copy: Copy) -> int | None:
    return session.scalar(
        sa.select(Permit.id)
        .where(Permit.copy_id == copy.id, Permit.state == PermitState.OPEN)
        .order_by(Permit.closes_at)
        .limit(1)
    )


def _passage(event: GateEvent) -> Passage:
    facts = {name: value for name, value in event.facts.items() if name != "shown"}
    return Passage(event.id, Verdict(event.colour, gate_rules.Reason(event.reason), event.permit_id, facts))


def _shown(seen: Attempt) -> dict[str, object]:
    return {"carriers": sorted(seen.carriers), "pages": seen.pages_counted}


def _facts(seen: Attempt, verdict: Verdict) -> dict[str, object]:
    return {**asdict(verdict)["facts"], "shown": _shown(seen)}


def _record(session: Session, event: GateEvent, copy: Copy | None, *, actor: Actor, now: datetime) -> None:
    log.append(
        session,
        "gate.passed" if event.colour is Colour.GREEN else "gate.refused",
        f"gate-event:{event.id}",
        actor=actor,
        now=now,
        gate=event.gate_id,
        direction=str(event.direction),
        source=str(event.source),
        device=event.device_id,
        device_at=event.device_at,
        offline=event.offline,
        copy=None if copy is None else copy.code,
        permit=event.permit_id,
        colour=str(event.colour),
        reason=event.reason,
    )
    if event.colour is Colour.GREEN and copy is not None:
        _record_move(session, copy, event, actor=actor, now=now)


def _record_move(session: Session, copy: Copy, event: GateEvent, *, actor: Actor, now: datetime) -> None:
    log.append(
        session,
        lifecycle.RECORDED_AS[STEPS[event.direction]],
        f"copy:{copy.code}",
        actor=actor,
        now=now,
        state=str(copy.state),
        gate=event.gate_id,
        event=event.id,
    )
