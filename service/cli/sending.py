"""Paper for a plant, from the command line."""

from datetime import datetime
from pathlib import Path

import click

from registry.rules.plant import Arrival
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import target_argument, write_new
from service.cli.opening import open_installation
from service.flows import people, sending
from service.flows.people import StaffNumberUnknown
from service.flows.sending import ReceiptFacts
from service.times import instant


@click.group()
def plant() -> None:
    """Designate plants, seal bags for them, enter their receipts, settle incidents of bags."""


@plant.command()
@acting_as
@click.argument("name")
@click.argument("place")
def add(acting: str, name: str, place: str) -> None:
    """Designate the plant NAME at PLACE."""
    runtime = open_installation()
    plant_id = sending.designate(runtime, asked_actor(runtime, acting), name, place)
    click.echo(f"Plant {plant_id} is designated.")


@plant.command("list")
@acting_as
def list_(acting: str) -> None:
    """List the plants, those of earlier days too."""
    runtime = open_installation()
    asked_actor(runtime, acting)
    for one in sending.list_plants(runtime, only_active=False):
        click.echo(f"{one.id}  {'in use' if one.active else 'closed'}  {one.name}  {one.place}")


@plant.command()
@acting_as
@click.argument("plant_id", type=int)
def close(acting: str, plant_id: int) -> None:
    """Send nothing to plant PLANT_ID any more."""
    runtime = open_installation()
    sending.close_plant(runtime, asked_actor(runtime, acting), plant_id)
    click.echo("Nothing is sent there any more.")


@plant.command()
@acting_as
@click.argument("list_id", type=int)
@click.argument("seal_no")
def seal(acting: str, list_id: int, seal_no: str) -> None:
    """Close your open bag of list LIST_ID with seal SEAL_NO."""
    runtime = open_installation()
    bag_id = sending.seal_bag(runtime, asked_actor(runtime, acting), list_id, seal_no)
    click.echo(f"Bag {bag_id} is closed.")


@plant.command("open")
@acting_as
@click.argument("bag_id", type=int)
@click.argument("staff_no")
@click.option("--reason", required=True)
def open_(acting: str, bag_id: int, staff_no: str, reason: str) -> None:
    """Open bag BAG_ID again while the person with STAFF_NO watches; asks for their PIN."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    second_id = people.find_by_staff_no(runtime, staff_no)
    if second_id is None:
        raise StaffNumberUnknown("got a staff number that nobody has", staff_no=staff_no)
    pin = click.prompt(f"PIN of {staff_no}", hide_input=True)
    sending.open_bag(runtime, actor, bag_id, reason, second_id=second_id, pin=pin)
    click.echo("The bag is open; its seal is used up.")


@plant.command()
@acting_as
@click.argument("list_id", type=int)
@click.argument("scan")
@click.argument("what")
def astray(acting: str, list_id: int, scan: str, what: str) -> None:
    """Report that the copy in SCAN lies outside its bag; WHAT says where."""
    runtime = open_installation()
    sending.report_astray(runtime, asked_actor(runtime, acting), list_id, scan, what)
    click.echo("The incident is recorded.")


@plant.command()
@acting_as
@click.argument("list_id", type=int)
@click.argument("number")
@click.argument("scan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]),
    required=True,
    help="When it was destroyed there.",
)
@click.option("--weight-g", type=click.IntRange(1), help="What it weighed, in grams.")
@click.option("--intact", multiple=True, help="Seal that arrived intact; once for each.")
@click.option("--broken", multiple=True, help="Seal that arrived broken; once for each.")
@click.option("--missing", multiple=True, help="Seal that did not arrive; once for each.")
def receive(
    *,
    acting: str,
    list_id: int,
    number: str,
    scan: Path,
    at: datetime,
    weight_g: int | None,
    intact: tuple[str, ...],
    broken: tuple[str, ...],
    missing: tuple[str, ...],
) -> None:
    """Enter receipt NUMBER of a plant for list LIST_ID, with its SCAN."""
    runtime = open_installation()
    told = {Arrival.INTACT: intact, Arrival.BROKEN: broken, Arrival.MISSING: missing}
    facts = ReceiptFacts(
        number=number,
        destroyed_at=instant(at, runtime.settings),
        weight_g=weight_g,
        arrivals={one: arrival for arrival, seals in told.items() for one in seals},
    )
    count = sending.receive(runtime, asked_actor(runtime, acting), list_id, facts, scan.read_bytes())
    click.echo(
        f"planned {count.planned}, destroyed {count.destroyed}, unaccounted {count.unaccounted}, "
        f"kept {count.kept}, difference {count.difference}"
    )


@plant.command()
@acting_as
def incidents(acting: str) -> None:
    """List what was wrong with bags."""
    runtime = open_installation()
    for row in sending.list_incidents(runtime, asked_actor(runtime, acting)):
        settled = "settled" if row.settled_at else "open"
        click.echo(f"{row.id}  {settled}  {row.fault}  {row.seal_no or '-'}  {row.what}")


@plant.command()
@acting_as
@click.argument("incident_id", type=int)
@click.argument("measures")
def settle(acting: str, incident_id: int, measures: str) -> None:
    """Record what was done (MEASURES) about incident INCIDENT_ID."""
    runtime = open_installation()
    sending.settle(runtime, asked_actor(runtime, acting), incident_id, measures)
    click.echo("Recorded.")


@plant.command()
@acting_as
def transports(acting: str) -> None:
    """List what is on its way to a plant: seals and badges."""
    runtime = open_installation()
    for one in sending.list_transports(runtime, asked_actor(runtime, acting)):
        seals = ", ".join(f"{bag.seal_no} {bag.state}" for bag in one.bags)
        click.echo(f"D-{one.list_id:06d}  {one.plant}  {' '.join(one.escorts)}  {seals}")


@plant.command("receipt-scan")
@acting_as
@click.argument("list_id", type=int)
@target_argument
def receipt_scan(acting: str, list_id: int, target: Path) -> None:
    """Write the scan of the plant's receipt for list LIST_ID to TARGET; that it was taken is recorded."""
    runtime = open_installation()
    content, _kind = sending.receipt_scan(runtime, asked_actor(runtime, acting), list_id)
    write_new(target, content)
    click.echo(f"The receipt is written to {target}.")
