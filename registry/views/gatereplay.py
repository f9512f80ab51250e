"""Past verdicts at gates, judged again: from what is kept beside the event, under the rules then in force.

Nothing is taken from the verdict that was recorded but to hold it against what comes out. Whether the ledger itself is
whole, its verifier tells.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.errors import InvalidError
from registry.gatelog import event_facts, raw_hash
from registry.ledger.entries import parse_entry
from registry.models import GateEvent, LedgerEntry
from registry.rows import UnknownRow
from registry.rules.canonical import canonical_bytes
from registry.rules.rejudging import PastVerdict, Rejudged, rejudge
from registry.ruling import in_force
from registry.views.gates import EventRow, event_row, event_rows

AT_ONCE: Final = 200
WHOLE_RAW: Final = 200
"""From so many characters on, a row may keep only the beginning of what was scanned."""

_JUDGED: Final = frozenset({"gate.passed", "gate.refused"})
_OVERRIDDEN: Final = "gate.overridden"

Entries = Mapping[str, Any]


@dataclass(frozen=True)
class GateReplay:
    """An event, and what it comes to when it is judged again."""

    row: EventRow
    again: Rejudged


def gate_replay(session: Session, event_id: int) -> GateReplay:
    """Return an event judged again.

    Raises:
        UnknownRow: there is none under this id.
    """
    found = _replays(session, event_rows().where(GateEvent.id == event_id))
    if not found:
        raise UnknownRow(GateEvent.__tablename__, event_id)
    return found[0]


def gate_replays(session: Session) -> Iterator[GateReplay]:
    """Yield every event judged again, oldest first."""
    last = 0
    while True:
        query = event_rows().where(GateEvent.id > last).order_by(GateEvent.id).limit(AT_ONCE)
        found = _replays(session, query)
        yield from found
        if len(found) < AT_ONCE:
            return
        last = found[-1].row.id
        session.expunge_all()


def _replays(session: Session, query: Any) -> list[GateReplay]:  # noqa: ANN401 - a query of events, see `event_rows`
    rows = session.execute(query).all()
    entries = _entries(session, [event.id for event, _ in rows])
    return [
        GateReplay(
            event_row(event, by),
            rejudge(_past(event, entries.get(event.id, {})), in_force(session, event.happened_at)),
        )
        for event, by in rows
    ]


def _past(event: GateEvent, entries: Mapping[str, Entries]) -> PastVerdict:
    """Return an event as it is on record; a supervisor's word may have given it a permit afterwards."""
    judged = next((entries[kind] for kind in _JUDGED if kind in entries), None)
    overridden = entries.get(_OVERRIDDEN)
    row = event_facts(event)
    entry = None
    if judged is not None:
        entry = judged if overridden is None else {**judged, "permit": overridden["permit"]}
        entry = {**entry, "at": judged["at"], "overridden_by": overridden and overridden["by"]}
    row |= {"at": event.happened_at, "overridden_by": event.override_by_id}
    if len(event.raw_code) < WHOLE_RAW:
        row["raw_sha256"] = raw_hash(event.raw_code)
    return PastVerdict(
        row=json.loads(canonical_bytes(row)),
        entry=entry,
        situation=event.situation,
        permit_id=None if judged is None else judged["permit"],
        facts={key: value for key, value in event.facts.items() if key not in {"shown", "proof"}},
    )


def _entries(session: Session, event_ids: Sequence[int]) -> dict[int, dict[str, Entries]]:
    """Return, by event and kind, what the ledger says of events: an entry's facts, its time and its person."""
    subjects = {f"gate-event:{event_id}": event_id for event_id in event_ids}
    query = sa.select(LedgerEntry.body).where(LedgerEntry.subject.in_(subjects)).order_by(LedgerEntry.seq)
    found: dict[int, dict[str, Entries]] = {}
    for body in session.scalars(query):
        try:
            entry = parse_entry(body)
        except InvalidError:
            continue  # the verifier names it; here its event has no entry
        if entry.subject in subjects and entry.kind in _JUDGED | {_OVERRIDDEN}:
            told = {**entry.facts, "at": entry.at, "by": entry.actor.get("person")}
            found.setdefault(subjects[entry.subject], {}).setdefault(entry.kind, told)
    return found
