"""The people of a meeting: cleared, named, approved, educated, pledged, seated, and guarding."""

from collections.abc import Sequence
from datetime import datetime

import click

from registry.rules.levels import DEFAULT_SCHEME
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import DAY, asked_pin, last_moment
from service.cli.meetings.group import meeting
from service.cli.opening import open_installation
from service.flows import meetings, people


@meeting.command()
@acting_as
@click.argument("staff_no")
@click.option("--scheme", default=str(DEFAULT_SCHEME), show_default=True)
@click.option("--level", required=True, help="Such as SECRET.")
@click.option("--until", type=DAY, required=True, help="The last day.")
def clear(acting: str, staff_no: str, *, scheme: str, level: str, until: datetime) -> None:
    """Clear the person with STAFF_NO up to a level."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    person_id = people.get_by_staff_no(runtime, staff_no)
    meetings.grant_clearance(
        runtime, actor, person_id, scheme=scheme, level=level.upper(), until=last_moment(runtime, until)
    )
    click.echo("The clearance is recorded.")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("staff_no")
@click.option(
    "--instead-of", metavar="STAFF_NO", help="Whose place the person takes; a new approval is needed."
)
def name(acting: str, meeting_id: int, staff_no: str, instead_of: str | None) -> None:
    """Put the person with STAFF_NO on the list of MEETING_ID."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    person_id = people.get_by_staff_no(runtime, staff_no)
    replaces_id = people.get_by_staff_no(runtime, instead_of) if instead_of else None
    meetings.name_attendee(runtime, actor, meeting_id, person_id, replaces_id=replaces_id)
    click.echo("On the list; waits for approval.")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("staff_no")
@click.option("--refuse", is_flag=True, help="Say no.")
def decide(acting: str, meeting_id: int, staff_no: str, *, refuse: bool) -> None:
    """Approve the attendee with STAFF_NO of MEETING_ID, or refuse them."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    person_id = people.get_by_staff_no(runtime, staff_no)
    state = meetings.decide_attendee(runtime, actor, meeting_id, person_id, agreed=not refuse)
    click.echo(f"{staff_no}: {state}")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("staff_no")
def strike(acting: str, meeting_id: int, staff_no: str) -> None:
    """Take the person with STAFF_NO off the list of MEETING_ID."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    meetings.strike_attendee(runtime, actor, meeting_id, people.get_by_staff_no(runtime, staff_no))
    click.echo("Off the list.")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("staff_nos", nargs=-1, required=True, metavar="STAFF_NO...")
def educate(acting: str, meeting_id: int, staff_nos: Sequence[str]) -> None:
    """Record that attendees of MEETING_ID had their secrecy education."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    person_ids = [people.get_by_staff_no(runtime, staff_no) for staff_no in staff_nos]
    meetings.educate(runtime, actor, meeting_id, person_ids)
    click.echo("The education is recorded.")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.option(
    "--by", "staff_no", metavar="STAFF_NO", help="An attendee who signs at your keyboard, with their PIN."
)
def pledge(acting: str, meeting_id: int, staff_no: str | None) -> None:
    """Sign the pledge of secrecy for MEETING_ID, or let an attendee sign it here."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    if staff_no is None:
        meetings.pledge(runtime, actor, meeting_id)
    else:
        person_id = people.get_by_staff_no(runtime, staff_no)
        meetings.pledge_by_pin(runtime, actor, meeting_id, person_id, asked_pin(staff_no))
    click.echo("The pledge is signed.")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("staff_no")
@click.argument("place")
def seat(acting: str, meeting_id: int, staff_no: str, place: str) -> None:
    """Give the attendee with STAFF_NO of MEETING_ID the seat PLACE."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    meetings.seat(runtime, actor, meeting_id, people.get_by_staff_no(runtime, staff_no), place)
    click.echo("The seat is given.")


@meeting.command("post-guard")
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("staff_no")
@click.argument("post")
def post_guard(acting: str, meeting_id: int, staff_no: str, post: str) -> None:
    """Post the person with STAFF_NO as guard of MEETING_ID at POST."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    meetings.post_guard(runtime, actor, meeting_id, people.get_by_staff_no(runtime, staff_no), post)
    click.echo("The guard is posted.")
