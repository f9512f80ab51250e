"""The way of sealed bags to a designated plant: what follows what, what a seal looks like, what becomes of the copies.

Who takes them there is decided in ``destruction``, what a gate answers in ``baggate``. Laws:

* A seal is used once: a bag that was opened, or that arrived, never goes out again under its number.
* What was handed to its escorts is not packed anew: a bag that cannot go stays in the house, and its copies with it.
* Only a bag that arrived intact destroys its copies; those of a broken or missing bag are unaccounted for.
* planned = destroyed + unaccounted for + kept in the house, always.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from registry.errors import ConflictError, InvalidError
from registry.rules.lifecycle import MISSING, State
from registry.rules.words import BagState, ItemEnd

SEAL_LIMIT = 20
_SEAL = re.compile(r"(?=.*[0-9])[A-Z0-9][A-Z0-9-]{3,18}[A-Z0-9]")
"""Numbered seals bear capital letters, digits and hyphens; ours to say, as no standard fixes their numbers."""


class BagStep(StrEnum):
    """What happens to a sealed bag."""

    HAND = "HAND"
    """Signed for by two escorts."""
    LEAVE = "LEAVE"
    """Left through a gate, its seal intact."""
    COME_BACK = "COME_BACK"
    """Came back through a gate, its seal intact."""
    STOP = "STOP"
    """Its seal was found broken in the house, or a copy outside it."""
    ARRIVE = "ARRIVE"
    ARRIVE_BROKEN = "ARRIVE_BROKEN"
    STAY_AWAY = "STAY_AWAY"
    """Did not arrive at the plant."""
    OPEN = "OPEN"


TABLE: dict[tuple[BagState, BagStep], BagState] = {
    (BagState.SEALED, BagStep.HAND): BagState.HANDED,
    (BagState.SEALED, BagStep.STOP): BagState.STOPPED,
    (BagState.SEALED, BagStep.OPEN): BagState.OPENED,
    (BagState.HANDED, BagStep.LEAVE): BagState.OUTSIDE,
    (BagState.HANDED, BagStep.STOP): BagState.STOPPED,
    (BagState.HANDED, BagStep.OPEN): BagState.OPENED,
    (BagState.STOPPED, BagStep.OPEN): BagState.OPENED,
    (BagState.OUTSIDE, BagStep.COME_BACK): BagState.HANDED,
    (BagState.OUTSIDE, BagStep.STOP): BagState.STOPPED,
    (BagState.OUTSIDE, BagStep.ARRIVE): BagState.ARRIVED,
    (BagState.OUTSIDE, BagStep.ARRIVE_BROKEN): BagState.BROKEN,
    (BagState.OUTSIDE, BagStep.STAY_AWAY): BagState.MISSING,
}
"""Every edge there is; whatever is not here is impossible."""

IN_THE_HOUSE: frozenset[BagState] = frozenset({BagState.SEALED, BagState.HANDED, BagState.STOPPED})
"""States in which a bag can be opened."""
ENDED: frozenset[BagState] = frozenset({BagState.ARRIVED, BagState.BROKEN, BagState.MISSING, BagState.OPENED})


class Arrival(StrEnum):
    """What a plant states of one seal."""

    INTACT = "INTACT"
    BROKEN = "BROKEN"
    MISSING = "MISSING"


ARRIVAL_STEPS: dict[Arrival, BagStep] = {
    Arrival.INTACT: BagStep.ARRIVE,
    Arrival.BROKEN: BagStep.ARRIVE_BROKEN,
    Arrival.MISSING: BagStep.STAY_AWAY,
}


class ImpossibleBagStep(ConflictError):
    """The bag's state does not allow the step."""

    code = "impossible-bag-step"


class InvalidSeal(InvalidError):
    """The text is no number of a seal."""

    code = "invalid-seal"


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the copies of a list for the plant, as its certificate counts them."""

    planned: int
    bagged: int
    destroyed: int
    unaccounted: int
    kept: int

    @property
    def difference(self) -> int:
        """Copies of which nobody says what became of them; zero once the list is over."""
        return self.planned - self.destroyed - self.unaccounted - self.kept


def next_bag_state(state: BagState, step: BagStep) -> BagState:
    """Return the state that follows.

    Raises:
        ImpossibleBagStep: the table has no such edge; facts ``state`` and ``step``.
    """
    found = TABLE.get((state, step))
    if found is None:
        raise ImpossibleBagStep(f"got {step} on a bag that is {state}", state=str(state), step=str(step))
    return found


def parse_seal(text: str) -> str:
    """Return the number of a seal as the register keeps it: capitals, no blanks.

    Raises:
        InvalidSeal: it has less than 5 or more than 20 characters, other ones, or no digit.
    """
    seal = find_seal(text)
    if seal is None:
        raise InvalidSeal("got a text that is no number of a seal")
    return seal


def find_seal(text: str) -> str | None:
    """Return the number of a seal that was read, None where the text cannot be one."""
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    return plain if _SEAL.fullmatch(plain) else None


def end_of(copy: State, bag: BagState | None) -> ItemEnd:
    """Return what became of a copy when the plant's receipt ends its list.

    Args:
        copy: Where the copy stands until then.
        bag: Where its bag stands now; None for a copy that was found outside its bag.
    """
    if copy in MISSING or bag in {BagState.BROKEN, BagState.MISSING}:
        return ItemEnd.UNACCOUNTED
    return ItemEnd.DESTROYED if bag is BagState.ARRIVED else ItemEnd.KEPT


def tally(planned: int, bagged: int, ends: Iterable[ItemEnd | None]) -> Tally:
    """Return the count of a list."""
    counted = Counter(ends)
    return Tally(
        planned,
        bagged,
        counted[ItemEnd.DESTROYED],
        counted[ItemEnd.UNACCOUNTED],
        counted[ItemEnd.KEPT],
    )
