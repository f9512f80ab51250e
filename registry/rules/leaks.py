"""When it was doubtful where a copy was: between what began a doubt and what ended it, on the record of the copy.

Custody itself has no gaps: somebody answers at every instant. But paper can be on its way, said to be returned,
outside, or not to be found, while somebody answers for it; an innocent holder must be able to point at that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

_ENDINGS = MappingProxyType(
    {
        "copy.offered": frozenset({"copy.confirmed", "copy.withdrawn"}),
        "copy.claimed": frozenset({"copy.claim-dismissed", "copy.returned"}),
        "copy.exited": frozenset({"copy.entered"}),
        "copy.missed": frozenset({"copy.found"}),
        "copy.declared-lost": frozenset({"copy.found"}),
    }
)
"""What begins a doubt, and what ends it; the destruction of a copy ends any."""

_END_OF_ALL = frozenset({"copy.destroyed"})


@dataclass(frozen=True)
class Doubt:
    """A time in which it was doubtful where a copy was.

    Attributes:
        kind: What began it, as the ledger calls it.
        since_at: When it began.
        until_at: When it ended; None while it lasts.
    """

    kind: str
    since_at: datetime
    until_at: datetime | None


def doubts(
    events: Iterable[tuple[str, datetime]], since_at: datetime, until_at: datetime
) -> tuple[Doubt, ...]:
    """Return the doubts about a copy that touch a window of time, oldest first.

    Args:
        events: Kind and time of every entry about the copy, oldest first.
        since_at: Begin of the window.
        until_at: Its end.
    """
    known = list(events)
    found = []
    for place, (kind, began_at) in enumerate(known):
        if kind not in _ENDINGS:
            continue
        endings = _ENDINGS[kind] | _END_OF_ALL
        ended_at = next((at for later, at in known[place + 1 :] if later in endings), None)
        if overlaps(began_at, ended_at, since_at, until_at):
            found.append(Doubt(kind, began_at, ended_at))
    return tuple(found)


def overlaps(began_at: datetime, ended_at: datetime | None, since_at: datetime, until_at: datetime) -> bool:
    """Return whether a stretch of time, whose end is not included, touches a window; without an end it still lasts."""
    return began_at <= until_at and (ended_at is None or ended_at > since_at)
