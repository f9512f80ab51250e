"""What waits for a person, and whether the ledger is well."""

from dataclasses import dataclass
from datetime import datetime

from registry.ledger import log
from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.views import desk as views
from registry.views.desk import Pile
from service.runtime import Runtime


@dataclass(frozen=True)
class LedgerState:
    """How large the ledger is and how much of it a checkpoint vouches for.

    Attributes:
        short: Size and the first characters of the root, as printed on papers.
        unsigned: Entries after the newest checkpoint.
    """

    size: int
    short: str
    unsigned: int
    signed_at: datetime | None


@dataclass(frozen=True)
class Desk:
    """A person's desk; ``ledger`` for those who may verify it."""

    piles: tuple[Pile, ...]
    ledger: LedgerState | None


def lay_out(runtime: Runtime, actor: Actor) -> Desk:
    """Return what waits for the actor."""
    with runtime.database.reading() as session:
        piles = views.desk(session, actor, now=runtime.now())
        if not roles.may(actor, Action.VERIFY_LEDGER):
            return Desk(piles, None)
        head, signed = log.head(session), log.last_checkpoint(session)
    size = signed.size if signed else 0
    return Desk(piles, LedgerState(head.size, head.short, head.size - size, signed.at if signed else None))
