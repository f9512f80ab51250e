"""Documents that are being recalled, as the acts and views around them ask: which are, and that their copies stay put.

What a recall is, and what becomes of its copies, is decided in ``rules.recall`` and ``acts.recalls``.
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.models import Copy, Recall
from registry.rules import recall
from registry.rules.recall import RecallState


def recalled(session: Session, document_ids: Collection[int]) -> frozenset[int]:
    """Return which of these documents are being recalled."""
    query = sa.select(Recall.document_id).where(
        Recall.document_id.in_(document_ids), Recall.state == RecallState.RUNNING
    )
    return frozenset(session.scalars(query))


def refuse_recalled(session: Session, copies: Sequence[Copy]) -> None:
    """Pass when no copy is of a document that is being recalled: what is called back is neither given nor destroyed.

    Raises:
        CopyRecalled: fact ``copy`` names the first that is.
    """
    named = [(copy.code, copy.document_id) for copy in copies]
    recall.require_not_recalled(named, recalled(session, {document_id for _, document_id in named}))
