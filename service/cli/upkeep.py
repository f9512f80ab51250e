"""Do by hand what the worker does by the way."""

import click

from service.cli.opening import open_installation
from service.flows import upkeep as flow


@click.command()
def upkeep() -> None:
    """End what was abandoned: print runs, reserved numbers, approvals, offered tables; sign the head of the ledger."""
    done = flow.run(open_installation())
    click.echo(
        f"Print runs stopped: {done.failed}. Numbers void: {done.voided}. Approvals lapsed: {done.lapsed}. "
        f"Imports lapsed: {done.swept}."
    )
