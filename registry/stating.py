"""What is stated of a document, and found in its file, becomes a row of the register, wherever it comes from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.errors import ConflictError
from registry.models import Document, Meeting, Unit
from registry.rows import get_row
from registry.rules import codenames, levels, meetings
from registry.rules.facts import DocumentFacts
from registry.rules.levels import Level, Scheme
from registry.rules.limits import DOC_NUMBER_LIMIT, DOC_TITLE_LIMIT, NEED_TO_KNOW_LIMIT
from registry.rules.roles import Actor
from registry.rules.texts import parse_key, parse_line


class MeetingClosed(ConflictError):
    """The meeting is over; no document can be added to it."""

    code = "meeting-closed"


@dataclass(frozen=True, kw_only=True)
class DocumentFile:
    """What the inspection made of the file, all of it stored by hash.

    Attributes:
        pictures: One picture of each page, in the order of the pages.
        findings: What was stripped or is worth knowing: mappings of ``code``, ``page`` and ``facts``.
        proof: How traceable each page is, and the hash of the carriers it was measured with.
        survey_sha256: What was found out about the pages, which spares print runs from looking again.
    """

    original_sha256: str
    cleaned_sha256: str
    pictures: Sequence[str]
    findings: Sequence[dict[str, Any]]
    proof: Mapping[str, Any]
    survey_sha256: str | None = None

    def describe(self, document: Document) -> None:
        """Make this the file of a document."""
        document.pages = len(self.pictures)
        document.original_sha256, document.cleaned_sha256 = self.original_sha256, self.cleaned_sha256
        document.pictures, document.findings = list(self.pictures), list(self.findings)
        document.proof, document.survey_sha256 = dict(self.proof), self.survey_sha256


def stated(
    session: Session, facts: DocumentFacts, *, enabled: Collection[Scheme], actor: Actor, now: datetime
) -> Document:
    """Return a document as its facts have it, without a page or a file and not yet entered.

    Raises:
        MeetingClosed: its meeting is over.
        RegistryError: a fact is none.
    """
    level = levels.get_level(facts.scheme, facts.level, enabled=enabled)
    period = levels.parse_period(facts.secrecy_period)
    for unit_id in (facts.issuing_unit_id, facts.classifying_unit_id):
        get_row(session, Unit, unit_id)
    _, title = codenames.in_place_of_title(facts.code_name, facts.title)
    if facts.meeting_id is not None:
        _require_meeting(session, facts.meeting_id, level)
    return Document(
        doc_number=parse_key(facts.doc_number, field="doc_number", limit=DOC_NUMBER_LIMIT),
        title=parse_line(title, field="title", limit=DOC_TITLE_LIMIT),
        issuing_unit_id=facts.issuing_unit_id,
        classifying_unit_id=facts.classifying_unit_id,
        scheme=str(level.scheme),
        level=level.code,
        secrecy_period=period.zh,
        need_to_know=parse_line(
            facts.need_to_know, field="need_to_know", limit=NEED_TO_KNOW_LIMIT, required=False
        ),
        no_copying=facts.no_copying,
        meeting_id=facts.meeting_id,
        pages=0,
        original_sha256="",
        cleaned_sha256="",
        pictures=[],
        findings=[],
        proof=None,
        registered_by_id=actor.person_id,
        registered_at=now,
    )


def _require_meeting(session: Session, meeting_id: int, level: Level) -> None:
    meeting = get_row(session, Meeting, meeting_id, lock=True)  # its level must not sink meanwhile
    if meeting.state in meetings.OVER:
        raise MeetingClosed("got a meeting that is closed", meeting=meeting_id)
    meetings.require_not_below(levels.get_level(meeting.scheme, meeting.level), level)
