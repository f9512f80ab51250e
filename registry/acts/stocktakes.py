"""Stocktakes: begun over a scope, counted scan by scan, closed with a second counter, or given up.

Laws: the expectation is frozen in the deed that begins the count, and its hash is in the ledger; counting writes no
movement and no state of a copy; a count that was closed takes no scan.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from registry.errors import ConflictError
from registry.ledger import log
from registry.models import (
    Copy,
    DestructionBag,
    DestructionItem,
    Document,
    Movement,
    Person,
    Stocktake,
    StocktakeItem,
    StocktakeScan,
    Unit,
)
from registry.rows import LOCK, UnknownCopy, get_row
from registry.rules import levels, roles, stocktake
from registry.rules.lifecycle import State
from registry.rules.limits import REASON_LIMIT
from registry.rules.plant import ENDED
from registry.rules.roles import Action, Actor
from registry.rules.stocktake import Bucket, Counted, Scanned, Scope, Sorted, StocktakeState, Tally
from registry.rules.texts import parse_line
from registry.views.stocktakes import scope_of, tally_now

_BAGGED: Final = sa.exists().where(
    DestructionItem.copy_id == Copy.id,
    DestructionItem.ended_as.is_(None),
    DestructionItem.bag_id == DestructionBag.id,
    DestructionBag.state.not_in(ENDED),
)
"""Whether a copy lies in a sealed bag that is not opened again and has not arrived."""


class StocktakeClosed(ConflictError):
    """The count is over."""

    code = "stocktake-closed"


class StocktakeNotClosed(ConflictError):
    """The count goes on, so that nothing of it is missing yet."""

    code = "stocktake-not-closed"


class NotMissed(ConflictError):
    """The copy was not missed in this count, or was reported already."""

    code = "not-missed"


def begin(session: Session, scope: Scope, reason: str, *, actor: Actor, now: datetime) -> int:
    """Begin a count: freeze what is expected, and return the stocktake's id."""
    roles.require(actor, Action.TAKE_STOCK)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    _require_scope(session, scope)
    begun = Stocktake(
        state=StocktakeState.COUNTING,
        place=scope.place,
        unit_id=scope.unit_id,
        document_id=scope.document_id,
        scheme=scope.scheme,
        level=scope.level,
        holder_id=scope.holder_id,
        reason=why,
        expected=0,
        opened_by_id=actor.person_id,
        opened_at=now,
    )
    session.add(begun)
    session.flush()  # the id, for the expected copies
    columns = ("stocktake_id", "copy_id", "state", "person_id")
    session.execute(sa.insert(StocktakeItem).from_select(columns, _expectation(begun.id, scope)))
    begun.expected, sha256 = _frozen(session, begun.id)
    session.flush()  # before the ledger is locked
    log.append(
        session,
        "stocktake.begun",
        f"stocktake:{begun.id}",
        actor=actor,
        now=now,
        place=str(scope.place),
        unit=scope.unit_id,
        document=scope.document_id,
        scheme=scope.scheme,
        level=scope.level,
        holder=scope.holder_id,
        expected=begun.expected,
        expected_sha256=sha256,
        reason=log.private(why),
    )
    return begun.id


def count(
    session: Session, stocktake_id: int, scans: Sequence[Scanned], *, actor: Actor, now: datetime
) -> tuple[Sorted, ...]:
    """Take a stack of scans into a count; return what each was, in order."""
    roles.require(actor, Action.TAKE_STOCK)
    row = _locked(session, stocktake_id)
    scope = scope_of(row)
    copies = known_copies(session, [scan.code for scan in scans if scan.code])
    ids = [copy.copy_id for copy in copies.values()]
    expected = _among(session, StocktakeItem, row.id, ids)
    seen = set(_among(session, StocktakeScan, row.id, ids))
    sorted_scans = []
    for scan in scans:
        copy = copies.get(scan.code or "")
        bucket = stocktake.sort_scan(scope, copy, expected=expected, seen=seen)
        seen |= {copy.copy_id} if copy else set()
        sorted_scans.append(Sorted(scan.raw, scan.code if copy else None, bucket, copy))
    _keep_scans(session, row.id, sorted_scans, actor=actor, now=now)
    log.append(
        session,
        "stocktake.counted",
        f"stocktake:{row.id}",
        actor=actor,
        now=now,
        scans=len(sorted_scans),
        **{
            str(bucket).lower(): [one.code or "" for one in sorted_scans if one.bucket is bucket]
            for bucket in Bucket
        },
    )
    return tuple(sorted_scans)


def close(
    session: Session, stocktake_id: int, second_count: int, *, second: Actor, actor: Actor, now: datetime
) -> Tally:
    """End a count on the word of a second counter; what was not seen is missing from now on.

    Args:
        session: The deed's transaction.
        stocktake_id: The count.
        second_count: How many copies the second counter found there.
        second: The second counter, proven.
        actor: Who stands at the screen.
        now: When.

    Raises:
        NotASecondCounter: the second counter counted, or answers for copies that are counted.
        SecondCountDiffers: the numbers differ.
    """
    roles.require(actor, Action.TAKE_STOCK)
    roles.require(second, Action.SECOND_COUNT)
    row = _locked(session, stocktake_id)
    stocktake.require_second_counter(
        second.person_id,
        counters={actor.person_id or 0, row.opened_by_id, *_counters(session, row.id)},
        holders=_holders(session, row.id),
    )
    found = tally_now(session, row)
    stocktake.require_same_count(found, second_count)
    row.state = StocktakeState.CLOSED
    row.second_id = second.person_id
    row.second_count = second_count
    row.closed_at = now
    log.append(
        session,
        "stocktake.closed",
        f"stocktake:{row.id}",
        actor=actor,
        now=now,
        second=second.person_id,
        second_count=second_count,
        expected=found.expected,
        found=found.found,
        missing=found.missing,
        wrong_place=found.wrong_place,
        unexpected=found.unexpected,
        already_counted=found.already_counted,
        unknown=found.unknown,
    )
    return found


def give_up(session: Session, stocktake_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """End a count without a result; nothing of it is missing."""
    roles.require(actor, Action.TAKE_STOCK)
    row = _locked(session, stocktake_id)
    why = parse_line(reason, field="reason", limit=REASON_LIMIT)
    row.state = StocktakeState.CANCELLED
    row.closed_at = now
    log.append(
        session,
        "stocktake.given-up",
        f"stocktake:{row.id}",
        actor=actor,
        now=now,
        reason=log.private(why),
    )


def note_reported(session: Session, stocktake_id: int, code: str, *, actor: Actor, now: datetime) -> None:
    """Keep that a copy which a closed count missed was reported as unaccounted for, in the deed that reports it.

    Raises:
        StocktakeNotClosed: the count goes on.
        NotMissed: the copy was seen, was not looked for, or was reported before.
    """
    roles.require(actor, Action.REPORT_MISSING)
    row = get_row(session, Stocktake, stocktake_id, lock=True)
    if row.state is not StocktakeState.CLOSED:
        raise StocktakeNotClosed("got a count that is not closed", state=str(row.state))
    copy_id = session.scalar(sa.select(Copy.id).where(Copy.code == code))
    if copy_id is None:
        raise UnknownCopy(code)
    item = session.get(StocktakeItem, (row.id, copy_id), with_for_update=LOCK)
    if item is None or item.counted_at is not None or item.reported_at is not None:
        raise NotMissed("got a copy that this count does not miss", copy=code)
    item.reported_at = now
    session.flush()  # before the ledger is locked
    log.append(session, "stocktake.reported", f"stocktake:{row.id}", actor=actor, now=now, copy=code)


def known_copies(session: Session, codes: Collection[str]) -> dict[str, Counted]:
    """Return the copies with these codes as the register knows them now, by code."""
    later = aliased(Movement)
    newest = ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq)
    query: sa.Select[str, int, State, int, int, str, str, int | None, bool] = (
        sa.select(
            Copy.code,
            Copy.id,
            Copy.state,
            Copy.document_id,
            Document.issuing_unit_id,
            Document.scheme,
            Document.level,
            Movement.person_id,
            _BAGGED,
        )
        .join(Document, Copy.document_id == Document.id)
        .outerjoin(Movement, sa.and_(Movement.copy_id == Copy.id, newest))
        .where(Copy.code.in_(codes))
    )
    return {
        code: Counted(copy_id, state, document_id, unit_id, scheme, level, person_id, is_bagged)
        for code, copy_id, state, document_id, unit_id, scheme, level, person_id, is_bagged in session.execute(
            query
        )
    }


def _require_scope(session: Session, scope: Scope) -> None:
    """Pass when everything that the scope names exists."""
    for model, key in (
        (Unit, scope.unit_id),
        (Document, scope.document_id),
        (Person, scope.holder_id),
    ):
        if key is not None:
            get_row(session, model, key)
    if scope.scheme is not None and scope.level is not None:
        levels.get_level(scope.scheme, scope.level)


def _expectation(stocktake_id: int, scope: Scope) -> sa.Select[int, int, State, int | None]:
    """Return the query behind ``stocktake.is_looked_for``: what is expected, where the register has it now."""
    later = aliased(Movement)
    newest = ~sa.exists().where(later.copy_id == Movement.copy_id, later.seq > Movement.seq)
    query = (
        sa.select(sa.literal(stocktake_id), Copy.id, Copy.state, Movement.person_id)
        .join(Document, Copy.document_id == Document.id)
        .outerjoin(Movement, sa.and_(Movement.copy_id == Copy.id, newest))
        .where(Copy.state.in_(stocktake.STATES_AT[scope.place]), ~_BAGGED)
    )
    if scope.unit_id is not None:
        query = query.where(Document.issuing_unit_id == scope.unit_id)
    if scope.document_id is not None:
        query = query.where(Copy.document_id == scope.document_id)
    if scope.level is not None:
        query = query.where(Document.scheme == scope.scheme, Document.level == scope.level)
    if scope.holder_id is not None:
        query = query.where(Movement.person_id == scope.holder_id)
    return query


def _frozen(session: Session, stocktake_id: int) -> tuple[int, str]:
    """Return how many copies are expected, and the hash over their codes in ascending order."""
    codes = session.scalars(
        sa.select(Copy.code)
        .join(StocktakeItem, StocktakeItem.copy_id == Copy.id)
        .where(StocktakeItem.stocktake_id == stocktake_id)
        .order_by(Copy.code)
    ).all()
    return len(codes), hashlib.sha256("\n".join(codes).encode()).hexdigest()


def _locked(session: Session, stocktake_id: int) -> Stocktake:
    """Return a count that goes on, locked until the transaction ends."""
    row = get_row(session, Stocktake, stocktake_id, lock=True)
    if row.state is not StocktakeState.COUNTING:
        raise StocktakeClosed("got a count that is over", state=str(row.state))
    return row


def _among(
    session: Session,
    model: type[StocktakeItem] | type[StocktakeScan],
    stocktake_id: int,
    ids: Collection[int],
) -> frozenset[int]:
    query = sa.select(model.copy_id).where(model.stocktake_id == stocktake_id, model.copy_id.in_(ids))
    return frozenset(found for found in session.scalars(query) if found is not None)


def _keep_scans(
    session: Session, stocktake_id: int, scans: Sequence[Sorted], *, actor: Actor, now: datetime
) -> None:
    """Write the scans, and tick off what was expected."""
    if scans:
        session.execute(
            sa.insert(StocktakeScan),
            [
                {
                    "stocktake_id": stocktake_id,
                    "bucket": one.bucket,
                    "copy_id": one.copy.copy_id if one.copy else None,
                    "raw": None if one.copy else one.raw[:200],
                    "state": one.copy.state if one.copy else None,
                    "person_id": one.copy.person_id if one.copy else None,
                    "scanned_by_id": actor.person_id,
                    "scanned_at": now,
                }
                for one in scans
            ],
        )
    session.execute(
        sa.update(StocktakeItem)
        .where(
            StocktakeItem.stocktake_id == stocktake_id,
            StocktakeItem.copy_id.in_(
                [one.copy.copy_id for one in scans if one.copy and one.bucket is Bucket.EXPECTED]
            ),
        )
        .values(counted_at=now)
    )


def _counters(session: Session, stocktake_id: int) -> frozenset[int]:
    query = (
        sa.select(StocktakeScan.scanned_by_id).where(StocktakeScan.stocktake_id == stocktake_id).distinct()
    )
    return frozenset(session.scalars(query))


def _holders(session: Session, stocktake_id: int) -> frozenset[int]:
    query = sa.select(StocktakeItem.person_id).where(StocktakeItem.stocktake_id == stocktake_id).distinct()
    return frozenset(person for person in session.scalars(query) if person is not None)
