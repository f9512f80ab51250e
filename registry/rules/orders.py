"""Orders as registers keep them: written as plain values and read back to the very same order, with the same hash."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from registry.rules.approval import Act, Order, Units
from registry.rules.canonical import utc_text
from registry.rules.levels import Scheme


def dump_order(order: Order) -> dict[str, Any]:
    """Return the order as values that JSON can hold."""
    return {
        "act": str(order.act),
        "scheme": str(order.scheme),
        "level": order.level,
        "requester_person": order.requester_person,
        "units": [order.units.requesting, order.units.issuing, order.units.classifying],
        "reason": order.reason,
        "document_id": order.document_id,
        "document_sha256": order.document_sha256,
        "copies": order.copies,
        "copy_codes": list(order.copy_codes),
        "pages": order.pages,
        "recipients": list(order.recipients),
        "carriers": list(order.carriers),
        "custodian": order.custodian,
        "gate_id": order.gate_id,
        "until": None if order.until is None else utc_text(order.until),
        "details": [list(detail) for detail in order.details],
    }


def load_order(values: Mapping[str, Any]) -> Order:
    """Return the order that `dump_order` wrote.

    Raises:
        InvalidOrder: the values were changed into something that contradicts itself.
    """
    until = values["until"]
    return Order(
        act=Act(values["act"]),
        scheme=Scheme(values["scheme"]),
        level=values["level"],
        requester_person=values["requester_person"],
        units=Units(*values["units"]),
        reason=values["reason"],
        document_id=values["document_id"],
        document_sha256=values["document_sha256"],
        copies=values["copies"],
        copy_codes=tuple(values["copy_codes"]),
        pages=values["pages"],
        recipients=tuple(values["recipients"]),
        carriers=tuple(values["carriers"]),
        custodian=values["custodian"],
        gate_id=values["gate_id"],
        until=None if until is None else datetime.fromisoformat(until),
        details=tuple((name, value) for name, value in values["details"]),
    )
