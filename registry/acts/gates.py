"""What happens at a gate: every attempt is judged and recorded, passes and refusals alike.

Laws: a refused exit is a recorded verdict, never an exception; the same attempt is one event however often it is
sent, and an id never stands for two attempts; a green verdict moves the copy and uses its permit in the same
transaction, so that of two guards with one copy only one can see green; a supervisor decides what is amber now,
not what was amber once.

Locks are taken in this order: gate or event, copy, permit, ledger.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.gatelog import event_facts, raw_hash
from registry.homecoming import end_outings
from registry.ledger import log
from registry.models import Copy, Gate, GateEvent, Permit, Person
from registry.rows import flush_unique, get_row
from registry.rules import gate as gate_rules
from registry.rules import lifecycle, roles
from registry.rules.gate import NAMING, Colour, Proof, Verdict
from registry.rules.lifecycle import Step
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.situations import record_hash, record_of
from registry.rules.texts import parse_line
from registry.rules.words import Direction, PermitState, ScanSource
from registry.ruling import in_force
from registry.views.custody import custody_now
from registry.views.passage import Shown, find_situation

NAME_LIMIT: Final = 80
RAW_LIMIT: Final = 200

STEPS: Final = {Direction.EXIT: Step.EXIT, Direction.ENTRY: Step.ENTER}


class GateClosed(ConflictError):
    """The gate is not in use."""

    code = "gate-closed"


class AttemptReused(ConflictError):
    """The id of an attempt came again with something else than before."""

    code = "attempt-reused"


class NothingToOverride(ConflictError):
    """The attempt is not amber now, was decided already, waits too long, or is not the last about its copy."""

    code = "nothing-to-override"


class GuardOverridesSelf(ConflictError):
    """The guard who scanned may not also be the supervisor who decides."""

    code = "guard-overrides-self"


class CarrierOverridesSelf(ConflictError):
    """Whoever carries the copy, or answers for it, may not be the supervisor who decides."""

    code = "carrier-overrides-self"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What the gate saw.

    Attributes:
        attempt_id: Random id made by the device, and what has been shown since; the same id is the same event.
        raw_code: What was scanned, as it came.
        code: The copy code that was proven to be in it; None when it is no mark of ours.
        proof: How it was proven.
        carriers: Staff numbers that were shown.
        carrier_refused: Whether the guard says that the person is not who the staff number says.
        pages_counted: What the guard counted, if anything.
    """

    attempt_id: str
    gate_id: int
    direction: Direction
    source: ScanSource
    device_id: str
    device_at: datetime | None
    raw_code: str
    code: str | None
    proof: Proof
    carriers: frozenset[str] = frozenset()
    carrier_refused: bool = False
    pages_counted: int | None = None

    def shown(self) -> dict[str, object]:
        """Return what was shown beside the paper, as an event keeps it."""
        return {
            "carriers": sorted(self.carriers),
            "refused": self.carrier_refused,
            "pages": self.pages_counted,
        }


@dataclass(frozen=True)
class Passage:
    """The recorded event and its verdict."""

    event_id: int
    verdict: Verdict


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
    gate = get_row(session, Gate, seen.gate_id, lock=True)  # attempts at one gate: one after the other
    before = session.scalar(sa.select(GateEvent).where(GateEvent.attempt_id == seen.attempt_id))
    if before is not None:
        return _repeated(before, seen)
    if not gate.active:
        raise GateClosed("got a gate that is not in use", gate=gate.id)
    copy = _find_copy(session, seen)
    if copy is not None and (same := _same_scan(session, seen, copy, actor, now)) is not None:
        return _passage(same)
    carriers = _persons(session, seen.carriers, refused=seen.carrier_refused)
    situation = find_situation(session, copy, _shown(seen, carriers), now=now)
    verdict = gate_rules.judge(situation)
    event = GateEvent(
        attempt_id=seen.attempt_id,
        gate_id=seen.gate_id,
        guard_id=actor.person_id,
        device_id=seen.device_id,
        direction=seen.direction,
        source=seen.source,
        raw_code=_printable(seen.raw_code)[:RAW_LIMIT],
        copy_id=None if copy is None else copy.id,
        permit_id=verdict.permit_id,
        colour=verdict.colour,
        reason=str(verdict.reason),
        facts={**verdict.facts, "shown": seen.shown(), "proof": str(seen.proof)},
        situation=record_of(situation),
        device_at=seen.device_at,
        happened_at=now,
    )
    session.add(event)
    if verdict.colour is Colour.GREEN and copy is not None:
        _pass_through(session, copy, seen.direction, verdict.permit_id)
    reused = AttemptReused("got the id of an attempt at another gate", attempt=seen.attempt_id)
    flush_unique(session, {(GateEvent.attempt_id,): reused})
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
    carriers = _persons(session, seen.carriers, refused=seen.carrier_refused)
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


def _repeated(before: GateEvent, seen: Attempt) -> Passage:
    """Return the event that was sent again.

    Raises:
        AttemptReused: it is not the same attempt.
    """
    then = (before.gate_id, before.direction, before.raw_code, before.facts["shown"])
    if then != (seen.gate_id, seen.direction, _printable(seen.raw_code)[:RAW_LIMIT], seen.shown()):
        raise AttemptReused("got the id of an attempt with something else", attempt=seen.attempt_id)
    return _passage(before)


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


def _persons(session: Session, staff_numbers: frozenset[str], *, refused: bool) -> frozenset[int]:
    """Return who showed themselves; somebody whom the register does not know, or the guard does not, is person 0."""
    wanted = {number.upper() for number in staff_numbers}
    query = sa.select(Person).where(sa.func.upper(Person.staff_no).in_(wanted), Person.active)
    known = {person.staff_no.upper(): person.id for person in session.scalars(query)}
    strangers = {0} if refused or wanted - known.keys() else set()
    return frozenset({*known.values(), *strangers})


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


def _passage(event: GateEvent) -> Passage:
    facts = {name: value for name, value in event.facts.items() if name not in {"shown", "proof"}}
    return Passage(event.id, Verdict(event.colour, gate_rules.Reason(event.reason), event.permit_id, facts))


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


def _printable(raw: str) -> str:
    """Return what was read without what a database cannot keep: lone surrogates and the zero character."""
    return raw.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _record(
    session: Session, event: GateEvent, copy: Copy | None, *, raw: str, actor: Actor, now: datetime
) -> None:
    log.append(
        session,
        "gate.passed" if event.colour is Colour.GREEN else "gate.refused",
        f"gate-event:{event.id}",
        actor=actor,
        now=now,
        **event_facts(event, None if copy is None else copy.code),
        raw_sha256=raw_hash(_printable(raw)),
        situation=record_hash(event.situation or {}),
        rules=in_force(session, now).version,
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
