"""Devices: the register, one device with everything on record, and what was copied and faxed."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated, Final, Literal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import LazyString, gettext, lazy_gettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response

from registry.errors import InvalidError, PermissionDenied, RegistryError
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.destruction import SHRED_CLASSES, Conflict
from registry.rules.facts import DeviceFacts
from registry.rules.levels import DEFAULT_SCHEME, LEVELS, Handling
from registry.rules.limits import PLACE_LIMIT, REASON_LIMIT, REMARK_LIMIT
from registry.rules.roles import Action
from registry.rules.words import (
    DestructionPart,
    EquipmentKind,
    EquipmentState,
    RepairGuard,
    RetirementMethod,
    RetirementState,
)
from registry.views.documents import DocumentFilter
from service import errors
from service.filters import level_text
from service.flows import equipment, people, registering, requesting
from service.flows.equipment import JobWish, RepairWish
from service.forms import FieldErrors, Form, parse_form, refused_field
from service.login import current_actor, current_runtime, require
from service.pages.receivers import PersonUnclear, find_person
from service.terms import EQUIPMENT_KINDS, EQUIPMENT_STATES, REPAIR_GUARDS, RETIREMENT_METHODS
from service.times import day_of, end_of_day

blueprint = Blueprint("equipment", __name__, url_prefix="/equipment")

NAME_LIMIT: Final = 120
APPROVAL_DAYS: Final = 14
"""How long an approval for a job or a repair can be used unless its form says otherwise; ours, a fortnight."""

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

Line = Annotated[str, StringConstraints(max_length=NAME_LIMIT)]
Reason = Annotated[str, StringConstraints(max_length=REASON_LIMIT)]


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


class RetireForm(Form):
    """How a device shall leave the register."""

    method: RetirementMethod
    retire_reason: Reason


class AttestForm(Form):
    """A person where the device is ended."""

    part: DestructionPart
    staff_no: Annotated[str, StringConstraints(max_length=32)]
    pin: Annotated[str, StringConstraints(max_length=12)]


class AskForm(Form):
    """What shall be copied or faxed."""

    act: Literal["COPY", "FAX"]
    document_id: int
    wanted_copies: Annotated[int, Field(ge=1, le=999)]
    job_reason: Reason
    wanted_station: Line = ""
    until: date


class JobForm(Form):
    """What was copied or faxed."""

    request_id: int
    equipment_id: int
    raw: Annotated[str, StringConstraints(max_length=200)]
    copies: Annotated[int, Field(ge=1, le=999)]
    station: Line = ""


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
    return _device_page(equipment_id, FieldErrors({}, {}))


@blueprint.post("/<int:equipment_id>/offer")
@require(Action.MANAGE_EQUIPMENT)
def offer(equipment_id: int) -> Response | tuple[str, int]:
    """Offer the device to its next custodian."""
    form = parse_form(CustodianForm)
    if isinstance(form, FieldErrors):
        return _device_page(equipment_id, form), 422
    try:
        receiver_id = find_person(form.custodian)
    except PersonUnclear as unclear:
        wrong = FieldErrors(form.model_dump(), {"custodian": unclear.words})
        return _device_page(equipment_id, wrong), 422
    equipment.offer(current_runtime(), current_actor(), equipment_id, receiver_id)
    flash(
        gettext("The device is offered. Whoever gives it answers for it until it is signed for."), "success"
    )
    return _back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/confirmation")
@require(Action.KEEP_EQUIPMENT)
def confirm(equipment_id: int) -> Response:
    """Sign for the device."""
    equipment.confirm(current_runtime(), current_actor(), equipment_id)
    flash(gettext("You answer for this device from now on."), "success")
    return _back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/withdrawal")
@require(Action.MANAGE_EQUIPMENT)
def withdraw(equipment_id: int) -> Response:
    """Take the offer back."""
    equipment.withdraw(current_runtime(), current_actor(), equipment_id)
    flash(gettext("The offer is taken back."), "success")
    return _back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/inspections")
@require(Action.INSPECT_EQUIPMENT)
def inspect(equipment_id: int) -> Response | tuple[str, int]:
    """Record what the inspector found."""
    form = parse_form(InspectionForm)
    if isinstance(form, FieldErrors):
        return _device_page(equipment_id, form), 422
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
    return _back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/place")
@require(Action.MANAGE_EQUIPMENT)
def put(equipment_id: int) -> Response | tuple[str, int]:
    """Say where the device stands now."""
    form = parse_form(PlaceForm)
    if isinstance(form, FieldErrors):
        return _device_page(equipment_id, form), 422
    equipment.put(current_runtime(), current_actor(), equipment_id, form.place)
    flash(gettext("The device stands there now. It is inspected anew before it is used."), "success")
    return _back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/repairs/requests")
@require(Action.REQUEST_REPAIR)
def ask_repair(equipment_id: int) -> Response | tuple[str, int]:
    """Ask custodian and security officer to agree to a repair."""
    form = parse_form(RepairForm)
    if isinstance(form, FieldErrors):
        return _device_page(equipment_id, form), 422
    runtime = current_runtime()
    try:
        escort_id = find_person(form.escort) if form.escort else None
    except PersonUnclear as unclear:
        return _device_page(equipment_id, FieldErrors(form.model_dump(), {"escort": unclear.words})), 422
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
        return _device_page(equipment_id, form), 422
    equipment.send(current_runtime(), current_actor(), equipment_id, form.request_id)
    flash(gettext("The device is with its technician, on the record."), "success")
    return _back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/repairs/return")
@require(Action.MANAGE_EQUIPMENT)
def take_back(equipment_id: int) -> Response | tuple[str, int]:
    """Record that the device is back."""
    form = parse_form(BackForm)
    if isinstance(form, FieldErrors):
        return _device_page(equipment_id, form), 422
    equipment.take_back(current_runtime(), current_actor(), equipment_id, form.work_done)
    flash(gettext("The device is back. It is inspected anew before it is used."), "success")
    return _back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/retirements")
@require(Action.MANAGE_EQUIPMENT)
def open_retirement(equipment_id: int) -> Response | tuple[str, int]:
    """Begin to retire the device."""
    form = parse_form(RetireForm)
    if isinstance(form, FieldErrors):
        return _device_page(equipment_id, form), 422
    equipment.open_retirement(
        current_runtime(), current_actor(), equipment_id, form.method, form.retire_reason
    )
    flash(gettext("The retirement is begun. A clerk and a witness vouch for it in person."), "success")
    return _back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/retirements/<int:retirement_id>/cancellation")
@require(Action.MANAGE_EQUIPMENT)
def cancel_retirement(equipment_id: int, retirement_id: int) -> Response:
    """Give the retirement up."""
    equipment.cancel_retirement(current_runtime(), current_actor(), retirement_id)
    flash(gettext("The retirement is given up; the device stays what it was."), "success")
    return _back_to(equipment_id)


@blueprint.post("/<int:equipment_id>/retirements/<int:retirement_id>/attestations")
@require(Action.DESTROY)
def attest(equipment_id: int, retirement_id: int) -> Response | tuple[str, int]:
    """Let a person prove themselves and vouch."""
    form = parse_form(AttestForm)
    if isinstance(form, FieldErrors):
        return _device_page(equipment_id, form), 422
    runtime = current_runtime()
    person_id = people.find_by_staff_no(runtime, form.staff_no)
    if person_id is None:
        wrong = {"staff_no": gettext("Nobody has this staff number.")}
        return _device_page(equipment_id, FieldErrors(form.model_dump(), wrong)), 422
    try:
        progress = equipment.attest_retirement(
            runtime, current_actor(), retirement_id, form.part, person_id=person_id, pin=form.pin
        )
    except RegistryError as refusal:
        if refusal.code not in FIELDS:
            raise
        wrong = {FIELDS[refusal.code]: _why(refusal)}
        entered = {"staff_no": form.staff_no, "part": form.part}
        return _device_page(equipment_id, FieldErrors(entered, wrong)), errors.status_of(refusal)
    if progress.state is RetirementState.DONE:
        flash(gettext("The device is retired on record. The certificate can be printed."), "success")
    else:
        flash(gettext("The signature is recorded."), "success")
    return _back_to(equipment_id)


@blueprint.get("/retirements/<int:retirement_id>/certificate.pdf")
@require(Action.READ_EQUIPMENT)
def certificate(retirement_id: int) -> Response:
    """Send the certificate of a retired device."""
    pdf = equipment.certificate(current_runtime(), current_actor(), retirement_id)
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"E-{retirement_id:06d}.pdf")
    return answer


@blueprint.get("/jobs")
@require(Action.READ_COPYING)
def jobs() -> str:
    """List what was copied and faxed, and offer to ask for or record a job."""
    return _jobs_page(FieldErrors({"document_id": request.args.get("document", "")}, {}))


@blueprint.get("/jobs/new")
@require(Action.REQUEST_COPYING)
def new_job() -> str:
    """Show the form to ask for a copy or fax job."""
    return _ask_page(FieldErrors({"document_id": request.args.get("document", "")}, {}))


@blueprint.post("/jobs/requests")
@require(Action.REQUEST_COPYING)
def ask_job() -> Response | tuple[str, int]:
    """Ask for approval to copy or fax."""
    form = parse_form(AskForm)
    if isinstance(form, FieldErrors):
        return _ask_page(form), 422
    runtime = current_runtime()
    wish = JobWish(
        act=Act(form.act),
        document_id=form.document_id,
        copies=form.wanted_copies,
        reason=form.job_reason,
        until=end_of_day(form.until, runtime.settings),
        station=form.wanted_station,
    )
    try:
        request_id = equipment.ask_job(runtime, current_actor(), wish)
    except InvalidError as refusal:
        named = {"station": "wanted_station", "reason": "job_reason"}
        found = refused_field(form.model_dump(), refusal)
        wrong = {named.get(field, field): words for field, words in found.errors.items()}
        return _ask_page(FieldErrors(found.entered, wrong)), 422
    flash(gettext("The request is sent."), "success")
    return redirect(url_for("approvals.show", request_id=request_id))


@blueprint.post("/jobs")
@require(Action.RUN_COPYING)
def run_job() -> Response | tuple[str, int]:
    """Record an approved job."""
    form = parse_form(JobForm)
    if isinstance(form, FieldErrors):
        return _jobs_page(form), 422
    try:
        equipment.run_job(
            current_runtime(),
            current_actor(),
            form.request_id,
            form.equipment_id,
            form.raw,
            copies=form.copies,
            station=form.station,
        )
    except InvalidError as refusal:
        return _jobs_page(refused_field(form.model_dump(), refusal)), 422
    flash(gettext("The job is recorded."), "success")
    return redirect(url_for("equipment.jobs"))


def level_options() -> list[tuple[str, str]]:
    """Return the levels that a device can have, lowest first, in both languages."""
    return [(level.code, level_text(level.code)) for level in reversed(LEVELS[DEFAULT_SCHEME])]


def _back_to(equipment_id: int) -> Response:
    return redirect(url_for("equipment.show", equipment_id=equipment_id))


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


def _device_page(equipment_id: int, form: FieldErrors) -> str:
    runtime, actor = current_runtime(), current_actor()
    view = equipment.get_device(runtime, actor, equipment_id)
    may = {
        name: roles.may_for_some_unit(actor, action)
        for name, action in (
            ("manage", Action.MANAGE_EQUIPMENT),
            ("inspect", Action.INSPECT_EQUIPMENT),
            ("ask_repair", Action.REQUEST_REPAIR),
            ("attest", Action.DESTROY),
            ("read", Action.READ_EQUIPMENT),
        )
    }
    retiring = view.open_retirement
    return render_template(
        "equipment/show.html",
        view=view,
        look=EQUIPMENT_STATES[view.row.state],
        kind_word=EQUIPMENT_KINDS[view.row.kind],
        guard_words=REPAIR_GUARDS,
        method_words=RETIREMENT_METHODS,
        guards=[(str(one), word, None) for one, word in REPAIR_GUARDS.items()],
        methods=[(str(one), RETIREMENT_METHODS[one], None) for one in sorted(view.endings)],
        parts=[
            (str(DestructionPart.OPERATOR), gettext("Operator 销毁人"), None),
            (str(DestructionPart.WITNESS), gettext("Witness 监销人"), None),
        ],
        repairs_to_send=equipment.repair_approvals(runtime, actor, equipment_id) if may["manage"] else (),
        short=equipment.retirement_shortfall(runtime, actor, retiring.id)
        if retiring and may["read"]
        else None,
        persons=people.list_recipients(runtime) if any(may.values()) else (),
        may=may,
        may_open=roles.may(actor, Action.READ_COPYING),
        entered=form.entered,
        errors=form.errors,
    )


def _jobs_page(form: FieldErrors) -> str:
    runtime, actor = current_runtime(), current_actor()
    return render_template(
        "equipment/jobs.html",
        desk=equipment.job_desk(runtime, actor),
        may_open=True,
        may_run=roles.may(actor, Action.RUN_COPYING),
        may_ask=roles.may_for_some_unit(actor, Action.REQUEST_COPYING),
        entered=form.entered,
        errors=form.errors,
    )


def _ask_page(form: FieldErrors) -> str:
    runtime, actor = current_runtime(), current_actor()
    documents = registering.list_documents(runtime, actor, DocumentFilter()).rows
    until = day_of(runtime.now(), runtime.settings) + timedelta(days=APPROVAL_DAYS)
    return render_template(
        "equipment/ask.html",
        documents=[
            (row.id, f"{row.doc_number} · {row.title} · {level_text(row.level)}")
            for row in documents
            if requesting.may_ask(actor, Act.COPY, row.issuing_unit.id)
        ],
        acts=[("COPY", gettext("Photocopy or scan in"), None), ("FAX", gettext("Fax, in cipher only"), None)],
        entered={"until": until.isoformat(), "act": "COPY"} | dict(form.entered),
        errors=form.errors,
    )


def _why(refusal: RegistryError) -> str:
    """Return why a signature was refused: of another person than the one who is logged in."""
    words = errors.words_of(refusal)
    if refusal.code == PermissionDenied.code:
        return str(gettext("This person does not have a role for this part."))
    sentence = str(CONFLICTS.get(str(refusal.facts.get("part")), words.sentence))
    return f"{sentence} {words.next_step}"
