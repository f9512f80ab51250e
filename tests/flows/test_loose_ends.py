"""What one deed leaves behind in another register: open offers, permits outside, misprints, one's own custody."""

from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from registry.acts import losses
from registry.acts.movements import HandOverClosed
from registry.homecoming import TakenFromOneself
from registry.ledger import log
from registry.models import Copy, HandOver, Permit
from registry.rules.lifecycle import State, Step
from registry.rules.roles import Role
from registry.rules.words import Custodian, Direction, HandOverKind, HandOverState, PermitState, ScanSource
from registry.views.custody import custody_now
from service.flows import copies, gate, lending, making, printing, releasing
from service.flows.gate import Seen
from tests.fixtures.handed import hand_out, open_gate, permit, staff_no


def scan(world, code):
    return world.runtime.tokens.qr_text(code, 1)


def bring(world, *codes, by="clerk"):
    scans = [scan(world, code) for code in codes]
    return lending.take_back(world.runtime, world.actors[by], scans, world.holder.person_id)


def give(world, *codes, to="holder", by="clerk"):
    scans = [scan(world, code) for code in codes]
    receiver = world.actors[to].person_id
    return lending.give(world.runtime, world.actors[by], scans, HandOverKind.ISSUE, receiver)


def report(world, code, step, by="clerk"):
    with world.runtime.deed(world.actors[by], "copy.report", f"copy:{code}") as session:
        return losses.report(session, code, step, "looked everywhere", actor=world.actors[by], now=world.now)


def state(world, code):
    with world.runtime.database.reading() as session:
        return session.scalar(sa.select(Copy.state).where(Copy.code == code))


def hand_over_state(world, hand_over_id):
    with world.runtime.database.reading() as session:
        return session.get_one(HandOver, hand_over_id).state


def permit_state(world, permit_id):
    with world.runtime.database.reading() as session:
        return session.get_one(Permit, permit_id).state


def find(world, code, by="clerk"):
    with world.runtime.database.transaction() as session:
        return losses.find(
            session, code, "behind the shelf", approver=world.leader, actor=world.actors[by], now=world.now
        )


def custodian(world, code):
    with world.runtime.database.reading() as session:
        copy_id = session.scalar(sa.select(Copy.id).where(Copy.code == code))
        row = custody_now(session, [copy_id])[copy_id]
        return row.custodian, row.person_id


def kinds(world, code):
    with world.runtime.database.reading() as session:
        return [entry.kind for entry in log.read(session, subject=f"copy:{code}")]


def carry_out(world, code, gate_id):
    seen = Seen(
        attempt=uuid4(),
        gate_id=gate_id,
        direction=Direction.EXIT,
        source=ScanSource.GUN,
        device_id="device",
        device_at=world.now,
        raw=scan(world, code),
        carriers=frozenset({staff_no(world, "holder")}),
        pages=2,
    )
    return gate.scan(world.runtime, world.guard, seen).verdict.colour


@pytest.fixture
def pair(world):
    """Two copies that lie in stock again."""
    codes = hand_out(world, count=2)
    bring(world, *codes)
    return codes


def test_a_copy_that_goes_missing_before_it_is_signed_for_ends_its_hand_over(world, pair):
    missing, other = pair
    hand_over_id = give(world, *pair)

    report(world, missing, Step.MISS)

    assert hand_over_state(world, hand_over_id) is HandOverState.WITHDRAWN
    assert (state(world, missing), state(world, other)) == (State.UNACCOUNTED, State.IN_STOCK)
    assert kinds(world, other)[-1] == "copy.withdrawn"
    with pytest.raises(HandOverClosed):
        lending.confirm_by_pin(world.runtime, world.holder, hand_over_id, world.pin)


def test_a_found_copy_given_to_another_is_not_signed_for_under_its_old_hand_over(world, pair):
    old = give(world, *pair)
    report(world, pair[0], Step.MISS)
    find(world, pair[0])
    give(world, *pair, to="handler")

    with pytest.raises(HandOverClosed):
        lending.confirm_by_pin(world.runtime, world.holder, old, world.pin)

    assert custodian(world, pair[0]) == (Custodian.REGISTRY, None)


def test_a_copy_taken_back_at_the_counter_is_outside_no_more_and_neither_is_its_permit(world):
    (code,) = hand_out(world)
    gate_id = open_gate(world)
    (permit_id,) = permit(world, [code], gate_id)
    assert carry_out(world, code, gate_id) == "GREEN"
    assert permit_state(world, permit_id) is PermitState.OUTSIDE

    bring(world, code)

    assert permit_state(world, permit_id) is PermitState.CLOSED


def test_a_copy_found_after_it_was_lost_outside_ends_its_permit(world):
    (code,) = hand_out(world)
    gate_id = open_gate(world)
    (permit_id,) = permit(world, [code], gate_id)
    carry_out(world, code, gate_id)
    report(world, code, Step.MISS)
    assert permit_state(world, permit_id) is PermitState.OUTSIDE

    find(world, code)

    assert permit_state(world, permit_id) is PermitState.CLOSED


def test_a_misprint_that_was_missing_is_a_misprint_when_it_is_found(world):
    request_id = world.approved(world.register(), copies=1)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None])
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    list(releasing.release(world.runtime, world.clerk, batch_id).chunks)
    (row,) = copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows
    printing.spoil(world.runtime, world.clerk, [row.copy.code], "paper jam")
    report(world, row.copy.code, Step.MISS)

    assert find(world, row.copy.code) is State.SPOILED
    assert kinds(world, row.copy.code)[-1] == "copy.found"


def test_a_clerk_does_not_take_back_what_they_answer_for_themselves(world, pair):
    lending.confirm_by_pin(
        world.runtime, world.clerk, give(world, *pair, to="clerk", by="other_clerk"), world.pin
    )

    with pytest.raises(TakenFromOneself):
        bring(world, *pair)
    with pytest.raises(TakenFromOneself):
        lending.transfer(world.runtime, world.clerk, [scan(world, pair[0])], world.handler.person_id)

    assert custodian(world, pair[0]) == (Custodian.PERSON, world.clerk.person_id)
    bring(world, *pair, by="other_clerk")
    assert custodian(world, pair[0]) == (Custodian.REGISTRY, None)


def test_a_clerk_does_not_find_what_they_answer_for_themselves(world, pair):
    lending.confirm_by_pin(
        world.runtime, world.clerk, give(world, *pair, to="clerk", by="other_clerk"), world.pin
    )
    report(world, pair[0], Step.MISS)

    second_account = replace(world.clerk, account_id=None, roles=frozenset({Role.CLERK}))
    with pytest.raises(TakenFromOneself), world.runtime.database.transaction() as session:
        losses.find(session, pair[0], "here", approver=world.leader, actor=second_account, now=world.now)
    assert find(world, pair[0], by="other_clerk") is State.IN_STOCK
