"""Somebody decides in another's place: on some acts, for some time, agreed to by a third person."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.acts.approvals import AlreadyDecided, NoMandate, NotAsked
from registry.acts.delegations import NotADelegation, NotAThirdPerson, NotTheirDelegation
from registry.errors import PermissionDenied
from registry.models import Account, AccountRole, ApprovalDecision
from registry.rows import UnknownRow
from registry.rules.approval import Act, ExecutorNotSeparate
from registry.rules.delegation import DelegationState, ImpossibleDelegationStep
from registry.rules.roles import IncompatibleRoles, Role
from registry.rules.words import RequestState
from service.flows import delegating, printing, requesting, ruling
from service.flows.delegating import DelegationWish


@pytest.fixture
def database_backend():
    return "sqlite"


def propose(world, giver="leader", deputy="other_manager", **changed):
    facts = {
        "deputy_id": world.actors[deputy].person_id,
        "acts": [Act.PRINT],
        "from_at": world.now,
        "until_at": world.now + timedelta(days=14),
        "reason": "on leave",
    }
    return delegating.propose(world.runtime, world.actors[giver], DelegationWish(**facts | changed))


def agreed(world, **changed):
    delegation_id = propose(world, **changed)
    assert (
        delegating.decide(world.runtime, world.officer, delegation_id, agreed=True) is DelegationState.AGREED
    )
    return delegation_id


def ask(world, **facts):
    return requesting.ask(world.runtime, world.handler, world.wish(world.register(**facts)))


def decide(world, request_id, deputy="other_manager", giver="leader", *, yes=True):
    actor = world.actors[deputy]
    shown = requesting.get_request(world.runtime, world.auditor, request_id)
    return requesting.decide(
        world.runtime,
        actor,
        request_id,
        agreed=yes,
        shown_hash=shown.order_hash,
        in_place_of=world.actors[giver].person_id,
    )


def test_a_deputy_decides_with_the_word_of_the_leader_and_both_names_stay_on_record(world):
    request_id = ask(world)
    agreed(world)
    waiting = requesting.list_requests(world.runtime, world.other_manager).waiting
    assert [row.id for row in waiting] == [request_id]
    view = requesting.get_request(world.runtime, world.other_manager, request_id)
    assert (view.may_decide, view.in_place_of.id) == (True, world.leader.person_id)
    assert decide(world, request_id) is RequestState.APPROVED
    with world.runtime.database.reading() as session:
        taken = session.scalars(sa.select(ApprovalDecision)).one()
        assert (taken.person_id, taken.in_place_of_id, taken.delegation_id) == (
            world.other_manager.person_id,
            world.leader.person_id,
            1,
        )
        assert taken.roles == ["RESPONSIBLE_LEADER"]
    assert ruling.replay(world.runtime, world.auditor, request_id).again.is_same


def test_giver_and_deputy_never_both_count(world):
    ruling_id = ruling.propose(
        world.runtime,
        world.officer,
        {"chain.print-secret": ("RESPONSIBLE_LEADER", "DEPARTMENT_MANAGER@requesting")},
        "two pairs of eyes",
    )
    sha256 = ruling.get_version(world.runtime, world.leader, ruling_id).row.sha256
    ruling.decide(world.runtime, world.leader, ruling_id, agreed=True, shown_sha256=sha256)
    world.later(minutes=2)
    request_id = ask(world)
    agreed(world, deputy="manager")
    assert decide(world, request_id, deputy="manager") is RequestState.OPEN
    with pytest.raises(AlreadyDecided):
        world.approve(request_id, "manager")
    with pytest.raises(NotAsked):
        world.approve(request_id, "leader")


def test_nothing_is_decided_before_it_is_agreed_to_outside_its_time_or_on_another_act(world):
    request_id = ask(world)
    propose(world)
    with pytest.raises(UnknownRow):  # nobody's deputy does not even know of the request
        decide(world, request_id)
    agreed(world, acts=[Act.DESTROY])
    with pytest.raises(UnknownRow):
        decide(world, request_id)
    agreed(world, from_at=world.now + timedelta(days=1))
    with pytest.raises(UnknownRow):
        decide(world, request_id)
    world.later(days=15, seconds=1)
    with pytest.raises(UnknownRow):
        decide(world, request_id)


def test_a_top_secret_rule_is_never_passed_on(world):
    request_id = ask(world, level="TOP_SECRET")
    agreed(world)
    with pytest.raises(UnknownRow):
        decide(world, request_id)


def test_the_requester_does_not_agree_through_a_deputy(world):
    with world.runtime.database.transaction() as session:
        account = session.get_one(Account, world.leader.account_id)
        account.roles.append(AccountRole(role=Role.HANDLER))
    both = type(world.leader)(
        world.leader.person_id,
        world.leader.account_id,
        world.leader.unit_id,
        world.leader.roles | {Role.HANDLER},
    )
    units = {"issuing_unit_id": world.units["REG"], "classifying_unit_id": world.units["REG"]}
    request_id = requesting.ask(world.runtime, both, world.wish(world.register(**units)))
    agreed(world)
    with pytest.raises(UnknownRow):
        decide(world, request_id)


def test_nobody_decides_in_the_place_of_somebody_who_has_not_passed_it_on(world):
    request_id = ask(world)
    agreed(world)
    with pytest.raises(NoMandate):
        decide(world, request_id, giver="officer")


def test_who_let_another_decide_does_not_carry_it_out(world):
    request_id = ask(world)
    agreed(world)
    decide(world, request_id)
    clerk = type(world.clerk)(
        world.leader.person_id, world.leader.account_id, world.leader.unit_id, world.clerk.roles
    )
    with pytest.raises(ExecutorNotSeparate):
        printing.order_batch(world.runtime, clerk, request_id, [None] * 5)


def test_a_delegation_that_ended_or_whose_giver_lost_the_role_gives_nothing(world):
    request_id = ask(world)
    delegation_id = agreed(world)
    with world.runtime.database.transaction() as session:
        session.get_one(Account, world.leader.account_id).active = False
    with pytest.raises(UnknownRow):
        decide(world, request_id)
    with world.runtime.database.transaction() as session:
        session.get_one(Account, world.leader.account_id).active = True
    delegating.end(world.runtime, world.leader, delegation_id)
    with pytest.raises(UnknownRow):
        decide(world, request_id)
    with pytest.raises(ImpossibleDelegationStep):
        delegating.end(world.runtime, world.leader, delegation_id)


def test_only_a_third_person_agrees_and_only_fitting_roles_are_passed_on(world):
    delegation_id = propose(world)
    with pytest.raises(NotAThirdPerson):
        delegating.decide(world.runtime, world.leader, delegation_id, agreed=True)
    with pytest.raises(PermissionDenied):
        delegating.decide(world.runtime, world.auditor, delegation_id, agreed=True)
    with pytest.raises(NotTheirDelegation):
        delegating.end(world.runtime, world.manager, delegation_id)
    for deputy in ("clerk", "officer", "auditor"):
        with pytest.raises(IncompatibleRoles):
            propose(world, deputy=deputy)
    for part in ("handler", "clerk", "auditor"):
        with pytest.raises(PermissionDenied):
            propose(world, giver=part)
    for changed in (
        {"deputy": "leader"},
        {"acts": []},
        {"until_at": world.now - timedelta(days=1)},
        {"until_at": world.now + timedelta(days=93)},
    ):
        with pytest.raises(NotADelegation):
            propose(world, **changed)


def test_each_sees_the_delegations_that_concern_them(world):
    agreed(world)
    told = {part: len(delegating.listing(world.runtime, world.actors[part])) for part in world.actors}
    assert {part for part, rows in told.items() if rows} == {"leader", "other_manager", "officer", "auditor"}
