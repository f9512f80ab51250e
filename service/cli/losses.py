"""Losses, from the command line."""

from pathlib import Path

import click

from registry.rules.codes import human_code
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.flows import losses


@click.group()
def loss() -> None:
    """See what is missing or lost, against which clocks, and print the reports."""


@loss.command("list")
@acting_as
def list_(acting: str) -> None:
    """List the losses with their clocks, those that go on first."""
    runtime = open_installation()
    for row in losses.listing(runtime, asked_actor(runtime, acting)):
        clocks = row.clocks
        told = [
            f"report by {clocks.report.due_at:%Y-%m-%d %H:%M}Z{' (over)' if clocks.report.is_over else ''}",
            f"leaked from {clocks.leak.due_at:%Y-%m-%d}{' (over)' if clocks.leak.is_over else ''}",
        ]
        found = "  found" if row.found_at else ""
        click.echo(
            f"{row.id}  {row.copy.doc_number}  {human_code(row.copy.code)}  {row.copy.state}  "
            f"{'; '.join(told)}{found}"
        )


@loss.command()
@acting_as
@click.argument("loss_id", type=int)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def report(acting: str, loss_id: int, target: Path) -> None:
    """Write the report of loss LOSS_ID to TARGET; an existing file is never overwritten."""
    runtime = open_installation()
    pdf = losses.paper(runtime, asked_actor(runtime, acting), loss_id)
    with target.open("xb") as file:
        file.write(pdf)
    click.echo(f"The report is written to {target}.")
