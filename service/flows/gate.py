"""A gate: what was scanned, typed or photographed is proven, judged and recorded.

Laws: the keyed check of a mark is verified before the register is asked; a picture is read in the sandbox, outside
any transaction; whatever comes, an attempt is recorded, so a file that nobody can read is an attempt without a mark.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from registry.acts import gates
from registry.acts.gates import Attempt, Passage
from registry.errors import InvalidError
from registry.rules import roles
from registry.rules.canonical import canonical_bytes
from registry.rules.codes import code_from_number, human_code, parse_human_code
from registry.rules.gate import Proof
from registry.rules.roles import Action, Actor
from registry.rules.words import Direction, ScanSource
from registry.views import gates as views
from registry.views.gates import EventFilter, EventPage, EventRow, GateName
from service.runtime import Runtime
from service.sandbox import SandboxFault
from watermark import QrReading, Readings, WatermarkError

STEP_CHARS: Final = 7
"""An attempt's id has 32 characters, its column 40, and a stroke stands between the two."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a device at a gate sends.

    Attributes:
        attempt: Random id of the attempt, repeated when it is sent again.
        raw: What was read; empty for a photo in which the device found nothing.
        photo: The picture itself, looked at where ``raw`` is no mark of ours.
        carriers: Staff numbers on the badges that were shown.
        carrier_refused: Whether the guard says that it is somebody else.
        pages: How many pages the guard counted.
    """

    attempt: UUID
    gate_id: int
    direction: Direction
    source: ScanSource
    device_id: str
    device_at: datetime | None
    raw: str
    photo: bytes | None = None
    carriers: frozenset[str] = frozenset()
    carrier_refused: bool = False
    pages: int | None = None


@dataclass(frozen=True)
class _Reading:
    """What names a copy, and how well."""

    raw: str
    code: str | None
    proof: Proof


def scan(runtime: Runtime, actor: Actor, seen: Seen) -> Passage:
    """Judge an attempt to pass a gate, record it, and let a green one through.

    Raises:
        UnknownRow, GateClosed: no such gate is in use.
        AttemptReused: the id came before with something else.
    """
    with runtime.refusals(actor, "gate.scan", f"gate:{seen.gate_id}"):
        roles.require(actor, Action.SCAN_AT_GATE)
    reading = _read(runtime, seen)
    attempt = Attempt(
        attempt_id=_event_key(seen),
        gate_id=seen.gate_id,
        direction=seen.direction,
        source=seen.source,
        device_id=seen.device_id,
        device_at=seen.device_at,
        raw_code=reading.raw,
        code=reading.code,
        proof=reading.proof,
        carriers=seen.carriers,
        carrier_refused=seen.carrier_refused,
        pages_counted=seen.pages,
    )
    with runtime.deed(actor, "gate.scan", f"gate:{seen.gate_id}") as session:
        return gates.attempt(session, attempt, actor=actor, now=runtime.now())


def override(runtime: Runtime, actor: Actor, event_id: int, reason: str) -> None:
    """Let an amber attempt pass on the supervisor's word.

    Raises:
        NothingToOverride: it is not amber, or not any more.
        GuardOverridesSelf, CarrierOverridesSelf: the supervisor is part of the matter.
    """
    with runtime.deed(actor, "gate.override", f"gate-event:{event_id}") as session:
        gates.override(session, event_id, reason, actor=actor, now=runtime.now())


def add_gate(runtime: Runtime, actor: Actor, name_zh: str, name_en: str) -> int:
    """Register a gate and return its id."""
    with runtime.deed(actor, "gate.add", "gate:new") as session:
        return gates.add_gate(session, name_zh, name_en, actor=actor, now=runtime.now())


def list_gates(runtime: Runtime) -> tuple[GateName, ...]:
    """Return the gates in use."""
    with runtime.database.reading() as session:
        return views.gates(session)


def list_events(runtime: Runtime, actor: Actor, wanted: EventFilter, *, page: int = 1) -> EventPage:
    """Return one page of the gate log, newest first."""
    roles.require(actor, Action.READ_GATE_LOG)
    with runtime.database.reading() as session:
        return views.events(session, wanted, page=page)


def list_waiting(runtime: Runtime, actor: Actor) -> tuple[EventRow, ...]:
    """Return the amber attempts that a supervisor may still decide."""
    roles.require(actor, Action.OVERRIDE_GATE)
    with runtime.database.reading() as session:
        return views.waiting(session, now=runtime.now())


def _event_key(seen: Seen) -> str:
    """Return the id under which this look at the paper is kept.

    What the guard adds when asked makes another event of the same attempt; the same answer sent again does not.
    """
    added = [sorted(seen.carriers), seen.carrier_refused, seen.pages]
    if added == [[], False, None]:
        return seen.attempt.hex
    step = hashlib.sha256(canonical_bytes({"shown": added})).hexdigest()[:STEP_CHARS]
    return f"{seen.attempt.hex}/{step}"


def _read(runtime: Runtime, seen: Seen) -> _Reading:
    """Return what names a copy: a QR of ours before all else, then the hidden marks of a photo."""
    told = _read_text(runtime, seen.raw)
    if seen.photo is None or told.proof is Proof.SIGNED:
        return told
    return _read_photo(runtime, seen.photo) or told


def _read_text(runtime: Runtime, raw: str) -> _Reading:
    if not raw.strip():
        return _Reading(raw, None, Proof.NOTHING)
    try:
        return _Reading(raw, runtime.tokens.verify_qr(raw).code, Proof.SIGNED)
    except InvalidError:  # none of ours, or typed
        pass
    try:
        return _Reading(raw, parse_human_code(raw), Proof.TYPED)
    except InvalidError:
        return _Reading(raw, None, Proof.FOREIGN)


def _read_photo(runtime: Runtime, photo: bytes) -> _Reading | None:
    """Return what a photo names, or None; a file that cannot be read names nothing.

    Its QR codes come first, since they are read in a tenth of the time.
    """
    try:
        codes = cast("tuple[QrReading, ...]", runtime.parse("watermark:read_qr", photo))
        told = [_read_text(runtime, found.text) for found in codes]
        for reading in told:
            if reading.proof is Proof.SIGNED:
                return reading
        found = runtime.parse("service.papers.readings:read_marks", photo, runtime.keys.dots)
    except (WatermarkError, SandboxFault):
        return None
    for page in cast("Readings", found).pages:
        if page.dots is not None:
            code = code_from_number(page.dots.identity)
            return _Reading(human_code(code), code, Proof.HIDDEN)
    return next((_Reading(strange.raw, None, Proof.FOREIGN) for strange in told), None)
