"""Recalls as boards, slips and the rules around them see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from registry.models import Copy, Document, Movement, Person, Recall, RecallItem
from registry.rows import get_row
from registry.rules.lifecycle import State
from registry.rules.recall import FATES, Balance, Fate, RecallState, balance, balance_of
from registry.rules.words import Custodian
from registry.views.holdings import CopyLine, Name, copy_line, name


@dataclass(frozen=True)
class RecallRow:
    """A campaign in the overview."""

    id: int
    state: RecallState
    document_id: int
    doc_number: str
    title: str
    scheme: str
    level: str
    secrecy_period: str
    reason: str
    opened_by: Name
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    balance: Balance

    def is_overdue(self, now: datetime) -> bool:
        """Whether copies are missed and their time has passed."""
        return self.state is RecallState.RUNNING and self.balance.missed > 0 and self.due_at < now


@dataclass(frozen=True)
class Excuse:
    """Who signed that a copy stays out, when and why."""

    person: Name
    at: datetime
    reason: str


@dataclass(frozen=True)
class DueCopy:
    """One copy that is due.

    Attributes:
        holder: Who had it when the campaign began.
        answers: Who answers for it now; None for the registry, or for nobody.
        fate: What has become of it; of a closed campaign, what had when it ended.
    """

    copy: CopyLine
    holder: Name | None
    answers: Name | None
    fate: Fate
    excuse: Excuse | None


@dataclass(frozen=True)
class RecallView:
    """A campaign with every copy that is due, missed ones first."""

    head: RecallRow
    closed_by: Name | None
    copies: tuple[DueCopy, ...]

    @property
    def missed(self) -> tuple[DueCopy, ...]:
        """Copies that are still with somebody."""
        return tuple(line for line in self.copies if line.fate is Fate.MISSED)

    @property
    def unsettled(self) -> tuple[DueCopy, ...]:
        """Missed copies that nobody has signed an exception for."""
        return tuple(line for line in self.missed if line.excuse is None)


def recalls(session: Session) -> tuple[RecallRow, ...]:
    """Return all campaigns, those that run first, newest first."""
    rows = session.scalars(
        sa.select(Recall)
        .options(selectinload(Recall.document), selectinload(Recall.opened_by))
        .order_by(Recall.state.desc(), Recall.id.desc())
    ).all()
    counts = _counts(session, [row.id for row in rows])
    return tuple(_head(row, balance_of(counts.get(row.id, {}))) for row in rows)


def one_recall(session: Session, recall_id: int) -> RecallView:
    """Return one campaign.

    Raises:
        UnknownRow: there is none under this id.
    """
    row = get_row(session, Recall, recall_id)
    copies = _due(session, row)
    return RecallView(
        head=_head(row, balance_of({fate: sum(one.fate is fate for one in copies) for fate in Fate})),
        closed_by=None if row.closed_by is None else name(row.closed_by),
        copies=copies,
    )


def balance_now(session: Session, recall_id: int) -> Balance:
    """Return what has become of the copies of a running campaign, from the state of each."""
    return balance(
        session.scalars(
            sa.select(Copy.state)
            .join(RecallItem, RecallItem.copy_id == Copy.id)
            .where(RecallItem.recall_id == recall_id)
        )
    )


def wanted_from(session: Session, person_id: int) -> dict[str, datetime]:
    """Return until when a person is to bring back which copies, by code: those of running campaigns."""
    later = aliased(Movement)
    newest = ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq)
    rows = session.execute(
        sa.select(Copy.code, Recall.due_at)
        .join(RecallItem, RecallItem.copy_id == Copy.id)
        .join(Recall, RecallItem.recall_id == Recall.id)
        .join(Movement, sa.and_(Movement.copy_id == Copy.id, newest))
        .where(
            Recall.state == RecallState.RUNNING,
            Movement.custodian == Custodian.PERSON,
            Movement.person_id == person_id,
        )
        .order_by(Recall.due_at.desc())  # of two campaigns that want a copy the earlier one stays
    )
    return {row.code: row.due_at for row in rows}


def _head(row: Recall, total: Balance) -> RecallRow:
    document = row.document
    return RecallRow(
        id=row.id,
        state=row.state,
        document_id=document.id,
        doc_number=document.doc_number,
        title=document.title,
        scheme=document.scheme,
        level=document.level,
        secrecy_period=document.secrecy_period,
        reason=row.reason,
        opened_by=name(row.opened_by),
        opened_at=row.opened_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        balance=total,
    )


def _counts(session: Session, ids: Sequence[int]) -> dict[int, dict[Fate, int]]:
    query = (
        sa.select(RecallItem.recall_id, RecallItem.fate, Copy.state, sa.func.count())
        .join(Copy, RecallItem.copy_id == Copy.id)
        .where(RecallItem.recall_id.in_(ids))
        .group_by(RecallItem.recall_id, RecallItem.fate, Copy.state)
    )
    found: dict[int, dict[Fate, int]] = {}
    for recall_id, fate, state, number in session.execute(query):
        of_recall = found.setdefault(recall_id, dict.fromkeys(Fate, 0))
        of_recall[fate or FATES[State(state)]] += number
    return found


def _due(session: Session, row: Recall) -> tuple[DueCopy, ...]:
    holder, answers, signer, later = aliased(Person), aliased(Person), aliased(Person), aliased(Movement)
    newest = ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq)
    query: sa.Select[RecallItem, Copy, Document, Person | None, Person | None, Person | None] = (
        sa.select(RecallItem, Copy, Document, holder, answers, signer)
        .join(Copy, RecallItem.copy_id == Copy.id)
        .join(Document, Copy.document_id == Document.id)
        .outerjoin(holder, RecallItem.holder_id == holder.id)
        .outerjoin(signer, RecallItem.excused_by_id == signer.id)
        .outerjoin(Movement, sa.and_(Movement.copy_id == Copy.id, newest))
        .outerjoin(answers, Movement.person_id == answers.id)
        .where(RecallItem.recall_id == row.id)
        .order_by(Copy.document_id, Copy.copy_no)
    )
    lines = [
        DueCopy(
            copy=copy_line(copy, document),
            holder=None if had is None else name(had),
            answers=None if has is None else name(has),
            fate=item.fate or FATES[copy.state],
            excuse=None
            if signed is None or item.excused_at is None
            else Excuse(name(signed), item.excused_at, item.excuse or ""),
        )
        for item, copy, document, had, has, signed in session.execute(query)
    ]
    order = [Fate.MISSED, Fate.LOST, Fate.RETURNED]
    return tuple(
        sorted(lines, key=lambda line: (order.index(line.fate), line.copy.document_id, line.copy.copy_no))
    )
