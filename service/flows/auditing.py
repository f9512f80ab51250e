"""The ledger is read, verified and taken away by those whose work it is."""

import json
from collections.abc import Iterator

from registry.acts import auditing
from registry.ledger import export
from registry.ledger.verifier import Findings
from registry.rules import roles
from registry.rules.roles import Action, Actor
from registry.views import ledger
from registry.views.ledger import EntryView, LineFilter, Lines, Standing
from service.flows import verifying
from service.runtime import Runtime


def standing(runtime: Runtime, actor: Actor) -> Standing:
    """Return how large the ledger is and how far it is signed."""
    with runtime.database.reading() as session:
        return ledger.standing(session, actor)


def lines(runtime: Runtime, actor: Actor, wanted: LineFilter) -> Lines:
    """Return one page of entries, newest first; no name behind a commitment is revealed."""
    with runtime.database.reading() as session:
        return ledger.list_lines(session, wanted, actor)


def kinds(runtime: Runtime, actor: Actor) -> tuple[str, ...]:
    """Return every kind of entry that occurs."""
    with runtime.database.reading() as session:
        return ledger.kinds(session, actor)


def entry(runtime: Runtime, actor: Actor, seq: int) -> EntryView:
    """Record that an entry is read, and return it with names revealed and its proof.

    Raises:
        PermissionDenied, UnknownEntry: recorded.
    """
    with runtime.deed(actor, "ledger.read", f"entry:{seq}") as session:
        auditing.record_look(session, seq, actor=actor, now=runtime.now())
    with runtime.database.reading() as session:
        return ledger.get_entry(session, seq, actor)


def verify(runtime: Runtime, actor: Actor) -> Findings:
    """Check the ledger against itself, its checkpoints and the tables.

    Raises:
        PermissionDenied: the actor may not.
    """
    with runtime.refusals(actor, "ledger.verify", "ledger"):
        roles.require(actor, Action.VERIFY_LEDGER)
    return verifying.verify_ledger(runtime)


def take_export(runtime: Runtime, actor: Actor) -> Iterator[str]:
    """Record that the ledger is taken away, and return the lines of the export.

    A ledger too damaged to be appended to is exported at the command line, where nothing is recorded.
    """
    with runtime.deed(actor, "ledger.export", "ledger") as session:
        auditing.record_export(session, actor=actor, now=runtime.now())
    return _export_lines(runtime)


def _export_lines(runtime: Runtime) -> Iterator[str]:
    with runtime.database.reading() as session:
        for record in export.records(session, runtime.ledger_keys):
            yield json.dumps(record, separators=(",", ":")) + "\n"
