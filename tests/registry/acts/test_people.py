"""Units, persons, accounts and roles."""

import pytest

from registry.acts import people
from registry.acts.people import LoginTaken, OwnRoles, StaffNumberTaken, UnitCodeTaken
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Account, Person
from registry.rules.roles import IncompatibleRoles, Role


@pytest.fixture
def keep(office):
    return {"actor": office.administrator, "now": office.now}


@pytest.fixture
def grant(office):
    return {"actor": office.officer, "now": office.now}


def roles_of(office, account_id):
    return {held.role for held in office.session.get_one(Account, account_id).roles}


def test_a_person_is_registered_with_a_login_as_holder_only(office, keep):
    unit = people.add_unit(office.session, "LAW", "法务部", "Legal", **keep)
    person = people.add_person(office.session, "S100", "李雷", "Li Lei", unit, **keep)
    account = people.add_account(office.session, person, "Li.Lei", "a hash", "zh", **keep)
    assert office.session.get_one(Account, account).login == "li.lei"
    assert roles_of(office, account) == {Role.HOLDER}
    kinds = [entry.kind for entry in log.read(office.session)]
    assert kinds == ["unit.added", "person.added", "account.opened"]


@pytest.mark.parametrize("part", ["clerk", "manager", "leader", "officer", "auditor", "guard", "holder"])
def test_only_the_system_administrator_keeps_persons(office, part):
    actor = {"actor": office.actors[part], "now": office.now}
    with pytest.raises(PermissionDenied):
        people.add_unit(office.session, "LAW", "法务部", "Legal", **actor)
    with pytest.raises(PermissionDenied):
        people.add_person(office.session, "S100", "李雷", "Li Lei", office.units["REG"], **actor)
    with pytest.raises(PermissionDenied):
        people.add_account(office.session, office.guard.person_id, "x", "a hash", "zh", **actor)


def test_what_is_taken_is_refused_by_name(office, keep):
    session = office.session
    for refused, error in (
        (lambda: people.add_unit(session, "REG", "甲", "A", **keep), UnitCodeTaken),
        (
            lambda: people.add_person(session, "S001", "甲", "A", office.units["REG"], **keep),
            StaffNumberTaken,
        ),
        (lambda: people.add_account(session, office.guard.person_id, "CLERK", "h", "zh", **keep), LoginTaken),
    ):
        with session.begin_nested() as attempt, pytest.raises(error):
            refused()
        assert not attempt.is_active


def test_the_security_officer_grants_roles_and_the_change_is_recorded(office, grant):
    account = office.holder.account_id
    people.set_roles(office.session, account, {Role.HOLDER, Role.HANDLER}, **grant)
    assert roles_of(office, account) == {Role.HOLDER, Role.HANDLER}
    people.set_roles(office.session, account, {Role.GUARD}, **grant)
    assert roles_of(office, account) == {Role.GUARD}
    changes = [entry.facts for entry in log.read(office.session, kind="account.roles-changed")]
    assert [(change["before"], change["after"]) for change in changes] == [
        (["HOLDER"], ["HANDLER", "HOLDER"]),
        (["HANDLER", "HOLDER"], ["GUARD"]),
    ]


@pytest.mark.parametrize("part", ["administrator", "clerk", "leader", "auditor"])
def test_nobody_else_grants_roles(office, part):
    with pytest.raises(PermissionDenied):
        people.set_roles(
            office.session, office.holder.account_id, {Role.CLERK}, actor=office.actors[part], now=office.now
        )


def test_nobody_grants_a_role_to_themselves(office, grant):
    with pytest.raises(OwnRoles):
        people.set_roles(office.session, office.officer.account_id, {Role.SECURITY_OFFICER}, **grant)


def test_two_accounts_of_one_person_are_judged_together(office, keep, grant):
    second = people.add_account(office.session, office.clerk.person_id, "clerk2", "a hash", "zh", **keep)
    with pytest.raises(IncompatibleRoles) as refused:
        people.set_roles(office.session, second, {Role.RESPONSIBLE_LEADER}, **grant)
    assert refused.value.facts == {"roles": ("CLERK", "RESPONSIBLE_LEADER")}


def test_a_person_changes_the_own_pin_and_the_administrator_that_of_others(office, keep):
    people.set_pin(office.session, office.holder.person_id, "hash 1", actor=office.holder, now=office.now)
    people.set_pin(office.session, office.holder.person_id, "hash 2", **keep)
    assert office.session.get_one(Person, office.holder.person_id).pin_hash == "hash 2"
    with pytest.raises(PermissionDenied):
        people.set_pin(office.session, office.holder.person_id, "hash 3", actor=office.guard, now=office.now)
    assert "hash" not in "".join(
        str(entry.facts) for entry in log.read(office.session, kind="person.pin-set")
    )


def test_an_account_is_closed_and_opened_again_on_the_record(office, keep):
    people.set_active(office.session, office.guard.account_id, active=False, **keep)
    assert office.session.get_one(Account, office.guard.account_id).active is False
    people.set_active(office.session, office.guard.account_id, active=True, **keep)
    assert [e.kind for e in log.read(office.session, kind="account.")] == [
        "account.closed",
        "account.reopened",
    ]
