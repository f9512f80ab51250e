"""What only paper for a plant has: bags opened again, copies outside them, the receipt, plants, incidents."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import RegistryError
from registry.rules.limits import REASON_LIMIT, REMARK_LIMIT
from registry.rules.plant import Arrival
from registry.rules.roles import Action
from service import errors
from service.bag_words import BAGS, FAULTS
from service.flows import people, sending
from service.flows.sending import ReceiptFacts
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.consents import MEDIA
from service.pages.destruction import list_page
from service.sandbox import SandboxFault
from service.times import instant
from watermark import WatermarkError

blueprint = Blueprint("sending", __name__, url_prefix="/plant")

GRAMS_PER_KG: Final = 1000
_SEAL: Final = "seal:"
"""Before the number of a seal in the name of its field on the receipt's form."""

_FIELDS: Final[Mapping[str, str]] = {
    "pin-refused": "pin",
    "pin-closed": "pin",
    "opened-alone": "second",
    "receipt-used": "number",
    "plant-name-taken": "name",
}
"""Where on a form a refusal is shown that names no field itself, by its code; others are shown as a page."""


class OpeningForm(Form):
    """A bag that is opened again; ``second`` is the staff number of who watches."""

    bag: int
    reason: Annotated[str, StringConstraints(max_length=REASON_LIMIT)]
    second: Annotated[str, StringConstraints(max_length=32)]
    pin: Annotated[str, StringConstraints(max_length=12)]


class AstrayForm(Form):
    """A copy outside its bag."""

    raw: Annotated[str, StringConstraints(max_length=200)]
    what: Annotated[str, StringConstraints(max_length=REASON_LIMIT)]


class ReceiptForm(Form):
    """What a plant states, without its seals."""

    number: Annotated[str, StringConstraints(max_length=80)]
    destroyed_at: datetime
    weight_kg: Annotated[float, Field(gt=0, le=50_000)] | None = None


class PlantForm(Form):
    """A plant."""

    name: Annotated[str, StringConstraints(max_length=120)]
    place: Annotated[str, StringConstraints(max_length=120)]


class MeasuresForm(Form):
    """What was done about an incident."""

    measures: Annotated[str, StringConstraints(max_length=REMARK_LIMIT)]


@blueprint.get("/")
@require(Action.MANAGE_EQUIPMENT)
def plants() -> str:
    """List the designated plants, and offer to add one."""
    return _plants_page({}, {})


@blueprint.post("/")
@require(Action.MANAGE_EQUIPMENT)
def designate() -> AnyResponse | tuple[str, int]:
    """Add a plant."""
    form = parse_form(PlantForm)
    if isinstance(form, FieldErrors):
        return _plants_page(form.entered, form.errors), 422
    try:
        sending.designate(current_runtime(), current_actor(), form.name, form.place)
    except RegistryError as refusal:
        return _plants_page(form.model_dump(), _wrong(refusal)), errors.status_of(refusal)
    flash(gettext("Paper can be sent to this plant."), "success")
    return redirect(url_for("sending.plants"))


@blueprint.post("/<int:plant_id>/closing")
@require(Action.MANAGE_EQUIPMENT)
def close(plant_id: int) -> AnyResponse:
    """Send nothing to a plant any more."""
    sending.close_plant(current_runtime(), current_actor(), plant_id)
    flash(gettext("Nothing is sent to this plant any more; lists that are begun go on."), "success")
    return redirect(url_for("sending.plants"))


@blueprint.post("/lists/<int:list_id>/openings")
@require(Action.DESTROY)
def open_bag(list_id: int) -> AnyResponse | tuple[str, int]:
    """Open a sealed bag again, in front of a second person."""
    form = parse_form(OpeningForm)
    if isinstance(form, FieldErrors):
        return list_page(list_id, form.errors, form.entered), 422
    runtime, entered = current_runtime(), form.model_dump(exclude={"pin"})
    second_id = people.find_by_staff_no(runtime, form.second)
    if second_id is None:
        return list_page(list_id, {"second": gettext("Nobody has this staff number.")}, entered), 422
    try:
        sending.open_bag(runtime, current_actor(), form.bag, form.reason, second_id=second_id, pin=form.pin)
    except RegistryError as refusal:
        return list_page(list_id, _wrong(refusal), entered), errors.status_of(refusal)
    flash(gettext("The bag is open. Scan its copies again and seal them under another number."), "success")
    return redirect(url_for("destruction.show", list_id=list_id))


@blueprint.post("/lists/<int:list_id>/astray")
@require(Action.DESTROY)
def astray(list_id: int) -> AnyResponse | tuple[str, int]:
    """Record that a copy lies here although it is on record in a sealed bag."""
    form = parse_form(AstrayForm)
    if isinstance(form, FieldErrors):
        return list_page(list_id, form.errors, form.entered), 422
    sending.report_astray(current_runtime(), current_actor(), list_id, form.raw, form.what)
    flash(gettext("The incident is recorded. The bag has to be opened before anything leaves."), "warning")
    return redirect(url_for("destruction.show", list_id=list_id))


@blueprint.post("/lists/<int:list_id>/receipt")
@require(Action.DESTROY)
def receive(list_id: int) -> AnyResponse | tuple[str, int]:
    """Enter the plant's receipt, or show the form again with what is wrong."""
    form, scan = parse_form(ReceiptForm), request.files.get("scan")
    entered = request.form.to_dict()
    if isinstance(form, FieldErrors):
        return list_page(list_id, form.errors, entered), 422
    if scan is None or not scan.filename:
        return list_page(list_id, {"scan": gettext("Attach the scan of the receipt.")}, entered), 422
    runtime = current_runtime()
    facts = ReceiptFacts(
        number=form.number,
        destroyed_at=instant(form.destroyed_at, runtime.settings),
        weight_g=None if form.weight_kg is None else round(form.weight_kg * GRAMS_PER_KG),
        arrivals=_arrivals(),
    )
    try:
        count = sending.receive(runtime, current_actor(), list_id, facts, scan.read())
    except (WatermarkError, SandboxFault) as fault:
        words = errors.words_of(fault)
        return list_page(list_id, {"scan": f"{words.sentence} {words.next_step}"}, entered), 422
    except RegistryError as refusal:
        return list_page(list_id, _wrong(refusal), entered), errors.status_of(refusal)
    if count.unaccounted:
        flash(
            gettext("The receipt is entered. Copies are unaccounted for: their clocks run under Losses."),
            "warning",
        )
    else:
        flash(gettext("The receipt is entered. The certificate can be printed."), "success")
    return redirect(url_for("destruction.show", list_id=list_id))


@blueprint.get("/lists/<int:list_id>/receipt")
@require(Action.DESTROY)
def receipt(list_id: int) -> Response:
    """Send the scan of a receipt, never to be shown within our pages; that it was taken is recorded."""
    content, kind = sending.receipt_scan(current_runtime(), current_actor(), list_id)
    answer = Response(content, mimetype=MEDIA[kind])
    answer.headers.set("Content-Disposition", "attachment", filename=f"D-{list_id:06d}-receipt.{kind}")
    return answer


@blueprint.get("/transports")
@require(Action.READ_GATE_LOG)
def transports() -> str:
    """Show what is on its way to a plant: seals and badges, nothing of what is in the bags."""
    found = sending.list_transports(current_runtime(), current_actor())
    return render_template("destruction/transports.html", transports=found, bag_looks=BAGS)


@blueprint.get("/incidents")
@require(Action.SETTLE_INCIDENT)
def incidents() -> str:
    """Show what was wrong with bags."""
    return _incidents_page({})


@blueprint.post("/incidents/<int:incident_id>")
@require(Action.SETTLE_INCIDENT)
def settle(incident_id: int) -> AnyResponse | tuple[str, int]:
    """Record what was done about an incident."""
    form = parse_form(MeasuresForm)
    if isinstance(form, FieldErrors):
        return _incidents_page({incident_id: form.errors["measures"]}), 422
    sending.settle(current_runtime(), current_actor(), incident_id, form.measures)
    flash(gettext("The measures are recorded."), "success")
    return redirect(url_for("sending.incidents"))


def _arrivals() -> dict[str, Arrival]:
    """Return what the form says of each seal; whether that is all of them is judged with the bags."""
    known = set(Arrival)
    return {
        name.removeprefix(_SEAL): Arrival(value)
        for name, value in request.form.items()
        if name.startswith(_SEAL) and value in known
    }


def _wrong(refusal: RegistryError) -> dict[str, str]:
    """Return a refusal at its field.

    Raises:
        RegistryError: it belongs to none.
    """
    field = _FIELDS.get(refusal.code, refusal.facts.get("field"))
    if not isinstance(field, str):
        raise refusal
    words = errors.words_of(refusal)
    return {field: f"{words.sentence} {words.next_step}"}


def _plants_page(entered: Mapping[str, Any], wrong: Mapping[str, str]) -> str:
    return render_template(
        "destruction/plants.html",
        rows=sending.list_plants(current_runtime(), only_active=False),
        entered=entered,
        errors=wrong,
    )


def _incidents_page(wrong: Mapping[int, str]) -> str:
    return render_template(
        "destruction/incidents.html",
        rows=sending.list_incidents(current_runtime(), current_actor()),
        faults=FAULTS,
        wrong=wrong,
    )
