"""The register of devices."""

import pytest

from registry.acts import equipment
from registry.acts.equipment import DeviceNameTaken
from registry.errors import InvalidError, PermissionDenied
from registry.ledger import log
from registry.models import Equipment
from registry.rules.words import EquipmentKind

PEOPLE_WHO_MAY_NOT = ["clerk", "leader", "officer", "auditor", "guard", "holder"]


@pytest.fixture
def keep(office):
    return {"actor": office.administrator, "now": office.now}


def test_a_shredder_is_registered_with_its_class_and_recorded_without_its_name(office, keep):
    made = equipment.add_shredder(office.session, " 碎纸机 A ", "A 座 302", "p-5", **keep)
    device = office.session.get_one(Equipment, made)
    assert (device.kind, device.name, device.place, device.shred_level, device.active) == (
        EquipmentKind.SHREDDER,
        "碎纸机 A",
        "A 座 302",
        "P-5",
        True,
    )
    (entry,) = log.read(office.session, kind="equipment.added")
    assert entry.subject == f"equipment:{made}"
    assert entry.facts["shred_level"] == "P-5"
    assert "碎纸机" not in str(entry.facts)


@pytest.mark.parametrize("part", PEOPLE_WHO_MAY_NOT)
def test_only_the_system_administrator_registers_devices(office, part):
    with pytest.raises(PermissionDenied):
        equipment.add_shredder(office.session, "A", "here", "P-5", actor=office.actors[part], now=office.now)


@pytest.mark.parametrize("shred_level", ["", "5", "P-0", "P-8", "P5", "O-3", "P-5 or so"])
def test_a_class_that_no_certificate_names_is_refused(office, keep, shred_level):
    with pytest.raises(InvalidError):
        equipment.add_shredder(office.session, "A", "here", shred_level, **keep)
    assert not office.session.query(Equipment).all()


def test_two_devices_never_share_a_name(office, keep):
    equipment.add_shredder(office.session, "碎纸机 A", "here", "P-5", **keep)
    with office.session.begin_nested(), pytest.raises(DeviceNameTaken) as refused:
        equipment.add_shredder(office.session, "碎纸机 Ａ", "there", "P-7", **keep)
    assert refused.value.facts == {"device_name": "碎纸机 A"}
