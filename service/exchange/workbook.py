"""Reading the first sheet of a workbook (.xlsx) with openpyxl, within the sandbox, without its formulas.

What is read is what a person sees: texts, numbers, dates by their number format, and of a formula the value that was
stored with it. Laws: nothing is unpacked beyond a limit, whatever the directory of the file says; no document type, so
no entity, is accepted; nothing is evaluated, nothing outside the file is looked at.
"""

import io
import mimetypes
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NoReturn
from xml.parsers import expat

if not mimetypes.inited:
    mimetypes.knownfiles.clear()  # openpyxl has them read, such as /etc/mime.types, which the sandbox forbids

from openpyxl import load_workbook
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.escape import unescape

from service.exchange.grid import (
    ERROR_VALUE,
    FORMULA_WITHOUT_VALUE,
    MOST_ROWS,
    MOST_UNPACKED_BYTES,
    NUMBER_TOO_LONG,
    Grid,
    GridRefused,
    require_size,
)

_CHINESE_DATES: Final = frozenset({*range(27, 37), *range(50, 59)})
"""Numbers of date formats that Chinese files need not spell out (ISO/IEC 29500-1 §18.8.30); openpyxl lacks them."""
_LAST_EXACT: Final = 10**15
"""Numbers from here on have lost digits: programs keep fifteen."""
_LAST_ROW: Final = 1 << 20
"""Of the format; openpyxl makes up the rows between those that a file has."""
_PIECE: Final = 1 << 16
_PARTS: Final = 2000
"""More parts than this has no workbook of one table."""
_HALF_A_SECOND: Final = timedelta(milliseconds=500)


def read_workbook(offered: bytes) -> Grid:
    """Return the table of the first sheet that is not hidden.

    Raises:
        GridRefused: the file is no workbook, is protected, or is too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(offered)) as package:
            _require_plain(package)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        zlib.error,
    ) as error:
        raise GridRefused("not-a-table") from error
    try:
        return _grid(offered)
    except (GridRefused, MemoryError):
        raise
    except Exception as error:
        # openpyxl says what is wrong with a file by whatever its classes happen to raise.
        raise GridRefused("broken-workbook") from error


def _require_plain(package: zipfile.ZipFile) -> None:
    """Pass when a package has the parts of a workbook and unpacks within the limit, to XML without document types."""
    stated = sum(part.file_size for part in package.infolist())
    names = package.namelist()
    if stated > MOST_UNPACKED_BYTES or len(names) > _PARTS:
        raise GridRefused("unpacks-too-large", limit=MOST_UNPACKED_BYTES)
    if "[Content_Types].xml" not in names:
        raise GridRefused("not-a-table")
    read_bytes = 0
    for name in names:
        with package.open(name) as stream:
            head = _Head()
            while piece := stream.read(_PIECE):
                read_bytes += len(piece)
                if read_bytes > MOST_UNPACKED_BYTES:
                    raise GridRefused("unpacks-too-large", limit=MOST_UNPACKED_BYTES)
                head.take(piece)


class _Head:
    """What comes before the first element of a part, where alone a document type can be; of a picture there is none."""

    def __init__(self) -> None:
        self._is_over = False
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.StartElementHandler = self._end

    def take(self, piece: bytes) -> None:
        if self._is_over:
            return
        try:
            self._parser.Parse(piece, False)  # noqa: FBT003 - as expat has it
        except expat.ExpatError:
            self._is_over = True

    def _end(self, _name: str, _attributes: dict[str, str]) -> None:
        self._is_over = True


def _refuse_doctype(*_told: object) -> NoReturn:
    raise GridRefused("broken-workbook")


@contextmanager
def _opened(offered: bytes, *, is_data_only: bool) -> Iterator[Any]:
    """Open a workbook, and close it; what openpyxl warns of is what it leaves out, such as colours by condition."""
    with warnings.catch_warnings(action="ignore"):
        source = io.BytesIO(offered)
        try:
            book = load_workbook(source, read_only=True, data_only=is_data_only, keep_links=False)
        except OSError as error:  # it is another package, such as a letter
            raise GridRefused("not-a-table") from error
        with closing(book):
            yield book


def _rows(book: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - openpyxl is untyped
    """Yield the cells of each row of the first sheet in sight, from row 1 and the first column on."""
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not shown:
        raise GridRefused("no-sheet")
    shown[0].reset_dimensions()  # what a file says of its size need not be so
    rows: Iterator[tuple[Any, ...]] = shown[0].iter_rows(max_row=_LAST_ROW)
    return rows


def _grid(offered: bytes) -> Grid:
    rows: list[tuple[int, tuple[str, ...]]] = []
    faults: list[tuple[int, int, str]] = []
    bare: set[tuple[int, int]] = set()
    with _opened(offered, is_data_only=True) as book:
        for number, found in enumerate(_rows(book), 1):
            cells: dict[int, str] = {}
            for place, cell in enumerate(found):
                if cell.value is None:
                    if hasattr(cell, "row"):  # it is there, for its look or with a formula
                        bare.add((number, place))
                    continue
                fault = _fault(cell)
                if fault:
                    faults.append((number, place, fault))
                if said := unescape(_shown(cell, book.epoch)).strip():
                    require_size(0, place + 1, said)
                    cells[place] = said
            if cells:
                require_size(len(rows), 0)
                rows.append((number, tuple(cells.get(place, "") for place in range(max(cells) + 1))))
            _require_few(faults)
    if bare:
        faults.extend(_without_values(offered, bare))
        _require_few(faults)
    return Grid(tuple(rows), tuple(sorted(faults)))


def _without_values(offered: bytes, bare: set[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """Yield which of the cells without a value have a formula, whose value was never stored."""
    last = max(bare)[0]
    with _opened(offered, is_data_only=False) as book:
        for number, found in enumerate(_rows(book), 1):
            if number > last:
                return
            for place, cell in enumerate(found):
                if cell.data_type == "f" and (number, place) in bare:
                    yield number, place, FORMULA_WITHOUT_VALUE


def _require_few(faults: list[tuple[int, int, str]]) -> None:
    if len(faults) > MOST_ROWS:
        raise GridRefused("too-many-faults")


def _fault(cell: Any) -> str:  # noqa: ANN401 - openpyxl is untyped
    if cell.data_type == "e":
        return ERROR_VALUE
    is_number = cell.data_type == "n" and not _is_chinese_date(cell)
    return NUMBER_TOO_LONG if is_number and abs(cell.value) >= _LAST_EXACT else ""


def _is_chinese_date(cell: Any) -> bool:  # noqa: ANN401 - openpyxl is untyped
    return cell.data_type == "n" and cell.style_array.numFmtId in _CHINESE_DATES


def _shown(cell: Any, epoch: datetime) -> str:  # noqa: ANN401 - openpyxl is untyped
    """Return a value as a person sees it, days and times as ISO 8601 has them."""
    value = from_excel(cell.value, epoch) if _is_chinese_date(cell) else cell.value
    match value:
        case bool():
            return str(value).upper()
        case float():
            return str(int(value)) if value == int(value) else repr(value)
        case timedelta():
            minutes = (value + _HALF_A_SECOND) // timedelta(minutes=1)
            return f"{minutes // 60:02}:{minutes % 60:02}"
        case time():
            return (datetime.combine(date.min, value) + _HALF_A_SECOND).strftime("%H:%M")
        case datetime():
            moment = (value + _HALF_A_SECOND).replace(microsecond=0)
            return moment.strftime("%Y-%m-%d %H:%M" if moment.time() != time.min else "%Y-%m-%d")
        case _:
            return str(value)
