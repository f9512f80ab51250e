"""Accounts, from the command line: founding the installation, and what an administrator does."""

from pathlib import Path

import click

from registry.rules.roles import Role
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import target_argument, write_new
from service.cli.opening import open_installation
from service.config import LANGUAGES
from service.faults import LoginFailed, LoginThrottled
from service.flows import accounts, people, signing_in
from service.flows.characters import CODE, lacking
from service.flows.people import NewPerson
from service.flows.signing_in import LoginRefused


@click.group()
def user() -> None:
    """Open accounts, grant roles, set passwords."""


@user.command()
@click.option("--unit", nargs=3, default=("HQ", "总部", "Headquarters"), metavar="CODE 中文 ENGLISH")
def found(unit: tuple[str, str, str]) -> None:
    """Open the first two accounts: the system administrator and the security officer."""
    runtime = open_installation()
    new = []
    for number, office in enumerate(("system administrator", "security officer"), start=1):
        click.echo(f"The {office}:")
        new.append(_asked_person(str(number)))
    people.found(runtime, unit, *new)
    click.echo("Both accounts are open. All others are opened by them.")


@user.command()
@acting_as
@click.option("--unit", required=True, metavar="CODE", help="Code of the person's unit.")
@click.option("--staff-no", required=True)
def add(acting: str, unit: str, staff_no: str) -> None:
    """Register a person and open an account, as holder and nothing more."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    new = _asked_person(staff_no)
    people.add_person(runtime, actor, unit, new)
    click.echo("The account is open. Its password opens nothing but the change to one of the person's own.")
    for each in lacking(runtime, name_zh=new.name_zh, name_en=new.name_en):
        click.echo(f"{CODE} {each.where}: {each.characters}")


@user.command()
@acting_as
@click.argument("login")
@click.argument(
    "roles", nargs=-1, required=True, type=click.Choice([role.value for role in Role], case_sensitive=False)
)
def role(acting: str, login: str, roles: tuple[str, ...]) -> None:
    """Make ROLES the roles of an account."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    people.set_roles(runtime, actor, login, {Role(name.upper()) for name in roles})
    click.echo("The roles count from the next request.")


@user.command()
@acting_as
@click.argument("login")
def password(acting: str, login: str) -> None:
    """Give an account a new password and end its sessions; another person's opens nothing but its change."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    people.set_password(runtime, actor, login, _asked_password("New password"))
    click.echo("The password counts from now on.")


@user.command("own-password")
@click.argument("login")
def own_password(login: str) -> None:
    """Change the password of your own account LOGIN."""
    runtime = open_installation()
    current = click.prompt(f"Password of {login}", hide_input=True)
    new = _asked_password("New password")
    found = signing_in.change_password(runtime, login, current, new, address="command line")
    if isinstance(found, LoginRefused):
        raise (LoginThrottled if found.code == "too-many-attempts" else LoginFailed)(found.code)
    signing_in.sign_out(runtime, found.secret)
    click.echo("The password counts from now on.")


@user.command("without-account")
@acting_as
def without_account(acting: str) -> None:
    """List who works here and has no account."""
    runtime = open_installation()
    for row in accounts.without_account(runtime, asked_actor(runtime, acting)):
        click.echo(f"{row.person.id}  {row.person.staff_no}  {row.unit.code}")


@user.command("open")
@acting_as
@target_argument
@click.argument("person_ids", type=int, nargs=-1, required=True)
def open_accounts(acting: str, target: Path, person_ids: tuple[int, ...]) -> None:
    """Open accounts for PERSON_IDS; write the slips with their one-time passwords to TARGET."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    write_new(target, accounts.open_accounts(runtime, actor, person_ids))
    click.echo(f"Accounts opened: {len(set(person_ids))}.")


@user.command()
@acting_as
@click.argument("login")
def close(acting: str, login: str) -> None:
    """Close an account and end its sessions."""
    runtime = open_installation()
    people.set_active(runtime, asked_actor(runtime, acting), login, active=False)
    click.echo("The account is closed.")


def _asked_person(staff_no: str) -> NewPerson:
    return NewPerson(
        staff_no=staff_no,
        name_zh=click.prompt("Name in Chinese"),
        name_en=click.prompt("Name in English"),
        login=click.prompt("Account name"),
        password=_asked_password("Password"),
        language=click.prompt("Language", type=click.Choice(LANGUAGES), default=LANGUAGES[0]),
    )


def _asked_password(words: str) -> str:
    entered: str = click.prompt(words, hide_input=True, confirmation_prompt=True)
    return entered
