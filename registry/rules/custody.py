"""Who answered for a copy at a given moment, derived from its movements.

A movement is a completed hand-over and names the custodian from its instant on; until the taker has confirmed there is
none, and the giver answers. So neither a gap nor a second custodian can be written down; only the chain can be wrong,
and that is detected. Laws:

* Exactly one custodian at every instant from the first movement to the last.
* Paper passes between persons through the registry, never sideways.
* Nobody answers for paper that does not exist: before it is printed, and once it is destroyed.
* At the very instant of a movement the new custodian already answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest
from typing import TypeVar

from registry.errors import ConflictError
from registry.rules.words import Custodian


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of custodian.

    Attributes:
        person_id: Who signed, for a person; otherwise ``None``.
    """

    at: datetime
    custodian: Custodian
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time with one custodian; the end is not included, ``None`` means until now."""

    custodian: Custodian
    person_id: int | None
    since_at: datetime
    until_at: datetime | None


Stretch = TypeVar("Stretch", bound=Span)


class Break(StrEnum):
    """Why a movement cannot continue a chain."""

    BACK_IN_TIME = "back-in-time"
    SIDEWAYS = "sideways"
    NO_PAPER = "no-paper"
    NOT_FROM_REGISTRY = "not-from-registry"
    PERSON_UNNAMED = "person-unnamed"


class BrokenCustody(ConflictError):
    """A movement does not continue the chain; facts ``position`` (from 1) and ``broken``."""

    code = "broken-custody"


def spans(movements: Sequence[Movement]) -> tuple[Span, ...]:
    """Return who answered for the copy from when to when, without gap or overlap.

    Args:
        movements: All movements of one copy, oldest first.

    Raises:
        BrokenCustody: one of them does not continue the chain.
    """
    for position, movement in enumerate(movements, 1):
        require_continues(movements[position - 2] if position > 1 else None, movement, position=position)
    following = [movement.at for movement in movements[1:]]
    return tuple(
        Span(movement.custodian, movement.person_id, movement.at, until_at)
        for movement, until_at in zip_longest(movements, following)
    )


def custodian_at(moment: datetime, chain: Sequence[Stretch]) -> Stretch | None:
    """Return who answered for the copy at ``moment``; ``None`` when nobody did, for want of paper.

    Args:
        moment: Any instant.
        chain: What `spans` returned, oldest first, perhaps with more facts to each.
    """
    for span in reversed(chain):
        if span.since_at <= moment:
            return None if span.custodian is Custodian.NONE else span
    return None


def require_continues(last: Movement | None, movement: Movement, *, position: int = 0) -> None:
    """Pass when ``movement`` may follow ``last``, which is ``None`` for a copy that has not moved yet.

    Raises:
        BrokenCustody: it may not.
    """
    if broken := _broken(last, movement):
        raise BrokenCustody(
            f"got a movement that breaks the chain: {broken}", position=position, broken=str(broken)
        )


def _broken(last: Movement | None, movement: Movement) -> Break | None:
    is_person = movement.custodian is Custodian.PERSON
    if is_person != (movement.person_id is not None):
        return Break.PERSON_UNNAMED
    if last is None:
        return Break.NOT_FROM_REGISTRY if is_person else None
    if movement.at < last.at:
        return Break.BACK_IN_TIME
    if last.custodian is Custodian.NONE:
        return Break.NO_PAPER
    if is_person and last.custodian is Custodian.PERSON:
        return Break.SIDEWAYS
    return None
