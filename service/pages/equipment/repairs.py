"""Repairs: asked for, sent, back."""

from datetime import timedelta
from typing import Annotated

from flask import flash, redirect, url_for
from flask_babel import gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response

from registry.rules.limits import REMARK_LIMIT
from registry.rules.roles import Action
from registry.rules.words import RepairGuard
from service.flows import equipment
from service.flows.equipment import RepairWish
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.equipment.fields import APPROVAL_DAYS, Line, Reason
from service.pages.equipment.page import back_to, blueprint, device_page
from service.pages.receivers import PersonUnclear, find_person
from service.times import day_of, end_of_day


class RepairForm(Form):
    """Who shall repair a device, where, and what keeps its secrets."""

    technician: Line
    workshop: Line
    guard: RepairGuard
    escort: Line = ""
    repair_reason: Reason


class SendForm(Form):
    """The approval under which a device is given to its technician."""

    request_id: int


class BackForm(Form):
    """What was done to a device."""

    work_done: Annotated[str, StringConstraints(max_length=REMARK_LIMIT)] = ""


@blueprint.post("/<int:equipment_id>/repairs/requests")
@require(Action.REQUEST_REPAIR)
def ask_repair(equipment_id: int) -> Response | tuple[str, int]:
    """Ask custodian and security officer to agree to a repair."""
    form = parse_form(RepairForm)
    if isinstance(form, FieldErrors):
        return device_page(equipment_id, form), 422
    runtime = current_runtime()
    try:
        escort_id = find_person(form.escort) if form.escort else None
    except PersonUnclear as unclear:
        return device_page(equipment_id, FieldErrors(form.model_dump(), {"escort": unclear.words})), 422
    day = day_of(runtime.now(), runtime.settings) + timedelta(days=APPROVAL_DAYS)
    wish = RepairWish(
        reason=form.repair_reason,
        technician=form.technician,
        workshop=form.workshop,
        guard=form.guard,
        escort_id=escort_id,
        until=end_of_day(day, runtime.settings),
    )
    request_id = equipment.ask_repair(runtime, current_actor(), equipment_id, wish)
    flash(gettext("The request is sent to the custodian and the security officer."), "success")
    return redirect(url_for("approvals.show", request_id=request_id))


@blueprint.post("/<int:equipment_id>/repairs")
@require(Action.MANAGE_EQUIPMENT)
def send(equipment_id: int) -> Response | tuple[str, int]:
    """Record that the device was given to its technician."""
    form = parse_form(SendForm)
    if isinstance(form, FieldErrors):
        return device_page(equipment_id, form), 422
    equipment.send(current_runtime(), current_actor(), equipment_id, form.request_id)
    flash(gettext("The device is with its technician, on the record."), "success")
    return back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/repairs/return")
@require(Action.MANAGE_EQUIPMENT)
def take_back(equipment_id: int) -> Response | tuple[str, int]:
    """Record that the device is back."""
    form = parse_form(BackForm)
    if isinstance(form, FieldErrors):
        return device_page(equipment_id, form), 422
    equipment.take_back(current_runtime(), current_actor(), equipment_id, form.work_done)
    flash(gettext("The device is back. It is inspected anew before it is used."), "success")
    return back_to(equipment_id)
