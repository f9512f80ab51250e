"""Persons and accounts: founding an installation, opening accounts, passwords, roles, the language of screens."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from registry.acts import people
from registry.errors import ConflictError, UnknownError
from registry.models import Account, Unit
from registry.rules import roles
from registry.rules.roles import Action, Actor, Role
from registry.views import people as views
from registry.views.people import PersonRow, UnitRow
from service import passwords, sessions
from service.config import Language
from service.flows.characters import Lacking, lacking
from service.runtime import Runtime

FOUNDER: Final = Actor(None, None, None, frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_OFFICER}))
"""Acts once, before there is anybody; the host's own administrator at the command line."""


class AlreadyFounded(ConflictError):
    """There are accounts already; new ones are opened by the system administrator."""

    code = "already-founded"


class StaffNumberUnknown(UnknownError):
    """Nobody who can be meant here has this staff number."""

    code = "staff-number-unknown"


class AccountUnknown(UnknownError):
    """No account has this login."""

    code = "account-unknown"


@dataclass(frozen=True)
class NewPerson:
    """A person and the login to open for them."""

    staff_no: str
    name_zh: str
    name_en: str
    login: str
    password: str
    language: Language = "zh"


def found(runtime: Runtime, unit: tuple[str, str, str], administrator: NewPerson, officer: NewPerson) -> None:
    """Open the first two accounts, with passwords that the two have chosen: who keeps accounts, who grants roles.

    Args:
        runtime: Of an installation without accounts.
        unit: Code, Chinese and English name of the unit they belong to.
        administrator: Becomes system administrator.
        officer: Becomes security officer.

    Raises:
        AlreadyFounded: there are accounts.
    """
    now = runtime.now()
    hashes = [passwords.hash_password(new.password, login=new.login) for new in (administrator, officer)]
    with runtime.deed(FOUNDER, "registry.found", "registry") as session:
        if session.scalar(sa.select(sa.func.count()).select_from(Account)):
            raise AlreadyFounded("there are accounts already")
        unit_id = people.add_unit(session, *unit, actor=FOUNDER, now=now)
        offices = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_OFFICER)
        for new, password_hash, role in zip((administrator, officer), hashes, offices, strict=True):
            person_id = people.add_person(
                session, new.staff_no, new.name_zh, new.name_en, unit_id, actor=FOUNDER, now=now
            )
            account_id = people.add_account(
                session,
                person_id,
                new.login,
                password_hash,
                new.language,
                password_is_first=False,
                actor=FOUNDER,
                now=now,
            )
            people.set_roles(session, account_id, {role, Role.HOLDER}, actor=FOUNDER, now=now)


def add_person(
    runtime: Runtime, actor: Actor, unit_code: str, new: NewPerson, *, password_is_first: bool = True
) -> int:
    """Register a person with an account and return the account's id.

    Their password opens nothing but its change, unless they have chosen it: ``password_is_first=False``.

    Raises:
        UnknownError: there is no such unit.
    """
    now = runtime.now()
    password_hash = passwords.hash_password(new.password, login=new.login)
    with runtime.deed(actor, "person.add", f"unit:{unit_code}") as session:
        unit_id = session.scalar(sa.select(Unit.id).where(Unit.code == unit_code))
        if unit_id is None:
            raise UnknownError("there is no such unit", unit_code=unit_code)
        person_id = people.add_person(
            session, new.staff_no, new.name_zh, new.name_en, unit_id, actor=actor, now=now
        )
        return people.add_account(
            session,
            person_id,
            new.login,
            password_hash,
            new.language,
            password_is_first=password_is_first,
            actor=actor,
            now=now,
        )


def add_unit(
    runtime: Runtime, actor: Actor, code: str, name_zh: str, name_en: str, *, parent_id: int | None = None
) -> int:
    """Register a unit and return its id."""
    with runtime.deed(actor, "unit.add", "registry") as session:
        return people.add_unit(
            session, code, name_zh, name_en, parent_id=parent_id, actor=actor, now=runtime.now()
        )


def set_pin(runtime: Runtime, actor: Actor, person_id: int, pin: str) -> None:
    """Give a person the PIN that signs receipts, one's own or another's."""
    pin_hash = passwords.hash_pin(pin)
    with runtime.deed(actor, "person.set-pin", f"person:{person_id}") as session:
        people.set_pin(session, person_id, pin_hash, actor=actor, now=runtime.now())


def list_people(
    runtime: Runtime, actor: Actor, *, unit_id: int | None = None, search: str = ""
) -> tuple[PersonRow, ...]:
    """Return the persons with their accounts, to those who keep them or grant their roles."""
    _require_keeper(actor)
    with runtime.database.reading() as session:
        return views.persons(session, unit_id=unit_id, search=search)


def get_person(runtime: Runtime, actor: Actor, person_id: int) -> PersonRow:
    """Return one person with their accounts.

    Raises:
        UnknownRow: there is none under this id.
    """
    _require_keeper(actor)
    with runtime.database.reading() as session:
        return views.person(session, person_id)


def lacking_of(runtime: Runtime, row: PersonRow) -> tuple[Lacking, ...]:
    """Return what of the names of a person and of the person's unit cannot be printed."""
    person, unit = row.person, row.unit
    return lacking(runtime, name_zh=person.zh, name_en=person.en, unit_zh=unit.zh, unit_en=unit.en)


def list_units(runtime: Runtime) -> tuple[UnitRow, ...]:
    """Return all units; they are no secret from whoever is logged in."""
    with runtime.database.reading() as session:
        return views.units(session)


def list_recipients(runtime: Runtime) -> tuple[PersonRow, ...]:
    """Return who can be given paper: everyone who is active."""
    with runtime.database.reading() as session:
        return views.persons(session, only_active=True)


def find_by_staff_no(runtime: Runtime, staff_no: str) -> int | None:
    """Return the active person with this staff number, or None."""
    wanted = staff_no.strip().casefold()
    found = (row.person for row in list_recipients(runtime) if row.person.staff_no.casefold() == wanted)
    return next((person.id for person in found), None)


def get_by_staff_no(runtime: Runtime, staff_no: str) -> int:
    """Return the active person with this staff number.

    Raises:
        StaffNumberUnknown: nobody who works here has it.
    """
    found = find_by_staff_no(runtime, staff_no)
    if found is None:
        raise StaffNumberUnknown("got a staff number that nobody has", staff_no=staff_no)
    return found


def set_roles(runtime: Runtime, actor: Actor, login: str, wanted: Collection[Role]) -> None:
    """Make ``wanted`` the roles of an account; they count from its next request."""
    account_id = account_of(runtime, login)
    with runtime.deed(actor, "account.set-roles", f"account:{account_id}") as session:
        people.set_roles(session, account_id, wanted, actor=actor, now=runtime.now())


def set_password(runtime: Runtime, actor: Actor, login: str, password: str) -> None:
    """Give an account a new password and end its sessions."""
    now = runtime.now()
    account_id = account_of(runtime, login)
    password_hash = passwords.hash_password(password, login=login)
    with runtime.deed(actor, "account.set-password", f"account:{account_id}") as session:
        people.set_password(session, account_id, password_hash, actor=actor, now=now)
        sessions.end_all_sessions(session, account_id, now=now)


def set_active(runtime: Runtime, actor: Actor, login: str, *, active: bool) -> None:
    """Close an account and end its sessions, or open it again."""
    now = runtime.now()
    account_id = account_of(runtime, login)
    with runtime.deed(actor, "account.set-active", f"account:{account_id}") as session:
        people.set_active(session, account_id, active=active, actor=actor, now=now)
        sessions.end_all_sessions(session, account_id, now=now)


def choose_language(runtime: Runtime, actor: Actor, language: Language) -> None:
    """Keep the language of one's own screens; a preference, so nothing is recorded."""
    with runtime.database.transaction() as session:
        session.execute(sa.update(Account).where(Account.id == actor.account_id).values(language=language))


def _require_keeper(actor: Actor) -> None:
    if not roles.may(actor, Action.MANAGE_PEOPLE):
        roles.require(actor, Action.MANAGE_ROLES)


def account_of(runtime: Runtime, login: str) -> int:
    """Return the id of the account with a login.

    Raises:
        AccountUnknown: there is none.
    """
    with runtime.database.reading() as session:
        account_id = session.scalar(sa.select(Account.id).where(Account.login == login.strip().casefold()))
    if account_id is None:
        raise AccountUnknown("no account has this login")
    return account_id
