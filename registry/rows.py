"""How acts reach rows: found or clearly unknown, locked before they change; and how custody is moved.

Locks are taken on a print run before its copies, and on copies in ascending ``id`` when there are several, so that two
clerks cannot wait for each other; the ledger's row is locked last, by ``ledger.log``. A locked row can still be named
by new rows of others (on PostgreSQL ``FOR NO KEY UPDATE``: keys never change here), else every foreign key would be a
lock out of order; `get_row_alone` is for whoever must not be named meanwhile.
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
    found = session.scalar(
        sa.select(Copy)
        .where(Copy.code == code)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise UnknownCopy(code)
    return found


def locked_copies(session: Session, codes: Sequence[str]) -> list[Copy]:
    """Return the copies with these codes in the order given, all locked.

    Raises:
        UnknownCopy: names the first code that no copy bears.
    """
    rows = session.scalars(
        sa.select(Copy)
        .where(Copy.code.in_(codes))
        .order_by(Copy.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    by_code = {copy.code: copy for copy in rows}
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
    last = session.scalar(
        sa.select(Movement).where(Movement.copy_id == copy.id).order_by(Movement.seq.desc()).limit(1)
    )
    movement = Movement(
        copy_id=copy.id,
        seq=last.seq + 1 if last else 1,
        kind=kind,
        custodian=custodian,
        person_id=person_id,
        due_at=due_at,
        hand_over_id=hand_over_id,
        return_id=return_id,
        recorded_by_id=actor.person_id,
        moved_at=now,
    )
    custody.require_continues(link(last) if last else None, link(movement), position=movement.seq)
    session.add(movement)
    return movement


def link(movement: Movement) -> custody.Movement:
    """Return a movement as the rules of custody see it."""
    return custody.Movement(movement.moved_at, movement.custodian, movement.person_id)
