"""Copying and faxing: asked for, done, listed."""

from datetime import datetime

import click

from registry.rules.approval import Act
from registry.rules.codes import human_code
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import last_moment, reason_option, until_option
from service.cli.equipment.group import device
from service.cli.opening import open_installation
from service.flows import equipment, photocopying
from service.flows.equipment import JobWish


@device.command()
@acting_as
def jobs(acting: str) -> None:
    """List what was copied and faxed, and which approvals you could use now."""
    runtime = open_installation()
    desk = equipment.job_desk(runtime, asked_actor(runtime, acting))
    for job in desk.jobs:
        station = f"  to {job.station}" if job.station else ""
        click.echo(
            f"{job.id}  {job.done_at:%Y-%m-%d %H:%M}Z  {job.act}  {job.device}  {job.doc_number}  "
            f"{job.copies}  {job.done_by.staff_no}{station}"
        )
    for one in desk.approvals:
        click.echo(f"approved: request {one.id}  {one.act}  {one.doc_number}  {one.left} left")


@device.command("ask-job")
@acting_as
@click.argument("act", type=click.Choice([Act.COPY.value, Act.FAX.value], case_sensitive=False))
@click.argument("document_id", type=int)
@click.option("--copies", type=click.IntRange(1, 999), default=1, show_default=True)
@reason_option
@until_option
@click.option("--station", default="", help="Of a fax: where it shall go.")
def ask_job(
    acting: str, act: str, document_id: int, *, copies: int, reason: str, until: datetime, station: str
) -> None:
    """Ask for approval to copy or fax document DOCUMENT_ID."""
    runtime = open_installation()
    wish = JobWish(
        act=Act(act),
        document_id=document_id,
        copies=copies,
        reason=reason,
        until=last_moment(runtime, until),
        station=station,
    )
    request_id = equipment.ask_job(runtime, asked_actor(runtime, acting), wish)
    click.echo(f"Request {request_id} waits for its approval.")


@device.command("run-job")
@acting_as
@click.argument("equipment_id", type=int)
@click.argument("request_id", type=int)
@click.argument("scanned")
@click.option("--copies", type=click.IntRange(1, 999), default=1, show_default=True)
@click.option("--station", default="", help="Of a fax: where it went.")
def run_job(
    acting: str, equipment_id: int, request_id: int, scanned: str, *, copies: int, station: str
) -> None:
    """Record that the SCANNED copy was copied or faxed on EQUIPMENT_ID under approved REQUEST_ID."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    job_id = equipment.run_job(
        runtime, actor, request_id, equipment_id, scanned, copies=copies, station=station
    )
    click.echo(f"Job {job_id} is recorded.")
    for copy in photocopying.get_job(runtime, actor, job_id).photocopies:
        click.echo(f"{copy.copy_no:06d}  {human_code(copy.code)}  to be labelled and taken in")
