"""How acts reach rows: found or clearly unknown, locked before they change; and how custody is moved.

Locks are taken on a print run before its copies, and on copies in ascending ``id`` when there are several, so that two
clerks cannot wait for each other; the ledger's row is locked last, by ``ledger.log``. A locked row can still be named
by new rows of others (on PostgreSQL ``FOR NO KEY UPDATE``: keys never change here), else every foreign key would be a
lock out of order; `get_row_alone` is for whoever must not be named meanwhile.

What every deed asks is put together once, here and in the modules beside: to build a statement takes SQLAlchemy several
times as long as to run it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.db import Base
from registry.errors import RegistryError, UnknownError
from registry.models import Copy, Movement
from registry.rules import custody
from registry.rules.roles import Actor
from registry.rules.words import Custodian, MovementKind

Row = TypeVar("Row", bound=Base)

LOCK: Final[dict[str, Any]] = {"key_share": True}
"""How a row is locked: against whoever would lock or change it, not against new rows that name it."""
LOCKED_COPIES: Final = (
    sa.select(Copy).order_by(Copy.id).with_for_update(**LOCK).execution_options(populate_existing=True)
)
"""Reads copies as they are now and locks them, in the order in which everybody does; to be narrowed."""
_BY_CODES: Final = LOCKED_COPIES.where(Copy.code.in_(sa.bindparam("codes", expanding=True)))


def _last_movements() -> sa.Select[Movement]:
    newest = (
        sa.select(Movement.copy_id, sa.func.max(Movement.seq).label("seq"))
        .where(Movement.copy_id.in_(sa.bindparam("copy_ids", expanding=True)))
        .group_by(Movement.copy_id)
        .subquery()
    )
    return sa.select(Movement).join(
        newest, sa.and_(Movement.copy_id == newest.c.copy_id, Movement.seq == newest.c.seq)
    )


_LAST_MOVEMENTS: Final = _last_movements()


class UnknownRow(UnknownError):
    """Nothing is registered under this key."""

    code = "unknown-row"

    def __init__(self, register: str, key: object) -> None:
        """Name the register that was searched and the key that it does not hold."""
        super().__init__(f"nothing in {register} under {key}", register=register, key=str(key))


class UnknownCopy(UnknownError):
    """No copy bears this code."""

    code = "unknown-copy"

    def __init__(self, claimed_code: str) -> None:
        """Keep the code that was asked for."""
        super().__init__("no copy bears this code", claimed_code=claimed_code)


def get_row(session: Session, model: type[Row], key: int, *, lock: bool = False) -> Row:
    """Return the row under ``key``, locked until the transaction ends when ``lock``.

    Raises:
        UnknownRow: there is none.
    """
    return _found(session, model, key, with_for_update=LOCK if lock else None)


def get_row_alone(session: Session, model: type[Row], key: int) -> Row:
    """Return the row under ``key``, locked so that no new row can name it until the transaction ends.

    Raises:
        UnknownRow: there is none.
    """
    return _found(session, model, key, with_for_update=True)


def _found(
    session: Session, model: type[Row], key: int, *, with_for_update: dict[str, Any] | bool | None
) -> Row:
    row = session.get(
        model, key, with_for_update=with_for_update, populate_existing=with_for_update is not None
    )
    if row is None:
        raise UnknownRow(model.__tablename__, key)
    return row


def flush_unique(
    session: Session, refusals: Mapping[tuple[InstrumentedAttribute[Any], ...], RegistryError]
) -> None:
    """Write what is pending; a value that is taken already becomes the refusal named for its columns.

    Args:
        session: The deed's transaction; useless after a refusal, which rolls back.
        refusals: For each unique set of columns, in the constraint's order, what to raise.
    """
    try:
        session.flush()
    except IntegrityError as error:
        for columns, refusal in refusals.items():
            if _violates(error, columns):
                raise refusal from error
        raise


def _violates(error: IntegrityError, columns: tuple[InstrumentedAttribute[Any], ...]) -> bool:
    """Tell whether these columns' uniqueness was hurt: PostgreSQL names the constraint, SQLite the columns."""
    table = columns[0].class_.__tablename__
    constraint = f"uq_{table}_{'_'.join(column.key for column in columns)}"
    named = ", ".join(f"{table}.{column.key}" for column in columns)
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return bool(diagnosis.constraint_name == constraint)
    return str(error.orig) == f"UNIQUE constraint failed: {named}"


def locked_copy(session: Session, code: str) -> Copy:
    """Return the copy with this 13-character code, locked until the transaction ends.

    Raises:
        UnknownCopy: no copy bears it.
    """
    found = session.scalar(_BY_CODES, {"codes": [code]})
    if found is None:
        raise UnknownCopy(code)
    return found


def locked_copies(session: Session, codes: Sequence[str]) -> list[Copy]:
    """Return the copies with these codes in the order given, all locked.

    Raises:
        UnknownCopy: names the first code that no copy bears.
    """
    by_code = {copy.code: copy for copy in session.scalars(_BY_CODES, {"codes": codes})}
    for code in codes:
        if code not in by_code:
            raise UnknownCopy(code)
    return [by_code[code] for code in codes]


def once_held(session: Session, copy_ids: Collection[int]) -> frozenset[int]:
    """Return which of these copies a holder has had, so that their paper was whole and is known to people."""
    return frozenset(
        session.scalars(
            sa.select(Movement.copy_id).where(
                Movement.copy_id.in_(copy_ids), Movement.custodian == Custodian.PERSON
            )
        )
    )


def last_movements(session: Session, copies: Collection[Copy]) -> dict[int, Movement]:
    """Return the movement that says who answers for each of these copies now, by the copy's id.

    A copy that has not moved yet is absent.
    """
    found = session.scalars(_LAST_MOVEMENTS, {"copy_ids": [copy.id for copy in copies]})
    return {movement.copy_id: movement for movement in found}


def move(
    session: Session,
    copy: Copy,
    kind: MovementKind,
    custodian: Custodian,
    *,
    actor: Actor,
    now: datetime,
    person_id: int | None = None,
    due_at: datetime | None = None,
    hand_over_id: int | None = None,
    return_id: int | None = None,
) -> Movement:
    """Make ``custodian`` answer for the copy from ``now`` on. The copy must be locked by the caller.

    Raises:
        BrokenCustody: such a movement cannot follow the last one.
    """
    movement = Movement(
        copy_id=copy.id,
        seq=1,
        kind=kind,
        custodian=custodian,
        person_id=person_id,
        due_at=due_at,
        hand_over_id=hand_over_id,
        return_id=return_id,
        recorded_by_id=actor.person_id,
        moved_at=now,
    )
    movement.seq = _place_after(last_movements(session, [copy]).get(copy.id), link(movement))
    session.add(movement)
    return movement


def move_all(
    session: Session,
    copies: Collection[Copy],
    kind: MovementKind,
    custodian: Custodian,
    *,
    actor: Actor,
    now: datetime,
    after: Mapping[int, Movement] | None = None,
    person_id: int | None = None,
    due_at: datetime | None = None,
    hand_over_id: int | None = None,
    return_id: int | None = None,
) -> None:
    """Do what `move` does for each of these copies, read and written together however many they are.

    Args:
        session: The deed's transaction.
        copies: Each once, locked by the caller.
        kind: What moves them.
        custodian: Who answers from now on.
        actor: Who records it.
        now: When.
        after: What `last_movements` said of them since they were locked; None asks it.
        person_id: The custodian, if a person.
        due_at: Until when that person has them.
        hand_over_id: The hand-over that moves them.
        return_id: The visit to the counter that does.

    Raises:
        BrokenCustody: such a movement cannot follow the last one of a copy.
    """
    last = last_movements(session, copies) if after is None else after
    new = custody.Movement(now, custodian, person_id)
    rows = [
        {
            "copy_id": copy.id,
            "seq": _place_after(last.get(copy.id), new),
            "kind": kind,
            "custodian": custodian,
            "person_id": person_id,
            "due_at": due_at,
            "hand_over_id": hand_over_id,
            "return_id": return_id,
            "recorded_by_id": actor.person_id,
            "moved_at": now,
        }
        for copy in copies
    ]
    if rows:
        session.execute(sa.insert(Movement), rows)


def _place_after(last: Movement | None, new: custody.Movement) -> int:
    """Return the place of a movement in the chain of its copy.

    Raises:
        BrokenCustody: it cannot follow the last one.
    """
    seq = last.seq + 1 if last else 1
    custody.require_continues(link(last) if last else None, new, position=seq)
    return seq


def link(movement: Movement) -> custody.Movement:
    """Return a movement as the rules of custody see it."""
    return custody.Movement(movement.moved_at, movement.custodian, movement.person_id)
