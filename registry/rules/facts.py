"""What people state when they enter something into the register; everything else the register knows by itself."""

from dataclasses import dataclass
from datetime import datetime

from registry.rules.family import Use
from registry.rules.levels import Handling
from registry.rules.words import ConveyedAs, EquipmentKind


@dataclass(frozen=True, kw_only=True)
class DocumentFacts:
    """What the clerk states about a document.

    Attributes:
        derived_as: What it is made as from others; None for an original.
        sources: The approvals under which it was made, one for each document that it comes from.
        code_name: Of a document that is kept light, in place of a title, which is empty; None for any other.
    """

    doc_number: str
    title: str
    issuing_unit_id: int
    classifying_unit_id: int
    scheme: str
    level: str
    secrecy_period: str
    need_to_know: str = ""
    no_copying: bool = False
    meeting_id: int | None = None
    derived_as: Use | None = None
    sources: tuple[int, ...] = ()
    code_name: str | None = None


@dataclass(frozen=True)
class MeetingFacts:
    """What is known of a meeting when it is planned."""

    title: str
    scheme: str
    level: str
    unit_id: int
    place: str
    starts_at: datetime


@dataclass(frozen=True)
class DeviceFacts:
    """What is known of a device when it is registered.

    Attributes:
        level: Up to which level it may be used; None only for a shredder, which its class bounds.
        serial: The maker's number.
        shred_level: Class on a shredder's certificate; empty for any other device.
        is_cipher: Whether a fax sends in cipher.
    """

    kind: EquipmentKind
    name: str
    place: str
    level: Handling | None
    serial: str = ""
    shred_level: str = ""
    is_cipher: bool = False


@dataclass(frozen=True)
class AgendaItem:
    """One item of an agenda, with the code of its level in the meeting's scheme."""

    title: str
    level: str


@dataclass(frozen=True)
class ConveyanceFacts:
    """What is passed on of a meeting: in which form, what exactly, where, to whom, and whether notes are allowed."""

    form: ConveyedAs
    content: str
    place: str
    listeners: tuple[int, ...]
    notes_allowed: bool
