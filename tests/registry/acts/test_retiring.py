"""Devices that go away: for repair, guarded, and for good, before witnesses."""

import pytest

from registry import consent
from registry.acts import equipment, retiring
from registry.acts.equipment import DeviceRetiring
from registry.acts.retiring import (
    DeviceAwaitsSignature,
    MethodTooWeak,
    NoRepairOpen,
    RepairOfOtherDevice,
    RetirementClosed,
    RetirementConflict,
    RetirementOpen,
)
from registry.errors import PermissionDenied
from registry.models import EquipmentRepair, EquipmentRetirement
from registry.rules.equipment import ImpossibleEquipmentStep
from registry.rules.levels import Handling
from registry.rules.words import EquipmentState, RetirementMethod, RetirementState
from tests.registry.acts.devices import OPERATOR, WITNESS, Workshop


@pytest.fixture
def workshop(office):
    return Workshop(office)


def test_a_repair_wants_the_custodian_and_the_security_officer(workshop, office):
    device = workshop.ready()
    request = workshop.repair(device, "officer")
    with pytest.raises(consent.NotApproved), office.session.begin_nested():
        workshop.send(device, request)
    workshop.agree(request, "clerk")
    repair = office.session.get_one(EquipmentRepair, workshop.send(device, request))
    assert (repair.technician, repair.workshop, str(repair.guard)) == ("Wang", "Service Ltd", "WIPED")
    assert (workshop.row(device).state, workshop.row(device).active) == (EquipmentState.IN_REPAIR, False)


def test_another_than_the_custodian_cannot_agree_in_their_place(workshop, office):
    device = workshop.ready()
    with pytest.raises(PermissionDenied):
        workshop.repair(device, "holder")


def test_a_device_that_is_back_is_inspected_before_anything_touches_it(workshop, office):
    device = workshop.ready()
    workshop.send(device, workshop.repair(device, guard="ESCORTED", escort=office.other_clerk.person_id))
    with pytest.raises(ImpossibleEquipmentStep):
        workshop.inspect(device)
    state = retiring.take_back(
        office.session, device, "drum replaced", actor=office.administrator, now=office.now
    )
    assert state is EquipmentState.REGISTERED
    (repair,) = office.session.query(EquipmentRepair)
    assert (repair.escort_id, repair.remark, repair.back_at) == (
        office.other_clerk.person_id,
        "drum replaced",
        office.now,
    )
    with pytest.raises(NoRepairOpen):
        retiring.take_back(office.session, device, "", actor=office.administrator, now=office.now)


def test_the_approval_of_one_repair_sends_no_other_device(workshop, office):
    device, other = workshop.ready(), workshop.ready(name="other")
    with pytest.raises(RepairOfOtherDevice):
        workshop.send(other, workshop.repair(device))


def test_a_device_that_changed_hands_since_is_not_sent(workshop, office):
    device = workshop.ready()
    request = workshop.repair(device)
    by_administrator = {"actor": office.administrator, "now": office.now}
    equipment.offer(office.session, device, office.holder.person_id, **by_administrator)
    with pytest.raises(DeviceAwaitsSignature), office.session.begin_nested():
        workshop.send(device, request)
    equipment.confirm(office.session, device, actor=office.holder, now=office.now)
    with pytest.raises(RepairOfOtherDevice):
        workshop.send(device, request)


def test_a_device_is_retired_by_the_last_of_two_people_who_vouch(workshop, office):
    device = workshop.ready()
    made = workshop.retire(device, RetirementMethod.WIPED)
    first = workshop.attest(made, OPERATOR, "other_clerk")
    assert (first.state, first.shortfall.witnesses_missing) == (RetirementState.OPEN, 1)
    assert workshop.row(device).state is EquipmentState.IN_USE
    assert workshop.attest(made, WITNESS, "manager").state is RetirementState.DONE
    row = workshop.row(device)
    assert (row.state, row.active, row.inspect_again_at) == (EquipmentState.RETIRED, False, None)
    assert workshop.kinds(device)[-3:] == ["retirement-attested", "retirement-attested", "retired"]
    with pytest.raises(RetirementClosed):
        workshop.attest(made, WITNESS, "handler")


def test_top_secret_is_destroyed_before_two_witnesses_and_never_only_wiped(workshop, office):
    device = workshop.ready(level=Handling.TOP_SECRET)
    with pytest.raises(MethodTooWeak):
        workshop.retire(device, RetirementMethod.WIPED)
    made = workshop.retire(device)
    workshop.attest(made, OPERATOR, "other_clerk")
    assert workshop.attest(made, WITNESS, "manager").shortfall.witnesses_missing == 1
    assert workshop.attest(made, WITNESS, "handler").state is RetirementState.DONE


def test_neither_custodian_nor_a_second_part_vouches_for_a_device(workshop, office):
    made = workshop.retire(workshop.ready())
    with pytest.raises(RetirementConflict) as refused, office.session.begin_nested():
        workshop.attest(made, OPERATOR, "clerk")
    assert refused.value.part == "holder"
    workshop.attest(made, OPERATOR, "other_clerk")
    with pytest.raises(RetirementConflict) as refused, office.session.begin_nested():
        workshop.attest(made, WITNESS, "other_clerk")
    assert refused.value.part == "operator"
    with pytest.raises(PermissionDenied):
        workshop.attest(made, WITNESS, "guard")


def test_a_signature_that_grew_old_is_given_again(workshop, office):
    device = workshop.ready()
    made = workshop.retire(device)
    workshop.attest(made, OPERATOR, "other_clerk")
    workshop.later(minutes=16)
    assert workshop.attest(made, WITNESS, "manager").shortfall.operators_missing == 1
    assert workshop.attest(made, OPERATOR, "other_clerk").state is RetirementState.DONE


def test_a_retirement_that_is_given_up_leaves_the_device_in_use(workshop, office):
    device = workshop.ready()
    made = workshop.retire(device)
    with pytest.raises(RetirementOpen), office.session.begin_nested():
        workshop.retire(device)
    with pytest.raises(DeviceRetiring), office.session.begin_nested():
        equipment.put(office.session, device, "B1", actor=office.administrator, now=office.now)
    retiring.cancel_retirement(office.session, made, actor=office.administrator, now=office.now)
    assert workshop.row(device).state is EquipmentState.IN_USE
    with pytest.raises(RetirementClosed):
        workshop.attest(made, OPERATOR, "other_clerk")


def test_the_first_certificate_stands(workshop, office):
    made = workshop.retire(workshop.ready())
    keep = {"actor": office.administrator, "now": office.now}
    with pytest.raises(RetirementClosed), office.session.begin_nested():
        retiring.keep_certificate(office.session, made, "a" * 64, **keep)
    workshop.attest(made, OPERATOR, "other_clerk")
    workshop.attest(made, WITNESS, "manager")
    retiring.keep_certificate(office.session, made, "a" * 64, **keep)
    retiring.keep_certificate(office.session, made, "b" * 64, **keep)
    assert office.session.get_one(EquipmentRetirement, made).certificate_sha256 == "a" * 64
