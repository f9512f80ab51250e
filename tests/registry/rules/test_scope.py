"""Which documents come within whose reach."""

import pytest

from registry.rules.roles import Actor, Role
from registry.rules.scope import Way, ways_to_facts, ways_to_pages

EXPECTED = {
    Role.CLERK: ({Way.EVERY, Way.REQUESTED}, {Way.EVERY}),
    Role.HANDLER: ({Way.OWN_UNIT, Way.REQUESTED}, set()),
    Role.DEPARTMENT_MANAGER: ({Way.OWN_UNIT, Way.ASKED}, {Way.OWN_UNIT, Way.ASKED}),
    Role.RESPONSIBLE_LEADER: ({Way.EVERY, Way.ASKED}, {Way.EVERY, Way.ASKED}),
    Role.SECURITY_OFFICER: ({Way.ASKED}, {Way.ASKED}),
    Role.AUDITOR: ({Way.EVERY}, set()),
    Role.HOLDER: ({Way.REQUESTED, Way.HELD, Way.ASKED}, {Way.ASKED}),
    Role.SYSTEM_ADMINISTRATOR: (set(), set()),
    Role.GUARD: (set(), set()),
    Role.SUPERVISOR: (set(), set()),
}


@pytest.mark.parametrize("role", Role)
def test_each_role_reaches_what_it_needs_and_no_more(role):
    actor = Actor(1, 1, 1, frozenset({role}))
    assert (ways_to_facts(actor), ways_to_pages(actor)) == EXPECTED[role]


@pytest.mark.parametrize("role", Role)
def test_whoever_may_see_pages_may_see_facts(role):
    actor = Actor(1, 1, 1, frozenset({role}))
    assert ways_to_pages(actor) <= ways_to_facts(actor)


def test_the_worker_reaches_nothing_by_itself():
    assert ways_to_facts(Actor.system()) == ways_to_pages(Actor.system()) == frozenset()


def test_a_person_without_a_unit_has_no_own_unit():
    assert ways_to_facts(Actor(1, 1, None, frozenset({Role.HANDLER}))) == {Way.REQUESTED}
