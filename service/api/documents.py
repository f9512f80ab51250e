"""Documents by program: listed, registered with their file, looked up, and asked to be printed."""

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, Base64Bytes, Field

from registry.rules.approval import Act
from registry.rules.facts import DocumentFacts
from registry.rules.family import Use
from registry.rules.limits import CODE_NAME_LIMIT, DOC_NUMBER_LIMIT, DOC_TITLE_LIMIT, NEED_TO_KNOW_LIMIT
from registry.rules.roles import Action
from registry.views.documents import DocumentFilter, DocumentRow, DocumentView
from service.api.approvals import MustAgree, OrderPreview, Standing
from service.api.area import Area, Model
from service.api.light import Light
from service.flows import registering, requesting
from service.flows.characters import CODE, lacking
from service.flows.preflight import preflight
from service.flows.requesting import Wish
from service.login import current_actor, current_runtime

area = Area("documents", __name__)


class NewDocument(Model):
    """What the clerk states about a document, and its file."""

    doc_number: str = Field(max_length=DOC_NUMBER_LIMIT)
    title: str = Field(
        default="",
        max_length=DOC_TITLE_LIMIT,
        description="Wanted unless a code name is given, and refused then.",
    )
    code_name: str | None = Field(
        default=None,
        max_length=CODE_NAME_LIMIT,
        description="Keeps the document light: no title, its content removed when it is printed.",
    )
    issuing_unit_id: int
    classifying_unit_id: int | None = Field(default=None, description="The issuing unit if omitted.")
    scheme: str = "company"
    level: str = Field(description="Code within the scheme, such as SECRET.")
    secrecy_period: str = Field(
        description="Such as 10年, 6个月, 长期, 10 years or 2031-12-31.", max_length=40
    )
    need_to_know: str = Field(default="", max_length=NEED_TO_KNOW_LIMIT)
    no_copying: bool = False
    meeting_id: int | None = None
    derived_as: Literal[Use.EXCERPT, Use.COMPILATION] | None = Field(
        default=None, description="What it is made as from other documents; null for an original."
    )
    sources: list[int] = Field(
        default=[],
        description="The approvals to copy under which it was made, one for each of these documents.",
    )
    file: Base64Bytes = Field(description="The PDF, office file or picture, in base64.")
    file_name: str = Field(
        default="", max_length=255, description="What its owner called it; told if it misleads."
    )


class EntryWarning(Model):
    """Characters of an entry that no font here has; copies that must show them cannot be printed."""

    code: str = CODE
    where: str = Field(description="The field, such as title.")
    characters: str = Field(description="Each with its number, such as 𠮷 U+20BB7.")


class Registered(Model):
    """The id of a registered document, and what of it cannot be printed."""

    id: int
    warnings: list[EntryWarning] = Field(default=[])


class DocumentQuery(Model):
    """What a list is narrowed to."""

    search: str = Field(default="", max_length=DOC_TITLE_LIMIT)
    unit_id: int | None = None
    meeting_id: int | None = None
    page: int = Field(default=1, ge=1)


class DocumentLine(Model):
    """One document in a list, with where its numbers are."""

    id: int
    doc_number: str
    title: str = Field(description="Of a document kept light its code name, and that it is one.")
    code_name: str | None
    issuing_unit_id: int
    scheme: str
    level: str
    secrecy_period: str
    no_copying: bool
    pages: int
    registered_at: datetime
    declassified_at: datetime | None
    minted: int
    by_state: dict[str, int]
    conserved: bool


class DocumentList(Model):
    """One page of documents; ``total`` counts all that match."""

    rows: list[DocumentLine]
    total: int
    page: int
    pages: int


class PageTrace(Model):
    """What one page yields when it leaks."""

    number: int
    cells: int = Field(description="Dots that tell one copy from another.")
    units: int = Field(description="Displaced words.")
    decades: dict[str, int] = Field(
        description="Expected evidence by leak channel, log10; 15 name one copy of a million."
    )
    grades: dict[str, str] = Field(description="certain, likely, doubtful or untraceable, by leak channel.")
    obstacles: list[str]
    is_short: bool = Field(description="Whether any channel yields less than the level demands.")


class Preflight(Model):
    """Can each page be traced?"""

    wanted: dict[str, int] = Field(description="Decades that the level demands, by leak channel.")
    standing: Standing
    pages: list[PageTrace]


class DocumentFull(Model):
    """One document with all its facts."""

    document: DocumentLine
    classifying_unit_id: int
    need_to_know: str
    meeting_id: int | None
    findings: list[dict[str, Any]]
    preflight: Preflight
    original_sha256: str
    cleaned_sha256: str
    light: Light | None = Field(description="Where it stands if it is kept light.")


class PrintWish(Model):
    """What is asked for."""

    copies: int = Field(ge=1, le=500)
    reason: str = Field(max_length=300)
    until: AwareDatetime
    recipients: list[int] = Field(default=[], description="Persons whose names are printed on their copies.")


class Requested(Model):
    """The id of a request for approval."""

    id: int


@area.operation(
    "GET",
    "/documents",
    summary="List the documents that you may know of.",
    query=DocumentQuery,
    answer=DocumentList,
    action=Action.READ_OWN_HOLDINGS,
)
def list_documents(query: DocumentQuery) -> DocumentList:
    """List documents."""
    wanted = DocumentFilter(search=query.search, unit_id=query.unit_id, meeting_id=query.meeting_id)
    found = registering.list_documents(current_runtime(), current_actor(), wanted, page=query.page)
    return DocumentList(
        rows=[_line(row) for row in found.rows], total=found.total, page=found.page, pages=found.pages
    )


@area.operation(
    "POST",
    "/documents",
    summary="Register a document with its file.",
    body=NewDocument,
    answer=Registered,
    status=201,
    action=Action.REGISTER_DOCUMENT,
)
def register(body: NewDocument) -> Registered:
    """Register a document."""
    facts = DocumentFacts(
        doc_number=body.doc_number,
        title=body.title,
        issuing_unit_id=body.issuing_unit_id,
        classifying_unit_id=body.classifying_unit_id or body.issuing_unit_id,
        scheme=body.scheme,
        level=body.level,
        secrecy_period=body.secrecy_period,
        need_to_know=body.need_to_know,
        no_copying=body.no_copying,
        meeting_id=body.meeting_id,
        derived_as=body.derived_as,
        sources=tuple(body.sources),
        code_name=body.code_name,
    )
    document_id = registering.register(
        current_runtime(), current_actor(), facts, body.file, name=body.file_name
    )
    title = body.title if body.code_name is None else body.code_name
    missing = lacking(current_runtime(), title=title, doc_number=body.doc_number)
    told = [EntryWarning(where=each.where, characters=each.characters) for each in missing]
    return Registered(id=document_id, warnings=told)


@area.operation(
    "GET",
    "/documents/<int:document_id>",
    summary="Tell everything about one document.",
    answer=DocumentFull,
    action=Action.READ_OWN_HOLDINGS,
)
def get_document(document_id: int) -> DocumentFull:
    """Tell about one document."""
    view = registering.get_document(current_runtime(), current_actor(), document_id)
    return DocumentFull(
        document=_line(view.row),
        classifying_unit_id=view.classifying_unit.id,
        need_to_know=view.need_to_know,
        meeting_id=view.meeting_id,
        findings=list(view.findings),
        preflight=_preflight(view),
        original_sha256=view.original_sha256,
        cleaned_sha256=view.cleaned_sha256,
        light=None if view.light is None else Light.of(view.light),
    )


@area.operation(
    "POST",
    "/documents/<int:document_id>/assessment",
    summary="Measure anew how traceable the document is, under the marks of today.",
    answer=Preflight,
    action=Action.REGISTER_DOCUMENT,
)
def assess(document_id: int) -> Preflight:
    """Measure anew."""
    registering.assess(current_runtime(), current_actor(), document_id)
    return _preflight(registering.get_document(current_runtime(), current_actor(), document_id))


@area.operation(
    "POST",
    "/documents/<int:document_id>/preview",
    summary="Tell who would have to agree to a print run, and why; nothing is written.",
    body=PrintWish,
    answer=OrderPreview,
    action=Action.REQUEST_PRINT,
)
def preview(document_id: int, body: PrintWish) -> OrderPreview:
    """Preview a request."""
    found = requesting.preview(current_runtime(), current_actor(), _wish(document_id, body))
    return OrderPreview(
        order_hash=found.order_hash,
        rule_id=found.rule.id,
        rule_version=found.rule.version,
        rule_source=found.rule.source,
        must_agree=[MustAgree.of(step) for step in found.steps],
    )


@area.operation(
    "POST",
    "/documents/<int:document_id>/requests",
    summary="Ask for a print run.",
    body=PrintWish,
    answer=Requested,
    status=201,
    action=Action.REQUEST_PRINT,
)
def ask(document_id: int, body: PrintWish) -> Requested:
    """Ask for a print run."""
    return Requested(id=requesting.ask(current_runtime(), current_actor(), _wish(document_id, body)))


def _wish(document_id: int, body: PrintWish) -> Wish:
    return Wish(
        document_id=document_id,
        act=Act.PRINT,
        reason=body.reason,
        until=body.until,
        copies=body.copies,
        recipients=tuple(body.recipients),
    )


def _preflight(view: DocumentView) -> Preflight:
    rules = current_runtime().settings.mark_rules
    found = preflight(view, rules)
    return Preflight(
        wanted=dict(rules.get(view.row.scheme, view.row.level).trace),
        standing=Standing.of(found.traceability),
        pages=[
            PageTrace(
                number=page.number,
                cells=page.cells,
                units=page.units,
                decades={str(score.channel): score.decades for score in page.scores},
                grades={str(score.channel): str(score.grade) for score in page.scores},
                obstacles=list(page.obstacles),
                is_short=page.is_short,
            )
            for page in found.pages
        ],
    )


def _line(row: DocumentRow) -> DocumentLine:
    return DocumentLine(
        id=row.id,
        doc_number=row.doc_number,
        title=row.title,
        code_name=row.code_name,
        issuing_unit_id=row.issuing_unit.id,
        scheme=row.scheme,
        level=row.level,
        secrecy_period=row.secrecy_period,
        no_copying=row.no_copying,
        pages=row.pages,
        registered_at=row.registered_at,
        declassified_at=row.declassified_at,
        minted=row.conservation.minted,
        by_state={str(state): count for state, count in row.conservation.by_state.items()},
        conserved=row.conservation.holds,
    )
