"""Devices leave the register: begun, given up, vouched for, certified."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from flask import flash
from flask_babel import LazyString, gettext, lazy_gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response

from registry.errors import PermissionDenied, RegistryError
from registry.rules.destruction import Conflict
from registry.rules.roles import Action
from registry.rules.words import DestructionPart, RetirementMethod, RetirementState
from service import errors
from service.flows import equipment, people
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.equipment.fields import Reason
from service.pages.equipment.page import back_to, blueprint, device_page

CONFLICTS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        Conflict.REQUESTER: lazy_gettext("This person asked for the device to be retired."),
        Conflict.HOLDER: lazy_gettext("This person answers for the device."),
        Conflict.OPERATOR: lazy_gettext("Somebody has signed as the operator already."),
        Conflict.WITNESS: lazy_gettext("This person has signed as a witness."),
    }
)
"""Why somebody cannot vouch for a device; the part that is taken already."""

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pin-refused": "pin",
        "pin-closed": "pin",
        "retirement-conflict": "staff_no",
        "not-permitted": "staff_no",
    }
)
"""Where on the form a refused signature is shown, by its code."""


class RetireForm(Form):
    """How a device shall leave the register."""

    method: RetirementMethod
    retire_reason: Reason


class AttestForm(Form):
    """A person where the device is ended."""

    part: DestructionPart
    staff_no: Annotated[str, StringConstraints(max_length=32)]
    pin: Annotated[str, StringConstraints(max_length=12)]


@blueprint.post("/<int:equipment_id>/retirements")
@require(Action.MANAGE_EQUIPMENT)
def open_retirement(equipment_id: int) -> Response | tuple[str, int]:
    """Begin to retire the device."""
    form = parse_form(RetireForm)
    if isinstance(form, FieldErrors):
        return device_page(equipment_id, form), 422
    equipment.open_retirement(
        current_runtime(), current_actor(), equipment_id, form.method, form.retire_reason
    )
    flash(gettext("The retirement is begun. A clerk and a witness vouch for it in person."), "success")
    return back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/retirements/<int:retirement_id>/cancellation")
@require(Action.MANAGE_EQUIPMENT)
def cancel_retirement(equipment_id: int, retirement_id: int) -> Response:
    """Give the retirement up."""
    equipment.cancel_retirement(current_runtime(), current_actor(), retirement_id)
    flash(gettext("The retirement is given up; the device stays what it was."), "success")
    return back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/retirements/<int:retirement_id>/attestations")
@require(Action.DESTROY)
def attest(equipment_id: int, retirement_id: int) -> Response | tuple[str, int]:
    """Let a person prove themselves and vouch."""
    form = parse_form(AttestForm)
    if isinstance(form, FieldErrors):
        return device_page(equipment_id, form), 422
    runtime = current_runtime()
    person_id = people.find_by_staff_no(runtime, form.staff_no)
    if person_id is None:
        wrong = {"staff_no": gettext("Nobody has this staff number.")}
        return device_page(equipment_id, FieldErrors(form.model_dump(), wrong)), 422
    try:
        progress = equipment.attest_retirement(
            runtime, current_actor(), retirement_id, form.part, person_id=person_id, pin=form.pin
        )
    except RegistryError as refusal:
        if refusal.code not in FIELDS:
            raise
        wrong = {FIELDS[refusal.code]: _why(refusal)}
        entered = {"staff_no": form.staff_no, "part": form.part}
        return device_page(equipment_id, FieldErrors(entered, wrong)), errors.status_of(refusal)
    if progress.state is RetirementState.DONE:
        flash(gettext("The device is retired on record. The certificate can be printed."), "success")
    else:
        flash(gettext("The signature is recorded."), "success")
    return back_to(equipment_id)


@blueprint.get("/retirements/<int:retirement_id>/certificate.pdf")
@require(Action.READ_EQUIPMENT)
def certificate(retirement_id: int) -> Response:
    """Send the certificate of a retired device."""
    pdf = equipment.certificate(current_runtime(), current_actor(), retirement_id)
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"E-{retirement_id:06d}.pdf")
    return answer


def _why(refusal: RegistryError) -> str:
    """Return why a signature was refused: of another person than the one who is logged in."""
    words = errors.words_of(refusal)
    if refusal.code == PermissionDenied.code:
        return str(gettext("This person does not have a role for this part."))
    sentence = str(CONFLICTS.get(str(refusal.facts.get("part")), words.sentence))
    return f"{sentence} {words.next_step}"
