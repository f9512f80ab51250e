"""Gates and permits, from the command line."""

import sys
from datetime import UTC, datetime
from uuid import uuid4

import click

from registry.rules.codes import human_code
from registry.rules.gate import Colour
from registry.rules.words import Direction, ScanSource
from registry.views.gates import EventFilter
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.flows import gate as gates
from service.flows import permits
from service.flows.gate import Seen
from service.flows.permits import TakeOut
from service.times import instant

_DEVICE = "command-line"


@click.group()
def gate() -> None:
    """Add gates, scan at a gate, read the log, decide what is amber."""


@gate.command()
@acting_as
@click.argument("name_zh")
@click.argument("name_en")
def add(acting: str, name_zh: str, name_en: str) -> None:
    """Register a gate under its Chinese and its English name."""
    runtime = open_installation()
    gate_id = gates.add_gate(runtime, asked_actor(runtime, acting), name_zh, name_en)
    click.echo(f"gate {gate_id} is in use")


@gate.command("list")
def list_() -> None:
    """List the gates in use."""
    for one in gates.list_gates(open_installation()):
        click.echo(f"{one.id:>4}  {one.zh}  {one.en}")


@gate.command()
@acting_as
@click.option("--gate", "gate_id", type=int, required=True)
@click.option("--direction", type=click.Choice(["in", "out"]), required=True)
@click.option("--carrier", "carriers", multiple=True, help="Staff number on a badge; once for each carrier.")
@click.option("--pages", type=click.IntRange(0), help="How many pages were counted.")
@click.option("--seal", type=click.Choice(["intact", "broken"]), help="How the seal of a bag looks.")
@click.argument("raw")
def scan(
    *,
    acting: str,
    gate_id: int,
    direction: str,
    carriers: tuple[str, ...],
    pages: int | None,
    seal: str | None,
    raw: str,
) -> None:
    """Judge what was read (RAW) and record it; ends with status 1 unless the answer is green."""
    runtime = open_installation()
    seen = Seen(
        attempt=uuid4(),
        gate_id=gate_id,
        direction=Direction.EXIT if direction == "out" else Direction.ENTRY,
        source=ScanSource.TYPED,
        device_id=_DEVICE,
        device_at=None,
        raw=raw,
        carriers=frozenset(carriers),
        pages=pages,
        seal_intact=None if seal is None else seal == "intact",
    )
    passage = gates.scan(runtime, asked_actor(runtime, acting), seen)
    click.echo(f"{passage.verdict.colour}  {passage.verdict.reason}  event {passage.event_id}")
    sys.exit(0 if passage.verdict.colour is Colour.GREEN else 1)


@gate.command()
@acting_as
@click.option("--gate", "gate_id", type=int)
@click.option("--colour", type=click.Choice([colour.value for colour in Colour], case_sensitive=False))
def log(acting: str, gate_id: int | None, colour: str | None) -> None:
    """List the latest attempts, newest first."""
    runtime = open_installation()
    wanted = EventFilter(gate_id=gate_id, colour=Colour(colour.upper()) if colour else None)
    for row in gates.list_events(runtime, asked_actor(runtime, acting), wanted).rows:
        what = human_code(row.code) if row.code else repr(row.raw_code)
        when = f"{row.happened_at:%Y-%m-%d %H:%M:%S}Z"
        click.echo(f"{row.id:>6}  {when}  {row.gate.zh}  {row.direction}  {row.colour}  {row.reason}  {what}")


@gate.command()
@acting_as
def waiting(acting: str) -> None:
    """List the amber attempts that you may still let pass."""
    runtime = open_installation()
    for row in gates.list_waiting(runtime, asked_actor(runtime, acting)):
        what = human_code(row.code) if row.code else repr(row.raw_code)
        click.echo(
            f"{row.id:>6}  {row.happened_at:%H:%M:%S}Z  {row.gate.zh}  {row.direction}  {row.reason}  {what}"
        )


@gate.command()
@acting_as
@click.argument("event_id", type=int)
@click.option("--reason", required=True)
def override(acting: str, event_id: int, reason: str) -> None:
    """Let an amber attempt pass on your word."""
    runtime = open_installation()
    gates.override(runtime, asked_actor(runtime, acting), event_id, reason)
    click.echo("it may pass")


@click.group()
def permit() -> None:
    """Ask for take-out permits, open and revoke them."""


@permit.command()
@acting_as
@click.option("--carrier", "carriers", type=int, multiple=True, required=True, help="Id of a person.")
@click.option("--gate", "gate_id", type=int)
@click.option("--until", type=click.DateTime(["%Y-%m-%d %H:%M"]), required=True, help="Local time.")
@click.option("--reason", required=True)
@click.argument("scanned", nargs=-1, required=True)
def ask(
    *,
    acting: str,
    carriers: tuple[int, ...],
    gate_id: int | None,
    until: datetime,
    reason: str,
    scanned: tuple[str, ...],
) -> None:
    """Ask to take the copies that were SCANNED or whose codes were typed out of the building."""
    runtime = open_installation()
    wanted = TakeOut(
        scans=scanned,
        carriers=carriers,
        gate_id=gate_id,
        until=instant(until, runtime.settings),
        reason=reason,
    )
    for request_id in permits.ask(runtime, asked_actor(runtime, acting), wanted):
        click.echo(f"request {request_id} is sent")


@permit.command("open")
@acting_as
@click.argument("request_id", type=int)
def open_(acting: str, request_id: int) -> None:
    """Open the permits of an approved request."""
    runtime = open_installation()
    for permit_id in permits.open_permits(runtime, asked_actor(runtime, acting), request_id):
        click.echo(f"permit {permit_id} is open")


@permit.command("list")
@acting_as
def list_permits(acting: str) -> None:
    """List the permits that you may know of."""
    runtime = open_installation()
    for row in permits.board(runtime, asked_actor(runtime, acting)).permits:
        until = f"{row.closes_at.astimezone(UTC):%Y-%m-%d %H:%M}Z"
        state = "LAPSED" if row.is_lapsed else row.state
        click.echo(f"{row.id:>5}  {row.copy.doc_number}  {human_code(row.copy.code)}  {state}  until {until}")


@permit.command()
@acting_as
@click.argument("permit_id", type=int)
@click.option("--reason", required=True)
def revoke(acting: str, permit_id: int, reason: str) -> None:
    """Take back a permit that was not used yet."""
    runtime = open_installation()
    permits.revoke(runtime, asked_actor(runtime, acting), permit_id, reason)
    click.echo("the permit is revoked")
