"""The ledger as a file that the verifier reads: all it stores about itself, and where the tables say every copy is.

The values behind commitments stay inside: an export carries no name and no title.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.ledger.notes import PublicKey
from registry.ledger.verifier import FORMAT, VERSION
from registry.models import Copy
from registry.models.ledger import LedgerCheckpoint, LedgerEntry, LedgerSubtree, LedgerTree
from registry.rules.canonical import utc_text

_READ_AT_ONCE = 1000


def records(session: Session, keys: Sequence[PublicKey]) -> Iterator[dict[str, Any]]:
    """Yield the records of an export, in their order.

    Args:
        session: A transaction that sees one state of the ledger throughout.
        keys: The keys that have signed checkpoints.
    """
    count = 0
    for record in _content(session, keys):
        count += 1
        yield record
    yield {"record": "end", "records": count}


def write(session: Session, stream: TextIO, keys: Sequence[PublicKey]) -> None:
    """Write an export: UTF-8, one JSON object a line."""
    stream.writelines(json.dumps(record, separators=(",", ":")) + "\n" for record in records(session, keys))


def _content(session: Session, keys: Sequence[PublicKey]) -> Iterator[dict[str, Any]]:
    yield {
        "record": "header",
        "format": FORMAT,
        "v": VERSION,
        "keys": [str(key) for key in keys],
        "states": True,
    }
    in_portions = {"yield_per": _READ_AT_ONCE}
    entries = sa.select(
        LedgerEntry.seq,
        LedgerEntry.kind,
        LedgerEntry.subject,
        LedgerEntry.at,
        LedgerEntry.body,
        LedgerEntry.leaf_hash,
    ).order_by(LedgerEntry.seq)
    for row in session.execute(entries, execution_options=in_portions):
        yield {
            "record": "entry",
            "seq": row.seq,
            "kind": row.kind,
            "subject": row.subject,
            "at": utc_text(row.at),
            "body": base64.b64encode(row.body).decode(),
            "leaf": row.leaf_hash.hex(),
        }
    subtrees = sa.select(LedgerSubtree.level, LedgerSubtree.position, LedgerSubtree.hash).order_by(
        LedgerSubtree.level, LedgerSubtree.position
    )
    for node in session.execute(subtrees, execution_options=in_portions):
        yield {"record": "subtree", "level": node.level, "index": node.position, "hash": node.hash.hex()}
    checkpoints = sa.select(LedgerCheckpoint.size, LedgerCheckpoint.root, LedgerCheckpoint.note).order_by(
        LedgerCheckpoint.size
    )
    for signed in session.execute(checkpoints):
        yield {"record": "checkpoint", "size": signed.size, "root": signed.root.hex(), "note": signed.note}
    for tree in session.execute(sa.select(LedgerTree.size, LedgerTree.frontier)):
        yield {"record": "tree", "size": tree.size, "frontier": tree.frontier.hex()}
    for copy in session.execute(
        sa.select(Copy.code, Copy.state).order_by(Copy.code), execution_options=in_portions
    ):
        yield {"record": "state", "copy": copy.code, "state": str(copy.state)}
