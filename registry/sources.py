"""The copy that re-copies, photocopies and faxes are made after: of the right document, and where it can be copied."""

from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.models import Copy
from registry.rows import locked_copy
from registry.rules.lifecycle import AT_HAND


class SourceOfOtherDocument(ConflictError):
    """The copy on the glass is of another document than was approved."""

    code = "source-of-other-document"


class SourceNotAtHand(ConflictError):
    """The copy on the glass is, on record, not where it could lie there."""

    code = "source-not-at-hand"


def locked_source(session: Session, code: str, document_id: int) -> Copy:
    """Return the copy that others are made after, locked until the transaction ends.

    Raises:
        UnknownCopy: no copy bears this code.
        SourceOfOtherDocument, SourceNotAtHand: it cannot be the one.
    """
    source = locked_copy(session, code)
    if source.document_id != document_id:
        raise SourceOfOtherDocument("got a copy of another document than was approved")
    if source.state not in AT_HAND:
        raise SourceNotAtHand("got a copy that cannot lie on the glass", state=str(source.state))
    return source
