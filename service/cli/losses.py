"""Losses, from the command line."""

from dataclasses import asdict
from pathlib import Path

import click

from registry.rules.codes import human_code
from registry.rules.loss import LossReport
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import target_argument, write_new
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
@target_argument
def report(acting: str, loss_id: int, target: Path) -> None:
    """Write the report of loss LOSS_ID to TARGET; an existing file is never overwritten."""
    runtime = open_installation()
    write_new(target, losses.paper(runtime, asked_actor(runtime, acting), loss_id))


@loss.command()
@acting_as
@click.argument("loss_id", type=int)
def show(acting: str, loss_id: int) -> None:
    """Tell the story of LOSS_ID."""
    runtime = open_installation()
    row = losses.get_loss(runtime, asked_actor(runtime, acting), loss_id)
    holder = row.holder.staff_no if row.holder else "the registry"
    click.echo(f"{row.copy.doc_number}  {human_code(row.copy.code)}  {row.copy.state}")
    click.echo(f"missed {row.missed_at:%Y-%m-%d %H:%M}Z, answered for by {holder}: {row.how}")
    if row.declared_at:
        click.echo(f"declared lost {row.declared_at:%Y-%m-%d %H:%M}Z")
    if row.report and row.reported_at:
        click.echo(f"reported {row.reported_at:%Y-%m-%d %H:%M}Z")
        for item, said in asdict(row.report).items():
            click.echo(f"  {item}: {said}")
    if row.concluded_at:
        click.echo(f"concluded {row.concluded_at:%Y-%m-%d %H:%M}Z: {row.result}")
    if row.found_at:
        click.echo(f"found {row.found_at:%Y-%m-%d %H:%M}Z: {row.explanation}")


@loss.command("file")
@acting_as
@click.argument("loss_id", type=int)
@click.option("--discovered", required=True, help="How it was noticed.")
@click.option("--responsible", required=True, help="Who is responsible.")
@click.option("--course", required=True, help="Time, place and course.")
@click.option("--harm", required=True, help="What harm was, or may be, done.")
@click.option("--investigation", required=True, help="What has been investigated so far.")
@click.option("--remedies", required=True, help="What has been done about it.")
def file_(
    acting: str,
    loss_id: int,
    *,
    discovered: str,
    responsible: str,
    course: str,
    harm: str,
    investigation: str,
    remedies: str,
) -> None:
    """File the report of LOSS_ID; the seventh item, the copy itself, the register knows."""
    runtime = open_installation()
    said = LossReport(
        discovered=discovered,
        responsible=responsible,
        course=course,
        harm=harm,
        investigation=investigation,
        remedies=remedies,
    )
    losses.file_report(runtime, asked_actor(runtime, acting), loss_id, said)
    click.echo("The report is filed.")


@loss.command()
@acting_as
@click.argument("loss_id", type=int)
@click.option("--result", required=True, help="What the investigation found.")
@click.option("--remedies", required=True, help="What was done about it.")
def conclude(acting: str, loss_id: int, result: str, remedies: str) -> None:
    """Record the result of the investigation of LOSS_ID."""
    runtime = open_installation()
    losses.conclude(runtime, asked_actor(runtime, acting), loss_id, result, remedies)
    click.echo("The result is recorded.")
