"""What the ledger tells about one subject, with the names of those who appear in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from registry.ledger import log
from registry.ledger.entries import Entry
from registry.views.holdings import Name
from registry.views.people import names

_PERSON_FACTS: Final = frozenset({"recipient", "receiver", "holder", "returned_by"})
_PRIVATE: Final = "private"


@dataclass(frozen=True)
class Event:
    """One entry about a subject.

    Attributes:
        seq: Number in the ledger.
        by: Who did it; None for the worker and the upkeep.
        persons: The persons among the facts, by the fact's name.
        words: The texts among the facts, by the fact's name; one whose salt was deleted is absent.
        facts: The facts as written.
    """

    seq: int
    kind: str
    at: datetime
    by: Name | None
    persons: Mapping[str, Name]
    words: Mapping[str, str]
    facts: Mapping[str, Any]


def history(session: Session, subject: str, kind: str) -> tuple[Event, ...]:
    """Return what happened to a subject, newest first.

    Args:
        session: Any session.
        subject: Such as ``copy:0123456789ABC``.
        kind: Kind of entries; ``copy.`` with its dot means all kinds that start so.
    """
    entries = list(log.read(session, subject=subject, kind=kind, newest_first=True))
    known = names(session, {person for entry in entries for person in _persons(entry)})
    told = log.reveal(session, [hidden for entry in entries for hidden in _hidden(entry).values()])
    return tuple(_event(entry, known, told) for entry in entries)


def _event(entry: Entry, known: Mapping[int, Name], told: Mapping[str, str]) -> Event:
    return Event(
        seq=entry.seq,
        kind=entry.kind,
        at=datetime.fromisoformat(entry.at),
        by=known.get(entry.actor.get("person") or 0),
        persons={fact: known[entry.facts[fact]] for fact in _PERSON_FACTS if entry.facts.get(fact) in known},
        words={fact: told[hidden] for fact, hidden in _hidden(entry).items() if hidden in told},
        facts=entry.facts,
    )


def _persons(entry: Entry) -> Iterator[int]:
    for person in (entry.actor.get("person"), *(entry.facts.get(fact) for fact in _PERSON_FACTS)):
        if isinstance(person, int):
            yield person


def _hidden(entry: Entry) -> dict[str, str]:
    """Return the commitments among the facts."""
    return {
        name: fact[_PRIVATE]
        for name, fact in entry.facts.items()
        if isinstance(fact, Mapping) and _PRIVATE in fact
    }
