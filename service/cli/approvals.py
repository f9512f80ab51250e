"""Approvals from the command line: what waits, one request as it is signed, yes or no."""

import click

from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.cli.shortfalls import shortfall_lines
from service.flows import requesting


@click.group()
def approval() -> None:
    """See what waits for your decision, agree or refuse."""


@approval.command(name="list")
@acting_as
def list_requests(acting: str) -> None:
    """List what waits for you, what you asked for and what you decided."""
    runtime = open_installation()
    found = requesting.list_requests(runtime, asked_actor(runtime, acting))
    for heading, rows in (("waiting", found.waiting), ("own", found.own), ("decided", found.decided)):
        for row in rows:
            click.echo(
                f"{heading}\t{row.id}\t{row.act}\t{row.state}\t{row.quantity}\t{row.doc_number} {row.title}"
            )


@approval.command()
@acting_as
@click.argument("request_id", type=int)
@click.option("--remark", default="")
@click.option("--refuse", is_flag=True, help="Say no; one refusal ends the request.")
@click.option(
    "--accept-untraceable",
    is_flag=True,
    help="Agree although pages are less traceable than their level demands; your name stands beside it.",
)
def decide(acting: str, request_id: int, remark: str, *, refuse: bool, accept_untraceable: bool) -> None:
    """Show REQUEST_ID as it is signed, ask, and record your decision."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    view = requesting.get_request(runtime, actor, request_id)
    for name, value in view.order.details:
        click.echo(f"{name}: {value}")
    click.echo(f"act: {view.order.act}\ncopies: {view.order.copies}\nreason: {view.order.reason}")
    click.echo(f"recipients: {', '.join(person.en for person in view.recipients) or 'the unit'}")
    click.echo(f"rule: {view.rule.id}, version {view.rule.version}\norder: {view.order_hash}")
    found = view.traceability
    for line in () if found is None else shortfall_lines(found):
        click.echo(line)
    if view.in_place_of is not None:
        click.echo(f"in the place of: {view.in_place_of.staff_no} {view.in_place_of.en}")
    word = "Refuse" if refuse else "Agree"
    click.confirm(f"{word} to exactly this?", abort=True)
    state = requesting.decide(
        runtime,
        actor,
        request_id,
        agreed=not refuse,
        shown_hash=view.order_hash,
        remark=remark,
        in_place_of=None if view.in_place_of is None else view.in_place_of.id,
        accepted_hash=found.shown_hash if found is not None and accept_untraceable else "",
    )
    click.echo(f"request {request_id}: {state}")


@approval.command()
@acting_as
@click.argument("request_id", type=int)
def withdraw(acting: str, request_id: int) -> None:
    """Take your own REQUEST_ID back."""
    runtime = open_installation()
    requesting.withdraw(runtime, asked_actor(runtime, acting), request_id)
    click.echo(f"request {request_id}: WITHDRAWN")
