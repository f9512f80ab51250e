"""A recall from its first notice to its report.

Laws: returns come in over the counter like any other; who signs an exception proves themselves before the
transaction; a slip is drawn from what is recorded at that moment.
"""

from datetime import datetime

from registry.acts import recalls
from registry.ledger import log
from registry.rows import UnknownRow
from registry.rules import roles
from registry.rules.recall import Balance
from registry.rules.roles import Action, Actor
from registry.views import recalls as views
from registry.views.holdings import Name
from registry.views.recalls import RecallRow, RecallView
from service.flows import proving
from service.flows.scans import read_scan
from service.papers.recall import draw_recall, draw_slip
from service.runtime import Runtime


def begin(runtime: Runtime, actor: Actor, document_id: int, reason: str, due_at: datetime) -> int:
    """Begin a campaign over a document; return its id."""
    with runtime.deed(actor, "recall.begin", f"document:{document_id}") as session:
        return recalls.begin(session, document_id, reason, due_at, actor=actor, now=runtime.now())


def excuse(
    runtime: Runtime, actor: Actor, recall_id: int, code: str, reason: str, *, person_id: int, pin: str
) -> None:
    """Let a leader sign with their PIN that a missed copy stays out.

    Raises:
        PinRefused, PinClosed: it is not them; recorded.
        NotAnIndependentSigner: they began the campaign, or hold the copy.
        NotMissedInRecall: the copy is back, lost, or not of this campaign.
    """
    with runtime.refusals(actor, "recall.excuse", f"recall:{recall_id}"):
        roles.require(actor, Action.READ_RECALLS)
    signer = proving.prove_person(runtime, actor, person_id, pin)
    with runtime.deed(actor, "recall.excuse", f"recall:{recall_id}") as session:
        recalls.excuse(session, recall_id, code, reason, signer=signer, actor=actor, now=runtime.now())


def close(runtime: Runtime, actor: Actor, recall_id: int) -> Balance:
    """End a campaign of which nothing is missed that nobody has signed for."""
    with runtime.deed(actor, "recall.close", f"recall:{recall_id}") as session:
        return recalls.close(session, recall_id, actor=actor, now=runtime.now())


def code_of(runtime: Runtime, scan: str) -> str:
    """Return the code of a copy that was scanned or typed.

    Raises:
        InvalidMark, InvalidCode: the scan names no copy of ours.
    """
    return read_scan(runtime.tokens, scan).code


def listing(runtime: Runtime, actor: Actor) -> tuple[RecallRow, ...]:
    """Return all campaigns, those that run first."""
    roles.require(actor, Action.READ_RECALLS)
    with runtime.database.reading() as session:
        return views.recalls(session)


def get_recall(runtime: Runtime, actor: Actor, recall_id: int) -> RecallView:
    """Return one campaign with every copy that is due."""
    roles.require(actor, Action.READ_RECALLS)
    with runtime.database.reading() as session:
        return views.one_recall(session, recall_id)


def wanted_from_me(runtime: Runtime, actor: Actor) -> dict[str, datetime]:
    """Return until when the actor is to bring back which copies, by code."""
    roles.require(actor, Action.READ_OWN_HOLDINGS)
    with runtime.database.reading() as session:
        return views.wanted_from(session, actor.person_id or 0)


def report(runtime: Runtime, actor: Actor, recall_id: int) -> bytes:
    """Return the report of a campaign as a PDF; one that still runs says so."""
    view = get_recall(runtime, actor, recall_id)
    return draw_recall(view, runtime.settings, ledger=_ledger(runtime))


def slip(runtime: Runtime, actor: Actor, recall_id: int, holder_id: int) -> bytes:
    """Return the slip for one of the holders as a PDF.

    Raises:
        UnknownRow: this person has nothing to bring back.
    """
    roles.require(actor, Action.RECALL)
    view = get_recall(runtime, actor, recall_id)
    holder = next((one for one in holders(view) if one.id == holder_id), None)
    if holder is None:
        raise UnknownRow("recall_item", holder_id)
    return draw_slip(view, holder, runtime.settings, ledger=_ledger(runtime))


def holders(view: RecallView) -> tuple[Name, ...]:
    """Return who has something to bring back, each once, in the order of the copies."""
    return tuple(dict.fromkeys(line.answers for line in view.missed if line.answers is not None))


def _ledger(runtime: Runtime) -> str:
    with runtime.database.reading() as session:
        return log.head(session).short
