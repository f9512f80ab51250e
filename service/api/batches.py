"""Print runs by program: ordered from an approval, watched, released once, tried again, given up."""

from datetime import datetime

from flask import Response, stream_with_context
from pydantic import Field

from registry.rules.roles import Action
from registry.rules.words import BatchState
from registry.views.batches import BatchRow
from service.api.area import Area, Model
from service.api.copies import CopyInList, Person, in_list, person
from service.flows import copies, printing
from service.login import current_actor, current_runtime

area = Area("batches", __name__)


class BatchFacts(Model):
    """One print run; ``made`` of its ``size`` numbers have their marked file, ``void`` will have none."""

    id: int
    request_id: int
    document_id: int
    doc_number: str
    title: str
    state: BatchState
    size: int
    made: int
    void: int
    failure: str | None
    ordered_by: Person | None
    ordered_at: datetime
    finished_at: datetime | None
    released_at: datetime | None
    released_by: Person | None


class BatchList(Model):
    """The latest print runs, newest first."""

    batches: list[BatchFacts]


class BatchStory(Model):
    """One print run with a page of its copies."""

    batch: BatchFacts
    copies: list[CopyInList]
    pages: int


class BatchQuery(Model):
    """Which page of the copies is wanted."""

    page: int = Field(default=1, ge=1)


class BatchOrder(Model):
    """Which approval is used, and for each copy the person named on it; null names the issuing unit."""

    request_id: int
    recipients: list[int | None] = Field(min_length=1)


class OrderedBatch(Model):
    """The id of a print run whose numbers are reserved."""

    batch_id: int


class GivenUp(Model):
    """How many numbers are void."""

    voided: int


@area.operation(
    "GET",
    "/batches",
    summary="List the print runs that you may know of.",
    answer=BatchList,
    action=Action.READ_REGISTER,
)
def list_batches() -> BatchList:
    """List print runs."""
    rows = copies.batch_listing(current_runtime(), current_actor())
    return BatchList(batches=[_facts(row) for row in rows])


@area.operation(
    "POST",
    "/batches",
    summary="Use an approval: reserve numbers and order the marked copies.",
    body=BatchOrder,
    answer=OrderedBatch,
    status=201,
    action=Action.PRINT,
)
def order_batch(body: BatchOrder) -> OrderedBatch:
    """Order a print run."""
    batch_id = printing.order_batch(current_runtime(), current_actor(), body.request_id, body.recipients)
    return OrderedBatch(batch_id=batch_id)


@area.operation(
    "GET",
    "/batches/<int:batch_id>",
    summary="Tell where a print run stands.",
    query=BatchQuery,
    answer=BatchStory,
    action=Action.READ_REGISTER,
)
def get_batch(batch_id: int, query: BatchQuery) -> BatchStory:
    """Tell about one print run."""
    story = copies.batch_story(current_runtime(), current_actor(), batch_id, page=query.page)
    return BatchStory(
        batch=_facts(story.row), copies=[in_list(row) for row in story.copies.rows], pages=story.copies.pages
    )


@area.operation(
    "POST",
    "/batches/<int:batch_id>/release",
    summary="Get the file for the printer, once.",
    action=Action.RELEASE_PRINT,
    media_type="application/pdf",
)
def release_batch(batch_id: int) -> Response:
    """Send the print-ready file."""
    file = printing.release(current_runtime(), current_actor(), batch_id)
    answer = Response(stream_with_context(file.chunks), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    return answer


@area.operation(
    "POST",
    "/batches/<int:batch_id>/retry",
    summary="Put a failed print run back in the queue.",
    action=Action.PRINT,
)
def retry_batch(batch_id: int) -> None:
    """Try a print run again."""
    printing.retry(current_runtime(), current_actor(), batch_id)


@area.operation(
    "POST",
    "/batches/<int:batch_id>/give-up",
    summary="Void the numbers of a print run that have no paper.",
    answer=GivenUp,
    action=Action.VOID,
)
def give_up_batch(batch_id: int) -> GivenUp:
    """Give up what is not made."""
    return GivenUp(voided=printing.give_up(current_runtime(), current_actor(), batch_id))


def _facts(row: BatchRow) -> BatchFacts:
    return BatchFacts(
        id=row.id,
        request_id=row.request_id,
        document_id=row.document_id,
        doc_number=row.doc_number,
        title=row.title,
        state=row.state,
        size=row.size,
        made=row.made,
        void=row.void,
        failure=row.failure,
        ordered_by=person(row.ordered_by),
        ordered_at=row.ordered_at,
        finished_at=row.finished_at,
        released_at=row.released_at,
        released_by=person(row.released_by),
    )
