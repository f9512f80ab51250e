"""Checkpoints as C2SP signed notes: text, a blank line, signatures.

Formats: c2sp.org/signed-note (Ed25519 is algorithm 0x01) and c2sp.org/tlog-checkpoint (origin, size, root). Stores no
key: bytes are handed in. A note is trusted only for the key that the reader already has.
"""

import base64
import hashlib
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from registry.errors import InvalidError
from registry.ledger.merkle import HASH_BYTES

ED25519 = b"\x01"
KEY_BYTES = 32
KEY_ID_BYTES = 4
SIGNATURE_START = "\N{EM DASH} "


class InvalidNote(InvalidError):
    """A note is malformed, or not signed by the key that was asked for."""

    code = "invalid-note"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that notes are checked with, and the name it signs under."""

    name: str
    key: bytes

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise ValueError(f"got a key of {len(self.key)} bytes, wanted {KEY_BYTES}")
        if not self.name or any(character.isspace() or character == "+" for character in self.name):
            raise ValueError(f"got key name {self.name!r}, wanted one without blanks and plus signs")

    @property
    def id(self) -> bytes:
        """The four bytes that a signature line names the key by."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.key).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.key).decode()}"


def parse_public_key(text: str) -> PublicKey:
    """Return the key written as ``name+id+base64``, the form in which keys are handed around.

    Raises:
        InvalidNote: malformed, of another algorithm, or with an id that does not belong to it.
    """
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        key = PublicKey(name, raw[1:])
    except ValueError as error:
        raise InvalidNote("got a text that is no public key") from error
    if raw[:1] != ED25519 or key.id.hex() != key_id:
        raise InvalidNote("got a public key whose id or algorithm does not fit")
    return key


class Signer(Protocol):
    """Whoever has the private key; it may sit in a file, a process of its own or a device."""

    @property
    def public_key(self) -> PublicKey:
        """The key that its signatures are checked with."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of ``message``."""


class KeySigner:
    """A signer that has its key in memory."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = PublicKey(name, self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the signature of ``message``."""
        return self._key.sign(message)


@dataclass(frozen=True, slots=True)
class CheckpointText:
    """What a checkpoint says: of which log, how large it is, and its root."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign_note(text: str, signer: Signer) -> str:
    """Return ``text`` as a note signed by ``signer``.

    Raises:
        ValueError: the text does not end in a newline, or contains a control character.
    """
    if not text.endswith("\n") or any(ord(character) < ord(" ") and character != "\n" for character in text):
        raise ValueError("got a note text without closing newline, or with control characters")
    key = signer.public_key
    signature = base64.b64encode(key.id + signer.sign(text.encode())).decode()
    return f"{text}\n{SIGNATURE_START}{key.name} {signature}\n"


def open_note(note: str, key: PublicKey) -> str:
    """Return the text of a note after checking that ``key`` signed it.

    Raises:
        InvalidNote: malformed, or without a valid signature by this key.
    """
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise InvalidNote("got a text that is no signed note")
    text += "\n"
    for line in signatures.splitlines():
        name, _, encoded = line.removeprefix(SIGNATURE_START).rpartition(" ")
        if not line.startswith(SIGNATURE_START) or name != key.name:
            continue
        try:
            raw = base64.b64decode(encoded, validate=True)
            if raw[:KEY_ID_BYTES] == key.id:
                Ed25519PublicKey.from_public_bytes(key.key).verify(raw[KEY_ID_BYTES:], text.encode())
                return text
        except (ValueError, InvalidSignature) as error:
            raise InvalidNote("got a note whose signature does not hold") from error
    raise InvalidNote("got a note that this key has not signed")


def parse_checkpoint(text: str) -> CheckpointText:
    """Return what the text of a checkpoint says; extension lines are ignored.

    Raises:
        InvalidNote: it is no checkpoint.
    """
    lines = text.split("\n")
    try:
        origin, size, root = lines[0], lines[1], base64.b64decode(lines[2], validate=True)
    except (IndexError, ValueError) as error:
        raise InvalidNote("got a note that is no checkpoint") from error
    if (
        not origin
        or not (size.isascii() and size.isdigit())
        or str(int(size)) != size
        or len(root) != HASH_BYTES
    ):
        raise InvalidNote("got a checkpoint with a malformed origin, size or root")
    return CheckpointText(origin, int(size), root)
