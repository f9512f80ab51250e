"""What the visitor answers for, and the claim that a copy was given back."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from registry.rules.roles import Action
from service.flows import lending, recalling, regrading
from service.login import current_actor, current_runtime, require

blueprint = Blueprint("holdings", __name__, url_prefix="/holdings")


@blueprint.get("/")
@require(Action.READ_OWN_HOLDINGS)
def mine() -> str:
    """List what the visitor answers for, overdue first."""
    runtime, actor = current_runtime(), current_actor()
    rows, now = lending.holdings_of(runtime, actor), runtime.now()
    return render_template(
        "holdings/index.html",
        rows=rows,
        overdue=sum(row.is_overdue(now) for row in rows),
        recalled=recalling.wanted_from_me(runtime, actor),
        awaited=regrading.awaited_of_mine(runtime, actor),
        unsigned=[row for row in lending.unsigned(runtime, actor) if row.receiver.id == actor.person_id],
        now=now,
    )


@blueprint.post("/<code>/claim")
@require(Action.CLAIM)
def claim(code: str) -> AnyResponse:
    """Say that a copy was given back."""
    lending.claim(current_runtime(), current_actor(), code)
    flash(gettext("The registry is told. You go on answering for the copy until it has looked."), "success")
    return redirect(url_for("holdings.mine"))
