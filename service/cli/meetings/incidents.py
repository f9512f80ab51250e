"""Breaches of discipline: reported and settled."""

import click

from registry.rules.words import Breach
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import word_of
from service.cli.meetings.group import incident
from service.cli.opening import open_installation
from service.flows import meetings, people


@incident.command()
@acting_as
@click.argument("meeting_id", type=int)
@click.argument("breach", type=word_of(Breach))
@click.argument("what")
@click.option("--by", "staff_no", metavar="STAFF_NO", help="Who did it, where that is known.")
def report(acting: str, meeting_id: int, breach: str, what: str, staff_no: str | None) -> None:
    """Report a BREACH of the discipline of MEETING_ID, and WHAT happened."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    person_id = people.get_by_staff_no(runtime, staff_no) if staff_no else None
    number = meetings.report(runtime, actor, meeting_id, Breach(breach), what, person_id=person_id)
    click.echo(f"Incident {number} is reported.")


@incident.command()
@acting_as
@click.argument("incident_id", type=int)
@click.argument("measures")
def settle(acting: str, incident_id: int, measures: str) -> None:
    """Record the MEASURES that were taken about INCIDENT_ID."""
    runtime = open_installation()
    meetings.settle(runtime, asked_actor(runtime, acting), incident_id, measures)
    click.echo("The incident is settled.")
