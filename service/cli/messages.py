"""The words of the interface, for those who translate it."""

import sys

import click

from service import catalogues


@click.group()
def messages() -> None:
    """Collect and check the words of the interface."""


@messages.command()
def update() -> None:
    """Write every sentence of the sources into the catalogues; translations that still fit are kept."""
    for language, waiting in catalogues.update().items():
        click.echo(f"{language}: {waiting} not translated")


@messages.command()
def check() -> None:
    """Tell what is missing; ends with status 1 if anything is."""
    found = list(catalogues.faults())
    for line in found:
        click.echo(line)
    sys.exit(1 if found else 0)
