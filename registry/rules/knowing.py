"""Who knows a document: by which traces on record, and as what.

Whoever knows what is SECRET or above must be on record; the list is what an investigation of a leak begins with. Laws:

* Nobody is on the list without a trace: a movement, a decision, a print run, a reading, a meeting, a
  gate, a copier, a shredder.
* To know of a document is less than to know it: whoever only sees it in a list is not on this one.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Part(StrEnum):
    """As what somebody knows."""

    READER = "READER"
    """Saw the pages on a screen."""
    RECEIVER = "RECEIVER"
    """Had a copy in hand as its holder."""
    LISTENER = "LISTENER"
    """Was there when it was spoken of: at its meeting, or when that was passed on."""
    HANDLER = "HANDLER"
    """Had the matter or the paper in hand by office: asked, printed, copied, counted, carried, passed on, destroyed."""


class Trace(StrEnum):
    """By what somebody is on the list."""

    READ = "READ"
    """Opened the pages."""
    DECIDED = "DECIDED"
    """Was shown the pages to agree or refuse."""
    HELD = "HELD"
    """Signed for a copy."""
    ATTENDED = "ATTENDED"
    """Was an approved attendee, with a pledge, of the meeting that it was registered for."""
    HEARD = "HEARD"
    """Signed in where that meeting's content was passed on."""
    REGISTERED = "REGISTERED"
    """Registered the document."""
    REQUESTED = "REQUESTED"
    """Asked for something about it."""
    PRINTED = "PRINTED"
    """Ordered or released a print run."""
    COPIED = "COPIED"
    """Put it on a copier, scanner or fax."""
    CONVEYED = "CONVEYED"
    """Passed the content of its meeting on."""
    PASSED_ON = "PASSED_ON"
    """Gave copies out or took them in at the counter."""
    CARRIED = "CARRIED"
    """Is a carrier of a permit under which a copy left."""
    DESTROYED = "DESTROYED"
    """Was operator or witness of a destruction, or escorted sealed bags for the plant."""


PARTS: Final[dict[Trace, Part]] = {
    Trace.READ: Part.READER,
    Trace.DECIDED: Part.READER,
    Trace.HELD: Part.RECEIVER,
    Trace.ATTENDED: Part.LISTENER,
    Trace.HEARD: Part.LISTENER,
    Trace.REGISTERED: Part.HANDLER,
    Trace.REQUESTED: Part.HANDLER,
    Trace.PRINTED: Part.HANDLER,
    Trace.COPIED: Part.HANDLER,
    Trace.CONVEYED: Part.HANDLER,
    Trace.PASSED_ON: Part.HANDLER,
    Trace.CARRIED: Part.HANDLER,
    Trace.DESTROYED: Part.HANDLER,
}
"""As what each trace lets somebody know."""


@dataclass(frozen=True, slots=True)
class Known:
    """One trace of one person: how often, and from when to when."""

    trace: Trace
    times: int
    first_at: datetime
    last_at: datetime

    @property
    def part(self) -> Part:
        """As what it lets the person know."""
        return PARTS[self.trace]
