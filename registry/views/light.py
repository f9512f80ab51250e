"""Documents that are kept light: where their content is, whether it is still needed, and in which room of the store."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import consent
from registry.models import ApprovalRequest, Document, LightDocument, PrintAttempt, PrintBatch
from registry.rows import UnknownRow
from registry.rules import codenames
from registry.rules.approval import Act
from registry.rules.attempts import AttemptState
from registry.rules.clocks import is_lapsed
from registry.rules.family import Use
from registry.rules.lifecycle import State
from registry.rules.light import LightStanding
from registry.rules.sheets import Layout
from registry.rules.words import BatchState, Content, RequestState
from registry.views.attempts import AttemptOpen, NothingLeftToPrint, printable

_BEING_MADE = frozenset({BatchState.RESERVED, BatchState.STAMPING, BatchState.READY, BatchState.FAILED})
_TRIES = 20
"""Names drawn before giving up; each is free unless most of all are used."""

CONTENT_IS_HERE = ~sa.exists().where(
    LightDocument.document_id == Document.id, LightDocument.content != Content.KEPT
)
"""The condition that the content of a document is here, for whatever purpose."""


def find_standing(session: Session, document_id: int, *, now: datetime) -> LightStanding | None:
    """Return where a document that is kept light stands; None for any other."""
    light = session.get(LightDocument, document_id)
    if light is None:
        return None
    runs = session.scalars(sa.select(PrintBatch).where(PrintBatch.document_id == document_id)).all()
    waiting = [run for run in runs if run.state in _BEING_MADE]
    unprinted = [run for run in runs if run.state is BatchState.RELEASED and _is_left(session, run)]
    ended = sa.select(PrintAttempt.id).where(
        PrintAttempt.batch_id.in_([run.id for run in runs]),
        PrintAttempt.state.in_((AttemptState.PRINTED, AttemptState.SPOILED)),
        PrintAttempt.ended_at >= light.brought_at,
    )
    return LightStanding(
        document_id=document_id,
        code_name=light.code_name,
        content=light.content,
        case_id=light.case_id,
        brought_at=light.brought_at,
        keep_until_at=light.keep_until_at,
        removed_at=light.removed_at,
        removed_for=light.removed_for,
        removed_files=light.removed_files,
        awaited=len(waiting) + len(unprinted) + _approvals(session, document_id, now),
        is_under_way=any(run.state is not BatchState.FAILED for run in waiting)
        or any(_is_open(run) for run in unprinted),
        is_printed=session.scalar(sa.select(ended.exists())) or False,
    )


def get_standing(session: Session, document_id: int, *, now: datetime) -> LightStanding:
    """Return where a document that is kept light stands.

    Raises:
        UnknownRow: it is not kept light.
    """
    found = find_standing(session, document_id, now=now)
    if found is None:
        raise UnknownRow(LightDocument.__tablename__, document_id)
    return found


def with_content(session: Session, content: Content, *, case_id: int | None = None) -> tuple[int, ...]:
    """Return the documents kept light whose content stands so, oldest first; for one trace case only if named."""
    query = sa.select(LightDocument.document_id).where(LightDocument.content == content)
    if case_id is not None:
        query = query.where(LightDocument.case_id == case_id)
    return tuple(session.scalars(query.order_by(LightDocument.document_id)))


def code_names(session: Session, document_ids: Collection[int]) -> dict[int, str]:
    """Return the code names of those documents that are kept light."""
    query = sa.select(LightDocument.document_id, LightDocument.code_name).where(
        LightDocument.document_id.in_(document_ids)
    )
    return {row.document_id: row.code_name for row in session.execute(query)}


def room_of(session: Session, document_id: int) -> str | None:
    """Return the part of the store that holds the content of a document alone; None for one not kept light."""
    light = session.get(LightDocument, document_id)
    return None if light is None else light.room


def kept_rooms(session: Session) -> dict[int, str]:
    """Return the parts of the store whose content is there, by document."""
    query = sa.select(LightDocument.document_id, LightDocument.room).where(
        LightDocument.content == Content.KEPT
    )
    return {row.document_id: row.room for row in session.execute(query)}


def without_content_of(session: Session, original_sha256: str) -> tuple[int, ...]:
    """Return the documents kept light that were registered with a file and whose content is gone."""
    query = (
        sa.select(Document.id)
        .join(LightDocument, LightDocument.document_id == Document.id)
        .where(Document.original_sha256 == original_sha256, LightDocument.content == Content.REMOVED)
        .order_by(Document.id)
    )
    return tuple(session.scalars(query))


def runs_on_hand(session: Session, document_id: int) -> tuple[int, ...]:
    """Return the print runs of a document that are being made or wait to leave, oldest first."""
    on_hand = PrintBatch.state.in_(_BEING_MADE - {BatchState.FAILED})
    query = sa.select(PrintBatch.id).where(PrintBatch.document_id == document_id, on_hand)
    return tuple(session.scalars(query.order_by(PrintBatch.id)))


def free_code_name(session: Session) -> str:
    """Return a code name that no document has."""
    for _ in range(_TRIES):
        name = codenames.propose()
        if session.scalar(sa.select(sa.literal(1)).where(LightDocument.code_name == name)) is None:
            return name
    raise RuntimeError("nearly all code names are used")


def _is_left(session: Session, run: PrintBatch) -> bool:
    """Tell whether a run that has left has sheets that are not on paper, as far as anybody has said."""
    try:
        printable(session, run.id, Layout())
    except NothingLeftToPrint:
        return False
    except AttemptOpen:
        return any(copy.state is not State.VOID for copy in run.copies)
    return True


def _is_open(run: PrintBatch) -> bool:
    return bool(run.attempts) and run.attempts[-1].state in {AttemptState.UNKNOWN, AttemptState.SENT}


def _approvals(session: Session, document_id: int, now: datetime) -> int:
    """Return how many requests may still lead to a print run."""
    found = session.scalars(
        sa.select(ApprovalRequest).where(
            ApprovalRequest.document_id == document_id,
            ApprovalRequest.act.in_((Act.PRINT, Act.COPY)),
            ApprovalRequest.state.in_((RequestState.OPEN, RequestState.APPROVED)),
        )
    )
    return sum(
        not is_lapsed(one.valid_until_at, now)
        for one in found
        if one.act is Act.PRINT or consent.use_of(one) is Use.RECOPY
    )
