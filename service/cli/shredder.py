"""Shredders, from the command line."""

import click

from registry.rules.destruction import SHRED_CLASSES
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.flows import equipment


@click.group()
def shredder() -> None:
    """Register the devices that destroy paper."""


@shredder.command()
@acting_as
@click.argument("name")
@click.argument("place")
@click.argument("shred_level", type=click.Choice(SHRED_CLASSES, case_sensitive=False))
def add(acting: str, name: str, place: str, shred_level: str) -> None:
    """Register the shredder NAME that stands at PLACE, with its certified class."""
    runtime = open_installation()
    device_id = equipment.add_shredder(runtime, asked_actor(runtime, acting), name, place, shred_level)
    click.echo(f"Shredder {device_id} is registered.")
