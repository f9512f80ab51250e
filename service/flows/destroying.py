"""Destruction from the first scan to the certificate.

Laws: the approval is asked for exactly the listed copies; people at the shredder prove themselves before the
transaction; the certificate is drawn once, after the destruction is on record.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from registry.acts import approvals, destruction, escorting, shredding
from registry.acts.destruction import ListEmpty
from registry.disposal import ListClosed
from registry.errors import PermissionDenied, RegistryError
from registry.ledger import log
from registry.rules import roles
from registry.rules.approval import Act, Order, Units
from registry.rules.destruction import Shortfall
from registry.rules.levels import get_level, highest
from registry.rules.roles import Action, Actor
from registry.rules.words import DestructionPart, DestructionState
from registry.views import destruction as views
from registry.views.destruction import Device, ListRow, ListView
from registry.vouching import Progress
from service.flows import proving, requesting
from service.flows.scans import read_scan
from service.papers.certificate import draw_certificate
from service.runtime import Runtime


class _Signing(TypedDict):
    attesting: Actor
    actor: Actor
    now: datetime


@dataclass(frozen=True)
class Scanned:
    """What became of one scan.

    Attributes:
        raw: What was scanned.
        again: Whether it had been scanned before.
        error: Why it was not taken; None when it was.
        sealed: The seal of the bag that it has closed.
    """

    raw: str
    again: bool = False
    error: RegistryError | None = None
    sealed: str | None = None


def open_list(
    runtime: Runtime, actor: Actor, equipment_id: int | None, reason: str, *, plant_id: int | None = None
) -> int:
    """Begin a list for a shredder or for a plant; return its id."""
    subject = f"equipment:{equipment_id}" if plant_id is None else f"plant:{plant_id}"
    with runtime.deed(actor, "destruction.open", subject) as session:
        return destruction.open_list(
            session, equipment_id, reason, plant_id=plant_id, actor=actor, now=runtime.now()
        )


def add(runtime: Runtime, actor: Actor, list_id: int, scans: Sequence[str]) -> tuple[Scanned, ...]:
    """Put scanned copies on a draft list, each on its own: one that does not fit holds up no other."""
    return tuple(_add_one(runtime, actor, list_id, raw) for raw in scans if raw.strip())


def remove(runtime: Runtime, actor: Actor, list_id: int, code: str) -> None:
    """Take a copy off a draft list."""
    with runtime.deed(actor, "destruction.unlist", f"destruction:{list_id}") as session:
        destruction.remove(session, list_id, code, actor=actor, now=runtime.now())


def submit(runtime: Runtime, actor: Actor, list_id: int, *, until: datetime) -> int:
    """Ask for approval of exactly the listed copies and seal them, in one deed; return the request's id."""
    now = runtime.now()
    with runtime.deed(actor, "destruction.submit", f"destruction:{list_id}") as session:
        order = _order(views.one_list(session, list_id), actor, until=until)
        request_id = approvals.request(session, order, actor=actor, now=now)
        destruction.submit(session, list_id, request_id, actor=actor, now=now)
    return request_id


def cancel(runtime: Runtime, actor: Actor, list_id: int) -> None:
    """Give a list up; its copies go back to where they were."""
    with runtime.deed(actor, "destruction.cancel", f"destruction:{list_id}") as session:
        destruction.cancel(session, list_id, actor=actor, now=runtime.now())


def present(runtime: Runtime, actor: Actor, list_id: int, raw: str) -> Scanned:
    """Record the second scan of a copy, at the shredder or into a bag."""
    return _scanned(
        runtime, actor, "destruction.present", raw, lambda code: _present(runtime, actor, list_id, code)
    )


def attest(
    runtime: Runtime, actor: Actor, list_id: int, part: DestructionPart, *, person_id: int, pin: str
) -> Progress:
    """Let a person prove themselves and vouch; the last one ends the copies, or takes the bags.

    Raises:
        PinRefused, PinClosed: it is not them, or too many wrong PINs were entered; recorded.
        AttestationConflict: the person has another part in this destruction.
    """
    with runtime.refusals(actor, "destruction.attest", f"destruction:{list_id}"):
        roles.require(actor, Action.DESTROY)
    attesting = proving.prove_person(runtime, actor, person_id, pin)
    by: _Signing = {"attesting": attesting, "actor": actor, "now": runtime.now()}
    with runtime.deed(actor, "destruction.attest", f"destruction:{list_id}") as session:
        if part is DestructionPart.ESCORT:
            return escorting.attest(session, list_id, **by)
        return shredding.attest(session, list_id, part, **by)


def shortfall(runtime: Runtime, actor: Actor, list_id: int) -> Shortfall:
    """Return what is still missing before a list is destroyed."""
    roles.require(actor, Action.DESTROY)
    with runtime.database.reading() as session:
        return shredding.shortfall(session, list_id, now=runtime.now())


def certificate(runtime: Runtime, actor: Actor, list_id: int) -> bytes:
    """Return the certificate of a destroyed list; drawn and sealed at the first call, the same bytes ever after."""
    roles.require(actor, Action.DESTROY)
    with runtime.database.reading() as session:
        view = views.one_list(session, list_id)
        head = log.head(session).short
    if view.certificate_sha256 is not None:
        return runtime.store.get(view.certificate_sha256)
    if view.completed_at is None or view.state is not DestructionState.DESTROYED:
        raise ListClosed("got a list that is not destroyed", state=str(view.state))
    sha256 = runtime.store.put(draw_certificate(view, runtime.settings, ledger=head))
    with runtime.deed(actor, "destruction.certify", f"destruction:{list_id}") as session:
        shredding.keep_certificate(session, list_id, sha256, actor=actor, now=runtime.now())
        kept = views.one_list(session, list_id).certificate_sha256
    return runtime.store.get(kept or sha256)


def lists(runtime: Runtime, actor: Actor) -> tuple[ListRow, ...]:
    """Return all lists, newest first."""
    roles.require(actor, Action.DESTROY)
    with runtime.database.reading() as session:
        return views.lists(session)


def get_list(runtime: Runtime, actor: Actor, list_id: int) -> ListView:
    """Return one list with everything on it."""
    roles.require(actor, Action.DESTROY)
    with runtime.database.reading() as session:
        return views.one_list(session, list_id)


def shredders(runtime: Runtime) -> tuple[Device, ...]:
    """Return the shredders in use."""
    with runtime.database.reading() as session:
        return views.shredders(session)


def _add_one(runtime: Runtime, actor: Actor, list_id: int, raw: str) -> Scanned:
    def add_code(code: str) -> bool:
        with runtime.deed(actor, "destruction.list", f"copy:{code}") as session:
            return destruction.add(session, list_id, code, actor=actor, now=runtime.now())

    return _scanned(runtime, actor, "destruction.list", raw, add_code)


def _present(runtime: Runtime, actor: Actor, list_id: int, code: str) -> bool:
    with runtime.deed(actor, "destruction.present", f"copy:{code}") as session:
        return shredding.present(session, list_id, code, actor=actor, now=runtime.now())


def _scanned(runtime: Runtime, actor: Actor, action: str, raw: str, take: Callable[[str], bool]) -> Scanned:
    try:
        with runtime.refusals(actor, action, "copy"):
            code = read_scan(runtime.tokens, raw).code
        return Scanned(raw, again=not take(code))
    except RegistryError as refusal:
        return Scanned(raw, error=refusal)


def _order(view: ListView, actor: Actor, *, until: datetime) -> Order:
    """Return the order over a list: its highest level, and every copy by its code."""
    if actor.person_id is None or actor.unit_id is None:
        raise PermissionDenied(requesting.WITHOUT_UNIT)
    if not view.items:
        raise ListEmpty("got a list without copies")
    level = highest(get_level(item.copy.scheme, item.copy.level) for item in view.items)
    return Order(
        act=Act.DESTROY,
        scheme=level.scheme,
        level=level.code,
        requester_person=actor.person_id,
        units=Units(actor.unit_id, actor.unit_id, actor.unit_id),
        reason=view.reason,
        copies=len(view.items),
        copy_codes=tuple(item.copy.code for item in view.items),
        until=until,
        details=(
            ("list", f"D-{view.id:06d}"),
            _way_out(view),
            *(
                (f"copy {item.copy.copy_no:06d}", f"{item.copy.doc_number} {item.copy.title}")
                for item in view.items
            ),
        ),
    )


def _way_out(view: ListView) -> tuple[str, str]:
    """Return where the copies end, as whoever agrees is shown."""
    if view.plant is not None:
        return "plant", f"{view.plant.name} · {view.plant.place}"
    return "device", "" if view.device is None else f"{view.device.name} {view.device.shred_level}"
