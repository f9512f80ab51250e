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
class KnownBag:
    """What the register says about the bag that bears a seal.

    Attributes:
        number: Which bag of its list it is, from 1.
        total: How many bags the list has; others that were opened count in neither.
        escorts: Who signed for it, by id.
    """

    list_id: int
    seal_no: str
    number: int
    total: int
    state: BagState
    escorts: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class BagSituation:
    """Everything a verdict on a bag depends on.

    Attributes:
        bag: None when no bag bears this seal.
        carriers: Who showed themselves at the gate, by id.
        shown_before: How many badges were read with another bag of the same walk; they count for this one.
        is_seal_intact: What the guard says who looked at the seal; None when nobody has.
        colours: The colour of every reason under the rules in force.
    """

    direction: Direction
    bag: KnownBag | None
    carriers: frozenset[int] = frozenset()
    shown_before: int = 0
    is_seal_intact: bool | None = None
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

_MAY_PASS: dict[Direction, Reason] = {
    Direction.EXIT: Reason.BAG_MAY_LEAVE,
    Direction.ENTRY: Reason.BAG_MAY_ENTER,
}


def judge_bag(situation: BagSituation) -> Verdict:
    """Return the gate's answer to a bag: the first objection, else green; the guard is shown which bag it is."""
    bag = situation.bag
    if bag is None:
        return Verdict(situation.colours[Reason.UNKNOWN_SEAL], Reason.UNKNOWN_SEAL)
    reason = _objection(situation, bag) or _MAY_PASS[situation.direction]
    facts: dict[str, Fact] = {
        "list": f"D-{bag.list_id:06d}",
        "bag": f"{bag.number}/{bag.total}",
        "seal": bag.seal_no,
    }
    if situation.shown_before:
        facts["shown_before"] = situation.shown_before
    return Verdict(situation.colours[reason], reason, None, facts)


def _objection(situation: BagSituation, bag: KnownBag) -> Reason | None:
    if bag.state in ENDED:
        return Reason.SEAL_USED_UP
    if bag.state is BagState.STOPPED or situation.is_seal_intact is False:
        return Reason.SEAL_BROKEN
    return _PLACE[situation.direction].get(bag.state) or _looked_at(situation, bag)


def _looked_at(situation: BagSituation, bag: KnownBag) -> Reason | None:
    if situation.carriers - bag.escorts:
        return Reason.ESCORT_DIFFERS
    if situation.is_seal_intact is None or len(situation.carriers) < ESCORTS_WANTED:
        return Reason.BAG_TO_BE_LOOKED_AT
    return None
