"""What waits for a person, by their roles: the desk they come to in the morning.

Each stack says how many things wait and shows the first of them. Who has which stack follows from the actions they may
do; what is on it is theirs to see.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.models import (
    ApprovalRequest,
    DestructionItem,
    DestructionList,
    Document,
    Plant,
    PrintBatch,
    TraceCase,
)
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.attempts import AttemptState
from registry.rules.family import DERIVING
from registry.rules.lifecycle import State
from registry.rules.roles import Action, Actor
from registry.rules.words import BatchState, CaseState, DestructionState, RequestState
from registry.views import gates
from registry.views.approvals import RequestRow, printable, requested_by, usable, waiting_for
from registry.views.attempts import Waste, unsettled, waste
from registry.views.holdings import HandOverView, Holding, Name, holdings, name, open_hand_overs, overdue
from registry.views.regrading import open_proposals, waiting_regradings

SHOWN: Final = 5
"""How many things of a stack are shown; the rest is behind its link."""


class Stack(StrEnum):
    """What a stack holds."""

    TO_DECIDE = "TO_DECIDE"
    TO_SIGN_FOR = "TO_SIGN_FOR"
    OWN_OVERDUE = "OWN_OVERDUE"
    HELD = "HELD"
    OWN_REQUESTS = "OWN_REQUESTS"
    TO_PRINT = "TO_PRINT"
    TO_RELEASE = "TO_RELEASE"
    FAILED_RUNS = "FAILED_RUNS"
    PRINT_UNKNOWN = "PRINT_UNKNOWN"
    PRINT_UNSEEN = "PRINT_UNSEEN"
    SPOILED_SHEETS = "SPOILED_SHEETS"
    UNSIGNED = "UNSIGNED"
    OVERDUE = "OVERDUE"
    CLAIMED = "CLAIMED"
    TO_PERMIT = "TO_PERMIT"
    TO_DESTROY = "TO_DESTROY"
    AT_PLANT = "AT_PLANT"
    AMBER = "AMBER"
    CASES = "CASES"
    TO_DERIVE = "TO_DERIVE"
    TO_REGRADE = "TO_REGRADE"
    TO_REMARK = "TO_REMARK"
    REMARK_OVERDUE = "REMARK_OVERDUE"
    TO_FOLLOW = "TO_FOLLOW"


@dataclass(frozen=True)
class Thing:
    """One thing that waits.

    Attributes:
        key: Id, or copy code, of what its page is about.
        about: Document number and title, empty where there is none.
        person: Whom it concerns besides the reader.
        at: Since when it waits.
        due_at: When it is, or was, due.
        count: How many copies, or sheets, it is about; 0 where that means nothing.
        sheets: Whether sheets are counted, not copies.
    """

    key: str
    doc_number: str
    title: str
    level: str
    person: Name | None
    at: datetime
    due_at: datetime | None = None
    count: int = 0
    sheets: bool = False


@dataclass(frozen=True)
class Pile:
    """A stack with how much waits and its first things."""

    stack: Stack
    total: int
    things: tuple[Thing, ...]


def desk(session: Session, actor: Actor, *, now: datetime) -> tuple[Pile, ...]:
    """Return the stacks of an actor's roles in order of urgency; empty ones included, so that their absence is told."""
    return tuple(
        _pile(stack, fill(session, actor, now))
        for stack, (action, fill) in _STACKS.items()
        if roles.may_for_some_unit(actor, action)
    )


def count_to_decide(session: Session, actor: Actor, now: datetime) -> int:
    """Return how many requests wait for the actor's decision."""
    return len(waiting_for(session, actor, now=now))


def _pile(stack: Stack, things: Sequence[Thing]) -> Pile:
    return Pile(stack=stack, total=len(things), things=tuple(things[:SHOWN]))


def _to_decide(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    return [_of_request(row) for row in waiting_for(session, actor, now=now)]


def _own_requests(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    del now
    return [_of_request(row) for row in requested_by(session, actor.person_id or 0) if row.missing]


def _printable(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    return [_of_request(row) for row in printable(session, actor, now=now)]


def _derivable(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    return [
        _of_request(row, counted=False)
        for row in usable(session, Act.COPY, actor, now=now, uses=tuple(DERIVING))
    ]


def _unmarked(*, late: bool) -> Callable[[Session, Actor, datetime], list[Thing]]:
    """Return what fills a stack with the regradings of which copies wait for their mark, in time or not."""

    def fill(session: Session, actor: Actor, now: datetime) -> list[Thing]:
        del actor
        return [
            Thing(
                key=str(row.id),
                doc_number=row.doc_number,
                title=row.title,
                level=row.level,
                person=None,
                at=row.done_at,
                due_at=row.remark_by,
                count=row.tasks.waiting,
            )
            for row in waiting_regradings(session)
            if row.is_overdue(now) is late
        ]

    return fill


def _proposed(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    del actor, now
    return [
        Thing(
            key=str(row.regrading_id),
            doc_number=row.doc_number,
            title=row.title,
            level=row.level,
            person=None,
            at=row.made_at,
        )
        for row in open_proposals(session)
    ]


def _usable(act: Act) -> Callable[[Session, Actor, datetime], list[Thing]]:
    return lambda session, actor, now: [
        _of_request(row, counted=act is not Act.REGRADE) for row in usable(session, act, actor, now=now)
    ]


def _to_sign_for(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    del now
    return [
        _of_hand_over(row, row.offered_by)
        for row in open_hand_overs(session, receiver_id=actor.person_id or 0)
    ]


def _unsigned(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    del actor, now
    return [_of_hand_over(row, row.receiver) for row in open_hand_overs(session)]


def _held(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    del now
    return [_of_holding(row) for row in holdings(session, person_id=actor.person_id or 0)]


def _own_overdue(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    return [
        _of_holding(row) for row in holdings(session, person_id=actor.person_id or 0) if row.is_overdue(now)
    ]


def _overdue(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    del actor
    return [_of_holding(row) for row in overdue(session, now)]


def _claimed(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    del actor, now
    return [_of_holding(row) for row in holdings(session) if row.copy.state is State.CLAIMED]


def _runs(*states: BatchState) -> Callable[[Session, Actor, datetime], list[Thing]]:
    def fill(session: Session, actor: Actor, now: datetime) -> list[Thing]:
        del actor, now
        query = sa.select(PrintBatch).where(PrintBatch.state.in_(states)).order_by(PrintBatch.id)
        return [
            _thing(
                str(row.id),
                row.document,
                name(row.ordered_by),
                row.finished_at or row.ordered_at,
                count=row.size,
            )
            for row in session.scalars(query)
        ]

    return fill


def _unsettled(state: AttemptState) -> Callable[[Session, Actor, datetime], list[Thing]]:
    def fill(session: Session, actor: Actor, now: datetime) -> list[Thing]:
        del now
        return [
            Thing(
                key=str(row.batch_id),
                doc_number=row.doc_number,
                title=row.title,
                level=row.level,
                person=row.released_by,
                at=row.released_at,
                count=row.copies,
            )
            for row in unsettled(session, actor)
            if row.state is state
        ]

    return fill


def _spoiled_sheets(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    """Return the runs of which spoiled sheets wait to be destroyed."""
    del now
    lying: dict[int, list[Waste]] = {}
    for sheet in waste(session, actor):
        lying.setdefault(sheet.batch_id, []).append(sheet)
    return [
        Thing(
            key=str(batch_id),
            doc_number=sheets[0].doc_number,
            title=sheets[0].title,
            level=sheets[0].level,
            person=None,
            at=min(sheet.spoiled_at for sheet in sheets),
            count=len(sheets),
            sheets=True,
        )
        for batch_id, sheets in lying.items()
    ]


def _to_destroy(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    del actor, now
    query = (
        sa.select(DestructionList, sa.func.count(DestructionItem.copy_id), ApprovalRequest.decided_at)
        .join(DestructionItem, DestructionItem.list_id == DestructionList.id)
        .join(ApprovalRequest, DestructionList.request_id == ApprovalRequest.id)
        .where(
            DestructionList.state == DestructionState.SUBMITTED,
            ApprovalRequest.state == RequestState.APPROVED,
        )
        .group_by(DestructionList.id, ApprovalRequest.decided_at)
        .order_by(DestructionList.id)
    )
    return [
        Thing(
            key=str(row.id),
            doc_number="",
            title=row.reason,
            level="",
            person=name(row.requester),
            at=decided_at or row.created_at,
            count=count,
        )
        for row, count, decided_at in session.execute(query)
    ]


def _at_plant(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    """Return the lists whose receipt the plant has not given, gone longest first."""
    del actor, now
    query = (
        sa.select(DestructionList, Plant.name, sa.func.count(DestructionItem.copy_id))
        .join(DestructionItem, DestructionItem.list_id == DestructionList.id)
        .join(Plant, DestructionList.plant_id == Plant.id)
        .where(DestructionList.state == DestructionState.EN_ROUTE)
        .group_by(DestructionList.id, Plant.name)
        .order_by(DestructionList.handed_at, DestructionList.id)
    )
    return [
        Thing(
            key=str(row.id),
            doc_number="",
            title=plant,
            level="",
            person=name(row.requester),
            at=row.handed_at or row.created_at,
            count=count,
        )
        for row, plant, count in session.execute(query)
    ]


def _amber(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    return [
        Thing(key=str(row.id), doc_number="", title="", level="", person=row.guard, at=row.happened_at)
        for row in gates.waiting(session, now=now)
        if row.guard.id != actor.person_id
    ]


def _cases(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    del actor, now
    settled = (CaseState.NAMED, CaseState.INCONCLUSIVE)
    query = sa.select(TraceCase).where(TraceCase.state.not_in(settled)).order_by(TraceCase.id)
    return [
        Thing(
            key=str(row.id),
            doc_number="",
            title=row.note or row.pictures[0].name,
            level="",
            person=name(row.opened_by),
            at=row.opened_at,
        )
        for row in session.scalars(query)
    ]


_STACKS: Final[dict[Stack, tuple[Action, Callable[[Session, Actor, datetime], list[Thing]]]]] = {
    Stack.TO_DECIDE: (Action.DECIDE_APPROVAL, _to_decide),
    Stack.AMBER: (Action.OVERRIDE_GATE, _amber),
    Stack.OVERDUE: (Action.LEND, _overdue),
    Stack.UNSIGNED: (Action.HAND_OVER, _unsigned),
    Stack.CLAIMED: (Action.DISMISS_CLAIM, _claimed),
    Stack.PRINT_UNKNOWN: (Action.RELEASE_PRINT, _unsettled(AttemptState.UNKNOWN)),
    Stack.PRINT_UNSEEN: (Action.RELEASE_PRINT, _unsettled(AttemptState.SENT)),
    Stack.TO_RELEASE: (Action.RELEASE_PRINT, _runs(BatchState.READY)),
    Stack.FAILED_RUNS: (Action.PRINT, _runs(BatchState.FAILED)),
    Stack.REMARK_OVERDUE: (Action.REMARK, _unmarked(late=True)),
    Stack.TO_PRINT: (Action.PRINT, _printable),
    Stack.TO_DERIVE: (Action.REGISTER_DOCUMENT, _derivable),
    Stack.TO_REGRADE: (Action.REGRADE, _usable(Act.REGRADE)),
    Stack.TO_REMARK: (Action.REMARK, _unmarked(late=False)),
    Stack.TO_FOLLOW: (Action.REGRADE, _proposed),
    Stack.TO_PERMIT: (Action.OPEN_PERMIT, _usable(Act.TAKE_OUT)),
    Stack.TO_DESTROY: (Action.DESTROY, _to_destroy),
    Stack.AT_PLANT: (Action.DESTROY, _at_plant),
    Stack.SPOILED_SHEETS: (Action.DESTROY, _spoiled_sheets),
    Stack.CASES: (Action.READ_CASE, _cases),
    Stack.OWN_OVERDUE: (Action.READ_OWN_HOLDINGS, _own_overdue),
    Stack.TO_SIGN_FOR: (Action.CONFIRM_RECEIPT, _to_sign_for),
    Stack.OWN_REQUESTS: (Action.WITHDRAW_REQUEST, _own_requests),
    Stack.HELD: (Action.READ_OWN_HOLDINGS, _held),
}
"""Whoever may do the action has the stack; in the order in which they are shown."""


def _of_request(row: RequestRow, *, counted: bool = True) -> Thing:
    return Thing(
        key=str(row.id),
        doc_number=row.doc_number,
        title=row.title,
        level=row.level,
        person=row.requester,
        at=row.requested_at,
        due_at=row.valid_until_at,
        count=row.quantity - row.used if counted else 0,
    )


def _of_hand_over(row: HandOverView, person: Name) -> Thing:
    first = row.copies[0]
    return Thing(
        key=str(row.id),
        doc_number=first.doc_number,
        title=first.title,
        level=first.level,
        person=person,
        at=row.offered_at,
        due_at=row.due_at,
        count=len(row.copies),
    )


def _of_holding(row: Holding) -> Thing:
    return Thing(
        key=row.copy.code,
        doc_number=row.copy.doc_number,
        title=row.copy.title,
        level=row.copy.level,
        person=row.holder,
        at=row.since_at,
        due_at=row.due_at,
    )


def _thing(key: str, document: Document, person: Name, at: datetime, *, count: int) -> Thing:
    return Thing(
        key=key,
        doc_number=document.doc_number,
        title=document.title,
        level=document.level,
        person=person,
        at=at,
        count=count,
    )
