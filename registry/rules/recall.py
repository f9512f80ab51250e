"""Recalls (清退): a campaign that wants every copy of a document back from whoever has it.

Decides what has become of a copy that is due, and what a running campaign forbids. Laws:

* Due is what was out, or missing, when the campaign began; from then on *due = returned + missed + lost*, at every
  moment, since each copy that is due stands in one state and each state is one fate.
* A campaign over a document is one over everything that was made of it: excerpts, compilations, and theirs.
* While a campaign runs no copy of these is handed out, put on a destruction list, or let through a gate, and nothing is
  made of them.
* A campaign ends when nothing is missed, or when somebody else than the clerk has signed for every copy that is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from registry.errors import ConflictError
from registry.rules.lifecycle import State


class RecallState(StrEnum):
    """Where a campaign stands."""

    RUNNING = "RUNNING"
    CLOSED = "CLOSED"


class Fate(StrEnum):
    """What has become of a copy that is due."""

    RETURNED = "RETURNED"
    """The registry has it, or had it destroyed (实退)."""
    MISSED = "MISSED"
    """Still with somebody, inside or outside (漏退)."""
    LOST = "LOST"
    """Unaccounted for or lost; its own clocks run."""


FATES: Final[dict[State, Fate]] = {
    State.IN_STOCK: Fate.RETURNED,
    State.SEALED: Fate.RETURNED,
    State.SPOILED: Fate.RETURNED,
    State.DESTROYED: Fate.RETURNED,
    State.VOID: Fate.RETURNED,
    State.IN_TRANSIT: Fate.MISSED,
    State.HELD: Fate.MISSED,
    State.CLAIMED: Fate.MISSED,
    State.OUTSIDE: Fate.MISSED,
    State.UNACCOUNTED: Fate.LOST,
    State.LOST: Fate.LOST,
}
"""The fate of every state that a copy which is due can come to.

``RESERVED`` never had paper; of a ``VOID`` one the whole run was given up in stock: what there is of it stayed here."""

DUE_STATES: Final[frozenset[State]] = frozenset(
    state for state, fate in FATES.items() if fate is not Fate.RETURNED
)
"""The states of the copies that are due when a campaign begins."""


class CopyRecalled(ConflictError):
    """The copy's document is being recalled: the copy stays where it is, or comes back."""

    code = "copy-recalled"


class SourceRecalled(ConflictError):
    """Something would be made of a document that is being recalled."""

    code = "source-recalled"


class RecallNotSettled(ConflictError):
    """Copies are missed that nobody has signed an exception for."""

    code = "recall-not-settled"


class NotAnIndependentSigner(ConflictError):
    """The signer began the campaign, closes it, or holds the copy."""

    code = "not-an-independent-signer"


@dataclass(frozen=True, slots=True)
class Balance:
    """What a campaign has come to; ``due`` is always the sum of the other three."""

    due: int
    returned: int
    missed: int
    lost: int


def balance(states: Iterable[State]) -> Balance:
    """Return what has become of the copies that are due, from the state of each.

    Raises:
        KeyError: a state that no copy which is due can come to.
    """
    counts = dict.fromkeys(Fate, 0)
    for state in states:
        counts[FATES[state]] += 1
    return balance_of(counts)


def balance_of(counts: dict[Fate, int]) -> Balance:
    """Return what has become of the copies that are due, from how many have each fate."""
    return Balance(
        due=sum(counts.values()),
        returned=counts.get(Fate.RETURNED, 0),
        missed=counts.get(Fate.MISSED, 0),
        lost=counts.get(Fate.LOST, 0),
    )


def require_not_recalled(codes: Iterable[tuple[str, int]], recalled: Collection[int]) -> None:
    """Pass when no copy is of a document that is being recalled.

    Args:
        codes: The copies, by code and document.
        recalled: The documents with a running campaign.

    Raises:
        CopyRecalled: fact ``copy`` names the first that is.
    """
    for code, document_id in codes:
        if document_id in recalled:
            raise CopyRecalled("got a copy whose document is being recalled", copy=code)


def require_sources_not_recalled(document_ids: Iterable[int], recalled: Collection[int]) -> None:
    """Pass when none of the documents that another is to be made of is being recalled.

    Raises:
        SourceRecalled: fact ``document`` names the first that is.
    """
    for document_id in document_ids:
        if document_id in recalled:
            raise SourceRecalled("got a source that is being recalled", document=document_id)


def require_independent(
    person_id: int | None, *, opened_by: int, actor_id: int | None, holder_id: int | None
) -> None:
    """Pass when a person may sign that a copy stays out.

    Raises:
        NotAnIndependentSigner: fact ``part`` is ``clerk`` or ``holder``.
    """
    if person_id is None or person_id in {opened_by, actor_id}:
        raise NotAnIndependentSigner("got the clerk of the campaign as signer", part="clerk")
    if person_id == holder_id:
        raise NotAnIndependentSigner("got the holder as signer", part="holder")


def require_settled(missed: Collection[str], excused: Collection[str]) -> None:
    """Pass when every missed copy has its signed exception.

    Raises:
        RecallNotSettled: fact ``missing`` counts those that have none.
    """
    left = set(missed) - set(excused)
    if left:
        raise RecallNotSettled("got a campaign with copies that are missed", missing=len(left))
