"""Recalls: begun over a document, exceptions signed, closed when nothing is missed that nobody answers for.

Law: a return is an act of the counter and fulfils the campaign by itself; nothing here says that a copy is back.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from registry import circulating, kin
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import Copy, Document, Movement, Recall, RecallItem
from registry.rows import LOCK, UnknownCopy, flush_unique, get_row
from registry.rules import recall as rules
from registry.rules import roles
from registry.rules.limits import REASON_LIMIT
from registry.rules.recall import FATES, Balance, Fate, RecallState
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import Custodian
from registry.views.custody import custody_now
from registry.views.recalls import one_recall


class AlreadyRecalled(ConflictError):
    """The document is being recalled already."""

    code = "already-recalled"


class NothingToRecall(ConflictError):
    """No copy of the document is with anybody."""

    code = "nothing-to-recall"


class RecallClosed(ConflictError):
    """The campaign is over."""

    code = "recall-closed"


class RecallNeedsDueTime(InvalidError):
    """A campaign names a time by which the copies are to be back, and it is still to come."""

    code = "recall-needs-due-time"


class NotMissedInRecall(ConflictError):
    """The copy is not missed: it is back, lost, or not of this campaign."""

    code = "not-missed-in-recall"


def begin(
    session: Session, document_id: int, reason: str, due_at: datetime, *, actor: Actor, now: datetime
) -> int:
    """Begin a campaign over a document and everything that was made of it: freeze what is due, and return its id."""
    roles.require(actor, Action.RECALL)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    if due_at <= now:
        raise RecallNeedsDueTime("got a campaign whose time is past", field="due_at")
    reached = kin.family_of(session, document_id)
    for each in reached:
        get_row(session, Document, each, lock=True)
    begun = Recall(
        document_id=document_id,
        state=RecallState.RUNNING,
        reason=why,
        opened_by_id=actor.person_id,
        opened_at=now,
        due_at=due_at,
    )
    session.add(begun)
    taken = AlreadyRecalled("got a document that is being recalled", document=document_id)
    flush_unique(session, {(Recall.document_id,): taken})
    session.execute(
        sa.insert(RecallItem).from_select(("recall_id", "copy_id", "holder_id"), _due(begun.id, reached))
    )
    due = session.execute(
        sa.select(Copy.code, RecallItem.holder_id)
        .join(RecallItem, RecallItem.copy_id == Copy.id)
        .where(RecallItem.recall_id == begun.id)
        .order_by(Copy.document_id, Copy.copy_no)
    ).all()
    if not due:
        raise NothingToRecall("got a document of which nothing is out", document=document_id)
    ended = circulating.end_recalled(session, reached, actor=actor, now=now)
    log.append(
        session,
        "recall.begun",
        f"recall:{begun.id}",
        actor=actor,
        now=now,
        document=document_id,
        family=list(reached),
        due_at=due_at,
        due=[code for code, _ in due],
        holders=sorted({holder for _, holder in due if holder is not None}),
        reason=log.private(why),
    )
    circulating.record_ended(session, ended, actor=actor, now=now)
    return begun.id


def excuse(
    session: Session,
    recall_id: int,
    code: str,
    reason: str,
    *,
    signer: Actor,
    actor: Actor,
    now: datetime,
) -> None:
    """Record that somebody signs for a missed copy to stay out.

    Args:
        session: The deed's transaction.
        recall_id: The campaign.
        code: The copy.
        reason: Why it stays out.
        signer: Who signs, proven; neither the clerk nor the holder.
        actor: Who stands at the screen.
        now: When.
    """
    roles.require(actor, Action.READ_RECALLS)
    roles.require(signer, Action.EXCUSE_RECALL)
    row = _locked(session, recall_id)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    copy = session.scalar(sa.select(Copy).where(Copy.code == code))
    if copy is None:
        raise UnknownCopy(code)
    item = session.get(RecallItem, (row.id, copy.id), with_for_update=LOCK)
    if item is None or FATES[copy.state] is not Fate.MISSED:
        raise NotMissedInRecall("got a copy that this campaign does not miss", copy=code)
    answers = custody_now(session, [copy.id]).get(copy.id)
    rules.require_independent(
        signer.person_id,
        opened_by=row.opened_by_id,
        actor_id=None if actor.person_id == signer.person_id else actor.person_id,
        holder_id=None if answers is None else answers.person_id,
    )
    item.excused_by_id = signer.person_id
    item.excused_at = now
    item.excuse = why
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "recall.excused",
        f"recall:{row.id}",
        actor=actor,
        now=now,
        copy=code,
        signer=signer.person_id,
        reason=log.private(why),
    )


def close(session: Session, recall_id: int, *, actor: Actor, now: datetime) -> Balance:
    """End a campaign; what is missed and excused stays out, what was lost goes on as a loss.

    Raises:
        RecallNotSettled: a copy is missed and nobody has signed for that.
    """
    roles.require(actor, Action.RECALL)
    row = _locked(session, recall_id)
    view = one_recall(session, recall_id)
    missed = {line.copy.code for line in view.missed}
    excused = {line.copy.code for line in view.missed if line.excuse is not None}
    rules.require_settled(missed, excused)
    for line in view.copies:
        item = session.get_one(RecallItem, (row.id, line.copy.copy_id))
        item.fate = line.fate
    row.state = RecallState.CLOSED
    row.closed_by_id = actor.person_id
    row.closed_at = now
    session.flush()  # before the ledger is locked
    total = view.head.balance
    log.append(
        session,
        "recall.closed",
        f"recall:{row.id}",
        actor=actor,
        now=now,
        due=total.due,
        returned=total.returned,
        missed=total.missed,
        lost=total.lost,
        excused=sorted(excused),
    )
    return total


def _locked(session: Session, recall_id: int) -> Recall:
    """Return a campaign that runs, locked until the transaction ends."""
    row = get_row(session, Recall, recall_id, lock=True)
    if row.state is not RecallState.RUNNING:
        raise RecallClosed("got a campaign that is over", state=str(row.state))
    return row


def _due(recall_id: int, document_ids: Sequence[int]) -> sa.Select[int, int, int | None]:
    """Return the query for what is due: every copy that is out or missing, and who answers for it."""
    later = aliased(Movement)
    newest = ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq)
    holder_id = sa.case((Movement.custodian == Custodian.PERSON, Movement.person_id), else_=None)
    return (
        sa.select(sa.literal(recall_id), Copy.id, holder_id)
        .outerjoin(Movement, sa.and_(Movement.copy_id == Copy.id, newest))
        .where(Copy.document_id.in_(document_ids), Copy.state.in_(rules.DUE_STATES))
    )
