"""First accounts by program: who has none, and slips with one-time passwords, which are kept nowhere."""

from flask import Response
from pydantic import Field

from registry.rules.roles import Action
from service.api.area import Area, Model
from service.api.copies import Person, person
from service.flows import accounts
from service.login import current_actor, current_runtime

area = Area("accounts", __name__)


class WithoutAccount(Model):
    """Who works here and has no account, by unit and staff number."""

    people: list[Person]


class WantedAccounts(Model):
    """For whom accounts shall be opened."""

    person_ids: list[int] = Field(min_length=1, max_length=accounts.MOST_AT_ONCE)


@area.operation(
    "GET",
    "/accounts/missing",
    summary="List who works here and has no account.",
    answer=WithoutAccount,
    action=Action.MANAGE_PEOPLE,
)
def list_missing() -> WithoutAccount:
    """List who has no account."""
    rows = accounts.without_account(current_runtime(), current_actor())
    return WithoutAccount(people=[person(row.person) for row in rows])


@area.operation(
    "POST",
    "/accounts",
    summary="Open accounts and give out the slips with their one-time passwords, once.",
    body=WantedAccounts,
    action=Action.MANAGE_PEOPLE,
    media_type="application/pdf",
)
def open_accounts(body: WantedAccounts) -> Response:
    """Open accounts."""
    slips = accounts.open_accounts(current_runtime(), current_actor(), body.person_ids)
    return Response(slips, content_type="application/pdf")
