"""Devices to read: the list, and everything that is on record about one."""

from registry.rules.roles import Action
from registry.views.equipment import DeviceRow, Retirement
from service.api.area import Model
from service.api.copies import person
from service.api.equipment.area import area
from service.api.equipment.jobs import job
from service.api.equipment.shapes import (
    Device,
    DeviceCheck,
    DeviceInspection,
    DeviceRepair,
    DeviceRetirement,
    DeviceStory,
    DeviceVoucher,
    Keeping,
)
from service.flows import equipment
from service.login import current_actor, current_runtime


class Devices(Model):
    """The devices that the caller may see."""

    devices: list[Device]


@area.operation(
    "GET",
    "/equipment",
    summary="List the devices that you may see.",
    answer=Devices,
    action=Action.KEEP_EQUIPMENT,
)
def list_devices() -> Devices:
    """List devices."""
    return Devices(
        devices=[_device(row) for row in equipment.list_devices(current_runtime(), current_actor())]
    )


@area.operation(
    "GET",
    "/equipment/<int:equipment_id>",
    summary="Tell everything that is on record about a device.",
    answer=DeviceStory,
    action=Action.KEEP_EQUIPMENT,
)
def get_device(equipment_id: int) -> DeviceStory:
    """Tell the story of one device."""
    view = equipment.get_device(current_runtime(), current_actor(), equipment_id)
    return DeviceStory(
        device=_device(view.row),
        checks=[DeviceCheck(id=one.id, zh=one.zh, en=one.en) for one in view.checks],
        kept_by=[
            Keeping(
                giver=person(one.giver),
                receiver=person(one.receiver),
                state=one.state,
                offered_at=one.offered_at,
                closed_at=one.closed_at,
            )
            for one in view.kept_by
        ],
        inspections=[
            DeviceInspection(
                inspector=person(one.inspector),
                inspected_at=one.inspected_at,
                passed=one.passed,
                unmet=[DeviceCheck(id=each.id, zh=each.zh, en=each.en) for each in one.unmet],
                networks=one.networks,
                remark=one.remark,
                inspect_again_at=one.inspect_again_at,
            )
            for one in view.inspections
        ],
        jobs=[job(one) for one in view.jobs],
        repairs=[
            DeviceRepair(
                id=one.id,
                request_id=one.request_id,
                technician=one.technician,
                workshop=one.workshop,
                guard=one.guard,
                escort=person(one.escort),
                sent_at=one.sent_at,
                back_at=one.back_at,
                remark=one.remark,
            )
            for one in view.repairs
        ],
        retirements=[_retirement(one) for one in view.retirements],
    )


def _device(row: DeviceRow) -> Device:
    return Device(
        id=row.id,
        kind=row.kind,
        name=row.name,
        place=row.place,
        level=row.level,
        serial=row.serial,
        shred_level=row.shred_level,
        is_cipher=row.is_cipher,
        state=row.state,
        custodian=person(row.custodian),
        offered_to=person(row.offered_to),
        inspect_again_at=row.inspect_again_at,
        is_overdue=row.is_overdue,
    )


def _retirement(row: Retirement) -> DeviceRetirement:
    return DeviceRetirement(
        id=row.id,
        method=row.method,
        reason=row.reason,
        state=row.state,
        opened_by=person(row.opened_by),
        opened_at=row.opened_at,
        done_at=row.done_at,
        vouchers=[
            DeviceVoucher(person=person(one.person), part=one.part, authenticated_at=one.authenticated_at)
            for one in row.vouchers
        ],
    )
