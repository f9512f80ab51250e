"""Who knows a document, for those who keep the register and those who look into leaks."""

from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.views.knowing import Knower, who_knows
from registry.views.scope import get_within_reach
from service.runtime import Runtime


def knowers(runtime: Runtime, actor: Actor, document_id: int) -> tuple[Knower, ...]:
    """Return who knows a document, who knew it first first.

    Raises:
        UnknownRow: there is no such document within reach.
    """
    roles.require(actor, Action.READ_KNOWERS)
    with runtime.database.reading() as session:
        get_within_reach(session, document_id, actor, now=runtime.now())
        return who_knows(session, document_id)
