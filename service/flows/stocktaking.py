"""A stocktake from its first scan to its report.

Laws: each scan is proven before it is counted, and one that is none of ours is counted as such; the second counter
proves themselves before the transaction; what was missed is reported one by one, never by the count itself.
"""

from collections.abc import Sequence
from typing import Final

from registry.acts import losses, stocktakes
from registry.acts.stocktakes import StocktakeNotClosed
from registry.errors import InvalidError
from registry.ledger import log
from registry.rules import roles
from registry.rules.lifecycle import Step
from registry.rules.roles import Action, Actor
from registry.rules.stocktake import Scanned, Scope, Sorted, StocktakeState, Tally
from registry.views import stocktakes as views
from registry.views.stocktakes import StocktakeRow, StocktakeView
from service.flows import proving
from service.flows.scans import read_scan
from service.papers.stocktake import draw_stocktake
from service.runtime import Runtime

MOST_MISSED: Final = 200
"""How many missed copies a screen lists; the report lists all."""


def begin(runtime: Runtime, actor: Actor, scope: Scope, reason: str) -> int:
    """Begin a count of a scope; return its id."""
    with runtime.deed(actor, "stocktake.begin", "stocktake") as session:
        return stocktakes.begin(session, scope, reason, actor=actor, now=runtime.now())


def count(runtime: Runtime, actor: Actor, stocktake_id: int, scans: Sequence[str]) -> tuple[Sorted, ...]:
    """Take scans into a count, QR texts or typed codes; return what each was. Blank lines are left out."""
    read = [_read(runtime, raw) for raw in scans if raw.strip()]
    with runtime.deed(actor, "stocktake.count", f"stocktake:{stocktake_id}") as session:
        return stocktakes.count(session, stocktake_id, read, actor=actor, now=runtime.now())


def close(
    runtime: Runtime, actor: Actor, stocktake_id: int, second_count: int, *, person_id: int, pin: str
) -> Tally:
    """End a count on the word of a second counter, who proves themselves with their PIN.

    Raises:
        PinRefused, PinClosed: it is not them; recorded.
        NotASecondCounter: they counted, or hold what is counted.
        SecondCountDiffers: they found another number.
    """
    with runtime.refusals(actor, "stocktake.close", f"stocktake:{stocktake_id}"):
        roles.require(actor, Action.TAKE_STOCK)
    second = proving.prove_person(runtime, actor, person_id, pin)
    with runtime.deed(actor, "stocktake.close", f"stocktake:{stocktake_id}") as session:
        return stocktakes.close(
            session, stocktake_id, second_count, second=second, actor=actor, now=runtime.now()
        )


def give_up(runtime: Runtime, actor: Actor, stocktake_id: int, reason: str) -> None:
    """End a count without a result."""
    with runtime.deed(actor, "stocktake.give-up", f"stocktake:{stocktake_id}") as session:
        stocktakes.give_up(session, stocktake_id, reason, actor=actor, now=runtime.now())


def report_missing(runtime: Runtime, actor: Actor, stocktake_id: int, code: str, reason: str) -> None:
    """Record that a copy which a closed count missed is unaccounted for; its clocks run from now on.

    Raises:
        NotMissed: it was seen, was not looked for, or was reported before.
        ImpossibleStep: its state does not allow it any more.
    """
    now = runtime.now()
    with runtime.deed(actor, "copy.report", f"copy:{code}") as session:
        stocktakes.note_reported(session, stocktake_id, code, actor=actor, now=now)
        losses.report(session, code, Step.MISS, reason, actor=actor, now=now)


def listing(runtime: Runtime, actor: Actor) -> tuple[StocktakeRow, ...]:
    """Return all counts, newest first."""
    roles.require(actor, Action.READ_STOCKTAKES)
    with runtime.database.reading() as session:
        return views.stocktakes(session)


def get_stocktake(runtime: Runtime, actor: Actor, stocktake_id: int) -> StocktakeView:
    """Return one count with what it found, and of what it missed the first `MOST_MISSED`."""
    roles.require(actor, Action.READ_STOCKTAKES)
    with runtime.database.reading() as session:
        return views.one_stocktake(session, stocktake_id, most_missed=MOST_MISSED)


def report(runtime: Runtime, actor: Actor, stocktake_id: int) -> bytes:
    """Return the report of a closed count as a PDF.

    Raises:
        StocktakeNotClosed: the count goes on or was given up.
    """
    roles.require(actor, Action.READ_STOCKTAKES)
    with runtime.database.reading() as session:
        view = views.one_stocktake(session, stocktake_id)
        head = log.head(session).short
    if view.head.state is not StocktakeState.CLOSED:
        raise StocktakeNotClosed("got a count that is not closed", state=str(view.head.state))
    return draw_stocktake(view, runtime.settings, ledger=head)


def _read(runtime: Runtime, raw: str) -> Scanned:
    try:
        return Scanned(raw, read_scan(runtime.tokens, raw).code)
    except InvalidError:
        return Scanned(raw, None)
