"""Photocopies, scans and faxes: each an approved job on a device that may do it, on the record.

Laws: nothing is copied without an approval for exactly that document, used up copy by copy; the device is inspected, in
use, of the document's level and has a custodian; only a cipher fax sends; what lay on the glass is a numbered copy that
the registry or a person answers for.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from registry import consent
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import ApprovalRequest, Document, Equipment, EquipmentJob
from registry.rows import get_row
from registry.rules import equipment as rules
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.equipment import Device
from registry.rules.levels import get_level
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.sources import locked_source

STATION_LIMIT: Final = 120


class NotACopyingRequest(InvalidError):
    """The approval is for neither copying nor faxing."""

    code = "not-a-copying-request"


class OtherStation(ConflictError):
    """The fax would go to another station than was approved."""

    code = "other-station"


def run_job(
    session: Session,
    request_id: int,
    equipment_id: int,
    source_code: str,
    copies: int,
    *,
    station: str = "",
    actor: Actor,
    now: datetime,
) -> int:
    """Record an approved copy or fax job and use its approval up by as many copies; return the job's id.

    Args:
        session: The deed's transaction.
        request_id: The approval.
        equipment_id: The device.
        source_code: Code of the copy that lay on the glass.
        copies: How many were made, or sent.
        station: Where a fax went; empty for a copy.
        actor: Who did it; neither asked nor agreed.
        now: When.

    Raises:
        NotACopyingRequest, SourceOfOtherDocument, SourceNotAtHand, OtherStation, ApprovedForAnotherUse: the job is not
            what was approved.
        ConflictError: the device may not do it, see ``rules.equipment.require_usable``, or the approval is not usable,
            see ``consent.consume``.
    """
    roles.require(actor, Action.RUN_COPYING)
    if copies < 1:
        raise NotACopyingRequest("got a job without copies", field="copies")
    device = get_row(session, Equipment, equipment_id, lock=True)
    act = get_row(session, ApprovalRequest, request_id).act
    if act not in rules.KINDS_FOR:
        raise NotACopyingRequest(f"got an approval of {act}", act=str(act))
    request = consent.consume(session, request_id, act, quantity=copies, actor=actor, now=now, use=None)
    order = consent.order_of(request)
    document = get_row(session, Document, order.document_id or 0)
    level = get_level(document.scheme, document.level)
    rules.require_usable(device_of(device), act, level.handling, now)
    source = locked_source(session, source_code, document.id)
    where = parse_line(station, field="station", limit=STATION_LIMIT, required=act is Act.FAX)
    if where != dict(order.details).get("station", ""):
        raise OtherStation("got another station than was approved", field="station")
    made = EquipmentJob(
        equipment_id=equipment_id,
        custodian_id=device.custodian_id,
        act=act,
        request_id=request_id,
        document_id=document.id,
        source_id=source.id,
        copies=copies,
        copying_unit_id=order.units.requesting,
        station=where,
        done_by_id=actor.person_id,
        done_at=now,
    )
    session.add(made)
    session.flush()  # the id, for the ledger
    log.append(
        session,
        "equipment.job-done",
        f"equipment:{equipment_id}",
        actor=actor,
        now=now,
        job=made.id,
        act=str(act),
        request=request_id,
        document=document.id,
        source=source_code,
        copies=copies,
        custodian=device.custodian_id,
        copying_unit=made.copying_unit_id,
        station=log.private(where),
    )
    return made.id


def device_of(row: Equipment) -> Device:
    """Return a device as the rules see it."""
    return Device(
        kind=row.kind,
        state=row.state,
        handling=row.level,
        custodian_id=row.custodian_id,
        inspect_again_at=row.inspect_again_at,
        is_cipher=row.is_cipher,
    )
