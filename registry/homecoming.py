"""Paper comes back to the registry, over the counter, through a gate or found: what has to hold, and what ends with it.

Who receives it is decided in the acts. Laws: two persons see paper come back, so whoever answers for it does not also
take it in; a copy that is back is outside no more, and neither is the permit that it left under.
"""

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.models import Movement, Permit
from registry.rules.custody import Span
from registry.rules.roles import Actor
from registry.rules.words import PermitState

_END_OUTINGS: Final = (
    sa.update(Permit)
    .where(Permit.copy_id.in_(sa.bindparam("copy_ids", expanding=True)), Permit.state == PermitState.OUTSIDE)
    .values(state=PermitState.CLOSED)
)


class TakenFromOneself(ConflictError):
    """The clerk who records that a copy is back answers for it as its holder."""

    code = "taken-from-oneself"


def refuse_own(answering: Collection[Span | Movement], actor: Actor) -> None:
    """Pass when the actor is none of those who answer for the copies.

    Raises:
        TakenFromOneself: they are.
    """
    if actor.person_id is not None and any(each.person_id == actor.person_id for each in answering):
        raise TakenFromOneself("got the holder as the clerk who takes the copy in")


def end_outings(session: Session, copy_ids: Collection[int]) -> None:
    """Close the permits under which these copies were outside. The copies must be locked by the caller."""
    session.execute(_END_OUTINGS, {"copy_ids": copy_ids})
