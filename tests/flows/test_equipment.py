"""Devices behind the doors: what is asked, recorded, refused and printed about them."""

import io
from datetime import timedelta

import pikepdf
import pytest

from registry.ledger import log
from registry.models import Equipment
from registry.rows import UnknownRow
from registry.rules.approval import Act
from registry.rules.codes import human_code
from registry.rules.equipment import NoCustodian
from registry.rules.words import (
    DestructionPart,
    EquipmentKind,
    EquipmentState,
    RepairGuard,
    RetirementMethod,
    RetirementState,
)
from service.flows import copies, equipment, making, photocopying, printing, releasing, requesting
from service.flows.equipment import CustodianAsks, EscortMissing, JobWish, RepairWish
from service.flows.photocopying import NoPhotocopies
from service.flows.proving import PinRefused
from tests.fixtures.devices import add_device, ready_device


@pytest.fixture
def database_backend():
    return "sqlite"


def stock(world):
    """Return a document and the scan of a copy of it in stock."""
    document = world.register()
    batch = printing.order_batch(world.runtime, world.clerk, world.approved(document, copies=1), [None])
    making.make_batch(world.runtime, batch, lambda _done, _total: None)
    list(releasing.release(world.runtime, world.clerk, batch).chunks)
    (row,) = copies.batch_story(world.runtime, world.clerk, batch).copies.rows
    return document, world.runtime.tokens.qr_text(row.copy.code, 1)


def repair_wish(world, **changed):
    facts = {
        "reason": "jams at every sheet",
        "technician": "Wang",
        "workshop": "Service Ltd",
        "guard": RepairGuard.WIPED,
        "escort_id": None,
        "until": world.now + timedelta(days=7),
    }
    return RepairWish(**facts | changed)


def test_a_copy_is_asked_for_agreed_to_made_and_on_record(world):
    document, scan = stock(world)
    device = ready_device(world)
    wish = JobWish(
        act=Act.COPY, document_id=document, copies=2, reason="annex", until=world.now + timedelta(days=3)
    )
    request = equipment.ask_job(world.runtime, world.handler, wish)
    assert equipment.job_desk(world.runtime, world.other_clerk).approvals == ()
    world.approve(request, "leader")
    desk = equipment.job_desk(world.runtime, world.other_clerk)
    assert [(one.id, one.left) for one in desk.approvals] == [(request, 2)]
    assert [row.id for row in desk.devices] == [device]
    job = equipment.run_job(world.runtime, world.other_clerk, request, device, scan, copies=2)
    made = photocopying.get_job(world.runtime, world.other_clerk, job).photocopies
    with pikepdf.open(io.BytesIO(photocopying.labels(world.runtime, world.other_clerk, job))) as labels:
        assert len(labels.pages) == 1
    codes = [human_code(copy.code).replace("-", "") for copy in made]
    assert photocopying.take_in(world.runtime, world.other_clerk, job, codes) == 2
    after = equipment.job_desk(world.runtime, world.other_clerk)
    assert after.approvals == ()
    assert [(job.copies, job.copying_unit.code, job.device) for job in after.jobs] == [
        (2, "FIN", "COPIER SECRET")
    ]


def test_a_job_whose_numbers_are_given_up_has_no_labels(world):
    document, scan = stock(world)
    device = ready_device(world)
    wish = JobWish(
        act=Act.COPY, document_id=document, copies=1, reason="annex", until=world.now + timedelta(days=3)
    )
    request = equipment.ask_job(world.runtime, world.handler, wish)
    world.approve(request, "leader")
    job = equipment.run_job(world.runtime, world.other_clerk, request, device, scan, copies=1)
    assert photocopying.give_up(world.runtime, world.other_clerk, job) == 1
    with pytest.raises(NoPhotocopies):
        photocopying.labels(world.runtime, world.other_clerk, job)


def test_a_fax_is_asked_for_with_its_station_which_approvers_read(world):
    document, _ = stock(world)
    wish = JobWish(
        act=Act.FAX,
        document_id=document,
        copies=1,
        reason="branch office",
        until=world.now + timedelta(days=3),
        station="9001",
    )
    request = equipment.ask_job(world.runtime, world.handler, wish)
    order = requesting.get_request(world.runtime, world.leader, request).order
    assert dict(order.details)["station"] == "9001"


def test_a_repair_is_agreed_to_by_custodian_and_officer_and_ends_in_an_inspection(world):
    device = ready_device(world)
    request = equipment.ask_repair(world.runtime, world.other_clerk, device, repair_wish(world))
    assert equipment.repair_approvals(world.runtime, world.administrator, device) == ()
    world.approve(request, "clerk", "officer")
    assert [one.id for one in equipment.repair_approvals(world.runtime, world.administrator, device)] == [
        request
    ]
    equipment.send(world.runtime, world.administrator, device, request)
    assert equipment.take_back(world.runtime, world.administrator, device, "new drum") is (
        EquipmentState.REGISTERED
    )
    (repair,) = equipment.get_device(world.runtime, world.clerk, device).repairs
    assert (repair.technician, repair.remark, repair.guard) == ("Wang", "new drum", RepairGuard.WIPED)


def test_a_repair_is_guarded_and_asked_for_by_another_than_the_custodian(world):
    device = ready_device(world)
    for wish in (
        repair_wish(world, guard=RepairGuard.ESCORTED),
        repair_wish(world, escort_id=world.holder.person_id),
    ):
        with pytest.raises(EscortMissing):
            equipment.ask_repair(world.runtime, world.other_clerk, device, wish)
    with pytest.raises(CustodianAsks):
        equipment.ask_repair(world.runtime, world.clerk, device, repair_wish(world))
    with world.runtime.database.reading() as session:
        denied = [one.facts["error"] for one in log.read(session, kind="deed.denied")]
    assert denied == ["escort-missing", "escort-missing", "custodian-asks"]


def test_a_device_that_nobody_answers_for_is_not_repaired(world):
    device = equipment.add_shredder(world.runtime, world.administrator, "old", "B1", "P-6")
    with world.runtime.database.transaction() as session:
        session.get_one(Equipment, device).custodian_id = None
    with pytest.raises(NoCustodian):
        equipment.ask_repair(world.runtime, world.other_clerk, device, repair_wish(world))


def test_a_retired_device_has_one_certificate_in_both_languages(world):
    device = ready_device(world)
    made = equipment.open_retirement(
        world.runtime, world.administrator, device, RetirementMethod.DESTROYED, "worn out"
    )
    with pytest.raises(PinRefused):
        _vouch(world, made, DestructionPart.OPERATOR, "other_clerk", pin="000001")
    _vouch(world, made, DestructionPart.OPERATOR, "other_clerk")
    assert _vouch(world, made, DestructionPart.WITNESS, "manager").state is RetirementState.DONE
    pdf = equipment.certificate(world.runtime, world.administrator, made)
    assert equipment.certificate(world.runtime, world.auditor, made) == pdf
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 1
        assert str(opened.docinfo["/Title"]) == "设备报废销毁证明 E-000001"


def _vouch(world, retirement, part, who, pin=None):
    return equipment.attest_retirement(
        world.runtime,
        world.other_clerk,
        retirement,
        part,
        person_id=world.actors[who].person_id,
        pin=pin or world.pin,
    )


def test_a_person_sees_the_device_that_they_were_offered_and_no_other(world):
    mine = add_device(world, name="mine")
    other = add_device(world, EquipmentKind.FAX, name="other", is_cipher=True)
    equipment.withdraw(world.runtime, world.administrator, mine)
    equipment.offer(world.runtime, world.administrator, mine, world.holder.person_id)
    assert [row.name for row in equipment.list_devices(world.runtime, world.holder)] == ["mine"]
    equipment.confirm(world.runtime, world.holder, mine)
    assert equipment.get_device(world.runtime, world.holder, mine).is_mine
    with pytest.raises(UnknownRow):
        equipment.get_device(world.runtime, world.holder, other)
