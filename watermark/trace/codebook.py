"""The symbols of very many copies, in files that are mapped into memory: a million cost no more of it than one.

What a copy's words say is drawn from its identity by a keyed function that takes some microseconds a copy and page; for
a million copies that is half a minute. A book keeps what it gave, one bit a symbol, a file for each page; a page of 500
words costs 125 bytes a copy. Books are a secret like the key: whoever has one can forge the words of every copy in it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from watermark.errors import BaseFormatError
from watermark.marks import layout

_FORMAT: Final = "FOLIOTRACE-CODES 1"
_AT_ONCE: Final = 20_000
_HEAD, _IDENTITIES = "head.json", "identities.u64"


@dataclass(frozen=True, eq=False)
class CodeBook:
    """Copies of one document.

    Attributes:
        identities: ``(copies,)``, mapped.
        symbols: For each page ``(copies, ceil(words / 4))``: bits of its words, right and down in turns, 1 for +1.
    """

    identities: NDArray[np.uint64]
    symbols: Mapping[int, NDArray[np.uint8]]

    @classmethod
    def write(
        cls, folder: Path, identities: NDArray[np.uint64], units: Mapping[int, int], key: bytes
    ) -> Self:
        """Keep the symbols of copies in a new folder, and open it.

        Args:
            folder: Where to; made if missing.
            identities: ``(copies,)``.
            units: How many words each page can displace.
            key: Secret of the installation.
        """
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _IDENTITIES).write_bytes(identities.astype("<u8").tobytes())
        for page, count in units.items():
            with (folder / _page_file(page)).open("wb") as file:
                for begin in range(0, len(identities), _AT_ONCE):
                    part = identities[begin : begin + _AT_ONCE].tolist()
                    signs = layout.signs_of(part, page, count, key)
                    file.write(np.packbits(signs.reshape(len(part), -1) > 0, axis=1).tobytes())
        head = {"format": _FORMAT, "copies": len(identities), "units": dict(units)}
        # Last, so that a folder that was left half written is none.
        (folder / _HEAD).write_text(json.dumps(head), "ascii")
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map the files of a folder.

        Raises:
            BaseFormatError: not such a folder, one of another version, or a damaged one.
        """
        try:
            head = json.loads((folder / _HEAD).read_text("ascii"))
            if head["format"] != _FORMAT:
                raise BaseFormatError(reason="version")
            copies = int(head["copies"])
            identities = _mapped(folder / _IDENTITIES, "<u8", (copies,))
            symbols = {
                int(page): _mapped(folder / _page_file(int(page)), "u1", (copies, -(-int(count) // 4)))
                for page, count in head["units"].items()
            }
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BaseFormatError(reason="damaged") from error
        return cls(identities, symbols)

    def scores(self, page: int, minus: NDArray[np.float64], plus: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the sums over symbols of what each says, ``(copies,)``.

        Args:
            page: Number of the page.
            minus: ``(words, 2)``: what −1 says; 0 where nothing was measured.
            plus: What +1 says.
        """
        packed = self.symbols[page]
        total = np.full(len(packed), np.float32(minus.sum()))
        apart = np.zeros(packed.shape[1] * 8, np.float32)
        apart[: minus.size] = (plus - minus).ravel()
        bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32)
        tables = apart.reshape(-1, 8) @ bits.T
        told = np.flatnonzero(np.ptp(tables, axis=1) > 0)
        for begin in range(0, len(packed), _AT_ONCE):
            rows = np.ascontiguousarray(packed[begin : begin + _AT_ONCE, told].T)
            for column, byte in enumerate(told):
                total[begin : begin + _AT_ONCE] += tables[byte][rows[column]]
        return total


def _page_file(page: int) -> str:
    return f"page-{page}.bits"


def _mapped(path: Path, kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    wanted = int(np.prod(shape)) * np.dtype(kind).itemsize
    if path.stat().st_size != wanted:
        raise BaseFormatError(reason="damaged")
    if not wanted:
        return np.zeros(shape, kind)
    return np.memmap(path, kind, "r", shape=shape)
