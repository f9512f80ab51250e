"""The photocopies of a job: labelled, taken into stock, given up."""

from pathlib import Path

import click

from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import target_argument, write_new
from service.cli.equipment.group import device
from service.cli.opening import open_installation
from service.flows import photocopying
from service.papers.labels import PER_SHEET


@device.command("job-labels")
@acting_as
@click.argument("job_id", type=int)
@target_argument
@click.option(
    "--first-place",
    type=click.IntRange(1, PER_SHEET),
    default=1,
    show_default=True,
    help="On the first sheet.",
)
def job_labels(acting: str, job_id: int, target: Path, first_place: int) -> None:
    """Write labels for the photocopies of job JOB_ID to TARGET."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    write_new(target, photocopying.labels(runtime, actor, job_id, first_place=first_place))


@device.command("take-in")
@acting_as
@click.argument("job_id", type=int)
@click.argument("scanned", nargs=-1, required=True)
def take_in(acting: str, job_id: int, scanned: tuple[str, ...]) -> None:
    """Take the photocopies of job JOB_ID whose labels are SCANNED into stock."""
    runtime = open_installation()
    number = photocopying.take_in(runtime, asked_actor(runtime, acting), job_id, scanned)
    click.echo(f"Taken into stock: {number}.")


@device.command("give-up")
@acting_as
@click.argument("job_id", type=int)
def give_up(acting: str, job_id: int) -> None:
    """Void the numbers of job JOB_ID whose photocopies were never made."""
    runtime = open_installation()
    click.echo(f"Void: {photocopying.give_up(runtime, asked_actor(runtime, acting), job_id)}.")
