"""What is out at a meeting: given out, taken back, or signed to stay out."""

import click

from registry.rules.words import MeetingThing, Outstanding
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import reason_option, word_of
from service.cli.meetings.group import meeting
from service.cli.opening import open_installation
from service.flows import meetings, people


@meeting.command("hand-out")
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("kind", type=word_of(MeetingThing))
@click.argument("staff_no")
@click.option("--what", default="", help="What it is, such as the phone's make.")
def hand_out(acting: str, meeting_id: int, kind: str, staff_no: str, what: str) -> None:
    """Give the person with STAFF_NO a numbered NOTEBOOK, or take a DEPOSIT (a phone) in."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    person_id = people.get_by_staff_no(runtime, staff_no)
    number = meetings.hand_out(runtime, actor, meeting_id, MeetingThing(kind), person_id, what=what)
    click.echo(f"{kind} {number}")


@meeting.command("take-back")
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("kind", type=word_of(MeetingThing))
@click.argument("number", type=int)
def take_back(acting: str, meeting_id: int, kind: str, number: int) -> None:
    """Take NOTEBOOK NUMBER back, or give DEPOSIT NUMBER back to its owner."""
    runtime = open_installation()
    left = meetings.take_back(runtime, asked_actor(runtime, acting), meeting_id, MeetingThing(kind), number)
    click.echo(f"Recorded; {left} still out.")


@meeting.command("except")
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("kind", type=word_of(Outstanding))
@click.argument("key")
@reason_option
def except_(acting: str, meeting_id: int, kind: str, key: str, reason: str) -> None:
    """Sign that the thing KEY of KIND stays out (`meeting show` lists what is outstanding)."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    meetings.make_exception(runtime, actor, meeting_id, Outstanding(kind), key, reason=reason)
    click.echo("The exception is signed.")
