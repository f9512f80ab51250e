"""The symbols of the copies of long lists, as files: a trace looks them up, and draws only those of the latest copies.

Laws: nothing is true because it is here. A file tells what words say for some copies of one document under one key;
what is lacking is drawn when it is asked for. Each file is sealed under a key drawn from the newest of the store, is
never changed, written beside, made durable, and renamed. What is damaged, of another version or under another key is
removed. So nothing is lost with this folder but time, and any number of processes use it. It is as secret as the keys
of the marks: whoever reads it can forge the words of every copy in it.
"""

import contextlib
import hmac
import secrets
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import structlog
from numpy.typing import NDArray

from service.faults import StorageFull
from watermark import CodeFile, WatermarkError, code_key_name, join_codes, write_codes

logger = structlog.get_logger()

MOST_FILES: Final = 8
"""Files of one document and key; more are joined."""
_SUFFIX: Final = ".codes"
_LABEL: Final = b"foliotrace code books\x00"
_ABANDONED_S: Final = 3600.0  # nothing here is written for longer


class RegisteredCodes:
    """The symbols of copies, by the names that their documents have here: letters, digits and hyphens."""

    def __init__(self, folder: Path, keys: Sequence[bytes]) -> None:
        """Use a folder, made if absent.

        Args:
            folder: Where the files lie; of these alone.
            keys: Those of the store, oldest first; the newest seals.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self.secret = hmac.digest(keys[-1], _LABEL, "sha256")
        """What opens the files; nothing else is under it."""
        self._lock = threading.Lock()
        self._sound: set[tuple[str, int, int]] = set()

    def held(self, name: str, key: bytes) -> NDArray[np.uint64]:
        """Return the copies of a document of which the symbols under a key are here, some perhaps twice."""
        with self.opened(name) as files:
            held = [CodeFile.open(file, self.secret) for file in files]
            return np.concatenate(
                [np.zeros(0, np.uint64), *(one.identities for one in held if one.key == code_key_name(key))]
            )

    def add(self, name: str, identities: NDArray[np.uint64], units: Mapping[int, int], key: bytes) -> None:
        """Draw the symbols of copies under a key and keep them; they are on the disk when this returns.

        Args:
            name: Of the document.
            identities: ``(copies,)``.
            units: How many words each of its pages can displace.
            key: Of the marks.

        Raises:
            StorageFull: they cannot be written.
        """
        with _told_if_full():
            write_codes(self._new(name, code_key_name(key)), identities, units, key, self.secret)

    @contextlib.contextmanager
    def opened(self, name: str) -> Iterator[Sequence[BinaryIO]]:
        """Yield the sound files of a document, open for as long as the block lasts, whoever joins them meanwhile."""
        with contextlib.ExitStack() as stack:
            files = []
            for path in self._files(name):
                with contextlib.suppress(
                    FileNotFoundError
                ):  # joined this instant: what it held will be drawn
                    file = stack.enter_context(path.open("rb"))
                    if self._is_sound(path, file):
                        files.append(file)
            yield files

    def tidy(self, names: Collection[str], now: datetime) -> None:
        """Join files where they are many, and remove those of documents that are not among ``names``.

        Raises:
            StorageFull: it cannot be written.
        """
        self._remove_abandoned(now)
        by_book: dict[tuple[str, str], list[Path]] = {}
        for path in self._files():
            name, key = path.name.split(".")[:2]
            if name in names:
                by_book.setdefault((name, key), []).append(path)
            else:
                _remove(path)
        for (name, key), paths in by_book.items():
            if len(paths) > MOST_FILES:
                self._join(name, key, paths)

    def _join(self, name: str, key: str, paths: Sequence[Path]) -> None:
        """Write files as one, then remove them; a crash between leaves copies twice."""
        with contextlib.ExitStack() as stack:
            try:
                files = [CodeFile.open(stack.enter_context(path.open("rb")), self.secret) for path in paths]
                with _told_if_full():
                    join_codes(self._new(name, key), files, self.secret)
            except (WatermarkError, FileNotFoundError):
                return  # another process is at it, or one is damaged, which is removed when it is asked for
        for path in paths:
            _remove(path)

    def _new(self, name: str, key: str) -> Path:
        return self._folder / f"{name}.{key}.{secrets.token_hex(8)}{_SUFFIX}"

    def _files(self, name: str = "*") -> list[Path]:
        return sorted(self._folder.glob(f"{name}.*{_SUFFIX}"))

    def _is_sound(self, path: Path, file: BinaryIO) -> bool:
        """Tell whether a file is whole; each is read through once since this process started."""
        told = path.stat()
        mark = path.name, told.st_size, told.st_mtime_ns
        with self._lock:
            if mark in self._sound:
                return True
        try:
            CodeFile.open(file, self.secret).require_sound()
        except WatermarkError as error:
            logger.warning("code book removed", file=path.name, reason=error.facts.get("reason"))
            _remove(path)
            return False
        with self._lock:
            self._sound.add(mark)
        return True

    def _remove_abandoned(self, now: datetime) -> None:
        """Remove what a killed process left half written."""
        for path in self._folder.glob(f"*{_SUFFIX}.partial"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime <= now.timestamp() - _ABANDONED_S:
                    path.unlink()


@contextlib.contextmanager
def _told_if_full() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageFull("the code books cannot be written") from error


def _remove(path: Path) -> None:
    """Remove a file; a system that keeps open files from being removed keeps it for the next time."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
