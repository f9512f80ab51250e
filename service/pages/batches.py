"""Print runs: the list, ordering one from an approval, its page with progress, and its misprints.

How a run leaves for the printer is in ``attempts``.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Final

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import LazyString, gettext, lazy_gettext, ngettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import RegistryError
from registry.rules import roles
from registry.rules.codes import LAST_COPY_NO
from registry.rules.roles import Action
from registry.views.attempts import AttemptRow
from registry.views.batches import BatchRow
from service import errors
from service.flows import copies, destroying, printing, releasing
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.words import words_for

blueprint = Blueprint("printing", __name__, url_prefix="/batches")

UNUSABLE: Final = 422
"""The HTTP status under which a file's failure is worded."""
UNFORESEEN: Final = 500
"""The HTTP status under which a printer's failure is worded."""

NAMED_ROWS: Final = 20
"""How many copies can be given a name on the form when the approval names nobody; the rest name the unit."""


_FAILURES: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "worker-gave-up": lazy_gettext("The worker stopped before the run was finished."),
        "worker-died": lazy_gettext("The worker stopped several times while making these copies."),
        "file-too-costly": lazy_gettext(
            "The document needs more memory or time than a document may need here."
        ),
        "file-breaks-reader": lazy_gettext("The document breaks the program that reads it."),
        "file-damaged": lazy_gettext(
            "What was stored of the copies or their document is damaged or was changed outside the registry."
        ),
        "file-missing": lazy_gettext("What was stored of the copies or their document is gone."),
        "content-removed": lazy_gettext(
            "The document is kept light and its content is gone. Bring the same file back on its page, then try again."
        ),
        "unexpected": lazy_gettext(
            "Something went wrong that nobody foresaw; the administrator finds it in the log."
        ),
    }
)


MOST_DIGITS: Final = 10
"""Of the number of a person; a longer one is nobody's."""


class OrderForm(Form):
    """How many copies are printed now under which approval; the names come beside it, one field a copy."""

    request_id: int
    quantity: Annotated[int, Field(ge=1, le=LAST_COPY_NO)]
    printer: str | None = None


class SpoilForm(Form):
    """Which copies the printer spoiled, and how."""

    code: Annotated[list[str], Field(min_length=1)]
    reason: Annotated[str, StringConstraints(max_length=300)]


@blueprint.get("/")
@require(Action.READ_REGISTER)
def batches() -> str:
    """List the print runs, and the approvals that can be printed."""
    runtime, actor = current_runtime(), current_actor()
    return render_template(
        "batches/index.html",
        rows=copies.batch_listing(runtime, actor),
        unsettled=releasing.unsettled(runtime, actor),
        waste=releasing.waste(runtime, actor),
        shredders=[
            (device.id, f"{device.name} · {device.shred_level} · {device.place}")
            for device in destroying.shredders(runtime)
        ],
        may=_may(),
        approved=printing.approved(runtime, actor),
    )


@blueprint.get("/new")
@require(Action.PRINT)
def new() -> str:
    """Show what was agreed to, and ask whose name each copy carries."""
    return _order_page(request.args.get("request", 0, type=int))


@blueprint.post("/")
@require(Action.PRINT)
def order() -> AnyResponse | tuple[str, int]:
    """Reserve the numbers and order the marked copies."""
    form = parse_form(OrderForm)
    if isinstance(form, FieldErrors):
        return _order_page(request.form.get("request_id", 0, type=int), form.errors), 422
    runtime, actor = current_runtime(), current_actor()
    named = request.form.getlist("recipient", type=_person_id)
    recipients = (named + [None] * form.quantity)[: form.quantity]
    try:
        batch_id = printing.order_batch(
            runtime, actor, form.request_id, recipients, printer=form.printer or None
        )
    except RegistryError as refusal:
        words = errors.words_of(refusal)
        said = {"quantity": f"{words.sentence} {words.next_step}"}
        return _order_page(form.request_id, said), errors.status_of(refusal)
    flash(gettext("The numbers are reserved; the copies are being made."), "success")
    return redirect(url_for("printing.batch", batch_id=batch_id))


@blueprint.get("/<int:batch_id>")
@require(Action.READ_REGISTER)
def batch(batch_id: int) -> str:
    """Show one print run."""
    return batch_page(batch_id)


@blueprint.get("/<int:batch_id>/progress")
@require(Action.READ_REGISTER)
def progress(batch_id: int) -> Response:
    """Show where a print run stands, for the page that asks again and again."""
    runtime, actor = current_runtime(), current_actor()
    row = copies.batch_progress(runtime, actor, batch_id)
    standing = standing_of(row, releasing.attempts_of(runtime, actor, batch_id))
    answer = make_response(
        render_template(
            "batches/_standing.html", row=row, standing=standing, may=_may(), failure=_failure(row)
        )
    )
    if standing != request.args.get("was", standing):
        answer.headers["HX-Refresh"] = "true"  # the list of copies below has changed as well
    return answer


@blueprint.post("/<int:batch_id>/retry")
@require(Action.PRINT)
def retry(batch_id: int) -> AnyResponse:
    """Put a failed print run back in the queue."""
    printing.retry(current_runtime(), current_actor(), batch_id)
    flash(gettext("The print run is back in the queue."), "success")
    return redirect(url_for("printing.batch", batch_id=batch_id))


@blueprint.post("/<int:batch_id>/give-up")
@require(Action.VOID)
def give_up(batch_id: int) -> AnyResponse:
    """Void the numbers that have no paper."""
    voided = printing.give_up(current_runtime(), current_actor(), batch_id)
    flash(ngettext("%(num)s number is void.", "%(num)s numbers are void.", voided), "success")
    return redirect(url_for("printing.batch", batch_id=batch_id))


@blueprint.post("/<int:batch_id>/spoil")
@require(Action.SPOIL)
def spoil(batch_id: int) -> AnyResponse | tuple[str, int]:
    """Record misprints, and have what replaces them made."""
    form = parse_form(SpoilForm)
    if isinstance(form, FieldErrors):
        return batch_page(batch_id, form.errors), 422
    found = printing.spoil(current_runtime(), current_actor(), form.code, form.reason)
    return after_spoiling(found.batch_id, url_for("printing.batch", batch_id=batch_id))


def after_spoiling(batch_id: int | None, otherwise: str) -> AnyResponse:
    """Say what became of misprints, and go to the print run that replaces them, or to ``otherwise``."""
    if batch_id is None:
        recorded = gettext("The misprint is recorded. Its approval has lapsed, so nothing replaces it.")
        advice = gettext("Ask for a new print run.")
        flash(f"{recorded} {advice}", "warning")
        return redirect(otherwise)
    flash(
        gettext("The misprint is recorded. What replaces it has a new number and is being made."), "success"
    )
    return redirect(url_for("printing.batch", batch_id=batch_id))


def batch_page(batch_id: int, wrong: Mapping[str, str] | None = None) -> str:
    """Return the page of one print run; ``wrong`` says by field what cannot be used in the form that came back."""
    runtime, actor = current_runtime(), current_actor()
    story = copies.batch_story(runtime, actor, batch_id, page=max(1, request.args.get("page", 1, type=int)))
    attempts = releasing.attempts_of(runtime, actor, batch_id)
    return render_template(
        "batches/show.html",
        story=story,
        row=story.row,
        standing=standing_of(story.row, attempts),
        attempts=attempts,
        rest=releasing.to_resume(runtime, actor, batch_id) if may_release() else None,
        printers=[
            (name, _printer_words(name) if differs else name)
            for name, differs in releasing.printers_for(runtime, story.row)
        ],
        entered=request.form,
        errors=wrong or {},
        may=_may(),
        failure=_failure(story.row),
        doubt=_doubt(attempts),
        page_url=lambda number: url_for("printing.batch", batch_id=batch_id, page=number),
    )


def _printer_words(name: str) -> str:
    return str(gettext("%(printer)s (meant for other dots than these copies bear)", printer=name))


def standing_of(row: BatchRow, attempts: Sequence[AttemptRow]) -> str:
    """Return where a run and its latest attempt stand, in one word by which a page sees that it is out of date."""
    return f"{row.state} {attempts[0].number} {attempts[0].state}" if attempts else str(row.state)


def may_release() -> bool:
    """Tell whether the visitor may let runs leave."""
    return roles.may(current_actor(), Action.RELEASE_PRINT)


def _order_page(request_id: int, wrong: Mapping[str, str] | None = None) -> str:
    plan = printing.plan(current_runtime(), current_actor(), request_id)
    rows = min(plan.left, max(len(plan.view.recipients), 0 if plan.view.recipients else NAMED_ROWS))
    return render_template(
        "batches/new.html",
        plan=plan,
        rows=rows,
        chosen=request.form.getlist("recipient"),
        quantity=request.form.get("quantity", plan.left),
        printers=[(printer.name, printer.name) for printer in current_runtime().settings.printers],
        printer=request.form.get("printer", ""),
        errors=wrong or {},
    )


def _person_id(value: str) -> int | None:
    """Return whose name a copy carries; no number means nobody's."""
    return int(value) if value.isdecimal() and len(value) <= MOST_DIGITS else None


def _failure(row: BatchRow) -> str | None:
    """Return why a run stopped, in words."""
    if row.failure is None:
        return None
    return str(_FAILURES.get(row.failure) or words_for(UNUSABLE, row.failure, {}).sentence)


def _doubt(attempts: Sequence[AttemptRow]) -> str | None:
    """Return what went wrong on the way to the printer, in words."""
    failure = attempts[0].failure if attempts else None
    return None if failure is None else str(words_for(UNFORESEEN, failure, {}).sentence)


def _may() -> dict[str, bool]:
    """Return what the visitor may do with print runs at all; the flows ask again."""
    actor = current_actor()
    return {
        "print": roles.may(actor, Action.PRINT),
        "release": roles.may(actor, Action.RELEASE_PRINT),
        "spoil": roles.may(actor, Action.SPOIL),
        "destroy": roles.may(actor, Action.DESTROY),
        "void": roles.may(actor, Action.VOID),
    }
