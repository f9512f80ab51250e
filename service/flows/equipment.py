"""Devices: registered, handed over, inspected, used for copies and faxes, repaired, retired.

Laws: an order for a repair is drawn up from the register; people who vouch prove themselves before the transaction; a
certificate is drawn once, after the retirement is on record.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from registry.acts import approvals, copying, equipment, retiring
from registry.acts.retiring import EQUIPMENT_DETAIL, RetirementClosed, RetirementProgress
from registry.errors import ConflictError, PermissionDenied
from registry.ledger import log
from registry.rules import equipment as rules
from registry.rules import roles
from registry.rules.approval import Act, Order, Units
from registry.rules.destruction import Shortfall
from registry.rules.equipment import NoCustodian
from registry.rules.facts import DeviceFacts
from registry.rules.levels import DEFAULT_SCHEME
from registry.rules.limits import PLACE_LIMIT, REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import DestructionPart, EquipmentState, RepairGuard, RetirementMethod
from registry.views import equipment as views
from registry.views.equipment import DeviceRow, DeviceView, JobRow, UsableApproval
from service.flows import proving, requesting
from service.flows.requesting import WITHOUT_UNIT, Wish
from service.flows.scans import read_scan
from service.papers.retirement import draw_retirement
from service.runtime import Runtime


class CustodianAsks(ConflictError):
    """Whoever answers for a device has to agree to its repair, and so cannot ask for it."""

    code = "custodian-asks"


class EscortMissing(ConflictError):
    """A device that is not wiped is escorted by somebody."""

    code = "escort-missing"


@dataclass(frozen=True, kw_only=True)
class JobWish:
    """What a person asks to be copied or faxed; ``station`` is where a fax shall go."""

    act: Act
    document_id: int
    copies: int
    reason: str
    until: datetime
    station: str = ""


@dataclass(frozen=True, kw_only=True)
class RepairWish:
    """Who shall repair a device, where, and what keeps its secrets; ``escort_id`` unless it is wiped."""

    reason: str
    technician: str
    workshop: str
    guard: RepairGuard
    escort_id: int | None
    until: datetime


@dataclass(frozen=True)
class JobDesk:
    """What was copied and faxed, and what waits to be."""

    jobs: tuple[JobRow, ...]
    approvals: tuple[UsableApproval, ...]
    devices: tuple[DeviceRow, ...]


def add_shredder(runtime: Runtime, actor: Actor, name: str, place: str, shred_level: str) -> int:
    """Register a shredder under its certified class, ``P-1`` to ``P-7``, that is in use; return its id."""
    with runtime.deed(actor, "equipment.add", "registry") as session:
        return equipment.add_shredder(session, name, place, shred_level, actor=actor, now=runtime.now())


def add(runtime: Runtime, actor: Actor, facts: DeviceFacts, *, custodian_id: int | None = None) -> int:
    """Register a device that waits for its inspection, and offer it to its custodian; return its id."""
    with runtime.deed(actor, "equipment.add", "registry") as session:
        return equipment.add(session, facts, custodian_id=custodian_id, actor=actor, now=runtime.now())


def offer(runtime: Runtime, actor: Actor, equipment_id: int, receiver_id: int) -> int:
    """Offer a device to its next custodian; return the hand-over's id."""
    with runtime.deed(actor, "equipment.offer", f"equipment:{equipment_id}") as session:
        return equipment.offer(session, equipment_id, receiver_id, actor=actor, now=runtime.now())


def confirm(runtime: Runtime, actor: Actor, equipment_id: int) -> None:
    """Sign for a device on one's own screen."""
    with runtime.deed(actor, "equipment.confirm", f"equipment:{equipment_id}") as session:
        equipment.confirm(session, equipment_id, actor=actor, now=runtime.now())


def withdraw(runtime: Runtime, actor: Actor, equipment_id: int) -> None:
    """Take an offer back before it was signed for."""
    with runtime.deed(actor, "equipment.withdraw", f"equipment:{equipment_id}") as session:
        equipment.withdraw(session, equipment_id, actor=actor, now=runtime.now())


def inspect(
    runtime: Runtime,
    actor: Actor,
    equipment_id: int,
    in_order: Collection[str],
    *,
    networks: str = "",
    remark: str = "",
) -> EquipmentState:
    """Record what an inspector found; return where the device stands then."""
    with runtime.deed(actor, "equipment.inspect", f"equipment:{equipment_id}") as session:
        return equipment.inspect(
            session, equipment_id, in_order, networks=networks, remark=remark, actor=actor, now=runtime.now()
        )


def put(runtime: Runtime, actor: Actor, equipment_id: int, place: str) -> EquipmentState:
    """Record that a device stands somewhere else; it is inspected anew."""
    with runtime.deed(actor, "equipment.move", f"equipment:{equipment_id}") as session:
        return equipment.put(session, equipment_id, place, actor=actor, now=runtime.now())


def ask_job(runtime: Runtime, actor: Actor, wish: JobWish) -> int:
    """Ask for approval of a copy or fax job; return the request's id."""
    limit = copying.STATION_LIMIT
    station = parse_line(wish.station, field="station", limit=limit, required=wish.act is Act.FAX)
    details = (("station", station),) if wish.act is Act.FAX else ()
    return requesting.ask(
        runtime,
        actor,
        Wish(
            document_id=wish.document_id,
            act=wish.act,
            reason=wish.reason,
            until=wish.until,
            copies=wish.copies,
            details=details,
        ),
    )


def run_job(
    runtime: Runtime,
    actor: Actor,
    request_id: int,
    equipment_id: int,
    raw: str,
    *,
    copies: int,
    station: str = "",
) -> int:
    """Record an approved job on a device; ``raw`` is the scanned code of what lay on the glass. Return the job's id."""
    with runtime.refusals(actor, "equipment.run-job", f"equipment:{equipment_id}"):
        code = read_scan(runtime.tokens, raw).code
    with runtime.deed(actor, "equipment.run-job", f"equipment:{equipment_id}") as session:
        return copying.run_job(
            session, request_id, equipment_id, code, copies, station=station, actor=actor, now=runtime.now()
        )


def ask_repair(runtime: Runtime, actor: Actor, equipment_id: int, wish: RepairWish) -> int:
    """Ask the custodian and the security officer to agree to a repair; return the request's id.

    Raises:
        NoCustodian: nobody answers for the device, so nobody could agree.
        CustodianAsks: the actor answers for it.
        EscortMissing: it is neither wiped nor escorted.
    """
    now = runtime.now()
    with runtime.deed(actor, "equipment.ask-repair", f"equipment:{equipment_id}") as session:
        row = views.device(session, equipment_id, actor, now=now).row
        if actor.person_id is None or actor.unit_id is None:
            raise PermissionDenied(WITHOUT_UNIT)
        if row.custodian is None:
            raise NoCustodian("got a repair of a device that nobody answers for")
        if row.custodian.id == actor.person_id:
            raise CustodianAsks("got the custodian as requester")
        if (wish.guard is RepairGuard.ESCORTED) != (wish.escort_id is not None):
            raise EscortMissing("got a device that is neither wiped nor escorted, or both")
        order = Order(
            act=Act.REPAIR,
            scheme=DEFAULT_SCHEME,
            level=str(row.level or rules.STRICTEST),
            requester_person=actor.person_id,
            units=Units(actor.unit_id, actor.unit_id, actor.unit_id),
            reason=parse_line(wish.reason, field="reason", limit=REASON_LIMIT),
            carriers=() if wish.escort_id is None else (wish.escort_id,),
            custodian=row.custodian.id,
            until=wish.until,
            details=(
                (EQUIPMENT_DETAIL, str(equipment_id)),
                ("device", row.name),
                ("technician", parse_line(wish.technician, field="technician", limit=PLACE_LIMIT)),
                ("workshop", parse_line(wish.workshop, field="workshop", limit=PLACE_LIMIT)),
                ("guard", str(wish.guard)),
            ),
        )
        return approvals.request(session, order, actor=actor, now=now)


def send(runtime: Runtime, actor: Actor, equipment_id: int, request_id: int) -> int:
    """Record that a device was given to the technician whom its approval names; return the repair's id."""
    with runtime.deed(actor, "equipment.send", f"equipment:{equipment_id}") as session:
        return retiring.send(session, equipment_id, request_id, actor=actor, now=runtime.now())


def take_back(runtime: Runtime, actor: Actor, equipment_id: int, remark: str = "") -> EquipmentState:
    """Record that a device is back from its technician."""
    with runtime.deed(actor, "equipment.take-back", f"equipment:{equipment_id}") as session:
        return retiring.take_back(session, equipment_id, remark, actor=actor, now=runtime.now())


def open_retirement(
    runtime: Runtime, actor: Actor, equipment_id: int, method: RetirementMethod, reason: str
) -> int:
    """Begin to retire a device; return the retirement's id."""
    with runtime.deed(actor, "equipment.open-retirement", f"equipment:{equipment_id}") as session:
        return retiring.open_retirement(session, equipment_id, method, reason, actor=actor, now=runtime.now())


def cancel_retirement(runtime: Runtime, actor: Actor, retirement_id: int) -> None:
    """Give a retirement up."""
    with runtime.deed(actor, "equipment.cancel-retirement", f"retirement:{retirement_id}") as session:
        retiring.cancel_retirement(session, retirement_id, actor=actor, now=runtime.now())


def attest_retirement(
    runtime: Runtime, actor: Actor, retirement_id: int, part: DestructionPart, *, person_id: int, pin: str
) -> RetirementProgress:
    """Let a person where the device is ended prove themselves and vouch; the last one missing retires it.

    Raises:
        PinRefused, PinClosed: it is not them, or too many wrong PINs were entered; recorded.
        RetirementConflict: the person has another part in this.
    """
    with runtime.refusals(actor, "equipment.attest", f"retirement:{retirement_id}"):
        roles.require(actor, Action.DESTROY)
    attesting = proving.prove_person(runtime, actor, person_id, pin)
    with runtime.deed(actor, "equipment.attest", f"retirement:{retirement_id}") as session:
        return retiring.attest(
            session, retirement_id, part, attesting=attesting, actor=actor, now=runtime.now()
        )


def retirement_shortfall(runtime: Runtime, actor: Actor, retirement_id: int) -> Shortfall:
    """Return who is still missing before a device is retired."""
    roles.require(actor, Action.READ_EQUIPMENT)
    with runtime.database.reading() as session:
        return retiring.shortfall(session, retirement_id, now=runtime.now())


def certificate(runtime: Runtime, actor: Actor, retirement_id: int) -> bytes:
    """Return the certificate of a retired device; drawn at the first call, the same bytes ever after."""
    roles.require(actor, Action.READ_EQUIPMENT)
    now = runtime.now()
    with runtime.database.reading() as session:
        equipment_id, found = views.retirement(session, retirement_id)
        row = views.device(session, equipment_id, actor, now=now).row
        head = log.head(session).short
    if found.certificate_sha256 is not None:
        return runtime.store.get(found.certificate_sha256)
    if found.done_at is None:
        raise RetirementClosed("got a retirement that is not done", state=str(found.state))
    sha256 = runtime.store.put(draw_retirement(row, found, runtime.settings, ledger=head))
    with runtime.deed(actor, "equipment.certify", f"retirement:{retirement_id}") as session:
        retiring.keep_certificate(session, retirement_id, sha256, actor=actor, now=runtime.now())
        kept = views.retirement(session, retirement_id)[1].certificate_sha256
    return runtime.store.get(kept or sha256)


def list_devices(runtime: Runtime, actor: Actor) -> tuple[DeviceRow, ...]:
    """Return the devices that the actor may see."""
    with runtime.database.reading() as session:
        return views.devices(session, actor, now=runtime.now())


def get_device(runtime: Runtime, actor: Actor, equipment_id: int) -> DeviceView:
    """Return one device with everything on record.

    Raises:
        UnknownRow: there is none, or none that the actor may see.
    """
    with runtime.database.reading() as session:
        return views.device(session, equipment_id, actor, now=runtime.now())


def repair_approvals(runtime: Runtime, actor: Actor, equipment_id: int) -> tuple[UsableApproval, ...]:
    """Return the approved repairs of a device that the actor could carry out."""
    detail = (EQUIPMENT_DETAIL, str(equipment_id))
    with runtime.database.reading() as session:
        return views.usable_approvals(
            session, actor, frozenset({Act.REPAIR}), now=runtime.now(), detail=detail
        )


def job_desk(runtime: Runtime, actor: Actor) -> JobDesk:
    """Return what was copied and faxed, and what the actor could do now."""
    roles.require(actor, Action.READ_COPYING)
    now = runtime.now()
    fit = frozenset(kind for kinds in rules.KINDS_FOR.values() for kind in kinds)
    with runtime.database.reading() as session:
        return JobDesk(
            jobs=views.jobs(session),
            approvals=views.usable_approvals(session, actor, frozenset(rules.KINDS_FOR), now=now)
            if roles.may(actor, Action.RUN_COPYING)
            else (),
            devices=tuple(
                row
                for row in views.devices(session, actor, now=now)
                if row.kind in fit and row.state is EquipmentState.IN_USE
            ),
        )
