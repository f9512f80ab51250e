"""Circulation (传阅): one copy goes to named readers in a fixed order, each time through the registry.

Decides whose turn it is and what ends a circulation. Laws:

* The list is agreed to by somebody who neither runs it nor is on it; a substitute is a new agreement.
* The next reader gets the copy only after the one before has given it back, or was passed over with a reason.
* While a circulation runs the copy is given to nobody whose turn it is not, and is put on no destruction list.
* It ends when nobody waits any more, when its copy is gone, when the document is recalled, or when a clerk stops it.
* An ending stands: a copy that is found again circulates only when that is agreed to anew.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import Final

from registry.errors import ConflictError, InvalidError
from registry.rules.lifecycle import MISSING, TERMINAL, State
from registry.rules.words import HandOverState

DAYS_AT_MOST: Final = 30
"""How long one reader may keep the copy, ours: a reader who needs longer is lent it, and the others do not wait."""

GONE: Final = MISSING | TERMINAL | {State.SPOILED}
"""States of a copy that nobody can be given any more."""


class CirculationState(StrEnum):
    """Where a circulation stands."""

    RUNNING = "RUNNING"
    ENDED = "ENDED"


class Ending(StrEnum):
    """Why a circulation is over."""

    COMPLETED = "COMPLETED"
    """Nobody waits any more, and the copy is back."""
    RECALLED = "RECALLED"
    """The document is being recalled."""
    STOPPED = "STOPPED"
    """A clerk stopped it."""
    GONE = "GONE"
    """Its copy cannot be given to anybody any more: spoiled, given up, unaccounted for, lost or destroyed."""


class Turn(StrEnum):
    """Where a reader stands."""

    WAITING = "WAITING"
    OFFERED = "OFFERED"
    """Given the copy, not yet signed for."""
    READING = "READING"
    RETURNED = "RETURNED"
    SKIPPED = "SKIPPED"


class CirculationNeedsReaders(InvalidError):
    """Nobody is on the list, or somebody twice."""

    code = "circulation-needs-readers"


class CirculationNeedsDays(InvalidError):
    """The days that each reader has are none, or too many."""

    code = "circulation-needs-days"


class CirculationNotSeparate(ConflictError):
    """Whoever agrees to the list runs the circulation, stands at the screen, or is on the list."""

    code = "circulation-not-separate"


class AlreadyCirculating(ConflictError):
    """The copy circulates already."""

    code = "already-circulating"


class CirculationEnded(ConflictError):
    """The circulation is over."""

    code = "circulation-ended"


class ReaderInactive(ConflictError):
    """The reader no longer works here."""

    code = "reader-inactive"


class ReaderNotWaiting(ConflictError):
    """The reader has the copy, had it, was passed over, or is not on the list."""

    code = "reader-not-waiting"


class NobodyWaits(ConflictError):
    """Everybody on the list had the copy or was passed over."""

    code = "nobody-waits"


class OutOfTurn(ConflictError):
    """The copy circulates, and it is another reader's turn."""

    code = "out-of-turn"


class CopyCirculates(ConflictError):
    """The copy circulates, so it is not destroyed."""

    code = "copy-circulates"


def turn_of(offer: HandOverState | None, *, is_back: bool, is_skipped: bool) -> Turn:
    """Return where a reader stands.

    Args:
        offer: Their hand-over, if any; one that was withdrawn leaves them waiting.
        is_back: Whether the copy left their custody again.
        is_skipped: Whether they were passed over.
    """
    if is_skipped:
        return Turn.SKIPPED
    if offer is HandOverState.OFFERED:
        return Turn.OFFERED
    if offer is HandOverState.CONFIRMED:
        return Turn.RETURNED if is_back else Turn.READING
    return Turn.WAITING


def ending_of(copy: State, turns: Iterable[Turn]) -> Ending | None:
    """Return what ends a circulation by itself; None while it goes on.

    Args:
        copy: Where its copy stands.
        turns: Where its readers stand.
    """
    if copy in GONE:
        return Ending.GONE
    return Ending.COMPLETED if all(turn in {Turn.RETURNED, Turn.SKIPPED} for turn in turns) else None


def require_readers(person_ids: Sequence[int]) -> None:
    """Pass when a list names somebody, and nobody twice.

    Raises:
        CirculationNeedsReaders: fact ``reason`` is ``none`` or ``twice``.
    """
    if not person_ids:
        raise CirculationNeedsReaders("got an empty list of readers", reason="none", field="readers")
    if max(Counter(person_ids).values()) > 1:
        raise CirculationNeedsReaders("got a reader twice", reason="twice", field="readers")


def require_days(days: int) -> None:
    """Pass when each reader has a day at least, and no more than `DAYS_AT_MOST`.

    Raises:
        CirculationNeedsDays: they have not.
    """
    if not 1 <= days <= DAYS_AT_MOST:
        raise CirculationNeedsDays(
            f"got {days} days for each reader", days=days, most=DAYS_AT_MOST, field="days"
        )


def require_separate(
    signer_id: int | None, *, clerks: Collection[int | None], readers: Collection[int]
) -> None:
    """Pass when somebody may agree to a list of readers.

    Raises:
        CirculationNotSeparate: fact ``part`` is ``clerk`` or ``reader``.
    """
    if signer_id is None or signer_id in clerks:
        raise CirculationNotSeparate("got the clerk as signer of the list", part="clerk")
    if signer_id in readers:
        raise CirculationNotSeparate("got a reader as signer of the list", part="reader")
