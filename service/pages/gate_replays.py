"""Verdicts at gates, judged again under the rules then in force: all of them, and one."""

from types import MappingProxyType
from typing import Final

from flask import Blueprint, render_template
from flask_babel import lazy_gettext

from registry.rules.rejudging import GateDifference
from registry.rules.roles import Action
from registry.views.gatereplay import GateReplay
from service.flows import rejudging
from service.login import current_actor, current_runtime, require
from service.verdicts import COLOUR_WORDS, DIRECTIONS, REASONS, fact_words

_ = lazy_gettext

blueprint = Blueprint("gate_replays", __name__, url_prefix="/rules/replay/gates")

DIFFERENCES: Final = MappingProxyType(
    {
        GateDifference.NOT_KEPT: _("It is of a release that did not keep what was looked at."),
        GateDifference.NO_ENTRY: _("The ledger knows no such attempt."),
        GateDifference.ROW_CHANGED: _("The row in the gate log says something else than its ledger entry."),
        GateDifference.SITUATION_CHANGED: _("What was looked at is not what the ledger has the hash of."),
        GateDifference.OTHER_RULES: _(
            "Another version of the rules is in force at that time than is on record."
        ),
        GateDifference.OTHER_VERDICT: _("The rules come to another answer than is on record."),
        GateDifference.OTHER_FACTS: _("The answer is the same, but not what it says about its reason."),
    }
)
"""What differs, in words."""


@blueprint.get("/")
@require(Action.READ_RULES)
def replay_all() -> str:
    """Show how every attempt comes out when it is judged again."""
    found = rejudging.replay_all(current_runtime(), current_actor())
    return render_template("rules/gate_replays.html", found=found, **_words())


@blueprint.get("/<int:event_id>")
@require(Action.READ_RULES)
def replay(event_id: int) -> str:
    """Show one attempt judged again under the rules then in force."""
    found = rejudging.replay(current_runtime(), current_actor(), event_id)
    return render_template("rules/gate_replay.html", found=found, told=_told(found), **_words())


def _told(found: GateReplay) -> list[tuple[str, str | None, str | None]]:
    """Return what was said about the reason, and what would be: label, on record, judged again."""
    before = fact_words(found.row.facts)
    after = {} if found.again.verdict is None else fact_words(found.again.verdict.facts)
    return [(label, before.get(label), after.get(label)) for label in before | after]


def _words() -> dict[str, object]:
    return {
        "differences": DIFFERENCES,
        "colour_words": COLOUR_WORDS,
        "reasons": REASONS,
        "directions": DIRECTIONS,
    }
