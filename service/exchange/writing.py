"""Writing workbooks (.xlsx) with openpyxl: one table, its head in bold and always in sight, and sheets of remarks.

Laws: every text is a text, whatever it begins with, and stays one when it is edited (``quotePrefix``), so that no cell
we give becomes a formula; days and times are dates that can be sorted; the same table gives the same bytes.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

WORKBOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | date | datetime | None

_STAMP: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - a package knows no zone
"""Time of every part: the earliest that a package can say."""
_TEXT, _DAY, _MOMENT = "@", r"yyyy\-mm\-dd", r"yyyy\-mm\-dd\ hh:mm"
_TITLE_FONT: Final = Font(name="Calibri", size=11, bold=True, color="FFFFFFFF")
_TITLE_FILL: Final = PatternFill("solid", fgColor="FF1F3A5F")
_WRONG_FONT: Final = Font(name="Calibri", size=11, bold=True, color="FF9C0006")
_WRONG_FILL: Final = PatternFill("solid", fgColor="FFFFE1E1")

_NOT_XML: Final = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOOKS_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_NARROWEST, _WIDEST = 8, 60
_SHEET_NAME_CHARS: Final = 31


@dataclass(frozen=True)
class Sheet:
    """A table: its name, head and rows; ``wrong`` marks cells by row and column, both from 0, the head apart."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    wrong: frozenset[tuple[int, int]] = frozenset()


def workbook(*sheets: Sheet) -> bytes:
    """Return a workbook of these sheets, the first of them in sight."""
    book = Workbook(write_only=True)
    book.properties.creator = "Foliotrace"
    book.properties.created = book.properties.modified = _STAMP
    for sheet in sheets:
        _write(book.create_sheet(_NOT_IN_NAMES.sub(" ", sheet.name)[:_SHEET_NAME_CHARS] or "1"), sheet)
    drafted, target = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(drafted, "w")).save()
    with zipfile.ZipFile(drafted) as draft, zipfile.ZipFile(target, "w") as package:
        for name in draft.namelist():  # again, since a draft bears the time of its making
            part = zipfile.ZipInfo(name, _STAMP.timetuple()[:6])
            package.writestr(part, draft.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _write(page: Any, sheet: Sheet) -> None:  # noqa: ANN401 - openpyxl is untyped
    for place in range(len(sheet.head)):
        page.column_dimensions[get_column_letter(place + 1)].width = _width(sheet, place)
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(max(len(sheet.head), 1))}{len(sheet.rows) + 1}"
    page.append([_marked(page, text, _TITLE_FONT, _TITLE_FILL) for text in sheet.head])
    for number, row in enumerate(sheet.rows):
        page.append(
            [
                _marked(page, cell, _WRONG_FONT, _WRONG_FILL)
                if (number, place) in sheet.wrong
                else _plain(page, cell)
                for place, cell in enumerate(row)
            ]
        )


def _marked(page: Any, cell: Cell, font: Font, fill: PatternFill) -> Any:  # noqa: ANN401 - openpyxl is untyped
    made = _plain(page, cell) or WriteOnlyCell(page)
    made.font, made.fill = font, fill
    return made


def _plain(page: Any, cell: Cell) -> Any:  # noqa: ANN401 - openpyxl is untyped
    """Return a cell in the format of its kind; None of what is empty."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        made = WriteOnlyCell(page, _writable(cell))
        made.data_type = "s"  # whatever it begins with
        made.number_format, made.quotePrefix = _TEXT, True
    elif isinstance(cell, datetime):
        made = WriteOnlyCell(page, cell.replace(tzinfo=None))
        made.number_format = _MOMENT
    else:
        made = WriteOnlyCell(page, cell)
        if isinstance(cell, date):
            made.number_format = _DAY
    return made


def _writable(text: str) -> str:
    """Return a text as the format writes it: characters that XML does not take are spelt out."""
    plain = _LOOKS_ESCAPED.sub("_x005F_", text).replace("\x00", "")
    return _NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", plain)


def _width(sheet: Sheet, place: int) -> int:
    cells = [sheet.head[place], *(row[place] for row in sheet.rows[:200] if place < len(row))]
    widest = max(
        (
            sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in str(cell))
            for cell in cells
            if cell is not None
        ),
        default=0,
    )
    return min(max(widest + 2, _NARROWEST), _WIDEST)
