"""A document's level or period changes, from the request to the last copy that bears its new mark.

Laws: what is wanted stands in the order that is agreed to, drawn up from the register; a copy is ticked off by its
code, scanned from its paper; a notice is drawn from what is recorded at that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from registry import kin
from registry.acts import approvals, regrading
from registry.ledger import log
from registry.rows import UnknownRow
from registry.rules import levels, roles
from registry.rules.approval import Act
from registry.rules.regrading import order_details
from registry.rules.roles import Action, Actor
from registry.views import regrading as views
from registry.views.holdings import Name
from registry.views.regrading import ProposalRow, RegradingRow, RegradingView
from registry.views.scope import get_within_reach
from service.flows import requesting
from service.flows.requesting import Wish
from service.flows.scans import read_stack
from service.papers.regrading import draw_notice, draw_regrading
from service.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class RegradingWish:
    """What a person asks to become of a document's secrecy; level and period are not looked at when it is to end."""

    document_id: int
    reason: str
    until: datetime
    level: str = ""
    secrecy_period: str = ""
    ends: bool = False


@dataclass(frozen=True)
class Board:
    """What was regraded, what is still to be marked, and what might follow."""

    rows: tuple[RegradingRow, ...]
    waiting: tuple[RegradingRow, ...]
    proposals: tuple[ProposalRow, ...]


def ask(runtime: Runtime, actor: Actor, wish: RegradingWish) -> int:
    """Ask for approval of a change and return the request's id.

    Raises:
        UnknownRow: there is no such document, or none that the actor may know of.
        NothingToRegrade, AlreadyDeclassified, UnknownLevel, InvalidPeriod: it is no change of this document.
    """
    now = runtime.now()
    with runtime.deed(actor, "approval.request", f"document:{wish.document_id}") as session:
        document = get_within_reach(session, wish.document_id, actor, now=now)
        before = kin.grade_of(document)
        after = replace(before, declassified=True)
        if not wish.ends:
            level = levels.get_level(document.scheme, wish.level)
            after = replace(before, level=level, period=levels.parse_period(wish.secrecy_period))
        order = requesting.draw_up(
            session,
            actor,
            Wish(
                document_id=wish.document_id,
                act=Act.REGRADE,
                reason=wish.reason,
                until=wish.until,
                details=order_details(before, after),
            ),
            marks=runtime.settings.mark_rules,
            now=now,
        )
        return approvals.request(session, order, actor=actor, now=now)


def regrade(runtime: Runtime, actor: Actor, request_id: int, remark_by: datetime) -> int:
    """Carry an approved change out; return the id of the regrading."""
    with runtime.deed(actor, "document.regrade", f"request:{request_id}") as session:
        return regrading.regrade(session, request_id, remark_by, actor=actor, now=runtime.now())


def remark(runtime: Runtime, actor: Actor, scans: Sequence[str]) -> int:
    """Record that scanned copies bear their new mark; return how many. Several pages of a copy count it once.

    Raises:
        InvalidMark, InvalidCode: a scan names no copy of ours.
        NotMarkedAnewHere: one needs no new mark, or is elsewhere; none is recorded then.
    """
    with runtime.refusals(actor, "copy.remark", "registry"):
        codes = list(dict.fromkeys(scan.code for scan in read_stack(runtime.tokens, scans)))
    with runtime.deed(actor, "copy.remark", f"copy:{codes[0]}" if codes else "registry") as session:
        return regrading.remark(session, codes, actor=actor, now=runtime.now())


def keep(runtime: Runtime, actor: Actor, proposal_id: int, reason: str) -> None:
    """Record that a derived document does not follow its source downwards, and why."""
    with runtime.deed(actor, "regrading.keep", "registry") as session:
        regrading.keep(session, proposal_id, reason, actor=actor, now=runtime.now())


def board(runtime: Runtime, actor: Actor) -> Board:
    """Return what was regraded, what is still to be marked, and what might follow."""
    roles.require(actor, Action.READ_REGRADINGS)
    with runtime.database.reading() as session:
        return Board(
            rows=views.regradings(session),
            waiting=views.waiting_regradings(session),
            proposals=views.open_proposals(session),
        )


def of_document(runtime: Runtime, actor: Actor, document_id: int) -> tuple[RegradingRow, ...]:
    """Return what became of a document's secrecy, newest first.

    Raises:
        UnknownRow: there is none, or none that the actor may know of.
    """
    with runtime.database.reading() as session:
        get_within_reach(session, document_id, actor, now=runtime.now())
        return views.regradings(session, document_id=document_id)


def awaited_of_mine(runtime: Runtime, actor: Actor) -> dict[str, tuple[str, datetime]]:
    """Return which of the actor's copies are to be marked anew: mark and due time, by code."""
    roles.require(actor, Action.READ_OWN_HOLDINGS)
    with runtime.database.reading() as session:
        return views.awaited_marks(session, actor.person_id or 0)


def get_regrading(runtime: Runtime, actor: Actor, regrading_id: int) -> RegradingView:
    """Return one regrading with every copy that got a task."""
    roles.require(actor, Action.READ_REGRADINGS)
    with runtime.database.reading() as session:
        return views.one_regrading(session, regrading_id)


def holders(view: RegradingView) -> tuple[Name, ...]:
    """Return who has copies that wait for their mark, each once, in the order of the copies."""
    return tuple(dict.fromkeys(line.answers for line in view.waiting if line.answers is not None))


def report(runtime: Runtime, actor: Actor, regrading_id: int) -> bytes:
    """Return the record of a regrading as a PDF: every copy, and whether it bears its new mark."""
    view = get_regrading(runtime, actor, regrading_id)
    return draw_regrading(view, runtime.settings, ledger=_ledger(runtime))


def notice(runtime: Runtime, actor: Actor, regrading_id: int, holder_id: int) -> bytes:
    """Return the notice for one of the holders as a PDF.

    Raises:
        UnknownRow: this person has no copy that waits for its mark.
    """
    roles.require(actor, Action.REMARK)
    view = get_regrading(runtime, actor, regrading_id)
    holder = next((one for one in holders(view) if one.id == holder_id), None)
    if holder is None:
        raise UnknownRow("remarking", holder_id)
    return draw_notice(view, holder, runtime.settings, ledger=_ledger(runtime))


def _ledger(runtime: Runtime) -> str:
    with runtime.database.reading() as session:
        return log.head(session).short
