"""Units, persons, accounts and roles: who there is, and as what.

Laws: the system administrator keeps persons and accounts, the security officer grants roles, and nobody
grants a role to themselves. Roles are judged by person: two accounts of one person may not hold together what
one may not.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.ledger import log
from registry.models import Account, AccountRole, Person, Unit
from registry.rows import flush_unique, get_row
from registry.rules import roles
from registry.rules.limits import CODE_LIMIT, LOGIN_LIMIT, NAME_LIMIT, UNIT_NAME_LIMIT
from registry.rules.roles import Action, Actor, Role
from registry.rules.texts import parse_key, parse_line


class UnitCodeTaken(ConflictError):
    """Another unit has this code."""

    code = "unit-code-taken"


class StaffNumberTaken(ConflictError):
    """Another person has this staff number."""

    code = "staff-number-taken"


class LoginTaken(ConflictError):
    """Another account has this login."""

    code = "login-taken"


class AccountExists(ConflictError):
    """The person has an account already, open or closed."""

    code = "account-exists"


class PersonInactive(ConflictError):
    """Whoever no longer works here gets no account."""

    code = "person-inactive"


class OwnRoles(ConflictError):
    """Nobody grants roles to themselves."""

    code = "own-roles"


def add_unit(
    session: Session,
    code: str,
    name_zh: str,
    name_en: str,
    *,
    parent_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Register a unit and return its id."""
    roles.require(actor, Action.MANAGE_PEOPLE)
    if parent_id is not None:
        get_row(session, Unit, parent_id)
    unit = Unit(
        code=parse_key(code, field="code", limit=CODE_LIMIT),
        name_zh=parse_line(name_zh, field="name_zh", limit=UNIT_NAME_LIMIT),
        name_en=parse_line(name_en, field="name_en", limit=UNIT_NAME_LIMIT),
        parent_id=parent_id,
    )
    session.add(unit)
    taken = UnitCodeTaken(f"got unit code {unit.code}, which is taken", unit_code=unit.code)
    flush_unique(session, {(Unit.code,): taken})
    log.append(
        session,
        "unit.added",
        f"unit:{unit.id}",
        actor=actor,
        now=now,
        unit_code=unit.code,
        name_zh=log.private(unit.name_zh),
        name_en=log.private(unit.name_en),
        parent=parent_id,
    )
    return unit.id


def add_person(
    session: Session, staff_no: str, name_zh: str, name_en: str, unit_id: int, *, actor: Actor, now: datetime
) -> int:
    """Register a person and return the id."""
    roles.require(actor, Action.MANAGE_PEOPLE)
    get_row(session, Unit, unit_id)
    person = Person(
        staff_no=parse_key(staff_no, field="staff_no", limit=CODE_LIMIT),
        name_zh=parse_line(name_zh, field="name_zh", limit=NAME_LIMIT),
        name_en=parse_line(name_en, field="name_en", limit=NAME_LIMIT),
        unit_id=unit_id,
    )
    session.add(person)
    taken = StaffNumberTaken(f"got staff number {person.staff_no}, which is taken", staff_no=person.staff_no)
    flush_unique(session, {(Person.staff_no,): taken})
    log.append(
        session,
        "person.added",
        f"person:{person.id}",
        actor=actor,
        now=now,
        staff_no=person.staff_no,
        name_zh=log.private(person.name_zh),
        name_en=log.private(person.name_en),
        unit=unit_id,
    )
    return person.id


def set_pin(session: Session, person_id: int, pin_hash: str, *, actor: Actor, now: datetime) -> None:
    """Give a person the PIN that signs receipts; persons may change their own."""
    own = actor.person_id is not None and actor.person_id == person_id
    roles.require(actor, Action.READ_OWN_HOLDINGS if own else Action.MANAGE_PEOPLE)
    person = get_row(session, Person, person_id, lock=True)
    person.pin_hash = pin_hash
    log.append(session, "person.pin-set", f"person:{person_id}", actor=actor, now=now, by_the_person=own)


def add_account(
    session: Session,
    person_id: int,
    login: str,
    password_hash: str,
    language: str,
    *,
    password_is_first: bool = True,
    actor: Actor,
    now: datetime,
) -> int:
    """Open a login for a person, as holder and nothing more, and return its id.

    It opens nothing until the person has chosen a password of their own, unless they have chosen this one:
    ``password_is_first=False``.
    """
    roles.require(actor, Action.MANAGE_PEOPLE)
    get_row(session, Person, person_id)
    account = Account(
        person_id=person_id,
        login=parse_key(login, field="login", limit=LOGIN_LIMIT).casefold(),
        password_hash=password_hash,
        password_is_first=password_is_first,
        language=language,
        created_at=now,
        roles=[AccountRole(role=Role.HOLDER)],
    )
    session.add(account)
    flush_unique(session, {(Account.login,): LoginTaken("got a login that is taken", login=account.login)})
    log.append(
        session,
        "account.opened",
        f"account:{account.id}",
        actor=actor,
        now=now,
        person=person_id,
        login=log.private(account.login),
        roles=[str(Role.HOLDER)],
    )
    return account.id


def require_without_account(session: Session, person_id: int, *, actor: Actor) -> Person:
    """Return a person, locked, who works here and has no account yet.

    Raises:
        PersonInactive, AccountExists: the person gets no first account.
    """
    roles.require(actor, Action.MANAGE_PEOPLE)
    person = get_row(session, Person, person_id, lock=True)
    if not person.active:
        raise PersonInactive("got a person who no longer works here", staff_no=person.staff_no)
    if session.scalar(sa.select(Account.id).where(Account.person_id == person_id).limit(1)) is not None:
        raise AccountExists("got a person who has an account", staff_no=person.staff_no)
    return person


def set_roles(
    session: Session, account_id: int, wanted: Collection[Role], *, actor: Actor, now: datetime
) -> None:
    """Make ``wanted`` the roles of an account; whoever grants has no part in it."""
    roles.require(actor, Action.MANAGE_ROLES)
    account = get_row(session, Account, account_id, lock=True)
    if account.person_id == actor.person_id:
        raise OwnRoles("got a change of the actor's own roles")
    get_row(
        session, Person, account.person_id, lock=True
    )  # two officers, two accounts of one person: one after the other
    elsewhere = session.scalars(
        sa.select(AccountRole.role)
        .join(Account, AccountRole.account_id == Account.id)
        .where(Account.person_id == account.person_id, Account.id != account_id)
    )
    roles.require_compatible({*wanted, *elsewhere})
    before = sorted(str(held.role) for held in account.roles)
    account.roles = [held for held in account.roles if held.role in wanted] + [
        AccountRole(role=role) for role in sorted(set(wanted) - {held.role for held in account.roles})
    ]
    log.append(
        session,
        "account.roles-changed",
        f"account:{account_id}",
        actor=actor,
        now=now,
        person=account.person_id,
        before=before,
        after=sorted(map(str, set(wanted))),
    )


def set_active(session: Session, account_id: int, *, active: bool, actor: Actor, now: datetime) -> None:
    """Close an account, or open it again; the caller ends its sessions."""
    roles.require(actor, Action.MANAGE_PEOPLE)
    account = get_row(session, Account, account_id, lock=True)
    account.active = active
    kind = "account.reopened" if active else "account.closed"
    log.append(session, kind, f"account:{account_id}", actor=actor, now=now, person=account.person_id)


def set_password(
    session: Session, account_id: int, password_hash: str, *, actor: Actor, now: datetime
) -> None:
    """Give an account a new password, one's own or another's first one; the caller ends its sessions."""
    account = get_row(session, Account, account_id, lock=True)
    own = actor.person_id is not None and actor.person_id == account.person_id
    if not own:
        roles.require(actor, Action.MANAGE_PEOPLE)
    account.password_hash, account.password_is_first = password_hash, not own
    log.append(
        session, "account.password-set", f"account:{account_id}", actor=actor, now=now, by_the_person=own
    )
