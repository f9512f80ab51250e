"""Leavers by program: what a person still has, the clearance, its certificate."""

from datetime import datetime

from flask import Response
from pydantic import Field

from registry.rules.leaving import Obstacle
from registry.rules.roles import Action
from service.api.area import Area, Model
from service.api.copies import CopyFacts, Person, copy_facts, person
from service.flows import leaving
from service.login import current_actor, current_runtime

area = Area("leavers", __name__)


class LeaverThing(Model):
    """One thing under a person's name, and the id of what it is handed over by."""

    obstacle: Obstacle
    id: int
    what: str
    until_at: datetime | None


class LeaverStanding(Model):
    """What a person still has; cleared can be who has no obstacle."""

    person: Person
    active: bool
    obstacles: dict[Obstacle, int]
    copies: list[CopyFacts]
    things: list[LeaverThing]
    lost: int
    returned: int


class Leaving(Model):
    """Why a person leaves."""

    reason: str = Field(min_length=1, max_length=300)


class ClearanceId(Model):
    """Which clearance."""

    id: int


class ClearanceFacts(Model):
    """One person who was cleared."""

    id: int
    person: Person
    reason: str
    returned: int
    lost: int
    accounts: int
    cleared_by: Person
    cleared_at: datetime


class Clearances(Model):
    """Who was cleared, newest first."""

    clearances: list[ClearanceFacts]


@area.operation(
    "GET",
    "/leavers",
    summary="List who was cleared, newest first.",
    answer=Clearances,
    action=Action.CLEAR_LEAVER,
)
def list_clearances() -> Clearances:
    """List the clearances."""
    return Clearances(
        clearances=[
            ClearanceFacts(
                id=row.id,
                person=person(row.person),
                reason=row.reason,
                returned=row.returned,
                lost=row.lost,
                accounts=row.accounts,
                cleared_by=person(row.cleared_by),
                cleared_at=row.cleared_at,
            )
            for row in leaving.listing(current_runtime(), current_actor())
        ]
    )


@area.operation(
    "GET",
    "/leavers/persons/<int:person_id>",
    summary="Tell what a person still has.",
    answer=LeaverStanding,
    action=Action.CLEAR_LEAVER,
)
def check_leaver(person_id: int) -> LeaverStanding:
    """Tell what a person still has."""
    found = leaving.check(current_runtime(), current_actor(), person_id)
    return LeaverStanding(
        person=person(found.row.person),
        active=found.row.active,
        obstacles=dict(found.obstacles),
        copies=[copy_facts(held.copy) for held in found.holdings],
        things=[
            LeaverThing(obstacle=thing.obstacle, id=thing.id, what=thing.what, until_at=thing.until_at)
            for thing in found.belongings
        ],
        lost=found.lost,
        returned=found.returned,
    )


@area.operation(
    "POST",
    "/leavers/persons/<int:person_id>/clearance",
    summary="Clear a person who holds nothing, and close their accounts.",
    body=Leaving,
    answer=ClearanceId,
    status=201,
    action=Action.CLEAR_LEAVER,
)
def clear_leaver(person_id: int, body: Leaving) -> ClearanceId:
    """Clear a person."""
    return ClearanceId(id=leaving.clear(current_runtime(), current_actor(), person_id, body.reason))


@area.operation(
    "GET",
    "/leavers/<int:clearance_id>/certificate",
    summary="Give out the certificate of a clearance.",
    action=Action.CLEAR_LEAVER,
    media_type="application/pdf",
)
def get_clearance_certificate(clearance_id: int) -> Response:
    """Give out the certificate."""
    pdf = leaving.certificate(current_runtime(), current_actor(), clearance_id)
    return Response(pdf, content_type="application/pdf")
