"""Very many copies of a document: what words say for all of them costs a look into files, not a drawing.

What a copy's words say is drawn from its identity by a keyed function that takes some microseconds a copy and page; for
a million copies that is half a minute. A book is the copies that are asked about and any number of files that know
symbols of some: what these lack is drawn, what they have beyond it is passed over, so that they may lag behind.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.trace.weigh.codefile import AT_ONCE, CodeFile, Rows, drawn_rows, key_name, width

MANY_COPIES: Final = 50_000
"""Of more copies than this not all are weighed in full; a book is of use beyond it."""
#: Eights of symbols that are looked up: a dense page has three times as many, and the best copies are weighed in full.
_MOST_EIGHTS: Final = 160


class CodeBook:
    """Copies of one document, and the files that tell what their words say."""

    def __init__(self, identities: NDArray[np.uint64], files: Sequence[CodeFile] = ()) -> None:
        """Look up which copies the files know.

        Args:
            identities: ``(copies,)``: those that are asked about.
            files: Of any keys, pages and copies; what they lack is drawn.
        """
        self.identities = identities
        order = np.argsort(identities)
        ordered = identities[order]
        self._files: list[tuple[CodeFile, NDArray[np.bool_], NDArray[np.intp]]] = []
        for file in files if len(identities) else ():
            place = np.minimum(np.searchsorted(ordered, file.identities), len(ordered) - 1)
            known = ordered[place] == file.identities
            self._files.append((file, known, order[place[known]]))

    def __len__(self) -> int:
        """Return how many copies are asked about."""
        return len(self.identities)

    def scores(
        self, page: int, minus: NDArray[np.float64], plus: NDArray[np.float64], key: bytes
    ) -> NDArray[np.float32]:
        """Return the sums over symbols of what each says, ``(copies,)``; of more than 640 words over the most telling.

        Args:
            page: Number of the page.
            minus: ``(words, 2)``: what −1 says; 0 where nothing was measured.
            plus: What +1 says.
            key: Secret under which the copies may have been made.
        """
        count, name = len(minus), key_name(key)
        scored = _Scored(minus, plus)
        total = np.full(len(self.identities), np.nan, np.float32)
        for file, known, places in self._files:
            if file.key == name and file.units.get(page) == count:
                said = np.concatenate([scored(rows) for rows in file.rows(page)])
                total[places] = said[known]
        lacking = np.flatnonzero(np.isnan(total))
        for begin in range(0, len(lacking), AT_ONCE):
            some = lacking[begin : begin + AT_ONCE]
            total[some] = scored(drawn_rows(self.identities[some], page, count, key))
        return total


class _Scored:
    """What the words of a page say, eight symbols looked up at once."""

    def __init__(self, minus: NDArray[np.float64], plus: NDArray[np.float64]) -> None:
        self._base = np.float32(minus.sum())
        apart = np.zeros(width(len(minus)) * 8, np.float32)
        apart[: minus.size] = (plus - minus).ravel()
        bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32)
        self._tables = apart.reshape(-1, 8) @ bits.T
        spread = np.ptp(self._tables, axis=1)
        most = np.argsort(-spread, kind="stable")[:_MOST_EIGHTS]
        self._told = np.sort(most[spread[most] > 0])

    def __call__(self, packed: Rows) -> NDArray[np.float32]:
        total = np.full(len(packed), self._base)
        rows = np.ascontiguousarray(packed[:, self._told].T)
        for column, byte in enumerate(self._told):
            total += self._tables[byte][rows[column]]
        return total
