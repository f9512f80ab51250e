"""The menu, as data: which desks there are, and whose roles open them.

Decides nothing: what a role may open is asked from ``roles``. Each line names an endpoint that exists; a line
for a page that does not exist fails at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import LazyString
from sqlalchemy.orm import Session

from registry.rules import roles
from registry.rules.roles import Action, Actor
from service.runtime import Runtime


@dataclass(frozen=True)
class Line:
    """One line of the menu."""

    endpoint: str
    label: LazyString
    icon: str
    desk: LazyString
    """Heading under which it stands."""
    action: Action
    """Whoever may do this for some unit sees the line."""
    badge: Callable[[Session, Actor], int] | None = None
    """Counts what waits there for the visitor."""


@dataclass(frozen=True)
class Entry:
    """A line as a page shows it."""

    url: str
    label: str
    icon: str
    desk: str
    active: bool
    badge: int


LINES: tuple[Line, ...] = ()
"""In the order of the menu; the first that a visitor sees is the start page."""

SCAN_ENDPOINT: str | None = None
"""Where a code scanned on any page is looked up."""


def lines_for(actor: Actor) -> list[Line]:
    """Return the lines that the roles of an actor open."""
    return [line for line in LINES if roles.may_for_some_unit(actor, line.action)]


def menu(runtime: Runtime, actor: Actor) -> list[Entry]:
    """Return the menu of an actor for the page of this request."""
    lines = lines_for(actor)
    counts = {}
    if any(line.badge for line in lines):
        with runtime.database.reading() as session:
            counts = {line.endpoint: line.badge(session, actor) for line in lines if line.badge}
    return [
        Entry(
            url=url_for(line.endpoint),
            label=str(line.label),
            icon=line.icon,
            desk=str(line.desk),
            active=_area(line.endpoint) == _area(request.endpoint or ""),
            badge=counts.get(line.endpoint, 0),
        )
        for line in lines
    ]


def _area(endpoint: str) -> str:
    """Return the blueprint of an endpoint: all its pages belong to one line."""
    return endpoint.partition(".")[0]
