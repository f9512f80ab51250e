"""A ledger in memory, honest at first, and the ways in which insiders change one."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from registry.ledger import merkle
from registry.ledger.entries import entry_body
from registry.ledger.notes import CheckpointText, KeySigner, sign_note
from registry.rules.canonical import utc_text
from registry.rules.roles import Actor

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
SIGNER = KeySigner("ledger.example/log", b"k" * 32)
THIEF = KeySigner("ledger.example/log", b"t" * 32)
STATES = ("IN_STOCK", "IN_TRANSIT", "HELD")


@dataclass
class Row:
    """One row of the table of entries."""

    seq: int
    kind: str
    subject: str
    at: str
    body: bytes
    leaf: bytes


@dataclass
class Ledger:
    """All tables of a ledger, as an insider finds them."""

    rows: list[Row] = field(default_factory=list)
    subtrees: dict = field(default_factory=dict)
    tree: tuple = (0, b"")
    checkpoints: dict = field(default_factory=dict)
    states: dict = field(default_factory=dict)
    announces_states: bool = True

    def records(self, *, key=SIGNER):
        """Return an export."""
        found = [
            {
                "record": "header",
                "format": "foliotrace-ledger",
                "v": 1,
                "keys": [str(key.public_key)],
                "states": self.announces_states,
            }
        ]
        found += [
            {
                "record": "entry",
                "seq": row.seq,
                "kind": row.kind,
                "subject": row.subject,
                "at": row.at,
                "body": base64.b64encode(row.body).decode(),
                "leaf": row.leaf.hex(),
            }
            for row in self.rows
        ]
        found += [
            {"record": "subtree", "level": level, "index": index, "hash": value.hex()}
            for (level, index), value in sorted(self.subtrees.items())
        ]
        found += [
            {"record": "checkpoint", "size": size, "root": root.hex(), "note": note}
            for size, (root, note) in sorted(self.checkpoints.items())
        ]
        found.append({"record": "tree", "size": self.tree[0], "frontier": self.tree[1].hex()})
        if self.announces_states:
            found += [
                {"record": "state", "copy": copy, "state": state}
                for copy, state in sorted(self.states.items())
            ]
        return [*found, {"record": "end", "records": len(found)}]

    def rehash_tree(self):
        """Write every subtree and the tree's row again, so that they agree with the stored leaf hashes."""
        frontier, self.subtrees = merkle.Frontier(), {}
        for row in self.rows:
            frontier, completed = frontier.append(row.leaf)
            self.subtrees |= {(each.level, each.index): each.hash for each in completed}
        self.tree = (frontier.size, frontier.to_bytes())

    def rehash_leaves(self):
        """Write every leaf hash again, so that it agrees with its body."""
        for row in self.rows:
            row.leaf = merkle.leaf_hash(row.body)

    def sign(self, signer=SIGNER):
        """Store a checkpoint over what the tree's row says."""
        frontier = merkle.Frontier.from_bytes(*self.tree)
        text = str(CheckpointText(signer.public_key.name, frontier.size, frontier.root()))
        self.checkpoints[frontier.size] = (frontier.root(), sign_note(text, signer))

    def renumber(self):
        """Give the rows consecutive numbers again; the bodies keep theirs."""
        for seq, row in enumerate(self.rows, 1):
            row.seq = seq

    def rewrite(self, place, *, subject="copy:FORGED"):
        """Give the entry at ``place`` (from 0) another body, and columns to match."""
        row = self.rows[place]
        self.rows[place] = make_row(row.seq, subject, "HELD", row.leaf)


def make_row(seq, subject, state, leaf=None):
    """Return a row that says that a copy is now in ``state``."""
    at = START + timedelta(minutes=seq)
    actor = Actor(1, 1, 1, frozenset())
    body = entry_body(seq, "copy.moved", subject, actor=actor, at=at, facts={"state": state})
    return Row(seq, "copy.moved", subject, utc_text(at), body, leaf or merkle.leaf_hash(body))


def honest_ledger(size, signed_at=()):
    """Return a ledger of ``size`` entries over five copies, check-pointed at some sizes."""
    ledger = Ledger()
    for seq in range(1, size + 1):
        copy, state = f"COPY{seq % 5}", STATES[seq % 3]
        ledger.rows.append(make_row(seq, f"copy:{copy}", state))
        ledger.states[copy] = state
        if seq in signed_at:
            ledger.rehash_tree()
            ledger.sign()
    ledger.rehash_tree()
    return ledger
