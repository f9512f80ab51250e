"""Copy and fax jobs: approved, on a device that may, logged with everything that the rules want to know."""

from datetime import timedelta

import pytest

from registry import consent
from registry.acts import copying, equipment, recalls
from registry.acts.copying import (
    NotACopyingRequest,
    NothingToGiveUp,
    NotOfThisJob,
    OtherStation,
)
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import ApprovalRequest, Copy, Document, EquipmentJob, Movement
from registry.rows import move
from registry.rules.approval import Act, ApprovalExhausted, ExecutorNotSeparate
from registry.rules.equipment import (
    DeviceBelowLevel,
    DeviceNotInUse,
    InspectionOverdue,
    NotACipherFax,
)
from registry.rules.levels import Handling
from registry.rules.lifecycle import ImpossibleStep, State
from registry.rules.recall import CopyRecalled
from registry.rules.texts import MissingText
from registry.rules.words import Custodian, EquipmentKind, MovementKind
from registry.sources import SourceNotAtHand, SourceOfOtherDocument
from registry.views import conservation, family
from registry.views import equipment as views
from tests.registry.acts.devices import Workshop


@pytest.fixture
def workshop(office):
    return Workshop(office)


@pytest.fixture
def original(workshop):
    return workshop.room.copy()


def test_a_photocopy_is_logged_with_device_custodian_document_copies_and_copying_unit(
    workshop, original, office
):
    device = workshop.ready()
    request = workshop.approved(Act.COPY, original.document_id)
    job = workshop.run(request, device, original, 2)
    kept = office.session.get_one(EquipmentJob, job)
    assert (kept.equipment_id, kept.custodian_id, kept.document_id, kept.source_id, kept.copies) == (
        device,
        office.clerk.person_id,
        original.document_id,
        original.id,
        2,
    )
    assert kept.copying_unit_id == office.units["FIN"]
    (entry,) = log.read(office.session, kind="equipment.job-done")
    assert {name: entry.facts[name] for name in ("act", "copies", "custodian", "document", "source")} == {
        "act": "COPY",
        "copies": 2,
        "custodian": office.clerk.person_id,
        "document": original.document_id,
        "source": original.code,
    }
    (shown,) = views.jobs(office.session, document_id=original.document_id)
    assert (shown.copies, shown.copying_unit.code, shown.custodian.id) == (2, "FIN", office.clerk.person_id)


def test_each_copy_uses_the_approval_up_and_no_more_than_agreed_are_made(workshop, original):
    device = workshop.ready()
    request = workshop.approved(Act.COPY, original.document_id, copies=2)
    workshop.run(request, device, original, 1)
    with pytest.raises(ApprovalExhausted), workshop.session.begin_nested():
        workshop.run(request, device, original, 2)
    workshop.run(request, device, original, 1)
    with pytest.raises(consent.NotApproved):
        workshop.run(request, device, original, 1)


@pytest.mark.parametrize(("level", "agreeing"), [("CONFIDENTIAL", ["manager"]), ("SECRET", ["leader"])])
@pytest.mark.parametrize("act", [Act.COPY, Act.FAX])
def test_a_job_is_approved_by_the_level_of_its_document(workshop, office, act, level, agreeing):
    document = office.register(level=level, doc_number="9", file=office.file("c"))
    original = workshop.room.copy(document)
    kind = EquipmentKind.COPIER if act is Act.COPY else EquipmentKind.FAX
    device = workshop.ready(kind, is_cipher=act is Act.FAX)
    station = "9001" if act is Act.FAX else ""
    request = workshop.asked(act, document, station=station)
    with pytest.raises(consent.NotApproved), office.session.begin_nested():
        workshop.run(request, device, original, station=station)
    workshop.agree(request, *agreeing)
    assert workshop.run(request, device, original, station=station)


@pytest.mark.parametrize("act", [Act.COPY, Act.FAX])
def test_top_secret_is_neither_copied_nor_faxed_by_default(workshop, office, act):
    document = office.register(level="TOP_SECRET", doc_number="9", file=office.file("c"))
    with pytest.raises(consent.RefusedByRule) as refused:
        workshop.asked(act, document)
    assert refused.value.rule == f"{act.lower()}-top-secret"


def test_a_document_marked_no_copying_wants_the_issuing_unit_and_the_leader(workshop, office):
    document = office.register(no_copying=True, doc_number="9", file=office.file("c"))
    original, device = workshop.room.copy(document), workshop.ready()
    request = workshop.approved(Act.COPY, document, "leader")
    with pytest.raises(consent.NotApproved), office.session.begin_nested():
        workshop.run(request, device, original)
    workshop.agree(request, "manager")
    assert workshop.run(request, device, original)


def test_only_a_cipher_fax_sends_and_only_where_it_was_agreed(workshop, original):
    plain = workshop.ready(EquipmentKind.FAX, name="plain")
    cipher = workshop.ready(EquipmentKind.FAX, name="cipher", is_cipher=True)
    request = workshop.approved(Act.FAX, original.document_id, station="9001")
    with pytest.raises(NotACipherFax), workshop.session.begin_nested():
        workshop.run(request, plain, original, station="9001")
    with pytest.raises(OtherStation), workshop.session.begin_nested():
        workshop.run(request, cipher, original, station="9002")
    with pytest.raises(MissingText), workshop.session.begin_nested():
        workshop.run(request, cipher, original)
    assert workshop.run(request, cipher, original, station="9001")


def test_a_device_that_was_not_inspected_or_is_below_the_level_does_nothing(workshop, original, office):
    request = workshop.approved(Act.COPY, original.document_id)
    fresh = workshop.add(name="fresh")
    low = workshop.ready(level=Handling.CONFIDENTIAL)
    old = workshop.ready(name="old")
    for device, refusal in ((fresh, DeviceNotInUse), (low, DeviceBelowLevel)):
        with pytest.raises(refusal), office.session.begin_nested():
            workshop.run(request, device, original)
    workshop.row(old).inspect_again_at = workshop.present
    workshop.later(seconds=1)
    with pytest.raises(InspectionOverdue), office.session.begin_nested():
        workshop.run(request, old, original)
    equipment.put(office.session, low, "B1", actor=office.administrator, now=workshop.present)
    with pytest.raises(DeviceNotInUse):
        workshop.run(request, low, original)
    assert office.session.query(EquipmentJob).count() == 0


def test_what_lies_on_the_glass_is_a_copy_of_that_document_and_at_hand(workshop, original, office):
    device = workshop.ready()
    request = workshop.approved(Act.COPY, original.document_id)
    other = workshop.room.copy(office.register(doc_number="9", file=office.file("c")))
    lost = workshop.room.copy(state=State.LOST)
    with pytest.raises(SourceOfOtherDocument), office.session.begin_nested():
        workshop.run(request, device, other)
    with pytest.raises(SourceNotAtHand), office.session.begin_nested():
        workshop.run(request, device, lost)
    assert office.session.get_one(ApprovalRequest, request).used == 0


def test_whoever_asked_or_agreed_does_not_do_the_job(workshop, original, office):
    device = workshop.ready()
    document = office.register(
        doc_number="9",
        file=office.file("c"),
        issuing_unit_id=office.units["REG"],
        classifying_unit_id=office.units["REG"],
    )
    source = workshop.room.copy()
    request = workshop.asked(Act.COPY, document, by=office.other_clerk)
    workshop.agree(request, "leader")
    with pytest.raises(ExecutorNotSeparate):
        workshop.run(request, device, source)


@pytest.mark.parametrize("part", ["handler", "manager", "leader", "officer", "administrator", "holder"])
def test_only_a_clerk_runs_jobs(workshop, original, office, part):
    device = workshop.ready()
    request = workshop.approved(Act.COPY, original.document_id)
    with pytest.raises(PermissionDenied):
        workshop.run(request, device, original, by=office.actors[part])


def test_an_approval_to_print_copies_nothing(workshop, original, office):
    device = workshop.ready()
    request = office.session.query(ApprovalRequest).filter_by(act=Act.PRINT).first().id
    with pytest.raises(NotACopyingRequest):
        workshop.run(request, device, original)
    with pytest.raises(NotACopyingRequest):
        workshop.run(request, device, original, 0)


def photocopied(workshop, original, copies=2):
    """Return a job on a copier and its photocopies."""
    request = workshop.approved(Act.COPY, original.document_id, copies=copies)
    job = workshop.run(request, workshop.ready(), original, copies)
    return job, views.job(workshop.session, job).photocopies


def take_in(workshop, job, *codes, by=None):
    return copying.take_in(
        workshop.session, job, codes, actor=by or workshop.office.other_clerk, now=workshop.present
    )


def test_every_photocopy_has_a_number_and_a_code_before_its_paper_exists(workshop, original):
    document = workshop.session.get_one(Document, original.document_id)
    before = document.last_copy_no
    job, made = photocopied(workshop, original)
    assert [copy.copy_no for copy in made] == [before + 1, before + 2]
    assert [copy.state for copy in made] == [State.RESERVED, State.RESERVED]
    assert len({original.code, *(copy.code for copy in made)}) == 3
    assert [family.source_of(workshop.session, copy.copy_id).code for copy in made] == [original.code] * 2
    entries = [
        entry for entry in log.read(workshop.session, kind="copy.reserved") if entry.facts.get("job") == job
    ]
    assert [entry.facts["copied_from"] for entry in entries] == [original.id, original.id]
    assert conservation.conservation(workshop.session, [document.id])[document.id].holds


def test_a_photocopy_is_in_stock_once_its_label_was_scanned_and_only_once(workshop, original):
    job, (first, second) = photocopied(workshop, original)
    assert take_in(workshop, job, first.code, first.code) == (first.code,)
    assert take_in(workshop, job, first.code) == ()
    assert [copy.state for copy in views.job(workshop.session, job).photocopies] == [
        State.IN_STOCK,
        State.RESERVED,
    ]
    moves = workshop.session.query(Movement).filter_by(copy_id=first.copy_id).all()
    assert [(move.custodian, move.person_id) for move in moves] == [("REGISTRY", None)]
    assert not workshop.session.query(Movement).filter_by(copy_id=second.copy_id).count()


def test_the_code_that_was_copied_with_the_page_takes_nothing_in(workshop, original):
    job, (first, _) = photocopied(workshop, original)
    with pytest.raises(NotOfThisJob), workshop.session.begin_nested():
        take_in(workshop, job, first.code, original.code)
    assert workshop.session.get_one(Copy, first.copy_id).state is State.RESERVED


def test_a_photocopy_that_was_never_made_is_given_up_for_good(workshop, original):
    job, (first, second) = photocopied(workshop, original)
    take_in(workshop, job, first.code)
    acting = {"actor": workshop.office.other_clerk, "now": workshop.present}
    assert copying.give_up(workshop.session, job, **acting) == 1
    assert [copy.state for copy in views.job(workshop.session, job).photocopies] == [
        State.IN_STOCK,
        State.VOID,
    ]
    with pytest.raises(NothingToGiveUp):
        copying.give_up(workshop.session, job, **acting)
    with pytest.raises(ImpossibleStep):
        take_in(workshop, job, second.code)


def test_whoever_agreed_or_is_no_clerk_takes_no_photocopy_in(workshop, original):
    job, (first, _) = photocopied(workshop, original)
    for part in ("leader", "handler", "holder"):
        with pytest.raises(PermissionDenied):
            take_in(workshop, job, first.code, by=workshop.office.actors[part])


def test_a_scan_leaves_no_paper_and_so_no_number(workshop, original):
    request = workshop.approved(Act.COPY, original.document_id)
    job = workshop.run(request, workshop.ready(EquipmentKind.SCANNER), original, 1)
    assert views.job(workshop.session, job).photocopies == ()


def test_what_is_being_recalled_is_not_copied(workshop, original, office):
    request = workshop.approved(Act.COPY, original.document_id)
    device = workshop.ready()
    holder = office.actors["holder"].person_id
    by_clerk = {"actor": office.clerk, "now": workshop.present}
    move(office.session, original, MovementKind.LOAN, Custodian.PERSON, person_id=holder, **by_clerk)
    original.state = State.HELD
    recalls.begin(
        office.session,
        original.document_id,
        "superseded",
        workshop.present + timedelta(days=7),
        actor=office.clerk,
        now=workshop.present,
    )
    with pytest.raises(CopyRecalled):
        workshop.run(request, device, original)
