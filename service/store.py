"""The store of files: named by the SHA-256 of their content, encrypted where they lie, verified when read.

Laws: nothing sound is overwritten; the same content is stored once, and anew where it is found damaged; what cannot be
proven to be what was stored is not returned.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

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
        self._keys = tuple(master_keys)

    def put(self, content: bytes) -> str:
        """Store ``content`` and return its SHA-256 in hexadecimal; it is on the disk when this returns.

        Raises:
            StorageFull: it cannot be written.
        """
        digest = hashlib.sha256(content)
        sealed = sealing.seal(content, digest.digest(), self._keys[-1])
        try:
            self._write(digest.hexdigest(), sealed, os.link)
        except FileExistsError:
            if not self._is_sound(digest.hexdigest()):
                self._write(digest.hexdigest(), sealed, os.replace)
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
            with (self._folder / _place(sha256)).open("rb") as file:
                pieces = iter(lambda: file.read(sealing.CHUNK_BYTES), b"")
                yield from sealing.unseal(pieces, bytes.fromhex(sha256), self._keys)
        except FileNotFoundError as error:
            raise FileMissing("no such file is stored", sha256=sha256) from error
        except sealing.BrokenSeal as error:
            raise FileDamaged(sha256) from error

    def has(self, sha256: str) -> bool:
        """Tell whether a file of that content is stored."""
        return (self._folder / _place(sha256)).is_file()

    def _write(self, sha256: str, sealed: bytes, settle: Callable[[str, Path], None]) -> None:
        """Write a draft and let it settle in its place: ``os.link`` overwrites nothing, ``os.replace`` does."""
        place = self._folder / _place(sha256)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".new-", delete=False) as draft:
                try:
                    draft.write(sealed)
                    draft.flush()
                    os.fsync(draft.fileno())
                    draft.close()
                    settle(draft.name, place)
                finally:
                    Path(draft.name).unlink(missing_ok=True)
            _sync_folders(place)
        except FileExistsError:
            raise
        except OSError as error:
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


def _sync_folders(place: Path) -> None:
    """Force the folders in which a new file is named onto the disk."""
    if os.name != "posix":
        return
    for folder in (place.parent, place.parent.parent, place.parent.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
