"""Who had a copy at a given moment, derived from its movements.

A movement is a completed hand-over: until the taker has confirmed there is none, and the giver answers. So a gap or an
overlap cannot be written down; what can go wrong is a chain whose givers are not its holders, and that is detected.
Laws:

* Exactly one custodian at every instant from the first movement into the registry until the end.
* Holders never pass paper sideways: one side of every movement is the registry.
* At the very instant of a movement the taker already answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from registry.errors import ConflictError


class CustodianKind(StrEnum):
    """What can answer for a copy."""

    REGISTRY = "registry"
    HOLDER = "holder"


@dataclass(frozen=True, slots=True)
class Custodian:
    """Who answers for a copy.

    Attributes:
        id: The unit whose registry it is, or the person who signed.
    """

    kind: CustodianKind
    id: int

    @classmethod
    def registry(cls, unit_id: int) -> "Custodian":
        """Return the registry of a unit."""
        return cls(CustodianKind.REGISTRY, unit_id)

    @classmethod
    def holder(cls, person_id: int) -> "Custodian":
        """Return a person who signed for the copy."""
        return cls(CustodianKind.HOLDER, person_id)


@dataclass(frozen=True, slots=True)
class Movement:
    """A hand-over that both sides have confirmed.

    Attributes:
        at: When the second of them confirmed.
    """

    at: datetime
    giver: Custodian
    taker: Custodian


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time with one custodian; the end is not included, ``None`` means until today."""

    custodian: Custodian
    from_at: datetime
    until_at: datetime | None


class BrokenReason(StrEnum):
    """Why a chain of movements cannot be true."""

    GIVER_DID_NOT_HOLD = "giver-did-not-hold"
    BACK_IN_TIME = "back-in-time"
    SIDEWAYS = "sideways"
    TO_ONESELF = "to-oneself"
    AFTER_THE_END = "after-the-end"


class BrokenCustody(ConflictError):
    """A movement does not continue the chain; facts ``position`` (from 1) and ``broken``."""

    code = "broken-custody"


def spans(
    first: Custodian, since: datetime, movements: Sequence[Movement], *, ended_at: datetime | None = None
) -> tuple[Span, ...]:
    """Return who answered for the copy from when to when, without gap or overlap.

    Args:
        first: Where the copy was issued; normally the registry that printed it.
        since: When it was issued.
        movements: All hand-overs, oldest first.
        ended_at: When the paper ceased to exist.

    Raises:
        BrokenCustody: a movement does not continue the chain.
    """
    found: list[Span] = []
    custodian, from_at = first, since
    for position, movement in enumerate(movements, 1):
        if broken := _broken(custodian, from_at, movement, ended_at):
            raise BrokenCustody(
                f"got movement {position} that breaks the chain: {broken}",
                position=position,
                broken=str(broken),
            )
        if movement.at > from_at:
            found.append(Span(custodian, from_at, movement.at))
        custodian, from_at = movement.taker, movement.at
    found.append(Span(custodian, from_at, ended_at))
    return tuple(found)


def custodian_at(
    moment: datetime,
    first: Custodian,
    since: datetime,
    movements: Sequence[Movement],
    *,
    ended_at: datetime | None = None,
) -> Custodian | None:
    """Return who answered for the copy at ``moment``; ``None`` before it was issued and after its end.

    Raises:
        BrokenCustody: see `spans`.
    """
    return next(
        (
            span.custodian
            for span in spans(first, since, movements, ended_at=ended_at)
            if span.from_at <= moment and (span.until_at is None or moment < span.until_at)
        ),
        None,
    )


def require_continues(custodian: Custodian, from_at: datetime, movement: Movement) -> None:
    """Pass when ``movement`` may be written down next, after the one that gave ``custodian`` the copy at ``from_at``.

    Raises:
        BrokenCustody: it does not continue the chain.
    """
    spans(custodian, from_at, [movement])


def _broken(
    custodian: Custodian, from_at: datetime, movement: Movement, ended_at: datetime | None
) -> BrokenReason | None:
    if movement.giver != custodian:
        return BrokenReason.GIVER_DID_NOT_HOLD
    if movement.at < from_at:
        return BrokenReason.BACK_IN_TIME
    if movement.taker == movement.giver:
        return BrokenReason.TO_ONESELF
    if CustodianKind.REGISTRY not in {movement.giver.kind, movement.taker.kind}:
        return BrokenReason.SIDEWAYS
    if ended_at is not None and movement.at > ended_at:
        return BrokenReason.AFTER_THE_END
    return None
