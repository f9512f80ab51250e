"""Leavers, from the command line."""

from pathlib import Path

import click

from registry.rules.codes import copy_no_text, human_code
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import target_argument, write_new
from service.cli.opening import open_installation
from service.flows import leaving, people


@click.group()
def leaver() -> None:
    """See what a person still has, and clear who leaves with nothing."""


@leaver.command()
@acting_as
@click.argument("staff_no")
def check(acting: str, staff_no: str) -> None:
    """Tell what the person with STAFF_NO still has."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    found = leaving.check(runtime, actor, people.get_by_staff_no(runtime, staff_no))
    for obstacle, count in found.obstacles.items():
        click.echo(f"{obstacle}  {count}")
    for held in found.holdings:
        number, code = copy_no_text(held.copy.copy_no), human_code(held.copy.code)
        click.echo(f"  {held.copy.doc_number}  {number}  {code}  {held.copy.state}")
    for thing in found.belongings:
        click.echo(f"  {thing.obstacle}  {thing.id}  {thing.what}")
    if found.is_clear:
        click.echo("Nothing stands in the way.")


@leaver.command()
@acting_as
@click.argument("staff_no")
@click.option("--reason", required=True)
def clear(acting: str, staff_no: str, reason: str) -> None:
    """Clear the person with STAFF_NO, and close their accounts."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    clearance_id = leaving.clear(runtime, actor, people.get_by_staff_no(runtime, staff_no), reason)
    click.echo(f"Cleared. Certificate {clearance_id} can be printed.")


@leaver.command()
@acting_as
@click.argument("clearance_id", type=int)
@target_argument
def certificate(acting: str, clearance_id: int, target: Path) -> None:
    """Write certificate CLEARANCE_ID to TARGET; an existing file is never overwritten."""
    runtime = open_installation()
    write_new(target, leaving.certificate(runtime, asked_actor(runtime, acting), clearance_id))


@leaver.command("list")
@acting_as
def list_(acting: str) -> None:
    """List who was cleared, newest first."""
    runtime = open_installation()
    for row in leaving.listing(runtime, asked_actor(runtime, acting)):
        click.echo(
            f"{row.id}  {row.cleared_at:%Y-%m-%d}  {row.person.staff_no} {row.person.zh}  {row.reason}"
        )
