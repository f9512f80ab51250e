"""Confidential meetings: planned with a level that is never below that of their documents."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.ledger import log
from registry.models import Document, Meeting, Unit
from registry.rows import get_row
from registry.rules import levels, meetings, roles
from registry.rules.facts import MeetingFacts
from registry.rules.levels import Scheme
from registry.rules.limits import MEETING_TITLE_LIMIT, PLACE_LIMIT
from registry.rules.roles import Action, Actor
from registry.rules.texts import parse_line
from registry.rules.words import MeetingState


def plan(
    session: Session, facts: MeetingFacts, *, enabled: Collection[Scheme], actor: Actor, now: datetime
) -> int:
    """Register a meeting and return its id."""
    roles.require(actor, Action.MANAGE_MEETINGS, unit_id=facts.unit_id)
    level = levels.get_level(facts.scheme, facts.level, enabled=enabled)
    get_row(session, Unit, facts.unit_id)
    meeting = Meeting(
        title=parse_line(facts.title, field="title", limit=MEETING_TITLE_LIMIT),
        scheme=str(level.scheme),
        level=level.code,
        unit_id=facts.unit_id,
        place=parse_line(facts.place, field="place", limit=PLACE_LIMIT),
        starts_at=facts.starts_at,
        state=MeetingState.PLANNED,
    )
    session.add(meeting)
    session.flush()  # the id, for the ledger
    log.append(
        session,
        "meeting.planned",
        f"meeting:{meeting.id}",
        actor=actor,
        now=now,
        title=log.private(meeting.title),
        place=log.private(meeting.place),
        scheme=meeting.scheme,
        level=meeting.level,
        unit=meeting.unit_id,
        starts_at=meeting.starts_at,
    )
    return meeting.id


def set_level(
    session: Session,
    meeting_id: int,
    level_code: str,
    *,
    enabled: Collection[Scheme],
    actor: Actor,
    now: datetime,
) -> None:
    """Raise or lower a meeting's level within its scheme, never below one of its documents."""
    meeting = get_row(session, Meeting, meeting_id, lock=True)
    roles.require(actor, Action.MANAGE_MEETINGS, unit_id=meeting.unit_id)
    level = levels.get_level(meeting.scheme, level_code, enabled=enabled)
    for document in session.scalars(sa.select(Document).where(Document.meeting_id == meeting_id)):
        meetings.require_not_below(level, levels.get_level(document.scheme, document.level))
    before, meeting.level = meeting.level, level.code
    log.append(
        session,
        "meeting.level-changed",
        f"meeting:{meeting_id}",
        actor=actor,
        now=now,
        before=before,
        after=level.code,
    )
