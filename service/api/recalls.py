"""Recalls by program: begun, watched, exceptions signed, closed."""

from datetime import datetime

from flask import Response
from pydantic import AwareDatetime, Field

from registry.rules.recall import Balance, Fate, RecallState
from registry.rules.roles import Action
from registry.views.recalls import Excuse, RecallRow
from service.api.area import Area, Model
from service.api.copies import CopyFacts, Person, copy_facts, person
from service.flows import recalling
from service.login import current_actor, current_runtime

area = Area("recalls", __name__)


class NewRecall(Model):
    """A document to call back, and until when."""

    document_id: int
    reason: str = Field(min_length=1, max_length=300)
    due_at: AwareDatetime


class RecallId(Model):
    """Which campaign."""

    id: int


class RecallBalance(Model):
    """What a campaign has come to: ``due`` is always the sum of the other three."""

    due: int
    returned: int
    missed: int
    lost: int


class RecallHead(Model):
    """A campaign in the overview."""

    id: int
    state: RecallState
    document_id: int
    doc_number: str
    title: str
    scheme: str
    level: str
    reason: str
    opened_by: Person
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    balance: RecallBalance


class Recalls(Model):
    """All campaigns, those that run first."""

    recalls: list[RecallHead]


class SignedException(Model):
    """Who signed that a copy stays out."""

    person: Person
    at: datetime
    reason: str


class CopyDue(Model):
    """One copy that is due, who had it, who answers for it now, and what has become of it."""

    copy_facts: CopyFacts
    holder: Person | None
    answers: Person | None
    fate: Fate
    excuse: SignedException | None


class RecallStory(Model):
    """A campaign with every copy that is due."""

    head: RecallHead
    copies: list[CopyDue]


class NewException(Model):
    """A missed copy, why it stays out, and the leader who signs with their PIN."""

    code: str = Field(max_length=13)
    reason: str = Field(min_length=1, max_length=300)
    person_id: int
    pin: str = Field(max_length=12)


@area.operation(
    "GET",
    "/recalls",
    summary="List the recalls, those that run first.",
    answer=Recalls,
    action=Action.READ_RECALLS,
)
def list_recalls() -> Recalls:
    """List the campaigns."""
    return Recalls(recalls=[_head(row) for row in recalling.listing(current_runtime(), current_actor())])


@area.operation(
    "POST",
    "/recalls",
    summary="Begin the recall of a document: what is due is frozen now.",
    body=NewRecall,
    answer=RecallId,
    status=201,
    action=Action.RECALL,
)
def begin_recall(body: NewRecall) -> RecallId:
    """Begin a campaign."""
    runtime, actor = current_runtime(), current_actor()
    return RecallId(id=recalling.begin(runtime, actor, body.document_id, body.reason, body.due_at))


@area.operation(
    "GET",
    "/recalls/<int:recall_id>",
    summary="Tell what is due in a recall and what has become of it.",
    answer=RecallStory,
    action=Action.READ_RECALLS,
)
def get_recall(recall_id: int) -> RecallStory:
    """Tell the story of one campaign."""
    view = recalling.get_recall(current_runtime(), current_actor(), recall_id)
    return RecallStory(
        head=_head(view.head),
        copies=[
            CopyDue(
                copy_facts=copy_facts(line.copy),
                holder=person(line.holder),
                answers=person(line.answers),
                fate=line.fate,
                excuse=_signed(line.excuse),
            )
            for line in view.copies
        ],
    )


@area.operation(
    "POST",
    "/recalls/<int:recall_id>/exceptions",
    summary="Let a leader sign that a missed copy stays out.",
    body=NewException,
    action=Action.READ_RECALLS,
)
def sign_exception(recall_id: int, body: NewException) -> None:
    """Sign an exception."""
    recalling.excuse(
        current_runtime(),
        current_actor(),
        recall_id,
        body.code,
        body.reason,
        person_id=body.person_id,
        pin=body.pin,
    )


@area.operation(
    "POST",
    "/recalls/<int:recall_id>/closing",
    summary="End a recall of which nothing is missed that nobody has signed for.",
    answer=RecallBalance,
    action=Action.RECALL,
)
def close_recall(recall_id: int) -> RecallBalance:
    """Close a campaign."""
    return _balance(recalling.close(current_runtime(), current_actor(), recall_id))


@area.operation(
    "GET",
    "/recalls/<int:recall_id>/report",
    summary="Give out the report of a recall.",
    action=Action.READ_RECALLS,
    media_type="application/pdf",
)
def get_recall_report(recall_id: int) -> Response:
    """Give out the report."""
    pdf = recalling.report(current_runtime(), current_actor(), recall_id)
    return Response(pdf, content_type="application/pdf")


@area.operation(
    "GET",
    "/recalls/<int:recall_id>/slips/<int:person_id>",
    summary="Give out the slip for one of the holders.",
    action=Action.RECALL,
    media_type="application/pdf",
)
def get_recall_slip(recall_id: int, person_id: int) -> Response:
    """Give out a slip."""
    pdf = recalling.slip(current_runtime(), current_actor(), recall_id, person_id)
    return Response(pdf, content_type="application/pdf")


def _head(row: RecallRow) -> RecallHead:
    return RecallHead(
        id=row.id,
        state=row.state,
        document_id=row.document_id,
        doc_number=row.doc_number,
        title=row.title,
        scheme=row.scheme,
        level=row.level,
        reason=row.reason,
        opened_by=person(row.opened_by),
        opened_at=row.opened_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        balance=_balance(row.balance),
    )


def _balance(found: Balance) -> RecallBalance:
    return RecallBalance(due=found.due, returned=found.returned, missed=found.missed, lost=found.lost)


def _signed(excuse: Excuse | None) -> SignedException | None:
    if excuse is None:
        return None
    return SignedException(person=person(excuse.person), at=excuse.at, reason=excuse.reason)
