"""Documents that are being recalled, as the acts and views around them ask: which are, and that their copies stay put.

What a recall is, and what becomes of its copies, is decided in ``rules.recall`` and ``acts.recalls``. Law: the recall
of a document is one of everything that was made of it.
"""

from collections.abc import Collection, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry import kin
from registry.models import Copy, Recall
from registry.rules import recall
from registry.rules.recall import RecallState

_RUNNING: Final = sa.select(Recall.document_id).where(Recall.state == RecallState.RUNNING)


def recalled(session: Session, document_ids: Collection[int]) -> frozenset[int]:
    """Return which of these documents are being recalled, by themselves or with one that they were made of."""
    running = frozenset(session.scalars(_RUNNING))
    if not running:
        return frozenset()
    return frozenset(document_ids) & (running | kin.descendants(session, running))


def refuse_recalled_documents(session: Session, document_ids: Collection[int]) -> None:
    """Pass when nothing is being recalled that another document is to be made of.

    Raises:
        SourceRecalled: fact ``document`` names the first.
    """
    recall.require_sources_not_recalled(document_ids, recalled(session, document_ids))


def refuse_recalled(session: Session, copies: Sequence[Copy]) -> None:
    """Pass when no copy is of a document that is being recalled: what is called back is neither given nor destroyed.

    Raises:
        CopyRecalled: fact ``copy`` names the first that is.
    """
    named = [(copy.code, copy.document_id) for copy in copies]
    recall.require_not_recalled(named, recalled(session, {document_id for _, document_id in named}))
