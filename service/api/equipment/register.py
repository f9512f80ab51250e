"""The register of devices: entered, handed over, inspected, moved."""

from pydantic import Field

from registry.rules.facts import DeviceFacts
from registry.rules.levels import Handling
from registry.rules.roles import Action
from registry.rules.words import EquipmentKind
from service.api.area import Model
from service.api.equipment.area import area
from service.api.equipment.shapes import DeviceStanding
from service.flows import equipment
from service.login import current_actor, current_runtime


class NewDevice(Model):
    """A device to register; a shredder has ``shred_level``, a fax may be ``is_cipher``."""

    kind: EquipmentKind
    name: str = Field(min_length=1, max_length=120)
    place: str = Field(min_length=1, max_length=120)
    level: Handling
    serial: str = Field(default="", max_length=80)
    shred_level: str = Field(default="", max_length=8)
    is_cipher: bool = False
    custodian_id: int | None = None


class DeviceId(Model):
    """Which device."""

    id: int


class NextCustodian(Model):
    """Who shall answer for a device."""

    person_id: int


class Findings(Model):
    """What an inspector found: the checks that are in order, and the networks that the device is on."""

    in_order: list[str] = Field(max_length=50)
    networks: str = Field(default="", max_length=300)
    remark: str = Field(default="", max_length=500)


class NewPlace(Model):
    """Where a device stands now."""

    place: str = Field(min_length=1, max_length=120)


@area.operation(
    "POST",
    "/equipment",
    summary="Register a device that waits for its inspection, and offer it to its custodian.",
    body=NewDevice,
    answer=DeviceId,
    status=201,
    action=Action.MANAGE_EQUIPMENT,
)
def add_device(body: NewDevice) -> DeviceId:
    """Register a device."""
    facts = DeviceFacts(
        body.kind, body.name, body.place, body.level, body.serial, body.shred_level, body.is_cipher
    )
    return DeviceId(
        id=equipment.add(current_runtime(), current_actor(), facts, custodian_id=body.custodian_id)
    )


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/offer",
    summary="Offer a device to its next custodian, who signs for it.",
    body=NextCustodian,
    action=Action.MANAGE_EQUIPMENT,
)
def offer_device(equipment_id: int, body: NextCustodian) -> None:
    """Offer a device."""
    equipment.offer(current_runtime(), current_actor(), equipment_id, body.person_id)


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/confirmation",
    summary="Sign for a device that you were offered.",
    action=Action.KEEP_EQUIPMENT,
)
def confirm_device(equipment_id: int) -> None:
    """Sign for a device."""
    equipment.confirm(current_runtime(), current_actor(), equipment_id)


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/withdrawal",
    summary="Take an offer back before it was signed for.",
    action=Action.MANAGE_EQUIPMENT,
)
def withdraw_device(equipment_id: int) -> None:
    """Take an offer back."""
    equipment.withdraw(current_runtime(), current_actor(), equipment_id)


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/inspections",
    summary="Record what you found on a device; it is in use only when everything is in order.",
    body=Findings,
    answer=DeviceStanding,
    status=201,
    action=Action.INSPECT_EQUIPMENT,
)
def inspect_device(equipment_id: int, body: Findings) -> DeviceStanding:
    """Record an inspection."""
    state = equipment.inspect(
        current_runtime(),
        current_actor(),
        equipment_id,
        body.in_order,
        networks=body.networks,
        remark=body.remark,
    )
    return DeviceStanding(state=state)


@area.operation(
    "PUT",
    "/equipment/<int:equipment_id>/place",
    summary="Say where a device stands now; it is inspected anew.",
    body=NewPlace,
    answer=DeviceStanding,
    action=Action.MANAGE_EQUIPMENT,
)
def move_device(equipment_id: int, body: NewPlace) -> DeviceStanding:
    """Move a device."""
    return DeviceStanding(state=equipment.put(current_runtime(), current_actor(), equipment_id, body.place))
