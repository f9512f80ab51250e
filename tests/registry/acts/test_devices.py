"""Devices: who answers for them, what inspectors find, and what follows from it."""

import pytest

from registry.acts import equipment
from registry.acts.destruction import NotAShredder
from registry.acts.equipment import (
    AlreadyTheCustodian,
    CustodianInactive,
    DeviceContradiction,
    DeviceOffered,
    InspectsOwnDevice,
    NoDeviceOffer,
    NotTheNextCustodian,
    UnknownDeviceCheck,
)
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import EquipmentHandOver, EquipmentInspection, Person
from registry.rules.levels import Handling
from registry.rules.words import EquipmentKind, EquipmentState, HandOverState
from registry.views import equipment as views
from tests.registry.acts.devices import Workshop

EVERYBODY_ELSE = ["clerk", "handler", "leader", "officer", "auditor", "guard", "holder"]


@pytest.fixture
def workshop(office):
    return Workshop(office)


def by(office, part):
    return {"actor": office.actors[part], "now": office.now}


def test_a_new_device_waits_for_its_inspection_and_for_its_custodians_signature(workshop, office):
    made = workshop.add(keeper=office.clerk.person_id, serial="SN-7")
    row = workshop.row(made)
    assert (row.state, row.active, row.level, row.serial) == (
        EquipmentState.REGISTERED,
        False,
        Handling.SECRET,
        "SN-7",
    )
    assert row.custodian_id == office.administrator.person_id
    assert workshop.kinds(made) == ["added", "offered"]
    equipment.confirm(office.session, made, **by(office, "clerk"))
    assert workshop.row(made).custodian_id == office.clerk.person_id
    assert workshop.kinds(made) == ["added", "offered", "taken"]


def test_the_ledger_holds_no_name_of_a_device_or_place(workshop, office):
    workshop.add(name="复印机 A")
    entry = list(log.read(office.session, kind="equipment.added"))[-1]
    assert "复印机" not in str(entry.facts)
    assert "A 302" not in str(entry.facts)


@pytest.mark.parametrize("part", EVERYBODY_ELSE)
def test_only_the_system_administrator_registers_moves_and_offers_devices(workshop, office, part):
    made = workshop.add()
    with pytest.raises(PermissionDenied):
        workshop.add(by=office.actors[part], name="another")
    with pytest.raises(PermissionDenied):
        equipment.put(office.session, made, "B1", **by(office, part))
    with pytest.raises(PermissionDenied):
        equipment.offer(office.session, made, office.holder.person_id, **by(office, part))


@pytest.mark.parametrize(
    "facts",
    [
        {"level": None},
        {"is_cipher": True},
        {"shred_level": "P-5"},
    ],
)
def test_a_device_that_contradicts_itself_is_refused(workshop, facts):
    with pytest.raises(DeviceContradiction):
        workshop.add(EquipmentKind.COPIER, **{"level": Handling.SECRET, **facts})


def test_a_device_has_one_custodian_until_the_next_has_signed(workshop, office):
    made = workshop.ready()
    equipment.offer(office.session, made, office.holder.person_id, **by(office, "administrator"))
    assert workshop.row(made).custodian_id == office.clerk.person_id
    with pytest.raises(DeviceOffered):
        equipment.offer(office.session, made, office.leader.person_id, **by(office, "administrator"))
    with pytest.raises(NotTheNextCustodian):
        equipment.confirm(office.session, made, **by(office, "leader"))
    equipment.confirm(office.session, made, **by(office, "holder"))
    assert workshop.row(made).custodian_id == office.holder.person_id
    with pytest.raises(NoDeviceOffer):
        equipment.confirm(office.session, made, **by(office, "holder"))
    chain = views.device(office.session, made, office.officer, now=office.now).kept_by
    assert [(one.receiver.id, one.giver and one.giver.id) for one in chain] == [
        (office.holder.person_id, office.clerk.person_id),
        (office.clerk.person_id, office.administrator.person_id),
    ]


def test_an_offer_that_is_taken_back_leaves_the_device_where_it_was(workshop, office):
    made = workshop.ready()
    equipment.offer(office.session, made, office.holder.person_id, **by(office, "administrator"))
    equipment.withdraw(office.session, made, **by(office, "administrator"))
    assert workshop.row(made).custodian_id == office.clerk.person_id
    assert [row.state for row in office.session.query(EquipmentHandOver).order_by("id")] == [
        HandOverState.CONFIRMED,
        HandOverState.WITHDRAWN,
    ]
    with pytest.raises(NoDeviceOffer):
        equipment.withdraw(office.session, made, **by(office, "administrator"))


def test_nobody_who_left_or_has_it_already_is_offered_a_device(workshop, office):
    made = workshop.ready()
    with pytest.raises(AlreadyTheCustodian):
        equipment.offer(office.session, made, office.clerk.person_id, **by(office, "administrator"))
    office.session.get_one(Person, office.holder.person_id).active = False
    with pytest.raises(CustodianInactive):
        equipment.offer(office.session, made, office.holder.person_id, **by(office, "administrator"))


def test_a_device_that_passes_is_in_use_until_it_has_to_be_looked_at_again(workshop):
    made = workshop.add(EquipmentKind.COMPUTER, Handling.TOP_SECRET)
    assert workshop.inspect(made, networks="internal, encrypted") is EquipmentState.IN_USE
    row = workshop.row(made)
    assert row.active
    assert (row.inspect_again_at - workshop.present).days == 30
    view = views.device(workshop.session, made, workshop.office.clerk, now=workshop.present)
    assert (view.inspections[0].networks, view.row.is_overdue) == ("internal, encrypted", False)
    workshop.later(days=30, seconds=1)
    assert views.device(workshop.session, made, workshop.office.clerk, now=workshop.present).row.is_overdue


def test_a_computer_found_on_the_internet_is_barred_and_what_was_unmet_is_kept(workshop):
    made = workshop.add(EquipmentKind.COMPUTER)
    workshop.inspect(made)
    assert workshop.inspect(made, but=["no-internet"], networks="home wifi") is EquipmentState.BARRED
    assert not workshop.row(made).active
    assert workshop.row(made).inspect_again_at is None
    kept = workshop.session.query(EquipmentInspection).order_by("id").all()
    assert [(one.passed, one.unmet) for one in kept] == [(True, []), (False, ["no-internet"])]
    view = views.device(workshop.session, made, workshop.office.officer, now=workshop.present)
    assert [check.en for check in view.inspections[0].unmet] == [
        "Not connected to the internet or any public network"
    ]


def test_only_the_security_officer_inspects_and_never_the_own_device(workshop, office):
    made = workshop.add(keeper=office.officer.person_id)
    for part in ("clerk", "administrator", "leader", "auditor"):
        with pytest.raises(PermissionDenied):
            workshop.inspect(made, by=office.actors[part])
    equipment.confirm(office.session, made, **by(office, "officer"))
    with pytest.raises(InspectsOwnDevice):
        workshop.inspect(made)


def test_an_inspection_of_what_no_rule_asks_is_refused(workshop, office):
    made = workshop.add()
    with pytest.raises(UnknownDeviceCheck):
        equipment.inspect(office.session, made, ["cut-size"], **by(office, "officer"))


def test_a_device_that_was_moved_is_inspected_anew(workshop, office):
    made = workshop.ready()
    assert equipment.put(office.session, made, "B 101", **by(office, "administrator")) is (
        EquipmentState.REGISTERED
    )
    row = workshop.row(made)
    assert (row.place, row.active, row.inspect_again_at) == ("B 101", False, None)


def test_whoever_does_not_read_the_register_sees_the_own_devices_only(workshop, office):
    mine, offered = workshop.ready(), workshop.add(name="second", keeper=office.holder.person_id)
    now = office.now
    everything = {row.id for row in views.devices(office.session, office.officer, now=now)}
    assert {mine, offered} < everything
    assert [row.id for row in views.devices(office.session, office.holder, now=now)] == [offered]
    assert views.devices(office.session, office.guard, now=now) == ()
    assert views.device(office.session, offered, office.holder, now=now).is_offered_to_me


def test_a_shredder_of_an_older_register_is_looked_at_like_the_strictest(workshop, office):
    made = equipment.add_shredder(office.session, "old", "B1", "P-5", **by(office, "administrator"))
    assert workshop.inspect(made) is EquipmentState.IN_USE
    assert (workshop.row(made).inspect_again_at - office.now).days == 90


def test_a_shredder_that_fails_its_inspection_destroys_nothing(workshop, office):
    assert workshop.room.opened()
    assert workshop.inspect(workshop.room.fine, but=["cut-size"]) is EquipmentState.BARRED
    with pytest.raises(NotAShredder):
        workshop.room.opened()
    assert workshop.inspect(workshop.room.fine) is EquipmentState.IN_USE
    assert workshop.room.opened()
