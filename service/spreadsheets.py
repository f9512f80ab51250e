"""Tables for spreadsheet programs: no cell becomes a formula, and Chinese is read as Chinese.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break is taken for a formula by Excel and others; it
gets an apostrophe in front, which they do not show (OWASP, CSV Injection; ASVS 5.0 §1.2.10). The file begins with a
byte order mark, without which Excel reads UTF-8 as the local code page.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
CSV_TYPE: Final = "text/csv; charset=utf-8"


def neutral(cell: object) -> str | int:
    """Return a cell that no spreadsheet program takes for a formula; whole numbers stay numbers."""
    if isinstance(cell, int):
        return cell
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_file(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as a CSV file."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([neutral(cell) for cell in head])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")
