"""A table as it was read: texts in rows, with the numbers that a spreadsheet program shows for them."""

from dataclasses import dataclass, field
from typing import Final

MOST_BYTES: Final = 8 * 1024 * 1024
"""Of an offered file; a register of 1,000 copies has about a hundred kilobytes."""
MOST_UNPACKED_BYTES: Final = 64 * 1024 * 1024
"""Of all parts of a workbook together, as its directory states them and as they are read."""
MOST_ROWS: Final = 1000
"""Of one import: each row is a deed of its own, about 4 ms, and whoever else writes waits for the last of them."""
MOST_COLUMNS: Final = 64
MOST_CELL_CHARS: Final = 2000

ERROR_VALUE: Final = "error-value"
FORMULA_WITHOUT_VALUE: Final = "formula-without-value"
NUMBER_TOO_LONG: Final = "number-too-long"
FAULTS: Final = frozenset({ERROR_VALUE, FORMULA_WITHOUT_VALUE, NUMBER_TOO_LONG})
"""What a cell can hold that is no value."""


class GridRefused(Exception):
    """The file is no table that is taken here.

    Attributes:
        code: Stable name of the reason.
        facts: What was found, by name.
    """

    def __init__(self, code: str, **facts: int | str) -> None:
        """Keep the reason and what was found."""
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        rows: Row numbers, from 1, and their cells from the first column on; rows without a text are left out.
        faults: Row, column (from 0) and which of `FAULTS` a cell has.
    """

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    faults: tuple[tuple[int, int, str], ...] = field(default=())


def require_size(rows: int, columns: int, cell: str = "") -> None:
    """Pass when a table is no larger than one that is taken; its first rows may be title and headers.

    Raises:
        GridRefused: it is.
    """
    if rows > MOST_ROWS + 20:
        raise GridRefused("too-many-rows", limit=MOST_ROWS)
    if columns > MOST_COLUMNS:
        raise GridRefused("too-many-columns", limit=MOST_COLUMNS)
    if len(cell) > MOST_CELL_CHARS:
        raise GridRefused("cell-too-long", limit=MOST_CELL_CHARS)
