"""Accounts, from the command line: founding the installation, and what an administrator does."""

import click

from registry.rules.roles import Role
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.config import LANGUAGES
from service.flows import people
from service.flows.characters import CODE, lacking
from service.flows.people import NewPerson


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
    click.echo("The account is open.")
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
    """Give an account a new password and end its sessions."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    people.set_password(runtime, actor, login, _asked_password("New password"))
    click.echo("The password counts from now on.")


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
