"""Copies that cannot be found, are declared lost, are reported on, and found only when somebody else agrees."""

import io
import re
from datetime import timedelta

import pypdfium2
import pytest
import sqlalchemy as sa

from registry.acts import losses
from registry.acts.losses import (
    ConcludedByHolder,
    LossAlreadyReported,
    LossConcluded,
    LossNotReported,
    LossOver,
)
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Copy, Loss, Movement
from registry.rows import UnknownCopy
from registry.rules.codes import human_code
from registry.rules.lifecycle import ImpossibleStep, State, Step
from registry.rules.loss import LossReport, NotAnIndependentApprover
from registry.rules.texts import MissingText
from registry.rules.words import Custodian
from registry.views.custody import custody_now
from service.flows import losses as flow
from service.flows.proving import PinRefused
from tests.fixtures.handed import hand_out


@pytest.fixture
def held(world):
    """A copy that the holder has signed for."""
    (code,) = hand_out(world)
    return code


def report(world, code, step, by="clerk", reason="gone since Friday"):
    with world.runtime.database.transaction() as session:
        return losses.report(session, code, step, reason, actor=world.actors[by], now=world.now)


def find(world, code, approver="leader", by="clerk", reason="behind the cabinet"):
    with world.runtime.database.transaction() as session:
        return losses.find(
            session,
            code,
            reason,
            approver=world.actors[approver],
            actor=world.actors[by],
            now=world.now,
        )


def the_loss(world, loss_id=1):
    return flow.get_loss(world.runtime, world.clerk, loss_id)


def file_report(world, loss_id=1, by="clerk", **changed):
    said = dict.fromkeys(
        ("discovered", "responsible", "course", "harm", "investigation", "remedies"), "known"
    )
    flow.file_report(world.runtime, world.actors[by], loss_id, LossReport(**said | changed))


def custodian(world, code):
    with world.runtime.database.reading() as session:
        copy_id = session.scalar(sa.select(Copy.id).where(Copy.code == code))
        row = custody_now(session, [copy_id])[copy_id]
        return row.custodian, row.person_id


def test_a_missing_copy_stays_with_whoever_answers_for_it(world, held):
    assert report(world, held, Step.MISS) is State.UNACCOUNTED
    assert custodian(world, held) == (Custodian.PERSON, world.holder.person_id)


def test_a_missing_copy_is_declared_lost_and_found_with_the_registry(world, held):
    report(world, held, Step.MISS)
    assert report(world, held, Step.DECLARE_LOST) is State.LOST
    assert find(world, held, reason="behind the cabinet") is State.IN_STOCK
    assert custodian(world, held) == (Custodian.REGISTRY, None)


def test_a_holder_reports_their_own_copy_missing(world, held):
    assert report(world, held, Step.MISS, by="holder") is State.UNACCOUNTED


def test_somebody_elses_copy_does_not_exist_for_a_holder(world, held):
    with pytest.raises(UnknownCopy):
        report(world, held, Step.MISS, by="guard")


def test_a_holder_cannot_declare_a_copy_lost(world, held):
    report(world, held, Step.MISS)
    with pytest.raises(PermissionDenied):
        report(world, held, Step.DECLARE_LOST, by="holder")


def test_a_copy_in_hand_cannot_be_found(world, held):
    with pytest.raises(ImpossibleStep):
        find(world, held)


def test_a_report_needs_a_reason(world, held):
    with pytest.raises(MissingText):
        report(world, held, Step.MISS, reason="  ")


def test_each_report_is_in_the_ledger_with_the_state_it_led_to(world, held):
    report(world, held, Step.MISS)
    with world.runtime.database.reading() as session:
        (entry,) = log.read(session, subject=f"copy:{held}", newest_first=True, limit=1)
    assert (entry.kind, entry.facts["state"]) == ("copy.missed", "UNACCOUNTED")


@pytest.mark.parametrize("approver", ["clerk", "other_clerk", "manager", "officer", "auditor", "holder"])
def test_a_copy_is_found_only_when_a_responsible_leader_agrees(world, held, approver):
    report(world, held, Step.MISS)
    with pytest.raises(PermissionDenied):
        find(world, held, approver)
    assert find(world, held) is State.IN_STOCK


def test_the_leader_who_answers_for_the_copy_does_not_agree_that_it_is_found(world, held):
    report(world, held, Step.MISS)
    with world.runtime.database.transaction() as session:
        session.execute(
            sa.update(Movement)
            .where(Movement.person_id == world.holder.person_id)
            .values(person_id=world.leader.person_id)
        )
    with pytest.raises(NotAnIndependentApprover):
        find(world, held)


def test_a_finding_says_where_the_copy_was_and_who_agreed(world, held):
    report(world, held, Step.MISS)
    with pytest.raises(MissingText):
        find(world, held, reason=" ")
    find(world, held)
    row = the_loss(world)
    assert (row.explanation, row.approver.id, row.found_by.id) == (
        "behind the cabinet",
        world.leader.person_id,
        world.clerk.person_id,
    )
    with world.runtime.database.reading() as session:
        (entry,) = log.read(session, kind="copy.found")
    assert entry.facts["approver"] == world.leader.person_id


def test_a_wrong_pin_finds_nothing(world, held):
    report(world, held, Step.MISS)
    with pytest.raises(PinRefused):
        flow.find(
            world.runtime,
            world.clerk,
            human_code(held),
            "behind the cabinet",
            approver_id=world.leader.person_id,
            pin="000001",
        )
    assert the_loss(world).found_at is None


def test_a_missing_copy_opens_its_loss_and_the_clocks_run(world, held):
    report(world, held, Step.MISS)
    row = the_loss(world)
    assert (row.copy.code, row.holder.id, row.how) == (held, world.holder.person_id, "gone since Friday")
    assert row.clocks.report.due_at == world.now + timedelta(hours=24)
    assert row.clocks.leak.due_at == world.now + timedelta(days=60)
    world.later(hours=24, seconds=1)
    assert the_loss(world).clocks.report.is_over
    report(world, held, Step.DECLARE_LOST)
    assert the_loss(world).declared_at == world.now
    world.later(days=60)
    assert the_loss(world).clocks.leak.is_over


def test_a_copy_that_is_lost_twice_has_two_losses(world, held):
    report(world, held, Step.MISS)
    find(world, held)
    report(world, held, Step.MISS)
    rows = flow.listing(world.runtime, world.clerk)
    assert [(row.id, row.found_at is None) for row in rows] == [(2, True), (1, False)]


def test_a_report_is_filed_once_and_concluded_by_a_leader_once(world, held):
    report(world, held, Step.MISS)
    with pytest.raises(LossNotReported):
        flow.conclude(world.runtime, world.leader, 1, "a theft", "locks changed")
    with pytest.raises(PermissionDenied):
        file_report(world, by="holder")
    file_report(world)
    with pytest.raises(LossAlreadyReported):
        file_report(world)
    with pytest.raises(PermissionDenied):
        flow.conclude(world.runtime, world.clerk, 1, "a theft", "locks changed")
    flow.conclude(world.runtime, world.leader, 1, "a theft", "locks changed")
    with pytest.raises(LossConcluded):
        flow.conclude(world.runtime, world.leader, 1, "no theft", "none")
    row = the_loss(world)
    assert (row.result, row.report.remedies, row.report.harm) == ("a theft", "locks changed", "known")


def test_the_holder_does_not_state_the_result(world, held):
    report(world, held, Step.MISS)
    file_report(world)
    with world.runtime.database.transaction() as session:
        session.execute(sa.update(Loss).values(holder_id=world.leader.person_id))
    with pytest.raises(ConcludedByHolder):
        flow.conclude(world.runtime, world.leader, 1, "a theft", "locks changed")


def test_a_loss_that_is_over_is_not_reported_on(world, held):
    report(world, held, Step.MISS)
    find(world, held)
    with pytest.raises(LossOver):
        file_report(world)


def test_the_paper_has_seven_items_and_the_clocks(world, held):
    report(world, held, Step.MISS)
    with pytest.raises(LossNotReported):
        flow.paper(world.runtime, world.clerk, 1)
    file_report(world, harm="the draft may be known outside", course="Friday, room 5")
    pdf = pypdfium2.PdfDocument(io.BytesIO(flow.paper(world.runtime, world.auditor, 1)))
    text = re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in pdf))
    pdf.close()
    for number in "一二三四五六七":
        assert f"{number}、" in text
    for told in (human_code(held), "thedraftmaybeknownoutside", "Friday,room5", "X-000001", "S012"):
        assert told in text
