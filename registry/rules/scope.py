"""Which documents an actor may know of, and whose pages: ways in which a document can come within reach.

Decides nothing about a single document; ``views/scope`` turns the ways into a query. A document within no way
does not exist for the actor: it is answered as unknown. Laws:

* Facts are number, title, level and copies; pages are the content itself. Whoever may see pages may see facts.
* Asked to agree means shown what is agreed to: the pages, for as long as one is asked and afterwards.
* Who holds a copy has the paper; the register tells its facts and does not open the file.
"""

from enum import StrEnum

from registry.rules import roles
from registry.rules.roles import Action, Actor


class Way(StrEnum):
    """How a document comes within an actor's reach."""

    EVERY = "EVERY"
    """The whole register."""
    OWN_UNIT = "OWN_UNIT"
    """Issued by the actor's own unit."""
    ASKED = "ASKED"
    """The actor is asked to agree to something about it, or was and answered."""
    REQUESTED = "REQUESTED"
    """The actor asked for something about it."""
    HELD = "HELD"
    """The actor answers for a copy."""


BY_CONCERN: dict[Way, Action] = {
    Way.ASKED: Action.DECIDE_APPROVAL,
    Way.REQUESTED: Action.WITHDRAW_REQUEST,
    Way.HELD: Action.READ_OWN_HOLDINGS,
}
"""The action that opens each way that needs a concern of the actor's own."""

SHOWS_PAGES: frozenset[Way] = frozenset({Way.ASKED})
"""Ways by concern that show the pages, too."""


def ways_to_facts(actor: Actor) -> frozenset[Way]:
    """Return the ways in which the actor may know of documents; none for most administrators."""
    return _ways(actor, Action.READ_REGISTER) | _by_concern(actor)


def ways_to_pages(actor: Actor) -> frozenset[Way]:
    """Return the ways in which the actor may see pages."""
    return _ways(actor, Action.READ_DOCUMENT) | (_by_concern(actor) & SHOWS_PAGES)


def _ways(actor: Actor, action: Action) -> frozenset[Way]:
    if roles.may(actor, action):
        return frozenset({Way.EVERY})
    return frozenset({Way.OWN_UNIT}) if roles.may_for_some_unit(actor, action) else frozenset()


def _by_concern(actor: Actor) -> frozenset[Way]:
    return frozenset(way for way, action in BY_CONCERN.items() if roles.may_for_some_unit(actor, action))
