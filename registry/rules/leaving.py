"""Leaver clearance: what a person who leaves may not have any more.

Decides over counts that others have gathered. Laws:

* A claim that something was given back clears nothing, and neither does a copy that cannot be found: whoever answers
  for it stays. What was declared lost is paper that nobody has; the certificate says so and its loss goes on.
* Devices, sealed bags, things of meetings, tasks and places in a circulation are handed to somebody else first; so are
  delegations and trace cases that go on.
* Offices are handed over first: whoever leaves has no role any more but that of a holder.
* Nobody clears themselves.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from registry.errors import ConflictError
from registry.rules.lifecycle import State


class Obstacle(StrEnum):
    """What keeps a person from being cleared."""

    HELD = "HELD"
    """Copies in hand."""
    CLAIMED = "CLAIMED"
    """Copies said to be given back, which the registry has not got."""
    OUTSIDE = "OUTSIDE"
    """Copies taken out through a gate."""
    UNACCOUNTED = "UNACCOUNTED"
    """Copies that cannot be found."""
    OFFERED = "OFFERED"
    """Copies given and not signed for."""
    PERMIT = "PERMIT"
    """Take-out permits that name the person as a carrier."""
    DEVICE = "DEVICE"
    """Devices whose custodian the person is."""
    DEVICE_OFFERED = "DEVICE_OFFERED"
    """Devices offered to them and not signed for."""
    ESCORT = "ESCORT"
    """Devices away for repair under their escort."""
    BAG = "BAG"
    """Lists for the plant whose sealed bags they escort, until the plant's receipt."""
    MEETING_THING = "MEETING_THING"
    """Notebooks of meetings that are with them, and what of theirs was deposited at a meeting's door."""
    MEETING_CHECK = "MEETING_CHECK"
    """Checks of secrecy plans that are theirs and open."""
    DELEGATION = "DELEGATION"
    """Delegations by them or to them that go on, or wait for an answer."""
    CASE = "CASE"
    """Trace cases that they opened and that have no result."""
    CIRCULATION = "CIRCULATION"
    """Circulations in which they wait for the copy."""
    OFFICE = "OFFICE"
    """Roles beyond that of a holder."""


OBSTACLES_BY_STATE: Final[Mapping[State, Obstacle]] = {
    State.HELD: Obstacle.HELD,
    State.CLAIMED: Obstacle.CLAIMED,
    State.OUTSIDE: Obstacle.OUTSIDE,
    State.UNACCOUNTED: Obstacle.UNACCOUNTED,
}
"""The obstacle of each state in which a person answers for a copy that may still turn up."""


class StillHolding(ConflictError):
    """The person still has something; the facts count it, by the obstacle in lower case."""

    code = "still-holding"


class ClearedByOneself(ConflictError):
    """The clerk would clear themselves."""

    code = "cleared-by-oneself"


class AlreadyLeft(ConflictError):
    """The person is no longer active."""

    code = "already-left"


def require_nothing_held(found: Mapping[Obstacle, int]) -> None:
    """Pass when nothing stands in the way.

    Raises:
        StillHolding: something does; each obstacle that occurs is a fact with its count.
    """
    left = {obstacle.lower(): found[obstacle] for obstacle in Obstacle if found.get(obstacle)}
    if left:
        raise StillHolding("got a leaver who still has something", **left, total=sum(left.values()))
