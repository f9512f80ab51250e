"""Recalls, from the command line."""

from datetime import datetime
from pathlib import Path

import click

from registry.rules.codes import copy_no_text, human_code
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import asked_pin, target_argument, write_new
from service.cli.opening import open_installation
from service.flows import people, recalling
from service.times import end_of_day


@click.group()
def recall() -> None:
    """Call every copy of a document back, and see what is still missed."""


@recall.command()
@acting_as
@click.argument("document_id", type=int)
@click.option("--reason", required=True)
@click.option("--due", type=click.DateTime(("%Y-%m-%d",)), required=True, help="Last day to bring it back.")
def begin(acting: str, document_id: int, reason: str, due: datetime) -> None:
    """Begin the recall of document DOCUMENT_ID."""
    runtime = open_installation()
    due_at = end_of_day(due.date(), runtime.settings)
    recall_id = recalling.begin(runtime, asked_actor(runtime, acting), document_id, reason, due_at)
    click.echo(f"Recall {recall_id} runs.")


@recall.command()
@acting_as
@click.argument("recall_id", type=int)
def show(acting: str, recall_id: int) -> None:
    """Show recall RECALL_ID: what is due and what has become of it."""
    runtime = open_installation()
    view = recalling.get_recall(runtime, asked_actor(runtime, acting), recall_id)
    total = view.head.balance
    click.echo(
        f"{view.head.id}  {view.head.state}  {total.due} due = {total.returned} returned + "
        f"{total.missed} missed + {total.lost} lost"
    )
    for line in view.copies:
        number, code = copy_no_text(line.copy.copy_no), human_code(line.copy.code)
        holder = line.answers.staff_no if line.answers else "-"
        excused = "  excused" if line.excuse else ""
        click.echo(f"  {line.fate}  {number}  {code}  {line.copy.state}  {holder}{excused}")


@recall.command()
@acting_as
@click.argument("recall_id", type=int)
@click.argument("scanned")
@click.argument("staff_no")
@click.option("--reason", required=True)
def excuse(acting: str, recall_id: int, scanned: str, staff_no: str, reason: str) -> None:
    """Let the leader with STAFF_NO sign that the SCANNED copy of recall RECALL_ID stays out; asks for their PIN."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    person_id = people.get_by_staff_no(runtime, staff_no)
    code = recalling.code_of(runtime, scanned)
    recalling.excuse(runtime, actor, recall_id, code, reason, person_id=person_id, pin=asked_pin(staff_no))
    click.echo("The exception is signed.")


@recall.command()
@acting_as
@click.argument("recall_id", type=int)
def close(acting: str, recall_id: int) -> None:
    """Close recall RECALL_ID."""
    runtime = open_installation()
    total = recalling.close(runtime, asked_actor(runtime, acting), recall_id)
    click.echo(
        f"Closed: {total.due} due, {total.returned} returned, {total.missed} missed, {total.lost} lost."
    )


@recall.command()
@acting_as
@click.argument("recall_id", type=int)
@target_argument
def report(acting: str, recall_id: int, target: Path) -> None:
    """Write the report of recall RECALL_ID to TARGET; an existing file is never overwritten."""
    runtime = open_installation()
    write_new(target, recalling.report(runtime, asked_actor(runtime, acting), recall_id))


@recall.command("list")
@acting_as
def list_(acting: str) -> None:
    """List the recalls, newest first."""
    runtime = open_installation()
    for row in recalling.listing(runtime, asked_actor(runtime, acting)):
        total = row.balance
        click.echo(
            f"{row.id}  {row.state}  {row.doc_number}  due {row.due_at:%Y-%m-%d}  {total.due} due = "
            f"{total.returned} returned + {total.missed} missed + {total.lost} lost"
        )


@recall.command()
@acting_as
@click.argument("recall_id", type=int)
@click.argument("staff_no")
@target_argument
def slip(acting: str, recall_id: int, staff_no: str, target: Path) -> None:
    """Write what the holder with STAFF_NO has to bring back for RECALL_ID to TARGET."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    write_new(target, recalling.slip(runtime, actor, recall_id, people.get_by_staff_no(runtime, staff_no)))
