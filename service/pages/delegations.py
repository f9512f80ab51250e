"""Delegations: who decides in whose place, asked for, agreed to, ended."""

from collections.abc import Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Annotated, Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response

from registry.errors import RegistryError
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.delegation import DelegationState
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action
from service import errors
from service.flows import delegating, people
from service.flows.delegating import DelegationWish
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.receivers import PersonUnclear, find_person
from service.terms import ACTS, Look
from service.times import end_of_day, instant

blueprint = Blueprint("delegations", __name__, url_prefix="/delegations")

STATES: Final[Mapping[DelegationState, Look]] = MappingProxyType(
    {
        DelegationState.PROPOSED: Look(lazy_gettext("waiting for agreement"), "look", "hourglass-split"),
        DelegationState.AGREED: Look(lazy_gettext("agreed"), "ok", "check-lg"),
        DelegationState.REFUSED: Look(lazy_gettext("refused"), "stop", "x-lg"),
        DelegationState.ENDED: Look(lazy_gettext("ended early"), "quiet", "archive"),
    }
)
FIELDS: Final = MappingProxyType({"incompatible-roles": "deputy", "unknown-row": "deputy"})


class WishForm(Form):
    """Who shall decide in one's place."""

    deputy: Annotated[str, StringConstraints(max_length=120)]
    acts: list[Act]
    from_on: date
    until_on: date
    reason: Annotated[str, StringConstraints(max_length=REASON_LIMIT)]


class AnswerForm(Form):
    """A yes or no."""

    answer: Annotated[str, StringConstraints(pattern=r"^(agree|refuse)$")]


@blueprint.get("/")
@require(Action.READ_OWN_HOLDINGS)
def index() -> str:
    """List the delegations that concern the visitor, and offer to ask for one."""
    return _page({}, {})


@blueprint.post("/")
@require(Action.PROPOSE_DELEGATION)
def propose() -> Response | tuple[str, int]:
    """Ask that somebody decides in the visitor's place."""
    form = parse_form(WishForm)
    if isinstance(form, FieldErrors):
        return _page(form.entered, form.errors), 422
    runtime = current_runtime()
    entered = form.model_dump(mode="json")
    try:
        delegating.propose(
            runtime,
            current_actor(),
            DelegationWish(
                deputy_id=find_person(form.deputy),
                acts=form.acts,
                from_at=instant(datetime.combine(form.from_on, time()), runtime.settings),
                until_at=end_of_day(form.until_on, runtime.settings),
                reason=form.reason,
            ),
        )
    except PersonUnclear as unclear:
        return _page(entered, {"deputy": unclear.words}), 422
    except RegistryError as refusal:
        field = FIELDS.get(refusal.code) or refusal.facts.get("field")
        if not isinstance(field, str):
            raise
        words = errors.words_of(refusal)
        return _page(entered, {field: f"{words.sentence} {words.next_step}"}), errors.status_of(refusal)
    flash(gettext("The delegation is asked for. It holds once a third person agrees."), "success")
    return redirect(url_for("delegations.index"))


@blueprint.post("/<int:delegation_id>/decision")
@require(Action.AGREE_DELEGATION)
def decide(delegation_id: int) -> Response | tuple[str, int]:
    """Record the visitor's yes or no."""
    form = parse_form(AnswerForm)
    if isinstance(form, FieldErrors):
        return _page({}, form.errors), 422
    state = delegating.decide(
        current_runtime(), current_actor(), delegation_id, agreed=form.answer == "agree"
    )
    agreed = state is DelegationState.AGREED
    flash(
        gettext("The delegation is agreed.") if agreed else gettext("The delegation is refused."), "success"
    )
    return redirect(url_for("delegations.index"))


@blueprint.post("/<int:delegation_id>/end")
@require(Action.PROPOSE_DELEGATION)
def end(delegation_id: int) -> Response:
    """End a delegation before its time."""
    delegating.end(current_runtime(), current_actor(), delegation_id)
    flash(gettext("The delegation is ended. What was decided under it stays."), "success")
    return redirect(url_for("delegations.index"))


def _page(entered: Mapping[str, Any], wrong: Mapping[str, str]) -> str:
    runtime, actor = current_runtime(), current_actor()
    may_propose = roles.may(actor, Action.PROPOSE_DELEGATION)
    return render_template(
        "delegations/index.html",
        rows=delegating.listing(runtime, actor),
        looks=STATES,
        acts=[(str(act), words) for act, words in ACTS.items()],
        chosen=request.form.getlist("acts"),
        persons=people.list_recipients(runtime) if may_propose else (),
        may_propose=may_propose,
        entered=entered,
        errors=wrong,
    )
