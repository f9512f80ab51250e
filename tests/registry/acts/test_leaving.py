"""Whoever leaves holds nothing: each obstacle blocks, and the accounts close in the same deed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.acts import leaving, movements, people
from registry.acts.movements import PageCheck, ReceiverInactive
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Account, ApprovalRequest, Permit, PermitCarrier, Person
from registry.rules.leaving import AlreadyLeft, ClearedByOneself, Obstacle, StillHolding
from registry.rules.lifecycle import State
from registry.rules.roles import Role
from registry.rules.texts import MissingText
from registry.rules.words import HandOverKind, PermitState
from registry.views.leaving import clearances, standing
from tests.registry.acts.shelves import Shelves


@pytest.fixture
def shelves(office):
    return Shelves(office)


def clear(shelves, who="holder", by="clerk", reason="retired"):
    office = shelves.office
    return leaving.clear(
        shelves.session,
        office.actors[who].person_id,
        reason,
        actor=office.actors[by],
        now=shelves.present,
    )


def refused_for(shelves, who="holder"):
    with pytest.raises(StillHolding) as refusal:
        clear(shelves, who)
    return {name: count for name, count in refusal.value.facts.items() if name != "total"}


def take_back(shelves, copy):
    movements.take_back(
        shelves.session,
        {copy.code: PageCheck(3)},
        shelves.office.holder.person_id,
        actor=shelves.office.clerk,
        now=shelves.present,
    )


def permit(shelves, copy, state=PermitState.OPEN, hours=8):
    request_id = shelves.session.scalar(sa.select(ApprovalRequest.id).limit(1))
    shelves.session.add(
        Permit(
            request_id=request_id,
            copy_id=copy.id,
            opens_at=shelves.present,
            closes_at=shelves.present + timedelta(hours=hours),
            state=state,
            carriers=[PermitCarrier(person_id=shelves.office.holder.person_id)],
        )
    )
    shelves.session.flush()


@pytest.mark.parametrize(
    "part", ["handler", "manager", "leader", "officer", "administrator", "auditor", "guard"]
)
def test_only_a_clerk_clears_a_leaver(shelves, part):
    with pytest.raises(PermissionDenied):
        clear(shelves, by=part)


@pytest.mark.parametrize(
    ("state", "obstacle"),
    [
        (State.HELD, "held"),
        (State.CLAIMED, "claimed"),
        (State.OUTSIDE, "outside"),
        (State.UNACCOUNTED, "unaccounted"),
    ],
)
def test_a_copy_that_may_still_turn_up_blocks(shelves, state, obstacle):
    shelves.held(shelves.office.holder, state=state)
    assert refused_for(shelves) == {obstacle: 1}


def test_somebody_elses_copies_block_nobody(shelves):
    shelves.held(shelves.office.leader)
    assert clear(shelves) == 1


def test_a_hand_over_that_waits_for_a_signature_blocks(shelves):
    copy = shelves.copy()
    movements.offer(
        shelves.session,
        [copy.code],
        HandOverKind.ISSUE,
        shelves.office.holder.person_id,
        due_at=None,
        actor=shelves.office.clerk,
        now=shelves.present,
    )
    assert refused_for(shelves) == {"offered": 1}


@pytest.mark.parametrize(
    ("state", "hours", "blocks"),
    [
        (PermitState.OPEN, 8, True),
        (PermitState.OPEN, -1, False),
        (PermitState.OUTSIDE, -1, True),
        (PermitState.CLOSED, 8, False),
        (PermitState.REVOKED, 8, False),
    ],
)
def test_a_permit_that_can_be_used_blocks_its_carrier(shelves, state, hours, blocks):
    permit(shelves, shelves.held(shelves.office.leader), state, hours)
    if blocks:
        assert refused_for(shelves) == {"permit": 1}
    else:
        assert clear(shelves) == 1


def test_an_office_is_handed_over_first(shelves):
    assert refused_for(shelves, "manager") == {"office": 1}
    office = shelves.office
    people.set_roles(
        shelves.session, office.manager.account_id, {Role.HOLDER}, actor=office.officer, now=shelves.present
    )
    assert clear(shelves, "manager") == 1


def test_nobody_clears_themselves_or_twice_or_without_a_reason(shelves):
    with pytest.raises(ClearedByOneself):
        clear(shelves, "clerk")
    with pytest.raises(MissingText):
        clear(shelves, reason=" ")
    clear(shelves)
    with pytest.raises(AlreadyLeft):
        clear(shelves)


def test_a_cleared_person_has_no_account_and_is_given_nothing(shelves):
    copy = shelves.held(shelves.office.holder)
    take_back(shelves, copy)
    clear(shelves)
    office = shelves.office
    assert shelves.session.get_one(Person, office.holder.person_id).active is False
    assert shelves.session.get_one(Account, office.holder.account_id).active is False
    assert shelves.session.get_one(Account, office.leader.account_id).active is True
    with pytest.raises(ReceiverInactive):
        movements.offer(
            shelves.session,
            [copy.code],
            HandOverKind.ISSUE,
            office.holder.person_id,
            due_at=None,
            actor=office.clerk,
            now=shelves.present,
        )


def test_a_lost_copy_does_not_block_and_is_on_the_certificate(shelves):
    take_back(shelves, shelves.held(shelves.office.holder))
    shelves.held(shelves.office.holder, state=State.LOST)
    clear(shelves)
    (row,) = clearances(shelves.session)
    assert (row.returned, row.lost, row.accounts) == (1, 1, 1)


def test_the_standing_lists_everything_at_once(shelves):
    shelves.held(shelves.office.holder)
    shelves.held(shelves.office.holder, state=State.CLAIMED)
    found = standing(shelves.session, shelves.office.holder.person_id, now=shelves.present)
    assert dict(found.obstacles) == {Obstacle.HELD: 1, Obstacle.CLAIMED: 1}
    assert len(found.holdings) == 2
    assert not found.is_clear


def test_the_clearance_is_in_the_ledger_with_the_accounts_it_closed(shelves):
    clear(shelves)
    (entry,) = log.read(shelves.session, kind="person.cleared")
    assert entry.subject == f"person:{shelves.office.holder.person_id}"
    assert entry.facts["accounts"] == [shelves.office.holder.account_id]
