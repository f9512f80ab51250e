"""Losses by program: their clocks, the report, the result, the finding."""

from datetime import datetime

from flask import Response
from pydantic import Field

from registry.rules.codes import human_code
from registry.rules.lifecycle import State
from registry.rules.limits import REASON_LIMIT
from registry.rules.loss import LOSS_TEXT_LIMIT, Deadline, LossReport
from registry.rules.roles import Action
from registry.views.losses import LossRow
from service.api.area import Area, Model
from service.api.copies import CopyFacts, Person, copy_facts, person
from service.flows import losses
from service.login import current_actor, current_runtime

area = Area("losses", __name__)


class LossClock(Model):
    """When a clock of a loss ends, and whether that was, or is by now, too late."""

    due_at: datetime
    is_over: bool


class SaidInReport(Model):
    """The six items of a report that the register does not know by itself."""

    discovered: str = Field(min_length=1, max_length=LOSS_TEXT_LIMIT)
    responsible: str = Field(min_length=1, max_length=LOSS_TEXT_LIMIT)
    course: str = Field(min_length=1, max_length=LOSS_TEXT_LIMIT)
    harm: str = Field(min_length=1, max_length=LOSS_TEXT_LIMIT)
    investigation: str = Field(min_length=1, max_length=LOSS_TEXT_LIMIT)
    remedies: str = Field(min_length=1, max_length=LOSS_TEXT_LIMIT)


class LossStory(Model):
    """One loss with its clocks; ``investigation_due`` only after the report."""

    id: int
    copy_facts: CopyFacts
    holder: Person | None
    missed_at: datetime
    how: str
    declared_at: datetime | None
    reported_at: datetime | None
    report: SaidInReport | None
    concluded_at: datetime | None
    result: str | None
    found_at: datetime | None
    explanation: str | None
    approver: Person | None
    report_due: LossClock
    leaked_from: LossClock
    investigation_due: LossClock | None


class Losses(Model):
    """All losses, those that go on first."""

    losses: list[LossStory]


class LossResult(Model):
    """What the investigation found, and what is done about it."""

    result: str = Field(min_length=1, max_length=LOSS_TEXT_LIMIT)
    remedies: str = Field(min_length=1, max_length=LOSS_TEXT_LIMIT)


class Finding(Model):
    """Where a missing copy was, and the leader who agrees with their PIN."""

    explanation: str = Field(min_length=1, max_length=REASON_LIMIT)
    approver_id: int
    pin: str = Field(max_length=12)


class FoundState(Model):
    """The state that the finding led to."""

    state: State


@area.operation(
    "GET",
    "/losses",
    summary="List the losses with their clocks, those that go on first.",
    answer=Losses,
    action=Action.READ_LOSSES,
)
def list_losses() -> Losses:
    """List the losses."""
    return Losses(losses=[_story(row) for row in losses.listing(current_runtime(), current_actor())])


@area.operation(
    "GET",
    "/losses/<int:loss_id>",
    summary="Tell the story of one loss.",
    answer=LossStory,
    action=Action.READ_LOSSES,
)
def get_loss(loss_id: int) -> LossStory:
    """Tell the story of one loss."""
    return _story(losses.get_loss(current_runtime(), current_actor(), loss_id))


@area.operation(
    "POST",
    "/losses/<int:loss_id>/report",
    summary="File the report of a loss.",
    body=SaidInReport,
    action=Action.FILE_LOSS_REPORT,
)
def file_loss_report(loss_id: int, body: SaidInReport) -> None:
    """File a report."""
    losses.file_report(current_runtime(), current_actor(), loss_id, LossReport(**body.model_dump()))


@area.operation(
    "POST",
    "/losses/<int:loss_id>/result",
    summary="Record the result of the investigation of a loss.",
    body=LossResult,
    action=Action.CONCLUDE_LOSS,
)
def conclude_loss(loss_id: int, body: LossResult) -> None:
    """Record a result."""
    losses.conclude(current_runtime(), current_actor(), loss_id, body.result, body.remedies)


@area.operation(
    "GET",
    "/losses/<int:loss_id>/paper",
    summary="Give out the report of a loss.",
    action=Action.READ_LOSSES,
    media_type="application/pdf",
)
def get_loss_report(loss_id: int) -> Response:
    """Give out the report."""
    pdf = losses.paper(current_runtime(), current_actor(), loss_id)
    return Response(pdf, content_type="application/pdf")


@area.operation(
    "POST",
    "/copies/<code>/finding",
    summary="Record that a missing or lost copy lies before the clerk, and that a leader agrees.",
    body=Finding,
    answer=FoundState,
    action=Action.FIND,
)
def find_copy(code: str, body: Finding) -> FoundState:
    """Record a finding."""
    state = losses.find(
        current_runtime(),
        current_actor(),
        human_code(code),
        body.explanation,
        approver_id=body.approver_id,
        pin=body.pin,
    )
    return FoundState(state=state)


def _story(row: LossRow) -> LossStory:
    said = row.report
    return LossStory(
        id=row.id,
        copy_facts=copy_facts(row.copy),
        holder=person(row.holder),
        missed_at=row.missed_at,
        how=row.how,
        declared_at=row.declared_at,
        reported_at=row.reported_at,
        report=None
        if said is None
        else SaidInReport(
            discovered=said.discovered,
            responsible=said.responsible,
            course=said.course,
            harm=said.harm,
            investigation=said.investigation,
            remedies=said.remedies,
        ),
        concluded_at=row.concluded_at,
        result=row.result,
        found_at=row.found_at,
        explanation=row.explanation,
        approver=person(row.approver),
        report_due=_clock(row.clocks.report),
        leaked_from=_clock(row.clocks.leak),
        investigation_due=None if row.clocks.investigation is None else _clock(row.clocks.investigation),
    )


def _clock(deadline: Deadline) -> LossClock:
    return LossClock(due_at=deadline.due_at, is_over=deadline.is_over)
