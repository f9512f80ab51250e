"""Print runs, from the command line."""

from pathlib import Path

import click

from registry.rules.codes import copy_no_text, human_code
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.flows import copies, printing
from service.flows.people import StaffNumberUnknown


@click.group()
def batch() -> None:
    """Order, watch, release and mend print runs."""


@batch.command()
@acting_as
@click.argument("request_id", type=int)
@click.argument("quantity", type=click.IntRange(min=1))
@click.option("--to", "staff_nos", multiple=True, metavar="STAFF_NO", help="Name on a copy; may be repeated.")
def order(acting: str, request_id: int, quantity: int, staff_nos: tuple[str, ...]) -> None:
    """Use approval REQUEST_ID for QUANTITY copies; those without a name carry the issuing unit's."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    known = {name.staff_no: name.id for name in printing.plan(runtime, actor, request_id).persons}
    for staff_no in staff_nos:
        if staff_no not in known:
            raise StaffNumberUnknown("got a staff number that cannot be named", staff_no=staff_no)
    named = [known[staff_no] for staff_no in staff_nos][:quantity]
    recipients = [*named, *[None] * (quantity - len(named))]
    click.echo(f"Print run {printing.order_batch(runtime, actor, request_id, recipients)} is ordered.")


@batch.command()
@acting_as
@click.argument("batch_id", type=int)
def show(acting: str, batch_id: int) -> None:
    """Show where print run BATCH_ID stands, and its copies."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    story = copies.batch_story(runtime, actor, batch_id)
    row = story.row
    failed = f", {row.failure}" if row.failure else ""
    click.echo(
        f"{row.id}  {row.doc_number}  {row.state}{failed}  {row.made} of {row.size} made, {row.void} void"
    )
    for page in range(1, story.copies.pages + 1):
        for line in copies.batch_story(runtime, actor, batch_id, page=page).copies.rows:
            click.echo(
                f"  {copy_no_text(line.copy.copy_no)}  {human_code(line.copy.code)}  {line.copy.state}"
            )


@batch.command()
@acting_as
@click.argument("batch_id", type=int)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def release(acting: str, batch_id: int, target: Path) -> None:
    """Write the file of print run BATCH_ID to TARGET, once; an existing file is never overwritten."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    with target.open("xb") as file:  # before the one release is used up
        try:
            download = printing.release(runtime, actor, batch_id)
        except BaseException:
            target.unlink()
            raise
        for chunk in download.chunks:
            file.write(chunk)
    click.echo(f"The file is written to {target}. It is not given out again.")


@batch.command()
@acting_as
@click.argument("batch_id", type=int)
def retry(acting: str, batch_id: int) -> None:
    """Put failed print run BATCH_ID back in the queue."""
    runtime = open_installation()
    printing.retry(runtime, asked_actor(runtime, acting), batch_id)
    click.echo("The print run is back in the queue.")


@batch.command("give-up")
@acting_as
@click.argument("batch_id", type=int)
def give_up(acting: str, batch_id: int) -> None:
    """Void the numbers of print run BATCH_ID that have no paper."""
    runtime = open_installation()
    voided = printing.give_up(runtime, asked_actor(runtime, acting), batch_id)
    click.echo(f"Numbers void: {voided}.")
