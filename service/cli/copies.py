"""Copies, from the command line."""

import click

from registry.rules.codes import copy_no_text, human_code
from registry.rules.lifecycle import State, Step
from registry.views.copies import CopyFilter
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.flows import copies, losses, people, printing

_STEPS = {"missing": Step.MISS, "lost": Step.DECLARE_LOST}


@click.group()
def copy() -> None:
    """List and show copies, and record misprints."""


@copy.command("list")
@acting_as
@click.option("--state", type=click.Choice([state.value for state in State], case_sensitive=False))
@click.option("--document", "document_id", type=int)
@click.option("--overdue", is_flag=True, help="Only loans whose due time has passed.")
def list_(acting: str, state: str | None, document_id: int | None, *, overdue: bool) -> None:
    """List the copies that you may know of."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    wanted = CopyFilter(
        state=State(state.upper()) if state else None,
        document_id=document_id,
        overdue_at=runtime.now() if overdue else None,
    )
    found = copies.listing(runtime, actor, wanted)
    for page in range(1, found.pages + 1):
        for row in copies.listing(runtime, actor, wanted, page=page).rows:
            holder = row.holder.zh if row.holder else "-"
            number = copy_no_text(row.copy.copy_no)
            click.echo(
                f"{row.copy.doc_number}  {number}  {human_code(row.copy.code)}  {row.copy.state}  {holder}"
            )


@copy.command()
@acting_as
@click.argument("scanned")
def show(acting: str, scanned: str) -> None:
    """Show the copy that was SCANNED or whose code was typed, with its story."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    story = copies.story(runtime, actor, copies.find(runtime, actor, scanned))
    line = story.view.copy
    click.echo(f"{line.doc_number}  {copy_no_text(line.copy_no)}  {human_code(line.code)}  {line.state}")
    for event in reversed(story.events):
        by = event.by.zh if event.by else "-"
        click.echo(f"  {event.seq:>6}  {event.at:%Y-%m-%d %H:%M:%S}Z  {event.kind}  {by}")


@copy.command()
@acting_as
@click.argument("scanned", nargs=-1, required=True)
@click.option("--reason", required=True, help="What happened to the sheets.")
def spoil(acting: str, scanned: tuple[str, ...], reason: str) -> None:
    """Record the SCANNED copies of one print run as misprints and order what replaces them."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    codes = [copies.find(runtime, actor, text) for text in scanned]
    found = printing.spoil(runtime, actor, codes, reason)
    if found.batch_id is None:
        click.echo("Recorded. The approval has lapsed: ask for a new print run.")
    else:
        click.echo(f"Recorded. Print run {found.batch_id} replaces them.")


@copy.command()
@acting_as
@click.argument("scanned")
@click.argument("step", type=click.Choice(["missing", "lost"]))
@click.option("--reason", required=True, help="How it was noticed.")
def report(acting: str, scanned: str, step: str, reason: str) -> None:
    """Record that the SCANNED copy is missing or declared lost."""
    runtime = open_installation()
    state = losses.report(runtime, asked_actor(runtime, acting), scanned, _STEPS[step], reason)
    click.echo(f"Recorded. The copy is {state}.")


@copy.command()
@acting_as
@click.argument("scanned")
@click.argument("staff_no")
@click.option("--reason", required=True, help="Where it was.")
def found(acting: str, scanned: str, staff_no: str, reason: str) -> None:
    """Take the SCANNED copy in as found; the leader with STAFF_NO agrees with their PIN."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    approver_id = people.get_by_staff_no(runtime, staff_no)
    pin = click.prompt(f"PIN of {staff_no}", hide_input=True)
    state = losses.find(runtime, actor, scanned, reason, approver_id=approver_id, pin=pin)
    click.echo(f"Recorded. The copy is {state}.")
