"""Destruction by program: lists, both scans, who vouches, the certificate. Bags and receipts are in ``sending``."""

from collections.abc import Sequence
from datetime import datetime

from flask import Response
from pydantic import AwareDatetime, Field

from registry.rules.destruction import Shortfall
from registry.rules.plant import Tally
from registry.rules.roles import Action
from registry.rules.words import BagState, DestructionPart, DestructionState, ItemEnd, RequestState
from registry.views.destruction import BagRow, Device, ListRow, PlantName, ReceiptRow
from service.api.area import Area, Model
from service.api.copies import CopyFacts, Person, copy_facts, person
from service.errors import words_of
from service.flows import destroying
from service.flows.destroying import Scanned
from service.login import current_actor, current_runtime

area = Area("destruction", __name__)


class Shredder(Model):
    """A device that destroys paper, with its certified class after ISO/IEC 21964."""

    id: int
    name: str
    place: str
    shred_level: str


class Shredders(Model):
    """The shredders in use, finest first."""

    shredders: list[Shredder]


class Plant(Model):
    """A designated plant; lists can be sent there while it is active."""

    id: int
    name: str
    place: str
    active: bool


class NewList(Model):
    """A list to begin, for a shredder or for a plant."""

    equipment_id: int | None = None
    plant_id: int | None = None
    reason: str = Field(min_length=1, max_length=300)


class ListId(Model):
    """Which list."""

    id: int


class DestructionHead(Model):
    """A list in the overview."""

    id: int
    state: DestructionState
    request_state: RequestState | None
    reason: str
    requester: Person
    shredder: Shredder | None
    plant: Plant | None
    planned: int
    presented: int
    created_at: datetime


class DestructionLists(Model):
    """All lists, newest first."""

    lists: list[DestructionHead]


class ListedCopy(Model):
    """One copy on a list."""

    copy_facts: CopyFacts
    listed_at: datetime
    presented_at: datetime | None
    presented_by: Person | None
    seal: str | None
    ended_as: ItemEnd | None


class Bag(Model):
    """A sealed bag, or one that was, and how many copies lie in it."""

    id: int
    seal: str
    state: BagState
    copies: int
    sealed_at: datetime
    opened_at: datetime | None
    opening: str


class ReceiptOut(Model):
    """What the plant stated."""

    number: str
    destroyed_at: datetime
    weight_g: int | None
    scan_sha256: str
    recorded_at: datetime


class Count(Model):
    """What became of the copies; the difference is zero once a list is over."""

    planned: int
    bagged: int
    destroyed: int
    unaccounted: int
    kept: int
    difference: int


class Voucher(Model):
    """Who proved themselves at the shredder, or as escort of bags."""

    person: Person
    part: DestructionPart
    authenticated_at: datetime


class Missing(Model):
    """What is still missing before the copies are destroyed on record."""

    not_presented: list[str]
    operators: int
    witnesses: int
    escorts: int
    to_authenticate: list[int]
    shredder_minimum: int | None


class DestructionStory(Model):
    """A list with everything on it; ``missing`` only while it may go to the shredder, or be packed."""

    head: DestructionHead
    request_id: int | None
    approvers: list[Person]
    completed_at: datetime | None
    copies: list[ListedCopy]
    vouchers: list[Voucher]
    handed_at: datetime | None
    bags: list[Bag]
    receipt: ReceiptOut | None
    count: Count
    missing: Missing | None


class Scans(Model):
    """What a scanner read, or what somebody typed, in order."""

    scans: list[str] = Field(min_length=1, max_length=500)


class ScanAnswer(Model):
    """What became of one scan; ``refused`` is the code of the refusal."""

    scan: str
    again: bool
    refused: str | None
    detail: str | None


class ScanAnswers(Model):
    """The answer to each scan, in order."""

    answers: list[ScanAnswer]


class Submission(Model):
    """Until when the approval shall be usable."""

    until: AwareDatetime


class Submitted(Model):
    """The request that now waits for its approval."""

    request_id: int


class Vouching(Model):
    """A person who vouches, and the PIN that proves them."""

    part: DestructionPart
    person_id: int
    pin: str = Field(max_length=12)


class Vouched(Model):
    """Where the list stands after a signature."""

    state: DestructionState
    missing: Missing


@area.operation(
    "GET",
    "/shredders",
    summary="List the shredders in use.",
    answer=Shredders,
    action=Action.DESTROY,
)
def list_shredders() -> Shredders:
    """List the shredders."""
    found = destroying.shredders(current_runtime())
    return Shredders(shredders=[_shredder(device) for device in found])


@area.operation(
    "GET",
    "/destruction",
    summary="List the destruction lists.",
    answer=DestructionLists,
    action=Action.DESTROY,
)
def list_lists() -> DestructionLists:
    """List the lists."""
    return DestructionLists(
        lists=[_head(row) for row in destroying.lists(current_runtime(), current_actor())]
    )


@area.operation(
    "POST",
    "/destruction",
    summary="Begin a list.",
    body=NewList,
    answer=ListId,
    status=201,
    action=Action.BUILD_DESTRUCTION_LIST,
)
def open_list(body: NewList) -> ListId:
    """Begin a list."""
    runtime, actor = current_runtime(), current_actor()
    return ListId(
        id=destroying.open_list(runtime, actor, body.equipment_id, body.reason, plant_id=body.plant_id)
    )


@area.operation(
    "GET",
    "/destruction/<int:list_id>",
    summary="Tell what is on a list and what is missing.",
    answer=DestructionStory,
    action=Action.DESTROY,
)
def get_list(list_id: int) -> DestructionStory:
    """Tell the story of one list."""
    runtime, actor = current_runtime(), current_actor()
    view = destroying.get_list(runtime, actor, list_id)
    return DestructionStory(
        head=_head(view),
        request_id=view.request_id,
        approvers=[person(one) for one in view.approvers],
        completed_at=view.completed_at,
        copies=[
            ListedCopy(
                copy_facts=copy_facts(item.copy),
                listed_at=item.listed_at,
                presented_at=item.presented_at,
                presented_by=person(item.presented_by) if item.presented_by else None,
                seal=item.seal_no,
                ended_as=item.ended_as,
            )
            for item in view.items
        ],
        vouchers=[
            Voucher(person=person(one.person), part=one.part, authenticated_at=one.authenticated_at)
            for one in view.attestations
        ],
        handed_at=view.handed_at,
        bags=[_bag(bag) for bag in view.bags],
        receipt=_receipt(view.receipt),
        count=count_of(view.tally),
        missing=_missing(destroying.shortfall(runtime, actor, list_id)) if view.is_approved else None,
    )


@area.operation(
    "POST",
    "/destruction/<int:list_id>/copies",
    summary="Put scanned copies on a draft list, each on its own.",
    body=Scans,
    answer=ScanAnswers,
    action=Action.BUILD_DESTRUCTION_LIST,
)
def add_copies(list_id: int, body: Scans) -> ScanAnswers:
    """Put copies on a list."""
    return _answers(destroying.add(current_runtime(), current_actor(), list_id, body.scans))


@area.operation(
    "DELETE",
    "/destruction/<int:list_id>/copies/<code>",
    summary="Take a copy off a draft list.",
    action=Action.BUILD_DESTRUCTION_LIST,
)
def remove_copy(list_id: int, code: str) -> None:
    """Take a copy off a list."""
    destroying.remove(current_runtime(), current_actor(), list_id, code)


@area.operation(
    "POST",
    "/destruction/<int:list_id>/submission",
    summary="Seal the copies and ask for approval of exactly these.",
    body=Submission,
    answer=Submitted,
    status=201,
    action=Action.REQUEST_DESTRUCTION,
)
def submit_list(list_id: int, body: Submission) -> Submitted:
    """Submit a list."""
    runtime, actor = current_runtime(), current_actor()
    return Submitted(request_id=destroying.submit(runtime, actor, list_id, until=body.until))


@area.operation(
    "POST",
    "/destruction/<int:list_id>/cancellation",
    summary="Give a list up; its copies go back to where they were.",
    action=Action.BUILD_DESTRUCTION_LIST,
)
def cancel_list(list_id: int) -> None:
    """Give a list up."""
    destroying.cancel(current_runtime(), current_actor(), list_id)


@area.operation(
    "POST",
    "/destruction/<int:list_id>/presented",
    summary="Record copies that were scanned at the shredder or into a bag, each on its own.",
    body=Scans,
    answer=ScanAnswers,
    action=Action.DESTROY,
)
def present_copies(list_id: int, body: Scans) -> ScanAnswers:
    """Record the second scan."""
    runtime, actor = current_runtime(), current_actor()
    return _answers([destroying.present(runtime, actor, list_id, raw) for raw in body.scans])


@area.operation(
    "POST",
    "/destruction/<int:list_id>/attestations",
    summary="Let a person prove themselves and vouch; the last one ends the copies, or takes the bags.",
    body=Vouching,
    answer=Vouched,
    action=Action.DESTROY,
)
def attest_list(list_id: int, body: Vouching) -> Vouched:
    """Let a person vouch."""
    progress = destroying.attest(
        current_runtime(), current_actor(), list_id, body.part, person_id=body.person_id, pin=body.pin
    )
    return Vouched(state=progress.state, missing=_missing(progress.shortfall))


@area.operation(
    "GET",
    "/destruction/<int:list_id>/certificate",
    summary="Give out the certificate of a destroyed list.",
    action=Action.DESTROY,
    media_type="application/pdf",
)
def get_certificate(list_id: int) -> Response:
    """Give out the certificate."""
    pdf = destroying.certificate(current_runtime(), current_actor(), list_id)
    return Response(pdf, content_type="application/pdf")


def _head(row: ListRow) -> DestructionHead:
    return DestructionHead(
        id=row.id,
        state=row.state,
        request_state=row.request_state,
        reason=row.reason,
        requester=person(row.requester),
        shredder=_shredder(row.device) if row.device else None,
        plant=plant_of(row.plant) if row.plant else None,
        planned=row.planned,
        presented=row.presented,
        created_at=row.created_at,
    )


def _shredder(device: Device) -> Shredder:
    return Shredder(id=device.id, name=device.name, place=device.place, shred_level=device.shred_level)


def plant_of(plant: PlantName) -> Plant:
    """Return a plant as programs read it."""
    return Plant(id=plant.id, name=plant.name, place=plant.place, active=plant.active)


def count_of(count: Tally) -> Count:
    """Return a count as programs read it."""
    return Count(
        planned=count.planned,
        bagged=count.bagged,
        destroyed=count.destroyed,
        unaccounted=count.unaccounted,
        kept=count.kept,
        difference=count.difference,
    )


def _bag(bag: BagRow) -> Bag:
    return Bag(
        id=bag.id,
        seal=bag.seal_no,
        state=bag.state,
        copies=bag.copies,
        sealed_at=bag.sealed_at,
        opened_at=bag.opened_at,
        opening=bag.opening,
    )


def _receipt(receipt: ReceiptRow | None) -> ReceiptOut | None:
    if receipt is None:
        return None
    return ReceiptOut(
        number=receipt.number,
        destroyed_at=receipt.destroyed_at,
        weight_g=receipt.weight_g,
        scan_sha256=receipt.scan_sha256,
        recorded_at=receipt.recorded_at,
    )


def _answers(scanned: Sequence[Scanned]) -> ScanAnswers:
    return ScanAnswers(answers=[_answer(one) for one in scanned])


def _answer(scanned: Scanned) -> ScanAnswer:
    error = scanned.error
    return ScanAnswer(
        scan=scanned.raw,
        again=scanned.again,
        refused=error.code if error else None,
        detail=words_of(error).sentence if error else None,
    )


def _missing(short: Shortfall) -> Missing:
    return Missing(
        not_presented=list(short.not_presented),
        operators=short.operators_missing,
        witnesses=short.witnesses_missing,
        escorts=short.escorts_missing,
        to_authenticate=list(short.to_authenticate),
        shredder_minimum=short.shredder_minimum,
    )
