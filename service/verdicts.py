"""What a guard reads and hears: word, sentence and next step of every verdict, in the language of the request.

No verdict carries a title or a name; whoever reads over the guard's shoulder learns a code and a reason. Nor does it
tell what the guard is asked to find out, such as the number of pages, lest it be copied instead of counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from flask_babel import LazyString, lazy_gettext

from registry.rules.gate import CONFIRMABLE, Colour, Reason, Verdict
from registry.rules.words import Direction, PermitState, ScanSource
from service.filters import local_time

_ = lazy_gettext


@dataclass(frozen=True)
class VerdictWords:
    """A verdict in words; ``word`` is the one that is read from two metres."""

    word: str
    reason: str
    next_step: str


COLOUR_WORDS: Final[Mapping[Colour, LazyString]] = MappingProxyType(
    {Colour.GREEN: _("Pass"), Colour.AMBER: _("Ask the supervisor"), Colour.RED: _("Stop")}
)

_HOLD: Final = _("Hold the paper and call the registry.")
_HOLD_BAG: Final = _("Hold the bag and call the registry.")
_LOOK: Final = _("Hold the paper. The supervisor looks at it and decides.")

REASONS: Final[Mapping[Reason, tuple[LazyString, LazyString]]] = MappingProxyType(
    {
        Reason.MAY_LEAVE: (_("This copy may leave."), _("Let it pass. The exit is recorded.")),
        Reason.MAY_ENTER: (
            _("This copy comes home."),
            _("Let it in. Its return to the building is recorded."),
        ),
        Reason.NOT_GENUINE: (
            _("This is not one of our marks."),
            _("Scan the mark on a page of the paper. If that was it, hold the paper and call the registry."),
        ),
        Reason.NO_MARK: (
            _("No mark could be read."),
            _("Take a sharper picture of a whole page in good light. If it stays unread, hold the paper."),
        ),
        Reason.MARKS_DISAGREE: (
            _("The QR code names another copy than the hidden mark of the page."),
            _("Hold the paper and call the registry: the code may have been glued on or copied."),
        ),
        Reason.UNKNOWN_COPY: (_("The register knows no such copy."), _HOLD),
        Reason.COPY_VOID: (_("This number was given up; no paper should bear it."), _HOLD),
        Reason.COPY_SPOILED: (_("This copy is a misprint that waits for destruction."), _HOLD),
        Reason.COPY_DESTROYED: (_("This copy is recorded as destroyed."), _HOLD),
        Reason.COPY_LOST: (_("This copy is recorded as lost."), _HOLD),
        Reason.COPY_UNACCOUNTED: (_("This copy is being searched for."), _HOLD),
        Reason.COPY_RECALLED: (_("This copy was recalled."), _HOLD),
        Reason.ALREADY_OUT: (_("This copy is already outside."), _HOLD),
        Reason.NOT_OUTSIDE: (
            _("This copy should not have been outside."),
            _("Hold the paper. The supervisor finds out how it left and decides."),
        ),
        Reason.NOT_HANDED_OUT: (_("Nobody has signed for this copy."), _HOLD),
        Reason.RETURN_CLAIMED: (_("This copy was said to be back in the registry."), _HOLD),
        Reason.NO_PERMIT: (_("There is no permit to take this copy out."), _HOLD),
        Reason.PERMIT_USED: (_("The permit of this copy was used before."), _HOLD),
        Reason.PERMIT_OTHER_GATE: (
            _("The permit is for another gate."),
            _("Send the carrier to that gate, or ask the supervisor."),
        ),
        Reason.PERMIT_NOT_YET: (
            _("The permit is not valid yet."),
            _("Let the carrier wait, or ask the supervisor."),
        ),
        Reason.PERMIT_EXPIRED: (_("The time of the permit is over."), _LOOK),
        Reason.CARRIER_NOT_SHOWN: (
            _("Who carries it, and how many pages are there?"),
            _("Read the staff number from the badge, compare the face, and count the pages."),
        ),
        Reason.CARRIER_DIFFERS: (_("The person is not a carrier of this copy."), _HOLD),
        Reason.SECOND_CARRIER_MISSING: (
            _("This copy is carried by two persons together."),
            _("Read the staff numbers from both badges, compare the faces, and count the pages."),
        ),
        Reason.MEETING_FORBIDS: (_("Papers of this meeting stay inside."), _HOLD),
        Reason.SEAL_BROKEN: (_("The seal is broken."), _HOLD_BAG),
        Reason.PAGES_NOT_COUNTED: (
            _("How many pages are there?"),
            _("Read the staff number from the badge once more, and count the pages."),
        ),
        Reason.PAGES_DIFFER: (_("Pages are missing or too many."), _HOLD),
        Reason.LIST_STALE: (_("The list at this gate is not fresh."), _LOOK),
        Reason.LIST_TOO_OLD: (
            _("The list at this gate is too old."),
            _("Hold the paper. Two supervisors look at it and decide."),
        ),
        Reason.IMPOSSIBLE_TRAVEL: (_("This copy was at another gate a moment ago."), _HOLD),
        Reason.CODE_TYPED: (
            _("All is in order, but the code was typed, not read."),
            _("Hold the paper. The supervisor compares the code with the one on the paper and decides."),
        ),
        Reason.HIDDEN_MARK_ONLY: (
            _("All is in order, but only the hidden mark could be read."),
            _(
                "Hold the paper. The supervisor looks whether the QR code was cut away or covered, and decides."
            ),
        ),
        Reason.BAG_MAY_LEAVE: (
            _("This bag may leave for the plant."),
            _("Let it pass. The exit is recorded."),
        ),
        Reason.BAG_MAY_ENTER: (
            _("This bag comes back, its seal intact."),
            _("Let it in and send the escorts to the registry."),
        ),
        Reason.BAG_TO_BE_LOOKED_AT: (
            _("Who takes this bag, and is its seal unbroken?"),
            _("Read both badges, compare the faces, and look at the seal and its number from all sides."),
        ),
        Reason.UNKNOWN_SEAL: (
            _("No bag has a seal with this number."),
            _("Hold the bag and call the registry: it may have been exchanged. The incident is recorded."),
        ),
        Reason.SEAL_USED_UP: (
            _("The bag with this seal was opened or has arrived before."),
            _("Hold the bag and call the registry: its seal may be a copy. The incident is recorded."),
        ),
        Reason.BAG_NOT_HANDED: (_("No escorts have signed for this bag."), _HOLD_BAG),
        Reason.BAG_ALREADY_OUT: (
            _("The bag with this seal is already outside."),
            _("Hold the bag and call the registry: its seal may be a copy. The incident is recorded."),
        ),
        Reason.BAG_NOT_OUTSIDE: (_("This bag should not have been outside."), _HOLD_BAG),
        Reason.ESCORT_DIFFERS: (_("The person is not an escort of this bag."), _HOLD_BAG),
    }
)
"""The sentence and the next step of each reason; a test holds that none is missing."""

DIRECTIONS: Final[Mapping[Direction, LazyString]] = MappingProxyType(
    {Direction.EXIT: _("out"), Direction.ENTRY: _("in")}
)
SOURCES: Final[Mapping[ScanSource, LazyString]] = MappingProxyType(
    {
        ScanSource.GUN: _("hand scanner"),
        ScanSource.CAMERA: _("camera"),
        ScanSource.PHOTO: _("photo"),
        ScanSource.TYPED: _("typed"),
    }
)
PERMIT_WORDS: Final[Mapping[PermitState, tuple[LazyString, str, str]]] = MappingProxyType(
    {
        PermitState.OPEN: (_("open"), "ok", "check-lg"),
        PermitState.OUTSIDE: (_("outside"), "outside", "door-open"),
        PermitState.CLOSED: (_("used and back"), "quiet", "check-circle-fill"),
        PermitState.REVOKED: (_("revoked"), "stop", "slash-circle"),
    }
)
"""Word, tone and icon of each state."""

_FACTS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "wanted": _("Carriers wanted"),
        "got": _("Carriers shown"),
        "from_at": _("Valid from"),
        "until_at": _("Valid until"),
        "expected": _("Pages expected"),
        "counted": _("Pages counted"),
        "seen_at": _("Seen there"),
        "age_min": _("Minutes old"),
        "list": _("List"),
        "bag": _("Bag"),
        "seal": _("Seal"),
    }
)
"""Facts that a guard can use; what has no label stays in the log."""

_TIMES: Final = frozenset({"from_at", "until_at", "seen_at"})


def verdict_words(verdict: Verdict) -> VerdictWords:
    """Return a verdict in words."""
    reason, next_step = REASONS[verdict.reason]
    return VerdictWords(str(COLOUR_WORDS[verdict.colour]), str(reason), str(next_step))


def verdict_facts(verdict: Verdict) -> list[tuple[str, str]]:
    """Return what the guard is shown beside the words: label and value."""
    hidden = {"expected"} if verdict.reason in CONFIRMABLE else set()
    return list(fact_words({key: fact for key, fact in verdict.facts.items() if key not in hidden}).items())


def fact_words(facts: Mapping[str, object]) -> dict[str, str]:
    """Return what is said about a reason by its label, as far as it has one."""
    return {str(label): _value(key, facts[key]) for key, label in _FACTS.items() if key in facts}


def needs(verdict: Verdict) -> list[str]:
    """Return what the guard can settle alone; all is asked at once, since all is wanted before paper leaves.

    Escorts who have just gone through with another bag are not asked for their badges again.
    """
    if verdict.reason is Reason.BAG_TO_BE_LOOKED_AT:
        return ["seal"] if "shown_before" in verdict.facts else ["carrier", "seal"]
    return ["carrier", "pages"] if verdict.reason in CONFIRMABLE else []


def _value(key: str, value: object) -> str:
    text = str(value)
    try:
        return local_time(datetime.fromisoformat(text)) if key in _TIMES else text
    except ValueError:  # a row that was changed by hand says anything
        return text
