"""A clock that the seed moves, and an agenda of deeds worked in the order of their times."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

Deed = Callable[[], None]


class Timeline:
    """Two months in a minute: each deed happens at its own time, and may put further deeds on the agenda."""

    def __init__(self, starts_at: datetime) -> None:
        """Begin at an instant, aware UTC."""
        self._present = starts_at
        self._agenda: list[tuple[datetime, int, Deed]] = []
        self._order = count()

    def now(self) -> datetime:
        """Return the instant at which the present deed happens."""
        return self._present

    def at(self, when: datetime, deed: Deed) -> None:
        """Put a deed on the agenda; of two at the same time the first one put there is first.

        Raises:
            ValueError: the time is past.
        """
        if when < self._present:
            raise ValueError("a deed cannot be put into the past")
        heapq.heappush(self._agenda, (when, next(self._order), deed))

    def run(self) -> None:
        """Work the agenda until it is empty."""
        while self._agenda:
            self._present, _, deed = heapq.heappop(self._agenda)
            deed()
