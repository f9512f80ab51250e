"""Designated plants: which there are, and whether paper is still sent there; and what was done about incidents of bags.

Laws: a plant is never changed, only no longer used; a report of an incident is never changed, what was done about it is
added once.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.ledger import log
from registry.models import BagIncident, Plant
from registry.rows import flush_unique, get_row
from registry.rules import roles
from registry.rules.limits import PLACE_LIMIT, REMARK_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_key, parse_line

NAME_LIMIT = 120


class PlantNameTaken(ConflictError):
    """Another plant has this name."""

    code = "plant-name-taken"


class BagIncidentSettled(ConflictError):
    """What was done about the incident is on record already."""

    code = "bag-incident-settled"


def designate(session: Session, name: str, place: str, *, actor: Actor, now: datetime) -> int:
    """Register a plant to which paper may be sent; return its id."""
    roles.require(actor, Action.MANAGE_EQUIPMENT)
    made = Plant(
        name=parse_key(name, field="name", limit=NAME_LIMIT),
        place=parse_line(place, field="place", limit=PLACE_LIMIT),
        active=True,
    )
    session.add(made)
    flush_unique(session, {(Plant.name,): PlantNameTaken("got the name of another plant", field="name")})
    log.append(
        session,
        "plant.designated",
        f"plant:{made.id}",
        actor=actor,
        now=now,
        name=log.private(made.name),
        place=log.private(made.place),
    )
    return made.id


def close(session: Session, plant_id: int, *, actor: Actor, now: datetime) -> None:
    """Send nothing to a plant any more; lists that are begun go on."""
    roles.require(actor, Action.MANAGE_EQUIPMENT)
    row = get_row(session, Plant, plant_id, lock=True)
    if not row.active:
        return
    row.active = False
    session.flush()  # before the ledger is locked
    log.append(session, "plant.closed", f"plant:{plant_id}", actor=actor, now=now)


def settle(session: Session, incident_id: int, measures: str, *, actor: Actor, now: datetime) -> None:
    """Record what was done about an incident of a bag."""
    roles.require(actor, Action.SETTLE_INCIDENT)
    row = get_row(session, BagIncident, incident_id, lock=True)
    if row.settled_at is not None:
        raise BagIncidentSettled("got an incident that was settled before", incident=incident_id)
    row.measures = parse_line(measures, field="measures", limit=REMARK_LIMIT)
    row.settled_by_id = actor.person_id
    row.settled_at = now
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "bag.incident-settled",
        f"bag-incident:{incident_id}",
        actor=actor,
        now=now,
        measures=log.private(row.measures),
    )
