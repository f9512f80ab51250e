"""What a meeting's level demands: it is never lower than what is discussed there."""

from registry.errors import ConflictError
from registry.rules.levels import Level, highest


class MeetingBelowDocument(ConflictError):
    """The meeting is lower than one of its documents."""

    code = "meeting-below-document"


def require_not_below(meeting: Level, document: Level) -> None:
    """Pass when a meeting of this level may discuss a document of that one.

    Raises:
        MixedSchemes: the two belong to different schemes. MeetingBelowDocument: facts ``meeting`` and
        ``document`` are the codes of the two levels in ``scheme``.
    """
    if highest([meeting, document]).rank > meeting.rank:
        raise MeetingBelowDocument(
            f"got a meeting that is {meeting.code} for a document that is {document.code}",
            scheme=str(meeting.scheme),
            meeting=meeting.code,
            document=document.code,
        )
