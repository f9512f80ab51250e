"""Breaches of discipline: reported and settled."""

from pydantic import Field

from registry.rules.roles import Action
from registry.rules.words import Breach
from service.api.area import Model
from service.api.meetings.area import area
from service.flows import meetings
from service.login import current_actor, current_runtime


class NewIncident(Model):
    """A breach of discipline, and who did it where that is known."""

    breach: Breach
    what: str = Field(min_length=1, max_length=500)
    person_id: int | None = None


class IncidentId(Model):
    """Which incident."""

    id: int


class Measures(Model):
    """What was done about an incident."""

    measures: str = Field(min_length=1, max_length=500)


@area.operation(
    "POST",
    "/meetings/<int:meeting_id>/incidents",
    summary="Report a breach of discipline.",
    body=NewIncident,
    answer=IncidentId,
    status=201,
    action=Action.ATTEND_MEETING,
)
def report(meeting_id: int, body: NewIncident) -> IncidentId:
    """Report a breach."""
    made = meetings.report(
        current_runtime(), current_actor(), meeting_id, body.breach, body.what, person_id=body.person_id
    )
    return IncidentId(id=made)


@area.operation(
    "POST",
    "/incidents/<int:incident_id>/settlement",
    summary="Record what was done about a breach.",
    body=Measures,
    action=Action.SETTLE_INCIDENT,
)
def settle(incident_id: int, body: Measures) -> None:
    """Settle a breach."""
    meetings.settle(current_runtime(), current_actor(), incident_id, body.measures)
