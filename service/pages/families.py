"""A document's family, and asking that something is made of it: re-copies, an excerpt, a part of a compilation."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import LazyString, gettext, lazy_gettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response

from registry.errors import RegistryError
from registry.rules.family import Use
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action
from service import errors
from service.flows import families, registering
from service.flows.families import CopyingWish
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.times import day_of, end_of_day

blueprint = Blueprint("families", __name__, url_prefix="/documents")

MOST_COPIES: Final = 500
"""In one request; a larger one is a slip of the finger before it is a wish."""
DEFAULT_DAYS: Final = 30
LONGEST_DAYS: Final = 366

USES: Final[Mapping[Use, tuple[LazyString, LazyString]]] = MappingProxyType(
    {
        Use.RECOPY: (
            lazy_gettext("Re-copies 翻印"),
            lazy_gettext("Numbered copies with marks of their own, made after a copy."),
        ),
        Use.EXCERPT: (
            lazy_gettext("An excerpt 摘录"),
            lazy_gettext("A document of its own, made from a part of this one."),
        ),
        Use.COMPILATION: (
            lazy_gettext("Part of a compilation 汇编"),
            lazy_gettext("A document made of several; each of them needs an approval."),
        ),
    }
)
_FIELD_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "invalid-code": "source",
        "invalid-mark": "source",
        "forged-mark": "source",
        "unknown-copy": "source",
        "source-of-other-document": "source",
        "missing-text": "part",
        "text-too-long": "part",
        "approval-needs-future-end": "until",
        "refused-by-rule": "use",
        "document-declassified": "use",
    }
)
"""Where on the form a refusal is shown, by its code; others are shown as a page."""


class CopyingForm(Form):
    """What a person asks for who wants something made of a document."""

    use: Use
    reason: Annotated[str, StringConstraints(max_length=REASON_LIMIT)]
    until: date
    copies: Annotated[int, Field(ge=1, le=MOST_COPIES)] = 1
    source: Annotated[str, StringConstraints(max_length=200)] = ""
    part: Annotated[str, StringConstraints(max_length=REASON_LIMIT)] = ""


@blueprint.get("/<int:document_id>/copying")
@require(Action.REQUEST_COPYING)
def new(document_id: int) -> str:
    """Show the form to ask for re-copies, an excerpt or a part of a compilation."""
    entered = {
        "use": request.args.get("use", str(Use.RECOPY)),
        "source": request.args.get("source", ""),
        "copies": 1,
        "until": _today() + timedelta(days=DEFAULT_DAYS),
    }
    return _page(document_id, FieldErrors(entered, {}))


@blueprint.post("/<int:document_id>/copying")
@require(Action.REQUEST_COPYING)
def ask(document_id: int) -> Response | tuple[str, int]:
    """Ask."""
    form = parse_form(CopyingForm)
    if isinstance(form, FieldErrors):
        return _page(document_id, form), 422
    longest = _today() + timedelta(days=LONGEST_DAYS)
    if not _today() <= form.until <= longest:
        wrong = gettext("A day from today to %(last)s is wanted.", last=longest.isoformat())
        return _page(document_id, FieldErrors(request.form, {"until": wrong})), 422
    wish = CopyingWish(
        document_id=document_id,
        use=form.use,
        reason=form.reason,
        until=end_of_day(form.until, current_runtime().settings),
        copies=form.copies,
        source=form.source,
        part=form.part,
    )
    try:
        request_id = families.ask(current_runtime(), current_actor(), wish)
    except RegistryError as refusal:
        if refusal.code not in _FIELD_OF:
            raise
        words = errors.words_of(refusal)
        wrong = f"{words.sentence} {words.next_step}"
        page = _page(document_id, FieldErrors(request.form, {_FIELD_OF[refusal.code]: wrong}))
        return page, errors.status_of(refusal)
    flash(gettext("The request is sent. Those who must agree see it on their desk."), "success")
    return redirect(url_for("approvals.show", request_id=request_id))


def _page(document_id: int, form: FieldErrors) -> str:
    document = registering.get_document(current_runtime(), current_actor(), document_id)
    return render_template(
        "documents/copying.html",
        document=document,
        uses=[(str(use), word, note) for use, (word, note) in USES.items()],
        entered=form.entered,
        errors=form.errors,
    )


def _today() -> date:
    runtime = current_runtime()
    return day_of(runtime.now(), runtime.settings)
