"""Devices leave the register: begun, given up, vouched for, certified."""

from pathlib import Path

import click

from registry.rules.words import DestructionPart, RetirementMethod, RetirementState
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import asked_pin, reason_option, target_argument, word_of, write_new
from service.cli.equipment.group import device
from service.cli.opening import open_installation
from service.flows import equipment, people


@device.command()
@acting_as
@click.argument("equipment_id", type=int)
@click.argument("method", type=word_of(RetirementMethod))
@reason_option
def retire(acting: str, equipment_id: int, method: str, reason: str) -> None:
    """Begin to retire EQUIPMENT_ID, which is to be wiped or destroyed."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    retirement_id = equipment.open_retirement(runtime, actor, equipment_id, RetirementMethod(method), reason)
    click.echo(f"Retirement {retirement_id} is begun; operator and witness have to vouch.")


@device.command("cancel-retirement")
@acting_as
@click.argument("retirement_id", type=int)
def cancel_retirement(acting: str, retirement_id: int) -> None:
    """Give RETIREMENT_ID up; the device stays what it was."""
    runtime = open_installation()
    equipment.cancel_retirement(runtime, asked_actor(runtime, acting), retirement_id)
    click.echo("The retirement is given up.")


@device.command()
@acting_as
@click.argument("retirement_id", type=int)
@click.argument("part", type=word_of(DestructionPart))
@click.argument("staff_no")
def attest(acting: str, retirement_id: int, part: str, staff_no: str) -> None:
    """Let the person with STAFF_NO vouch for RETIREMENT_ID as PART; asks for their PIN."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    person_id = people.get_by_staff_no(runtime, staff_no)
    progress = equipment.attest_retirement(
        runtime, actor, retirement_id, DestructionPart(part), person_id=person_id, pin=asked_pin(staff_no)
    )
    if progress.state is RetirementState.DONE:
        click.echo("The device is retired on record.")
    else:
        short = progress.shortfall
        click.echo(
            f"Recorded. Missing: {short.operators_missing} operator, {short.witnesses_missing} witnesses."
        )


@device.command()
@acting_as
@click.argument("retirement_id", type=int)
@target_argument
def certificate(acting: str, retirement_id: int, target: Path) -> None:
    """Write the certificate of RETIREMENT_ID to TARGET; an existing file is never overwritten."""
    runtime = open_installation()
    write_new(target, equipment.certificate(runtime, asked_actor(runtime, acting), retirement_id))
