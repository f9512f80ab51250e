"""Destruction: lists built by scanning, the second scan, people who vouch, the certificate.

What only a list for a plant has is in ``sending``.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import LazyString, gettext, lazy_gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import PermissionDenied, RegistryError
from registry.rules.destruction import Conflict, Shortfall
from registry.rules.roles import Action
from registry.rules.words import DestructionPart, DestructionState
from registry.views.destruction import ListView
from registry.views.people import PersonRow
from service import errors
from service.bag_words import ARRIVALS, BAGS, FAULTS
from service.flows import destroying, people, sending
from service.flows.destroying import Scanned
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.terms import Look
from service.times import day_of, end_of_day

blueprint = Blueprint("destruction", __name__, url_prefix="/destruction")

APPROVAL_DAYS: Final = 14
"""How long the approval of a list can be used; ours, long enough for a plant's next visit."""

SHREDDER: Final = "shredder"
PLANT: Final = "plant"
IN_SEALED_BAG: Final = "in-sealed-bag"
"""The code of the refusal upon which a copy is reported astray."""

STATES: Final[Mapping[DestructionState, Look]] = MappingProxyType(
    {
        DestructionState.DRAFT: Look(lazy_gettext("being listed"), "note", "pencil"),
        DestructionState.SUBMITTED: Look(lazy_gettext("sealed"), "look", "lock"),
        DestructionState.EN_ROUTE: Look(
            lazy_gettext("on its way to the plant"), "outside", "box-arrow-right"
        ),
        DestructionState.DESTROYED: Look(lazy_gettext("destroyed"), "ended", "fire"),
        DestructionState.CANCELLED: Look(lazy_gettext("given up"), "quiet", "x-lg"),
    }
)

CONFLICTS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        Conflict.REQUESTER: lazy_gettext("This person asked for this destruction."),
        Conflict.APPROVER: lazy_gettext("This person approved this destruction."),
        Conflict.HOLDER: lazy_gettext("This person held one of these copies last."),
        Conflict.OPERATOR: lazy_gettext("This person has signed as the operator."),
        Conflict.WITNESS: lazy_gettext("This person has signed as a witness."),
        Conflict.ESCORT: lazy_gettext("This person has signed as an escort."),
    }
)
"""Why somebody cannot vouch; the part that they already have."""

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pin-refused": "pin",
        "pin-closed": "pin",
        "attestation-conflict": "staff_no",
        "not-permitted": "staff_no",
        "operator-signed": "part",
    }
)
"""Where on the form a refusal is shown, by its code; others are shown as a page."""


class OpenForm(Form):
    """A new list: ``route`` is ``shredder-1`` or ``plant-1``."""

    route: Annotated[str, StringConstraints(pattern=r"^(shredder|plant)-[0-9]{1,9}$")]
    reason: Annotated[str, StringConstraints(max_length=300)]


class ScanForm(Form):
    """One scan."""

    raw: Annotated[str, StringConstraints(max_length=200)]


class AttestForm(Form):
    """A person at the shredder."""

    part: DestructionPart
    staff_no: Annotated[str, StringConstraints(max_length=32)]
    pin: Annotated[str, StringConstraints(max_length=12)]


@blueprint.get("/")
@require(Action.DESTROY)
def index() -> str:
    """List the destruction lists, and offer to begin one."""
    return _index_page({}, {})


@blueprint.post("/")
@require(Action.BUILD_DESTRUCTION_LIST)
def begin() -> AnyResponse | tuple[str, int]:
    """Begin a list."""
    form = parse_form(OpenForm)
    if isinstance(form, FieldErrors):
        return _index_page(form.entered, form.errors), 422
    way, _, number = form.route.partition("-")
    list_id = destroying.open_list(
        current_runtime(),
        current_actor(),
        int(number) if way == SHREDDER else None,
        form.reason,
        plant_id=int(number) if way == PLANT else None,
    )
    return redirect(url_for("destruction.show", list_id=list_id))


@blueprint.get("/<int:list_id>")
@require(Action.DESTROY)
def show(list_id: int) -> str:
    """Show one list and what can be done with it now."""
    return list_page(list_id, {})


@blueprint.post("/<int:list_id>/copies")
@require(Action.BUILD_DESTRUCTION_LIST)
def add(list_id: int) -> str | tuple[str, int]:
    """Put a scanned copy on the list; answered in place."""
    form = parse_form(ScanForm)
    if isinstance(form, FieldErrors):
        return _items(list_id, None)
    scanned = destroying.add(current_runtime(), current_actor(), list_id, [form.raw])
    return _items(list_id, scanned[0])


@blueprint.post("/<int:list_id>/copies/<code>/removal")
@require(Action.BUILD_DESTRUCTION_LIST)
def remove(list_id: int, code: str) -> AnyResponse:
    """Take a copy off the list."""
    destroying.remove(current_runtime(), current_actor(), list_id, code)
    return redirect(url_for("destruction.show", list_id=list_id))


@blueprint.post("/<int:list_id>/submission")
@require(Action.REQUEST_DESTRUCTION)
def submit(list_id: int) -> AnyResponse:
    """Seal the copies and ask for approval of exactly these."""
    runtime = current_runtime()
    day = day_of(runtime.now(), runtime.settings) + timedelta(days=APPROVAL_DAYS)
    destroying.submit(runtime, current_actor(), list_id, until=end_of_day(day, runtime.settings))
    flash(gettext("The copies are sealed and the approval is asked for."), "success")
    return redirect(url_for("destruction.show", list_id=list_id))


@blueprint.post("/<int:list_id>/cancellation")
@require(Action.BUILD_DESTRUCTION_LIST)
def cancel(list_id: int) -> AnyResponse:
    """Give the list up."""
    destroying.cancel(current_runtime(), current_actor(), list_id)
    flash(gettext("The list is given up; its copies are back where they were."), "success")
    return redirect(url_for("destruction.show", list_id=list_id))


@blueprint.post("/<int:list_id>/presented")
@require(Action.DESTROY)
def present(list_id: int) -> str:
    """Record the second scan, at the shredder or the packing table; answered in place."""
    form = parse_form(ScanForm)
    if isinstance(form, FieldErrors):
        return _items(list_id, None)
    runtime, actor = current_runtime(), current_actor()
    take = destroying.present if destroying.get_list(runtime, actor, list_id).plant is None else sending.pack
    return _items(list_id, take(runtime, actor, list_id, form.raw))


@blueprint.post("/<int:list_id>/attestations")
@require(Action.DESTROY)
def attest(list_id: int) -> AnyResponse | tuple[str, int]:
    """Let a person prove themselves and vouch."""
    form = parse_form(AttestForm)
    if isinstance(form, FieldErrors):
        return list_page(list_id, form.errors), 422
    runtime = current_runtime()
    person_id = people.find_by_staff_no(runtime, form.staff_no)
    if person_id is None:
        return list_page(list_id, {"staff_no": gettext("Nobody has this staff number.")}), 422
    try:
        progress = destroying.attest(
            runtime, current_actor(), list_id, form.part, person_id=person_id, pin=form.pin
        )
    except RegistryError as refusal:
        if refusal.code not in FIELDS:
            raise
        return list_page(list_id, {FIELDS[refusal.code]: _why(refusal)}), errors.status_of(refusal)
    if progress.state is DestructionState.DESTROYED:
        flash(gettext("The copies are destroyed on record. The certificate can be printed."), "success")
    elif progress.state is DestructionState.EN_ROUTE:
        flash(gettext("The escorts have the bags. The guard scans their seals at the gate."), "success")
    else:
        flash(gettext("The signature is recorded."), "success")
    return redirect(url_for("destruction.show", list_id=list_id))


@blueprint.get("/<int:list_id>/certificate.pdf")
@require(Action.DESTROY)
def certificate(list_id: int) -> Response:
    """Send the certificate of destruction."""
    answer = Response(
        destroying.certificate(current_runtime(), current_actor(), list_id), mimetype="application/pdf"
    )
    answer.headers.set("Content-Disposition", "attachment", filename=f"D-{list_id:06d}.pdf")
    return answer


def _index_page(entered: Mapping[str, Any], wrong: Mapping[str, str]) -> str:
    runtime = current_runtime()
    return render_template(
        "destruction/index.html",
        rows=destroying.lists(runtime, current_actor()),
        routes=[
            *(
                (f"{SHREDDER}-{device.id}", f"{device.name} · {device.shred_level} · {device.place}")
                for device in destroying.shredders(runtime)
            ),
            *(
                (f"{PLANT}-{plant.id}", f"{gettext('Plant 送销')}: {plant.name} · {plant.place}")
                for plant in sending.list_plants(runtime)
            ),
        ],
        looks=STATES,
        entered=entered,
        errors=wrong,
    )


def list_page(list_id: int, wrong: Mapping[str, str], entered: Mapping[str, Any] | None = None) -> str:
    """Return the page of one list, with what is wrong in a form of it."""
    runtime, actor = current_runtime(), current_actor()
    view = destroying.get_list(runtime, actor, list_id)
    short = _shortfall(view)
    return render_template(
        "destruction/show.html",
        view=view,
        me=actor.person_id,
        look=STATES[view.state],
        bag_looks=BAGS,
        faults=FAULTS,
        arrivals=[(str(arrival), said, None) for arrival, said in ARRIVALS.items()],
        incidents=sending.incidents_of(runtime, actor, list_id) if view.plant else (),
        short=short,
        parts=_parts(view, short),
        persons=_persons(view),
        staff_no=request.form.get("staff_no", ""),
        chosen_part=request.form.get("part", ""),
        entered=entered or {},
        errors=wrong,
    )


def _items(list_id: int, scanned: Scanned | None) -> str:
    actor = current_actor()
    view = destroying.get_list(current_runtime(), actor, list_id)
    short = _shortfall(view)
    return render_template(
        "destruction/_items.html",
        view=view,
        me=actor.person_id,
        scanned=scanned,
        words=errors.words_of(scanned.error) if scanned and scanned.error else None,
        is_astray=bool(scanned and scanned.error and scanned.error.code == IN_SEALED_BAG),
        short=short,
        parts=_parts(view, short),
        persons=_persons(view),
        bag_looks=BAGS,
        entered={},
        errors={},
    )


def _persons(view: ListView) -> tuple[PersonRow, ...]:
    return people.list_recipients(current_runtime()) if view.is_approved else ()


def _why(refusal: RegistryError) -> str:
    """Return why a signature was refused: of another person than the one who is logged in."""
    words = errors.words_of(refusal)
    if refusal.code == PermissionDenied.code:
        return str(gettext("This person does not have a role for this part."))
    sentence = str(CONFLICTS.get(str(refusal.facts.get("part")), words.sentence))
    return f"{sentence} {words.next_step}"


def _shortfall(view: ListView) -> Shortfall | None:
    """Return what is missing at the shredder; None before the list is approved."""
    return destroying.shortfall(current_runtime(), current_actor(), view.id) if view.is_approved else None


def _parts(view: ListView, short: Shortfall | None) -> list[tuple[str, str, None]]:
    """Return what somebody can still vouch as, what is missing first."""
    if view.plant is not None:
        return [(str(DestructionPart.ESCORT), gettext("Escort 押送人"), None)]
    operator = (str(DestructionPart.OPERATOR), gettext("Operator 销毁人"), None)
    witness = (str(DestructionPart.WITNESS), gettext("Witness 监销人"), None)
    return [operator, witness] if short is None or short.operators_missing else [witness, operator]
