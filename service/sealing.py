"""The sealed form of a stored file: AES-256-GCM under a key of its own, which is wrapped by a master key.

Layout: ``FTS1`` · 8 bytes naming the master key · 12-byte nonce · 48-byte wrapped file key · chunks of 64
KiB, each followed by its 16-byte tag. The nonce of a chunk is its number and whether it is the last (the
STREAM construction, Hoang, Reyhanitabar, Rogaway, Vizár 2015), so that chunks can be neither reordered nor
cut off. The digest of the plain content is authenticated with the wrapped key: a sealed file cannot be passed
off under another name.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"FTS1"
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
NAME_BYTES = 8
NONCE_BYTES = 12
KEY_BYTES = 32
HEAD_BYTES = len(MAGIC) + NAME_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES


class BrokenSeal(Exception):
    """The sealed bytes are not what was sealed, or no known master key opens them."""


def seal(content: bytes, digest: bytes, master_key: bytes) -> bytes:
    """Return the sealed form of ``content``, whose SHA-256 is ``digest``."""
    file_key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
    name = key_name(master_key)
    head = MAGIC + name + nonce + AESGCM(master_key).encrypt(nonce, file_key, MAGIC + name + digest)
    cipher = AESGCM(file_key)
    starts = range(0, max(len(content), 1), CHUNK_BYTES)
    view = memoryview(content)
    chunks = (
        cipher.encrypt(
            _chunk_nonce(number, last=start == starts[-1]), view[start : start + CHUNK_BYTES], None
        )
        for number, start in enumerate(starts)
    )
    return b"".join((head, *chunks))


def unseal(sealed: Iterable[bytes], digest: bytes, master_keys: Sequence[bytes]) -> Iterator[bytes]:
    """Yield the content in chunks; each is authentic, only the end proves that it is whole.

    Args:
        sealed: The sealed bytes in pieces of any size.
        digest: SHA-256 that the content must have.
        master_keys: Oldest first.

    Raises:
        BrokenSeal: at the first chunk that is not what was sealed.
    """
    pieces = _regrouped(sealed)
    head = next(pieces, b"")
    try:
        cipher = AESGCM(_file_key(head, digest, master_keys))
        proof = hashlib.sha256()
        number, held = 0, next(pieces, b"")
        for following in pieces:
            chunk = cipher.decrypt(_chunk_nonce(number, last=False), held, None)
            proof.update(chunk)
            yield chunk
            number, held = number + 1, following
        chunk = cipher.decrypt(_chunk_nonce(number, last=True), held, None)
    except InvalidTag as error:
        raise BrokenSeal("a chunk is not what was sealed") from error
    proof.update(chunk)
    if proof.digest() != digest:
        raise BrokenSeal("the content does not have the digest it is stored under")
    yield chunk


def key_name(master_key: bytes) -> bytes:
    """Return the 8 bytes that name a master key without telling anything about it."""
    return hashlib.sha256(b"foliotrace master key\x00" + master_key).digest()[:NAME_BYTES]


def _file_key(head: bytes, digest: bytes, master_keys: Sequence[bytes]) -> bytes:
    if len(head) != HEAD_BYTES or not head.startswith(MAGIC):
        raise BrokenSeal("this is no sealed file")
    name = head[len(MAGIC) : len(MAGIC) + NAME_BYTES]
    nonce = head[len(MAGIC) + NAME_BYTES : HEAD_BYTES - KEY_BYTES - TAG_BYTES]
    for master_key in master_keys:
        if key_name(master_key) == name:
            return AESGCM(master_key).decrypt(nonce, head[-KEY_BYTES - TAG_BYTES :], MAGIC + name + digest)
    raise BrokenSeal("it was sealed under a master key that is not among the keys")


def _regrouped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the head, then whole sealed chunks, the last one perhaps shorter."""
    held, wanted = bytearray(), HEAD_BYTES
    for piece in pieces:
        held += piece
        while len(held) >= wanted:
            yield bytes(held[:wanted])
            del held[:wanted]
            wanted = CHUNK_BYTES + TAG_BYTES
    if held:
        yield bytes(held)


def _chunk_nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(NONCE_BYTES - 1, "big") + bytes([last])
