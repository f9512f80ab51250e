"""First accounts: opened for whoever has none, their passwords on slips, to be changed before anything else."""

import re

import pypdfium2
import pytest
import sqlalchemy as sa

from registry.acts import people as acts
from registry.acts.people import AccountExists
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Account
from registry.rules.roles import Role
from service.flows import accounts, people, signing_in
from service.flows.accounts import NobodyChosen
from service.flows.people import NewPerson
from service.flows.signing_in import LoginRefused
from service.passwords import PasswordNotNew

HERE = "10.0.0.1"
OWN = "my own good password"


@pytest.fixture
def database_backend():
    return "sqlite"


@pytest.fixture
def newcomers(world):
    """Two people who came with an import, without a login."""
    with world.runtime.database.transaction() as session:
        return [
            acts.add_person(
                session, staff_no, zh, en, world.units["FIN"], actor=world.administrator, now=world.now
            )
            for staff_no, zh, en in (("S901", "王芳", "Wang Fang"), ("S902", "李雷", "Li Lei"))
        ]


def passwords_on(slips):
    """Return the one-time passwords on slips, from the top."""
    words = pypdfium2.PdfDocument(slips)[0].get_textpage().get_text_bounded()
    return re.findall(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b", words)


def sign_in(world, login, password):
    return signing_in.sign_in(world.runtime, login, password, address=HERE)


def test_who_has_no_account_is_listed_until_one_is_opened(world, newcomers):
    listed = accounts.without_account(world.runtime, world.administrator)
    assert {"S901", "S902"} <= {row.person.staff_no for row in listed}
    accounts.open_accounts(world.runtime, world.administrator, newcomers[:1])
    left = {row.person.staff_no for row in accounts.without_account(world.runtime, world.administrator)}
    assert "S902" in left
    assert "S901" not in left


def test_the_password_of_a_slip_opens_nothing_but_its_change(world, newcomers):
    first, second = passwords_on(accounts.open_accounts(world.runtime, world.administrator, newcomers))
    assert first != second
    visitor = signing_in.find_visitor(world.runtime, sign_in(world, "s901", first).secret)
    assert visitor.password_is_first
    assert visitor.actor.roles == {Role.HOLDER}
    changed = signing_in.change_password(world.runtime, "s901", first, OWN, address=HERE)
    assert not signing_in.find_visitor(world.runtime, changed.secret).password_is_first
    assert sign_in(world, "s901", first) == LoginRefused("login-refused")
    with world.runtime.database.reading() as session:
        opened = [entry.facts["person"] for entry in log.read(session, kind="account.opened")]
        assert opened[-2:] == newcomers
        hashes = session.scalars(sa.select(Account.password_hash)).all()
    assert not any(first in each or second in each for each in hashes)


def test_a_wrong_current_password_or_the_same_again_changes_nothing(world, newcomers):
    (first,) = passwords_on(accounts.open_accounts(world.runtime, world.administrator, newcomers[:1]))
    with pytest.raises(PasswordNotNew):
        signing_in.change_password(world.runtime, "s901", first, first, address=HERE)
    wrong = signing_in.change_password(world.runtime, "s901", "not the password", OWN, address=HERE)
    assert wrong == LoginRefused("login-refused")
    assert signing_in.find_visitor(world.runtime, sign_in(world, "s901", first).secret).password_is_first


def test_one_who_has_an_account_leaves_everybody_without_a_new_one(world, newcomers):
    with pytest.raises(AccountExists):
        accounts.open_accounts(world.runtime, world.administrator, [*newcomers, world.holder.person_id])
    listed = accounts.without_account(world.runtime, world.administrator)
    assert {"S901", "S902"} <= {row.person.staff_no for row in listed}


def test_only_the_administrator_opens_accounts_and_for_somebody(world, newcomers):
    for part in ("clerk", "officer", "leader"):
        with pytest.raises(PermissionDenied):
            accounts.open_accounts(world.runtime, world.actors[part], newcomers)
    with pytest.raises(NobodyChosen):
        accounts.open_accounts(world.runtime, world.administrator, [])


def test_a_password_that_was_set_by_another_is_a_first_one(world, newcomers):
    accounts.open_accounts(world.runtime, world.administrator, newcomers[:1])
    people.set_password(world.runtime, world.administrator, "s901", "told on the telephone")
    found = sign_in(world, "s901", "told on the telephone")
    assert signing_in.find_visitor(world.runtime, found.secret).password_is_first


@pytest.mark.parametrize("chosen_by_them", [False, True])
def test_a_person_who_is_registered_with_a_password_changes_it_unless_they_chose_it(world, chosen_by_them):
    new = NewPerson("S903", "赵云", "Zhao Yun", "zhao.yun", "told on the telephone")
    how = {"password_is_first": False} if chosen_by_them else {}
    people.add_person(world.runtime, world.administrator, "FIN", new, **how)
    found = sign_in(world, "zhao.yun", "told on the telephone")
    assert signing_in.find_visitor(world.runtime, found.secret).password_is_first is not chosen_by_them
