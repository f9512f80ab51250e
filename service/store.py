"""The store of files: named by the SHA-256 of their content, encrypted where they lie, verified when read.

Laws: nothing sound is overwritten; the same content is stored once, and anew where it is found damaged; what cannot be
proven to be what was stored is not returned.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import obstore
from obstore.exceptions import AlreadyExistsError, GenericError
from obstore.store import LocalStore

from registry.errors import UnknownError
from service import sealing
from service.faults import ServiceFault, StorageFull

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FileMissing(UnknownError):
    """No file of that content is stored."""

    code = "file-missing"


class FileDamaged(ServiceFault):
    """A stored file is not what was stored."""

    code = "file-damaged"

    def __init__(self, sha256: str) -> None:
        """Keep which file it is."""
        super().__init__(f"the stored file {sha256} is damaged")
        self.sha256 = sha256


class FileStore:
    """Files in one folder."""

    def __init__(self, folder: Path, master_keys: Sequence[bytes]) -> None:
        """Open the folder, made if absent.

        Args:
            folder: Where the sealed files lie.
            master_keys: Oldest first; the newest seals, all open.
        """
        if not master_keys:
            raise ValueError("a store needs at least one master key")
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._store = LocalStore(prefix=folder)
        self._keys = tuple(master_keys)

    def put(self, content: bytes) -> str:
        """Store ``content`` and return its SHA-256 in hexadecimal; it is on the disk when this returns.

        Raises:
            StorageFull: it cannot be written.
        """
        digest = hashlib.sha256(content)
        sealed = sealing.seal(content, digest.digest(), self._keys[-1])
        try:
            self._write(digest.hexdigest(), sealed, mode="create")
        except AlreadyExistsError:
            if not self._is_sound(digest.hexdigest()):
                self._write(digest.hexdigest(), sealed, mode="overwrite")
        return digest.hexdigest()

    def get(self, sha256: str) -> bytes:
        """Return the content, proven to be what was stored.

        Raises:
            FileMissing: it was never stored, or is gone.
            FileDamaged: it is not what was stored.
        """
        return b"".join(self.chunks(sha256))

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Yield the content in authentic chunks; damage further on is raised when it is reached.

        Raises:
            FileMissing: it was never stored, or is gone.
            FileDamaged: it is not what was stored.
        """
        try:
            stream = obstore.get(self._store, _place(sha256)).stream(min_chunk_size=sealing.CHUNK_BYTES)
        except FileNotFoundError as error:
            raise FileMissing("no such file is stored", sha256=sha256) from error
        try:
            yield from sealing.unseal((bytes(piece) for piece in stream), bytes.fromhex(sha256), self._keys)
        except sealing.BrokenSeal as error:
            raise FileDamaged(sha256) from error

    def has(self, sha256: str) -> bool:
        """Tell whether a file of that content is stored."""
        return (self._folder / _place(sha256)).is_file()

    def _write(self, sha256: str, sealed: bytes, *, mode: Literal["create", "overwrite"]) -> None:
        place = _place(sha256)
        try:
            obstore.put(self._store, place, sealed, mode=mode)
            _sync(self._folder / place)
        except AlreadyExistsError:
            raise
        except (GenericError, OSError) as error:
            raise StorageFull("the file cannot be written") from error

    def _is_sound(self, sha256: str) -> bool:
        try:
            for _ in self.chunks(sha256):
                pass
        except (FileMissing, FileDamaged):
            return False
        return True


def _place(sha256: str) -> str:
    if not _DIGEST.fullmatch(sha256):
        raise ValueError("a stored file is named by 64 lower-case hexadecimal digits")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _sync(path: Path) -> None:
    """Force a new file and its folders onto the disk; obstore leaves that to the system."""
    for place in (path, path.parent, path.parent.parent, path.parent.parent.parent):
        if place.is_dir() and os.name != "posix":
            continue
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
