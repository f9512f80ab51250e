"""The closed lists of words that registers other than the copy's own life use.

The states of a copy are in ``lifecycle``, the roles in ``roles``, the acts that need consent in ``approval``.
"""

from enum import StrEnum


class MeetingState(StrEnum):
    """Where a meeting stands."""

    PLANNED = "PLANNED"
    READY = "READY"
    UNDER_WAY = "UNDER_WAY"
    ENDED = "ENDED"
    """Over, while things are still out."""
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class AttendeeState(StrEnum):
    """What has become of an attendee."""

    NAMED = "NAMED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    REPLACED = "REPLACED"
    STRUCK = "STRUCK"


class MeetingThing(StrEnum):
    """What changes hands at the door of a meeting."""

    NOTEBOOK = "NOTEBOOK"
    """A numbered notebook, given out and taken back."""
    DEPOSIT = "DEPOSIT"
    """A phone or another radio device, taken in and given back."""


class Outstanding(StrEnum):
    """What keeps a meeting from being closed."""

    COPY = "COPY"
    NOTEBOOK = "NOTEBOOK"
    DEPOSIT = "DEPOSIT"


class ConveyedAs(StrEnum):
    """In which form content is passed on."""

    TEXT = "TEXT"
    PAGES = "PAGES"


class Breach(StrEnum):
    """How the discipline of a meeting was broken."""

    RECORDING = "RECORDING"
    COPYING = "COPYING"
    TAKING_OUT = "TAKING_OUT"
    OPEN_LINE = "OPEN_LINE"
    OUTSIDER = "OUTSIDER"
    OTHER = "OTHER"


class RequestState(StrEnum):
    """Where a request for approval stands; only ``OPEN`` can be decided, only ``APPROVED`` can be used."""

    OPEN = "OPEN"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    CONSUMED = "CONSUMED"
    LAPSED = "LAPSED"


class BatchState(StrEnum):
    """Where a print batch stands."""

    RESERVED = "RESERVED"
    STAMPING = "STAMPING"
    READY = "READY"
    RELEASED = "RELEASED"
    FAILED = "FAILED"
    VOID = "VOID"


class Content(StrEnum):
    """Whether the content of a document that is kept light is here."""

    KEPT = "KEPT"
    REMOVING = "REMOVING"
    """Ordered, on the record; nothing may use it any more."""
    REMOVED = "REMOVED"


class RemovedFor(StrEnum):
    """Why content was removed."""

    PRINTED = "PRINTED"
    """Everything that was approved is on paper."""
    TIME = "TIME"
    """The time that was set is over."""
    ASKED = "ASKED"
    """A person wanted it."""


class HandOverKind(StrEnum):
    """Why a copy is given to a person."""

    ISSUE = "ISSUE"
    LOAN = "LOAN"
    TRANSFER = "TRANSFER"


class HandOverState(StrEnum):
    """Where a hand-over stands; the giver answers for the copies until it is confirmed."""

    OFFERED = "OFFERED"
    CONFIRMED = "CONFIRMED"
    WITHDRAWN = "WITHDRAWN"


class ReceiptMethod(StrEnum):
    """How the receiver confirmed in person."""

    PIN = "PIN"
    SIGNATURE = "SIGNATURE"


class MovementKind(StrEnum):
    """What moved custody; each movement names the custodian from its instant on."""

    PRINTED = "PRINTED"
    ISSUE = "ISSUE"
    LOAN = "LOAN"
    TRANSFER = "TRANSFER"
    RETURN = "RETURN"
    SPOILED = "SPOILED"
    DESTROYED = "DESTROYED"
    VOIDED = "VOIDED"
    FOUND = "FOUND"
    TAKEN_OVER = "TAKEN_OVER"
    """As an older register had it when this one began."""


class Custodian(StrEnum):
    """Who answers for a copy: the registry, a person, or nobody since there is no paper."""

    REGISTRY = "REGISTRY"
    PERSON = "PERSON"
    NONE = "NONE"


class Direction(StrEnum):
    """Which way through a gate."""

    EXIT = "EXIT"
    ENTRY = "ENTRY"


class ScanSource(StrEnum):
    """What delivered the raw code."""

    GUN = "GUN"
    CAMERA = "CAMERA"
    PHOTO = "PHOTO"
    TYPED = "TYPED"


class PermitState(StrEnum):
    """Where a take-out permit stands."""

    OPEN = "OPEN"
    OUTSIDE = "OUTSIDE"
    CLOSED = "CLOSED"
    REVOKED = "REVOKED"


class DestructionState(StrEnum):
    """Where a destruction list stands; whether it may go to shredder or plant is told by its request."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    EN_ROUTE = "EN_ROUTE"
    """Its bags were signed for by two escorts; the plant's receipt ends it."""
    DESTROYED = "DESTROYED"
    CANCELLED = "CANCELLED"


class DestructionPart(StrEnum):
    """What a person vouches for at the shredder, or where bags leave for the plant."""

    OPERATOR = "OPERATOR"
    WITNESS = "WITNESS"
    ESCORT = "ESCORT"
    """Takes the sealed bags to the plant, with another."""


class BagState(StrEnum):
    """Where a sealed bag stands; what follows what is in ``plant``."""

    SEALED = "SEALED"
    HANDED = "HANDED"
    """Signed for by two escorts, still in the house, or back in it."""
    OUTSIDE = "OUTSIDE"
    """Left through a gate."""
    STOPPED = "STOPPED"
    """In the house, and not to be trusted: its seal was broken, or a copy lay outside it."""
    ARRIVED = "ARRIVED"
    """Arrived at the plant with its seal intact."""
    BROKEN = "BROKEN"
    """Arrived at the plant with a broken seal."""
    MISSING = "MISSING"
    """Did not arrive."""
    OPENED = "OPENED"
    """Opened on record before it reached the plant; its seal is used up."""


class BagFault(StrEnum):
    """What was wrong with a bag; each is an incident that the security officer settles."""

    SEAL_BROKEN = "SEAL_BROKEN"
    WRONG_SEAL = "WRONG_SEAL"
    """A seal that no bag under way bears: unknown, used up, or outside already."""
    BAG_MISSING = "BAG_MISSING"
    COPY_ASTRAY = "COPY_ASTRAY"
    """A copy lay outside the bag that it was sealed in."""


class ItemEnd(StrEnum):
    """What became of a copy on a list for the plant."""

    DESTROYED = "DESTROYED"
    UNACCOUNTED = "UNACCOUNTED"
    """Its bag arrived broken or not at all, or it had been missed before."""
    KEPT = "KEPT"
    """It never left the house, and lies in the registry again."""


class EquipmentKind(StrEnum):
    """What a registered device is."""

    SHREDDER = "SHREDDER"
    PRINTER = "PRINTER"
    COPIER = "COPIER"
    SCANNER = "SCANNER"
    COMPUTER = "COMPUTER"
    FAX = "FAX"
    STORAGE = "STORAGE"
    """A storage medium: a disk, a stick, a card."""


class EquipmentState(StrEnum):
    """Where a device stands; only ``IN_USE`` touches anything confidential."""

    REGISTERED = "REGISTERED"
    """Waits for its inspection."""
    IN_USE = "IN_USE"
    BARRED = "BARRED"
    """Failed its inspection."""
    IN_REPAIR = "IN_REPAIR"
    RETIRED = "RETIRED"


class RetirementMethod(StrEnum):
    """How what a device remembers is ended when it leaves the register."""

    WIPED = "WIPED"
    DESTROYED = "DESTROYED"


class RetirementState(StrEnum):
    """Where a retirement stands."""

    OPEN = "OPEN"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class RepairGuard(StrEnum):
    """What keeps a device's secrets while a technician has it."""

    WIPED = "WIPED"
    ESCORTED = "ESCORTED"


class CaseState(StrEnum):
    """What a trace case has come to."""

    OPEN = "OPEN"
    RUNNING = "RUNNING"
    NAMED = "NAMED"
    INCONCLUSIVE = "INCONCLUSIVE"
    CONFLICT = "CONFLICT"
    FAILED = "FAILED"


class DrillOutcome(StrEnum):
    """What the reader made of a picture whose copy is known."""

    NAMED = "NAMED"
    """The hidden marks name the right copy."""
    CLAIMED = "CLAIMED"
    """Only the QR names it."""
    INSUFFICIENT = "INSUFFICIENT"
    """No copy is named."""
    CONFLICT = "CONFLICT"
    """The marks contradict each other; no copy is named."""
    WRONG = "WRONG"
    """Another copy is named."""
    UNREADABLE = "UNREADABLE"
    """The picture could not be read to its end."""


class RuleSetState(StrEnum):
    """What has become of a version of the rules that somebody drew up."""

    PROPOSED = "PROPOSED"
    ADOPTED = "ADOPTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
