"""Photocopies, scans and faxes: each an approved job on a device that may do it, on the record.

Laws: nothing is copied without an approval for exactly that document, used up copy by copy; the device is inspected, in
use, of the document's level and has a custodian; only a cipher fax sends; what lay on the glass is a numbered copy that
the registry or a person answers for, and is not being recalled.

A photocopy is a carrier like the original: a job on a copier reserves a number and a code for each before its paper
exists. Its paper comes into stock when the label with its code is scanned, and what was never made is given up. It
bears the marks of the copy on the glass and none of its own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent, minting
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import ApprovalRequest, Copy, Document, Equipment, EquipmentJob, Recopy
from registry.recalling import refuse_recalled
from registry.rows import LOCKED_COPIES, get_row, move_all
from registry.rules import equipment as rules
from registry.rules import lifecycle, roles
from registry.rules.approval import Act
from registry.rules.codes import mint_code
from registry.rules.equipment import Device
from registry.rules.levels import get_level
from registry.rules.lifecycle import FIRST_STATE, TERMINAL, Step
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import Custodian, MovementKind
from registry.sources import locked_source

STATION_LIMIT: Final = 120


class NotACopyingRequest(InvalidError):
    """The approval is for neither copying nor faxing."""

    code = "not-a-copying-request"


class NotOfThisJob(ConflictError):
    """The code that was scanned is none of the photocopies of the job."""

    code = "not-of-this-job"


class NothingToGiveUp(ConflictError):
    """Every photocopy of the job is in stock, or given up already."""

    code = "nothing-to-give-up"


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

    On a copier every copy gets a number and a code, to be labelled and taken in.

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
        CopyRecalled: what lay on the glass is being recalled.
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
    refuse_recalled(session, [source])
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
    session.flush()  # the id, for the ledger and the photocopies
    minted = _mint(session, made, request, source, now=now) if device.kind in rules.YIELDS_PAPER else []
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
    minted_on = {"copied_from": source.id, "job": made.id}
    minting.record_minted(session, dict.fromkeys(minted, minted_on), actor=actor, now=now)
    return made.id


def take_in(
    session: Session, job_id: int, codes: Sequence[str], *, actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Take labelled photocopies of a job into stock; return the codes that were not there before.

    Raises:
        NotOfThisJob: a code is that of another copy, as when the copied code was scanned and not the label.
        ImpossibleStep: the number was given up.
        ExecutorNotSeparate: the actor asked for the job, or agreed to it.
    """
    roles.require(actor, Action.RUN_COPYING)
    job = get_row(session, EquipmentJob, job_id, lock=True)
    consent.require_separate(get_row(session, ApprovalRequest, job.request_id), actor)
    ours = {copy.code: copy for copy in _photocopies(session, job_id)}
    scanned = list(dict.fromkeys(codes))
    for code in scanned:
        if code not in ours:
            raise NotOfThisJob("got a copy that is none of the job's photocopies", copy=code)
    waiting = [
        ours[code] for code in scanned if ours[code].state is FIRST_STATE or ours[code].state in TERMINAL
    ]
    for copy in waiting:
        copy.state = lifecycle.next_state(copy.state, Step.ISSUE)
    move_all(session, waiting, MovementKind.PRINTED, Custodian.REGISTRY, actor=actor, now=now)
    _record(session, waiting, Step.ISSUE, job_id, actor=actor, now=now)
    return tuple(copy.code for copy in waiting)


def give_up(session: Session, job_id: int, *, actor: Actor, now: datetime) -> int:
    """Void the numbers of a job whose photocopies were never made; return how many.

    Raises:
        NothingToGiveUp: none waits for its paper.
    """
    roles.require(actor, Action.RUN_COPYING)
    get_row(session, EquipmentJob, job_id, lock=True)
    unmade = [copy for copy in _photocopies(session, job_id) if copy.state is FIRST_STATE]
    if not unmade:
        raise NothingToGiveUp("got a job none of whose photocopies is waited for", job=job_id)
    for copy in unmade:
        copy.state = lifecycle.next_state(copy.state, Step.VOID)
    move_all(session, unmade, MovementKind.VOIDED, Custodian.NONE, actor=actor, now=now)
    _record(session, unmade, Step.VOID, job_id, actor=actor, now=now)
    return len(unmade)


def _mint(
    session: Session, job: EquipmentJob, request: ApprovalRequest, source: Copy, *, now: datetime
) -> list[Copy]:
    """Give each photocopy of a job its number and code."""
    document, numbers = minting.count_on(session, request, job.copies)
    minted = [
        Copy(
            code=mint_code(),
            document_id=document.id,
            copy_no=copy_no,
            batch_id=None,
            state=FIRST_STATE,
            pages=source.pages,
            minted_at=now,
        )
        for copy_no in numbers
    ]
    session.add_all(minted)
    session.flush()  # their ids, for what they are made after
    session.add_all(Recopy(copy_id=copy.id, source_id=source.id, job_id=job.id) for copy in minted)
    return minted


def _photocopies(session: Session, job_id: int) -> list[Copy]:
    """Return the photocopies of a job, locked until the transaction ends."""
    ours = sa.select(Recopy.copy_id).where(Recopy.job_id == job_id)
    return list(session.scalars(LOCKED_COPIES.where(Copy.id.in_(ours))))


def _record(
    session: Session, copies: Sequence[Copy], step: Step, job_id: int, *, actor: Actor, now: datetime
) -> None:
    for copy in copies:
        log.append(
            session,
            lifecycle.RECORDED_AS[step],
            f"copy:{copy.code}",
            actor=actor,
            now=now,
            state=str(copy.state),
            job=job_id,
        )


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
