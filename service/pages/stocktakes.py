"""Stocktakes: begun over a scope, counted with a scanner, closed with a second counter, reported."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import LazyString, gettext, lazy_gettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import RegistryError
from registry.rules import roles
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action
from registry.rules.stocktake import Bucket, Place, Scope, Sorted, StocktakeState
from service import errors
from service.flows import people, stocktaking
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.choices import level_options, unit_options
from service.pages.papers_meant import DocumentUnclear, find_document, newest_documents
from service.pages.receivers import PersonUnclear, find_person
from service.terms import Look

blueprint = Blueprint("stocktakes", __name__, url_prefix="/stocktakes")

STATES: Final[Mapping[StocktakeState, Look]] = MappingProxyType(
    {
        StocktakeState.COUNTING: Look(lazy_gettext("being counted"), "note", "upc-scan"),
        StocktakeState.CLOSED: Look(lazy_gettext("counted"), "ok", "check-lg"),
        StocktakeState.CANCELLED: Look(lazy_gettext("given up"), "quiet", "x-lg"),
    }
)
PLACES: Final[Mapping[Place, LazyString]] = MappingProxyType(
    {
        Place.SHELF: lazy_gettext("In the registry"),
        Place.HANDS: lazy_gettext("In people's hands"),
        Place.HOUSE: lazy_gettext("Everything in the house"),
    }
)
PLACE_NOTES: Final[Mapping[Place, LazyString]] = MappingProxyType(
    {
        Place.SHELF: lazy_gettext("In stock, given and not signed for, sealed, misprints."),
        Place.HANDS: lazy_gettext("What persons have signed for and not taken outside."),
        Place.HOUSE: lazy_gettext("Both; only what left through a gate is not looked for."),
    }
)
BUCKETS: Final[Mapping[Bucket, Look]] = MappingProxyType(
    {
        Bucket.EXPECTED: Look(lazy_gettext("expected"), "ok", "check-lg"),
        Bucket.ALREADY_COUNTED: Look(lazy_gettext("counted already"), "note", "arrow-repeat"),
        Bucket.WRONG_PLACE: Look(lazy_gettext("wrong place"), "look", "arrow-left-right"),
        Bucket.UNEXPECTED: Look(lazy_gettext("unexpected"), "stop", "exclamation-octagon"),
        Bucket.UNKNOWN: Look(lazy_gettext("unknown"), "stop", "question-diamond"),
    }
)
SOUNDS: Final[Mapping[Bucket, str]] = MappingProxyType(
    {
        Bucket.EXPECTED: "ok",
        Bucket.ALREADY_COUNTED: "look",
        Bucket.WRONG_PLACE: "look",
        Bucket.UNEXPECTED: "stop",
        Bucket.UNKNOWN: "stop",
    }
)
ADVICE: Final[Mapping[Bucket, LazyString]] = MappingProxyType(
    {
        Bucket.EXPECTED: lazy_gettext("It is where it should be."),
        Bucket.ALREADY_COUNTED: lazy_gettext("It was scanned in this count before."),
        Bucket.WRONG_PLACE: lazy_gettext(
            "The register has it elsewhere. Put it aside: the counter sets it right."
        ),
        Bucket.UNEXPECTED: lazy_gettext(
            "It is not of this count, or its paper should not exist. Put it aside."
        ),
        Bucket.UNKNOWN: lazy_gettext(
            "No copy of ours bears this. Scan another page, or put the paper aside."
        ),
    }
)
FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pin-refused": "pin",
        "pin-closed": "pin",
        "not-a-second-counter": "second",
        "not-permitted": "second",
        "second-count-differs": "second_count",
    }
)
"""Where on the closing form a refusal is shown, by its code; others are shown as a page."""

Line = Annotated[str, StringConstraints(max_length=REASON_LIMIT)]


class BeginForm(Form):
    """A new count."""

    place: Place
    reason: Line
    unit_id: int | None = None
    document: Annotated[str, StringConstraints(max_length=80)] = ""
    level: Annotated[str, StringConstraints(max_length=60)] = ""
    holder: Annotated[str, StringConstraints(max_length=120)] = ""


class ScanForm(Form):
    """One scan."""

    raw: Annotated[str, StringConstraints(max_length=200)]


class CloseForm(Form):
    """What the second counter says."""

    second_count: Annotated[int, Field(ge=0, le=10_000_000)]
    second: Annotated[str, StringConstraints(max_length=120)]
    pin: Annotated[str, StringConstraints(max_length=12)]


class ReasonForm(Form):
    """Why."""

    reason: Line


class MissingForm(ReasonForm):
    """A copy that a closed count missed."""

    code: Annotated[str, StringConstraints(max_length=13)]


@blueprint.get("/")
@require(Action.READ_STOCKTAKES)
def index() -> str:
    """List the counts, and offer to begin one."""
    return _index_page({}, {})


@blueprint.post("/")
@require(Action.TAKE_STOCK)
def begin() -> AnyResponse | tuple[str, int]:
    """Begin a count."""
    form = parse_form(BeginForm)
    if isinstance(form, FieldErrors):
        return _index_page(form.entered, form.errors), 422
    entered = form.model_dump(exclude_none=True)
    try:
        holder_id = find_person(form.holder) if form.holder else None
        document_id = find_document(form.document, unit_id=form.unit_id) if form.document else None
        scheme, _, level = form.level.partition(":")
        scope = Scope(
            place=form.place,
            unit_id=form.unit_id,
            document_id=document_id,
            scheme=scheme or None,
            level=level or None,
            holder_id=holder_id,
        )
        stocktake_id = stocktaking.begin(current_runtime(), current_actor(), scope, form.reason)
    except PersonUnclear as unclear:
        return _index_page(entered, {"holder": unclear.words}), 422
    except DocumentUnclear as unclear:
        return _index_page(entered, {"document": unclear.words}), 422
    except RegistryError as refusal:
        field = {"holder_id": "holder"}.get(str(refusal.facts.get("field")), "place")
        return _index_page(entered, {field: _said(refusal)}), errors.status_of(refusal)
    return redirect(url_for("stocktakes.show", stocktake_id=stocktake_id))


@blueprint.get("/<int:stocktake_id>")
@require(Action.READ_STOCKTAKES)
def show(stocktake_id: int) -> str:
    """Show one count and what can be done with it now."""
    return _page(stocktake_id, {})


@blueprint.post("/<int:stocktake_id>/scans")
@require(Action.TAKE_STOCK)
def scan(stocktake_id: int) -> str:
    """Take a scan into the count; answered in place."""
    form = parse_form(ScanForm)
    if isinstance(form, FieldErrors):
        return _found(stocktake_id, None)
    found = stocktaking.count(current_runtime(), current_actor(), stocktake_id, [form.raw])
    return _found(stocktake_id, found[0] if found else None)


@blueprint.post("/<int:stocktake_id>/closing")
@require(Action.TAKE_STOCK)
def close(stocktake_id: int) -> AnyResponse | tuple[str, int]:
    """End the count on the word of a second counter."""
    form = parse_form(CloseForm)
    if isinstance(form, FieldErrors):
        return _page(stocktake_id, form.errors), 422
    try:
        person_id = find_person(form.second)
        found = stocktaking.close(
            current_runtime(),
            current_actor(),
            stocktake_id,
            form.second_count,
            person_id=person_id,
            pin=form.pin,
        )
    except PersonUnclear as unclear:
        return _page(stocktake_id, {"second": unclear.words}), 422
    except RegistryError as refusal:
        if refusal.code not in FIELDS:
            raise
        return _page(stocktake_id, {FIELDS[refusal.code]: _said(refusal)}), errors.status_of(refusal)
    if found.missing:
        flash(gettext("The count is closed. What is missing has to be reported, copy by copy."), "warning")
    else:
        flash(gettext("The count is closed and nothing is missing."), "success")
    return redirect(url_for("stocktakes.show", stocktake_id=stocktake_id))


@blueprint.post("/<int:stocktake_id>/cancellation")
@require(Action.TAKE_STOCK)
def give_up(stocktake_id: int) -> AnyResponse | tuple[str, int]:
    """End the count without a result."""
    form = parse_form(ReasonForm)
    if isinstance(form, FieldErrors):
        return _page(stocktake_id, form.errors), 422
    stocktaking.give_up(current_runtime(), current_actor(), stocktake_id, form.reason)
    flash(gettext("The count is given up; nothing of it is missing."), "success")
    return redirect(url_for("stocktakes.show", stocktake_id=stocktake_id))


@blueprint.post("/<int:stocktake_id>/missing")
@require(Action.REPORT_MISSING)
def report_missing(stocktake_id: int) -> AnyResponse | tuple[str, int]:
    """Record that a missed copy is unaccounted for."""
    form = parse_form(MissingForm)
    if isinstance(form, FieldErrors):
        return _page(stocktake_id, form.errors), 422
    stocktaking.report_missing(current_runtime(), current_actor(), stocktake_id, form.code, form.reason)
    flash(gettext("The copy is unaccounted for on record; its clocks run."), "success")
    return redirect(url_for("stocktakes.show", stocktake_id=stocktake_id))


@blueprint.get("/<int:stocktake_id>/report.pdf")
@require(Action.READ_STOCKTAKES)
def report(stocktake_id: int) -> Response:
    """Send the report of a closed count."""
    answer = Response(
        stocktaking.report(current_runtime(), current_actor(), stocktake_id), mimetype="application/pdf"
    )
    answer.headers.set("Content-Disposition", "attachment", filename=f"C-{stocktake_id:06d}.pdf")
    return answer


def _index_page(entered: Mapping[str, Any], wrong: Mapping[str, str]) -> str:
    runtime, actor = current_runtime(), current_actor()
    may_begin = roles.may(actor, Action.TAKE_STOCK)
    return render_template(
        "stocktakes/index.html",
        rows=stocktaking.listing(runtime, actor),
        looks=STATES,
        places=PLACES,
        place_options=[(str(place), PLACES[place], PLACE_NOTES[place]) for place in Place],
        unit_options=unit_options(),
        level_options=level_options(),
        documents=newest_documents() if may_begin else (),
        persons=people.list_recipients(runtime) if may_begin else (),
        may_begin=may_begin,
        entered=entered,
        errors=wrong,
    )


def _page(stocktake_id: int, wrong: Mapping[str, str]) -> str:
    runtime, actor = current_runtime(), current_actor()
    return render_template(
        "stocktakes/show.html",
        view=stocktaking.get_stocktake(runtime, actor, stocktake_id),
        looks=STATES,
        places=PLACES,
        buckets=BUCKETS,
        may_count=roles.may(actor, Action.TAKE_STOCK),
        persons=people.list_recipients(runtime),
        entered=request.form,
        scanned=None,
        errors=wrong,
    )


def _found(stocktake_id: int, scanned: Sorted | None) -> str:
    return render_template(
        "stocktakes/_found.html",
        view=stocktaking.get_stocktake(current_runtime(), current_actor(), stocktake_id),
        buckets=BUCKETS,
        scanned=scanned,
        sound=SOUNDS[scanned.bucket] if scanned else None,
        advice=ADVICE[scanned.bucket] if scanned else None,
        may_count=True,
    )


def _said(refusal: RegistryError) -> str:
    words = errors.words_of(refusal)
    return f"{words.sentence} {words.next_step}"
