"""The numbers of a document are counted on: for a print run, and for photocopies made on a device.

Law: the document's row stays locked until the transaction ends, so that whoever mints queues and no number is given
twice.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from registry import consent
from registry.ledger import log
from registry.models import ApprovalRequest, Copy, Document
from registry.rows import get_row
from registry.rules.codes import copy_no_text
from registry.rules.roles import Actor


def count_on(session: Session, request: ApprovalRequest, count: int) -> tuple[Document, range]:
    """Return the document that was agreed to, locked, and its next ``count`` numbers.

    Raises:
        OrderChanged: its file is another one now.
        RegradedSince: it was regraded while this waited for it.
        CodeError: six digits are the end of a document's numbers.
    """
    document = get_row(session, Document, request.document_id or 0, lock=True)
    if consent.order_of(request).document_sha256 != document.cleaned_sha256:
        raise consent.OrderChanged("got another document than was agreed to", request=request.id)
    if consent.is_regraded_since(request):  # while this waited for the document
        raise consent.RegradedSince("got a document that was just regraded", request=request.id)
    first_no = document.last_copy_no + 1
    document.last_copy_no += count
    copy_no_text(document.last_copy_no)
    return document, range(first_no, first_no + count)


def record_minted(
    session: Session, minted: Mapping[Copy, Mapping[str, log.Loggable]], *, actor: Actor, now: datetime
) -> None:
    """Write each new number down, with what else there is to say of it; last in a deed: the ledger is locked last."""
    log.append_each(
        session,
        "copy.reserved",
        {
            f"copy:{copy.code}": {
                "state": str(copy.state),
                "document": copy.document_id,
                "copy_no": copy.copy_no,
                **facts,
            }
            for copy, facts in minted.items()
        },
        actor=actor,
        now=now,
    )
