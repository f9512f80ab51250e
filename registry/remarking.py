"""Copies that wait for a new mark, as the acts around them ask; what a regrading is, is in ``acts.regrading``."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.models import Copy, Remarking
from registry.rules import regrading

IS_OPEN = sa.and_(Remarking.done_at.is_(None), Remarking.dropped_at.is_(None))
"""The condition that a task waits; that its copy still exists is another one."""
_WAITING: Final = (
    sa.select(Copy.code, Remarking.mark_after)
    .join(Remarking, Remarking.copy_id == Copy.id)
    .where(IS_OPEN, Copy.id.in_(sa.bindparam("copy_ids", expanding=True)))
    .order_by(Copy.id)
)


def locked_tasks(session: Session, copies: sa.ColumnElement[bool]) -> dict[int, Remarking]:
    """Return the open task of each copy that fits a condition and has one, by the copy's id; all locked."""
    found = session.scalars(
        sa.select(Remarking)
        .where(IS_OPEN, Remarking.copy_id.in_(sa.select(Copy.id).where(copies)))
        .order_by(Remarking.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {task.copy_id: task for task in found}


def refuse_unmarked(session: Session, copies: Sequence[Copy]) -> None:
    """Pass when no copy waits for a new mark: what is handed out says how secret it is.

    Raises:
        CopyAwaitsMark: fact ``copy`` names the first that does, ``mark`` what it is to say.
    """
    waiting = session.execute(_WAITING, {"copy_ids": [copy.id for copy in copies]})
    regrading.require_marked((row.code, row.mark_after) for row in waiting)
