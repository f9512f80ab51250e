"""A meeting is passed on: its scope, its press, its listeners."""

from collections.abc import Sequence
from datetime import datetime

import click

from registry.rules.facts import ConveyanceFacts
from registry.rules.words import ConveyedAs
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import asked_pin, last_moment, reason_option, unit_id, until_option, word_of
from service.cli.meetings.group import conveying, meeting
from service.cli.opening import open_installation
from service.flows import meetings, people
from service.flows.meetings import PressWish, WideningWish

_listeners = click.argument("staff_nos", nargs=-1, required=True, metavar="STAFF_NO...")


@meeting.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("units", nargs=-1, metavar="UNIT...")
def scope(acting: str, meeting_id: int, units: Sequence[str]) -> None:
    """Say within which UNITs the content of MEETING_ID may be passed on."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    meetings.set_scope(runtime, actor, meeting_id, [unit_id(runtime, code) for code in units])
    click.echo("The scope is set.")


@meeting.command("ask-press")
@acting_as
@click.argument("meeting_id", type=int)
@click.option("--outlet", required=True)
@click.option("--persons", required=True, help="Who comes, by name.")
@reason_option
@until_option
def ask_press(
    acting: str, meeting_id: int, *, outlet: str, persons: str, reason: str, until: datetime
) -> None:
    """Ask that press is let in to MEETING_ID."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    wish = PressWish(outlet=outlet, persons=persons, reason=reason, until=last_moment(runtime, until))
    click.echo(f"Request {meetings.ask_press(runtime, actor, meeting_id, wish)} waits for its approval.")


@meeting.command("admit-press")
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("request_id", type=int)
def admit_press(acting: str, meeting_id: int, request_id: int) -> None:
    """Let press in as approved REQUEST_ID names it."""
    runtime = open_installation()
    meetings.admit_press(runtime, asked_actor(runtime, acting), meeting_id, request_id)
    click.echo("The press is let in.")


@conveying.command()
@acting_as
@click.argument("meeting_id", type=int)
@_listeners
@reason_option
@until_option
def ask(acting: str, meeting_id: int, staff_nos: Sequence[str], *, reason: str, until: datetime) -> None:
    """Ask that the content of MEETING_ID may be passed on beyond its scope, to these people."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    wish = WideningWish(
        listeners=tuple(people.get_by_staff_no(runtime, each) for each in staff_nos),
        reason=reason,
        until=last_moment(runtime, until),
    )
    click.echo(f"Request {meetings.ask_widening(runtime, actor, meeting_id, wish)} waits for its approval.")


@conveying.command()
@acting_as
@click.argument("meeting_id", type=int)
@_listeners
@click.option("--form", type=word_of(ConveyedAs), required=True)
@click.option("--content", required=True, help="What exactly: the text's name, or the pages.")
@click.option("--place", required=True)
@click.option("--notes", is_flag=True, help="Notes are allowed.")
@click.option("--request", "request_id", type=int, help="The approval, beyond the scope.")
def record(
    acting: str,
    meeting_id: int,
    staff_nos: Sequence[str],
    *,
    form: str,
    content: str,
    place: str,
    notes: bool,
    request_id: int | None,
) -> None:
    """Record what of MEETING_ID you pass on to these people, before they sign."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    listeners = tuple(people.get_by_staff_no(runtime, each) for each in staff_nos)
    facts = ConveyanceFacts(ConveyedAs(form), content, place, listeners, notes)
    number = meetings.convey(runtime, actor, meeting_id, facts, request_id=request_id)
    click.echo(f"Conveyance {number} is recorded; its listeners have to sign.")


@conveying.command()
@acting_as
@click.argument("conveyance_id", type=int)
@click.option(
    "--by", "staff_no", metavar="STAFF_NO", help="A listener who signs at your keyboard, with their PIN."
)
def sign(acting: str, conveyance_id: int, staff_no: str | None) -> None:
    """Sign for what you were told in CONVEYANCE_ID, or let a listener sign here."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    if staff_no is None:
        meetings.sign_in(runtime, actor, conveyance_id)
    else:
        person_id = people.get_by_staff_no(runtime, staff_no)
        meetings.sign_in_by_pin(runtime, actor, conveyance_id, person_id, asked_pin(staff_no))
    click.echo("Signed.")
