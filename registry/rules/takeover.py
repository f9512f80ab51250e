"""Copies of an older register: which states they can be in, and which numbers they have.

Laws: a copy that is taken over has its old number and a code of its own, and bears no mark of ours. The numbers of a
document stay without a gap: whoever takes a register over accounts for every number of it, and numbers given here go on
after the last. What is under way in the older register (on its way, at the door, on a list) is settled there first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from registry.errors import ConflictError, InvalidError
from registry.rules.codes import LAST_COPY_NO
from registry.rules.lifecycle import State

TAKEN_OVER_AS: Final = frozenset(
    {
        State.IN_STOCK,
        State.HELD,
        State.UNACCOUNTED,
        State.LOST,
        State.DESTROYED,
        State.VOID,
        State.SPOILED,
    }
)
"""States that an older register can leave a copy in."""

MAY_HAVE_HOLDER: Final = frozenset({State.HELD, State.UNACCOUNTED, State.LOST})
"""Where somebody answers for the copy, or did when it was last seen."""

LISTED: Final = 10
"""How many numbers a refusal names."""


class StateNotTakenOver(InvalidError):
    """A copy cannot be taken over in this state."""

    code = "state-not-taken-over"


class HolderWanted(InvalidError):
    """A copy that is held has a holder."""

    code = "holder-wanted"


class HolderNotWanted(InvalidError):
    """Nobody holds a copy in this state."""

    code = "holder-not-wanted"


class NumberTwice(ConflictError):
    """A number comes twice for the same document."""

    code = "copy-number-twice"


class NumberInUse(ConflictError):
    """The document has this number already."""

    code = "copy-number-in-use"


class NumbersMissing(ConflictError):
    """Numbers of the document are left out."""

    code = "copy-numbers-missing"


class DocumentWithoutFile(ConflictError):
    """The document was taken over from an older register: its file is not here."""

    code = "document-without-file"


class InTheFuture(InvalidError):
    """Something has happened that is still to come."""

    code = "in-the-future"


@dataclass(frozen=True, kw_only=True)
class OldCopy:
    """What an older register says of a copy.

    Attributes:
        since_at: When the holder got it, or it was missed or destroyed; None where nobody knows.
        due_at: When it has to be back.
        pages: None for those of its document.
        remark: Where it lies, what became of it.
    """

    copy_no: int
    state: State
    holder_id: int | None = None
    since_at: datetime | None = None
    due_at: datetime | None = None
    pages: int | None = None
    remark: str = ""


def require_file(cleaned_sha256: str) -> None:
    """Pass when a document has a file, so that its pages can be shown, measured and printed.

    Raises:
        DocumentWithoutFile: it was taken over from an older register.
    """
    if not cleaned_sha256:
        raise DocumentWithoutFile("got a document whose file is not here")


def require_whole(copy: OldCopy, now: datetime) -> None:
    """Pass when state, holder and time of a copy fit together.

    Raises:
        StateNotTakenOver, HolderWanted, HolderNotWanted, InTheFuture: they do not.
    """
    if copy.state not in TAKEN_OVER_AS:
        raise StateNotTakenOver(
            f"got a copy that is {copy.state}", state=str(copy.state), field="state", copy_no=copy.copy_no
        )
    if copy.state is State.HELD and copy.holder_id is None:
        raise HolderWanted("got a held copy without a holder", field="holder", copy_no=copy.copy_no)
    if copy.holder_id is not None and copy.state not in MAY_HAVE_HOLDER:
        raise HolderNotWanted(
            f"got a holder of a copy that is {copy.state}", field="holder", copy_no=copy.copy_no
        )
    if copy.since_at is not None and copy.since_at > now:
        raise InTheFuture("got a date that is still to come", field="since", copy_no=copy.copy_no)


def require_without_gap(last: int, numbers: Sequence[int]) -> None:
    """Pass when numbers go on after ``last`` without a gap, in any order.

    Raises:
        NumberTwice, NumberInUse: fact ``numbers`` names those that come twice, or that the document has already.
        NumbersMissing: fact ``numbers`` names the first of those that are left out.
    """
    known = set(numbers)
    if len(known) < len(numbers):
        twice = sorted(number for number in known if numbers.count(number) > 1)
        raise NumberTwice("got a number twice", field="copy_no", numbers=_told(twice))
    used = sorted(number for number in known if number <= last)
    if used:
        raise NumberInUse("got a number that the document has already", field="copy_no", numbers=_told(used))
    end = min(max(known, default=last), LAST_COPY_NO)
    missing = [number for number in range(last + 1, end + 1) if number not in known]
    if missing:
        raise NumbersMissing("got numbers with gaps", field="copy_no", numbers=_told(missing))


def _told(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:LISTED]))
    return f"{shown} …" if len(numbers) > LISTED else shown
