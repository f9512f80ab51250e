"""Files that are mapped and yet read by their installation alone: each element is opened by itself.

Points of letter size tell much of what a page says, so a file of them must be no more readable than the document.
Elements are sealed in counter mode (NIST SP 800-38A §6.5): AES-256 of the section and the element's number, added to
it. Every file has a key of its own, drawn from a secret by a salt, so no counter comes twice under one key. That keeps
a file secret, not whole: who may write it can hide pages, as by deleting it; what it finds are candidates, no more.
"""

import hmac
import os
import secrets
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from watermark.errors import PageIndexError

_LABEL: Final = b"foliotrace page index\x00"
_NAME_LABEL: Final = b"foliotrace page index, name of the key\x00"
_BLOCK: Final = 16
_SALT_BYTES: Final = 16
_NAME_BYTES: Final = 8


class Seal:
    """The key of one file."""

    def __init__(self, secret: bytes, salt: bytes) -> None:
        """Draw the key of a file.

        Args:
            secret: Of the installation.
            salt: Of the file; 16 bytes by chance.
        """
        if not secret:
            raise ValueError("a seal needs a secret")
        self.salt = salt
        self.name = hmac.digest(secret, _NAME_LABEL + salt, "sha256")[:_NAME_BYTES]
        key = hmac.digest(secret, _LABEL + salt, "sha256")
        # The mode is counter mode: what is encrypted are counters, each once.
        self._cipher = Cipher(algorithms.AES256(key), modes.ECB())  # noqa: S305 - counters, see above

    @classmethod
    def fresh(cls, secret: bytes) -> Self:
        """Return the seal of a new file."""
        return cls(secret, secrets.token_bytes(_SALT_BYTES))

    @classmethod
    def of_head(cls, secret: bytes, told: dict[str, str]) -> Self:
        """Return the seal of a file by what its head tells.

        Raises:
            PageIndexError: the file was sealed under another secret.
        """
        seal = cls(secret, bytes.fromhex(told["salt"]))
        if not hmac.compare_digest(seal.name.hex(), told["key"]):
            raise PageIndexError(reason="key")
        return seal

    def head(self) -> dict[str, str]:
        """Return what the head of a file tells of its seal."""
        return {"salt": self.salt.hex(), "key": self.name.hex()}

    def applied(
        self, elements: NDArray[Any], section: int, numbers: NDArray[np.integer[Any]]
    ) -> NDArray[Any]:
        """Return elements sealed, or sealed ones opened: both is the same.

        Args:
            elements: ``(n,)`` of a fixed size.
            section: Which part of the file they belong to.
            numbers: ``(n,)`` which of its elements they are.
        """
        size = elements.dtype.itemsize
        blocks = -(-size // _BLOCK)
        counters = np.empty((len(elements), blocks, 2), "<u8")
        counters[..., 0] = section
        counters[..., 1] = numbers.astype(np.uint64)[:, None] * np.uint64(blocks) + np.arange(
            blocks, dtype=np.uint64
        )
        stream = np.frombuffer(self._cipher.encryptor().update(counters.tobytes()), np.uint8)
        plain = np.ascontiguousarray(elements).view(np.uint8).reshape(len(elements), size)
        told = plain ^ stream.reshape(len(elements), blocks * _BLOCK)[:, :size]
        return told.reshape(-1).view(elements.dtype)


class SealedArray:
    """A sealed part of a file, which looks like an array; what is taken from it is opened."""

    def __init__(self, sealed: NDArray[Any], seal: Seal, section: int) -> None:
        """Open elements of ``sealed``, ``(n,)``, when they are wanted."""
        self._sealed, self._seal, self._section = sealed, seal, section

    @property
    def dtype(self) -> np.dtype[Any]:
        """What the elements are."""
        return self._sealed.dtype

    def __len__(self) -> int:
        """Return the number of elements."""
        return len(self._sealed)

    def __getitem__(self, which: Any) -> Any:  # noqa: ANN401 - as of an array
        """Return one element, or an array of those that a slice or an array of numbers asks for."""
        if isinstance(which, slice):
            numbers = np.arange(*which.indices(len(self)))
        else:
            numbers = np.asarray(which, np.int64) % max(len(self), 1)
        flat = numbers.ravel()
        found = self._seal.applied(
            np.asarray(self._sealed[flat if flat.size else slice(0, 0)]), self._section, flat
        )
        return found.reshape(numbers.shape)[()]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: ANN401, FBT001 - numpy's
        """Return all of it, opened."""
        del copy
        return np.asarray(self[:], dtype)


def sync_folder(folder: Path) -> None:
    """Let a new name in a folder outlive a power cut; Windows has no way to ask."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
