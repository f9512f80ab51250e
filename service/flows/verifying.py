"""Verifying the ledger from within; the verifier itself trusts nothing of this and also runs alone on an export."""

from collections.abc import Sequence
from typing import TextIO

from registry.ledger import export
from registry.ledger.verifier import Findings, verify
from service.runtime import Runtime


def verify_ledger(runtime: Runtime, *, heads: Sequence[str] = (), notes: Sequence[str] = ()) -> Findings:
    """Check the ledger of this installation.

    Args:
        runtime: Whose ledger.
        heads: Heads kept elsewhere, as printed: ``1000 · 30c28be2d5``.
        notes: Signed checkpoints kept elsewhere.

    Raises:
        UnreadableExport: a head or a note is malformed.
    """
    keys = runtime.ledger_keys
    with runtime.database.reading() as session:
        return verify(
            export.records(session, keys),
            keys=[str(key) for key in keys],
            heads=list(heads),
            notes=list(notes),
        )


def export_ledger(runtime: Runtime, stream: TextIO) -> None:
    """Write everything the verifier needs: no name and no title is in it."""
    with runtime.database.reading() as session:
        export.write(session, stream, runtime.ledger_keys)
