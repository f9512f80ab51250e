"""The ledger is looked at: whoever has names revealed or takes the ledger away is in it."""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.ledger import log
from registry.rules import roles
from registry.rules.roles import Action, Actor


def record_look(session: Session, seq: int, *, actor: Actor, now: datetime) -> None:
    """Record that an entry is read with the names in it revealed.

    Raises:
        UnknownEntry: there is none with this number.
    """
    roles.require(actor, Action.READ_LEDGER)
    size = log.head(session).size
    if not 1 <= seq <= size:
        raise log.UnknownEntry(f"got entry {seq} of a ledger of {size}", seq=seq)
    log.append(session, "ledger.entry-read", f"entry:{seq}", actor=actor, now=now)


def record_export(session: Session, *, actor: Actor, now: datetime) -> None:
    """Record that the ledger is taken away as a file; the file has this entry as its last."""
    roles.require(actor, Action.READ_LEDGER)
    log.append(session, "ledger.exported", "ledger", actor=actor, now=now)
