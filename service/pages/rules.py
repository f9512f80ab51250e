"""Rules: what is in force, another version drawn up, what it would change, its adoption; past decisions taken again."""

from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import groupby
from typing import Annotated, Any, Literal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response

from registry.errors import RegistryError
from registry.rules import roles
from registry.rules.amending import ITEMS, Item, Kind, parse_choice
from registry.rules.limits import REASON_LIMIT, REMARK_LIMIT
from registry.rules.roles import Action
from registry.rules.ruleset import Value, parse_step
from registry.rules.words import RuleSetState
from service import errors
from service.flows import ruling
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.rule_words import (
    DIFFERENCES,
    KINDS,
    OUTCOMES,
    STATES,
    item_text,
    step_words,
    told,
    told_changes,
    value_text,
)
from service.times import instant

blueprint = Blueprint("rules", __name__, url_prefix="/rules")

PROPOSAL_REFUSALS = frozenset(
    {"below-rule-floor", "not-a-rule-choice", "rules-unchanged", "rules-in-the-past"}
)
"""What is said on the form itself."""


class ProposalForm(Form):
    """Why another version is drawn up, and from when it shall hold; its items are fields by their keys."""

    reason: Annotated[str, StringConstraints(max_length=REASON_LIMIT)]
    from_on: date | None = None


class DecisionForm(Form):
    """A yes or no to the rules that were shown."""

    answer: Literal["agree", "refuse"]
    shown_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    remark: Annotated[str, StringConstraints(max_length=REMARK_LIMIT)] = ""


@blueprint.get("/")
@require(Action.READ_RULES)
def index() -> str:
    """Show the rules in force and every version."""
    actor = current_actor()
    found = ruling.overview(current_runtime(), actor)
    return render_template(
        "rules/index.html",
        found=found,
        groups=[(kind, list(rows)) for kind, rows in groupby(told(found.items), key=lambda row: row.kind)],
        looks=STATES,
        may_propose=roles.may(actor, Action.PROPOSE_RULES),
    )


@blueprint.get("/new")
@require(Action.PROPOSE_RULES)
def new() -> str:
    """Show the form to draw up another version."""
    return _form_page({}, {})


@blueprint.post("/")
@require(Action.PROPOSE_RULES)
def propose() -> Response | tuple[str, int]:
    """Draw up another version, or show the form again with what is wrong."""
    form = parse_form(ProposalForm)
    if isinstance(form, FieldErrors):
        return _form_page(form.entered, form.errors), 422
    runtime = current_runtime()
    entered: dict[str, Any] = form.model_dump(mode="json")
    from_at = (
        None if form.from_on is None else instant(datetime.combine(form.from_on, time()), runtime.settings)
    )
    try:
        choices = {key: parse_choice(key, " ".join(request.form.getlist(key))) for key in ITEMS}
        proposal_id = ruling.propose(runtime, current_actor(), choices, form.reason, from_at=from_at)
    except RegistryError as refusal:
        if refusal.code not in PROPOSAL_REFUSALS:
            raise
        words = errors.words_of(refusal)
        field = refusal.facts.get("item") or refusal.facts.get("field") or "reason"
        wrong = {str(field): f"{words.sentence} {words.next_step}"}
        return _form_page(entered, wrong), errors.status_of(refusal)
    flash(gettext("The proposal is recorded. A responsible leader decides on it."), "success")
    return redirect(url_for("rules.show", rule_set_id=proposal_id))


@blueprint.get("/<int:rule_set_id>")
@require(Action.READ_RULES)
def show(rule_set_id: int) -> str:
    """Show one version: before and after, what it would have meant, and the decision on it."""
    return _version_page(rule_set_id, {})


@blueprint.post("/<int:rule_set_id>/decision")
@require(Action.ADOPT_RULES)
def decide(rule_set_id: int) -> Response | tuple[str, int]:
    """Record the visitor's yes or no."""
    form = parse_form(DecisionForm)
    if isinstance(form, FieldErrors):
        return _version_page(rule_set_id, form.errors), 422
    state = ruling.decide(
        current_runtime(),
        current_actor(),
        rule_set_id,
        agreed=form.answer == "agree",
        shown_sha256=form.shown_sha256,
        remark=form.remark,
    )
    adopted = state is RuleSetState.ADOPTED
    said = gettext("The rules are adopted.") if adopted else gettext("The proposal is refused.")
    flash(said, "success")
    return redirect(url_for("rules.show", rule_set_id=rule_set_id))


@blueprint.post("/<int:rule_set_id>/withdrawal")
@require(Action.PROPOSE_RULES)
def withdraw(rule_set_id: int) -> Response:
    """Take the visitor's own proposal back."""
    ruling.withdraw(current_runtime(), current_actor(), rule_set_id)
    flash(gettext("The proposal is withdrawn."), "success")
    return redirect(url_for("rules.show", rule_set_id=rule_set_id))


@blueprint.get("/replay")
@require(Action.READ_RULES)
def replay_all() -> str:
    """Show how every decided request comes out when it is decided again."""
    return render_template(
        "rules/replays.html",
        found=ruling.replay_all(current_runtime(), current_actor()),
        may_rejudge=roles.may(current_actor(), Action.READ_GATE_LOG),
        outcomes=OUTCOMES,
        differences=DIFFERENCES,
    )


@blueprint.get("/replay/<int:request_id>")
@require(Action.READ_RULES)
def replay(request_id: int) -> str:
    """Show one request decided again under the rules then in force."""
    found = ruling.replay(current_runtime(), current_actor(), request_id)
    return render_template(
        "rules/replay.html",
        found=found,
        missing=[step_words(step) for step in found.again.missing],
        outcomes=OUTCOMES,
        differences=DIFFERENCES,
    )


def _version_page(rule_set_id: int, wrong: Mapping[str, str]) -> str:
    actor = current_actor()
    found = ruling.get_version(current_runtime(), actor, rule_set_id)
    proposed = found.row.state is RuleSetState.PROPOSED
    is_own = found.row.proposed_by is not None and found.row.proposed_by.id == actor.person_id
    return render_template(
        "rules/show.html",
        row=found.row,
        changes=told_changes(found.changes),
        impact=found.impact,
        failing=[(one, [step_words(step) for step in one.missing]) for one in found.impact.failing],
        looks=STATES,
        may_decide=proposed and not is_own and roles.may(actor, Action.ADOPT_RULES),
        may_withdraw=proposed and is_own,
        remark=request.form.get("remark", ""),
        errors=wrong,
    )


def _form_page(entered: Mapping[str, Any], wrong: Mapping[str, str]) -> str:
    rows = [_field(item, value) for item, value in ruling.starting_point(current_runtime(), current_actor())]
    return render_template(
        "rules/new.html",
        groups=[(kind, list(fields)) for kind, fields in groupby(rows, key=lambda field: field["kind"])],
        kind_words=KINDS,
        entered=entered,
        errors=wrong,
    )


def _field(item: Item, value: Value) -> dict[str, Any]:
    """Return one item as the form shows it: with what was entered before, or else what holds now."""
    sent = request.form.getlist(item.key) if request.method == "POST" else None
    chosen = value if sent is None else (tuple(sent) if item.kind is Kind.CHAIN else "".join(sent[:1]))
    floor = item.floor if isinstance(item.floor, tuple) else ()
    choices = [
        (
            str(option),
            step_words(parse_step(str(option))) if item.kind is Kind.CHAIN else value_text(item, option),
            option in floor,
        )
        for option in item.options
    ]
    return {
        "key": item.key,
        "kind": item.kind,
        "label": item_text(item),
        "choices": choices,
        "chosen": chosen,
        "least": min(item.options) if item.kind is Kind.CLOCK else None,
        "most": max(item.options) if item.kind is Kind.CLOCK else None,
    }
