"""Whoever leaves holds nothing: each obstacle blocks, and the accounts close in the same deed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.acts import attendance, circulations, leaving, movements, people
from registry.acts.movements import PageCheck, ReceiverInactive
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import (
    Account,
    ApprovalRequest,
    Delegation,
    Equipment,
    EquipmentHandOver,
    EquipmentRepair,
    Meeting,
    MeetingAttendee,
    MeetingCheck,
    MeetingItemOut,
    Permit,
    PermitCarrier,
    Person,
    TraceCase,
)
from registry.rules.delegation import DelegationState
from registry.rules.leaving import AlreadyLeft, ClearedByOneself, Obstacle, StillHolding
from registry.rules.lifecycle import State
from registry.rules.roles import Actor, Role
from registry.rules.texts import MissingText
from registry.rules.words import (
    AttendeeState,
    CaseState,
    EquipmentKind,
    EquipmentState,
    HandOverKind,
    HandOverState,
    MeetingState,
    MeetingThing,
    PermitState,
    RepairGuard,
)
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


def add(shelves, *rows):
    shelves.session.add_all(rows)
    shelves.session.flush()


def device(shelves, custodian=None, **changed):
    row = Equipment(
        kind=EquipmentKind.COPIER,
        name=f"复印机 {len(changed)}",
        place="B1",
        serial="SN7",
        custodian_id=custodian and shelves.office.actors[custodian].person_id,
        **changed,
    )
    add(shelves, row)
    return row


def meeting(shelves, state=MeetingState.PLANNED):
    office = shelves.office
    row = Meeting(
        title="预算会 Budget",
        scheme="company",
        level="SECRET",
        unit_id=office.units["FIN"],
        place="Room 1",
        starts_at=shelves.present,
        state=state,
    )
    add(shelves, row)
    return row


def things(shelves, who="holder"):
    found = standing(shelves.session, shelves.office.actors[who].person_id, now=shelves.present)
    return [(str(thing.obstacle), thing.id, thing.what) for thing in found.belongings]


@pytest.mark.parametrize(
    ("custodian", "state", "blocks"),
    [
        ("holder", EquipmentState.IN_USE, True),
        ("holder", EquipmentState.BARRED, True),
        ("holder", EquipmentState.IN_REPAIR, True),
        ("holder", EquipmentState.RETIRED, False),
        ("leader", EquipmentState.IN_USE, False),
    ],
)
def test_a_device_blocks_its_custodian_until_it_is_retired_or_somebody_elses(
    shelves, custodian, state, blocks
):
    kept = device(shelves, custodian, state=state)
    if not blocks:
        assert clear(shelves) == 1
        return
    assert refused_for(shelves) == {"device": 1}
    assert things(shelves) == [("DEVICE", kept.id, "复印机 1 · B1 · SN7")]
    kept.custodian_id = shelves.office.leader.person_id
    assert clear(shelves) == 1


@pytest.mark.parametrize(
    ("state", "blocks"), [(HandOverState.OFFERED, True), (HandOverState.WITHDRAWN, False)]
)
def test_a_device_that_waits_for_their_signature_blocks(shelves, state, blocks):
    office, offered = shelves.office, device(shelves, "leader")
    add(
        shelves,
        EquipmentHandOver(
            equipment_id=offered.id,
            giver_id=office.leader.person_id,
            receiver_id=office.holder.person_id,
            offered_by_id=office.administrator.person_id,
            offered_at=shelves.present,
            state=state,
        ),
    )
    if blocks:
        assert refused_for(shelves) == {"device_offered": 1}
    else:
        assert clear(shelves) == 1


def test_whoever_escorts_a_device_at_a_repair_stays_until_it_is_back(shelves):
    office, away = shelves.office, device(shelves, "leader")
    shelves.copy()
    visit = EquipmentRepair(
        equipment_id=away.id,
        request_id=shelves.session.scalar(sa.select(ApprovalRequest.id).limit(1)),
        technician="Wang",
        workshop="Town",
        guard=RepairGuard.ESCORTED,
        escort_id=office.holder.person_id,
        sent_by_id=office.administrator.person_id,
        sent_at=shelves.present,
        remark="",
    )
    add(shelves, visit)
    assert refused_for(shelves) == {"escort": 1}
    visit.back_at = shelves.present
    assert clear(shelves) == 1


@pytest.mark.parametrize("kind", list(MeetingThing))
def test_a_notebook_or_phone_of_a_meeting_blocks_until_it_is_back(shelves, kind):
    office, held = shelves.office, meeting(shelves, MeetingState.ENDED)
    attendee = MeetingAttendee(
        meeting_id=held.id,
        person_id=office.holder.person_id,
        state=AttendeeState.APPROVED,
        named_by_id=office.clerk.person_id,
        named_at=shelves.present,
    )
    add(shelves, attendee)
    out = MeetingItemOut(
        meeting_id=held.id,
        kind=kind,
        number=7,
        attendee_id=attendee.id,
        what="",
        out_at=shelves.present,
        out_by_id=office.clerk.person_id,
    )
    add(shelves, out)
    assert refused_for(shelves) == {"meeting_thing": 1}
    assert things(shelves) == [("MEETING_THING", held.id, "预算会 Budget · 7")]
    out.back_at = shelves.present
    assert clear(shelves) == 1


def test_an_open_check_of_a_meeting_that_is_not_over_blocks(shelves):
    planned = meeting(shelves)
    check = MeetingCheck(
        meeting_id=planned.id,
        check_id="phones",
        is_mandatory=True,
        owner_id=shelves.office.holder.person_id,
        due_at=shelves.present,
        evidence="",
    )
    add(shelves, check)
    assert refused_for(shelves) == {"meeting_check": 1}
    planned.state = MeetingState.CANCELLED
    assert things(shelves) == []
    planned.state = MeetingState.READY
    check.done_at = shelves.present
    assert clear(shelves) == 1


@pytest.mark.parametrize("part", ["giver", "deputy"])
@pytest.mark.parametrize(
    ("state", "days", "blocks"),
    [
        (DelegationState.PROPOSED, 5, True),
        (DelegationState.AGREED, 5, True),
        (DelegationState.AGREED, -1, False),
        (DelegationState.ENDED, 5, False),
        (DelegationState.REFUSED, 5, False),
    ],
)
def test_a_delegation_that_goes_on_blocks_both_sides(shelves, part, state, days, blocks):
    persons = {"giver": shelves.office.leader.person_id, "deputy": shelves.office.officer.person_id}
    persons[part] = shelves.office.holder.person_id
    add(
        shelves,
        Delegation(
            giver_id=persons["giver"],
            deputy_id=persons["deputy"],
            acts=[],
            from_at=shelves.present - timedelta(days=9),
            until_at=shelves.present + timedelta(days=days),
            reason="away",
            state=state,
            proposed_at=shelves.present,
        ),
    )
    if blocks:
        assert refused_for(shelves) == {"delegation": 1}
    else:
        assert clear(shelves) == 1


@pytest.mark.parametrize("state", list(CaseState))
def test_a_trace_case_blocks_whoever_opened_it_until_it_has_a_result(shelves, state):
    add(
        shelves,
        TraceCase(state=state, opened_by_id=shelves.office.holder.person_id, opened_at=shelves.present),
    )
    if state in {CaseState.OPEN, CaseState.RUNNING}:
        assert refused_for(shelves) == {"case": 1}
        assert things(shelves) == [("CASE", 1, "T-000001")]
    else:
        assert clear(shelves) == 1


def test_a_reader_who_waits_for_a_circulating_copy_blocks_until_passed_over(shelves):
    office, copy = shelves.office, shelves.copy()
    by = {"actor": office.clerk, "now": shelves.present}
    until = shelves.present + timedelta(days=30)
    for part in ("leader", "holder"):
        attendance.grant_clearance(
            shelves.session,
            office.actors[part].person_id,
            "company",
            "SECRET",
            until,
            actor=office.officer,
            now=shelves.present,
        )
    other_leader = Actor(
        office.manager.person_id, 99, office.units["FIN"], frozenset({Role.RESPONSIBLE_LEADER})
    )
    readers = [office.leader.person_id, office.holder.person_id]
    made = circulations.begin(
        shelves.session, copy.code, readers, "to be known", days=2, signer=other_leader, **by
    )
    assert refused_for(shelves) == {"circulation": 1}
    circulations.skip(shelves.session, made, office.holder.person_id, "leaves", **by)
    assert things(shelves, "leader") == [("CIRCULATION", made, "财字〔2026〕7号 · 000001")]
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
