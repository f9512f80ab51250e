"""The register of devices: listed, shown, entered, handed over, inspected, moved."""

import click

from registry.rules.facts import DeviceFacts
from registry.rules.levels import Handling
from registry.rules.words import EquipmentKind
from registry.views.equipment import DeviceRow
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import word_of
from service.cli.equipment.group import device
from service.cli.opening import open_installation
from service.flows import equipment, people


@device.command("list")
@acting_as
def list_devices(acting: str) -> None:
    """List the devices that you may see."""
    runtime = open_installation()
    for row in equipment.list_devices(runtime, asked_actor(runtime, acting)):
        click.echo(_line(row))


@device.command()
@acting_as
@click.argument("equipment_id", type=int)
def show(acting: str, equipment_id: int) -> None:
    """Tell everything that is on record about device EQUIPMENT_ID, the newest first."""
    runtime = open_installation()
    view = equipment.get_device(runtime, asked_actor(runtime, acting), equipment_id)
    click.echo(_line(view.row))
    for check in view.checks:
        click.echo(f"  check {check.id}  {check.zh} {check.en}")
    for keeping in view.kept_by:
        giver = keeping.giver.staff_no if keeping.giver else "-"
        click.echo(
            f"  hand-over {keeping.offered_at:%Y-%m-%d}  {giver} to {keeping.receiver.staff_no}  {keeping.state}"
        )
    for one in view.inspections:
        found = "passed" if one.passed else f"failed: {', '.join(check.id for check in one.unmet)}"
        click.echo(f"  inspection {one.inspected_at:%Y-%m-%d}  {one.inspector.staff_no}  {found}")
    for job in view.jobs:
        click.echo(f"  job {job.id}  {job.done_at:%Y-%m-%d}  {job.act}  {job.doc_number}  {job.copies}")
    for repair in view.repairs:
        back = f"back {repair.back_at:%Y-%m-%d}" if repair.back_at else "out"
        click.echo(
            f"  repair {repair.id}  {repair.sent_at:%Y-%m-%d}  {repair.technician}, {repair.workshop}  {back}"
        )
    for end in view.retirements:
        click.echo(f"  retirement {end.id}  {end.opened_at:%Y-%m-%d}  {end.method}  {end.state}")


@device.command()
@acting_as
@click.argument("kind", type=word_of(EquipmentKind))
@click.argument("name")
@click.argument("place")
@click.option("--level", type=word_of(Handling), required=True, help="Up to which level it may be used.")
@click.option("--serial", default="", help="The maker's number.")
@click.option("--shred-level", default="", help="Of a shredder: its certified class, P-1 to P-7.")
@click.option("--cipher", is_flag=True, help="Of a fax: it sends in cipher.")
@click.option("--custodian", metavar="STAFF_NO", help="Who is asked to sign for it.")
def add(
    *,
    acting: str,
    kind: str,
    name: str,
    place: str,
    level: str,
    serial: str,
    shred_level: str,
    cipher: bool,
    custodian: str | None,
) -> None:
    """Register the device NAME of KIND that stands at PLACE; it waits for its inspection."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    facts = DeviceFacts(EquipmentKind(kind), name, place, Handling(level), serial, shred_level, cipher)
    custodian_id = people.get_by_staff_no(runtime, custodian) if custodian else None
    equipment_id = equipment.add(runtime, actor, facts, custodian_id=custodian_id)
    click.echo(f"Device {equipment_id} is registered and waits for its inspection.")


@device.command()
@acting_as
@click.argument("equipment_id", type=int)
@click.argument("staff_no")
def offer(acting: str, equipment_id: int, staff_no: str) -> None:
    """Offer EQUIPMENT_ID to its next custodian, who signs for it."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    equipment.offer(runtime, actor, equipment_id, people.get_by_staff_no(runtime, staff_no))
    click.echo(f"Offered; {staff_no} has to sign for it.")


@device.command()
@acting_as
@click.argument("equipment_id", type=int)
def confirm(acting: str, equipment_id: int) -> None:
    """Sign for EQUIPMENT_ID, which you were offered."""
    runtime = open_installation()
    equipment.confirm(runtime, asked_actor(runtime, acting), equipment_id)
    click.echo("Signed for; you answer for it now.")


@device.command()
@acting_as
@click.argument("equipment_id", type=int)
def withdraw(acting: str, equipment_id: int) -> None:
    """Take the offer of EQUIPMENT_ID back before it was signed for."""
    runtime = open_installation()
    equipment.withdraw(runtime, asked_actor(runtime, acting), equipment_id)
    click.echo("The offer is taken back.")


@device.command()
@acting_as
@click.argument("equipment_id", type=int)
@click.argument("in_order", nargs=-1, metavar="CHECK...")
@click.option("--networks", default="", help="The networks that it is on.")
@click.option("--remark", default="")
def inspect(acting: str, equipment_id: int, in_order: tuple[str, ...], networks: str, remark: str) -> None:
    """Record which CHECKs of EQUIPMENT_ID you found in order (`device show` lists them); all of them put it in use."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    state = equipment.inspect(runtime, actor, equipment_id, in_order, networks=networks, remark=remark)
    click.echo(f"Recorded. The device is {state}.")


@device.command()
@acting_as
@click.argument("equipment_id", type=int)
@click.argument("place")
def move(acting: str, equipment_id: int, place: str) -> None:
    """Say that EQUIPMENT_ID stands at PLACE now; it is inspected anew."""
    runtime = open_installation()
    state = equipment.put(runtime, asked_actor(runtime, acting), equipment_id, place)
    click.echo(f"Recorded. The device is {state}.")


def _line(row: DeviceRow) -> str:
    custodian = row.custodian.staff_no if row.custodian else "-"
    offered = f"  offered to {row.offered_to.staff_no}" if row.offered_to else ""
    overdue = "  INSPECTION OVERDUE" if row.is_overdue else ""
    level = row.level or row.shred_level or "-"
    return (
        f"{row.id}  {row.kind}  {row.name}  {row.place}  {level}  {row.state}  {custodian}{offered}{overdue}"
    )
