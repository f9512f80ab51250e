"""Circulations: begun over one copy, readers passed over or replaced, stopped.

Giving and taking back are acts of the counter, which ask whose turn it is; the last return ends one by itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import circulating
from registry.circulating import Place
from registry.ledger import log
from registry.models import Circulation, CirculationReader, Copy, Person
from registry.recalling import refuse_recalled
from registry.remarking import refuse_unmarked
from registry.rows import flush_unique, get_row, locked_copy
from registry.rules import circulation as rules
from registry.rules import lifecycle, roles
from registry.rules.circulation import (
    AlreadyCirculating,
    CirculationEnded,
    CirculationNeedsReaders,
    CirculationState,
    Ending,
    ReaderInactive,
    ReaderNotWaiting,
    Turn,
)
from registry.rules.lifecycle import Step
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line


def begin(
    session: Session,
    code: str,
    reader_ids: Sequence[int],
    reason: str,
    *,
    days: int,
    signer: Actor,
    actor: Actor,
    now: datetime,
) -> int:
    """Let one copy circulate; return the circulation's id.

    Args:
        session: The deed's transaction.
        code: The copy, in stock.
        reader_ids: Who reads it, in this order.
        reason: What for.
        days: How long each may keep it.
        signer: Who agrees that all of them need to know it, proven.
        actor: The clerk.
        now: When.
    """
    roles.require(actor, Action.CIRCULATE)
    roles.require(signer, Action.AGREE_CIRCULATION)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    rules.require_readers(reader_ids)
    rules.require_days(days)
    rules.require_separate(signer.person_id, clerks=[actor.person_id], readers=reader_ids)
    copy = locked_copy(session, code)
    lifecycle.next_state(copy.state, Step.OFFER)
    refuse_recalled(session, [copy])
    refuse_unmarked(session, [copy])
    for turn, person_id in enumerate(reader_ids, 1):
        _require_reader(session, copy, person_id, until=now + timedelta(days=turn * days))
    begun = Circulation(
        copy_id=copy.id,
        state=CirculationState.RUNNING,
        reason=why,
        days=days,
        opened_by_id=actor.person_id,
        opened_at=now,
    )
    session.add(begun)
    flush_unique(
        session, {(Circulation.copy_id,): AlreadyCirculating("got a copy that circulates", copy=code)}
    )
    session.add_all(
        CirculationReader(
            circulation_id=begun.id,
            place=place,
            person_id=person_id,
            agreed_by_id=signer.person_id,
            agreed_at=now,
        )
        for place, person_id in enumerate(reader_ids, 1)
    )
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "circulation.begun",
        f"circulation:{begun.id}",
        actor=actor,
        now=now,
        copy=code,
        readers=list(reader_ids),
        days=days,
        signer=signer.person_id,
        reason=log.private(why),
    )
    return begun.id


def skip(
    session: Session, circulation_id: int, person_id: int, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Pass over a reader who is away; the next one's turn comes.

    Raises:
        ReaderNotWaiting: they have the copy, had it, or are not on the list.
    """
    roles.require(actor, Action.CIRCULATE)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    circulation, copy = _locked(session, circulation_id)
    place = _waiting(session, circulation, person_id)
    _pass_over(place.row, why, actor=actor, now=now)
    ended = circulating.settle(session, [copy], actor=actor, now=now)
    log.append(
        session,
        "circulation.reader-skipped",
        f"circulation:{circulation.id}",
        actor=actor,
        now=now,
        reader=person_id,
        reason=log.private(why),
    )
    circulating.record_ended(session, ended, actor=actor, now=now)


def replace(
    session: Session,
    circulation_id: int,
    person_id: int,
    substitute_id: int,
    reason: str,
    *,
    signer: Actor,
    actor: Actor,
    now: datetime,
) -> None:
    """Let somebody read in the place of a reader who is away; that is agreed to anew.

    Raises:
        ReaderNotWaiting: whom they would replace has the copy, had it, or is not on the list.
        CirculationNeedsReaders: the substitute is on the list already.
    """
    roles.require(actor, Action.CIRCULATE)
    roles.require(signer, Action.AGREE_CIRCULATION)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    circulation, copy = _locked(session, circulation_id)
    listed = [place.row.person_id for place in circulating.places(session, circulation.id)]
    clerks = [actor.person_id, circulation.opened_by_id]
    rules.require_separate(signer.person_id, clerks=clerks, readers=[*listed, substitute_id])
    place = _waiting(session, circulation, person_id)
    _require_reader(session, copy, substitute_id, until=now + timedelta(days=circulation.days))
    _pass_over(place.row, why, actor=actor, now=now)
    session.add(
        CirculationReader(
            circulation_id=circulation.id,
            place=place.row.place,
            person_id=substitute_id,
            replaces_id=place.row.id,
            agreed_by_id=signer.person_id,
            agreed_at=now,
        )
    )
    twice = CirculationNeedsReaders("got a reader twice", reason="twice", field="substitute")
    flush_unique(session, {(CirculationReader.circulation_id, CirculationReader.person_id): twice})
    log.append(
        session,
        "circulation.reader-replaced",
        f"circulation:{circulation.id}",
        actor=actor,
        now=now,
        reader=person_id,
        substitute=substitute_id,
        signer=signer.person_id,
        reason=log.private(why),
    )


def stop(session: Session, circulation_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """End a circulation before its time; whoever has the copy goes on answering for it until it is back."""
    roles.require(actor, Action.CIRCULATE)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    circulation, _ = _locked(session, circulation_id)
    circulation.state = CirculationState.ENDED
    circulation.ending = Ending.STOPPED
    circulation.ending_reason = why
    circulation.ended_by_id = actor.person_id
    circulation.ended_at = now
    session.flush()  # before the ledger is locked
    circulating.record_ended(session, [circulation], actor=actor, now=now, reason=why)


def _locked(session: Session, circulation_id: int) -> tuple[Circulation, Copy]:
    """Return a circulation that runs and its copy, the copy locked first as at the counter."""
    code = session.scalar(
        sa.select(Copy.code)
        .join(Circulation, Circulation.copy_id == Copy.id)
        .where(Circulation.id == circulation_id)
    )
    copy = None if code is None else locked_copy(session, code)
    circulation = get_row(session, Circulation, circulation_id, lock=True)
    if copy is None or circulation.state is not CirculationState.RUNNING:
        raise CirculationEnded("got a circulation that is over", ending=str(circulation.ending))
    return circulation, copy


def _waiting(session: Session, circulation: Circulation, person_id: int) -> Place:
    for place in circulating.places(session, circulation.id):
        if place.row.person_id == person_id and place.turn is Turn.WAITING:
            return place
    raise ReaderNotWaiting("got a reader who does not wait", person=person_id)


def _pass_over(row: CirculationReader, reason: str, *, actor: Actor, now: datetime) -> None:
    row.skipped_at = now
    row.skipped_by_id = actor.person_id
    row.skip_reason = reason


def _require_reader(session: Session, copy: Copy, person_id: int, *, until: datetime) -> None:
    if not get_row(session, Person, person_id).active:
        raise ReaderInactive("got a reader who is no longer active", person=person_id)
    circulating.require_cleared_reader(session, copy, person_id, until=until)
