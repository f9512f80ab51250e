"""An attempt at a gate, of a copy or of a sealed bag: what came, what was shown beside it, whether it came before.

What is answered is decided in ``acts.gates`` and ``acts.baggates``. Law: the same attempt is one event however often it
is sent, and an id never stands for two attempts.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.gatelog import event_facts, raw_hash
from registry.ledger import log
from registry.models import Gate, GateEvent, Person
from registry.rows import flush_unique, get_row
from registry.rules import gate as gate_rules
from registry.rules.gate import Colour, Proof, Verdict
from registry.rules.roles import Actor
from registry.rules.situations import AnySituation, record_hash, record_of
from registry.rules.words import Direction, ScanSource
from registry.ruling import in_force

RAW_LIMIT: Final = 200


class GateClosed(ConflictError):
    """The gate is not in use."""

    code = "gate-closed"


class AttemptReused(ConflictError):
    """The id of an attempt came again with something else than before."""

    code = "attempt-reused"


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
        is_seal_intact: What the guard says of the seal of a bag; None where nobody was asked.
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
    is_seal_intact: bool | None = None

    def shown(self) -> dict[str, object]:
        """Return what was shown beside the paper, as an event keeps it."""
        seal = {} if self.is_seal_intact is None else {"seal": self.is_seal_intact}
        return {
            "carriers": sorted(self.carriers),
            "refused": self.carrier_refused,
            "pages": self.pages_counted,
            **seal,
        }


@dataclass(frozen=True)
class Passage:
    """The recorded event and its verdict."""

    event_id: int
    verdict: Verdict


def locked_gate(session: Session, gate_id: int) -> Gate:
    """Return a gate, locked: attempts at one gate go one after the other."""
    return get_row(session, Gate, gate_id, lock=True)


def require_open(gate: Gate) -> None:
    """Pass when a gate is in use.

    Raises:
        GateClosed: it is not.
    """
    if not gate.active:
        raise GateClosed("got a gate that is not in use", gate=gate.id)


def find_earlier(session: Session, seen: Attempt) -> GateEvent | None:
    """Return the event of the same attempt, which was sent before.

    Raises:
        AttemptReused: the id came with something else.
    """
    before = session.scalar(sa.select(GateEvent).where(GateEvent.attempt_id == seen.attempt_id))
    if before is None:
        return None
    then = (before.gate_id, before.direction, before.raw_code, before.facts["shown"])
    if then != (seen.gate_id, seen.direction, printable(seen.raw_code)[:RAW_LIMIT], seen.shown()):
        raise AttemptReused("got the id of an attempt with something else", attempt=seen.attempt_id)
    return before


def write_event(
    session: Session,
    seen: Attempt,
    verdict: Verdict,
    *,
    copy_id: int | None = None,
    bag_id: int | None = None,
    situation: AnySituation,
    actor: Actor,
    now: datetime,
) -> GateEvent:
    """Return the row of an attempt, not flushed yet; see `flush_event`."""
    event = GateEvent(
        attempt_id=seen.attempt_id,
        gate_id=seen.gate_id,
        guard_id=actor.person_id,
        device_id=seen.device_id,
        direction=seen.direction,
        source=seen.source,
        raw_code=printable(seen.raw_code)[:RAW_LIMIT],
        copy_id=copy_id,
        bag_id=bag_id,
        permit_id=verdict.permit_id,
        colour=verdict.colour,
        reason=str(verdict.reason),
        facts={**verdict.facts, "shown": seen.shown(), "proof": str(seen.proof)},
        situation=record_of(situation),
        device_at=seen.device_at,
        happened_at=now,
    )
    session.add(event)
    return event


def flush_event(session: Session, event: GateEvent) -> None:
    """Write an event down.

    Raises:
        AttemptReused: an attempt at another gate has the id.
    """
    reused = AttemptReused("got the id of an attempt at another gate", attempt=event.attempt_id)
    flush_unique(session, {(GateEvent.attempt_id,): reused})


def record_event(session: Session, event: GateEvent, *, raw: str, actor: Actor, now: datetime) -> None:
    """Record an attempt that was written down."""
    log.append(
        session,
        "gate.passed" if event.colour is Colour.GREEN else "gate.refused",
        f"gate-event:{event.id}",
        actor=actor,
        now=now,
        **event_facts(event),
        raw_sha256=raw_hash(printable(raw)),
        situation=None if event.situation is None else record_hash(event.situation),
        rules=in_force(session, now).version,
    )


def persons_shown(session: Session, staff_numbers: frozenset[str], *, refused: bool) -> frozenset[int]:
    """Return who showed themselves; somebody whom the register does not know, or the guard does not, is person 0."""
    wanted = {number.upper() for number in staff_numbers}
    query = sa.select(Person).where(sa.func.upper(Person.staff_no).in_(wanted), Person.active)
    known = {person.staff_no.upper(): person.id for person in session.scalars(query)}
    strangers = {0} if refused or wanted - known.keys() else set()
    return frozenset({*known.values(), *strangers})


def passage_of(event: GateEvent) -> Passage:
    """Return the verdict that an event keeps."""
    facts = {name: value for name, value in event.facts.items() if name not in {"shown", "proof"}}
    return Passage(event.id, Verdict(event.colour, gate_rules.Reason(event.reason), event.permit_id, facts))


def printable(raw: str) -> str:
    """Return what was read without what a database cannot keep: lone surrogates and the zero character."""
    return raw.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")
