"""A copy cannot be found: the clocks that run, what the report must say, and who may agree that it is found.

How long each clock is, is a setting (``clocks``). Laws:

* The clock for the report runs from the moment the loss was noticed, the one for the leak with it, and the one for the
  investigation from the report. None of them stops for the copy's being declared lost; finding it stops them all.
* The report has seven items: the content, level and quantity the register knows; the six others somebody has to say.
* A copy is found when it lies before the clerk *and* somebody has agreed who neither takes it in nor answers for it.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from registry.errors import ConflictError
from registry.rules.clocks import Clocks, investigation_due_at, is_overdue, leaked_at, loss_report_due_at
from registry.rules.levels import Handling
from registry.rules.texts import parse_line

LOSS_TEXT_LIMIT: Final = 1000
"""Of each item of a report, in characters; longer findings are files of the investigation."""


class NotAnIndependentApprover(ConflictError):
    """Whoever agrees that a copy is found takes it in, or answers for it."""

    code = "not-an-independent-approver"


@dataclass(frozen=True, slots=True, kw_only=True)
class LossReport:
    """What somebody has to say in the report; the seventh item, the copy itself, the register knows.

    Attributes:
        discovered: How the loss was noticed.
        responsible: Who is responsible.
        course: Time, place and course.
        harm: What harm was, or may be, done.
        investigation: What has been investigated so far.
        remedies: What has been done about it.
    """

    discovered: str
    responsible: str
    course: str
    harm: str
    investigation: str
    remedies: str

    def parsed(self) -> "LossReport":
        """Return the report as the register stores it.

        Raises:
            InvalidError: an item is missing, too long, or holds an invisible character; fact ``field`` names it.
        """
        return LossReport(
            **{
                item.name: parse_line(getattr(self, item.name), field=item.name, limit=LOSS_TEXT_LIMIT)
                for item in fields(self)
            }
        )


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock: when it ends, and whether that was too late, or is by now."""

    due_at: datetime
    is_over: bool


@dataclass(frozen=True, slots=True)
class LossClocks:
    """The clocks of one loss.

    Attributes:
        report: When the loss must have been reported.
        leak: From when the copy counts as leaked.
        investigation: When the result is due; ``None`` before the report.
    """

    report: Deadline
    leak: Deadline
    investigation: Deadline | None


def clocks_of(
    handling: Handling,
    *,
    missed_at: datetime,
    reported_at: datetime | None,
    concluded_at: datetime | None,
    found_at: datetime | None,
    now: datetime,
    clocks: Clocks,
) -> LossClocks:
    """Return where the clocks of a loss stand: each is judged at its deed, at the finding, or now."""
    stopped = found_at or now
    report_due = loss_report_due_at(missed_at, clocks)
    leak_at = leaked_at(missed_at, handling, clocks)
    due = None if reported_at is None else investigation_due_at(reported_at, clocks)
    return LossClocks(
        report=Deadline(report_due, is_overdue(report_due, reported_at or stopped)),
        leak=Deadline(leak_at, is_overdue(leak_at, stopped)),
        investigation=None if due is None else Deadline(due, is_overdue(due, concluded_at or stopped)),
    )


def require_independent_approver(
    person_id: int | None, *, actor_id: int | None, holder_id: int | None
) -> None:
    """Pass when a person may agree that a copy is found.

    Raises:
        NotAnIndependentApprover: fact ``part`` is ``clerk`` or ``holder``.
    """
    if person_id is None or person_id == actor_id:
        raise NotAnIndependentApprover("got the clerk as approver", part="clerk")
    if person_id == holder_id:
        raise NotAnIndependentApprover("got the holder as approver", part="holder")
