"""Devices of the register: which exist, where they stand and how finely they shred.

Law: a shredder is registered with the class on its certificate; whether that suffices for a paper is decided in
``rules.destruction`` when paper lies before it.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.ledger import log
from registry.models import Equipment
from registry.rows import flush_unique
from registry.rules import roles
from registry.rules.destruction import shred_class
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_key, parse_line
from registry.rules.words import EquipmentKind

NAME_LIMIT: Final = 120
PLACE_LIMIT: Final = 120


class DeviceNameTaken(ConflictError):
    """Another device has this name."""

    code = "device-name-taken"


def add_shredder(
    session: Session, name: str, place: str, shred_level: str, *, actor: Actor, now: datetime
) -> int:
    """Register a shredder and return its id.

    Args:
        session: The deed's transaction.
        name: What people call it; no other device has it.
        place: Where it stands.
        shred_level: Class on its certificate after ISO/IEC 21964, ``P-1`` to ``P-7``.
        actor: Who registers it.
        now: When.

    Raises:
        InvalidShredClass: there is no such class.
        DeviceNameTaken: another device is called so.
    """
    roles.require(actor, Action.MANAGE_SETTINGS)
    level = parse_key(shred_level, field="shred_level", limit=8).upper()
    shred_class(level)
    device = Equipment(
        kind=EquipmentKind.SHREDDER,
        name=parse_key(name, field="name", limit=NAME_LIMIT),
        place=parse_line(place, field="place", limit=PLACE_LIMIT),
        shred_level=level,
    )
    session.add(device)
    taken = DeviceNameTaken(f"got device name {device.name}, which is taken", device_name=device.name)
    flush_unique(session, {(Equipment.name,): taken})
    log.append(
        session,
        "equipment.added",
        f"equipment:{device.id}",
        actor=actor,
        now=now,
        device=str(device.kind),
        device_name=log.private(device.name),
        place=log.private(device.place),
        shred_level=level,
    )
    return device.id
