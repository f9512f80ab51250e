"""A gate: what was scanned, typed or photographed, of a copy or on the seal of a bag, is proven, judged and recorded.

Laws: the keyed check of a mark is verified before the register is asked; a picture is read in the sandbox, outside
any transaction; whatever comes, an attempt is recorded, so a file that nobody can read is an attempt without a mark.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from registry.acts import baggates, gates
from registry.errors import InvalidError
from registry.passing import Attempt, Passage
from registry.rules import roles
from registry.rules.canonical import canonical_bytes
from registry.rules.codes import code_from_number, human_code, parse_human_code
from registry.rules.gate import Proof
from registry.rules.roles import Action, Actor
from registry.rules.words import Direction, ScanSource
from registry.views import gates as views
from registry.views.gates import EventFilter, EventPage, EventRow, GateName
from service.flows.looking import Clock, look_through, name_sheets
from service.runtime import Runtime
from service.sandbox import SandboxFault
from watermark import WatermarkError

PHOTO_PATIENCE_S: Final = 35.0
"""How long a photo is read; the guard's screen waits ten seconds more."""
_MAY_BE_SEAL: Final = frozenset({Proof.TYPED, Proof.FOREIGN})
"""What was read and proven to be nothing else."""
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
        seal_intact: What the guard says of the seal of a bag.
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
    seal_intact: bool | None = None


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
        is_seal_intact=seen.seal_intact,
    )
    with runtime.deed(actor, "gate.scan", f"gate:{seen.gate_id}") as session:
        if reading.proof in _MAY_BE_SEAL:
            passage = baggates.attempt(session, attempt, actor=actor, now=runtime.now())
            if passage is not None:
                return passage
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
    added: list[object] = [sorted(seen.carriers), seen.carrier_refused, seen.pages]
    if added == [[], False, None] and seen.seal_intact is None:
        return seen.attempt.hex
    added += [] if seen.seal_intact is None else [seen.seal_intact]
    step = hashlib.sha256(canonical_bytes({"shown": added})).hexdigest()[:STEP_CHARS]
    return f"{seen.attempt.hex}/{step}"


def _read(runtime: Runtime, seen: Seen) -> _Reading:
    """Return what names a copy: a QR of ours before all else, then the hidden marks of a photo."""
    told = _read_text(runtime, seen.raw)
    if seen.photo is None:
        return told
    try:
        return _read_photo(runtime, seen.photo, told)
    except (WatermarkError, SandboxFault):
        return told


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


def _read_photo(runtime: Runtime, photo: bytes, told: _Reading) -> _Reading:
    """Return what a photo names beside what the device read in it: QR codes, then dots, then all marks at their places.

    Raises:
        WatermarkError, SandboxFault: it cannot be read.
    """
    clock = Clock(PHOTO_PATIENCE_S)
    looks = look_through(runtime, [photo], clock)
    texts = [_read_text(runtime, text) for look in looks for text in look[0]]
    claimed = next((one for one in (told, *texts) if one.proof is Proof.SIGNED), None)
    hidden = [code_from_number(look[1][0]) for look in looks if look[1]]
    if claimed is not None:
        is_other = bool(hidden) and claimed.code not in hidden
        return replace(claimed, proof=Proof.CONTRADICTED) if is_other else claimed
    if not hidden:
        sheets = [look[4] for look in looks if look[4]]
        with runtime.database.reading() as session:
            expected = views.documents_at_gates(session)
        named = name_sheets(runtime, sheets[:1], clock, expected, and_others=True)
        hidden = [one.code for one in named if one and one.code]
    if hidden:
        return _Reading(human_code(hidden[0]), hidden[0], Proof.HIDDEN)
    strange = next((_Reading(one.raw, None, Proof.FOREIGN) for one in texts), None)
    return strange if strange and told.proof is Proof.NOTHING else told
