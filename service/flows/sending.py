"""Paper goes to a designated plant: packed into sealed bags, handed to escorts, ended by the plant's receipt.

How a list is built, approved and signed for is in ``destroying``. Laws: whoever watches a bag being opened proves
themselves before the transaction; the scan of a receipt is opened in the sandbox before it is kept, and is given out
only as it came; copies of a bag that arrived broken or not at all are missed in the deed that enters the receipt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from registry.acts import arrivals, losses, packing, plants
from registry.acts.arrivals import Receipt
from registry.errors import ConflictError, InvalidError, RegistryError
from registry.ledger import log
from registry.rules import roles
from registry.rules.lifecycle import Step
from registry.rules.plant import Arrival, Tally, find_seal
from registry.rules.roles import Action, Actor
from registry.views import destruction as lists
from registry.views import plants as views
from registry.views.destruction import PlantName
from registry.views.plants import IncidentRow, Transport
from service.flows import proving
from service.flows.consenting import KINDS
from service.flows.destroying import Scanned, get_list, present
from service.flows.scans import read_scan
from service.runtime import Runtime


class ReceiptScanUnfit(InvalidError):
    """The scan of the receipt is neither a PDF nor a picture."""

    code = "receipt-scan-unfit"


class NoReceipt(ConflictError):
    """The plant has stated nothing of this list yet."""

    code = "no-receipt"


@dataclass(frozen=True, kw_only=True)
class ReceiptFacts:
    """What a clerk enters of a plant's receipt beside its scan."""

    number: str
    destroyed_at: datetime
    weight_g: int | None
    arrivals: Mapping[str, Arrival]


def designate(runtime: Runtime, actor: Actor, name: str, place: str) -> int:
    """Register a plant to which paper may be sent; return its id."""
    with runtime.deed(actor, "plant.designate", "plant:new") as session:
        return plants.designate(session, name, place, actor=actor, now=runtime.now())


def close_plant(runtime: Runtime, actor: Actor, plant_id: int) -> None:
    """Send nothing to a plant any more."""
    with runtime.deed(actor, "plant.close", f"plant:{plant_id}") as session:
        plants.close(session, plant_id, actor=actor, now=runtime.now())


def list_plants(runtime: Runtime, *, only_active: bool = True) -> tuple[PlantName, ...]:
    """Return the designated plants."""
    with runtime.database.reading() as session:
        return lists.plants(session, only_active=only_active)


def seal_bag(runtime: Runtime, actor: Actor, list_id: int, seal_no: str) -> int:
    """Record that what the actor scanned since their last bag lies in one under this seal; return the bag's id.

    Raises:
        InvalidSeal, SealUsed: it is no number of a seal, or was one before.
        BagEmpty: they have scanned nothing.
    """
    with runtime.deed(actor, "bag.seal", f"destruction:{list_id}") as session:
        return packing.seal_bag(session, list_id, seal_no, actor=actor, now=runtime.now())


def pack(runtime: Runtime, actor: Actor, list_id: int, raw: str) -> Scanned:
    """Take a scan at the packing table: a copy goes into the actor's open bag, a seal's number closes that."""
    seal = None if _is_copy(runtime, raw) else find_seal(raw)
    if seal is None:
        return present(runtime, actor, list_id, raw)
    try:
        seal_bag(runtime, actor, list_id, seal)
    except RegistryError as refusal:
        return Scanned(raw, error=refusal)
    return Scanned(raw, sealed=seal)


def open_bag(runtime: Runtime, actor: Actor, bag_id: int, reason: str, *, second_id: int, pin: str) -> None:
    """Record that a sealed bag was opened again before it was handed over, in front of somebody else.

    Raises:
        PinRefused, PinClosed: it is not them; recorded.
        OpenedAlone: it is the clerk at the screen.
    """
    with runtime.refusals(actor, "bag.open", f"bag:{bag_id}"):
        roles.require(actor, Action.DESTROY)
    second = proving.prove_person(runtime, actor, second_id, pin)
    with runtime.deed(actor, "bag.open", f"bag:{bag_id}") as session:
        packing.open_bag(session, bag_id, reason, second=second, actor=actor, now=runtime.now())


def report_astray(runtime: Runtime, actor: Actor, list_id: int, raw: str, what: str) -> Scanned:
    """Record that a copy lies here although it is on record in a sealed bag."""
    with runtime.refusals(actor, "bag.astray", "copy"):
        code = read_scan(runtime.tokens, raw).code
    with runtime.deed(actor, "bag.astray", f"copy:{code}") as session:
        packing.report_astray(session, list_id, code, what, actor=actor, now=runtime.now())
    return Scanned(raw)


def receive(runtime: Runtime, actor: Actor, list_id: int, facts: ReceiptFacts, scan: bytes) -> Tally:
    """Enter a plant's receipt with its scan; the list is over with it. Return the count.

    Raises:
        ReceiptScanUnfit: the scan is no PDF, PNG or JPEG; nothing was stored.
        UnusableFileError, SandboxFault: it cannot be opened; nothing was stored.
        RegistryError: what was entered is refused; see ``acts.arrivals``.
    """
    now = runtime.now()
    with runtime.refusals(actor, "destruction.receive", f"destruction:{list_id}"):
        roles.require(actor, Action.DESTROY)  # before a stranger's file costs anything
        kind = next((kind for start, kind in KINDS.items() if scan.startswith(start)), None)
        if kind is None:
            raise ReceiptScanUnfit("got a scan that is no PDF, PNG or JPEG", field="scan")
    runtime.parse("service.papers.pictures:show_picture", scan)  # opened once, so that it can be opened again
    receipt = Receipt(
        number=facts.number,
        destroyed_at=facts.destroyed_at,
        weight_g=facts.weight_g,
        arrivals=facts.arrivals,
        scan_sha256=runtime.store.put(scan),
        scan_kind=kind,
    )
    with runtime.deed(actor, "destruction.receive", f"destruction:{list_id}") as session:
        ended = arrivals.receive(session, list_id, receipt, actor=actor, now=now)
        for code, seal in ended.to_miss.items():  # locked above, so nobody waits for anybody
            why = f"封条 seal {seal}: D-{list_id:06d}"
            losses.report(session, code, Step.MISS, why, actor=actor, now=now)
    return ended.tally


def receipt_scan(runtime: Runtime, actor: Actor, list_id: int) -> tuple[bytes, str]:
    """Return the scan of a receipt and its kind; that it was taken is recorded."""
    found = get_list(runtime, actor, list_id).receipt
    if found is None:
        raise NoReceipt("got a list without a receipt", list=list_id)
    content = runtime.store.get(found.scan_sha256)
    with runtime.deed(actor, "receipt.read", f"destruction:{list_id}") as session:
        log.append(
            session,
            "receipt.read",
            f"destruction:{list_id}",
            actor=actor,
            now=runtime.now(),
            sha256=found.scan_sha256,
        )
    return content, found.scan_kind


def list_transports(runtime: Runtime, actor: Actor) -> tuple[Transport, ...]:
    """Return what is on its way to a plant: seals and badges, for guards and clerks."""
    roles.require(actor, Action.READ_GATE_LOG)
    with runtime.database.reading() as session:
        return views.transports(session)


def list_incidents(runtime: Runtime, actor: Actor) -> tuple[IncidentRow, ...]:
    """Return what was wrong with bags, for whoever settles it."""
    roles.require(actor, Action.SETTLE_INCIDENT)
    with runtime.database.reading() as session:
        return views.incidents(session)


def incidents_of(runtime: Runtime, actor: Actor, list_id: int) -> tuple[IncidentRow, ...]:
    """Return what was wrong with the bags of one list, for clerks."""
    roles.require(actor, Action.DESTROY)
    with runtime.database.reading() as session:
        return views.incidents(session, list_id=list_id)


def settle(runtime: Runtime, actor: Actor, incident_id: int, measures: str) -> None:
    """Record what was done about an incident of a bag."""
    with runtime.deed(actor, "bag-incident.settle", f"bag-incident:{incident_id}") as session:
        plants.settle(session, incident_id, measures, actor=actor, now=runtime.now())


def _is_copy(runtime: Runtime, raw: str) -> bool:
    try:
        read_scan(runtime.tokens, raw)
    except RegistryError:
        return False
    return True
