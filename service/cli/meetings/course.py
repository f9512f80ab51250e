"""A meeting takes its course: ready, begun, over, closed, or called off."""

from collections.abc import Callable

import click

from registry.rules.roles import Actor
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import reason_option
from service.cli.meetings.group import meeting
from service.cli.opening import open_installation
from service.flows import meetings
from service.runtime import Runtime


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
def ready(acting: str, meeting_id: int) -> None:
    """Declare MEETING_ID ready; refused while a mandatory check is open."""
    _step(acting, meeting_id, meetings.make_ready, "ready")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
def begin(acting: str, meeting_id: int) -> None:
    """Record that MEETING_ID begins."""
    _step(acting, meeting_id, meetings.begin, "begun")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
def end(acting: str, meeting_id: int) -> None:
    """Record that MEETING_ID is over."""
    _step(acting, meeting_id, meetings.end, "over")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
def close(acting: str, meeting_id: int) -> None:
    """Close MEETING_ID at zero, or with a signed exception for each thing that is out."""
    _step(acting, meeting_id, meetings.close, "closed")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@reason_option
def cancel(acting: str, meeting_id: int, reason: str) -> None:
    """Call MEETING_ID off, which has not begun; everything of it must be back."""
    runtime = open_installation()
    meetings.cancel(runtime, asked_actor(runtime, acting), meeting_id, reason)
    click.echo("The meeting is called off.")


def _step(acting: str, meeting_id: int, take: Callable[[Runtime, Actor, int], None], word: str) -> None:
    runtime = open_installation()
    take(runtime, asked_actor(runtime, acting), meeting_id)
    click.echo(f"The meeting is {word}.")
