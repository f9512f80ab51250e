"""Repairs: asked for, sent, back."""

from datetime import datetime

import click

from registry.rules.words import RepairGuard
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import last_moment, reason_option, until_option
from service.cli.equipment.group import device
from service.cli.opening import open_installation
from service.flows import equipment, people
from service.flows.equipment import RepairWish


@device.command("ask-repair")
@acting_as
@click.argument("equipment_id", type=int)
@click.option("--technician", required=True, help="Who repairs it, by name.")
@click.option("--workshop", required=True, help="Where.")
@click.option(
    "--escort", metavar="STAFF_NO", help="Who stays with it all the time; without one it is wiped before."
)
@reason_option
@until_option
def ask_repair(
    acting: str,
    equipment_id: int,
    *,
    technician: str,
    workshop: str,
    escort: str | None,
    reason: str,
    until: datetime,
) -> None:
    """Ask custodian and security officer to agree to the repair of EQUIPMENT_ID."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    wish = RepairWish(
        reason=reason,
        technician=technician,
        workshop=workshop,
        guard=RepairGuard.ESCORTED if escort else RepairGuard.WIPED,
        escort_id=people.get_by_staff_no(runtime, escort) if escort else None,
        until=last_moment(runtime, until),
    )
    click.echo(f"Request {equipment.ask_repair(runtime, actor, equipment_id, wish)} waits for its approval.")


@device.command()
@acting_as
@click.argument("equipment_id", type=int)
@click.argument("request_id", type=int)
def send(acting: str, equipment_id: int, request_id: int) -> None:
    """Record that EQUIPMENT_ID was given to the technician whom approved REQUEST_ID names."""
    runtime = open_installation()
    repair_id = equipment.send(runtime, asked_actor(runtime, acting), equipment_id, request_id)
    click.echo(f"Repair {repair_id} is recorded; the device is out.")


@device.command("take-back")
@acting_as
@click.argument("equipment_id", type=int)
@click.option("--remark", default="", help="What was done to it.")
def take_back(acting: str, equipment_id: int, remark: str) -> None:
    """Record that EQUIPMENT_ID is back from its technician; it is inspected anew."""
    runtime = open_installation()
    state = equipment.take_back(runtime, asked_actor(runtime, acting), equipment_id, remark)
    click.echo(f"Recorded. The device is {state}.")
