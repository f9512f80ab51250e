"""What an offered table is, and its cells; within the sandbox, since only its content tells."""

from collections.abc import Callable
from typing import Final

from service.exchange.grid import Grid, GridRefused
from service.exchange.text import read_text
from service.exchange.workbook import read_workbook

_ZIP: Final = b"PK\x03\x04"
_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Older workbooks (.xls), and new ones under a password."""
_PDF: Final = b"%PDF-"

Answer = tuple[str, object, object]


def read(offered: bytes) -> Answer:
    """Return ``("table", rows, faults)`` as `Grid` has them, or ``("refused", code, facts)``; plain data alone."""
    try:
        grid = _reader(offered)(offered)
    except GridRefused as refusal:
        return "refused", refusal.code, dict(refusal.facts)
    if not grid.rows:
        return "refused", "empty-table", {}
    return "table", grid.rows, grid.faults


def _reader(offered: bytes) -> Callable[[bytes], Grid]:
    if offered.startswith(_ZIP):
        return read_workbook
    if offered.startswith(_OLD):
        raise GridRefused("old-workbook")
    if offered.startswith(_PDF):
        raise GridRefused("not-a-table")
    return read_text
