"""Documents: the list, registering one, its page, its pages, and asking for a print run."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import Field, StringConstraints
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from registry.consent import DocumentDeclassified, RefusedByRule
from registry.errors import InvalidError, RegistryError
from registry.rules import levels, roles
from registry.rules.approval import Act
from registry.rules.facts import DocumentFacts
from registry.rules.family import Use
from registry.rules.limits import CODE_NAME_LIMIT, DOC_NUMBER_LIMIT, DOC_TITLE_LIMIT, NEED_TO_KNOW_LIMIT
from registry.rules.roles import Action
from registry.rules.takeover import DocumentWithoutFile
from registry.views.approvals import Preview
from registry.views.copies import CopyFilter
from registry.views.documents import DocumentFilter, DocumentView
from service import errors
from service.conversion import ConversionFault
from service.flows import copies, families, light, people, registering, regrading, requesting
from service.flows.characters import lacking
from service.flows.preflight import preflight
from service.flows.receiving import ENDINGS
from service.flows.requesting import Wish
from service.forms import FieldErrors, Form, parse_form, refused_field
from service.login import current_actor, current_runtime, require
from service.pages.choices import level_choices, level_options, meeting_options, unit_options
from service.pages.regradings import CHANGES
from service.pages.warnings import warn_of
from service.papers.pages import PICTURE_TYPE
from service.sandbox import SandboxFault
from service.terms import REMOVED_FOR
from service.times import day_of, end_of_day
from service.words import Words
from watermark import WatermarkError

blueprint = Blueprint("documents", __name__, url_prefix="/documents")

MOST_COPIES: Final = 500
"""In one request; a larger print run is a slip of the finger before it is a wish."""

DEFAULT_DAYS: Final = 30
LONGEST_DAYS: Final = 366
"""How long an approval is asked for unless told otherwise, and at most; ours, since the rules set no figure."""

_FIELD_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "document-number-taken": "doc_number",
        "invalid-period": "secrecy_period",
        "marked-copy-offered": "file",
        "meeting-below-document": "meeting_id",
        "meeting-closed": "meeting_id",
        "wrong-sources": "sources",
        "source-recalled": "sources",
        "below-sources": "level",
        "code-name-taken": "code_name",
        "mixed-schemes": "meeting_id",
    }
)
"""Where on the form a refusal belongs that names no field itself, by its code."""


class DocumentForm(Form):
    """What the clerk states about a document."""

    doc_number: Annotated[str, StringConstraints(max_length=DOC_NUMBER_LIMIT)]
    title: Annotated[str, StringConstraints(max_length=DOC_TITLE_LIMIT)] = ""
    is_light: bool = False
    code_name: Annotated[str, StringConstraints(max_length=CODE_NAME_LIMIT)] = ""
    issuing_unit_id: int
    classifying_unit_id: int | None = None
    level: Annotated[str, StringConstraints(pattern=r"^[a-z]+:[A-Z_]+$")]
    secrecy_period: Annotated[str, StringConstraints(max_length=40)]
    need_to_know: Annotated[str, StringConstraints(max_length=NEED_TO_KNOW_LIMIT)] = ""
    no_copying: bool = False
    meeting_id: int | None = None
    derived_as: Use | None = None
    sources: list[int] = Field(default=[])

    def facts(self) -> DocumentFacts:
        """Return what the register takes."""
        scheme, _, level = self.level.partition(":")
        return DocumentFacts(
            doc_number=self.doc_number,
            title=self.title,
            issuing_unit_id=self.issuing_unit_id,
            classifying_unit_id=self.classifying_unit_id or self.issuing_unit_id,
            scheme=scheme,
            level=level,
            secrecy_period=self.secrecy_period,
            need_to_know=self.need_to_know,
            no_copying=self.no_copying,
            meeting_id=self.meeting_id,
            derived_as=self.derived_as,
            sources=tuple(dict.fromkeys(self.sources)),
            code_name=self.code_name if self.is_light else None,
        )


class PrintForm(Form):
    """What a person asks for who wants a document printed."""

    copies: Annotated[int, Field(ge=1, le=MOST_COPIES)]
    reason: Annotated[str, StringConstraints(max_length=300)]
    until: date
    recipients: list[int] = Field(default=[])


@blueprint.get("/")
@require(Action.READ_OWN_HOLDINGS)
def index() -> str:
    """List the documents that the visitor may know of."""
    runtime = current_runtime()
    wanted, page = _asked_filter(), max(1, request.args.get("page", 1, type=int))
    found = registering.list_documents(runtime, current_actor(), wanted, page=page)
    return render_template(
        "documents/index.html",
        found=found,
        wanted=wanted,
        level_chosen=request.args.get("level", ""),
        unit_options=unit_options(),
        level_options=level_options(),
        page_url=partial(_page_url, request.args.to_dict()),
        may_register=roles.may(current_actor(), Action.REGISTER_DOCUMENT),
    )


@blueprint.get("/new")
@require(Action.REGISTER_DOCUMENT)
def new() -> str:
    """Show the form to register a document."""
    entered: dict[str, Any] = {"secrecy_period": "10年", "meeting_id": request.args.get("meeting", "")}
    if "light" in request.args or current_runtime().settings.light_only:
        entered |= {"is_light": "1", "code_name": light.propose_name(current_runtime(), current_actor())}
    if "request" in request.args:
        entered |= _inherited(request.args.get("request", 0, type=int))
    return _form_page(FieldErrors(entered, {}))


@blueprint.post("/")
@require(Action.REGISTER_DOCUMENT)
def register() -> AnyResponse | tuple[str, int]:
    """Register a document, or show the form again with what is wrong and everything that was typed."""
    form, upload = parse_form(DocumentForm), request.files.get("file", FileStorage())
    if isinstance(form, FieldErrors):
        return _form_page(form), 422
    if missing := _missing(form, upload):
        return _form_page(FieldErrors(request.form, missing)), 422
    runtime = current_runtime()
    try:
        document_id = registering.register(
            runtime, current_actor(), form.facts(), upload.read(), name=upload.filename or ""
        )
    except (WatermarkError, SandboxFault, ConversionFault) as refusal:
        return _form_page(FieldErrors(request.form, {"file": _advice(refusal)}), refusal.code), 422
    except RegistryError as refusal:
        if refusal.code in _FIELD_OF:
            wrong = {_FIELD_OF[refusal.code]: _advice(refusal)}
            return _form_page(FieldErrors(request.form, wrong), refusal.code), 409
        if not isinstance(refusal, InvalidError):
            raise
        return _form_page(refused_field(request.form, refusal)), 422
    flash(gettext("The document is registered."), "success")
    warn_of(
        lacking(runtime, title=form.code_name if form.is_light else form.title, doc_number=form.doc_number)
    )
    return redirect(url_for("documents.show", document_id=document_id))


@blueprint.get("/<int:document_id>")
@require(Action.READ_OWN_HOLDINGS)
def show(document_id: int) -> str:
    """Show one document."""
    return _document_page(document_id)


@blueprint.get("/<int:document_id>/pages")
@require(Action.READ_OWN_HOLDINGS)
def pages(document_id: int) -> str:
    """Show the pages; that they were looked at is recorded."""
    runtime, actor = current_runtime(), current_actor()
    look = registering.look(runtime, actor, document_id)
    document = registering.get_document(runtime, actor, document_id)
    whole = "HX-Request" not in request.headers
    return render_template(
        "documents/pages.html" if whole else "documents/_pages.html",
        document=document,
        look=look,
        found=preflight(document, runtime.settings.mark_rules),
    )


@blueprint.get("/<int:document_id>/pages/<int:number>")
@require(Action.READ_OWN_HOLDINGS)
def picture(document_id: int, number: int) -> Response:
    """Send the picture of one page, for a look that was recorded."""
    token = request.args.get("look", "")
    content = registering.get_picture(current_runtime(), current_actor(), document_id, number, token)
    return Response(content, mimetype=PICTURE_TYPE)


@blueprint.post("/<int:document_id>/assessment")
@require(Action.REGISTER_DOCUMENT)
def assess(document_id: int) -> AnyResponse:
    """Measure anew how traceable the document is."""
    if registering.assess(current_runtime(), current_actor(), document_id):
        flash(
            gettext("The pages are measured anew. Approvals given before that must be asked for again."),
            "success",
        )
    else:
        flash(gettext("The pages are measured anew; nothing has changed."), "success")
    return redirect(url_for("documents.show", document_id=document_id))


@blueprint.post("/<int:document_id>/requests")
@require(Action.REQUEST_PRINT)
def ask(document_id: int) -> AnyResponse | tuple[str, int]:
    """Ask for a print run."""
    form = parse_form(PrintForm)
    if isinstance(form, FieldErrors):
        return _document_page(document_id, form), 422
    longest = _today() + timedelta(days=LONGEST_DAYS)
    if not _today() <= form.until <= longest:
        wrong = gettext("A day from today to %(last)s is wanted.", last=longest.isoformat())
        return _document_page(document_id, FieldErrors(request.form, {"until": wrong})), 422
    if len(form.recipients) > form.copies:
        wrong = gettext("These are more recipients than copies.")
        return _document_page(document_id, FieldErrors(request.form, {"recipients": wrong})), 422
    wish = Wish(
        document_id=document_id,
        act=Act.PRINT,
        reason=form.reason,
        until=end_of_day(form.until, current_runtime().settings),
        copies=form.copies,
        recipients=tuple(form.recipients),
    )
    request_id = requesting.ask(current_runtime(), current_actor(), wish)
    flash(gettext("The request is sent. Those who must agree see it on their desk."), "success")
    return redirect(url_for("approvals.show", request_id=request_id))


def _document_page(document_id: int, wrong: FieldErrors | None = None) -> str:
    runtime, actor = current_runtime(), current_actor()
    document = registering.get_document(runtime, actor, document_id)
    preview, refusal = _preview(document)
    may_register = roles.may(actor, Action.REGISTER_DOCUMENT)
    return render_template(
        "documents/show.html",
        document=document,
        lacking=registering.lacking_of(runtime, document),
        conservation=document.row.conservation,
        found=preflight(document, runtime.settings.mark_rules),
        may_assess=may_register and (document.light is None or document.light.may_print),
        light=document.light,
        may_register=may_register,
        may_remove=roles.may(actor, Action.REMOVE_CONTENT),
        may_compare=roles.may(actor, Action.READ_REGISTER),
        removed_words=REMOVED_FOR,
        endings=ENDINGS,
        limit_mb=runtime.settings.upload_limit_bytes // (1024 * 1024),
        may_read_knowers=roles.may(actor, Action.READ_KNOWERS),
        may_recall=roles.may(actor, Action.RECALL),
        family=families.get_family(runtime, actor, document_id),
        regradings=regrading.of_document(runtime, actor, document_id),
        change_looks=CHANGES,
        may_read_regradings=roles.may(actor, Action.READ_REGRADINGS),
        may_ask_copying=requesting.may_ask(actor, Act.COPY, document.row.issuing_unit.id),
        may_ask_regrading=requesting.may_ask(actor, Act.REGRADE, document.row.issuing_unit.id),
        requests=requesting.list_document_requests(runtime, actor, document_id),
        copies=copies.listing(runtime, actor, CopyFilter(document_id=document_id)),
        batches=copies.batch_listing(runtime, actor, document_id=document_id),
        preview=preview,
        refusal=refusal,
        entered=wrong.entered if wrong else {"copies": 1, "until": _today() + timedelta(days=DEFAULT_DAYS)},
        chosen=request.form.getlist("recipients", type=int),
        errors=wrong.errors if wrong else {},
        people=people.list_recipients(runtime) if preview else (),
        mark=levels.mark_text(document.row.level, document.row.secrecy_period, scheme=document.row.scheme),
    )


def _preview(document: DocumentView) -> tuple[Preview | None, Words | None]:
    """Return who would have to agree to a print run, or why nobody can; neither for who may not ask."""
    actor = current_actor()
    if not requesting.may_ask(actor, Act.PRINT, document.row.issuing_unit.id):
        return None, None
    wish = Wish(
        document_id=document.row.id,
        act=Act.PRINT,
        reason="-",
        until=end_of_day(_today() + timedelta(days=DEFAULT_DAYS), current_runtime().settings),
    )
    try:
        return requesting.preview(current_runtime(), actor, wish), None
    except (RefusedByRule, DocumentDeclassified, DocumentWithoutFile) as refusal:
        return None, errors.words_of(refusal)


def _inherited(request_id: int) -> dict[str, Any]:
    """Return what a document that is made of another begins with."""
    runtime, actor = current_runtime(), current_actor()
    first = families.made_of(runtime, actor, request_id).requests[0]
    source = registering.get_document(runtime, actor, first.document_id or 0)
    return {
        "sources": [request_id],
        "derived_as": str(first.use),
        "level": f"{source.row.scheme}:{source.row.level}",
        "secrecy_period": source.row.secrecy_period,
        "issuing_unit_id": source.row.issuing_unit.id,
        "classifying_unit_id": source.classifying_unit.id,
        "need_to_know": source.need_to_know,
        "no_copying": source.row.no_copying,
    }


def _made_of(entered: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the form says of the approvals that a document is made under; None for an original."""
    if not entered.get("derived_as"):
        return None
    chosen = request.form.getlist("sources", type=int) or list(entered.get("sources", ()))
    if not chosen:
        return None
    found = families.made_of(current_runtime(), current_actor(), chosen[0])
    return {"use": found.use, "requests": found.requests, "others": found.others, "chosen": chosen}


def _form_page(form: FieldErrors, code: str | None = None) -> str:
    return render_template(
        "documents/new.html",
        entered=form.entered,
        errors=form.errors,
        code=code,
        unit_options=unit_options(),
        meeting_options=meeting_options(),
        level_choices=level_choices(),
        made_of=_made_of(form.entered),
        endings=ENDINGS,
        light_only=current_runtime().settings.light_only,
        keep_hours=current_runtime().settings.light_keep_hours,
        limit_mb=current_runtime().settings.upload_limit_bytes // (1024 * 1024),
    )


def _missing(form: DocumentForm, upload: FileStorage) -> dict[str, str]:
    """Return what is not filled in: of a document kept light the code name, of any other the title; and the file."""
    missing = {}
    if not upload.filename:
        missing["file"] = gettext("Choose the file of the document.")
    if not (form.code_name if form.is_light else form.title):
        missing["code_name" if form.is_light else "title"] = gettext("Please fill this in.")
    return missing


def _advice(error: Exception) -> str:
    words = errors.words_of(error)
    return f"{words.sentence} {words.next_step}"


def _asked_filter() -> DocumentFilter:
    scheme, _, level = request.args.get("level", "").partition(":")
    return DocumentFilter(
        search=request.args.get("search", "")[:DOC_TITLE_LIMIT],
        unit_id=request.args.get("unit", type=int),
        level=(scheme, level) if level else None,
        meeting_id=request.args.get("meeting", type=int),
    )


def _page_url(arguments: dict[str, Any], number: int) -> str:
    return url_for("documents.index", **{**arguments, "page": number})


def _today() -> date:
    runtime = current_runtime()
    return day_of(runtime.now(), runtime.settings)
