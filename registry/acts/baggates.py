"""A sealed bag on its way to the plant is brought to a gate: judged, recorded, let out, let in or stopped.

Laws: every attempt is a recorded verdict, as for copies; a bag leaves once, with both escorts before the guard and its
seal looked at; a seal that is broken, unknown or used up is an incident in the same transaction; the guard learns which
list and which of how many bags, never what is in it.

Locks are taken in this order: gate, list, bags, ledger.
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.bags import locked_bags, record_bag, record_incident, report_incident
from registry.models import BagIncident, DestructionBag, DestructionList, GateEvent
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
from registry.rules import roles
from registry.rules.baggate import FAULTS, BagSituation, KnownBag, judge_bag
from registry.rules.gate import Colour, Proof, Reason, Verdict, is_same_scan
from registry.rules.plant import BagStep, find_seal, next_bag_state
from registry.rules.roles import Action, Actor
from registry.rules.words import BagFault, BagState, DestructionPart, DestructionState, Direction
from registry.ruling import in_force

STEPS: Final = {Direction.EXIT: BagStep.LEAVE, Direction.ENTRY: BagStep.COME_BACK}
KINDS: Final = {BagState.OUTSIDE: "left", BagState.HANDED: "came-back", BagState.STOPPED: "stopped"}


def attempt(session: Session, seen: Attempt, *, actor: Actor, now: datetime) -> Passage | None:
    """Judge an attempt to bring a bag through a gate and record it; None where what was read concerns no bag.

    A text that could be a seal, and is none, concerns bags only while some are on their way.

    Raises:
        UnknownRow, GateClosed: no such gate is in use.
        AttemptReused: the id came before with something else.
    """
    roles.require(actor, Action.SCAN_AT_GATE)
    seal = find_seal(seen.raw_code)
    if seal is None:
        return None
    list_id = session.scalar(sa.select(DestructionBag.list_id).where(DestructionBag.seal_no == seal))
    if list_id is None and (seen.proof is not Proof.FOREIGN or not _are_under_way(session)):
        return None
    gate = locked_gate(session, seen.gate_id)
    if (before := find_earlier(session, seen)) is not None:
        return passage_of(before)
    require_open(gate)
    if list_id is None:
        return _judge(session, seen, None, actor=actor, now=now)
    get_row(session, DestructionList, list_id, lock=True)
    bag = next(one for one in locked_bags(session, list_id) if one.seal_no == seal)
    if (same := _same_scan(session, seen, bag, actor, now)) is not None:
        return passage_of(same)
    return _judge(session, seen, bag, actor=actor, now=now)


def _judge(
    session: Session, seen: Attempt, bag: DestructionBag | None, *, actor: Actor, now: datetime
) -> Passage:
    situation = _situation(session, seen, bag, actor, now)
    verdict = judge_bag(situation)
    event = write_event(
        session,
        seen,
        verdict,
        bag_id=None if bag is None else bag.id,
        situation=situation,
        actor=actor,
        now=now,
    )
    step = None if bag is None else _step(bag, seen, verdict)
    if bag is not None and step is not None:
        bag.state = next_bag_state(bag.state, step)
    flush_event(session, event)
    is_known = verdict.reason is Reason.SEAL_BROKEN and step is None
    fault = None if is_known else FAULTS.get(verdict.reason)
    incident = None if fault is None else _incident(session, seen, bag, fault, actor=actor, now=now)
    record_event(session, event, raw=seen.raw_code, actor=actor, now=now)
    if bag is not None and step is not None:
        record_bag(session, KINDS[bag.state], bag, actor=actor, now=now, gate=seen.gate_id, event=event.id)
    if incident is not None:
        record_incident(session, incident, actor=actor, now=now)
    return Passage(event.id, verdict)


def _situation(
    session: Session, seen: Attempt, bag: DestructionBag | None, actor: Actor, now: datetime
) -> BagSituation:
    colours = in_force(session, now).colours
    if bag is None:
        return BagSituation(direction=seen.direction, bag=None, colours=colours)
    before = _shown_before(session, seen, bag.destruction_list, actor, now)
    return BagSituation(
        direction=seen.direction,
        bag=_known(bag),
        carriers=persons_shown(session, seen.carriers or before, refused=seen.carrier_refused),
        shown_before=len(before),
        is_seal_intact=seen.is_seal_intact,
        colours=colours,
    )


def _known(bag: DestructionBag) -> KnownBag:
    listed = bag.destruction_list
    numbered = [one.id for one in listed.bags if one.state is not BagState.OPENED or one is bag]
    return KnownBag(
        list_id=listed.id,
        seal_no=bag.seal_no,
        number=numbered.index(bag.id) + 1,
        total=len(numbered),
        state=bag.state,
        escorts=frozenset(one.person_id for one in listed.signatures if one.part is DestructionPart.ESCORT),
    )


def _shown_before(
    session: Session, seen: Attempt, listed: DestructionList, actor: Actor, now: datetime
) -> frozenset[str]:
    """Return the badges of the escorts who went through with another bag of the list, before this guard, just now.

    Three bags are one walk: the guard reads two badges once and looks at every seal.
    """
    since = now - in_force(session, now).clocks.authentication
    passed = session.scalars(
        sa.select(GateEvent.facts)
        .where(
            GateEvent.bag_id.in_([bag.id for bag in listed.bags]),
            GateEvent.gate_id == seen.gate_id,
            GateEvent.guard_id == actor.person_id,
            GateEvent.direction == seen.direction,
            GateEvent.colour == Colour.GREEN,
            GateEvent.happened_at >= since,
        )
        .order_by(GateEvent.id.desc())
    )
    return next(
        (frozenset(facts["shown"]["carriers"]) for facts in passed if facts["shown"]["carriers"]), frozenset()
    )


def _same_scan(
    session: Session, seen: Attempt, bag: DestructionBag, actor: Actor, now: datetime
) -> GateEvent | None:
    """Return the event that this scan merely repeats: same place, hand and direction, moments ago, nothing new."""
    last = session.scalar(
        sa.select(GateEvent).where(GateEvent.bag_id == bag.id).order_by(GateEvent.id.desc()).limit(1)
    )
    if last is None or not is_same_scan(last.happened_at, now):
        return None
    then = (last.gate_id, last.direction, last.device_id, last.guard_id, last.facts["shown"])
    return (
        last
        if then == (seen.gate_id, seen.direction, seen.device_id, actor.person_id, seen.shown())
        else None
    )


def _step(bag: DestructionBag, seen: Attempt, verdict: Verdict) -> BagStep | None:
    if verdict.colour is Colour.GREEN:
        return STEPS[seen.direction]
    is_new = verdict.reason is Reason.SEAL_BROKEN and bag.state is not BagState.STOPPED
    return BagStep.STOP if is_new else None


def _incident(
    session: Session,
    seen: Attempt,
    bag: DestructionBag | None,
    fault: BagFault,
    *,
    actor: Actor,
    now: datetime,
) -> BagIncident:
    return report_incident(
        session,
        fault,
        find_seal(seen.raw_code) or "",
        list_id=None if bag is None else bag.list_id,
        bag=bag,
        actor=actor,
        now=now,
    )


def _are_under_way(session: Session) -> bool:
    query = sa.select(DestructionList.id).where(DestructionList.state == DestructionState.EN_ROUTE)
    return session.scalar(query.limit(1)) is not None
