"""Print runs by program: ordered from an approval, watched, released attempt by attempt, tried again, given up."""

from datetime import datetime

from flask import Response, stream_with_context
from pydantic import Field

from registry.rules.attempts import AttemptState, Route
from registry.rules.roles import Action
from registry.rules.sheets import Arrangement, Layout
from registry.rules.words import BatchState
from registry.views.attempts import AttemptRow, Waste
from registry.views.batches import BatchRow
from service.api.area import Area, Model
from service.api.copies import CopyInList, Person, in_list, person
from service.flows import copies, printing, releasing
from service.flows.releasing import Witness
from service.login import current_actor, current_runtime
from service.printers import JobPlace

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
    printer: str | None
    dots: str | None
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
    """Which approval is used, and for each copy the person named on it; null names the issuing unit.

    With a printer the copies get the dots that it prints well.
    """

    request_id: int
    recipients: list[int | None] = Field(min_length=1)
    printer: str | None = None


class OrderedBatch(Model):
    """The id of a print run whose numbers are reserved."""

    batch_id: int


class Leaving(Model):
    """How a run leaves; without a printer the answer is the file. The layout counts for the first attempt only."""

    printer: str | None = None
    duplex: bool = True
    faces: bool = False
    arrangement: Arrangement = Arrangement.BY_NUMBER


class Stack(Model):
    """The sheets of one copy in an attempt, numbered over the whole run."""

    code: str
    first: int
    last: int


class WasteFacts(Model):
    """A spoiled sheet; ``pages`` is empty for a face sheet."""

    id: int
    batch_id: int
    attempt: int
    sheet: int
    code: str
    copy_no: int
    pages: str
    spoiled_at: datetime
    destroyed_at: datetime | None


class AttemptFacts(Model):
    """One attempt to print a run; ``dots_differ``: the printer is meant for other dots than the copies bear."""

    number: int
    state: AttemptState
    route: Route
    printer: str | None
    dots: str | None
    copies_dots: str | None
    dots_differ: bool
    duplex: bool
    faces: bool
    arrangement: Arrangement
    sheets: list[Stack]
    output_sha256: str
    job: str | None
    failure: str | None
    last_good_sheet: int | None
    reason: str | None
    released_at: datetime
    released_by: Person | None
    sent_at: datetime | None
    ended_at: datetime | None
    ended_by: Person | None
    spoiled: list[WasteFacts]


class AttemptList(Model):
    """The attempts to print a run, newest first."""

    attempts: list[AttemptFacts]


class Stopped(Model):
    """After which sheet an attempt stopped: its number over the whole run, or the scan of the mark on it."""

    last_good: str = Field(max_length=200)
    spoiled: int = Field(ge=0)
    reason: str


class JobFacts(Model):
    """Where the print system says that the job is: a hint, never a proof."""

    place: JobPlace


class WasteList(Model):
    """The spoiled sheets that wait to be destroyed."""

    sheets: list[WasteFacts]


class WitnessProof(Model):
    """Who stands at the shredder, and their PIN."""

    person_id: int
    pin: str = Field(max_length=64)


class SheetDestruction(Model):
    """Which spoiled sheets went through which shredder, before whom."""

    sheet_ids: list[int] = Field(min_length=1)
    equipment_id: int
    witnesses: list[WitnessProof] = Field(min_length=1)


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
    batch_id = printing.order_batch(
        current_runtime(), current_actor(), body.request_id, body.recipients, printer=body.printer
    )
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
    summary="Get the file for the printer, once, with both sides printed and no face sheets.",
    action=Action.RELEASE_PRINT,
    media_type="application/pdf",
)
def release_batch(batch_id: int) -> Response:
    """Send the print-ready file."""
    return sent(releasing.release(current_runtime(), current_actor(), batch_id))


@area.operation(
    "GET",
    "/batches/<int:batch_id>/attempts",
    summary="List the attempts to print a run, newest first.",
    answer=AttemptList,
    action=Action.READ_REGISTER,
)
def list_attempts(batch_id: int) -> AttemptList:
    """List attempts."""
    rows = releasing.attempts_of(current_runtime(), current_actor(), batch_id)
    return AttemptList(attempts=[_attempt(row) for row in rows])


@area.operation(
    "POST",
    "/batches/<int:batch_id>/attempts",
    summary="Release a run, or what is left of it: the answer is the file, or where the printer stands with it.",
    body=Leaving,
    answer=AttemptFacts,
    action=Action.RELEASE_PRINT,
)
def make_attempt(batch_id: int, body: Leaving) -> AttemptFacts | Response:
    """Release the first attempt, or the next."""
    runtime, actor = current_runtime(), current_actor()
    layout = Layout(body.duplex, body.faces, body.arrangement)
    resumes = bool(releasing.attempts_of(runtime, actor, batch_id))
    if body.printer is None:
        return sent(
            releasing.resume(runtime, actor, batch_id)
            if resumes
            else releasing.release(runtime, actor, batch_id, layout)
        )
    return _attempt(
        releasing.resume_on_printer(runtime, actor, batch_id, body.printer)
        if resumes
        else releasing.release_to_printer(runtime, actor, batch_id, body.printer, layout)
    )


@area.operation(
    "POST",
    "/batches/<int:batch_id>/attempts/<int:number>/stop",
    summary="Tell after which sheet an attempt stopped, and how many sheets were spoiled.",
    body=Stopped,
    action=Action.RELEASE_PRINT,
)
def stop_attempt(batch_id: int, number: int, body: Stopped) -> None:
    """Stop an attempt."""
    releasing.stop(
        current_runtime(),
        current_actor(),
        batch_id,
        number,
        last_good=body.last_good,
        spoiled=body.spoiled,
        reason=body.reason,
    )


@area.operation(
    "POST",
    "/batches/<int:batch_id>/attempts/<int:number>/finish",
    summary="Tell that every sheet of an attempt was seen.",
    action=Action.RELEASE_PRINT,
)
def finish_attempt(batch_id: int, number: int) -> None:
    """Finish an attempt."""
    releasing.finish(current_runtime(), current_actor(), batch_id, number)


@area.operation(
    "POST",
    "/batches/<int:batch_id>/attempts/<int:number>/job",
    summary="Ask the print system where the job of an attempt is.",
    answer=JobFacts,
    action=Action.RELEASE_PRINT,
)
def ask_printer(batch_id: int, number: int) -> JobFacts:
    """Ask where the job is."""
    return JobFacts(place=releasing.where_is(current_runtime(), current_actor(), batch_id, number))


@area.operation(
    "GET",
    "/spoiled-sheets",
    summary="List the spoiled sheets that wait to be destroyed.",
    answer=WasteList,
    action=Action.DESTROY,
)
def list_waste() -> WasteList:
    """List spoiled sheets."""
    return WasteList(sheets=[_waste(one) for one in releasing.waste(current_runtime(), current_actor())])


@area.operation(
    "POST",
    "/spoiled-sheets/destruction",
    summary="Record that spoiled sheets were destroyed before witnesses who prove themselves.",
    body=SheetDestruction,
    action=Action.DESTROY,
)
def destroy_sheets(body: SheetDestruction) -> None:
    """Destroy spoiled sheets."""
    releasing.destroy_sheets(
        current_runtime(),
        current_actor(),
        body.sheet_ids,
        body.equipment_id,
        [Witness(one.person_id, one.pin) for one in body.witnesses],
    )


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


def sent(file: releasing.Download) -> Response:
    """Return a file on its way out as an answer."""
    answer = Response(stream_with_context(file.chunks), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    return answer


def _attempt(row: AttemptRow) -> AttemptFacts:
    return AttemptFacts(
        number=row.number,
        state=row.state,
        route=row.route,
        printer=row.printer,
        dots=row.dots,
        copies_dots=row.copies_dots,
        dots_differ=row.dots_differ,
        duplex=row.layout.duplex,
        faces=row.layout.faces,
        arrangement=row.layout.arrangement,
        sheets=[Stack(code=each.code, first=each.first, last=each.last) for each in row.stretches],
        output_sha256=row.output_sha256,
        job=row.job,
        failure=row.failure,
        last_good_sheet=row.last_good_sheet,
        reason=row.reason,
        released_at=row.released_at,
        released_by=person(row.released_by),
        sent_at=row.sent_at,
        ended_at=row.ended_at,
        ended_by=person(row.ended_by),
        spoiled=[_waste(one) for one in row.spoiled],
    )


def _waste(one: Waste) -> WasteFacts:
    return WasteFacts(
        id=one.id,
        batch_id=one.batch_id,
        attempt=one.attempt,
        sheet=one.sheet,
        code=one.code,
        copy_no=one.copy_no,
        pages=one.pages,
        spoiled_at=one.spoiled_at,
        destroyed_at=one.destroyed_at,
    )


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
        printer=row.printer,
        dots=row.dots,
        ordered_by=person(row.ordered_by),
        ordered_at=row.ordered_at,
        finished_at=row.finished_at,
        released_at=row.released_at,
        released_by=person(row.released_by),
    )
