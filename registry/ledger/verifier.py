"""Check an export of the ledger without trusting whoever made it.

One file, standard library only: it can be carried to another machine and run there, unplugged::

    python verifier.py EXPORT [--key KEY] [--note FILE] [--head "SIZE · ROOT"]

It hashes the stored *bodies* and never believes a stored hash. From the bodies it builds the tree anew and holds it
against the stored hashes, the signed checkpoints, and what its reader has kept elsewhere: notes, and heads printed at
the foot of papers. It replays where every copy stands and compares that with the tables. Laws:

* It names the first bad entry as exactly as what is left allows: one entry where its stored hash was forgotten, a range
  where every hash up to the next signed checkpoint was written again.
* It never claims more than it saw: entries after the last checkpoint are protected by nothing, and are counted.
* The kind of the first fault is the exit code.

Formats: RFC 9162 §2.1 (tree), c2sp.org/signed-note and tlog-checkpoint, RFC 8032 §5.1.7 (Ed25519). The export and every
fault are told in docs/ledger-format.md.
"""

import argparse
import base64
import contextlib
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

FORMAT = "foliotrace-ledger"
VERSION = 1
BODY_START = b'{"v":1,'
LARGEST_GAP = 10_000_000
"""More missing entries at once are not counted out but refused: a forged number shall not fill the memory."""
FEWEST_ROOT_CHARS = 10
MOST_LINES_SHOWN = 20
GONE = "GONE"
"""State of a copy whose import was undone: the tables no longer have it."""
EMPTY_ROOT = hashlib.sha256(b"").digest()

Record: TypeAlias = Mapping[str, Any]


class Kind(IntEnum):
    """What is wrong; also the exit code. Of two faults at one entry the lower number is told."""

    UNREADABLE = 3
    """The export is not what it says it is, or not whole."""
    MISSING = 10
    """Entries are gone from the middle."""
    TRUNCATED = 11
    """Entries are gone from the end."""
    EXTRA = 12
    """An entry stands twice, was put in, or lies beyond the tree."""
    REORDERED = 13
    """Entries changed places."""
    EDITED = 14
    """A body does not have its stored hash."""
    MALFORMED = 15
    """A body is not the body of an entry."""
    COLUMN = 16
    """The number, kind, subject or time beside a body is not the one in it."""
    REWRITTEN = 17
    """A body and its hash were changed together: a subtree or checkpoint says otherwise."""
    SUBTREE = 18
    """A stored subtree is wrong or missing while the entries are right."""
    CHECKPOINT = 19
    """A checkpoint is not signed by the key, or says something else than its row."""
    TREE = 20
    """The tree's row does not describe the entries."""
    STATE = 21
    """A copy's state in the tables is not the one its last entry left it in."""


_CHANGES_THE_TREE = frozenset({Kind.MISSING, Kind.TRUNCATED, Kind.EXTRA, Kind.REORDERED, Kind.MALFORMED})


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong, with the range of entries it lies in."""

    first: int
    kind: Kind
    last: int
    note: str

    def __str__(self) -> str:
        place = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return f"entry {place}: {self.kind.name}: {self.note}"


def _weight(fault: Fault) -> tuple[bool, Fault]:
    """Return the sorting key of faults: states last, for a damaged ledger replays to wrong ones."""
    return fault.kind is Kind.STATE, fault


@dataclass(frozen=True)
class Findings:
    """What the verification came to.

    Attributes:
        size: How many entries there are.
        root: Root of the tree built from their bodies; empty where entries are missing.
        faults: Everything that is wrong, first entry first; differing states after all else.
        signed_size: Size of the last checkpoint that holds.
        outside_size: Size of the last note or head kept elsewhere that holds.
        own_key: Whether the reader gave the key; otherwise the export's own was used, which proves no origin.
        states: Where every copy stands according to the entries.
    """

    size: int
    root: bytes
    faults: tuple[Fault, ...]
    signed_size: int
    outside_size: int
    own_key: bool
    states: Mapping[str, str]

    @property
    def first(self) -> Fault | None:
        """The first fault."""
        return self.faults[0] if self.faults else None

    @property
    def exit_code(self) -> int:
        """0, or the kind of the first fault."""
        return int(self.first.kind) if self.first else 0

    @property
    def tail(self) -> int:
        """How many entries come after the last checkpoint that holds; nothing protects them."""
        return self.size - self.signed_size

    @property
    def outside_tail(self) -> int:
        """How many entries come after the last head kept elsewhere; a cut there would not show."""
        return self.size - self.outside_size

    def lines(self) -> Iterator[str]:
        """Yield the findings as text."""
        yield f"entries: {self.size}"
        yield f"root: {self.root.hex() or 'cannot be built'}"
        yield f"key: {'given' if self.own_key else 'from the export itself: proves no origin'}"
        yield f"signed up to: {self.signed_size}"
        yield f"unprotected tail: {self.tail}"
        yield f"after the last head kept elsewhere: {self.outside_tail}"
        for fault in self.faults[:MOST_LINES_SHOWN]:
            yield str(fault)
        if len(self.faults) > MOST_LINES_SHOWN:
            yield f"and {len(self.faults) - MOST_LINES_SHOWN} more"
        yield f"first bad entry: {self.first.first}" if self.first else "no fault found"


class UnreadableExport(ValueError):
    """A line of the export is no record, or a note given by the reader is none."""


@dataclass(frozen=True)
class _Head:
    """A size with the beginning of its root, and where it comes from."""

    size: int
    root_start: str
    source: str


def verify(
    source: Iterable[Record],
    *,
    keys: Sequence[str] = (),
    notes: Sequence[str] = (),
    heads: Sequence[str] = (),
) -> Findings:
    """Check an export.

    Args:
        source: Its records.
        keys: Public keys the reader trusts, as ``name+id+base64``; without any, those of the export are used.
        notes: Signed checkpoints kept elsewhere.
        heads: Heads kept elsewhere, as printed: ``1000 · 30c28be2d5``.

    Raises:
        UnreadableExport: the export breaks off or is of another format, or a given key, note or head is malformed.
    """
    export = _Export()
    export.read(source)
    trusted = [_parse_key(key) for key in keys or export.keys]
    outside = [_head_of_note(note, trusted, "note kept elsewhere") for note in notes]
    outside += [_parse_head(head) for head in heads]
    return _Verification(export, trusted, outside).run(own_key=bool(keys))


def read_lines(lines: Iterable[str]) -> Iterator[Record]:
    """Yield the records of an export in its written form, one JSON object a line.

    Raises:
        UnreadableExport: a line is none.
    """
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
        except ValueError as error:
            raise UnreadableExport(f"line {number} is not JSON") from error
        if not isinstance(record, dict):
            raise UnreadableExport(f"line {number} is no record")
        yield record


class _Export:
    """The records of an export, sorted out; bodies are hashed and read on the way and not kept."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.faults: list[Fault] = []
        self.leaves: list[bytes | None] = []
        self.body_seqs: list[int] = []
        self.stored_leaves: dict[int, bytes] = {}
        self.subtrees: dict[tuple[int, int], bytes] = {}
        self.checkpoints: list[Record] = []
        self.tree: tuple[int, bytes] | None = None
        self.last_states: dict[str, tuple[str, int]] = {}
        self.table_states: dict[str, str] | None = None

    def read(self, source: Iterable[Record]) -> None:
        take = {
            "entry": self._take_entry,
            "subtree": self._take_subtree,
            "checkpoint": self.checkpoints.append,
            "tree": self._take_tree,
            "state": self._take_state,
        }
        is_whole = False
        for count, record in enumerate(source):
            name = str(record.get("record"))
            if count == 0:
                self._take_header(record)
            elif is_whole or name not in {*take, "end"}:
                raise UnreadableExport(f"record {count + 1} is out of place")
            elif name == "end":
                is_whole = record.get("records") == count
            else:
                try:
                    take[name](record)
                except (KeyError, TypeError, ValueError) as error:
                    raise UnreadableExport(f"record {count + 1} is malformed: {error}") from error
        if not is_whole:
            raise UnreadableExport("the export breaks off: its last line does not count its records")

    def _take_header(self, record: Record) -> None:
        if (record.get("record"), record.get("format")) != ("header", FORMAT):
            raise UnreadableExport("the file does not begin as an export of a ledger")
        if record.get("v") != VERSION:
            raise UnreadableExport(f"got version {record.get('v')}, this verifier reads {VERSION}")
        self.keys = [str(key) for key in record.get("keys", [])]
        self.table_states = {} if record.get("states") else None

    def _take_entry(self, record: Record) -> None:
        seq, body = int(record["seq"]), base64.b64decode(record["body"], validate=True)
        expected = len(self.leaves) + 1
        if seq < expected:
            self._fault(seq, Kind.EXTRA, "a second entry with this number")
            return
        if seq - expected > LARGEST_GAP:
            raise ValueError(f"entry {seq} after entry {expected - 1}")
        if seq > expected:
            self._fault(expected, Kind.MISSING, "no such entry", last=seq - 1)
            self.leaves.extend([None] * (seq - expected))
            self.body_seqs.extend(range(expected, seq))
        leaf = hashlib.sha256(b"\x00" + body).digest()
        self.leaves.append(leaf)
        if leaf != (stored := bytes.fromhex(record["leaf"])):
            self.stored_leaves[seq] = stored
        self.body_seqs.append(self._read_body(seq, body, record))

    def _read_body(self, seq: int, body: bytes, record: Record) -> int:
        """Compare the columns with the body; return the number that the body gives itself."""
        try:
            entry = json.loads(body) if body.startswith(BODY_START) else {}
            kind, subject, at, facts = entry["kind"], entry["subject"], entry["at"], entry["facts"]
            own_seq = int(entry["seq"])
            state = facts.get("state")
        except (ValueError, KeyError, TypeError, AttributeError):
            self._fault(seq, Kind.MALFORMED, f"not the body of an entry of version {VERSION}")
            return seq
        wrong = [
            name for name, got in (("kind", kind), ("subject", subject), ("at", at)) if record[name] != got
        ]
        if wrong:
            self._fault(seq, Kind.COLUMN, f"{', '.join(wrong)} beside the body differs from it")
        if isinstance(kind, str) and kind.startswith("copy.") and state is not None:
            self.last_states[str(subject).partition(":")[2]] = (str(state), seq)
        return own_seq

    def _take_subtree(self, record: Record) -> None:
        self.subtrees[int(record["level"]), int(record["index"])] = bytes.fromhex(record["hash"])

    def _take_tree(self, record: Record) -> None:
        self.tree = (int(record["size"]), bytes.fromhex(record["frontier"]))

    def _take_state(self, record: Record) -> None:
        if self.table_states is None:
            raise ValueError("states that the header did not announce")
        self.table_states[str(record["copy"])] = str(record["state"])

    def _fault(self, first: int, kind: Kind, note: str, *, last: int | None = None) -> None:
        self.faults.append(Fault(first, kind, first if last is None else last, note))


class _Tree:
    """All complete subtrees over the leaves, and where a stored one differs from them or is missing.

    Where leaves are missing the stored subtree stands in, so that what follows can still be checked.
    """

    def __init__(self, leaves: Sequence[bytes | None], stored: Mapping[tuple[int, int], bytes]) -> None:
        self.levels: list[list[bytes | None]] = [list(leaves)]
        self.differing: list[tuple[int, int]] = []
        while len(self.levels[-1]) > 1:
            self.levels.append(list(self._next_level(self.levels[-1], len(self.levels), stored)))

    def root(self, size: int) -> bytes | None:
        """Return the root at ``size``; ``None`` where missing entries leave it unknown."""
        root: bytes | None = None
        for node in reversed(self.frontier(size)):
            if node is None:
                return None
            root = node if root is None else hashlib.sha256(b"\x01" + node + root).digest()
        return EMPTY_ROOT if root is None else root

    def frontier(self, size: int) -> list[bytes | None]:
        """Return the complete subtrees that the tree of ``size`` is made of, largest first."""
        nodes: list[bytes | None] = []
        while size:
            level = (size & -size).bit_length() - 1
            nodes.append(self.levels[level][(size >> level) - 1])
            size -= 1 << level
        return nodes[::-1]

    def _next_level(
        self, below: Sequence[bytes | None], level: int, stored: Mapping[tuple[int, int], bytes]
    ) -> Iterator[bytes | None]:
        for index in range(len(below) // 2):
            left, right = below[2 * index], below[2 * index + 1]
            if left is None or right is None:
                yield stored.get((level, index))
                continue
            node = hashlib.sha256(b"\x01" + left + right).digest()
            if node != stored.get((level, index)):
                self.differing.append((level, index))
            yield node


class _Verification:
    """The comparison of an export's entries with everything that vouches for them."""

    def __init__(self, export: _Export, keys: "Sequence[_Key]", outside: "Sequence[_Head]") -> None:
        self._export = export
        self._keys = keys
        self._outside = outside
        self._faults = list(export.faults)
        self._size = len(export.leaves)
        self._tree = _Tree(export.leaves, export.subtrees)

    def run(self, *, own_key: bool) -> Findings:
        self._check_numbers()
        heads = [*self._signed_heads(), *self._outside]
        good = self._check_heads(heads)
        self._check_leaves(good)
        self._check_subtrees(good)
        self._check_tree()
        self._check_states()
        outside = [head.size for head in self._outside if head.size in good]
        return Findings(
            size=self._size,
            root=b"" if None in self._export.leaves else self._tree.root(self._size) or b"",
            faults=tuple(sorted(set(self._faults), key=_weight)),
            signed_size=max(good, default=0),
            outside_size=max(outside, default=0),
            own_key=own_key,
            states={copy: state for copy, (state, _) in self._export.last_states.items()},
        )

    def _check_numbers(self) -> None:
        """Find entries whose body gives itself another number: dropped, put in, or in another order."""
        present = set(self._export.body_seqs)
        shift = 0
        for seq, own in enumerate(self._export.body_seqs, 1):
            if own - seq == shift:
                continue
            if own - seq != 0 or shift != 0:
                self._name_shift(seq, own, present)
            shift = own - seq

    def _name_shift(self, seq: int, own: int, present: set[int]) -> None:
        if own == seq:
            return  # back in step
        if own > seq and seq not in present:
            self._fault(seq, Kind.MISSING, f"here stands what was entry {own}", last=own - 1)
        elif own > seq:
            self._fault(seq, Kind.REORDERED, f"here stands what was entry {own}", last=own)
        elif own > 0 and self._export.body_seqs[own - 1] == own:
            self._fault(own, Kind.EXTRA, f"entry {seq} is also entry {own}", last=seq)
        else:
            self._fault(seq, Kind.REORDERED, f"here stands what was entry {own}")

    def _signed_heads(self) -> list[_Head]:
        found: list[_Head] = []
        for record in self._export.checkpoints:
            try:
                size, root = int(record["size"]), str(record["root"])
                head = _head_of_note(str(record["note"]), self._keys, "checkpoint")
            except (KeyError, TypeError, ValueError) as error:
                number = record.get("size")
                self._fault(number if isinstance(number, int) else 0, Kind.CHECKPOINT, str(error))
                continue
            if (head.size, head.root_start) != (size, root):
                self._fault(size, Kind.CHECKPOINT, "the row says something else than its note")
            found.append(head)
        return found

    def _check_heads(self, heads: list[_Head]) -> set[int]:
        """Hold the tree against every head; return the sizes that agree."""
        good: set[int] = set()
        bad: list[_Head] = []
        for head in sorted(heads, key=lambda head: head.size):
            if head.size > self._size:
                self._fault(self._size + 1, Kind.TRUNCATED, f"a {head.source} covers them", last=head.size)
                continue
            root = self._tree.root(head.size)
            if root is None:
                continue
            if root.hex().startswith(head.root_start):
                good.add(head.size)
            else:
                bad.append(head)
        agreed = max(good, default=0)
        for head in bad:
            if head.size <= agreed:
                self._fault(head.size, Kind.CHECKPOINT, f"the {head.source} is of another history")
        failing = [head for head in bad if head.size > agreed]
        if failing:
            self._explain(agreed + 1, failing[0])
        return good

    def _explain(self, since: int, head: "_Head") -> None:
        """Say what makes the first head fail that does, unless faults already named explain all of it."""
        if any(fault.kind in _CHANGES_THE_TREE and fault.first <= head.size for fault in self._faults):
            return
        tree, stored = self._tree, self._export.stored_leaves
        if stored:
            leaves = [stored.get(seq, leaf) for seq, leaf in enumerate(self._export.leaves, 1)]
            tree = _Tree(leaves, self._export.subtrees)
            if (tree.root(head.size) or b"").hex().startswith(head.root_start):
                return  # the bodies whose stored hashes differ are all there is
        spans = [
            (max(since, (index << level) + 1), min(head.size, (index + 1) << level))
            for level, index in tree.differing
            if (index << level) < head.size and (index + 1) << level >= since
        ]
        first, last = min(spans, key=lambda span: (span[1] - span[0], span), default=(since, head.size))
        self._fault(first, Kind.REWRITTEN, f"the {head.source} at {head.size} says otherwise", last=last)

    def _check_leaves(self, good: set[int]) -> None:
        for seq in self._export.stored_leaves:
            vouched = any(size >= seq for size in good)
            note = "its stored hash was changed, the body holds" if vouched else "the body was changed"
            self._fault(seq, Kind.EDITED, note)

    def _check_subtrees(self, good: set[int]) -> None:
        """Tell stored subtrees that differ although no fault among their entries explains it."""
        covered: list[tuple[int, int]] = [(fault.first, fault.last) for fault in self._faults]
        for level, index in self._tree.differing:
            first, last = (index << level) + 1, (index + 1) << level
            if any(first <= end and start <= last for start, end in covered):
                continue
            covered.append((first, last))
            stored = self._export.subtrees.get((level, index))
            if stored is None or any(size >= last for size in good):
                state = "missing" if stored is None else "wrong"
                self._fault(first, Kind.SUBTREE, f"the stored subtree over them is {state}", last=last)
            else:
                self._fault(first, Kind.REWRITTEN, "the stored subtree over them says otherwise", last=last)
        for level, index in self._export.subtrees:
            if level < 1 or level >= len(self._tree.levels) or index >= len(self._tree.levels[level]):
                last = (index + 1) << max(level, 0)
                if last > self._size and not any(fault.kind is Kind.TRUNCATED for fault in self._faults):
                    self._fault(self._size + 1, Kind.TRUNCATED, "a stored subtree covers them", last=last)

    def _check_tree(self) -> None:
        if self._export.tree is None:
            if self._size:
                self._fault(self._size, Kind.TREE, "the tree's row is missing")
            return
        size, frontier = self._export.tree
        if size > self._size:
            self._fault(self._size + 1, Kind.TRUNCATED, "the tree's row counts them", last=size)
        elif size < self._size:
            self._fault(size + 1, Kind.EXTRA, "beyond the size in the tree's row", last=self._size)
        elif not self._faults and frontier != b"".join(node or b"" for node in self._tree.frontier(size)):
            self._fault(self._size, Kind.TREE, "the tree's row has other hashes")

    def _check_states(self) -> None:
        tables, entries = self._export.table_states, self._export.last_states
        if tables is None:
            return
        for copy, (state, seq) in entries.items():
            if tables.get(copy) != (None if state == GONE else state):
                self._fault(
                    seq, Kind.STATE, f"copy {copy} is {tables.get(copy, 'not there')}, was left {state}"
                )
        for copy in sorted(set(tables) - set(entries)):
            self._fault(0, Kind.STATE, f"copy {copy} is {tables[copy]}, no entry knows it")

    def _fault(self, first: int, kind: Kind, note: str, *, last: int | None = None) -> None:
        self._faults.append(Fault(first, kind, first if last is None else last, note))


@dataclass(frozen=True)
class _Key:
    name: str
    id: bytes
    key: bytes


def _parse_key(text: str) -> _Key:
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise UnreadableExport("a key is malformed") from error
    own_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if len(raw) != 1 + 32 or raw[0] != 1 or own_id.hex() != key_id:
        raise UnreadableExport("a key is not an Ed25519 key with its id")
    return _Key(name, own_id, raw[1:])


def _head_of_note(note: str, keys: Sequence[_Key], source: str) -> _Head:
    """Return what a note says after checking one of its signatures.

    Raises:
        UnreadableExport: malformed, or signed by none of the keys.
    """
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        name, _, encoded = line.removeprefix("\N{EM DASH} ").rpartition(" ")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            continue
        for key in keys:
            if (name, raw[:4]) == (key.name, key.id) and is_signed(key.key, text.encode(), raw[4:]):
                return _head_of_text(text, key.name, source)
    raise UnreadableExport(f"a {source} is not signed by the key")


def _head_of_text(text: str, origin: str, source: str) -> _Head:
    lines = text.split("\n")
    if lines[0] != origin:
        raise UnreadableExport(f"a {source} is of another log")
    try:
        return _Head(int(lines[1]), base64.b64decode(lines[2], validate=True).hex(), source)
    except (IndexError, ValueError) as error:
        raise UnreadableExport(f"a {source} is malformed") from error


def _parse_head(text: str) -> _Head:
    size, _, root = text.partition("·")
    root = root.strip().lower()
    if not size.strip().isdigit() or len(root) < FEWEST_ROOT_CHARS or set(root) - set("0123456789abcdef"):
        raise UnreadableExport("a head is not written SIZE · ROOT")
    return _Head(int(size), root, "head kept elsewhere")


# Ed25519, RFC 8032 §5.1. Verification only: nothing secret is computed here, so time may depend on the values.

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_SQRT_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

_Point: TypeAlias = tuple[int, int, int, int]
"""Extended homogeneous coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, x·y = T/Z."""

_NEUTRAL: _Point = (0, 1, 1, 0)


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether ``signature`` is the key's Ed25519 signature of ``message`` (RFC 8032 §5.1.7)."""
    public = _point(key)
    if public is None or len(signature) != 2 * 32:
        return False
    commitment, scalar = _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if commitment is None or scalar >= _L:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    challenge = int.from_bytes(digest, "little") % _L
    negated = (-public[0] % _P, public[1], public[2], -public[3] % _P)
    return _same(_two_products(scalar, _BASE, challenge, negated), commitment)


@lru_cache(maxsize=64)
def _point(encoded: bytes) -> _Point | None:
    """Return the point that 32 bytes encode (RFC 8032 §5.1.3), ``None`` when they encode none."""
    if len(encoded) != 32:  # noqa: PLR2004 - the length of every encoded point
        return None
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= _P:
        return None
    squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(squared, (_P + 3) // 8, _P)
    if (x * x - squared) % _P:
        x = x * _SQRT_MINUS_ONE % _P
    if (x * x - squared) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _add(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _two_products(one: int, point: _Point, other: int, second: _Point) -> _Point:
    """Return one·point + other·second, both at once: half the doublings of two products."""
    both = _add(point, second)
    total = _NEUTRAL
    for place in reversed(range(max(one.bit_length(), other.bit_length()))):
        total = _add(total, total)
        match one >> place & 1, other >> place & 1:
            case 1, 1:
                total = _add(total, both)
            case 1, 0:
                total = _add(total, point)
            case 0, 1:
                total = _add(total, second)
    return total


def _same(one: _Point, other: _Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % _P == 0 and (
        one[1] * other[2] - other[1] * one[2]
    ) % _P == 0


def _base_point() -> _Point:
    """Return the base point: y = 4/5 and the even x (RFC 8032 §5.1)."""
    point = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
    if point is None:
        raise AssertionError("the base point is on the curve")
    return point


_BASE = _base_point()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the verifier on a file; return the exit code."""
    parser = argparse.ArgumentParser(description="Check an export of a Foliotrace ledger.")
    parser.add_argument("export", help="the export, or - for standard input")
    parser.add_argument("--key", action="append", default=[], help="a public key you trust: name+id+base64")
    parser.add_argument(
        "--note", action="append", default=[], type=Path, help="a file with a checkpoint you kept"
    )
    parser.add_argument("--head", action="append", default=[], help="a head from a paper's foot: SIZE · ROOT")
    given = parser.parse_args(arguments)
    try:
        notes = [path.read_text(encoding="utf-8") for path in given.note]
        with contextlib.ExitStack() as stack:
            lines = (
                sys.stdin
                if given.export == "-"
                else stack.enter_context(Path(given.export).open(encoding="utf-8"))
            )
            findings = verify(read_lines(lines), keys=given.key, notes=notes, heads=given.head)
    except (UnreadableExport, OSError, UnicodeDecodeError) as error:
        sys.stdout.write(f"cannot be read: {error}\n")
        return int(Kind.UNREADABLE)
    sys.stdout.write("".join(f"{line}\n" for line in findings.lines()))
    return findings.exit_code


if __name__ == "__main__":
    sys.exit(main())
