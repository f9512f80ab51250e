"""Paper changes hands: given, signed for, claimed back, returned, passed on through the registry.

Laws: only paper that somebody has seen come out of the printer is given. A hand-over is complete only when both sides
have confirmed, and until then the registry answers for the copies. A claim of return clears nothing. Paper never
passes sideways: a transfer is a return and an offer in one deed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import circulating, gatherings, homecoming, offers
from registry.errors import ConflictError, InvalidError
from registry.ledger import log
from registry.models import Copy, CopyReturn, CopyReturnItem, HandOver, HandOverItem, Movement, Person
from registry.recalling import refuse_recalled
from registry.remarking import refuse_unmarked
from registry.rows import get_row, last_movements, locked_copies, locked_copy, move_all
from registry.rules import lifecycle, roles, texts
from registry.rules.attempts import Paper
from registry.rules.codes import human_code
from registry.rules.lifecycle import State, Step
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.words import Custodian, HandOverKind, HandOverState, MovementKind, ReceiptMethod
from registry.views.attempts import on_paper
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


class AlreadyTheHolder(ConflictError):
    """The copy would be passed to the person who answers for it already."""

    code = "already-the-holder"


class CopyNotPrinted(ConflictError):
    """The run of the copy was not released, or stopped before its last sheet: there is no whole paper to give."""

    code = "copy-not-printed"


class PrintUnsettled(ConflictError):
    """Nobody has said yet what came of the attempt that prints the copy."""

    code = "print-unsettled"


@dataclass(frozen=True)
class PageCheck:
    """What was found when the pages of a returned copy were scanned or counted.

    Attributes:
        counted: Pages that were there and belong to this copy.
        missing: Page numbers that were not there, from 1.
        foreign: Human codes and pages of sheets that belong to another copy.
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
    """Give copies from stock to a person who has not signed for them yet; return the hand-over's id.

    Raises:
        OutOfTurn: a copy circulates, and it is another reader's turn.
        CopyNotPrinted: the paper of a copy has not left for the printer, or not to its last sheet.
        PrintUnsettled: nobody has said yet whether all of it came out.
    """
    roles.require(actor, Action.LEND if kind is HandOverKind.LOAN else Action.HAND_OVER)
    _require_receiver(session, receiver_id, actor)
    if kind is HandOverKind.LOAN and (due_at is None or due_at <= now):
        raise LoanNeedsDueTime("got a loan without a due time in the future")
    copies = _locked_stack(session, codes)
    gatherings.require_admitted(session, copies, receiver_id)
    refuse_recalled(session, copies)
    refuse_unmarked(session, copies)
    states = [lifecycle.next_state(copy.state, Step.OFFER) for copy in copies]
    turns = circulating.take_turns(session, copies, receiver_id, now=now)
    _require_paper(session, copies)
    hand_over = _open_hand_over(
        session, copies, states, kind, receiver_id, due_at=due_at, actor=actor, now=now
    )
    circulating.give(session, turns, hand_over)
    _record_offer(session, copies, hand_over, actor=actor, now=now)
    return hand_over.id


def confirm(
    session: Session,
    hand_over_id: int,
    method: ReceiptMethod,
    *,
    signature_sha256: str | None = None,
    desk_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Record that the receiver signed for the copies.

    Args:
        session: The deed's transaction.
        hand_over_id: What is signed for.
        method: How the receiver proved to be there.
        signature_sha256: The drawn signature in the store.
        desk_id: The person at whose screen that happened, and who answers for having seen it; None at one's own.
        actor: The receiver, proven by PIN or seen signing.
        now: The present instant.
    """
    roles.require(actor, Action.CONFIRM_RECEIPT)
    hand_over = _open_offer(session, hand_over_id)
    if hand_over.receiver_id != actor.person_id:
        raise NotTheReceiver("got a confirmation by another person than the receiver")
    copies = offers.locked_items(session, hand_over)
    gatherings.require_admitted(session, copies, hand_over.receiver_id)
    refuse_recalled(session, copies)
    after = last_movements(session, copies)
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.CONFIRM)
    hand_over.state = HandOverState.CONFIRMED
    hand_over.closed_at = now
    hand_over.method = method
    hand_over.signature_sha256 = signature_sha256
    move_all(
        session,
        copies,
        MovementKind(hand_over.kind.value),
        Custodian.PERSON,
        after=after,
        person_id=hand_over.receiver_id,
        due_at=hand_over.due_at,
        hand_over_id=hand_over.id,
        actor=actor,
        now=now,
    )
    facts: dict[str, log.Loggable] = {
        "method": str(method),
        "receiver": actor.person_id,
        "seen_by": desk_id,
        "signature": signature_sha256,
    }
    _record(session, Step.CONFIRM, hand_over_id, dict.fromkeys(copies, facts), actor=actor, now=now)


def withdraw(session: Session, hand_over_id: int, *, actor: Actor, now: datetime) -> None:
    """Take an offer back before it was signed for; the copies are in stock again."""
    roles.require(actor, Action.WITHDRAW_OFFER)
    hand_over = _open_offer(session, hand_over_id)
    copies = offers.locked_items(session, hand_over)
    offers.end_offer(session, hand_over, copies, now=now)
    offers.record_withdrawn(session, copies, hand_over_id, actor=actor, now=now)


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
    holders = last_movements(session, copies)
    homecoming.refuse_own(holders.values(), actor)
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.RETURN)
    visit_id = _take_in(session, copies, checks, holders, returned_by_id, actor=actor, now=now)
    ended = circulating.settle(session, copies, actor=actor, now=now)
    _record_return(
        session, copies, visit_id, checks, holders, returned_by_id=returned_by_id, actor=actor, now=now
    )
    circulating.record_ended(session, ended, actor=actor, now=now)
    return visit_id


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
    refuse_recalled(session, copies)
    refuse_unmarked(session, copies)
    holders = last_movements(session, copies)
    homecoming.refuse_own(holders.values(), actor)
    for copy in copies:
        copy.state = lifecycle.next_state(copy.state, Step.RETURN)
    gatherings.require_admitted(session, copies, receiver_id)
    states = [lifecycle.next_state(copy.state, Step.OFFER) for copy in copies]
    turns = circulating.take_turns(session, copies, receiver_id, now=now)
    stacks: dict[int, list[Copy]] = {}
    for copy in copies:
        holder_id = holders[copy.id].person_id
        if holder_id is None or holder_id == receiver_id:
            raise AlreadyTheHolder("got a transfer to the person who holds the copy", copy=copy.code)
        stacks.setdefault(holder_id, []).append(copy)
    visits = {
        holder_id: _take_in(session, stack, checks, holders, holder_id, actor=actor, now=now)
        for holder_id, stack in stacks.items()
    }
    hand_over = _open_hand_over(
        session, copies, states, HandOverKind.TRANSFER, receiver_id, due_at=due_at, actor=actor, now=now
    )
    circulating.give(session, turns, hand_over)
    for holder_id, stack in stacks.items():
        _record_return(
            session, stack, visits[holder_id], checks, holders, returned_by_id=holder_id, actor=actor, now=now
        )
    _record_offer(session, copies, hand_over, actor=actor, now=now)
    return hand_over.id


def claim(session: Session, code: str, *, actor: Actor, now: datetime) -> None:
    """Record that the holder says the copy was given back; the holder goes on answering for it."""
    roles.require(actor, Action.CLAIM)
    copy = locked_copy(session, code)
    state = lifecycle.next_state(copy.state, Step.CLAIM)
    holder = custody_now(session, [copy.id]).get(copy.id)
    if holder is None or holder.person_id != actor.person_id:
        raise NotTheHolder("got a claim by another person than the holder", copy=copy.code)
    copy.state = state
    _record(session, Step.CLAIM, None, {copy: {}}, actor=actor, now=now)


def dismiss_claim(session: Session, code: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """Record that the registry has not got the copy after all; the holder holds it."""
    roles.require(actor, Action.DISMISS_CLAIM)
    reason = texts.parse_line(reason, field="reason", limit=REASON_LIMIT)
    copy = locked_copy(session, code)
    copy.state = lifecycle.next_state(copy.state, Step.DISMISS_CLAIM)
    _record(session, Step.DISMISS_CLAIM, None, {copy: {"reason": log.private(reason)}}, actor=actor, now=now)


def _require_receiver(session: Session, receiver_id: int, actor: Actor) -> None:
    receiver = get_row(
        session, Person, receiver_id, lock=True
    )  # nobody is cleared while paper is given to them
    if not receiver.active:
        raise ReceiverInactive("got a receiver who is no longer active", person=receiver_id)
    if receiver_id == actor.person_id:
        raise GivenToOneself("got the giving clerk as receiver", person=receiver_id)


def _require_paper(session: Session, copies: Sequence[Copy]) -> None:
    """Pass when somebody has seen every sheet of these copies; what was said of a sheet once is never taken back."""
    found = on_paper(session, [copy.id for copy in copies])
    for copy in copies:
        known = found[copy.id]
        if known.paper is Paper.MISSING:
            raise CopyNotPrinted("got a copy without paper", copy=human_code(copy.code), batch=known.batch_id)
        if known.paper is Paper.UNSETTLED:
            raise PrintUnsettled(
                "got a copy that nobody has seen come out",
                copy=human_code(copy.code),
                batch=known.batch_id,
                attempt=known.attempt,
            )


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
    states: Sequence[State],
    kind: HandOverKind,
    receiver_id: int,
    *,
    due_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> HandOver:
    for copy, state in zip(copies, states, strict=True):
        copy.state = state
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
    session.execute(
        sa.insert(HandOverItem), [{"hand_over_id": hand_over.id, "copy_id": copy.id} for copy in copies]
    )
    return hand_over


def _open_offer(session: Session, hand_over_id: int) -> HandOver:
    hand_over = get_row(session, HandOver, hand_over_id, lock=True)
    if hand_over.state is not HandOverState.OFFERED:
        raise HandOverClosed("got a hand-over that is not open", state=str(hand_over.state))
    return hand_over


def _take_in(
    session: Session,
    copies: Sequence[Copy],
    checks: Mapping[str, PageCheck],
    holders: Mapping[int, Movement],
    returned_by_id: int,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Write one visit to the counter and make the registry answer for what it brought; return its id."""
    visit = CopyReturn(returned_by_id=returned_by_id, taken_by_id=actor.person_id, returned_at=now)
    session.add(visit)
    session.flush()  # the id of the visit
    homecoming.end_outings(session, [copy.id for copy in copies])
    session.execute(
        sa.insert(CopyReturnItem),
        [
            {
                "return_id": visit.id,
                "copy_id": copy.id,
                "pages_counted": (check := checks[copy.code]).counted,
                "missing": list(check.missing),
                "foreign": list(check.foreign),
            }
            for copy in copies
        ],
    )
    move_all(
        session,
        copies,
        MovementKind.RETURN,
        Custodian.REGISTRY,
        after=holders,
        return_id=visit.id,
        actor=actor,
        now=now,
    )
    return visit.id


def _record_return(
    session: Session,
    copies: Sequence[Copy],
    visit_id: int,
    checks: Mapping[str, PageCheck],
    holders: Mapping[int, Movement],
    *,
    returned_by_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    found: dict[Copy, dict[str, log.Loggable]] = {}
    for copy in copies:
        check = checks[copy.code]
        found[copy] = {
            "state": str(State.IN_STOCK),  # even where the next step of the deed has led on
            "holder": holders[copy.id].person_id,
            "returned_by": returned_by_id,
            "counted": check.counted,
            "missing": list(check.missing),
            "foreign": list(check.foreign),
        }
    _record(session, Step.RETURN, visit_id, found, actor=actor, now=now)


def _record_offer(
    session: Session, copies: Sequence[Copy], hand_over: HandOver, *, actor: Actor, now: datetime
) -> None:
    facts: dict[str, log.Loggable] = {
        "receiver": hand_over.receiver_id,
        "due_at": hand_over.due_at,
        "purpose": str(hand_over.kind),
    }
    _record(session, Step.OFFER, hand_over.id, dict.fromkeys(copies, facts), actor=actor, now=now)


def _record(
    session: Session,
    step: Step,
    paper_id: int | None,
    found: Mapping[Copy, Mapping[str, log.Loggable]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Append what a step did to copies, with the facts of each."""
    log.append_each(
        session,
        lifecycle.RECORDED_AS[step],
        {
            f"copy:{copy.code}": {"state": str(copy.state), "paper": paper_id, **facts}
            for copy, facts in found.items()
        },
        actor=actor,
        now=now,
    )
