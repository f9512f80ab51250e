"""Gates and permits by program: attempts, the log, what is amber, permits from wish to revocation."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from registry.rules.gate import Colour
from registry.rules.roles import Action
from registry.rules.words import Direction, PermitState, ScanSource
from registry.views.gates import EventFilter, EventRow, PermitRow
from service.api.area import Area, Model
from service.flows import gate, permits
from service.flows.gate import Seen
from service.flows.permits import TakeOut
from service.login import current_actor, current_runtime
from service.verdicts import needs, verdict_words

area = Area("gate", __name__)

StaffNumber = str


class GateOut(Model):
    """A gate in use."""

    id: int
    name_zh: str
    name_en: str


class GateList(Model):
    """All gates in use."""

    gates: list[GateOut]


class AttemptIn(Model):
    """What a device saw at a gate; repeat ``attempt`` when the same attempt is sent again."""

    attempt: UUID
    gate: int
    direction: Direction
    source: ScanSource
    device: str = Field(pattern=r"^[0-9A-Za-z-]{1,64}$")
    device_at: AwareDatetime | None = None
    raw: str = Field(max_length=4096)
    carriers: list[StaffNumber] = Field(default_factory=list, max_length=8)
    carrier_refused: bool = False
    pages: int | None = Field(default=None, ge=0, le=99999)
    seal_intact: bool | None = Field(default=None, description="What the guard says of the seal of a bag.")


class VerdictOut(Model):
    """The gate's answer; ``needs`` names what the guard can settle alone by looking."""

    event: int
    colour: Colour
    reason: str
    word: str
    sentence: str
    next_step: str
    needs: list[Literal["carrier", "pages", "seal"]]


class EventOut(Model):
    """One attempt, exactly as it was seen."""

    id: int
    gate: int
    guard: int
    direction: Direction
    source: ScanSource
    proof: str
    raw: str
    code: str | None
    seal: str | None
    colour: Colour
    reason: str
    device: str
    device_at: datetime | None
    happened_at: datetime
    override_by: int | None
    override_reason: str | None


class EventList(Model):
    """One page of the gate log, newest first."""

    events: list[EventOut]
    page: int
    pages: int
    total: int


class EventQuery(Model):
    """What the log is narrowed to."""

    gate: int | None = None
    colour: Colour | None = None
    page: int = Field(default=1, ge=1)


class ReasonIn(Model):
    """Why."""

    reason: str = Field(max_length=300)


class TakeOutIn(Model):
    """Copies to take out: by code, or as they were scanned."""

    codes: list[str] = Field(default_factory=list)
    scans: list[str] = Field(default_factory=list)
    carriers: list[int]
    gate: int | None = None
    until: AwareDatetime
    reason: str = Field(max_length=500)


class RequestsOut(Model):
    """The requests that were sent, one for each document."""

    requests: list[int]


class PermitsOpened(Model):
    """The permits that were opened, one for each copy."""

    permits: list[int]


class PermitOut(Model):
    """One permit."""

    id: int
    request: int
    code: str
    gate: int | None
    carriers: list[StaffNumber]
    opens_at: datetime
    closes_at: datetime
    state: PermitState
    is_lapsed: bool


class PermitList(Model):
    """The permits that the visitor may know of, newest first."""

    permits: list[PermitOut]


@area.operation(
    "GET", "/gates", summary="List the gates in use.", answer=GateList, action=Action.READ_GATE_LOG
)
def list_gates() -> GateList:
    """List gates."""
    found = gate.list_gates(current_runtime())
    return GateList(gates=[GateOut(id=one.id, name_zh=one.zh, name_en=one.en) for one in found])


@area.operation(
    "POST",
    "/gate/attempts",
    summary="Judge an attempt to pass a gate and record it.",
    body=AttemptIn,
    answer=VerdictOut,
    action=Action.SCAN_AT_GATE,
)
def attempt(body: AttemptIn) -> VerdictOut:
    """Judge an attempt."""
    seen = Seen(
        attempt=body.attempt,
        gate_id=body.gate,
        direction=body.direction,
        source=body.source,
        device_id=body.device,
        device_at=body.device_at,
        raw=body.raw,
        carriers=frozenset(body.carriers),
        carrier_refused=body.carrier_refused,
        pages=body.pages,
        seal_intact=body.seal_intact,
    )
    passage = gate.scan(current_runtime(), current_actor(), seen)
    words = verdict_words(passage.verdict)
    return VerdictOut.model_validate(
        {
            "event": passage.event_id,
            "colour": passage.verdict.colour,
            "reason": str(passage.verdict.reason),
            "word": words.word,
            "sentence": words.reason,
            "next_step": words.next_step,
            "needs": needs(passage.verdict),
        }
    )


@area.operation(
    "GET",
    "/gate/events",
    summary="List the attempts at the gates, refusals as well as passes.",
    query=EventQuery,
    answer=EventList,
    action=Action.READ_GATE_LOG,
)
def list_events(query: EventQuery) -> EventList:
    """List attempts."""
    wanted = EventFilter(gate_id=query.gate, colour=query.colour)
    found = gate.list_events(current_runtime(), current_actor(), wanted, page=query.page)
    return EventList(
        events=[_event(row) for row in found.rows], page=found.page, pages=found.pages, total=found.total
    )


@area.operation(
    "GET",
    "/gate/waiting",
    summary="List the amber attempts that a supervisor may still decide.",
    answer=EventList,
    action=Action.OVERRIDE_GATE,
)
def list_waiting() -> EventList:
    """List what is amber."""
    rows = gate.list_waiting(current_runtime(), current_actor())
    return EventList(events=[_event(row) for row in rows], page=1, pages=1, total=len(rows))


@area.operation(
    "POST",
    "/gate/events/<int:event_id>/override",
    summary="Let an amber attempt pass on your word.",
    body=ReasonIn,
    status=204,
    action=Action.OVERRIDE_GATE,
)
def override(event_id: int, body: ReasonIn) -> None:
    """Let an amber attempt pass."""
    gate.override(current_runtime(), current_actor(), event_id, body.reason)


@area.operation(
    "GET",
    "/permits",
    summary="List the take-out permits that you may know of.",
    answer=PermitList,
    action=Action.REQUEST_TAKE_OUT,
)
def list_permits() -> PermitList:
    """List permits."""
    board = permits.board(current_runtime(), current_actor())
    return PermitList(permits=[_permit(row) for row in board.permits])


@area.operation(
    "POST",
    "/permits/requests",
    summary="Ask to take copies out; one request is sent for each document.",
    body=TakeOutIn,
    answer=RequestsOut,
    status=201,
    action=Action.REQUEST_TAKE_OUT,
)
def ask(body: TakeOutIn) -> RequestsOut:
    """Ask for permits."""
    wanted = TakeOut(
        codes=tuple(body.codes),
        scans=tuple(body.scans),
        carriers=tuple(body.carriers),
        gate_id=body.gate,
        until=body.until,
        reason=body.reason,
    )
    return RequestsOut(requests=list(permits.ask(current_runtime(), current_actor(), wanted)))


@area.operation(
    "POST",
    "/permits/requests/<int:request_id>/open",
    summary="Open the permits of an approved request.",
    answer=PermitsOpened,
    status=201,
    action=Action.OPEN_PERMIT,
)
def open_permits(request_id: int) -> PermitsOpened:
    """Open permits."""
    return PermitsOpened(permits=list(permits.open_permits(current_runtime(), current_actor(), request_id)))


@area.operation(
    "POST",
    "/permits/<int:permit_id>/revoke",
    summary="Take back a permit that was not used yet.",
    body=ReasonIn,
    status=204,
    action=Action.OPEN_PERMIT,
)
def revoke(permit_id: int, body: ReasonIn) -> None:
    """Revoke a permit."""
    permits.revoke(current_runtime(), current_actor(), permit_id, body.reason)


def _event(row: EventRow) -> EventOut:
    return EventOut(
        id=row.id,
        gate=row.gate.id,
        guard=row.guard.id,
        direction=row.direction,
        source=row.source,
        proof=row.proof,
        raw=row.raw_code,
        code=row.code,
        seal=row.seal_no,
        colour=row.colour,
        reason=str(row.reason),
        device=row.device_id,
        device_at=row.device_at,
        happened_at=row.happened_at,
        override_by=None if row.override_by is None else row.override_by.id,
        override_reason=row.override_reason,
    )


def _permit(row: PermitRow) -> PermitOut:
    return PermitOut(
        id=row.id,
        request=row.request_id,
        code=row.copy.code,
        gate=None if row.gate is None else row.gate.id,
        carriers=[one.staff_no for one in row.carriers],
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        state=row.state,
        is_lapsed=row.is_lapsed,
    )
