"""Stocktakes, from the command line."""

from pathlib import Path

import click

from registry.rules.codes import copy_no_text, human_code
from registry.rules.stocktake import Place, Scope, Tally
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import asked_pin, reason_option, target_argument, write_new
from service.cli.opening import open_installation
from service.flows import copies, people, stocktaking


@click.group()
def stocktake() -> None:
    """Count what lies on the shelf or in people's hands, and tell what is missing."""


@stocktake.command()
@acting_as
@click.argument("place", type=click.Choice([place.value for place in Place], case_sensitive=False))
@click.option("--reason", required=True)
@click.option("--unit", "unit_id", type=int, help="Issuing unit, by its number.")
@click.option("--document", "document_id", type=int, help="One document, by its number in the register.")
@click.option("--level", metavar="SCHEME:LEVEL", help="One level, such as company:SECRET.")
@click.option("--holder", metavar="STAFF_NO", help="One person's copies; only with HANDS.")
def begin(
    *,
    acting: str,
    place: str,
    reason: str,
    unit_id: int | None,
    document_id: int | None,
    level: str | None,
    holder: str | None,
) -> None:
    """Begin a count at PLACE; what is expected is fixed now."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    scheme, _, code = (level or "").partition(":")
    scope = Scope(
        place=Place(place.upper()),
        unit_id=unit_id,
        document_id=document_id,
        scheme=scheme or None,
        level=code or None,
        holder_id=people.get_by_staff_no(runtime, holder) if holder else None,
    )
    click.echo(f"Stocktake {stocktaking.begin(runtime, actor, scope, reason)} is begun.")


@stocktake.command("count")
@acting_as
@click.argument("stocktake_id", type=int)
@click.argument("scans", nargs=-1, required=True)
def count_(acting: str, stocktake_id: int, scans: tuple[str, ...]) -> None:
    """Take SCANS into count STOCKTAKE_ID, and say what each is."""
    runtime = open_installation()
    for one in stocktaking.count(runtime, asked_actor(runtime, acting), stocktake_id, scans):
        click.echo(f"{one.raw}  {one.bucket}")


@stocktake.command()
@acting_as
@click.argument("stocktake_id", type=int)
def show(acting: str, stocktake_id: int) -> None:
    """Show count STOCKTAKE_ID: what it found, what it misses."""
    runtime = open_installation()
    view = stocktaking.get_stocktake(runtime, asked_actor(runtime, acting), stocktake_id)
    click.echo(f"{view.head.id}  {view.head.state}  {_sum(view.head.tally)}")
    for line in view.missed:
        number, code = copy_no_text(line.copy.copy_no), human_code(line.copy.code)
        click.echo(f"  missing  {line.copy.doc_number}  {number}  {code}  {line.copy.state}")
    for stray in view.strays:
        number, code = copy_no_text(stray.copy.copy_no), human_code(stray.copy.code)
        click.echo(f"  {stray.bucket}  {stray.copy.doc_number}  {number}  {code}  {stray.state_then}")


@stocktake.command()
@acting_as
@click.argument("stocktake_id", type=int)
@click.argument("second_count", type=int)
@click.argument("staff_no")
def close(acting: str, stocktake_id: int, second_count: int, staff_no: str) -> None:
    """Close count STOCKTAKE_ID: the person with STAFF_NO found SECOND_COUNT copies; asks for their PIN."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    person_id = people.get_by_staff_no(runtime, staff_no)
    found = stocktaking.close(
        runtime, actor, stocktake_id, second_count, person_id=person_id, pin=asked_pin(staff_no)
    )
    click.echo(f"Closed. {_sum(found)}")


@stocktake.command()
@acting_as
@click.argument("stocktake_id", type=int)
@target_argument
def report(acting: str, stocktake_id: int, target: Path) -> None:
    """Write the report of closed count STOCKTAKE_ID to TARGET; an existing file is never overwritten."""
    runtime = open_installation()
    write_new(target, stocktaking.report(runtime, asked_actor(runtime, acting), stocktake_id))


@stocktake.command("list")
@acting_as
def list_(acting: str) -> None:
    """List the counts, newest first."""
    runtime = open_installation()
    for row in stocktaking.listing(runtime, asked_actor(runtime, acting)):
        click.echo(
            f"{row.id}  {row.opened_at:%Y-%m-%d}  {row.state}  {row.place}  {row.reason}  {_sum(row.tally)}"
        )


@stocktake.command()
@acting_as
@click.argument("stocktake_id", type=int)
@reason_option
def cancel(acting: str, stocktake_id: int, reason: str) -> None:
    """End count STOCKTAKE_ID without a result."""
    runtime = open_installation()
    stocktaking.give_up(runtime, asked_actor(runtime, acting), stocktake_id, reason)
    click.echo("The count is given up.")


@stocktake.command()
@acting_as
@click.argument("stocktake_id", type=int)
@click.argument("scanned")
@reason_option
def missing(acting: str, stocktake_id: int, scanned: str, reason: str) -> None:
    """Report the copy whose code was typed, which count STOCKTAKE_ID missed, as unaccounted for."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    code = copies.find(runtime, actor, scanned)
    stocktaking.report_missing(runtime, actor, stocktake_id, code, reason)
    click.echo("Recorded; its clocks run.")


def _sum(found: Tally) -> str:
    return (
        f"{found.expected} expected = {found.found} found + {found.missing} missing; "
        f"{found.wrong_place} in the wrong place, {found.unexpected} unexpected, {found.unknown} unknown"
    )
