"""Repairs: asked for, sent, back."""

from pydantic import AwareDatetime, Field

from registry.rules.roles import Action
from registry.rules.words import RepairGuard
from service.api.area import Model
from service.api.equipment.area import area
from service.api.equipment.shapes import DeviceStanding, EquipmentRequest
from service.flows import equipment
from service.flows.equipment import RepairWish
from service.login import current_actor, current_runtime


class WantedRepair(Model):
    """Who shall repair a device, where, and what keeps its secrets."""

    reason: str = Field(min_length=1, max_length=300)
    technician: str = Field(min_length=1, max_length=120)
    workshop: str = Field(min_length=1, max_length=120)
    guard: RepairGuard
    escort_id: int | None = None
    until: AwareDatetime


class SentRepair(Model):
    """The approval under which a device is given to its technician."""

    request_id: int


class RepairId(Model):
    """Which repair."""

    id: int


class RepairRemark(Model):
    """What was done to a device."""

    remark: str = Field(default="", max_length=500)


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/repairs/requests",
    summary="Ask custodian and security officer to agree to a repair.",
    body=WantedRepair,
    answer=EquipmentRequest,
    status=201,
    action=Action.REQUEST_REPAIR,
)
def ask_repair(equipment_id: int, body: WantedRepair) -> EquipmentRequest:
    """Ask for a repair."""
    wish = RepairWish(
        reason=body.reason,
        technician=body.technician,
        workshop=body.workshop,
        guard=body.guard,
        escort_id=body.escort_id,
        until=body.until,
    )
    return EquipmentRequest(
        request_id=equipment.ask_repair(current_runtime(), current_actor(), equipment_id, wish)
    )


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/repairs",
    summary="Record that a device was given to the technician whom its approval names.",
    body=SentRepair,
    answer=RepairId,
    status=201,
    action=Action.MANAGE_EQUIPMENT,
)
def send_device(equipment_id: int, body: SentRepair) -> RepairId:
    """Send a device."""
    return RepairId(id=equipment.send(current_runtime(), current_actor(), equipment_id, body.request_id))


@area.operation(
    "POST",
    "/equipment/<int:equipment_id>/repairs/return",
    summary="Record that a device is back from its technician; it is inspected anew.",
    body=RepairRemark,
    answer=DeviceStanding,
    action=Action.MANAGE_EQUIPMENT,
)
def take_device_back(equipment_id: int, body: RepairRemark) -> DeviceStanding:
    """Take a device back."""
    return DeviceStanding(
        state=equipment.take_back(current_runtime(), current_actor(), equipment_id, body.remark)
    )
