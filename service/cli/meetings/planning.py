"""A meeting is planned: listed, shown, its level, its agenda, and the checks of its plan."""

from collections.abc import Sequence
from datetime import datetime

import click

from registry.rules.approval import Act
from registry.rules.facts import AgendaItem, MeetingFacts
from registry.rules.levels import DEFAULT_SCHEME
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import MINUTE, moment, reason_option, unit_id
from service.cli.meetings.group import meeting
from service.cli.meetings.telling import meeting_lines
from service.cli.opening import open_installation
from service.flows import meetings, people


@meeting.command("list")
@acting_as
def list_meetings(acting: str) -> None:
    """List the meetings that concern you, latest first."""
    runtime = open_installation()
    for row in meetings.list_meetings(runtime, asked_actor(runtime, acting)):
        click.echo(
            f"{row.id}  {row.starts_at:%Y-%m-%d %H:%M}Z  {row.state}  {row.level}  {row.unit.code}  {row.title}"
        )


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
def show(acting: str, meeting_id: int) -> None:
    """Tell what you may see of MEETING_ID: checks, attendees, what is out, what was passed on."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    for line in meeting_lines(meetings.get_meeting(runtime, actor, meeting_id)):
        click.echo(line)
    for act in (Act.PRESS, Act.CONVEY):
        for request_id in meetings.usable_requests(runtime, actor, meeting_id, act):
            click.echo(f"  approved: request {request_id}  {act}")


@meeting.command()
@acting_as
@click.argument("title")
@click.option("--scheme", default=str(DEFAULT_SCHEME), show_default=True)
@click.option("--level", required=True, help="Such as SECRET.")
@click.option("--unit", required=True, metavar="CODE", help="The unit that keeps it.")
@click.option("--place", required=True)
@click.option("--starts", type=MINUTE, required=True, help="In the installation's time.")
def plan(
    acting: str, title: str, *, scheme: str, level: str, unit: str, place: str, starts: datetime
) -> None:
    """Plan the meeting TITLE; the secrecy plan of its level is drawn up."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    starts_at = moment(runtime, starts)
    facts = MeetingFacts(title, scheme, level.upper(), unit_id(runtime, unit), place, starts_at)
    click.echo(f"Meeting {meetings.plan(runtime, actor, facts)} is planned.")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("level_code", metavar="LEVEL")
def level(acting: str, meeting_id: int, level_code: str) -> None:
    """Raise or lower MEETING_ID to LEVEL; its plan follows."""
    runtime = open_installation()
    meetings.set_level(runtime, asked_actor(runtime, acting), meeting_id, level_code.upper())
    click.echo("The meeting's level is changed.")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("items", nargs=-1, required=True, metavar="LEVEL=TITLE...")
def agenda(acting: str, meeting_id: int, items: Sequence[str]) -> None:
    """State the agenda of MEETING_ID; the highest item decides the level."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    pairs = [item.partition("=") for item in items]
    stated = [AgendaItem(title.strip(), code.strip().upper()) for code, _, title in pairs]
    click.echo(f"The meeting's level is {meetings.assess(runtime, actor, meeting_id, stated)}.")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("check_id")
@click.argument("staff_no")
@click.option("--due", type=MINUTE, required=True, help="In the installation's time.")
def assign(acting: str, meeting_id: int, check_id: str, staff_no: str, due: datetime) -> None:
    """Give check CHECK_ID of MEETING_ID to the person with STAFF_NO."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    owner_id = people.get_by_staff_no(runtime, staff_no)
    meetings.assign(runtime, actor, meeting_id, check_id, owner_id=owner_id, due_at=moment(runtime, due))
    click.echo("The check has its owner.")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("check_id")
@click.argument("evidence")
def fulfil(acting: str, meeting_id: int, check_id: str, evidence: str) -> None:
    """Mark your own check CHECK_ID of MEETING_ID as done, with EVIDENCE."""
    runtime = open_installation()
    meetings.fulfil(runtime, asked_actor(runtime, acting), meeting_id, check_id, evidence)
    click.echo("The check is done.")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("check_id")
@reason_option
def reopen(acting: str, meeting_id: int, check_id: str, reason: str) -> None:
    """Take check CHECK_ID of MEETING_ID back; a ready meeting is planned again."""
    runtime = open_installation()
    meetings.reopen(runtime, asked_actor(runtime, acting), meeting_id, check_id, reason)
    click.echo("The check is open again.")
