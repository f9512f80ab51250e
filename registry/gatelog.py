"""What the ledger says of an attempt at a gate, from the event's row: to record it, and to hold it against later."""

import hashlib

from registry.ledger.log import Loggable
from registry.models import GateEvent


def event_facts(event: GateEvent) -> dict[str, Loggable]:
    """Return what an entry says of an event."""
    return {
        "gate": event.gate_id,
        "direction": str(event.direction),
        "source": str(event.source),
        "device": event.device_id,
        "device_at": event.device_at,
        "offline": event.offline,
        "proof": str(event.facts["proof"]),
        "copy": None if event.copy is None else event.copy.code,
        "seal": None if event.bag is None else event.bag.seal_no,
        "permit": event.permit_id,
        "colour": str(event.colour),
        "reason": event.reason,
    }


def raw_hash(raw: str) -> str:
    """Return what an entry says of the text that was scanned."""
    return hashlib.sha256(raw.encode()).hexdigest()
