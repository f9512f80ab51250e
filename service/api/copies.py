"""Copies by program: listed, found by scan, told with their story, recorded as misprints."""

from datetime import datetime
from typing import Literal, overload

from flask import Response
from pydantic import Field

from registry.rules.codes import human_code
from registry.rules.lifecycle import State, Step
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action
from registry.views.copies import CopyFilter, CopyRow
from registry.views.holdings import CopyLine, Name
from service.api.area import Area, Model
from service.flows import copies, losses, printing
from service.login import current_actor, current_runtime
from service.papers.codes import draw_qr

area = Area("copies", __name__)


class Person(Model):
    """A person as lists name them."""

    id: int
    staff_no: str
    name_zh: str
    name_en: str


class CopyFacts(Model):
    """One copy: enough to find the sheet of paper."""

    code: str
    human_code: str
    copy_no: int
    state: State
    document_id: int
    doc_number: str
    title: str
    scheme: str
    level: str
    secrecy_period: str
    pages: int


class CopyInList(Model):
    """One copy in a list; without a holder the registry, or nobody, answers for it."""

    copy_facts: CopyFacts
    recipient: Person | None
    holder: Person | None
    since_at: datetime | None
    due_at: datetime | None


class CopyList(Model):
    """One page of a list of copies."""

    copies: list[CopyInList]
    page: int
    pages: int
    total: int


class CopyQuery(Model):
    """What a list of copies is narrowed to."""

    state: State | None = None
    document_id: int | None = None
    holder_id: int | None = None
    batch_id: int | None = None
    overdue: bool = False
    page: int = Field(default=1, ge=1)


class ScannedQuery(Model):
    """What a scanner read, or what somebody typed."""

    q: str = Field(max_length=200)


class FoundCopy(Model):
    """The code of the copy that was scanned."""

    code: str


class CopyEvent(Model):
    """One entry of the ledger about a copy."""

    seq: int
    kind: str
    at: datetime
    by: Person | None


class CopyStretch(Model):
    """Who answered for a copy from when to when; ``until_at`` is missing while it lasts."""

    custodian: str
    person_id: int | None
    kind: str
    since_at: datetime
    until_at: datetime | None
    due_at: datetime | None


class CopySighting(Model):
    """One attempt at a gate."""

    happened_at: datetime
    gate_en: str
    gate_zh: str
    direction: str
    colour: str
    reason: str


class CopyStory(Model):
    """One copy with everything that is known of it.

    Without a print run it was photocopied on a device, in the job ``job_id``, or taken over from an older register.
    """

    copy_facts: CopyFacts
    batch_id: int | None
    job_id: int | None
    number: int
    size: int
    minted_at: datetime
    stamped_sha256: str | None
    state_reason: str | None
    replaces: str | None
    replaced_by: str | None
    steps: list[str]
    custody: list[CopyStretch]
    events: list[CopyEvent]
    sightings: list[CopySighting]


class Misprints(Model):
    """Copies of one print run that the printer spoiled, and how."""

    codes: list[str] = Field(min_length=1)
    reason: str = Field(max_length=300)


class Replaced(Model):
    """The print run that replaces misprints; none when the approval has lapsed."""

    batch_id: int | None
    replacements: dict[str, str]


@area.operation(
    "GET",
    "/copies",
    summary="List the copies that you may know of.",
    query=CopyQuery,
    answer=CopyList,
    action=Action.READ_OWN_HOLDINGS,
)
def list_copies(query: CopyQuery) -> CopyList:
    """List copies."""
    runtime = current_runtime()
    wanted = CopyFilter(
        state=query.state,
        document_id=query.document_id,
        holder_id=query.holder_id,
        batch_id=query.batch_id,
        overdue_at=runtime.now() if query.overdue else None,
    )
    found = copies.listing(runtime, current_actor(), wanted, page=query.page)
    return CopyList(
        copies=[in_list(row) for row in found.rows], page=found.page, pages=found.pages, total=found.total
    )


@area.operation(
    "GET",
    "/copies/find",
    summary="Find the copy of a scanned mark or a typed code.",
    query=ScannedQuery,
    answer=FoundCopy,
    action=Action.READ_OWN_HOLDINGS,
)
def find_copy(query: ScannedQuery) -> FoundCopy:
    """Find a copy by scan."""
    return FoundCopy(code=copies.find(current_runtime(), current_actor(), query.q))


@area.operation(
    "GET",
    "/copies/<code>",
    summary="Tell everything that is known of one copy.",
    answer=CopyStory,
    action=Action.READ_OWN_HOLDINGS,
)
def get_copy(code: str) -> CopyStory:
    """Tell the story of one copy."""
    story = copies.story(current_runtime(), current_actor(), code)
    view = story.view
    return CopyStory(
        copy_facts=copy_facts(view.copy),
        batch_id=view.batch_id,
        job_id=view.job_id,
        number=view.number,
        size=view.size,
        minted_at=view.minted_at,
        stamped_sha256=view.stamped_sha256,
        state_reason=view.state_reason,
        replaces=view.replaces.code if view.replaces else None,
        replaced_by=view.replaced_by.code if view.replaced_by else None,
        steps=[str(step) for step in story.steps],
        custody=[
            CopyStretch(
                custodian=str(stretch.custodian),
                person_id=stretch.person_id,
                kind=str(stretch.kind),
                since_at=stretch.since_at,
                until_at=stretch.until_at,
                due_at=stretch.due_at,
            )
            for stretch in story.chain
        ],
        events=[
            CopyEvent(seq=event.seq, kind=event.kind, at=event.at, by=person(event.by))
            for event in story.events
        ],
        sightings=[
            CopySighting(
                happened_at=one.happened_at,
                gate_en=one.gate_en,
                gate_zh=one.gate_zh,
                direction=str(one.direction),
                colour=str(one.colour),
                reason=one.reason,
            )
            for one in story.sightings
        ],
    )


@area.operation(
    "GET",
    "/copies/<code>/pages/<int:page>/qr",
    summary="Draw the QR code of one page of a copy.",
    action=Action.RELEASE_PRINT,
    media_type="image/svg+xml",
)
def draw_mark(code: str, page: int) -> Response:
    """Draw the QR code of one page."""
    text = copies.mark_text(current_runtime(), current_actor(), code, page)
    return Response(draw_qr(text), content_type="image/svg+xml")


@area.operation(
    "POST",
    "/misprints",
    summary="Record misprints of one print run and order what replaces them.",
    body=Misprints,
    answer=Replaced,
    status=201,
    action=Action.SPOIL,
)
def spoil_copies(body: Misprints) -> Replaced:
    """Record misprints."""
    found = printing.spoil(current_runtime(), current_actor(), body.codes, body.reason)
    return Replaced(batch_id=found.batch_id, replacements=dict(found.replacements))


def in_list(row: CopyRow) -> CopyInList:
    """Return a line of a list as the API tells it."""
    return CopyInList(
        copy_facts=copy_facts(row.copy),
        recipient=person(row.recipient),
        holder=person(row.holder),
        since_at=row.since_at,
        due_at=row.due_at,
    )


def copy_facts(line: CopyLine) -> CopyFacts:
    """Return a copy as the API tells it."""
    return CopyFacts(
        code=line.code,
        human_code=human_code(line.code),
        copy_no=line.copy_no,
        state=line.state,
        document_id=line.document_id,
        doc_number=line.doc_number,
        title=line.title,
        scheme=line.scheme,
        level=line.level,
        secrecy_period=line.secrecy_period,
        pages=line.pages,
    )


@overload
def person(name: Name) -> Person: ...


@overload
def person(name: None) -> None: ...


def person(name: Name | None) -> Person | None:
    """Return a person as the API tells them."""
    if name is None:
        return None
    return Person(id=name.id, staff_no=name.staff_no, name_zh=name.zh, name_en=name.en)


class Report(Model):
    """What became of a copy: MISS or DECLARE_LOST, and how that was noticed."""

    step: Literal[Step.MISS, Step.DECLARE_LOST]
    reason: str = Field(max_length=REASON_LIMIT)


class Reported(Model):
    """The state that the report led to."""

    state: State


@area.operation(
    "POST",
    "/copies/<code>/reports",
    summary="Record that a copy is missing or declared lost.",
    body=Report,
    answer=Reported,
    action=Action.REPORT_MISSING,
)
def report(code: str, body: Report) -> Reported:
    """Record what became of a copy."""
    return Reported(
        state=losses.report(current_runtime(), current_actor(), human_code(code), body.step, body.reason)
    )
