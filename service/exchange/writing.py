"""Writing workbooks (.xlsx; ISO/IEC 29500-1): one table, its head in bold and always in sight, and sheets of remarks.

Laws: every text is a text, whatever it begins with, and stays one when it is edited (``quotePrefix``), so that no cell
we give becomes a formula; days and times are dates that can be sorted; the same table gives the same bytes.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

WORKBOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | date | datetime | None

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
"""Time of every part: the earliest that a package can say."""

TEXT, TITLE, DAY, MOMENT, WRONG, NUMBER = range(6)
"""Cell formats, in the order of the styles."""
_STYLES: Final = (
    f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><color rgb="FFFFFFFF"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><color rgb="FF9C0006"/><name val="Calibri"/></font></fonts>'
    '<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FF1F3A5F"/></patternFill></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFFFE1E1"/></patternFill></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="6">'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" quotePrefix="1" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="2" borderId="0" applyFont="1" applyFill="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="2" fillId="3" borderId="0" applyFont="1" applyFill="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    "</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOOKS_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_NARROWEST, _WIDEST = 8, 60
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a calendar of days, without a zone
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
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in _parts(sheets):
            package.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _parts(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    numbers = range(1, len(sheets) + 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}.worksheet+xml"/>'
            for number in numbers
        )
        + "</Types>",
    )
    yield "_rels/.rels", _links([("officeDocument", "xl/workbook.xml")])
    named = "".join(
        f'<sheet name={quoteattr(_sheet_name(sheet.name))} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in zip(numbers, sheets, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{named}</sheets></workbook>',
    )
    links = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    yield "xl/_rels/workbook.xml.rels", _links([*links, ("styles", "styles.xml")])
    yield "xl/styles.xml", _HEAD + _STYLES
    for number, sheet in zip(numbers, sheets, strict=True):
        yield f"xl/worksheets/sheet{number}.xml", _sheet(sheet)


def _links(targets: Iterable[tuple[str, str]]) -> str:
    found = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{found}</Relationships>'


def _sheet(sheet: Sheet) -> str:
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{_width(sheet, place - 1)}" customWidth="1"/>'
        for place in range(1, len(sheet.head) + 1)
    )
    head = _row(1, [(text, TITLE) for text in sheet.head])
    rows = "".join(
        _row(
            number + 2,
            [
                (cell, WRONG if (number, place) in sheet.wrong else _format(cell))
                for place, cell in enumerate(row)
            ],
        )
        for number, row in enumerate(sheet.rows)
    )
    last = f"{_letters(max(len(sheet.head), 1) - 1)}{len(sheet.rows) + 1}"
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>{head}{rows}</sheetData>"
        f'<autoFilter ref="A1:{last}"/></worksheet>'
    )


def _row(number: int, cells: Sequence[tuple[Cell, int]]) -> str:
    told = "".join(
        _cell(f"{_letters(place)}{number}", cell, look) for place, (cell, look) in enumerate(cells)
    )
    return f'<row r="{number}">{told}</row>'


def _cell(place: str, cell: Cell, look: int) -> str:
    if cell is None or cell == "":
        return f'<c r="{place}" s="{look}"/>' if look == WRONG else ""
    if isinstance(cell, str):
        text = escape(_writable(cell))
        return f'<c r="{place}" s="{look}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    if isinstance(cell, date):
        moment = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001
        passed = moment.replace(tzinfo=None) - _EPOCH
        return f'<c r="{place}" s="{look}"><v>{passed.days + passed.seconds / 86400!r}</v></c>'
    return f'<c r="{place}" s="{look}"><v>{cell}</v></c>'


def _format(cell: Cell) -> int:
    if isinstance(cell, datetime):
        return MOMENT
    if isinstance(cell, date):
        return DAY
    return NUMBER if isinstance(cell, int) else TEXT


def _writable(text: str) -> str:
    """Return a text as the format writes it: characters that XML does not take are spelt out."""
    plain = _LOOKS_ESCAPED.sub("_x005F_", text)
    return _NOT_XML.sub(
        lambda found: f"_x{ord(found[0]):04X}_", plain.replace("\r", "_x000D_").replace("\x00", "")
    )


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


def _letters(place: int) -> str:
    """Return the letters of a column, from 0."""
    letters = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        letters = chr(ord("A") + letter) + letters
        place -= 1
    return letters


def _sheet_name(name: str) -> str:
    return _NOT_IN_NAMES.sub(" ", name)[:_SHEET_NAME_CHARS] or "1"
