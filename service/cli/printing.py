"""Print runs, from the command line."""

from collections.abc import Callable
from pathlib import Path

import click

from registry.rules.codes import copy_no_text, human_code
from registry.rules.sheets import Arrangement, Layout
from registry.views.attempts import AttemptRow
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.flows import copies, printing, releasing
from service.flows.people import StaffNumberUnknown
from service.flows.releasing import Download


@click.group()
def batch() -> None:
    """Order, watch, release and mend print runs."""


@batch.command()
@acting_as
@click.argument("request_id", type=int)
@click.argument("quantity", type=click.IntRange(min=1))
@click.option("--to", "staff_nos", multiple=True, metavar="STAFF_NO", help="Name on a copy; may be repeated.")
@click.option("--printer", help="The printer that will print: copies get the dots that it prints well.")
def order(
    acting: str, request_id: int, quantity: int, staff_nos: tuple[str, ...], printer: str | None
) -> None:
    """Use approval REQUEST_ID for QUANTITY copies; those without a name carry the issuing unit's."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    known = {name.staff_no: name.id for name in printing.plan(runtime, actor, request_id).persons}
    for staff_no in staff_nos:
        if staff_no not in known:
            raise StaffNumberUnknown("got a staff number that cannot be named", staff_no=staff_no)
    named = [known[staff_no] for staff_no in staff_nos][:quantity]
    recipients = [*named, *[None] * (quantity - len(named))]
    batch_id = printing.order_batch(runtime, actor, request_id, recipients, printer=printer)
    click.echo(f"Print run {batch_id} is ordered.")


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
@click.option("--one-sided", is_flag=True, help="One page a sheet instead of two.")
@click.option("--faces", is_flag=True, help="A face sheet before each copy.")
@click.option("--by-recipient", is_flag=True, help="All copies of one recipient together.")
def release(
    acting: str, batch_id: int, target: Path, *, one_sided: bool, faces: bool, by_recipient: bool
) -> None:
    """Write the file of print run BATCH_ID to TARGET, once; an existing file is never overwritten."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    layout = _layout(one_sided=one_sided, faces=faces, by_recipient=by_recipient)
    _write(target, lambda: releasing.release(runtime, actor, batch_id, layout))


@batch.command("print")
@acting_as
@click.argument("batch_id", type=int)
@click.argument("printer")
@click.option("--one-sided", is_flag=True, help="One page a sheet instead of two.")
@click.option("--faces", is_flag=True, help="A face sheet before each copy.")
@click.option("--by-recipient", is_flag=True, help="All copies of one recipient together.")
def print_run(
    acting: str, batch_id: int, printer: str, *, one_sided: bool, faces: bool, by_recipient: bool
) -> None:
    """Send print run BATCH_ID to PRINTER, once."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    layout = _layout(one_sided=one_sided, faces=faces, by_recipient=by_recipient)
    _say(releasing.release_to_printer(runtime, actor, batch_id, printer, layout))


@batch.command()
@acting_as
@click.argument("batch_id", type=int)
@click.option("--target", type=click.Path(dir_okay=False, path_type=Path), help="Write the file here.")
@click.option("--printer", help="Send it to this printer.")
def resume(acting: str, batch_id: int, target: Path | None, printer: str | None) -> None:
    """Release what is left of print run BATCH_ID after its last good sheet, to a file or to a printer."""
    if (target is None) == (printer is None):
        raise click.UsageError("name either --target or --printer")
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    if target is not None:
        _write(target, lambda: releasing.resume(runtime, actor, batch_id))
    elif printer is not None:
        _say(releasing.resume_on_printer(runtime, actor, batch_id, printer))


@batch.command("list")
@acting_as
def list_(acting: str) -> None:
    """List the print runs that you may know of."""
    runtime = open_installation()
    for row in copies.batch_listing(runtime, asked_actor(runtime, acting)):
        click.echo(f"{row.id}  {row.state}  {row.doc_number}  {row.size} copies")


@batch.command("where")
@acting_as
@click.argument("batch_id", type=int)
@click.argument("number", type=int)
def where_is(acting: str, batch_id: int, number: int) -> None:
    """Ask the printer where the job of attempt NUMBER of BATCH_ID is; a hint, never a proof."""
    runtime = open_installation()
    click.echo(releasing.where_is(runtime, asked_actor(runtime, acting), batch_id, number))


@batch.command()
@acting_as
@click.argument("batch_id", type=int)
def attempts(acting: str, batch_id: int) -> None:
    """Show every attempt to print run BATCH_ID."""
    runtime = open_installation()
    for row in releasing.attempts_of(runtime, asked_actor(runtime, acting), batch_id):
        _say(row)
        for sheet in row.spoiled:
            pages = f"pages {sheet.pages}" if sheet.pages else "face sheet"
            fate = "destroyed" if sheet.destroyed_at else "to be destroyed"
            click.echo(f"  sheet {sheet.sheet}  {copy_no_text(sheet.copy_no)}  {pages}  {fate}")


@batch.command()
@acting_as
@click.argument("batch_id", type=int)
@click.argument("number", type=int)
@click.argument("last_good")
@click.option("--spoiled", type=click.IntRange(min=0), default=1, show_default=True, help="Sheets after it.")
@click.option("--reason", required=True, help="What happened.")
def stop(acting: str, batch_id: int, number: int, last_good: str, *, spoiled: int, reason: str) -> None:
    """Tell that attempt NUMBER of print run BATCH_ID stopped after sheet LAST_GOOD, and how many are spoiled."""
    runtime = open_installation()
    releasing.stop(
        runtime,
        asked_actor(runtime, acting),
        batch_id,
        number,
        last_good=last_good,
        spoiled=spoiled,
        reason=reason,
    )
    click.echo(f"Attempt {number} is stopped. Hand in the spoiled sheets: {spoiled}.")


@batch.command()
@acting_as
@click.argument("batch_id", type=int)
@click.argument("number", type=int)
def finish(acting: str, batch_id: int, number: int) -> None:
    """Tell that you have seen every sheet of attempt NUMBER of print run BATCH_ID."""
    runtime = open_installation()
    releasing.finish(runtime, asked_actor(runtime, acting), batch_id, number)
    click.echo(f"Attempt {number} is printed.")


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


def _layout(*, one_sided: bool, faces: bool, by_recipient: bool) -> Layout:
    arrangement = Arrangement.BY_RECIPIENT if by_recipient else Arrangement.BY_NUMBER
    return Layout(not one_sided, faces, arrangement)


def _write(target: Path, let_go: Callable[[], Download]) -> None:
    with target.open("xb") as file:  # before the release is used up
        try:
            download = let_go()
        except BaseException:
            target.unlink()
            raise
        for chunk in download.chunks:
            file.write(chunk)
    click.echo(f"The file is written to {target}. It is not given out again.")


def _say(row: AttemptRow) -> None:
    where = f"printer {row.printer}, job {row.job or 'unknown'}" if row.printer else "file"
    failed = f", {row.failure}" if row.failure else ""
    click.echo(
        f"Attempt {row.number}  {row.state}{failed}  {where}  sheets {row.first_sheet} to {row.last_sheet}"
    )
    if row.dots_differ:
        click.echo(
            f"  The copies bear dots of {row.copies_dots}; this printer is not known to print them well."
        )
