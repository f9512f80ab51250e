"""Cases from the command line: listed, shown, added to, read again, reviewed, taken away."""

from datetime import datetime
from pathlib import Path

import click

from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import MINUTE, moment, reason_option, target_argument, write_new
from service.cli.case_lines import case_lines
from service.cli.opening import open_installation
from service.cli.tracing import offered, picture_files, pictures_argument, tell_step
from service.flows import evidence, light, tracing


@click.group()
def case() -> None:
    """Look into cases, read their pictures again, confirm findings, take evidence away."""


@case.command("list")
@acting_as
def list_(acting: str) -> None:
    """List the cases, newest first."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    for page in range(1, tracing.listing(runtime, actor).pages + 1):
        for row in tracing.listing(runtime, actor, page=page).rows:
            confirmed = "  confirmed" if row.is_confirmed else ""
            named = f"  {row.copy.doc_number} {row.copy.copy_no:06}" if row.copy else ""
            click.echo(f"{row.id}  {row.opened_at:%Y-%m-%d}  {row.state}  {row.name}{named}{confirmed}")


@case.command()
@acting_as
@click.argument("case_id", type=int)
@click.option("--at", type=MINUTE, help="The instant whose custody is told, local time.")
@click.option("--since", type=MINUTE, help="When it can have leaked first, local time.")
def show(acting: str, case_id: int, at: datetime | None, since: datetime | None) -> None:
    """Tell what CASE_ID came to; that it was read is recorded."""
    runtime = open_installation()
    story = tracing.result(
        runtime,
        asked_actor(runtime, acting),
        case_id,
        moment(runtime, at) if at else None,
        moment(runtime, since) if since else None,
    )
    click.echo(f"case {case_id}: {story.case.state.lower()}  {story.case.note}".rstrip())
    for run in story.runs:
        click.echo(f"run {run.id}  {run.started_at:%Y-%m-%d %H:%M}Z  {run.state.lower()}")
    for line in case_lines(story):
        click.echo(f"  {line}")


@case.command()
@acting_as
@click.argument("case_id", type=int)
@pictures_argument
def add(acting: str, case_id: int, pictures: tuple[Path, ...]) -> None:
    """Add PICTURES to CASE_ID, and read all of it again."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    tracing.add_pictures(runtime, actor, case_id, offered(list(picture_files(pictures))))
    tracing.make_latest_run(runtime, actor, case_id, tell_step)
    for line in case_lines(tracing.result(runtime, actor, case_id)):
        click.echo(line)


@case.command("read-again")
@acting_as
@click.argument("case_id", type=int)
def read_again(acting: str, case_id: int) -> None:
    """Read the pictures of CASE_ID once more, with what is registered by now."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    tracing.run_again(runtime, actor, case_id)
    tracing.make_latest_run(runtime, actor, case_id, tell_step)
    for line in case_lines(tracing.result(runtime, actor, case_id)):
        click.echo(line)


@case.command()
@acting_as
@click.argument("case_id", type=int)
@click.argument("run_id", type=int)
@click.option("--refuse", is_flag=True, help="Say no.")
@reason_option
def review(acting: str, case_id: int, run_id: int, *, refuse: bool, reason: str) -> None:
    """Say as a second auditor whether the finding of RUN_ID may go out with a holder's name."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    tracing.review(runtime, actor, case_id, run_id, agreed=not refuse, reason=reason)
    click.echo("The finding is refused." if refuse else "The finding is confirmed.")


@case.command()
@acting_as
@click.argument("case_id", type=int)
@target_argument
def report(acting: str, case_id: int, target: Path) -> None:
    """Write the evidence report of CASE_ID to TARGET; that it was taken is recorded."""
    runtime = open_installation()
    write_new(target, evidence.report(runtime, asked_actor(runtime, acting), case_id))


@case.command()
@acting_as
@click.argument("case_id", type=int)
@target_argument
def archive(acting: str, case_id: int, target: Path) -> None:
    """Write pictures, measurements, ledger and verifier of CASE_ID to the ZIP file TARGET; recorded as well."""
    runtime = open_installation()
    write_new(target, b"".join(evidence.archive(runtime, asked_actor(runtime, acting), case_id)))


@case.command("remove-originals")
@acting_as
@click.argument("case_id", type=int)
def remove_originals(acting: str, case_id: int) -> None:
    """Remove what was brought of documents kept light for CASE_ID."""
    runtime = open_installation()
    count = light.end_case_content(runtime, asked_actor(runtime, acting), case_id)
    click.echo(f"The content of {count} documents goes.")
