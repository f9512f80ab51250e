"""Paper for a plant, by program: plants, sealed bags, receipts, what is on its way, incidents of bags."""

from datetime import datetime

from flask import Response
from pydantic import AwareDatetime, Base64Bytes, Field

from registry.rules.limits import REASON_LIMIT, REMARK_LIMIT
from registry.rules.plant import Arrival
from registry.rules.roles import Action
from registry.rules.words import BagFault, BagState
from registry.views.plants import IncidentRow
from service.api.area import Area, Model
from service.api.copies import Person, person
from service.api.destruction import Count, Plant, count_of, plant_of
from service.flows import sending
from service.flows.sending import ReceiptFacts
from service.login import current_actor, current_runtime

area = Area("sending", __name__)

MEDIA = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}


class Plants(Model):
    """The designated plants by name, those of earlier days too."""

    plants: list[Plant]


class NewPlant(Model):
    """A plant to which paper may be sent."""

    name: str = Field(min_length=1, max_length=120)
    place: str = Field(min_length=1, max_length=120)


class PlantId(Model):
    """Which plant."""

    id: int


class Sealing(Model):
    """The number of the seal that closes a bag."""

    seal: str = Field(min_length=1, max_length=64)


class BagId(Model):
    """Which bag."""

    id: int


class Opening(Model):
    """Why a bag is opened, and who watches: proven by their PIN."""

    reason: str = Field(min_length=1, max_length=REASON_LIMIT)
    second_id: int
    pin: str = Field(max_length=12)


class Astray(Model):
    """A copy outside its bag, and where it lay."""

    scan: str = Field(min_length=1, max_length=200)
    what: str = Field(min_length=1, max_length=REASON_LIMIT)


class NewReceipt(Model):
    """What a plant states: of every seal that left, with the scan of its paper."""

    number: str = Field(min_length=1, max_length=80)
    destroyed_at: AwareDatetime
    weight_g: int | None = None
    arrivals: dict[str, Arrival] = Field(description="What became of each seal, by its number.")
    scan: Base64Bytes = Field(description="The scan: PDF, PNG or JPEG, in base64.")


class BagOut(Model):
    """A bag that escorts have signed for."""

    seal: str
    state: BagState


class TransportOut(Model):
    """A list on its way to a plant: seals and badges, nothing of what is in the bags."""

    list_id: int
    plant: str
    handed_at: datetime
    escorts: list[str]
    bags: list[BagOut]


class Transports(Model):
    """What is on its way, longest first."""

    transports: list[TransportOut]


class Incident(Model):
    """Something wrong with a bag, and what was done about it."""

    id: int
    list_id: int | None
    seal: str | None
    code: str | None
    fault: BagFault
    what: str
    reported_by: Person
    reported_at: datetime
    measures: str
    settled_by: Person | None
    settled_at: datetime | None


class Incidents(Model):
    """What was wrong with bags, those that nobody has settled first."""

    incidents: list[Incident]


class Measures(Model):
    """What was done about an incident."""

    measures: str = Field(min_length=1, max_length=REMARK_LIMIT)


@area.operation(
    "GET", "/plants", summary="List the designated plants.", answer=Plants, action=Action.READ_EQUIPMENT
)
def list_plants() -> Plants:
    """List the plants."""
    found = sending.list_plants(current_runtime(), only_active=False)
    return Plants(plants=[plant_of(one) for one in found])


@area.operation(
    "POST",
    "/plants",
    summary="Designate a plant to which paper may be sent.",
    body=NewPlant,
    answer=PlantId,
    status=201,
    action=Action.MANAGE_EQUIPMENT,
)
def designate(body: NewPlant) -> PlantId:
    """Designate a plant."""
    return PlantId(id=sending.designate(current_runtime(), current_actor(), body.name, body.place))


@area.operation(
    "POST",
    "/plants/<int:plant_id>/closing",
    summary="Send nothing to a plant any more; lists that are begun go on.",
    action=Action.MANAGE_EQUIPMENT,
)
def close_plant(plant_id: int) -> None:
    """Close a plant."""
    sending.close_plant(current_runtime(), current_actor(), plant_id)


@area.operation(
    "POST",
    "/destruction/<int:list_id>/bags",
    summary="Close a bag that holds what was scanned since the one before.",
    body=Sealing,
    answer=BagId,
    status=201,
    action=Action.DESTROY,
)
def seal_bag(list_id: int, body: Sealing) -> BagId:
    """Seal a bag."""
    return BagId(id=sending.seal_bag(current_runtime(), current_actor(), list_id, body.seal))


@area.operation(
    "POST",
    "/bags/<int:bag_id>/opening",
    summary="Open a bag again before it is handed over, in front of a second person.",
    body=Opening,
    action=Action.DESTROY,
)
def open_bag(bag_id: int, body: Opening) -> None:
    """Open a bag."""
    sending.open_bag(
        current_runtime(), current_actor(), bag_id, body.reason, second_id=body.second_id, pin=body.pin
    )


@area.operation(
    "POST",
    "/destruction/<int:list_id>/astray",
    summary="Report a copy that lies outside the bag in which it is on record.",
    body=Astray,
    action=Action.DESTROY,
)
def report_astray(list_id: int, body: Astray) -> None:
    """Report a copy astray."""
    sending.report_astray(current_runtime(), current_actor(), list_id, body.scan, body.what)


@area.operation(
    "POST",
    "/destruction/<int:list_id>/receipt",
    summary="Enter the plant's receipt; the list is over with it.",
    body=NewReceipt,
    answer=Count,
    status=201,
    action=Action.DESTROY,
)
def receive(list_id: int, body: NewReceipt) -> Count:
    """Enter a receipt."""
    facts = ReceiptFacts(
        number=body.number,
        destroyed_at=body.destroyed_at,
        weight_g=body.weight_g,
        arrivals=body.arrivals,
    )
    return count_of(sending.receive(current_runtime(), current_actor(), list_id, facts, body.scan))


@area.operation(
    "GET",
    "/destruction/<int:list_id>/receipt",
    summary="Give out the scan of the plant's receipt; that it was taken is recorded.",
    action=Action.DESTROY,
    media_type="application/octet-stream",
)
def receipt(list_id: int) -> Response:
    """Give out a scan."""
    content, kind = sending.receipt_scan(current_runtime(), current_actor(), list_id)
    return Response(content, content_type=MEDIA[kind])


@area.operation(
    "GET",
    "/transports",
    summary="List what is on its way to a plant: seals and badges.",
    answer=Transports,
    action=Action.READ_GATE_LOG,
)
def list_transports() -> Transports:
    """List transports."""
    found = sending.list_transports(current_runtime(), current_actor())
    return Transports(
        transports=[
            TransportOut(
                list_id=one.list_id,
                plant=one.plant,
                handed_at=one.handed_at,
                escorts=list(one.escorts),
                bags=[BagOut(seal=bag.seal_no, state=bag.state) for bag in one.bags],
            )
            for one in found
        ]
    )


@area.operation(
    "GET",
    "/bag-incidents",
    summary="List what was wrong with bags.",
    answer=Incidents,
    action=Action.SETTLE_INCIDENT,
)
def list_incidents() -> Incidents:
    """List incidents."""
    return Incidents(
        incidents=[_incident(row) for row in sending.list_incidents(current_runtime(), current_actor())]
    )


@area.operation(
    "POST",
    "/bag-incidents/<int:incident_id>/settlement",
    summary="Record what was done about an incident.",
    body=Measures,
    action=Action.SETTLE_INCIDENT,
)
def settle(incident_id: int, body: Measures) -> None:
    """Settle an incident."""
    sending.settle(current_runtime(), current_actor(), incident_id, body.measures)


def _incident(row: IncidentRow) -> Incident:
    return Incident(
        id=row.id,
        list_id=row.list_id,
        seal=row.seal_no,
        code=row.code,
        fault=row.fault,
        what=row.what,
        reported_by=person(row.reported_by),
        reported_at=row.reported_at,
        measures=row.measures,
        settled_by=person(row.settled_by) if row.settled_by else None,
        settled_at=row.settled_at,
    )
