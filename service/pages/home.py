"""The desk: what waits for whoever is logged in, by their roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from flask import Blueprint, render_template, url_for
from flask_babel import LazyString, lazy_gettext

from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.views.desk import Pile, Stack, Thing
from service.flows import desk as flow
from service.login import current_actor, current_runtime

blueprint = Blueprint("home", __name__)

_ = lazy_gettext


@dataclass(frozen=True)
class Words:
    """How a stack is called and where its things are."""

    title: LazyString
    icon: str
    tone: str
    whole: str
    """Endpoint of the whole list."""
    thing: str
    """Endpoint of one thing."""
    key: str
    """What that endpoint calls its key."""


STACKS: Final[Mapping[Stack, Words]] = MappingProxyType(
    {
        Stack.TO_DECIDE: Words(
            _("Waiting for your decision"),
            "clipboard-check",
            "look",
            "approvals.index",
            "approvals.show",
            "request_id",
        ),
        Stack.AMBER: Words(
            _("Amber at the gates"), "door-open", "look", "gate.waiting", "gate.waiting", "event"
        ),
        Stack.OVERDUE: Words(
            _("Loans overdue"), "clock-history", "stop", "counter.out", "copies.show", "code"
        ),
        Stack.UNSIGNED: Words(
            _("Given, not yet signed for"),
            "arrow-left-right",
            "look",
            "counter.desk",
            "hand_overs.show",
            "hand_over_id",
        ),
        Stack.CLAIMED: Words(
            _("Said to be returned"), "chat-left-text", "look", "counter.out", "copies.show", "code"
        ),
        Stack.TO_RELEASE: Words(
            _("Printed files ready"), "printer", "ok", "printing.batches", "printing.batch", "batch_id"
        ),
        Stack.FAILED_RUNS: Words(
            _("Print runs that stopped"),
            "exclamation-octagon",
            "stop",
            "printing.batches",
            "printing.batch",
            "batch_id",
        ),
        Stack.PRINT_UNKNOWN: Words(
            _("Not known whether it was printed"),
            "question-diamond",
            "stop",
            "printing.batches",
            "printing.batch",
            "batch_id",
        ),
        Stack.PRINT_UNSEEN: Words(
            _("Released, not yet seen printed"),
            "hourglass-split",
            "look",
            "printing.batches",
            "printing.batch",
            "batch_id",
        ),
        Stack.SPOILED_SHEETS: Words(
            _("Spoiled sheets to be destroyed"),
            "file-earmark-x",
            "look",
            "printing.batches",
            "printing.batches",
            "run",
        ),
        Stack.TO_PRINT: Words(
            _("Approved, to be printed"),
            "list-check",
            "note",
            "approvals.index",
            "approvals.show",
            "request_id",
        ),
        Stack.TO_DERIVE: Words(
            _("Approved, excerpt or compilation to be registered"),
            "diagram-3",
            "note",
            "approvals.index",
            "approvals.show",
            "request_id",
        ),
        Stack.TO_REGRADE: Words(
            _("Approved, document to be regraded"),
            "shield-check",
            "look",
            "approvals.index",
            "approvals.show",
            "request_id",
        ),
        Stack.REMARK_OVERDUE: Words(
            _("New marks overdue"),
            "clock-history",
            "stop",
            "regradings.index",
            "regradings.show",
            "regrading_id",
        ),
        Stack.TO_REMARK: Words(
            _("Copies to be marked anew"),
            "pencil",
            "look",
            "regradings.index",
            "regradings.show",
            "regrading_id",
        ),
        Stack.TO_FOLLOW: Words(
            _("Might follow its source to a lower level"),
            "diagram-3",
            "note",
            "regradings.index",
            "regradings.show",
            "regrading_id",
        ),
        Stack.TO_PERMIT: Words(
            _("Approved, permit to be opened"),
            "door-open",
            "note",
            "approvals.index",
            "approvals.show",
            "request_id",
        ),
        Stack.TO_DESTROY: Words(
            _("Destruction waits for its witnesses"),
            "fire",
            "look",
            "destruction.index",
            "destruction.show",
            "list_id",
        ),
        Stack.AT_PLANT: Words(
            _("On the way to the plant, receipt awaited"),
            "box-arrow-right",
            "look",
            "destruction.index",
            "destruction.show",
            "list_id",
        ),
        Stack.CASES: Words(
            _("Open trace cases"), "fingerprint", "look", "cases.index", "cases.show", "case_id"
        ),
        Stack.OWN_OVERDUE: Words(
            _("You are late with"), "clock-history", "stop", "holdings.mine", "holdings.mine", "code"
        ),
        Stack.TO_SIGN_FOR: Words(
            _("Waiting for your signature"),
            "pen",
            "look",
            "hand_overs.mine",
            "hand_overs.show",
            "hand_over_id",
        ),
        Stack.OWN_REQUESTS: Words(
            _("Your requests, waiting for agreement"),
            "hourglass-split",
            "note",
            "approvals.index",
            "approvals.show",
            "request_id",
        ),
        Stack.HELD: Words(
            _("You answer for"), "person-check", "held", "holdings.mine", "holdings.mine", "code"
        ),
    }
)


@dataclass(frozen=True)
class Shortcut:
    """A thing that a role often does."""

    label: LazyString
    icon: str
    endpoint: str
    action: Action


SHORTCUTS: Final[tuple[Shortcut, ...]] = (
    Shortcut(_("Counter"), "arrow-left-right", "counter.desk", Action.HAND_OVER),
    Shortcut(_("Register a document"), "plus-lg", "documents.new", Action.REGISTER_DOCUMENT),
    Shortcut(_("Scan at the gate"), "upc-scan", "gate.index", Action.SCAN_AT_GATE),
    Shortcut(_("Open a trace case"), "fingerprint", "cases.new", Action.OPEN_CASE),
)


@dataclass(frozen=True)
class Line:
    """One thing as the page shows it."""

    thing: Thing
    url: str


@dataclass(frozen=True)
class Sheet:
    """One stack as the page shows it."""

    words: Words
    total: int
    lines: tuple[Line, ...]
    url: str


@blueprint.get("/desk")
def desk() -> str:
    """Show what waits."""
    actor = current_actor()
    found = flow.lay_out(current_runtime(), actor)
    return render_template(
        "home/desk.html",
        sheets=[_sheet(pile) for pile in found.piles if pile.total],
        clear=[STACKS[pile.stack] for pile in found.piles if not pile.total],
        ledger=found.ledger,
        ledger_url=url_for("ledger.index"),
        shortcuts=_shortcuts(actor),
        may_sign=roles.may(actor, Action.CONFIRM_RECEIPT),
    )


def _sheet(pile: Pile) -> Sheet:
    words = STACKS[pile.stack]
    lines = tuple(Line(thing, _thing_url(words, thing)) for thing in pile.things)
    return Sheet(words, pile.total, lines, url_for(words.whole))


def _shortcuts(actor: Actor) -> list[tuple[Shortcut, str]]:
    return [
        (each, url_for(each.endpoint)) for each in SHORTCUTS if roles.may_for_some_unit(actor, each.action)
    ]


def _thing_url(words: Words, thing: Thing) -> str:
    values: dict[str, Any] = {words.key: thing.key}
    return url_for(words.thing, **values)
