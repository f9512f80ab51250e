"""Paper changes hands: given, signed for, claimed back, returned, passed on through the registry.

Laws: a hand-over is complete only when both sides have confirmed, and until then the registry answers for the
copies. A claim of return clears nothing. Paper never passes sideways: a transfer is a return and an offer in one
deed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import Copy, CopyReturn, CopyReturnItem, HandOver, HandOverItem, Person
from registry.rows import get_row, locked_copies, locked_copy, move
from registry.rules import lifecycle, roles
from registry.rules.lifecycle import Step
from registry.rules.roles import Action, Actor
from registry.rules.words import Custodian, HandOverKind, HandOverState, MovementKind, ReceiptMethod
from registry.views.custody import custody_now


class NothingScanned(InvalidError):
    """A hand-over, return or transfer without a copy."""

    code = "nothing-scanned"


class CopyScannedTwice(InvalidError):
    """The same copy lies in the stack twice."""

    code = "copy-scanned-twice"


class LoanNeedsDueTime(InvalidError):
    """A loan is given until a time that is still to come."""

    code = "loan-needs-due-time"


class ReceiverInactive(ConflictError):
    """The receiver no longer works here and may be given nothing."""

    code = "receiver-inactive"


class GivenToOneself(ConflictError):
    """The clerk who gives may not be the one who receives."""

    code = "given-to-oneself"


class HandOverClosed(ConflictError):
    """The hand-over was confirmed or withdrawn already."""

    code = "hand-over-closed"


class NotTheReceiver(ConflictError):
    """Only the person it was offered to can confirm a hand-over."""

    code = "not-the-receiver"


class NotTheHolder(ConflictError):
    """Another person answers for this copy."""

    code = "not-the-holder"


@dataclass(frozen=True)
class PageCheck:
    """What was found when the pages of a returned copy were scanned or counted.

    Attributes:
        counted: Sheets' page sides that belong to this copy.
        missing: Page numbers that were not there, from 1.
        foreign: Human codes and pages of marks that belong to another copy.
    """

    counted: int
    missing: tuple[int, ...] = ()
    foreign: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether every page was there and none belonged elsewhere."""
        return not self.missing and not self.foreign


def offer(
    session: Session,
    codes: Sequence[str],
    kind: HandOverKind,
    receiver_id: int,
    *,
    due_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> int:
    """Give copies from stock to a person who has not signed for them yet; return the hand-over's id."""
    roles.require(actor, Action.LEND if kind is HandOverKind.LOAN else Action.HAND_OVER)
    _require_receiver(session, receiver_id, actor)
    if kind is HandOverKind.LOAN and (due_at is None or due_at <= now):
        raise LoanNeedsDueTime("got a loan without a due time in the future")
    copies = _locked_stack(session, codes)
    states = [lifecycle.next_state(copy.state, Step.OFFER) for copy in copies]
    return _open_hand_over(session, copies, states, kind, receiver_id, due_at=due_at, actor=actor, now=now)


def confirm(
    session: Session,
    hand_over_id: int,
    method: ReceiptMethod,
    *,
    signature_sha256: str | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Record that the receiver signed for the copies; ``actor`` is the receiver, proven by PIN or seen signing."""
    roles.require(actor, Action.CONFIRM_RECEIPT)
    hand_over = _open_offer(session, hand_over_id)
    if hand_over.receiver_id != actor.person_id:
        raise NotTheReceiver("got a confirmation by another person than the receiver")
    copies = locked_copies(session, [item.copy.code for item in hand_over.items])
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.CONFIRM)
        move(
            session,
            copy,
            MovementKind(hand_over.kind.value),
            Custodian.PERSON,
            person_id=hand_over.receiver_id,
            due_at=hand_over.due_at,
            hand_over_id=hand_over.id,
            actor=actor,
            now=now,
        )
    hand_over.state = HandOverState.CONFIRMED
    hand_over.closed_at = now
    hand_over.method = method
    hand_over.signature_sha256 = signature_sha256
    for copy in copies:
        _record(
            session,
            copy,
            Step.CONFIRM,
            hand_over_id,
            actor=actor,
            now=now,
            method=str(method),
            receiver=actor.person_id,
        )


def withdraw(session: Session, hand_over_id: int, *, actor: Actor, now: datetime) -> None:
    """Take an offer back before it was signed for; the copies are in stock again."""
    roles.require(actor, Action.WITHDRAW_OFFER)
    hand_over = _open_offer(session, hand_over_id)
    copies = locked_copies(session, [item.copy.code for item in hand_over.items])
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.WITHDRAW)
    hand_over.state = HandOverState.WITHDRAWN
    hand_over.closed_at = now
    for copy in copies:
        _record(session, copy, Step.WITHDRAW, hand_over_id, actor=actor, now=now)


def take_back(
    session: Session,
    checks: Mapping[str, PageCheck],
    returned_by_id: int,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Receive copies at the counter, each with its page check; return the id of the return.

    The person at the counter need not be the holder (a colleague may bring the stack); custody ends for the holder
    either way, and the receipt names both. A failed page check does not refuse the paper: what is there is taken in,
    what is not is on record.
    """
    roles.require(actor, Action.RETURN)
    get_row(session, Person, returned_by_id)
    copies = _locked_stack(session, list(checks))
    holders = custody_now(session, [copy.id for copy in copies])
    visit = CopyReturn(returned_by_id=returned_by_id, taken_by_id=actor.person_id, returned_at=now)
    session.add(visit)
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.RETURN)
    session.flush()  # the id of the visit
    for copy in copies:
        check = checks[copy.code]
        _take_in(session, copy, visit.id, check, actor=actor, now=now)
        _record(
            session,
            copy,
            Step.RETURN,
            visit.id,
            actor=actor,
            now=now,
            holder=holders[copy.id].person_id,
            returned_by=returned_by_id,
            counted=check.counted,
            missing=list(check.missing),
            foreign=list(check.foreign),
        )
    return visit.id


def transfer(
    session: Session,
    checks: Mapping[str, PageCheck],
    receiver_id: int,
    *,
    due_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> int:
    """Pass copies from their holder to another person through the registry; return the new hand-over's id.

    The return discharges the old holder, the new one answers from the confirmation on; in between the registry does.
    """
    roles.require(actor, Action.TRANSFER)
    _require_receiver(session, receiver_id, actor)
    if due_at is not None and due_at <= now:
        raise LoanNeedsDueTime("got a due time that is past")
    copies = _locked_stack(session, list(checks))
    holders = custody_now(session, [copy.id for copy in copies])
    returned = [lifecycle.next_state(copy.state, Step.RETURN) for copy in copies]
    states = [lifecycle.next_state(state, Step.OFFER) for state in returned]
    for copy in copies:
        givers = holders[copy.id].person_id
        if givers is None or givers == receiver_id:
            raise NotTheHolder("got a transfer to the person who holds the copy", copy=copy.code)
    for copy in copies:
        check = checks[copy.code]
        visit = CopyReturn(
            returned_by_id=holders[copy.id].person_id, taken_by_id=actor.person_id, returned_at=now
        )
        session.add(visit)
        session.flush()  # the id of the visit
        _take_in(session, copy, visit.id, check, actor=actor, now=now)
        _record(
            session, copy, Step.RETURN, visit.id, actor=actor, now=now, holder=holders[copy.id].person_id,
            counted=check.counted, missing=list(check.missing), foreign=list(check.foreign),
        )  # fmt: skip
    return _open_hand_over(
        session, copies, states, HandOverKind.TRANSFER, receiver_id, due_at=due_at, actor=actor, now=now
    )


def claim(session: Session, code: str, *, actor: Actor, now: datetime) -> None:
    """Record that the holder says the copy was given back; the holder goes on answering for it."""
    roles.require(actor, Action.CLAIM)
    copy = locked_copy(session, code)
    state = lifecycle.next_state(copy.state, Step.CLAIM)
    holder = custody_now(session, [copy.id]).get(copy.id)
    if holder is None or holder.person_id != actor.person_id:
        raise NotTheHolder("got a claim by another person than the holder", copy=copy.code)
    copy.state = state
    _record(session, copy, Step.CLAIM, None, actor=actor, now=now)


def dismiss_claim(session: Session, code: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """Record that the registry has not got the copy after all; the holder holds it."""
    roles.require(actor, Action.DISMISS_CLAIM)
    copy = locked_copy(session, code)
    copy.state = lifecycle.next_state(copy.state, Step.DISMISS_CLAIM)
    _record(session, copy, Step.DISMISS_CLAIM, None, actor=actor, now=now, reason=log.private(reason))


def _require_receiver(session: Session, receiver_id: int, actor: Actor) -> None:
    receiver = get_row(session, Person, receiver_id)
    if not receiver.active:
        raise ReceiverInactive("got a receiver who is no longer active", person=receiver_id)
    if receiver_id == actor.person_id:
        raise GivenToOneself("got the giving clerk as receiver", person=receiver_id)


def _locked_stack(session: Session, codes: Sequence[str]) -> list[Copy]:
    if not codes:
        raise NothingScanned("got an empty stack")
    if len(set(codes)) != len(codes):
        raise CopyScannedTwice(
            "got a copy twice", copies=tuple(sorted({c for c in codes if codes.count(c) > 1}))
        )
    return locked_copies(session, codes)


def _open_hand_over(
    session: Session,
    copies: Sequence[Copy],
    states: Sequence[lifecycle.State],
    kind: HandOverKind,
    receiver_id: int,
    *,
    due_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> int:
    hand_over = HandOver(
        kind=kind,
        state=HandOverState.OFFERED,
        receiver_id=receiver_id,
        offered_by_id=actor.person_id,
        offered_at=now,
        due_at=due_at,
    )
    session.add(hand_over)
    session.flush()  # the id of the hand-over
    for copy, state in zip(copies, states, strict=True):
        copy.state = state
        session.add(HandOverItem(hand_over_id=hand_over.id, copy_id=copy.id))
        _record(
            session,
            copy,
            Step.OFFER,
            hand_over.id,
            actor=actor,
            now=now,
            receiver=receiver_id,
            due_at=due_at,
            purpose=str(kind),
        )
    return hand_over.id


def _open_offer(session: Session, hand_over_id: int) -> HandOver:
    hand_over = get_row(session, HandOver, hand_over_id, lock=True)
    if hand_over.state is not HandOverState.OFFERED:
        raise HandOverClosed("got a hand-over that is not open", state=str(hand_over.state))
    return hand_over


def _take_in(
    session: Session, copy: Copy, visit_id: int, check: PageCheck, *, actor: Actor, now: datetime
) -> None:
    copy.state = lifecycle.State.IN_STOCK
    session.add(
        CopyReturnItem(
            return_id=visit_id,
            copy_id=copy.id,
            pages_counted=check.counted,
            missing=list(check.missing),
            foreign=list(check.foreign),
        )
    )
    move(session, copy, MovementKind.RETURN, Custodian.REGISTRY, return_id=visit_id, actor=actor, now=now)


def _record(
    session: Session,
    copy: Copy,
    step: Step,
    paper_id: int | None,
    *,
    actor: Actor,
    now: datetime,
    **facts: log.Loggable,
) -> None:
    log.append(
        session,
        lifecycle.RECORDED_AS[step],
        f"copy:{copy.code}",
        actor=actor,
        now=now,
        state=str(copy.state),
        paper=paper_id,
        **facts,
    )
