"""Regradings by program: asked for, carried out, ticked off, and what might follow them."""

from datetime import datetime

from flask import Response
from pydantic import AwareDatetime, Field

from registry.rules.regrading import Change, ProposalState
from registry.rules.roles import Action
from registry.views.regrading import ProposalRow, RegradingRow
from service.api.area import Area, Model
from service.api.copies import CopyFacts, Person, copy_facts, person
from service.flows import regrading
from service.flows.regrading import RegradingWish
from service.login import current_actor, current_runtime

area = Area("regradings", __name__)


class NewRegradingWish(Model):
    """What shall become of a document's secrecy."""

    reason: str = Field(min_length=1, max_length=300)
    until: AwareDatetime
    level: str = Field(default="", max_length=32, description="Code within the document's scheme.")
    secrecy_period: str = Field(default="", max_length=40)
    ends: bool = Field(default=False, description="Whether secrecy ends; level and period are left out then.")


class RegradingRequested(Model):
    """The id of a request for approval."""

    id: int


class NewRegrading(Model):
    """An approved change, and until when copies are marked anew."""

    request_id: int
    remark_by: AwareDatetime


class RegradingId(Model):
    """Which regrading."""

    id: int


class RegradingHead(Model):
    """One change of one document: ``given`` is always the sum of ``marked``, ``waiting`` and ``gone``."""

    id: int
    document_id: int
    doc_number: str
    title: str
    change: Change
    mark_before: str
    mark_after: str
    request_id: int
    follows_id: int | None
    done_at: datetime
    remark_by: datetime
    given: int
    marked: int
    waiting: int
    gone: int


class Proposal(Model):
    """A derived document that might follow a change of a source."""

    id: int
    document_id: int
    doc_number: str
    title: str
    regrading_id: int
    state: ProposalState
    reason: str | None


class Regradings(Model):
    """Every regrading, newest first, and what might follow."""

    regradings: list[RegradingHead]
    proposals: list[Proposal]


class MarkedCopy(Model):
    """One copy that was, or is, to be marked anew."""

    copy_facts: CopyFacts
    mark_before: str
    mark_after: str
    answers: Person | None
    is_waiting: bool
    done_at: datetime | None


class RegradingStory(Model):
    """A regrading with its copies, what followed it at once, and what might follow."""

    head: RegradingHead
    copies: list[MarkedCopy]
    followed: list[RegradingHead]
    proposals: list[Proposal]


class NewMarks(Model):
    """Copies that bear their new mark, as they were scanned or typed."""

    scans: list[str] = Field(min_length=1, max_length=500)


class Marked(Model):
    """How many copies were ticked off."""

    marked: int


class KeptReason(Model):
    """Why a derived document keeps its level."""

    reason: str = Field(min_length=1, max_length=300)


@area.operation(
    "POST",
    "/documents/<int:document_id>/regrading",
    summary="Ask that a document's level or period be changed, or its secrecy ended.",
    body=NewRegradingWish,
    answer=RegradingRequested,
    status=201,
    action=Action.REQUEST_REGRADING,
)
def ask_regrading(document_id: int, body: NewRegradingWish) -> RegradingRequested:
    """Ask for a change."""
    wish = RegradingWish(
        document_id=document_id,
        reason=body.reason,
        until=body.until,
        level=body.level,
        secrecy_period=body.secrecy_period,
        ends=body.ends,
    )
    return RegradingRequested(id=regrading.ask(current_runtime(), current_actor(), wish))


@area.operation(
    "GET",
    "/regradings",
    summary="List what was regraded, and what might follow.",
    answer=Regradings,
    action=Action.READ_REGRADINGS,
)
def list_regradings() -> Regradings:
    """List the regradings."""
    board = regrading.board(current_runtime(), current_actor())
    return Regradings(
        regradings=[_head(row) for row in board.rows], proposals=[_proposal(row) for row in board.proposals]
    )


@area.operation(
    "POST",
    "/regradings",
    summary="Carry an approved change out: the document changes at once, and each of its copies gets a task.",
    body=NewRegrading,
    answer=RegradingId,
    status=201,
    action=Action.REGRADE,
)
def regrade(body: NewRegrading) -> RegradingId:
    """Regrade a document."""
    made = regrading.regrade(current_runtime(), current_actor(), body.request_id, body.remark_by)
    return RegradingId(id=made)


@area.operation(
    "GET",
    "/regradings/<int:regrading_id>",
    summary="Tell what a regrading changed, and which copies still wait for their mark.",
    answer=RegradingStory,
    action=Action.READ_REGRADINGS,
)
def get_regrading(regrading_id: int) -> RegradingStory:
    """Tell the story of one regrading."""
    view = regrading.get_regrading(current_runtime(), current_actor(), regrading_id)
    return RegradingStory(
        head=_head(view.head),
        copies=[
            MarkedCopy(
                copy_facts=copy_facts(line.copy),
                mark_before=line.mark_before,
                mark_after=line.mark_after,
                answers=person(line.answers),
                is_waiting=line.is_waiting,
                done_at=line.done_at,
            )
            for line in view.copies
        ],
        followed=[_head(row) for row in view.followed],
        proposals=[_proposal(row) for row in view.proposals],
    )


@area.operation(
    "POST",
    "/regradings/marks",
    summary="Tick copies off that bear their new mark; all of them, or none.",
    body=NewMarks,
    answer=Marked,
    action=Action.REMARK,
)
def remark(body: NewMarks) -> Marked:
    """Tick copies off."""
    return Marked(marked=regrading.remark(current_runtime(), current_actor(), body.scans))


@area.operation(
    "POST",
    "/regradings/proposals/<int:proposal_id>",
    summary="Record that a derived document does not follow its source, and why.",
    body=KeptReason,
    action=Action.REGRADE,
)
def keep_grade(proposal_id: int, body: KeptReason) -> None:
    """Keep a level."""
    regrading.keep(current_runtime(), current_actor(), proposal_id, body.reason)


@area.operation(
    "GET",
    "/regradings/<int:regrading_id>/record",
    summary="Give out the record of a regrading.",
    action=Action.READ_REGRADINGS,
    media_type="application/pdf",
)
def get_regrading_record(regrading_id: int) -> Response:
    """Give out the record."""
    pdf = regrading.report(current_runtime(), current_actor(), regrading_id)
    return Response(pdf, content_type="application/pdf")


@area.operation(
    "GET",
    "/regradings/<int:regrading_id>/notices/<int:person_id>",
    summary="Give out the notice for one of the holders.",
    action=Action.REMARK,
    media_type="application/pdf",
)
def get_regrading_notice(regrading_id: int, person_id: int) -> Response:
    """Give out a notice."""
    pdf = regrading.notice(current_runtime(), current_actor(), regrading_id, person_id)
    return Response(pdf, content_type="application/pdf")


def _head(row: RegradingRow) -> RegradingHead:
    return RegradingHead(
        id=row.id,
        document_id=row.document_id,
        doc_number=row.doc_number,
        title=row.title,
        change=row.change,
        mark_before=row.mark_before,
        mark_after=row.mark_after,
        request_id=row.request_id,
        follows_id=row.follows_id,
        done_at=row.done_at,
        remark_by=row.remark_by,
        given=row.tasks.given,
        marked=row.tasks.marked,
        waiting=row.tasks.waiting,
        gone=row.tasks.gone,
    )


def _proposal(row: ProposalRow) -> Proposal:
    return Proposal(
        id=row.id,
        document_id=row.document_id,
        doc_number=row.doc_number,
        title=row.title,
        regrading_id=row.regrading_id,
        state=row.state,
        reason=row.reason,
    )
