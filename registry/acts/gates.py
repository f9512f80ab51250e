"""What happens at a gate: every attempt is judged and recorded, passes and refusals alike.

Laws: a refused exit is a recorded verdict, never an exception; the same attempt is one event however often it is
sent, and an id never stands for two attempts; a green verdict moves the copy and uses its permit in the same
transaction, so that of two guards with one copy only one can see green; a supervisor decides what is amber now,
not what was amber once.

Locks are taken in this order: gate or event, copy, permit, ledger.
"""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.homecoming import end_outings
from registry.ledger import log
from registry.models import Copy, Gate, GateEvent, Permit
from registry.passing import (
    Attempt,
    Passage,
    find_earlier,
    flush_event,
    locked_gate,
    passage_of,
    persons_shown,
    record_event,
    require_open,
    write_event,
)
from registry.rows import get_row
from registry.rules import gate as gate_rules
from registry.rules import lifecycle, roles
from registry.rules.gate import NAMING, Colour, Proof
from registry.rules.lifecycle import Step
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import Direction, PermitState
from registry.ruling import in_force
from registry.views.custody import custody_now
from registry.views.passage import Shown, find_situation

NAME_LIMIT: Final = 80

STEPS: Final = {Direction.EXIT: Step.EXIT, Direction.ENTRY: Step.ENTER}


class NothingToOverride(ConflictError):
    """The attempt is not amber now, was decided already, waits too long, or is not the last about its copy."""

    code = "nothing-to-override"


class GuardOverridesSelf(ConflictError):
    """The guard who scanned may not also be the supervisor who decides."""

    code = "guard-overrides-self"


class CarrierOverridesSelf(ConflictError):
    """Whoever carries the copy, or answers for it, may not be the supervisor who decides."""

    code = "carrier-overrides-self"


def add_gate(session: Session, name_zh: str, name_en: str, *, actor: Actor, now: datetime) -> int:
    """Register a gate and return its id."""
    roles.require(actor, Action.MANAGE_SETTINGS)
    gate = Gate(
        name_zh=parse_line(name_zh, field="name_zh", limit=NAME_LIMIT),
        name_en=parse_line(name_en, field="name_en", limit=NAME_LIMIT),
    )
    session.add(gate)
    session.flush()  # the id, for the ledger
    log.append(
        session,
        "gate.added",
        f"gate:{gate.id}",
        actor=actor,
        now=now,
        name_zh=log.private(gate.name_zh),
        name_en=log.private(gate.name_en),
    )
    return gate.id


def attempt(session: Session, seen: Attempt, *, actor: Actor, now: datetime) -> Passage:
    """Judge an attempt to pass and record it; a green one moves the copy.

    Raises:
        UnknownRow, GateClosed: no such gate is in use.
        AttemptReused: the id came before with something else.
    """
    roles.require(actor, Action.SCAN_AT_GATE)
    gate = locked_gate(session, seen.gate_id)
    if (before := find_earlier(session, seen)) is not None:
        return passage_of(before)
    require_open(gate)
    copy = _find_copy(session, seen)
    if copy is not None and (same := _same_scan(session, seen, copy, actor, now)) is not None:
        return passage_of(same)
    carriers = persons_shown(session, seen.carriers, refused=seen.carrier_refused)
    situation = find_situation(session, copy, _shown(seen, carriers), now=now)
    verdict = gate_rules.judge(situation)
    event = write_event(
        session,
        seen,
        verdict,
        copy_id=None if copy is None else copy.id,
        situation=situation,
        actor=actor,
        now=now,
    )
    if verdict.colour is Colour.GREEN and copy is not None:
        _pass_through(session, copy, seen.direction, verdict.permit_id)
    flush_event(session, event)
    _record(session, event, copy, raw=seen.raw_code, actor=actor, now=now)
    return Passage(event.id, verdict)


def override(session: Session, event_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Let an amber attempt pass on a supervisor's word, or record that what was not outside may enter.

    The attempt is judged once more: what has turned red meanwhile, such as a revoked permit, stays where it is.

    Raises:
        NothingToOverride: it is not amber, or not any more.
        GuardOverridesSelf, CarrierOverridesSelf: the supervisor is part of the matter.
    """
    roles.require(actor, Action.OVERRIDE_GATE)
    event = get_row(session, GateEvent, event_id, lock=True)
    copy = None if event.copy_id is None else get_row(session, Copy, event.copy_id, lock=True)
    if copy is None or not _waits(session, event, now):
        raise NothingToOverride("got an event that waits for no decision", colour=str(event.colour))
    seen = _as_seen(event, copy)
    carriers = persons_shown(session, seen.carriers, refused=seen.carrier_refused)
    situation = find_situation(session, copy, _shown(seen, carriers), now=now)
    if gate_rules.judge(situation).colour is not Colour.AMBER:
        raise NothingToOverride("got an event that is not amber any more", colour=str(event.colour))
    if event.guard_id == actor.person_id:
        raise GuardOverridesSelf("got the guard who scanned as supervisor")
    _require_uninvolved(session, copy, carriers, actor)
    event.override_by_id = actor.person_id
    event.override_reason = parse_line(reason, field="reason", limit=REASON_LIMIT)
    moves = (copy.state, STEPS[event.direction]) in lifecycle.TABLE
    if moves and event.direction is Direction.EXIT:
        event.permit_id = gate_rules.nearest_permit(situation)
    if moves:
        _pass_through(session, copy, event.direction, event.permit_id)
    log.append(
        session,
        "gate.overridden",
        f"gate-event:{event.id}",
        actor=actor,
        now=now,
        copy=copy.code,
        permit=event.permit_id,
        reason=log.private(event.override_reason),
    )
    if moves:
        _record_move(session, copy, event, actor=actor, now=now)


def _find_copy(session: Session, seen: Attempt) -> Copy | None:
    if seen.code is None or seen.proof not in NAMING:
        return None
    return session.scalar(
        sa.select(Copy)
        .where(Copy.code == seen.code)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _same_scan(session: Session, seen: Attempt, copy: Copy, actor: Actor, now: datetime) -> GateEvent | None:
    """Return the event that this scan merely repeats: same place, hand and direction, moments ago, nothing new."""
    last = session.scalar(
        sa.select(GateEvent).where(GateEvent.copy_id == copy.id).order_by(GateEvent.id.desc()).limit(1)
    )
    if last is None or not gate_rules.is_same_scan(last.happened_at, now):
        return None
    then = (last.gate_id, last.direction, last.device_id, last.guard_id, last.facts["shown"])
    same = then == (seen.gate_id, seen.direction, seen.device_id, actor.person_id, seen.shown())
    return last if same and last.facts["proof"] == seen.proof else None


def _waits(session: Session, event: GateEvent, now: datetime) -> bool:
    newest = session.scalar(sa.select(sa.func.max(GateEvent.id)).where(GateEvent.copy_id == event.copy_id))
    return (
        event.colour is Colour.AMBER
        and event.override_by_id is None
        and newest == event.id
        and gate_rules.still_waits(event.happened_at, now, in_force(session, now).clocks)
    )


def _shown(seen: Attempt, carriers: frozenset[int]) -> Shown:
    return Shown(
        gate_id=seen.gate_id,
        direction=seen.direction,
        proof=seen.proof,
        carriers=carriers,
        pages_counted=seen.pages_counted,
    )


def _require_uninvolved(session: Session, copy: Copy, carriers: frozenset[int], actor: Actor) -> None:
    named = session.scalars(
        sa.select(Permit).where(Permit.copy_id == copy.id, Permit.state == PermitState.OPEN)
    )
    holder = custody_now(session, [copy.id]).get(copy.id)
    involved = {
        *carriers,
        *(carrier.person_id for permit in named for carrier in permit.carriers),
        None if holder is None else holder.person_id,
    }
    if actor.person_id in involved:
        raise CarrierOverridesSelf("got a carrier or holder of the copy as supervisor")


def _pass_through(session: Session, copy: Copy, direction: Direction, permit_id: int | None) -> None:
    copy.state = lifecycle.next_state(copy.state, STEPS[direction])
    if direction is Direction.ENTRY:
        end_outings(session, [copy.id])
    elif permit_id is not None:
        get_row(session, Permit, permit_id, lock=True).state = PermitState.OUTSIDE


def _as_seen(event: GateEvent, copy: Copy) -> Attempt:
    shown: dict[str, Any] = event.facts["shown"]
    return Attempt(
        attempt_id=event.attempt_id,
        gate_id=event.gate_id,
        direction=event.direction,
        source=event.source,
        device_id=event.device_id,
        device_at=event.device_at,
        raw_code=event.raw_code,
        code=copy.code,
        proof=Proof(event.facts["proof"]),
        carriers=frozenset(shown["carriers"]),
        carrier_refused=shown["refused"],
        pages_counted=shown["pages"],
    )


def _record(
    session: Session, event: GateEvent, copy: Copy | None, *, raw: str, actor: Actor, now: datetime
) -> None:
    record_event(session, event, raw=raw, actor=actor, now=now)
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
