"""What a gate answers when the seal of a bag is scanned: the same three colours, one reason, nothing of what is in it.

Laws: a bag leaves with both escorts who signed for it and with its seal intact, as the guard says who looks at it; a
seal that should not be here is told apart from a text that is none, since it may be a bag that was exchanged; whatever
comes home under a seal that left is let in or stopped, never sent away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.errors import Fact
from registry.rules.destruction import ESCORTS_WANTED
from registry.rules.gate import COLOURS, Colour, Reason, Verdict
from registry.rules.plant import ENDED
from registry.rules.words import BagFault, BagState, Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class BagSituation:
    """Everything a verdict on a bag depends on.

    Attributes:
        state: Where the bag stands; None when no bag bears this seal.
        escorts: Who signed for it, by id.
        carriers: Who showed themselves at the gate, by id.
        is_seal_intact: What the guard says who looked at the seal; None when nobody has.
        facts: What the guard is shown: which list, which of how many bags.
        colours: The colour of every reason under the rules in force.
    """

    direction: Direction
    state: BagState | None
    escorts: frozenset[int] = frozenset()
    carriers: frozenset[int] = frozenset()
    is_seal_intact: bool | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    colours: Mapping[Reason, Colour] = field(default_factory=lambda: COLOURS)


FAULTS: dict[Reason, BagFault] = {
    Reason.SEAL_BROKEN: BagFault.SEAL_BROKEN,
    Reason.UNKNOWN_SEAL: BagFault.WRONG_SEAL,
    Reason.SEAL_USED_UP: BagFault.WRONG_SEAL,
    Reason.BAG_ALREADY_OUT: BagFault.WRONG_SEAL,
}
"""The answers that are an incident beside an attempt."""

_PLACE: dict[Direction, dict[BagState, Reason]] = {
    Direction.EXIT: {
        BagState.SEALED: Reason.BAG_NOT_HANDED,
        BagState.OUTSIDE: Reason.BAG_ALREADY_OUT,
    },
    Direction.ENTRY: {
        BagState.SEALED: Reason.BAG_NOT_OUTSIDE,
        BagState.HANDED: Reason.BAG_NOT_OUTSIDE,
    },
}


def judge_bag(situation: BagSituation) -> Verdict:
    """Return the gate's answer to a bag: the first objection, else green."""
    reason = (
        _objection(situation)
        or {
            Direction.EXIT: Reason.BAG_MAY_LEAVE,
            Direction.ENTRY: Reason.BAG_MAY_ENTER,
        }[situation.direction]
    )
    return Verdict(situation.colours[reason], reason, None, dict(situation.facts))


def _objection(situation: BagSituation) -> Reason | None:
    state = situation.state
    if state is None:
        return Reason.UNKNOWN_SEAL
    if state in ENDED:
        return Reason.SEAL_USED_UP
    if state is BagState.STOPPED or situation.is_seal_intact is False:
        return Reason.SEAL_BROKEN
    return _PLACE[situation.direction].get(state) or _looked_at(situation)


def _looked_at(situation: BagSituation) -> Reason | None:
    if situation.carriers - situation.escorts:
        return Reason.ESCORT_DIFFERS
    if situation.is_seal_intact is None or len(situation.carriers) < ESCORTS_WANTED:
        return Reason.BAG_TO_BE_LOOKED_AT
    return None
