"""Copies that cannot be found, are declared lost, are found again."""

import pytest
import sqlalchemy as sa

from registry.acts import losses
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Copy
from registry.rows import UnknownCopy
from registry.rules.lifecycle import ImpossibleStep, State, Step
from registry.rules.texts import MissingText
from registry.rules.words import Custodian
from registry.views.custody import custody_now
from tests.fixtures.handed import hand_out


@pytest.fixture
def held(world):
    """A copy that the holder has signed for."""
    (code,) = hand_out(world)
    return code


def report(world, code, step, by="clerk", reason="gone since Friday"):
    with world.runtime.database.transaction() as session:
        return losses.report(session, code, step, reason, actor=world.actors[by], now=world.now)


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
    assert report(world, held, Step.FIND, reason="behind the cabinet") is State.IN_STOCK
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
        report(world, held, Step.FIND)


def test_a_report_needs_a_reason(world, held):
    with pytest.raises(MissingText):
        report(world, held, Step.MISS, reason="  ")


def test_each_report_is_in_the_ledger_with_the_state_it_led_to(world, held):
    report(world, held, Step.MISS)
    with world.runtime.database.reading() as session:
        (entry,) = log.read(session, subject=f"copy:{held}", newest_first=True, limit=1)
    assert (entry.kind, entry.facts["state"]) == ("copy.missed", "UNACCOUNTED")
