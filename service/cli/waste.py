"""Spoiled sheets from the command line: listed, and destroyed before witnesses."""

from collections.abc import Sequence

import click

from registry.rules.codes import copy_no_text
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import asked_pin
from service.cli.opening import open_installation
from service.flows import people, releasing
from service.flows.releasing import Witness


@click.group()
def waste() -> None:
    """Destroy the sheets that a printer spoiled."""


@waste.command("list")
@acting_as
def list_(acting: str) -> None:
    """List the spoiled sheets that wait to be destroyed."""
    runtime = open_installation()
    for row in releasing.waste(runtime, asked_actor(runtime, acting)):
        pages = row.pages or "face sheet"
        click.echo(
            f"{row.id}  print run {row.batch_id}-{row.attempt}  sheet {row.sheet}  {row.doc_number}  "
            f"{copy_no_text(row.copy_no)}  {pages}  {row.level}"
        )


@waste.command()
@acting_as
@click.argument("shredder_id", type=int)
@click.argument("sheet_ids", type=int, nargs=-1, required=True, metavar="SHEET_ID...")
@click.option(
    "--witness", "staff_nos", multiple=True, required=True, metavar="STAFF_NO", help="Asks for their PIN."
)
def destroy(acting: str, shredder_id: int, sheet_ids: Sequence[int], staff_nos: Sequence[str]) -> None:
    """Record that the sheets were destroyed on SHREDDER_ID before the witnesses, each of whom proves themselves."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    witnesses = [Witness(people.get_by_staff_no(runtime, each), asked_pin(each)) for each in staff_nos]
    releasing.destroy_sheets(runtime, actor, sheet_ids, shredder_id, witnesses)
    click.echo(f"{len(sheet_ids)} sheets are destroyed on record.")
