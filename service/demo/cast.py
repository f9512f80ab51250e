"""The people of the invented company move in: units, persons, accounts, roles, PINs, gates and shredders."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from registry.rules.roles import Actor, Role
from service.demo import company
from service.demo.company import DemoPerson
from service.flows import equipment, gate, meetings, people
from service.flows.people import NewPerson
from service.runtime import Runtime
from service.sessions import find_account_visitor

CLEARED_FOR: Final = timedelta(days=365)
"""How long those who hold papers are cleared."""


@dataclass(frozen=True)
class Cast:
    """Who works here.

    Attributes:
        actors: By login.
        units: Unit ids by code.
        gates: Gate ids, in the order of the data.
        shredders: Device ids, in the order of the data.
    """

    actors: dict[str, Actor]
    units: dict[str, int]
    gates: tuple[int, ...]
    shredders: tuple[int, ...]

    def person(self, login: str) -> int:
        """Return a person's id."""
        found = self.actors[login].person_id
        if found is None:
            raise LookupError(login)
        return found

    @property
    def holders(self) -> tuple[str, ...]:
        """Logins of those who only ever hold papers."""
        return tuple(one.login for one in company.PEOPLE if not one.roles and one.login != company.LEAVER)


def move_in(runtime: Runtime, report: Callable[[str], None]) -> Cast:
    """Open the company's registry on an empty database."""
    report("people, roles and PINs")
    admin, officer = map(_new, company.PEOPLE[:2])
    head = company.UNITS[0]
    people.found(runtime, (head.code, head.zh, head.en), admin, officer)
    administrator, security = actor_of(runtime, admin.login), actor_of(runtime, officer.login)
    for unit in company.UNITS[1:]:
        people.add_unit(runtime, administrator, unit.code, unit.zh, unit.en)
    for person in company.PEOPLE[2:]:
        people.add_person(runtime, administrator, person.unit, _new(person), password_is_first=False)
        if person.roles:
            people.set_roles(runtime, security, person.login, {*person.roles, Role.HOLDER})
    actors = {person.login: actor_of(runtime, person.login) for person in company.PEOPLE}
    for actor in actors.values():
        people.set_pin(runtime, administrator, actor.person_id or 0, company.PIN)
    for login in (one.login for one in company.PEOPLE if not one.roles):
        meetings.grant_clearance(
            runtime,
            security,
            actors[login].person_id or 0,
            scheme="company",
            level="TOP_SECRET",
            until=runtime.now() + CLEARED_FOR,
        )
    return Cast(
        actors=actors,
        units={row.unit.code: row.unit.id for row in people.list_units(runtime)},
        gates=tuple(gate.add_gate(runtime, administrator, zh, en) for zh, en in company.GATES),
        shredders=tuple(
            equipment.add_shredder(runtime, administrator, name, place, shred_level)
            for name, place, shred_level in company.SHREDDERS
        ),
    )


def _new(person: DemoPerson) -> NewPerson:
    return NewPerson(
        staff_no=company.staff_no(person.login),
        name_zh=person.zh,
        name_en=person.en,
        login=person.login,
        password=company.PASSWORD,
        language="en" if person.language == "en" else "zh",
    )


def actor_of(runtime: Runtime, login: str) -> Actor:
    """Return somebody of the invented company as they act now."""
    account_id = people.account_of(runtime, login)
    with runtime.database.reading() as session:
        visitor = find_account_visitor(session, account_id)
    if visitor is None:
        raise LookupError(login)
    return visitor.actor
