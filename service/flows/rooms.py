"""Rooms of the store: content that must go again lies in one of its own, and none stays that nobody knows of.

Law: whatever breaks between storing and recording leaves a room that the register does not know; it is cleared at
once by whoever made it, or by the upkeep.
"""

import contextlib
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.rules.words import Content
from registry.views.imports import table_rooms
from registry.views.light import kept_rooms, with_content
from service.faults import ServiceFault
from service.runtime import Runtime

logger = structlog.get_logger()

_ABANDONED: Final = timedelta(hours=1)
"""Nobody stores the content of one document for longer: conversion, sandbox and a long document are minutes."""


@contextlib.contextmanager
def own_room(runtime: Runtime, *, wanted: bool = True) -> Iterator[str | None]:
    """Yield the name of a new room, None if none is wanted; it is cleared at the end unless the register uses it."""
    if not wanted:
        yield None
        return
    room = secrets.token_hex(16)
    try:
        yield room
    finally:
        _clear_unless_used(runtime, room)


def keep_until(runtime: Runtime, now: datetime) -> datetime:
    """Return when content that comes now goes at the latest."""
    return now + timedelta(hours=runtime.settings.light_keep_hours)


def sweep(runtime: Runtime) -> int:
    """Clear the rooms that the register does not use, and what the index still knows of their pages; return how many.

    A room that was just written to may belong to a registration or an offer that is under way.
    """
    written = runtime.store.rooms()
    with runtime.database.reading() as session:
        used = _used(session)
        gone = frozenset(with_content(session, Content.REMOVED))
    limit = (runtime.now() - _ABANDONED).timestamp()
    stale = [room for room, at in written.items() if room not in used and at < limit]
    for room in stale:
        runtime.store.clear(room)
        logger.warning("room cleared that nobody knew of", room=room)
    runtime.pages.forget(lambda name: int(name.partition("-")[0]) in gone)
    return len(stale)


def _used(session: Session) -> frozenset[str]:
    return table_rooms(session) | frozenset(kept_rooms(session).values())


def _clear_unless_used(runtime: Runtime, room: str) -> None:
    try:
        with runtime.database.reading() as session:
            is_used = room in _used(session)
    except (DBAPIError, ServiceFault):
        return  # nobody can say now: the upkeep will
    if not is_used:
        runtime.store.clear(room)
