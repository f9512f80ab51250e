"""The menu, as data: which desks there are, and whose roles open them.

Decides nothing: what a role may open is asked from ``roles``. Each line names an endpoint that exists; a line
for a page that does not exist fails at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for
from flask_babel import LazyString, lazy_gettext
from sqlalchemy.orm import Session

from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.views.desk import count_to_decide
from registry.views.gates import count_waiting
from service.runtime import Runtime

_ = lazy_gettext

PAPERS = _("Papers")
REGISTRY_DESK = _("Registry")
GATES = _("Gates")
AUDIT = _("Audit")
ORGANISATION = _("Organisation")


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
    badge: Callable[[Session, Actor, datetime], int] | None = None
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


LINES: tuple[Line, ...] = (
    Line("home.desk", _("Desk"), "house", PAPERS, Action.READ_OWN_HOLDINGS),
    Line(
        "approvals.index",
        _("Approvals"),
        "clipboard-check",
        PAPERS,
        Action.READ_OWN_HOLDINGS,
        count_to_decide,
    ),
    Line("documents.index", _("Documents"), "file-earmark-text", PAPERS, Action.READ_OWN_HOLDINGS),
    Line("holdings.mine", _("My papers"), "person-check", PAPERS, Action.READ_OWN_HOLDINGS),
    Line("meetings.index", _("Meetings"), "calendar-event", PAPERS, Action.ATTEND_MEETING),
    Line("permits.index", _("Take-out permits"), "door-open", PAPERS, Action.REQUEST_TAKE_OUT),
    Line("counter.desk", _("Counter"), "arrow-left-right", REGISTRY_DESK, Action.HAND_OVER),
    Line("printing.batches", _("Print runs"), "printer", REGISTRY_DESK, Action.PRINT),
    Line("copies.index", _("Numbered copies"), "files", REGISTRY_DESK, Action.READ_REGISTER),
    Line("destruction.index", _("Destruction"), "fire", REGISTRY_DESK, Action.DESTROY),
    Line("stocktakes.index", _("Stocktakes"), "clipboard-check", REGISTRY_DESK, Action.READ_STOCKTAKES),
    Line("losses.index", _("Losses"), "clock-history", REGISTRY_DESK, Action.READ_LOSSES),
    Line("recalls.index", _("Recalls"), "bell", REGISTRY_DESK, Action.READ_RECALLS),
    Line("circulations.index", _("Circulation"), "arrow-repeat", REGISTRY_DESK, Action.READ_CIRCULATIONS),
    Line("consents.index", _("Consents"), "file-earmark-lock", REGISTRY_DESK, Action.READ_CONSENTS),
    Line("regradings.index", _("Regradings"), "shield-check", REGISTRY_DESK, Action.READ_REGRADINGS),
    Line("leavers.index", _("Leavers"), "box-arrow-right", REGISTRY_DESK, Action.CLEAR_LEAVER),
    Line("statistics.show", _("Figures"), "list", REGISTRY_DESK, Action.READ_STATISTICS),
    Line("exchange.index", _("Import and export"), "arrow-left-right", REGISTRY_DESK, Action.READ_REGISTER),
    Line("gate.index", _("Gate"), "shield-check", GATES, Action.SCAN_AT_GATE),
    Line(
        "gate.waiting",
        _("Waiting at the gates"),
        "hourglass-split",
        GATES,
        Action.OVERRIDE_GATE,
        count_waiting,
    ),
    Line("gate.log", _("Gate log"), "list", GATES, Action.READ_GATE_LOG),
    Line("sending.transports", _("Bags for the plant"), "archive", GATES, Action.READ_GATE_LOG),
    Line("cases.index", _("Trace cases"), "fingerprint", AUDIT, Action.READ_CASE),
    Line("drills.index", _("Leak drills"), "camera", AUDIT, Action.RUN_DRILL),
    Line("ledger.index", _("Ledger"), "journal-text", AUDIT, Action.VERIFY_LEDGER),
    Line("equipment.index", _("Devices"), "gear", ORGANISATION, Action.KEEP_EQUIPMENT),
    Line("sending.plants", _("Plants"), "building", ORGANISATION, Action.MANAGE_EQUIPMENT),
    Line(
        "sending.incidents",
        _("Incidents of bags"),
        "exclamation-octagon",
        ORGANISATION,
        Action.SETTLE_INCIDENT,
    ),
    Line("rules.index", _("Rules"), "shield-lock", ORGANISATION, Action.READ_RULES),
    Line("people.index", _("People"), "people", ORGANISATION, Action.MANAGE_PEOPLE),
    Line("people.index", _("People"), "people", ORGANISATION, Action.MANAGE_ROLES),
    Line("exchange.index", _("Import and export"), "arrow-left-right", ORGANISATION, Action.MANAGE_PEOPLE),
    Line("exchange.index", _("Import and export"), "arrow-left-right", ORGANISATION, Action.MANAGE_ROLES),
)
"""In the order of the menu; the first that a visitor sees is the start page."""

SCAN_ENDPOINT: str | None = "copies.find"
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
            counts = {
                line.endpoint: line.badge(session, actor, runtime.now()) for line in lines if line.badge
            }
    open_line = _line_of(request.endpoint or "", [line.endpoint for line in lines])
    return [
        Entry(
            url=url_for(line.endpoint),
            label=str(line.label),
            icon=line.icon,
            desk=str(line.desk),
            active=line.endpoint == open_line,
            badge=counts.get(line.endpoint, 0),
        )
        for line in lines
    ]


def _line_of(endpoint: str, listed: list[str]) -> str | None:
    """Return the line that a page belongs to: its own, else the first of its blueprint."""
    if endpoint in listed:
        return endpoint
    return next((one for one in listed if _area(one) == _area(endpoint)), None)


def _area(endpoint: str) -> str:
    """Return the blueprint of an endpoint: its pages without a line of their own belong to the first."""
    return endpoint.partition(".")[0]
