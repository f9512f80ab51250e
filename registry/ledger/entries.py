"""The body of a ledger entry: the bytes that are stored and hashed, and the only ones that count.

Format 1 is pinned by ``tests/registry/ledger/vectors/entries.json`` and told in ``docs/ledger-format.md``: the text
``{"v":1,`` and then the other members as canonical JSON. The version comes first, so that a reader knows how to read on
before it reads on. A stored body is never written again from its parts.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from registry.errors import InvalidError
from registry.rules.canonical import canonical_bytes, utc_text
from registry.rules.roles import Actor

VERSION = 1
BODY_START = b'{"v":1,'
SALT_BYTES = 32
MOST_KIND_CHARS = 64
MOST_SUBJECT_CHARS = 80

_KIND = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*")
_SUBJECT = re.compile(r"[a-z][a-z-]*(:[!-~]+)?")


@dataclass(frozen=True, slots=True)
class Private:
    """A name or title: the ledger gets a salted commitment to it, the value itself can be erased."""

    text: str


Loggable: TypeAlias = (
    "str | int | bool | datetime | Private | Sequence[Loggable] | Mapping[str, Loggable] | None"
)
"""What a fact may be; floats have no canonical form."""


class InvalidEntry(InvalidError):
    """The body of an entry cannot be read."""

    code = "invalid-ledger-entry"


@dataclass(frozen=True, slots=True)
class Entry:
    """A body, read.

    Attributes:
        at: Time as written, such as ``2026-03-01T08:30:00.000000Z``.
        actor: ``{"person": …, "account": …, "unit": …}``, or ``{"system": true}``.
    """

    seq: int
    kind: str
    subject: str
    at: str
    actor: Mapping[str, Any]
    facts: Mapping[str, Any]


def entry_body(  # the parts of an entry, in the order of the docs
    seq: int,
    kind: str,
    subject: str,
    *,
    actor: Actor,
    at: datetime,
    facts: Mapping[str, object],
) -> bytes:
    """Return the canonical bytes of an entry.

    Args:
        seq: Place in the ledger, from 1.
        kind: What happened, in lower-case words joined by dots and dashes: ``copy.destroyed``.
        subject: What it happened to: ``copy:0123456789ABC``, ``document:17``.
        actor: Who did it.
        at: When.
        facts: Everything else; `Private` values must have been replaced by their commitments.

    Raises:
        ValueError: kind or subject is malformed.
        TypeError: a fact has no canonical form.
    """
    if len(kind) > MOST_KIND_CHARS or not _KIND.fullmatch(kind):
        raise ValueError(f"got kind {kind!r}, wanted lower-case words joined by dots and dashes")
    if len(subject) > MOST_SUBJECT_CHARS or not _SUBJECT.fullmatch(subject):
        raise ValueError(f"got subject {subject!r}, wanted a word, a colon and an identifier")
    rest = canonical_bytes(
        {
            "actor": {"system": True}
            if actor.is_system
            else {"person": actor.person_id, "account": actor.account_id, "unit": actor.unit_id},
            "at": utc_text(at),
            "facts": facts,
            "kind": kind,
            "seq": seq,
            "subject": subject,
        }
    )
    return BODY_START + rest[1:]


def parse_entry(body: bytes) -> Entry:
    """Return the parts of a stored body.

    Raises:
        InvalidEntry: of another version, or not the body of an entry.
    """
    if not body.startswith(BODY_START):
        raise InvalidEntry("got a body of another version", wanted=VERSION)
    try:
        parts = json.loads(body)
        return Entry(
            parts["seq"], parts["kind"], parts["subject"], parts["at"], parts["actor"], parts["facts"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidEntry("got a body that is not an entry") from error


def commitment(salt: bytes, text: str) -> str:
    """Return what the ledger says instead of ``text``: SHA-256(salt ‖ NFC text), hexadecimal.

    Raises:
        ValueError: the salt is not 32 bytes; a short one could be guessed together with a name.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"got a salt of {len(salt)} bytes, wanted {SALT_BYTES}")
    return hashlib.sha256(salt + unicodedata.normalize("NFC", text).encode()).hexdigest()
