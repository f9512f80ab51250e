"""Roles times actions."""

from itertools import product

import pytest

from registry.errors import PermissionDenied
from registry.rules import roles
from registry.rules.roles import (
    BOUND_TO_UNIT,
    PERMITTED,
    PERMITTED_TO_SYSTEM,
    Action,
    Actor,
    IncompatibleRoles,
    Role,
    may,
    may_for_some_unit,
    require,
    require_compatible,
)

BUSINESS = {
    Action.REGISTER_DOCUMENT,
    Action.REMOVE_CONTENT,
    Action.READ_DOCUMENT,
    Action.PRINT,
    Action.RELEASE_PRINT,
    Action.HAND_OVER,
    Action.RETURN,
    Action.DESTROY,
    Action.WITNESS,
    Action.SCAN_AT_GATE,
}


def actor(*given, unit_id=7):
    return Actor(1, 11, unit_id, frozenset(given))


@pytest.mark.parametrize(("role", "action"), list(product(Role, Action)), ids=str)
def test_a_role_may_do_what_the_table_permits_and_nothing_else(role, action):
    permitted = role in PERMITTED[action]
    is_bound = (role, action) in BOUND_TO_UNIT
    assert may(actor(role), action, unit_id=7) is permitted
    assert may(actor(role), action, unit_id=8) is (permitted and not is_bound)
    assert may(actor(role), action) is (permitted and not is_bound)
    assert may_for_some_unit(actor(role), action) is permitted


def test_every_action_is_listed_and_somebody_may_do_it():
    assert set(PERMITTED) == set(Action)
    assert {action for action in Action if not PERMITTED[action]} <= PERMITTED_TO_SYSTEM


def test_only_permitted_roles_are_bound_to_their_unit():
    assert {(role, action) for role, action in BOUND_TO_UNIT if role not in PERMITTED[action]} == set()


def test_a_manager_decides_for_the_own_unit_only():
    require(actor(Role.DEPARTMENT_MANAGER), Action.DECIDE_APPROVAL, unit_id=7)
    with pytest.raises(PermissionDenied) as refusal:
        require(actor(Role.DEPARTMENT_MANAGER), Action.DECIDE_APPROVAL, unit_id=8)
    assert refusal.value.code == "not-permitted"
    assert refusal.value.facts == {"action": "DECIDE_APPROVAL"}


def test_a_person_without_a_unit_has_no_own_unit():
    assert not may(actor(Role.DEPARTMENT_MANAGER, unit_id=None), Action.DECIDE_APPROVAL)
    assert not may_for_some_unit(actor(Role.DEPARTMENT_MANAGER, unit_id=None), Action.DECIDE_APPROVAL)


def test_a_second_role_lifts_the_bound_of_the_first():
    both = actor(Role.DEPARTMENT_MANAGER, Role.RESPONSIBLE_LEADER)
    assert may(both, Action.DECIDE_APPROVAL, unit_id=8)


def test_nobody_may_do_anything_without_a_role():
    assert not any(may(actor(), action, unit_id=7) for action in Action)


@pytest.mark.parametrize("action", Action)
def test_the_system_may_do_its_own_few_things_only(action):
    assert may(Actor.system(), action, unit_id=7) is (action in PERMITTED_TO_SYSTEM)


def test_an_actor_without_ids_is_not_the_system():
    nobody = Actor(None, None, None, frozenset())
    assert not any(may(nobody, action) for action in Action)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SECURITY_OFFICER, Role.SYSTEM_ADMINISTRATOR])
def test_no_administrator_handles_business(role):
    assert {action for action in BUSINESS if role in PERMITTED[action]} == set()


@pytest.mark.parametrize(
    "pair",
    [
        {Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR},
        {Role.AUDITOR, Role.SECURITY_OFFICER},
        {Role.SECURITY_OFFICER, Role.SYSTEM_ADMINISTRATOR},
        {Role.AUDITOR, Role.CLERK},
        {Role.CLERK, Role.RESPONSIBLE_LEADER},
    ],
    ids=lambda pair: "+".join(sorted(pair)),
)
def test_roles_that_must_be_separate_are_refused_together(pair):
    with pytest.raises(IncompatibleRoles) as refusal:
        require_compatible(pair | {Role.HOLDER})
    assert set(refusal.value.facts["roles"]) == pair


def test_everybody_may_be_a_holder_beside_any_role():
    for role in Role:
        require_compatible({role, Role.HOLDER})


def test_whoever_approves_cannot_carry_out_by_role_alone():
    approving = PERMITTED[Action.DECIDE_APPROVAL] - {Role.HOLDER}
    for role in approving:
        assert frozenset({role, Role.CLERK}) in roles.INCOMPATIBLE
