"""The register of devices: looked at, entered, handed over, inspected, moved."""

from typing import Annotated, Literal

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response

from registry.errors import InvalidError
from registry.rules import roles
from registry.rules.destruction import SHRED_CLASSES
from registry.rules.facts import DeviceFacts
from registry.rules.levels import DEFAULT_SCHEME, LEVELS, Handling
from registry.rules.limits import PLACE_LIMIT, REMARK_LIMIT
from registry.rules.roles import Action
from registry.rules.words import EquipmentKind, EquipmentState
from service.filters import level_text
from service.flows import equipment, people
from service.forms import FieldErrors, Form, parse_form, refused_field
from service.login import current_actor, current_runtime, require
from service.pages.equipment.fields import Line, Reason
from service.pages.equipment.page import back_to, blueprint, device_page
from service.pages.receivers import PersonUnclear, find_person
from service.terms import EQUIPMENT_KINDS, EQUIPMENT_STATES


class DeviceForm(Form):
    """A new device."""

    kind: EquipmentKind
    name: Line
    place: Annotated[str, StringConstraints(max_length=PLACE_LIMIT)]
    level: Handling
    serial: Annotated[str, StringConstraints(max_length=80)] = ""
    shred_level: Annotated[str, StringConstraints(max_length=8)] = ""
    is_cipher: Literal["yes", ""] = ""
    custodian: Line = ""


class CustodianForm(Form):
    """Who shall answer for a device."""

    custodian: Line


class InspectionForm(Form):
    """What an inspector found."""

    in_order: list[str] = Field(default=[], max_length=50)
    networks: Reason = ""
    remark: Annotated[str, StringConstraints(max_length=REMARK_LIMIT)] = ""


class PlaceForm(Form):
    """Where a device stands now."""

    place: Annotated[str, StringConstraints(max_length=PLACE_LIMIT)]


@blueprint.get("/")
@require(Action.KEEP_EQUIPMENT)
def index() -> str:
    """List the devices that the visitor may see."""
    return _index_page(FieldErrors({}, {}))


@blueprint.post("/")
@require(Action.MANAGE_EQUIPMENT)
def add() -> Response | tuple[str, int]:
    """Register a device."""
    form = parse_form(DeviceForm)
    if isinstance(form, FieldErrors):
        return _index_page(form), 422
    facts = DeviceFacts(
        kind=form.kind,
        name=form.name,
        place=form.place,
        level=form.level,
        serial=form.serial,
        shred_level=form.shred_level,
        is_cipher=form.is_cipher == "yes",
    )
    try:
        custodian_id = find_person(form.custodian) if form.custodian else None
        made = equipment.add(current_runtime(), current_actor(), facts, custodian_id=custodian_id)
    except PersonUnclear as unclear:
        return _index_page(FieldErrors(form.model_dump(), {"custodian": unclear.words})), 422
    except InvalidError as refusal:
        return _index_page(refused_field(form.model_dump(), refusal)), 422
    flash(gettext("The device is registered. It can be used once it has passed its inspection."), "success")
    return redirect(url_for("equipment.show", equipment_id=made))


@blueprint.get("/<int:equipment_id>")
@require(Action.KEEP_EQUIPMENT)
def show(equipment_id: int) -> str:
    """Show one device."""
    return device_page(equipment_id, FieldErrors({}, {}))


@blueprint.post("/<int:equipment_id>/offer")
@require(Action.MANAGE_EQUIPMENT)
def offer(equipment_id: int) -> Response | tuple[str, int]:
    """Offer the device to its next custodian."""
    form = parse_form(CustodianForm)
    if isinstance(form, FieldErrors):
        return device_page(equipment_id, form), 422
    try:
        receiver_id = find_person(form.custodian)
    except PersonUnclear as unclear:
        wrong = FieldErrors(form.model_dump(), {"custodian": unclear.words})
        return device_page(equipment_id, wrong), 422
    equipment.offer(current_runtime(), current_actor(), equipment_id, receiver_id)
    flash(
        gettext("The device is offered. Whoever gives it answers for it until it is signed for."), "success"
    )
    return back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/confirmation")
@require(Action.KEEP_EQUIPMENT)
def confirm(equipment_id: int) -> Response:
    """Sign for the device."""
    equipment.confirm(current_runtime(), current_actor(), equipment_id)
    flash(gettext("You answer for this device from now on."), "success")
    return back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/withdrawal")
@require(Action.MANAGE_EQUIPMENT)
def withdraw(equipment_id: int) -> Response:
    """Take the offer back."""
    equipment.withdraw(current_runtime(), current_actor(), equipment_id)
    flash(gettext("The offer is taken back."), "success")
    return back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/inspections")
@require(Action.INSPECT_EQUIPMENT)
def inspect(equipment_id: int) -> Response | tuple[str, int]:
    """Record what the inspector found."""
    form = parse_form(InspectionForm)
    if isinstance(form, FieldErrors):
        return device_page(equipment_id, form), 422
    state = equipment.inspect(
        current_runtime(),
        current_actor(),
        equipment_id,
        form.in_order,
        networks=form.networks,
        remark=form.remark,
    )
    if state is EquipmentState.IN_USE:
        flash(gettext("Everything is in order: the device may be used."), "success")
    else:
        flash(gettext("Not everything is in order: the device is barred."), "warning")
    return back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/place")
@require(Action.MANAGE_EQUIPMENT)
def put(equipment_id: int) -> Response | tuple[str, int]:
    """Say where the device stands now."""
    form = parse_form(PlaceForm)
    if isinstance(form, FieldErrors):
        return device_page(equipment_id, form), 422
    equipment.put(current_runtime(), current_actor(), equipment_id, form.place)
    flash(gettext("The device stands there now. It is inspected anew before it is used."), "success")
    return back_to(equipment_id)


def level_options() -> list[tuple[str, str]]:
    """Return the levels that a device can have, lowest first, in both languages."""
    return [(level.code, level_text(level.code)) for level in reversed(LEVELS[DEFAULT_SCHEME])]


def _index_page(form: FieldErrors) -> str:
    actor = current_actor()
    may_manage = roles.may(actor, Action.MANAGE_EQUIPMENT)
    return render_template(
        "equipment/index.html",
        rows=equipment.list_devices(current_runtime(), actor),
        may_manage=may_manage,
        may_read=roles.may(actor, Action.READ_EQUIPMENT),
        may_read_jobs=roles.may(actor, Action.READ_COPYING),
        may_ask=roles.may_for_some_unit(actor, Action.REQUEST_COPYING),
        kinds=[(str(kind), EQUIPMENT_KINDS[kind]) for kind in EquipmentKind],
        levels_of_devices=level_options(),
        shred_classes=[(one, one) for one in SHRED_CLASSES],
        persons=people.list_recipients(current_runtime()) if may_manage else (),
        looks=EQUIPMENT_STATES,
        kind_words=EQUIPMENT_KINDS,
        entered=form.entered,
        errors=form.errors,
    )
