"""First accounts for people who have none, as after an import: a one-time password each, on a slip that is drawn once.

Laws: the password leaves on the slip and is kept nowhere, only its hash; it opens nothing but the page on which the
person chooses their own. All accounts of a call are opened or none.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from registry.acts import people
from registry.errors import InvalidError
from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.views import people as views
from registry.views.people import PersonRow
from service import passwords
from service.config import LANGUAGES
from service.papers.slips import Slip, draw_slips
from service.runtime import Runtime

MOST_AT_ONCE: Final = 100
"""How many accounts are opened at once: two seconds of hashing."""


class NobodyChosen(InvalidError):
    """No person was chosen, or more than are served at once."""

    code = "nobody-chosen"


@dataclass(frozen=True)
class _Secret:
    password: str
    hash: str


def without_account(runtime: Runtime, actor: Actor) -> tuple[PersonRow, ...]:
    """Return who works here and has no account, by unit and staff number."""
    roles.require(actor, Action.MANAGE_PEOPLE)
    with runtime.database.reading() as session:
        return tuple(row for row in views.persons(session, only_active=True) if not row.accounts)


def open_accounts(runtime: Runtime, actor: Actor, person_ids: Collection[int]) -> bytes:
    """Open an account for each of these people, named by their staff number; return the slips as a PDF.

    Raises:
        NobodyChosen: nobody, or more than `MOST_AT_ONCE`.
        AccountExists, PersonInactive, LoginTaken: one of them gets none, so that nobody does.
    """
    wanted = sorted(set(person_ids))
    with runtime.refusals(actor, "account.open", "registry"):
        roles.require(actor, Action.MANAGE_PEOPLE)
        if not 1 <= len(wanted) <= MOST_AT_ONCE:
            raise NobodyChosen(f"got {len(wanted)} people, wanted 1 to {MOST_AT_ONCE}", most=MOST_AT_ONCE)
    minted = [passwords.mint_password() for _ in wanted]
    secrets = [_Secret(each, passwords.hash_password(each, login="")) for each in minted]
    now = runtime.now()
    slips = []
    with runtime.deed(actor, "account.open", "registry") as session:
        for person_id, secret in zip(wanted, secrets, strict=True):
            person = people.require_without_account(session, person_id, actor=actor)
            people.add_account(
                session,
                person_id,
                person.staff_no,
                secret.hash,
                LANGUAGES[0],
                actor=actor,
                now=now,
            )
            slips.append(
                Slip(
                    name=person.name_zh,
                    name_en=person.name_en,
                    staff_no=person.staff_no,
                    unit=person.unit.name_zh,
                    login=person.staff_no.casefold(),
                    password=secret.password,
                )
            )
    return draw_slips(slips)
