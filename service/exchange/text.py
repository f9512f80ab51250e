"""Comma-separated text, as programs in China and elsewhere write it: its characters are found out, and what divides it.

Order: a byte order mark decides; else UTF-8, which other encodings are hardly ever by chance; else GB18030, of which
GBK and GB 2312 are parts.
"""

import csv
import io
from typing import Final

from service.exchange.grid import Grid, GridRefused, require_size

MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
DIVIDERS: Final = (",", "\t", ";", "，", "|")
HEAD_LINES: Final = 10
"""So many lines tell what divides a table."""


def read_text(offered: bytes) -> Grid:
    """Return the table of a comma-separated file.

    Raises:
        GridRefused: its characters are of no encoding that is known here, or it is too large.
    """
    text = decoded(offered)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_divider(text))
    rows = []
    try:
        for number, cells in enumerate(reader, 1):
            require_size(number, len(cells))
            for cell in cells:
                require_size(0, 0, cell)
            stripped = tuple(_plain(cell) for cell in cells)
            if any(stripped):
                rows.append((number, stripped))
    except csv.Error as error:
        raise GridRefused("not-a-table") from error
    return Grid(tuple(rows))


def decoded(offered: bytes) -> str:
    """Return the text of a file.

    Raises:
        GridRefused: its characters are of no encoding that is known here.
    """
    for mark, encoding in MARKS:
        if offered.startswith(mark):
            return _decoded(offered, encoding)
    try:
        text = offered.decode("utf-8")
    except UnicodeDecodeError:
        text = _decoded(offered, "gb18030")
    if "\x00" in text:
        raise GridRefused("not-a-table")
    return text


def _decoded(offered: bytes, encoding: str) -> str:
    try:
        return offered.decode(encoding)
    except UnicodeDecodeError as error:
        raise GridRefused("unknown-encoding") from error


def _divider(text: str) -> str:
    """Return what divides the head of a table most often; a comma where nothing does."""
    head = "\n".join(text.splitlines()[:HEAD_LINES])
    counted = {divider: head.count(divider) for divider in DIVIDERS}
    return max(DIVIDERS, key=lambda divider: counted[divider])


def _plain(cell: str) -> str:
    """Return a cell without the guards that programs put around one: ``="007"``, or an apostrophe before a sign."""
    text = cell.strip()
    if len(text) > len('=""') and text.startswith('="') and text.endswith('"'):
        return text[2:-1].strip()
    if len(text) > 1 and text[0] == "'" and text[1] in "=+-@":
        return text[1:]
    return text
