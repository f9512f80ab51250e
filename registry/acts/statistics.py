"""Figures are taken away: that somebody did is on record."""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.ledger import log
from registry.rules import roles
from registry.rules.roles import Action, Actor


def export(session: Session, year: int, *, actor: Actor, now: datetime) -> None:
    """Record that the actor takes the figures of a year away."""
    roles.require(actor, Action.READ_STATISTICS)
    log.append(session, "statistics.exported", "registry", actor=actor, now=now, year=year)
