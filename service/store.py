"""The store of files: named by the SHA-256 of their content, encrypted where they lie, verified when read.

Laws: nothing sound is overwritten; the same content is stored once, and anew where it is found damaged; what cannot be
proven to be what was stored is not returned. What must go again lies in a room of its own, whatever else is stored:
a room is cleared as a whole, so that nothing is left of it that nobody knows of, and nothing of others goes with it.
"""

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from registry.errors import UnknownError
from service import sealing
from service.faults import ServiceFault, StorageFull

_DIGEST = re.compile(r"[0-9a-f]{64}")
_ROOM = re.compile(r"[0-9a-f]{32}")
_ROOMS = ".rooms"


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

    def room(self, name: str | None) -> "FileStore":
        """Return the store of one room, made if absent; this one for None. What is in a room is found from outside."""
        return self if name is None else FileStore(self._folder / _ROOMS / _room(name), self._keys)

    def rooms(self) -> dict[str, float]:
        """Return the rooms there are, and when each was last written to, in seconds since the epoch."""
        found: dict[str, float] = {}
        for folder in (self._folder / _ROOMS).glob("*"):
            with contextlib.suppress(FileNotFoundError):
                found[folder.name] = folder.stat().st_mtime
        return found

    def files(self) -> tuple[str, ...]:
        """Return the hashes of all files that are here, those in rooms left out."""
        return tuple(
            sorted(path.name for path in self._folder.glob("??/??/*") if _DIGEST.fullmatch(path.name))
        )

    def clear(self, name: str) -> None:
        """Remove a room with all that is in it; harmless when it is gone, or half gone.

        The head of each file, which holds its key, is overwritten first: what the disk keeps of the rest is no use.

        Raises:
            StorageFull: something cannot be removed.
        """
        folder = self._folder / _ROOMS / _room(name)
        try:
            for path in list(folder.rglob("*")):
                if path.is_file():
                    _forget_key(path)
                    path.unlink(missing_ok=True)
            if folder.exists():
                shutil.rmtree(folder)
                _sync(folder.parent)
        except FileNotFoundError:
            return self.clear(name)  # another process is at it
        except OSError as error:
            raise StorageFull("a file cannot be removed") from error

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
            with self._find(sha256).open("rb") as file:
                pieces = iter(lambda: file.read(sealing.CHUNK_BYTES), b"")
                yield from sealing.unseal(pieces, bytes.fromhex(sha256), self._keys)
        except FileNotFoundError as error:
            raise FileMissing("no such file is stored", sha256=sha256) from error
        except sealing.BrokenSeal as error:
            raise FileDamaged(sha256) from error

    def has(self, sha256: str) -> bool:
        """Tell whether a file of that content is stored."""
        return self._find(sha256).is_file()

    def _find(self, sha256: str) -> Path:
        """Return where a file lies, here or in a room; where it would lie here if it lies nowhere."""
        here = self._folder / _place(sha256)
        if here.is_file():
            return here
        return next((self._folder / _ROOMS).glob(f"*/{_place(sha256)}"), here)

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


def _room(name: str) -> str:
    if not _ROOM.fullmatch(name):
        raise ValueError("a room is named by 32 lower-case hexadecimal digits")
    return name


def _forget_key(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(min(sealing.HEAD_BYTES, path.stat().st_size)))
        file.flush()
        os.fsync(file.fileno())


def _sync_folders(place: Path) -> None:
    """Force the folders in which a new file is named onto the disk."""
    for folder in (place.parent, place.parent.parent, place.parent.parent.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
