"""Destruction, from the command line."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from registry.rules.codes import copy_no_text, human_code
from registry.rules.destruction import Shortfall
from registry.rules.words import DestructionPart, DestructionState
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.flows import copies, destroying, people
from service.flows.destroying import Scanned
from service.flows.people import StaffNumberUnknown


@click.group()
def destruction() -> None:
    """Build destruction lists, take them to the shredder, print their certificates."""


@destruction.command()
@acting_as
def shredders(acting: str) -> None:
    """List the shredders in use, finest first."""
    runtime = open_installation()
    asked_actor(runtime, acting)
    for device in destroying.shredders(runtime):
        click.echo(f"{device.id}  {device.shred_level}  {device.name}  {device.place}")


@destruction.command("list")
@acting_as
def list_(acting: str) -> None:
    """List the destruction lists, newest first."""
    runtime = open_installation()
    for row in destroying.lists(runtime, asked_actor(runtime, acting)):
        click.echo(f"{row.id}  {row.created_at:%Y-%m-%d}  {row.state}  {row.planned} planned  {row.reason}")


@destruction.command()
@acting_as
@click.argument("list_id", type=int)
@click.argument("scanned")
def remove(acting: str, list_id: int, scanned: str) -> None:
    """Take the SCANNED copy off list LIST_ID, which is not submitted yet."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    destroying.remove(runtime, actor, list_id, copies.find(runtime, actor, scanned))
    click.echo("It is off the list.")


@destruction.command("open")
@acting_as
@click.argument("shredder_id", type=int, required=False)
@click.option("--plant", "plant_id", type=int, help="The plant that the list goes to, instead of a shredder.")
@click.option("--reason", required=True)
def open_(acting: str, shredder_id: int | None, plant_id: int | None, reason: str) -> None:
    """Begin a list for shredder SHREDDER_ID, or for a plant."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    list_id = destroying.open_list(runtime, actor, shredder_id, reason, plant_id=plant_id)
    click.echo(f"List {list_id} is begun.")


@destruction.command()
@acting_as
@click.argument("list_id", type=int)
def show(acting: str, list_id: int) -> None:
    """Show list LIST_ID: its copies, who vouched, what is missing."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    view = destroying.get_list(runtime, actor, list_id)
    approval = f" ({view.request_state})" if view.request_state else ""
    click.echo(f"{view.id}  {view.state}{approval}  {view.presented} of {view.planned} scanned again")
    for item in view.items:
        seen = item.seal_no or (f"scanned by {item.presented_by.staff_no}" if item.presented_by else "-")
        number, code = copy_no_text(item.copy.copy_no), human_code(item.copy.code)
        click.echo(f"  {item.copy.doc_number}  {number}  {code}  {item.copy.state}  {seen}")
    for bag in view.bags:
        click.echo(f"  bag {bag.id}  {bag.seal_no}  {bag.state}  {bag.copies} copies")
    for one in view.attestations:
        click.echo(f"  {one.part}  {one.person.staff_no}  {one.authenticated_at:%Y-%m-%d %H:%M:%S}Z")
    if view.is_approved:
        short = destroying.shortfall(runtime, actor, list_id)
        click.echo(f"  missing: {_missing(short)}")


@destruction.command()
@acting_as
@click.argument("list_id", type=int)
@click.argument("scanned", nargs=-1, required=True)
def add(acting: str, list_id: int, scanned: tuple[str, ...]) -> None:
    """Put the SCANNED copies on list LIST_ID."""
    runtime = open_installation()
    _tell(destroying.add(runtime, asked_actor(runtime, acting), list_id, scanned))


@destruction.command()
@acting_as
@click.argument("list_id", type=int)
@click.option("--days", type=click.IntRange(1, 90), default=14, help="How long the approval can be used.")
def submit(acting: str, list_id: int, days: int) -> None:
    """Seal the copies of list LIST_ID and ask for approval of exactly these."""
    runtime = open_installation()
    until = runtime.now() + timedelta(days=days)
    request_id = destroying.submit(runtime, asked_actor(runtime, acting), list_id, until=until)
    click.echo(f"Sealed. Request {request_id} waits for its approval.")


@destruction.command()
@acting_as
@click.argument("list_id", type=int)
def cancel(acting: str, list_id: int) -> None:
    """Give list LIST_ID up; its copies go back to where they were."""
    runtime = open_installation()
    destroying.cancel(runtime, asked_actor(runtime, acting), list_id)
    click.echo("The list is given up.")


@destruction.command()
@acting_as
@click.argument("list_id", type=int)
@click.argument("scanned", nargs=-1, required=True)
def present(acting: str, list_id: int, scanned: tuple[str, ...]) -> None:
    """Record that the SCANNED copies lie at the shredder, or in your open bag."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    _tell([destroying.present(runtime, actor, list_id, raw) for raw in scanned])


@destruction.command()
@acting_as
@click.argument("list_id", type=int)
@click.argument("part", type=click.Choice([part.value for part in DestructionPart], case_sensitive=False))
@click.argument("staff_no")
def attest(acting: str, list_id: int, part: str, staff_no: str) -> None:
    """Let the person with STAFF_NO vouch for list LIST_ID as PART; asks for their PIN."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    person_id = people.find_by_staff_no(runtime, staff_no)
    if person_id is None:
        raise StaffNumberUnknown("got a staff number that nobody has", staff_no=staff_no)
    pin = click.prompt(f"PIN of {staff_no}", hide_input=True)
    progress = destroying.attest(
        runtime, actor, list_id, DestructionPart(part.upper()), person_id=person_id, pin=pin
    )
    if progress.state is DestructionState.DESTROYED:
        click.echo("The copies are destroyed on record.")
    elif progress.state is DestructionState.EN_ROUTE:
        click.echo("The escorts have the bags.")
    else:
        click.echo(f"Recorded. Missing: {_missing(progress.shortfall)}.")


@destruction.command()
@acting_as
@click.argument("list_id", type=int)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def certificate(acting: str, list_id: int, target: Path) -> None:
    """Write the certificate of list LIST_ID to TARGET; an existing file is never overwritten."""
    runtime = open_installation()
    pdf = destroying.certificate(runtime, asked_actor(runtime, acting), list_id)
    with target.open("xb") as file:
        file.write(pdf)
    click.echo(f"The certificate is written to {target}.")


def _missing(short: Shortfall) -> str:
    """Return who has still to sign."""
    if short.escorts_missing:
        return f"{short.escorts_missing} escorts"
    return f"{short.operators_missing} operator, {short.witnesses_missing} witnesses"


def _tell(scanned: Sequence[Scanned]) -> None:
    """Say what became of each scan; a refusal ends the command with status 1."""
    for one in scanned:
        told = one.error.code if one.error else "scanned before" if one.again else "taken"
        click.echo(f"{one.raw}  {told}")
    if any(one.error for one in scanned):
        sys.exit(1)
