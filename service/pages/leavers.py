"""Leavers: what a person still has, the clearance once that is nothing, its certificate."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import LazyString, gettext, lazy_gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.rules.leaving import Obstacle
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action
from registry.views.belongings import Belonging
from service.flows import leaving, people
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.receivers import PersonUnclear, find_person

blueprint = Blueprint("leavers", __name__, url_prefix="/leavers")

OBSTACLES: Final[Mapping[Obstacle, tuple[LazyString, LazyString]]] = MappingProxyType(
    {
        Obstacle.HELD: (lazy_gettext("Copies held"), lazy_gettext("Take them back at the counter.")),
        Obstacle.CLAIMED: (
            lazy_gettext("Copies claimed returned"),
            lazy_gettext("Look for them: take them back, or dismiss the claim."),
        ),
        Obstacle.OUTSIDE: (
            lazy_gettext("Copies outside"),
            lazy_gettext("They have to come home through a gate or over the counter."),
        ),
        Obstacle.UNACCOUNTED: (
            lazy_gettext("Copies unaccounted for"),
            lazy_gettext("Find them, or declare them lost and go on with the loss."),
        ),
        Obstacle.OFFERED: (
            lazy_gettext("Copies given and not signed for"),
            lazy_gettext("Withdraw the hand-over at the counter."),
        ),
        Obstacle.PERMIT: (lazy_gettext("Open take-out permits"), lazy_gettext("Revoke them.")),
        Obstacle.DEVICE: (
            lazy_gettext("Devices kept"),
            lazy_gettext("The system administrator offers each to its next custodian, who signs for it."),
        ),
        Obstacle.DEVICE_OFFERED: (
            lazy_gettext("Devices offered and not signed for"),
            lazy_gettext("The system administrator takes the offer back."),
        ),
        Obstacle.ESCORT: (
            lazy_gettext("Devices escorted at a repair"),
            lazy_gettext("The device comes back first."),
        ),
        Obstacle.BAG: (
            lazy_gettext("Sealed bags they escort to the plant"),
            lazy_gettext("Enter the plant's receipt, or bring the bags back and give the list up."),
        ),
        Obstacle.MEETING_THING: (
            lazy_gettext("Notebooks and deposits of meetings"),
            lazy_gettext("Take the notebook back, give the deposit out, on the page of the meeting."),
        ),
        Obstacle.MEETING_CHECK: (
            lazy_gettext("Open checks of meetings"),
            lazy_gettext("Give each check to another owner on the page of the meeting."),
        ),
        Obstacle.DELEGATION: (
            lazy_gettext("Delegations that go on"),
            lazy_gettext("Their giver, or whoever agreed to them, ends them."),
        ),
        Obstacle.CASE: (
            lazy_gettext("Trace cases without a result"),
            lazy_gettext("Another auditor runs the trace to its result."),
        ),
        Obstacle.CIRCULATION: (
            lazy_gettext("Circulations they wait in"),
            lazy_gettext("Pass them over, or name a substitute, on the page of the circulation."),
        ),
        Obstacle.OFFICE: (
            lazy_gettext("Roles beyond that of a holder"),
            lazy_gettext("The security officer takes them first, so that somebody else has the office."),
        ),
    }
)
"""What keeps a person from being cleared, and what to do about it."""


PAGES: Final[Mapping[Obstacle, tuple[str, str]]] = MappingProxyType(
    {
        Obstacle.OFFERED: ("hand_overs.show", "hand_over_id"),
        Obstacle.PERMIT: ("permits.index", ""),
        Obstacle.DEVICE: ("equipment.show", "equipment_id"),
        Obstacle.DEVICE_OFFERED: ("equipment.show", "equipment_id"),
        Obstacle.ESCORT: ("equipment.show", "equipment_id"),
        Obstacle.BAG: ("destruction.show", "list_id"),
        Obstacle.MEETING_THING: ("meetings.show", "meeting_id"),
        Obstacle.MEETING_CHECK: ("meetings.show", "meeting_id"),
        Obstacle.DELEGATION: ("delegations.index", ""),
        Obstacle.CIRCULATION: ("circulations.show", "circulation_id"),
    }
)
"""The page on which a thing is handed over, and its name in the address, if any; trace cases are closed to clerks."""


class PersonForm(Form):
    """Who leaves."""

    person: Annotated[str, StringConstraints(max_length=120)]


class ClearForm(Form):
    """Why they leave."""

    reason: Annotated[str, StringConstraints(max_length=REASON_LIMIT)]


@blueprint.get("/")
@require(Action.CLEAR_LEAVER)
def index() -> str:
    """List who was cleared, and ask who leaves."""
    return _index_page("", {})


@blueprint.post("/")
@require(Action.CLEAR_LEAVER)
def choose() -> AnyResponse | tuple[str, int]:
    """Go on to what a person still has."""
    form = parse_form(PersonForm)
    if isinstance(form, FieldErrors):
        return _index_page("", form.errors), 422
    try:
        person_id = find_person(form.person)
    except PersonUnclear as unclear:
        return _index_page(form.person, {"person": unclear.words}), 422
    return redirect(url_for("leavers.show", person_id=person_id))


@blueprint.get("/persons/<int:person_id>")
@require(Action.CLEAR_LEAVER)
def show(person_id: int) -> str:
    """Show what a person still has."""
    return _person_page(person_id, {})


@blueprint.post("/persons/<int:person_id>/clearance")
@require(Action.CLEAR_LEAVER)
def clear(person_id: int) -> AnyResponse | tuple[str, int]:
    """Clear a person who holds nothing."""
    form = parse_form(ClearForm)
    if isinstance(form, FieldErrors):
        return _person_page(person_id, form.errors), 422
    leaving.clear(current_runtime(), current_actor(), person_id, form.reason)
    flash(gettext("The person is cleared and their accounts are closed. Print the certificate."), "success")
    return redirect(url_for("leavers.index"))


@blueprint.get("/<int:clearance_id>/certificate.pdf")
@require(Action.CLEAR_LEAVER)
def certificate(clearance_id: int) -> Response:
    """Send the certificate of a clearance."""
    answer = Response(
        leaving.certificate(current_runtime(), current_actor(), clearance_id), mimetype="application/pdf"
    )
    answer.headers.set("Content-Disposition", "attachment", filename=f"L-{clearance_id:06d}.pdf")
    return answer


def _index_page(entered: str, wrong: Mapping[str, str]) -> str:
    runtime = current_runtime()
    return render_template(
        "leavers/index.html",
        rows=leaving.listing(runtime, current_actor()),
        persons=people.list_recipients(runtime),
        entered=entered,
        errors=wrong,
    )


def _person_page(person_id: int, wrong: Mapping[str, str]) -> str:
    runtime = current_runtime()
    standing = leaving.check(runtime, current_actor(), person_id)
    return render_template(
        "leavers/show.html",
        standing=standing,
        obstacles=OBSTACLES,
        addresses={thing: _address(thing) for thing in standing.belongings},
        is_oneself=person_id == current_actor().person_id,
        errors=wrong,
        now=runtime.now(),
    )


def _address(thing: Belonging) -> str | None:
    endpoint, name = PAGES.get(thing.obstacle, ("", ""))
    values: dict[str, Any] = {name: thing.id} if name else {}
    return url_for(endpoint, **values) if endpoint else None
