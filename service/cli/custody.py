"""The counter, from the command line."""

from datetime import datetime
from pathlib import Path

import click

from registry.rules.codes import copy_no_text, human_code
from registry.rules.words import HandOverKind
from registry.views.holdings import Holding
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.flows import lending, people, sheetfeed
from service.flows.scans import read_scan
from service.runtime import Runtime
from service.times import instant, local

DUE_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")

_scans = click.argument("scans", nargs=-1, required=True, metavar="SCAN...")
_due = click.option("--due", type=click.DateTime(DUE_FORMATS), help="Due back, in the installation's time.")
_every_page = click.option(
    "--every-page", is_flag=True, help="Each page was scanned, copy by copy; else the pages were counted."
)
_despite = click.option(
    "--despite-faults", is_flag=True, help="Take the stack though pages are missing or foreign."
)


@click.group()
def counter() -> None:
    """Give, lend, take back and pass on copies; see what is out."""


@counter.command()
@acting_as
@click.option("--to", "staff_no", required=True, metavar="STAFF_NO", help="The receiver.")
@_due
@_scans
def give(acting: str, staff_no: str, due: datetime | None, scans: tuple[str, ...]) -> None:
    """Give a stack of scanned or typed codes to a person; with --due it is a loan."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    kind = HandOverKind.LOAN if due else HandOverKind.ISSUE
    receiver_id = people.get_by_staff_no(runtime, staff_no)
    number = lending.give(runtime, actor, scans, kind, receiver_id, due_at=_instant(runtime, due))
    click.echo(f"Hand-over {number} waits for the receiver's signature.")


@counter.command()
@acting_as
@click.argument("hand_over_id", type=int)
def confirm(acting: str, hand_over_id: int) -> None:
    """Let the receiver sign for HAND_OVER_ID with their PIN, at this keyboard."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    view = lending.get_hand_over(runtime, actor, hand_over_id)
    click.echo(f"{view.receiver.zh} {view.receiver.en} ({view.receiver.staff_no}) receives:")
    for line in view.copies:
        click.echo(f"  {line.doc_number}  {copy_no_text(line.copy_no)}  {human_code(line.code)}")
    lending.confirm_by_pin(runtime, actor, hand_over_id, click.prompt("PIN of the receiver", hide_input=True))
    click.echo("Signed for.")


@counter.command()
@acting_as
@click.argument("hand_over_id", type=int)
def withdraw(acting: str, hand_over_id: int) -> None:
    """Take the unsigned hand-over HAND_OVER_ID back into stock."""
    runtime = open_installation()
    lending.withdraw(runtime, asked_actor(runtime, acting), hand_over_id)
    click.echo("Withdrawn.")


@counter.command("take-back")
@acting_as
@click.option("--from", "staff_no", required=True, metavar="STAFF_NO", help="Who brings the stack.")
@_every_page
@_despite
@_scans
def take_back(
    acting: str, staff_no: str, scans: tuple[str, ...], *, every_page: bool, despite_faults: bool
) -> None:
    """Take a stack back into stock."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    number = lending.take_back(
        runtime,
        actor,
        scans,
        people.get_by_staff_no(runtime, staff_no),
        every_page=every_page,
        despite_faults=despite_faults,
    )
    click.echo(f"Return {number}:")
    for item in lending.get_return(runtime, actor, number).copies:
        faults = [f"missing {page}" for page in item.missing] + [f"foreign {page}" for page in item.foreign]
        found = ", ".join(faults) or "whole"
        click.echo(f"  {item.copy.doc_number}  {copy_no_text(item.copy.copy_no)}  {found}")


@counter.command("read-scan")
@acting_as
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE...",
)
def read_scan_of_stack(acting: str, files: tuple[Path, ...]) -> None:
    """Read a scan of a stack, PDF or pictures; each line that begins with + is a scan for take-back --every-page."""
    runtime = open_installation()
    found = sheetfeed.read_scan_of_stack(
        runtime, asked_actor(runtime, acting), [file.read_bytes() for file in files]
    )
    for sheet in found.sheets:
        named = f"{human_code(sheet.scan.code)} p. {sheet.scan.page}" if sheet.scan else "-"
        says = (
            f"  its QR says {human_code(sheet.claimed.code)} p. {sheet.claimed.page}" if sheet.claimed else ""
        )
        click.echo(f"{sheet.number}  {sheet.note}  {named}{says}")
    for text in found.texts:
        click.echo(f"+ {text}")


@counter.command()
@acting_as
@click.option("--to", "staff_no", required=True, metavar="STAFF_NO", help="The new holder.")
@_due
@_every_page
@_despite
@_scans
def transfer(
    acting: str,
    staff_no: str,
    due: datetime | None,
    scans: tuple[str, ...],
    *,
    every_page: bool,
    despite_faults: bool,
) -> None:
    """Pass a stack from its holders to another person through the registry."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    number = lending.transfer(
        runtime,
        actor,
        scans,
        people.get_by_staff_no(runtime, staff_no),
        due_at=_instant(runtime, due),
        every_page=every_page,
        despite_faults=despite_faults,
    )
    click.echo(f"Hand-over {number} waits for the receiver's signature.")


@counter.command()
@acting_as
@click.argument("hand_over_id", type=int)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def receipt(acting: str, hand_over_id: int, target: Path) -> None:
    """Write the receipt of HAND_OVER_ID to the PDF file TARGET."""
    runtime = open_installation()
    view = lending.get_hand_over(runtime, asked_actor(runtime, acting), hand_over_id)
    target.write_bytes(lending.receipt(runtime, view))
    click.echo(f"Written to {target}.")


@counter.command("return-receipt")
@acting_as
@click.argument("return_id", type=int)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def return_receipt(acting: str, return_id: int, target: Path) -> None:
    """Write the receipt of RETURN_ID to the PDF file TARGET."""
    runtime = open_installation()
    view = lending.get_return(runtime, asked_actor(runtime, acting), return_id)
    target.write_bytes(lending.return_receipt(runtime, view))
    click.echo(f"Written to {target}.")


@counter.command()
@acting_as
@click.argument("scan")
def claim(acting: str, scan: str) -> None:
    """Say that you gave a copy back; you answer for it until the registry has looked."""
    runtime = open_installation()
    lending.claim(runtime, asked_actor(runtime, acting), read_scan(runtime.tokens, scan).code)
    click.echo("The registry is told.")


@counter.command("dismiss-claim")
@acting_as
@click.argument("scan")
@click.option("--reason", required=True)
def dismiss_claim(acting: str, scan: str, reason: str) -> None:
    """Say that the registry has not got a copy that its holder claims to have given back."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    lending.dismiss_claim(runtime, actor, read_scan(runtime.tokens, scan).code, reason)
    click.echo("Dismissed; the holder goes on answering for it.")


@counter.command()
@acting_as
def holdings(acting: str) -> None:
    """List what you answer for."""
    runtime = open_installation()
    _print(runtime, lending.holdings_of(runtime, asked_actor(runtime, acting)))


@counter.command()
@acting_as
@click.option("--overdue", is_flag=True, help="Only loans whose due time has passed.")
def out(acting: str, *, overdue: bool) -> None:
    """List everything that is out, overdue first."""
    runtime = open_installation()
    rows, now = lending.everything_out(runtime, asked_actor(runtime, acting)), runtime.now()
    _print(runtime, tuple(row for row in rows if row.is_overdue(now) or not overdue))


def _print(runtime: Runtime, rows: tuple[Holding, ...]) -> None:
    now = runtime.now()
    for row in rows:
        due = f"{local(row.due_at, runtime.settings):%Y-%m-%d %H:%M}" if row.due_at else "-"
        late = "  OVERDUE" if row.is_overdue(now) else ""
        copy = f"{row.copy.doc_number}  {copy_no_text(row.copy.copy_no)}  {human_code(row.copy.code)}"
        click.echo(f"{copy}  {row.copy.state}  {row.holder.staff_no} {row.holder.zh}  due {due}{late}")


def _instant(runtime: Runtime, due: datetime | None) -> datetime | None:
    return instant(due, runtime.settings) if due else None
