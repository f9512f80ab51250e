"""Deadlines: what is overdue, lapsed, too old or too late.

All limits are settings of the installation, held in one frozen value; the figures here are its defaults. No function
reads a clock: ``now`` is given. A limit is included: what is due at noon is overdue only after noon.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from registry.rules.levels import Handling

_LEAKED_AFTER = MappingProxyType(
    {
        Handling.CONFIDENTIAL: timedelta(days=60),
        Handling.SECRET: timedelta(days=60),
        Handling.TOP_SECRET: timedelta(days=10),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The limits of an installation.

    Attributes:
        loss_report: From noticing a loss to reporting it (company and state rules: 24 h).
        leaked_after: From the day a copy cannot be found until it counts as leaked (state rules: 10 days, or 60).
        investigation: From the report to the investigation's result (state rules: three months).
        authentication: How long a personal authentication at the shredder holds; ours, from the threat model.
        list_fresh: Age to which a gate's list decides alone; ours, from the gate protocol.
        list_usable: Age to which it decides with a supervisor; beyond it two persons must; ours.
        same_scan: Within it, the same code at the same gate in the same direction is one event; ours.
        gate_decision: How long an amber attempt waits for a supervisor before it must be scanned anew; ours.
        signature: How long a hand-over may wait for its signature before it is shown as open; ours.
    """

    loss_report: timedelta = timedelta(hours=24)
    leaked_after: Mapping[Handling, timedelta] = field(default_factory=lambda: _LEAKED_AFTER)
    investigation: timedelta = timedelta(days=90)
    authentication: timedelta = timedelta(minutes=15)
    list_fresh: timedelta = timedelta(minutes=15)
    list_usable: timedelta = timedelta(hours=4)
    same_scan: timedelta = timedelta(seconds=5)
    gate_decision: timedelta = timedelta(minutes=30)
    signature: timedelta = timedelta(hours=24)


DEFAULT_CLOCKS = Clocks()


class Window(StrEnum):
    """Where a moment lies relative to a window of time."""

    NOT_YET = "not-yet"
    OPEN = "open"
    OVER = "over"


def window(from_at: datetime | None, until_at: datetime | None, now: datetime) -> Window:
    """Return where ``now`` lies; a missing end leaves that side open."""
    if from_at is not None and now < from_at:
        return Window.NOT_YET
    if until_at is not None and now > until_at:
        return Window.OVER
    return Window.OPEN


def is_overdue(due_at: datetime | None, now: datetime) -> bool:
    """Return whether a loan, return or task is late; without a due time nothing is."""
    return due_at is not None and now > due_at


def is_lapsed(until_at: datetime | None, now: datetime) -> bool:
    """Return whether an approval can no longer be used."""
    return window(None, until_at, now) is Window.OVER


def authentication_holds(at: datetime, now: datetime, clocks: Clocks = DEFAULT_CLOCKS) -> bool:
    """Return whether a person authenticated recently enough; a time in the future never counts."""
    return timedelta(0) <= now - at <= clocks.authentication


def loss_report_due_at(noticed_at: datetime, clocks: Clocks = DEFAULT_CLOCKS) -> datetime:
    """Return when a loss must have been reported."""
    return noticed_at + clocks.loss_report


def leaked_at(missed_at: datetime, handling: Handling, clocks: Clocks = DEFAULT_CLOCKS) -> datetime:
    """Return from when a copy that cannot be found counts as leaked."""
    return missed_at + clocks.leaked_after[handling]


def investigation_due_at(reported_at: datetime, clocks: Clocks = DEFAULT_CLOCKS) -> datetime:
    """Return when the result of the investigation is due."""
    return reported_at + clocks.investigation
