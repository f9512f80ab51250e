"""The index of registered pages, as files: which pages a picture may show, without making anything anew for it.

Laws: the folder is the whole truth. Each file holds some pages, is sealed under the newest key of the store, and is
never changed: it is written beside, made durable, and renamed. Whatever sound files are there count; a page that is in
two counts once. What is damaged, of another version or under another key is removed, and its pages are lacking until
they are added again from the store. So nothing is lost with this folder but time, and any number of processes use it.
"""

import contextlib
import secrets
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from service.faults import StorageFull
from watermark import Found, PageIndex, PageKey, PagePoints, PicturePoints, WatermarkError, write_index

logger = structlog.get_logger()

_SUFFIX: Final = ".pages"
MOST_FILES: Final = 8
"""More are joined: each costs some milliseconds a search."""
_STALE_SHARE: Final = 4
"""When more than one page in so many is of no use any more, all is written anew without them."""
_LARGER: Final = (
    2  # a file that is so many times as large as all smaller ones together is not written again with them
)
_TRIES: Final = 5
_ABANDONED_S: Final = 3600.0  # nothing here is written for longer


@dataclass(frozen=True)
class _Opened:
    """Files as they were found, each by name, size and time, and the index in them."""

    files: tuple[tuple[str, int, int], ...]
    index: PageIndex


class RegisteredPages:
    """The pages that can be found, by the names that their documents have here."""

    def __init__(self, folder: Path, keys: Sequence[bytes]) -> None:
        """Use a folder, made if absent.

        Args:
            folder: Where the files lie; of this alone.
            keys: Those of the store, oldest first; the newest seals.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._key = folder, keys[-1]
        self._lock = threading.Lock()
        self._opened = _Opened((), PageIndex())
        self._checked: set[tuple[str, int, int]] = set()

    def __len__(self) -> int:
        """Return the number of pages, those of no use any more included."""
        return len(self._index())

    def lacking(self, names: Iterable[str]) -> frozenset[str]:
        """Return the documents of which nothing is here."""
        return frozenset(names) - self._index().documents

    def add(self, pages: Iterable[tuple[PageKey, PagePoints]]) -> None:
        """Add all pages of some documents; they are on the disk when this returns.

        Raises:
            StorageFull: they cannot be written.
        """
        self._write(pages)

    def find(self, seen: PicturePoints, most: int, names: Collection[str]) -> tuple[Found, ...]:
        """Return the pages of some documents that a picture may show, the likeliest first."""
        # A page of no use any more may stand before a useful one that looks the same.
        found = self._index().find_points(seen, _STALE_SHARE * most)
        once = {(each.document, each.page): each for each in reversed(found) if each.document in names}
        return tuple(reversed(once.values()))[:most]

    def forget(self, is_gone: Callable[[str], bool]) -> None:
        """Write anew, without them, the files that hold pages of some documents; harmless when there are none.

        Raises:
            StorageFull: it cannot be written, or other processes change it too fast.
        """
        for _ in range(_TRIES):
            gone = frozenset(name for name in self._index().documents if is_gone(name))
            if not gone:
                return
            for path in self._files():
                with contextlib.suppress(WatermarkError, FileNotFoundError):
                    names = PageIndex.open(path, checked=False, secret=self._key).documents
                    if names & gone:
                        self._replace([path], names - gone)
        raise StorageFull("pages cannot be removed from the index")

    def tidy(self, names: Collection[str], now: datetime) -> None:
        """Join files if there are many, and drop what belongs to no document of ``names`` if that is much.

        Raises:
            StorageFull: it cannot be written.
        """
        self._remove_abandoned(now)
        files = sorted(self._files(), key=_size)
        index = self._index()
        useful = len({key for key in index.page_keys() if key.document in names})
        if (len(index) - useful) * _STALE_SHARE > len(index):
            self._replace(files, names)
        elif len(files) > MOST_FILES:
            self._replace(files[: _small(files)], names)

    def _replace(self, files: Sequence[Path], names: Collection[str]) -> None:
        """Write the useful pages of some files as one, then remove those; a crash between leaves pages twice."""
        try:
            index = PageIndex.open(*files, checked=False, secret=self._key)
        except (WatermarkError, FileNotFoundError):
            return  # another process is at it
        if any(key.document in names for key in index.page_keys()):
            self._write(_useful(index, names))
        for path in files:
            _remove(path)

    def _write(self, pages: Iterable[tuple[PageKey, PagePoints]]) -> None:
        try:
            write_index(pages, self._folder / f"{secrets.token_hex(8)}{_SUFFIX}", self._key)
        except OSError as error:
            raise StorageFull("the index of pages cannot be written") from error

    def _index(self) -> PageIndex:
        """Return the index in all sound files; each was read through once since this process started."""
        with self._lock:
            for _ in range(_TRIES):
                with contextlib.suppress(FileNotFoundError):  # another process has joined files: look again
                    return self._open()
            raise StorageFull("the index of pages changes too fast to be read")

    def _open(self) -> PageIndex:
        marks = {path: _mark(path) for path in self._files()}
        for path, mark in list(marks.items()):
            if mark not in self._checked and not self._is_sound(path):
                del marks[path]
        found = tuple(marks.values())
        if found != self._opened.files:
            self._opened = _Opened(found, PageIndex.open(*marks, checked=False, secret=self._key))
            self._checked = set(found)
        return self._opened.index

    def _is_sound(self, path: Path) -> bool:
        try:
            PageIndex.open(path, secret=self._key)
        except WatermarkError as error:
            logger.warning("index of pages removed", file=path.name, reason=error.facts.get("reason"))
            _remove(path)
            return False
        self._checked.add(_mark(path))
        return True

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_SUFFIX}"))

    def _remove_abandoned(self, now: datetime) -> None:
        """Remove what a killed process left half written."""
        for path in (*self._folder.glob(f"*{_SUFFIX}.partial"), *self._folder.glob(".index-*")):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime > now.timestamp() - _ABANDONED_S:
                    continue
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()


def _useful(index: PageIndex, names: Collection[str]) -> Iterator[tuple[PageKey, PagePoints]]:
    done: set[PageKey] = set()
    for key, page in index.pages():
        if key.document in names and key not in done:
            done.add(key)
            yield key, page


def _small(files: Sequence[Path]) -> int:
    """Return how many of the smallest files to join, so that each page is written again but seldom."""
    sizes = [_size(path) for path in files]
    count = len(sizes)
    while count > 2 and sizes[count - 1] > _LARGER * sum(sizes[: count - 1]):  # noqa: PLR2004 - two make one
        count -= 1
    return count


def _mark(path: Path) -> tuple[str, int, int]:
    told = path.stat()
    return path.name, told.st_size, told.st_mtime_ns


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _remove(path: Path) -> None:
    """Remove a file; a system that keeps mapped files from being removed keeps it for the next time."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
