"""Units, persons and accounts as lists and choices show them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry.models import Account, AccountRole, Person, Unit
from registry.rows import get_row
from registry.rules.roles import Role
from registry.views.holdings import Name, name


@dataclass(frozen=True)
class UnitName:
    """A unit as screens name it."""

    id: int
    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class UnitRow:
    """A unit with its place in the organisation."""

    unit: UnitName
    parent: UnitName | None
    persons: int


@dataclass(frozen=True)
class AccountRow:
    """A login and what it may be used as."""

    id: int
    login: str
    active: bool
    roles: tuple[Role, ...]
    created_at: datetime


@dataclass(frozen=True)
class PersonRow:
    """A person with unit and accounts; the PIN itself is never shown, only that there is one."""

    person: Name
    unit: UnitName
    active: bool
    has_pin: bool
    accounts: tuple[AccountRow, ...]


def units(session: Session) -> tuple[UnitRow, ...]:
    """Return all units by their code."""
    query = sa.select(Person.unit_id, sa.func.count().label("persons")).group_by(Person.unit_id)
    counted = {row.unit_id: row.persons for row in session.execute(query)}
    found = {unit.id: unit for unit in session.scalars(sa.select(Unit).order_by(Unit.code))}
    return tuple(
        UnitRow(
            unit=unit_name(unit),
            parent=None if unit.parent_id is None else unit_name(found[unit.parent_id]),
            persons=counted.get(unit.id, 0),
        )
        for unit in found.values()
    )


def persons(
    session: Session, *, unit_id: int | None = None, search: str = "", only_active: bool = False
) -> tuple[PersonRow, ...]:
    """Return persons by unit and staff number, narrowed by unit and by a part of name or number."""
    query = (
        sa.select(Person)
        .join(Unit, Person.unit_id == Unit.id)
        .options(selectinload(Person.unit))
        .order_by(Unit.code, Person.staff_no)
    )
    if unit_id is not None:
        query = query.where(Person.unit_id == unit_id)
    if only_active:
        query = query.where(Person.active)
    if search.strip():
        part = search.strip()
        query = query.where(
            sa.or_(
                *(
                    column.icontains(part, autoescape=True)
                    for column in (Person.name_zh, Person.name_en, Person.staff_no)
                )
            )
        )
    return _rows(session, session.scalars(query).all())


def person(session: Session, person_id: int) -> PersonRow:
    """Return one person.

    Raises:
        UnknownRow: there is none under this id.
    """
    return _rows(session, [get_row(session, Person, person_id)])[0]


def names(session: Session, person_ids: Collection[int]) -> dict[int, Name]:
    """Return how screens name these persons."""
    return {row.id: name(row) for row in session.scalars(sa.select(Person).where(Person.id.in_(person_ids)))}


def unit_names(session: Session, unit_ids: Collection[int]) -> dict[int, UnitName]:
    """Return how screens name these units."""
    return {row.id: unit_name(row) for row in session.scalars(sa.select(Unit).where(Unit.id.in_(unit_ids)))}


def persons_with_role(session: Session, role: Role, *, unit_id: int | None = None) -> tuple[Name, ...]:
    """Return the active persons who can act in a role, of one unit when it is named."""
    query = (
        sa.select(Person)
        .where(
            Person.active,
            sa.exists().where(
                Account.person_id == Person.id,
                Account.active,
                AccountRole.account_id == Account.id,
                AccountRole.role == role,
            ),
        )
        .order_by(Person.staff_no)
    )
    if unit_id is not None:
        query = query.where(Person.unit_id == unit_id)
    return tuple(name(row) for row in session.scalars(query))


def unit_name(unit: Unit) -> UnitName:
    """Return how screens name a unit."""
    return UnitName(id=unit.id, code=unit.code, zh=unit.name_zh, en=unit.name_en)


def _rows(session: Session, found: Collection[Person]) -> tuple[PersonRow, ...]:
    accounts: dict[int, list[AccountRow]] = {}
    query = (
        sa.select(Account)
        .where(Account.person_id.in_([row.id for row in found]))
        .options(selectinload(Account.roles))
        .order_by(Account.login)
    )
    for account in session.scalars(query):
        held = {granted.role for granted in account.roles}
        accounts.setdefault(account.person_id, []).append(
            AccountRow(
                id=account.id,
                login=account.login,
                active=account.active,
                roles=tuple(role for role in Role if role in held),
                created_at=account.created_at,
            )
        )
    return tuple(
        PersonRow(
            person=name(row),
            unit=unit_name(row.unit),
            active=row.active,
            has_pin=row.pin_hash is not None,
            accounts=tuple(accounts.get(row.id, ())),
        )
        for row in found
    )
