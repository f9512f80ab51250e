"""Whether the consent of a unit still carries what rests on it.

Laws: a consent is good for one act on one document, for so many copies, until it expires or is revoked; a request takes
its copies from the moment it is made; what a request that is over did not use goes back; units other than those a row
asks for do not count.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from registry.errors import ConflictError
from registry.rules.approval import Act, Units
from registry.rules.clocks import is_lapsed
from registry.rules.requests import LIVING
from registry.rules.words import RequestState

CONSENTED_ACTS: Final = (Act.COPY,)
"""Acts of which some row is opened by a consent."""


class ConsentState(StrEnum):
    """Whether a consent can be used."""

    GOOD = "GOOD"
    USED_UP = "USED_UP"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class ConsentUnusable(ConflictError):
    """A consent that the request rests on was revoked, has expired, or has too little left."""

    code = "consent-unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A consent as the rules see it.

    Attributes:
        taken: Copies that requests have used or may still use.
    """

    id: int
    unit_id: int
    quota: int
    taken: int
    expires_at: datetime
    revoked: bool

    @property
    def left(self) -> int:
        """How many copies nothing rests on yet."""
        return max(0, self.quota - self.taken)

    def state(self, now: datetime) -> ConsentState:
        """Return whether it can be used at ``now``; what was revoked stays revoked."""
        if self.revoked:
            return ConsentState.REVOKED
        if is_lapsed(self.expires_at, now):
            return ConsentState.EXPIRED
        return ConsentState.GOOD if self.left else ConsentState.USED_UP


def taken_by(uses: Iterable[tuple[RequestState, int, int]]) -> int:
    """Return how many copies requests take, each given as its state, what it asked for and what it has used."""
    return sum(quantity if state in LIVING else used for state, quantity, used in uses)


def units_wanted(units: Units) -> frozenset[int]:
    """Return the units whose consent opens a row: the issuing unit and, where it differs, the classifying unit."""
    return frozenset({units.issuing, units.classifying})


def choose(
    known: Collection[Consent], wanted: Collection[int], copies: int, now: datetime
) -> tuple[Consent, ...]:
    """Return one consent of each unit for so many copies, of several what expires first; all units or none."""
    chosen = []
    for unit_id in sorted(wanted):
        good = [
            one
            for one in known
            if one.unit_id == unit_id and one.state(now) is ConsentState.GOOD and one.left >= copies
        ]
        if not good:
            return ()
        chosen.append(min(good, key=lambda one: (one.expires_at, one.id)))
    return tuple(chosen)


def require_usable(consent: Consent, now: datetime) -> None:
    """Pass when what rests on a consent may still go on; what it has taken already is its own.

    Raises:
        ConsentUnusable: it was revoked or has expired; fact ``consent`` is its number.
    """
    state = consent.state(now)
    if state in {ConsentState.REVOKED, ConsentState.EXPIRED}:
        raise ConsentUnusable(
            "got a consent that cannot be used any more", consent=consent.id, state=str(state)
        )
