"""Circulations, from the command line."""

from pathlib import Path

import click

from registry.rules.codes import copy_no_text, human_code
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import target_argument, write_new
from service.cli.opening import open_installation
from service.flows import circulating, people
from service.runtime import Runtime

_id = click.argument("circulation_id", type=int)
_reason = click.option("--reason", required=True)
_signer = click.option("--signer", required=True, metavar="STAFF_NO", help="The leader who agrees.")


@click.group()
def circulation() -> None:
    """Let one copy go to several readers, one after the other, through the registry."""


@circulation.command()
@acting_as
@click.argument("scanned")
@click.argument("readers", nargs=-1, required=True, metavar="STAFF_NO...")
@_reason
@click.option("--days", type=int, default=2, show_default=True, help="How long each reader may keep it.")
@_signer
def begin(
    acting: str, scanned: str, readers: tuple[str, ...], *, reason: str, days: int, signer: str
) -> None:
    """Let the SCANNED copy circulate among readers in this order; asks for the PIN of the leader who agrees."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    reader_ids = [people.get_by_staff_no(runtime, staff_no) for staff_no in readers]
    signer_id, pin = _proof(runtime, signer)
    made = circulating.begin(
        runtime, actor, scanned, reader_ids, reason, days=days, signer_id=signer_id, pin=pin
    )
    click.echo(f"Circulation {made} runs.")


@circulation.command("list")
@acting_as
def list_(acting: str) -> None:
    """List the circulations, those that run first."""
    runtime = open_installation()
    for view in circulating.listing(runtime, asked_actor(runtime, acting)):
        number, code = copy_no_text(view.copy.copy_no), human_code(view.copy.code)
        click.echo(f"{view.id}  {view.ending or view.state}  {number}  {code}  {len(view.readers)} readers")


@circulation.command()
@acting_as
@_id
def show(acting: str, circulation_id: int) -> None:
    """Show circulation CIRCULATION_ID: its readers and where each stands."""
    runtime = open_installation()
    view = circulating.get_circulation(runtime, asked_actor(runtime, acting), circulation_id)
    number, code = copy_no_text(view.copy.copy_no), human_code(view.copy.code)
    click.echo(f"{view.id}  {view.ending or view.state}  {number}  {code}  {view.copy.state}")
    for line in view.readers:
        why = f"  {line.skip_reason}" if line.skip_reason else ""
        click.echo(f"  {line.place}  {line.person.staff_no}  {line.turn}{why}")


@circulation.command(name="next")
@acting_as
@_id
@click.argument("scanned")
def pass_on(acting: str, circulation_id: int, scanned: str) -> None:
    """Give the SCANNED copy to the reader whose turn it is in CIRCULATION_ID."""
    runtime = open_installation()
    given = circulating.pass_on(runtime, asked_actor(runtime, acting), circulation_id, scanned)
    click.echo(f"Hand-over {given} waits for the reader's signature.")


@circulation.command()
@acting_as
@_id
@click.argument("staff_no")
@_reason
def skip(acting: str, circulation_id: int, staff_no: str, reason: str) -> None:
    """Pass over the reader with STAFF_NO, who is away."""
    runtime = open_installation()
    person_id = people.get_by_staff_no(runtime, staff_no)
    circulating.skip(runtime, asked_actor(runtime, acting), circulation_id, person_id, reason)
    click.echo("The reader is passed over.")


@circulation.command()
@acting_as
@_id
@click.argument("staff_no")
@click.argument("substitute")
@_reason
@_signer
def replace(
    acting: str, circulation_id: int, staff_no: str, substitute: str, *, reason: str, signer: str
) -> None:
    """Let SUBSTITUTE read in the place of the reader with STAFF_NO; asks for the PIN of the leader who agrees."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    person_id, substitute_id = (people.get_by_staff_no(runtime, one) for one in (staff_no, substitute))
    signer_id, pin = _proof(runtime, signer)
    circulating.replace(
        runtime, actor, circulation_id, person_id, substitute_id, reason=reason, signer_id=signer_id, pin=pin
    )
    click.echo("The substitute is on the list.")


@circulation.command()
@acting_as
@_id
@_reason
def stop(acting: str, circulation_id: int, reason: str) -> None:
    """Stop circulation CIRCULATION_ID before its time."""
    runtime = open_installation()
    circulating.stop(runtime, asked_actor(runtime, acting), circulation_id, reason)
    click.echo("The circulation is stopped.")


@circulation.command()
@acting_as
@_id
@target_argument
def slip(acting: str, circulation_id: int, target: Path) -> None:
    """Write the slip of CIRCULATION_ID to TARGET; an existing file is never overwritten."""
    runtime = open_installation()
    pdf = circulating.slip(runtime, asked_actor(runtime, acting), circulation_id)
    write_new(target, pdf)
    click.echo(f"The slip is written to {target}.")


def _proof(runtime: Runtime, staff_no: str) -> tuple[int, str]:
    person_id = people.get_by_staff_no(runtime, staff_no)
    return person_id, click.prompt(f"PIN of {staff_no}", hide_input=True)
