"""Approvals by program: listed, looked at, decided, taken back."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from registry.rules.limits import REMARK_LIMIT
from registry.rules.orders import dump_order
from registry.rules.roles import Action
from registry.rules.traceability import Traceability
from registry.views.approvals import RequestRow, StepView
from service.api.area import Area, Model
from service.flows import requesting
from service.login import current_actor, current_runtime

area = Area("approvals", __name__)


class MustAgree(Model):
    """One agreement that the rule demands."""

    role: str
    unit_id: int | None
    taken_by: int | None = Field(description="The person who has agreed; none while it is missing.")
    candidates: list[int] = Field(description="Persons who could agree.")

    @classmethod
    def of(cls, step: StepView) -> Self:
        """Return the step in the words of the API."""
        return cls(
            role=str(step.role),
            unit_id=None if step.unit is None else step.unit.id,
            taken_by=None if step.taken_by is None else step.taken_by.id,
            candidates=[person.id for person in step.candidates],
        )


class OrderPreview(Model):
    """Who would have to agree to an order, and why."""

    order_hash: str
    rule_id: str
    rule_version: int
    rule_source: str
    must_agree: list[MustAgree]


class RequestLine(Model):
    """One request in a list."""

    id: int
    act: str
    state: str
    document_id: int | None
    doc_number: str
    title: str
    level: str
    requester_id: int
    quantity: int
    used: int
    missing: int
    requested_at: datetime
    valid_until_at: datetime


class RequestLists(Model):
    """What waits for you, what you asked for, what you decided."""

    waiting: list[RequestLine]
    own: list[RequestLine]
    decided: list[RequestLine]


class Shortfall(Model):
    """Pages that yield less evidence through a leak channel than their level demands."""

    channel: str = Field(description="scan, phone, photocopy or crop.")
    pages: list[int]
    least_decades: int | None = Field(description="Of the poorest page; none where nothing was measured.")
    wanted_decades: int


class Standing(Model):
    """What an approver accepts by sending ``accepted_hash`` with the decision."""

    is_measured: bool
    shortfalls: list[Shortfall] = Field(description="Empty: nothing has to be accepted.")
    accepted_hash: str = Field(description="Covers the file, what was measured, and what the level demands.")

    @classmethod
    def of(cls, found: Traceability) -> Self:
        """Return the standing in the words of the API."""
        return cls(
            is_measured=found.is_measured,
            shortfalls=[
                Shortfall(
                    channel=each.channel,
                    pages=list(each.pages),
                    least_decades=each.least,
                    wanted_decades=each.wanted,
                )
                for each in found.shortfalls
            ],
            accepted_hash=found.shown_hash,
        )


class DecisionTaken(Model):
    """One person's yes or no."""

    person_id: int
    agreed: bool
    accepted: list[str] = Field(description="Channels and pages agreed to although they fall short.")
    in_place_of: int | None = Field(description="Whose deputy the person was.")
    decided_at: datetime


class RequestFull(Model):
    """One request: the order exactly as it is signed, and where it stands."""

    request: RequestLine
    order: dict[str, Any]
    order_hash: str
    rule_id: str
    rule_version: int
    rule_source: str
    must_agree: list[MustAgree]
    may_decide: bool
    in_place_of: int | None = Field(
        description="In whose place you would decide; none where it is your own word."
    )
    traceability: Standing | None = Field(
        description="How traceable the document is against its level; none where no paper of a document is made."
    )
    decisions: list[DecisionTaken]


class Decision(Model):
    """A yes or no to the order with this hash."""

    agreed: bool
    shown_hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    remark: str = Field(default="", max_length=REMARK_LIMIT)
    accepted_hash: str = Field(
        default="",
        pattern=r"^([0-9a-f]{64})?$",
        description="Where the document falls short: the hash of its traceability, which says that you accept it.",
    )
    in_place_of: int | None = Field(default=None, description="The person whose deputy you are.")


class RequestStanding(Model):
    """Where a request stands."""

    state: str


@area.operation(
    "GET",
    "/approvals",
    summary="List the requests that concern you.",
    answer=RequestLists,
    action=Action.READ_OWN_HOLDINGS,
)
def list_requests() -> RequestLists:
    """List requests."""
    found = requesting.list_requests(current_runtime(), current_actor())
    return RequestLists(
        waiting=[_line(row) for row in found.waiting],
        own=[_line(row) for row in found.own],
        decided=[_line(row) for row in found.decided],
    )


@area.operation(
    "GET",
    "/approvals/<int:request_id>",
    summary="Tell everything about one request.",
    answer=RequestFull,
    action=Action.READ_OWN_HOLDINGS,
)
def get_request(request_id: int) -> RequestFull:
    """Tell about one request."""
    view = requesting.get_request(current_runtime(), current_actor(), request_id)
    return RequestFull(
        request=_line(view.row),
        order=dump_order(view.order),
        order_hash=view.order_hash,
        rule_id=view.rule.id,
        rule_version=view.rule.version,
        rule_source=view.rule.source,
        must_agree=[MustAgree.of(step) for step in view.steps],
        may_decide=view.may_decide,
        in_place_of=None if view.in_place_of is None else view.in_place_of.id,
        traceability=None if view.traceability is None else Standing.of(view.traceability),
        decisions=[
            DecisionTaken(
                person_id=taken.person.id,
                agreed=taken.agreed,
                accepted=list(taken.accepted),
                in_place_of=None if taken.in_place_of is None else taken.in_place_of.id,
                decided_at=taken.decided_at,
            )
            for taken in view.decisions
        ],
    )


@area.operation(
    "POST",
    "/approvals/<int:request_id>/decision",
    summary="Say yes or no to the order that you were shown.",
    body=Decision,
    answer=RequestStanding,
    action=Action.DECIDE_APPROVAL,
)
def decide(request_id: int, body: Decision) -> RequestStanding:
    """Decide."""
    state = requesting.decide(
        current_runtime(),
        current_actor(),
        request_id,
        agreed=body.agreed,
        shown_hash=body.shown_hash,
        remark=body.remark,
        accepted_hash=body.accepted_hash,
        in_place_of=body.in_place_of,
    )
    return RequestStanding(state=str(state))


@area.operation(
    "POST",
    "/approvals/<int:request_id>/withdrawal",
    summary="Take your own request back.",
    action=Action.WITHDRAW_REQUEST,
)
def withdraw(request_id: int) -> None:
    """Take a request back."""
    requesting.withdraw(current_runtime(), current_actor(), request_id)


def _line(row: RequestRow) -> RequestLine:
    return RequestLine(
        id=row.id,
        act=str(row.act),
        state=str(row.state),
        document_id=row.document_id,
        doc_number=row.doc_number,
        title=row.title,
        level=row.level,
        requester_id=row.requester.id,
        quantity=row.quantity,
        used=row.used,
        missing=row.missing,
        requested_at=row.requested_at,
        valid_until_at=row.valid_until_at,
    )
