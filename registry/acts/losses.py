"""A copy cannot be found, is declared lost, reported, investigated, or found again.

Laws: the last custodian goes on answering for it; a misprint stays one, however often it was lost; a hand-over of which
a copy is missing is signed for by nobody; a copy is found only by an act that somebody else has agreed to and that
explains where it was; one that is found outside its sealed bag was never in it, and the bag is not trusted. The clocks
that a loss sets in motion are told by ``rules.loss``; custody does not move, since nobody else has the paper.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import circulating, homecoming, offers
from registry.bags import locked_packed, record_incident, take_astray
from registry.errors import ConflictError
from registry.ledger import log
from registry.models import Copy, Loss, Movement
from registry.rows import UnknownCopy, get_row, locked_copy, move
from registry.rules import lifecycle, loss, roles
from registry.rules.lifecycle import Step
from registry.rules.limits import REASON_LIMIT
from registry.rules.loss import LOSS_TEXT_LIMIT, LossReport
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import Custodian, MovementKind
from registry.views.custody import custody_now

ACTIONS: Final = {Step.MISS: Action.REPORT_MISSING, Step.DECLARE_LOST: Action.DECLARE_LOST}
"""What can be said of a copy without anybody else's agreement."""


class LossOver(ConflictError):
    """The copy was found; its loss is over."""

    code = "loss-over"


class LossAlreadyReported(ConflictError):
    """The report of this loss was filed before."""

    code = "loss-already-reported"


class LossNotReported(ConflictError):
    """There is no report of this loss yet that an investigation could conclude."""

    code = "loss-not-reported"


class LossConcluded(ConflictError):
    """The investigation has its result already."""

    code = "loss-concluded"


class ConcludedByHolder(ConflictError):
    """Whoever answers for the lost copy does not state the result of its investigation."""

    code = "concluded-by-holder"


def report(
    session: Session, code: str, step: Step, reason: str, *, actor: Actor, now: datetime
) -> lifecycle.State:
    """Record that a copy is missing or lost, and why; the first opens its loss, and the clocks run.

    Args:
        session: The deed's transaction.
        code: The copy.
        step: ``MISS`` or ``DECLARE_LOST``.
        reason: How it was noticed, in the reporter's words.
        actor: Who reports.
        now: When.
    """
    roles.require(actor, ACTIONS[step])
    offer = offers.locked_offer_of(session, code)
    others = [one for one in offers.locked_items(session, offer) if one.code != code] if offer else []
    copy = locked_copy(session, code)
    _require_concerned(session, copy, actor)
    copy.state = lifecycle.next_state(copy.state, step)
    copy.state_reason = parse_line(reason, field="reason", limit=REASON_LIMIT)
    if offer is not None:
        offers.end_offer(session, offer, others, now=now)
    _keep_loss(session, copy, step, copy.state_reason, actor=actor, now=now)
    ended = circulating.settle(session, [copy], actor=actor, now=now)
    if offer is not None:
        offers.record_withdrawn(session, others, offer.id, actor=actor, now=now)
    log.append(
        session,
        lifecycle.RECORDED_AS[step],
        f"copy:{code}",
        actor=actor,
        now=now,
        state=str(copy.state),
        reason=log.private(copy.state_reason),
    )
    circulating.record_ended(session, ended, actor=actor, now=now)
    return copy.state


def find(
    session: Session, code: str, explanation: str, *, approver: Actor, actor: Actor, now: datetime
) -> lifecycle.State:
    """Record that a missing or lost copy lies before the clerk; the registry answers for it from now on.

    Args:
        session: The deed's transaction.
        code: The copy.
        explanation: Where it was and how it came back.
        approver: Who agrees, proven; neither the clerk nor whoever answers for the copy.
        actor: The clerk who takes it in.
        now: When.
    """
    roles.require(actor, Action.FIND)
    roles.require(approver, Action.APPROVE_FIND)
    packed = locked_packed(session, code)
    copy = locked_copy(session, code)
    answers = custody_now(session, [copy.id]).get(copy.id)
    copy.state = lifecycle.next_state(copy.state, Step.FIND)
    loss.require_independent_approver(
        approver.person_id,
        actor_id=actor.person_id,
        holder_id=None if answers is None else answers.person_id,
    )
    copy.state_reason = parse_line(explanation, field="reason", limit=REASON_LIMIT)
    _take_in(session, copy, actor=actor, now=now)
    row = _open_loss(session, copy.id)
    if row is not None:
        row.found_at = now
        row.found_by_id = actor.person_id
        row.approver_id = approver.person_id
        row.explanation = copy.state_reason
    incident = None
    if packed is not None:
        incident = take_astray(session, packed, copy.state_reason, actor=actor, now=now)
    session.flush()  # before the ledger is locked
    log.append(
        session,
        lifecycle.RECORDED_AS[Step.FIND],
        f"copy:{code}",
        actor=actor,
        now=now,
        state=str(copy.state),
        approver=approver.person_id,
        loss=None if row is None else row.id,
        reason=log.private(copy.state_reason),
    )
    if incident is not None:
        record_incident(session, incident, actor=actor, now=now)
    return copy.state


def file_report(session: Session, loss_id: int, said: LossReport, *, actor: Actor, now: datetime) -> None:
    """File the report of a loss: what the register does not know by itself."""
    roles.require(actor, Action.FILE_LOSS_REPORT)
    row = _locked(session, loss_id)
    if row.reported_at is not None:
        raise LossAlreadyReported("got a loss that was reported before", loss=loss_id)
    items = asdict(said.parsed())
    for item, text in items.items():
        setattr(row, item, text)
    row.reported_at = now
    row.reported_by_id = actor.person_id
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "loss.reported",
        f"loss:{loss_id}",
        actor=actor,
        now=now,
        copy=row.copy.code,
        missed_at=row.missed_at,
        **{item: log.private(text) for item, text in items.items()},
    )


def conclude(
    session: Session, loss_id: int, result: str, remedies: str, *, actor: Actor, now: datetime
) -> None:
    """Record the result of the investigation, and what is done about it."""
    roles.require(actor, Action.CONCLUDE_LOSS)
    row = _locked(session, loss_id)
    if row.reported_at is None:
        raise LossNotReported("got a loss without a report", loss=loss_id)
    if row.concluded_at is not None:
        raise LossConcluded("got a loss whose investigation is over", loss=loss_id)
    if row.holder_id is not None and row.holder_id == actor.person_id:
        raise ConcludedByHolder("got the holder as investigator", loss=loss_id)
    row.result = parse_line(result, field="result", limit=LOSS_TEXT_LIMIT)
    row.remedies = parse_line(remedies, field="remedies", limit=LOSS_TEXT_LIMIT)
    row.concluded_at = now
    row.concluded_by_id = actor.person_id
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "loss.concluded",
        f"loss:{loss_id}",
        actor=actor,
        now=now,
        copy=row.copy.code,
        result=log.private(row.result),
        remedies=log.private(row.remedies),
    )


def _keep_loss(session: Session, copy: Copy, step: Step, reason: str, *, actor: Actor, now: datetime) -> None:
    """Open the loss of a copy that is missing, or keep in it that the copy was declared lost."""
    if step is Step.MISS:
        answers = custody_now(session, [copy.id]).get(copy.id)
        session.add(
            Loss(
                copy_id=copy.id,
                holder_id=None if answers is None else answers.person_id,
                missed_at=now,
                missed_by_id=actor.person_id,
                how=reason,
            )
        )
    elif (row := _open_loss(session, copy.id)) is not None:
        row.declared_at = now
    session.flush()  # before the ledger is locked


def _open_loss(session: Session, copy_id: int) -> Loss | None:
    return session.scalar(sa.select(Loss).where(Loss.copy_id == copy_id, Loss.found_at.is_(None)))


def _locked(session: Session, loss_id: int) -> Loss:
    """Return a loss that goes on, locked until the transaction ends."""
    row = get_row(session, Loss, loss_id, lock=True)
    if row.found_at is not None:
        raise LossOver("got a loss whose copy was found", loss=loss_id)
    return row


def _take_in(session: Session, copy: Copy, *, actor: Actor, now: datetime) -> None:
    """Make the registry answer for a found copy; a misprint is one still, and its replacement is out there."""
    homecoming.refuse_own(custody_now(session, [copy.id]).values(), actor)
    misprinted = sa.select(Movement.id).where(
        Movement.copy_id == copy.id, Movement.kind == MovementKind.SPOILED
    )
    if session.scalar(misprinted) is not None:
        copy.state = lifecycle.next_state(copy.state, Step.SPOIL)
    homecoming.end_outings(session, [copy.id])
    move(session, copy, MovementKind.FOUND, Custodian.REGISTRY, actor=actor, now=now)


def _require_concerned(session: Session, copy: Copy, actor: Actor) -> None:
    """Pass when the actor keeps the register, or answers for the copy; for anyone else it does not exist."""
    current = custody_now(session, [copy.id]).get(copy.id)
    is_holder = current is not None and current.person_id == actor.person_id
    if not is_holder and not roles.may(actor, Action.DECLARE_LOST):
        raise UnknownCopy(copy.code)
