"""The keys: made once, read at start, never shown and never overwritten.

One folder, one text file per purpose, one key a line in hexadecimal, oldest first: the newest signs, all
verify. To rotate, append a line. The set is made in a sibling folder that is renamed into place, so that a
crash leaves either all or none. Laws: a folder with a missing file is refused, since a fresh key would make
every mark on paper unverifiable; a key that others on the machine can read is refused.
"""

import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from service.faults import KeysUnfit

KEY_BYTES = 32
_LINE = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}")
_FILES: dict[str, str] = {
    "marks": "marks.key",
    "dots": "dots.key",
    "links": "links.key",
    "files": "files.key",
    "ledger": "ledger-signing.key",
}


@dataclass(frozen=True)
class Keys:
    """Secrets by purpose; each tuple is oldest first and holds 32 bytes per key."""

    marks: tuple[bytes, ...] = field(repr=False)
    """Key the check of the QR text on paper."""
    dots: tuple[bytes, ...] = field(repr=False)
    """Key the dot field of the pages."""
    links: tuple[bytes, ...] = field(repr=False)
    """Sign web links and form tokens."""
    files: tuple[bytes, ...] = field(repr=False)
    """Wrap the key of each stored file."""
    ledger: tuple[bytes, ...] = field(repr=False)
    """Ed25519 seeds that sign the checkpoints of the ledger."""

    @property
    def dot_key(self) -> bytes:
        """The key under which dot fields are written."""
        return self.dots[-1]

    @classmethod
    def generate(cls) -> Self:
        """Return a fresh set that is stored nowhere."""
        return cls(**{purpose: (secrets.token_bytes(KEY_BYTES),) for purpose in _FILES})


def open_keys(folder: Path, *, may_create: Callable[[], bool]) -> Keys:
    """Return the keys of an installation, made now if there are none.

    Args:
        folder: Where the keys lie.
        may_create: Asked only when the folder is absent: whether nothing exists yet that older keys protect.

    Raises:
        KeysUnfit: a key is missing, damaged or readable by others, or the keys of a used installation are
        gone.
    """
    if not folder.exists():
        if not may_create():
            raise KeysUnfit(
                f"{folder} is missing although the register is in use; restore the keys from their backup"
            )
        _create(folder)
    return Keys(**{purpose: _read(folder / name) for purpose, name in _FILES.items()})


def _create(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    fresh = Keys.generate()
    try:
        for purpose, name in _FILES.items():
            _write(draft / name, getattr(fresh, purpose))
        _sync_folder(draft)
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.is_dir():
            raise
    _sync_folder(folder.parent)


def _write(path: Path, keys: tuple[bytes, ...]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.writelines(f"{key.hex()}\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> tuple[bytes, ...]:
    try:
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeysUnfit(f"{path} can be read by others; run: chmod 600 {path}")
        lines = path.read_text(encoding="ascii").split()
    except FileNotFoundError as error:
        raise KeysUnfit(f"{path} is missing; restore it from the backup of the keys") from error
    if not lines or not all(_LINE.fullmatch(line) for line in lines):
        raise KeysUnfit(f"{path} does not hold one key of {KEY_BYTES} bytes in lower-case hexadecimal a line")
    return tuple(bytes.fromhex(line) for line in lines)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
