"""What a gate said of sealed bags is judged again: the same, or it is told what differs."""

import pytest
import sqlalchemy as sa

from registry.models import GateEvent
from registry.rules.gate import Colour, Reason
from registry.rules.rejudging import GateDifference
from registry.rules.words import Direction
from registry.views.gatereplay import gate_replay, gate_replays
from tests.registry.acts.yards import Yard


@pytest.fixture
def yard(office):
    """Two bags: one went out and came home, twice looked at; of the other the seal was broken; one seal is strange."""
    yard = Yard(office)
    yard.handed(("A-0001", yard.copy()), ("A-0002", yard.copy()))
    yard.at_gate("A-0001", badges=())
    yard.at_gate("a-0001", seal=True)
    yard.at_gate("A-0002", seal=None, badges=())
    yard.at_gate("A-0001", Direction.ENTRY, seal=True)
    yard.at_gate("A-0002", seal=False)
    yard.at_gate("A-0009")
    return yard


ASKED, LEFT, NEXT, HOME, BROKEN, STRANGE = range(1, 7)


def again(yard, event_id):
    yard.session.expire_all()
    return gate_replay(yard.session, event_id).again


def change(yard, event_id, **values):
    """Change an event's row behind the register's back."""
    yard.session.execute(sa.update(GateEvent).where(GateEvent.id == event_id).values(**values))


def test_every_answer_to_a_bag_comes_out_the_same(yard):
    found = list(gate_replays(yard.session))
    assert [one.again.differences for one in found] == [()] * 6
    assert [(one.row.seal_no, str(one.again.verdict.reason)) for one in found] == [
        ("A-0001", "bag-to-be-looked-at"),
        ("A-0001", "bag-may-leave"),
        ("A-0002", "bag-to-be-looked-at"),
        ("A-0001", "bag-may-enter"),
        ("A-0002", "seal-broken"),
        (None, "unknown-seal"),
    ]
    assert found[NEXT - 1].again.verdict.facts == {
        "list": "D-000001",
        "bag": "2/2",
        "seal": "A-0002",
        "shown_before": 2,
    }


def test_what_became_of_a_bag_since_changes_no_answer(yard):
    assert yard.at_gate("A-0001", seal=True) == "bag-may-leave"
    yard.receive(1, A_0001="INTACT")
    assert str(yard.bag("A-0001").state) == "ARRIVED"
    assert all(one.again.is_same for one in gate_replays(yard.session))


@pytest.mark.parametrize(
    "values", [{"bag_id": 2}, {"bag_id": None}, {"direction": Direction.ENTRY}, {"raw_code": "x"}]
)
def test_a_row_that_was_changed_is_told(yard, values):
    change(yard, LEFT, **values)
    assert again(yard, LEFT).differences == (GateDifference.ROW_CHANGED,)


def test_an_answer_that_was_changed_is_told_with_what_it_should_be(yard):
    change(yard, BROKEN, colour="GREEN", reason="bag-may-leave")
    found = again(yard, BROKEN)
    assert found.differences == (GateDifference.ROW_CHANGED, GateDifference.OTHER_VERDICT)
    assert (found.verdict.colour, found.verdict.reason) == (Colour.RED, Reason.SEAL_BROKEN)


def test_a_situation_that_was_changed_is_told_and_judged_as_it_stands(yard):
    kept = yard.session.get_one(GateEvent, BROKEN).situation
    change(yard, BROKEN, situation=kept | {"is_seal_intact": True, "carriers": kept["bag"]["escorts"]})
    found = again(yard, BROKEN)
    assert found.differences == (GateDifference.SITUATION_CHANGED, GateDifference.OTHER_VERDICT)
    assert found.verdict.reason is Reason.BAG_MAY_LEAVE


def test_a_situation_that_is_gone_or_of_a_copy_is_told(yard):
    for left in (None, yard.session.get_one(GateEvent, LEFT).situation | {"kind": "copy"}):
        change(yard, LEFT, situation=left)
        found = again(yard, LEFT)
        assert (found.differences, found.verdict) == ((GateDifference.SITUATION_CHANGED,), None)
