"""Regradings from the command line: asked for, carried out, ticked off, and what might follow them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from registry.rules.codes import copy_no_text, human_code
from registry.views.regrading import ProposalRow, RegradingRow
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import DAY, last_moment, reason_option, target_argument, until_option, write_new
from service.cli.opening import open_installation
from service.flows import people
from service.flows import regrading as flow
from service.flows.regrading import RegradingWish


@click.group()
def regrading() -> None:
    """Change a document's level or period, or end its secrecy; tick off copies that bear their new mark."""


@regrading.command("list")
@acting_as
def list_(acting: str) -> None:
    """List what was regraded, newest first, and what might follow."""
    runtime = open_installation()
    board = flow.board(runtime, asked_actor(runtime, acting))
    for row in board.rows:
        click.echo(_line(row))
    for proposal in board.proposals:
        click.echo(_proposed(proposal))


@regrading.command()
@acting_as
@click.argument("regrading_id", type=int)
def show(acting: str, regrading_id: int) -> None:
    """Tell what REGRADING_ID changed, and which copies still wait for their mark."""
    runtime = open_installation()
    view = flow.get_regrading(runtime, asked_actor(runtime, acting), regrading_id)
    click.echo(_line(view.head))
    for line in view.copies:
        number, code = copy_no_text(line.copy.copy_no), human_code(line.copy.code)
        standing = "waits" if line.is_waiting else "marked" if line.done_at else "gone"
        answers = line.answers.staff_no if line.answers else "-"
        click.echo(f"  {number}  {code}  {line.mark_before} -> {line.mark_after}  {standing}  {answers}")
    for row in view.followed:
        click.echo(f"  followed: {_line(row)}")
    for proposal in view.proposals:
        click.echo(f"  {_proposed(proposal)}")


@regrading.command()
@acting_as
@click.argument("document_id", type=int)
@click.option("--level", default="", help="Code within the document's scheme.")
@click.option("--period", default="", help="Such as 10年, 长期 or 2031-12-31.")
@click.option("--end", "ends", is_flag=True, help="Secrecy ends; level and period are left out then.")
@reason_option
@until_option
def ask(
    acting: str, document_id: int, *, level: str, period: str, ends: bool, reason: str, until: datetime
) -> None:
    """Ask that the secrecy of DOCUMENT_ID be changed or ended."""
    runtime = open_installation()
    wish = RegradingWish(
        document_id=document_id,
        reason=reason,
        until=last_moment(runtime, until),
        level=level.upper(),
        secrecy_period=period,
        ends=ends,
    )
    request_id = flow.ask(runtime, asked_actor(runtime, acting), wish)
    click.echo(f"Request {request_id} waits for its approval.")


@regrading.command()
@acting_as
@click.argument("request_id", type=int)
@click.option("--remark-by", type=DAY, required=True, help="Last day to mark the copies anew.")
def carry(acting: str, request_id: int, remark_by: datetime) -> None:
    """Carry approved REQUEST_ID out: the document changes at once, and each of its copies gets a task."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    click.echo(
        f"Regrading {flow.regrade(runtime, actor, request_id, last_moment(runtime, remark_by))} is done."
    )


@regrading.command()
@acting_as
@click.argument("scans", nargs=-1, required=True, metavar="SCAN...")
def mark(acting: str, scans: Sequence[str]) -> None:
    """Record that the scanned copies bear their new mark."""
    runtime = open_installation()
    click.echo(f"{flow.remark(runtime, asked_actor(runtime, acting), scans)} copies are ticked off.")


@regrading.command()
@acting_as
@click.argument("proposal_id", type=int)
@reason_option
def keep(acting: str, proposal_id: int, reason: str) -> None:
    """Record that the derived document of PROPOSAL_ID keeps its level."""
    runtime = open_installation()
    flow.keep(runtime, asked_actor(runtime, acting), proposal_id, reason)
    click.echo("It keeps its level.")


@regrading.command()
@acting_as
@click.argument("regrading_id", type=int)
@target_argument
def record(acting: str, regrading_id: int, target: Path) -> None:
    """Write the record of REGRADING_ID to TARGET; an existing file is never overwritten."""
    runtime = open_installation()
    write_new(target, flow.report(runtime, asked_actor(runtime, acting), regrading_id))


@regrading.command()
@acting_as
@click.argument("regrading_id", type=int)
@click.argument("staff_no")
@target_argument
def notice(acting: str, regrading_id: int, staff_no: str, target: Path) -> None:
    """Write the notice of REGRADING_ID for the holder with STAFF_NO to TARGET."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    write_new(target, flow.notice(runtime, actor, regrading_id, people.get_by_staff_no(runtime, staff_no)))


def _line(row: RegradingRow) -> str:
    tasks = row.tasks
    return (
        f"{row.id}  {row.doc_number}  {row.change}  {row.mark_before} -> {row.mark_after}  "
        f"{tasks.given} given = {tasks.marked} marked + {tasks.waiting} waiting + {tasks.gone} gone"
    )


def _proposed(row: ProposalRow) -> str:
    return f"proposal {row.id}  {row.state}  {row.doc_number} {row.title}  after regrading {row.regrading_id}"
