"""Reading the first sheet of a workbook (.xlsx; ISO/IEC 29500-1), within the sandbox, without its formulas.

What is read is what a person sees: texts, numbers, dates by their number format, and of a formula the value that was
stored with it. Laws: nothing is unpacked beyond a limit, whatever the directory of the file says; no document type, so
no entity, is accepted; nothing is evaluated, nothing outside the file is looked at.
"""

import io
import re
import zipfile
import zlib
from datetime import date, datetime, timedelta
from typing import Final, NoReturn
from xml.parsers import expat

from service.exchange.grid import MOST_ROWS, MOST_UNPACKED_BYTES, Grid, GridRefused, require_size

_BUILT_IN_DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Numbers of date formats that files need not spell out, Chinese ones included (ISO/IEC 29500-1 §18.8.30)."""
_NO_DATE: Final = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|General', re.IGNORECASE)
_DATE: Final = re.compile(r"[ymdhs年月日时分秒]", re.IGNORECASE)
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""A character that XML does not take (ISO/IEC 29500-1 §22.9.2.19)."""
_LAST_EXACT: Final = 10**15
"""Numbers from here on have lost digits: programs keep fifteen."""
_PIECE: Final = 1 << 16
_PARTS: Final = 2000
"""More parts than this has no workbook of one table."""


def read_workbook(offered: bytes) -> Grid:
    """Return the table of the first sheet that is not hidden.

    Raises:
        GridRefused: the file is no workbook, is protected, or is too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(offered)) as package:
            return _Workbook(package).grid()
    except (
        zipfile.BadZipFile,
        KeyError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        zlib.error,
    ) as error:
        raise GridRefused("not-a-table") from error
    except (expat.ExpatError, UnicodeError, ValueError, IndexError, OverflowError) as error:
        raise GridRefused("broken-workbook") from error


class _Workbook:
    def __init__(self, package: zipfile.ZipFile) -> None:
        stated = sum(part.file_size for part in package.infolist())
        if stated > MOST_UNPACKED_BYTES or len(package.infolist()) > _PARTS:
            raise GridRefused("unpacks-too-large", limit=MOST_UNPACKED_BYTES)
        self._package = package
        self._names = {name.casefold(): name for name in package.namelist()}
        self._read_bytes = 0

    def grid(self) -> Grid:
        main = self._targets("", "officeDocument").popitem()[1]
        book = _Book()
        self._parse(main, book)
        sheets = self._targets(main, "worksheet")
        shown = [key for key, is_hidden in book.sheets if not is_hidden and key in sheets]
        if not shown:
            raise GridRefused("no-sheet")
        texts = _Texts()
        for part in self._targets(main, "sharedStrings").values():
            self._parse(part, texts)
        styles = _Styles()
        for part in self._targets(main, "styles").values():
            self._parse(part, styles)
        sheet = _Sheet(texts.found, styles.dates(), since_1904=book.since_1904)
        self._parse(sheets[shown[0]], sheet)
        return Grid(tuple(sheet.rows), tuple(sheet.faults))

    def _targets(self, source: str, kind: str) -> dict[str, str]:
        """Return the parts that a part refers to as of a kind, by their key."""
        folder, _, name = source.rpartition("/")
        links = _Links(kind)
        place = f"{folder}/_rels/{name}.rels".lstrip("/")
        if place.casefold() not in self._names:
            return {}
        self._parse(place, links)
        return {key: _joined(folder, target) for key, target in links.found.items()}

    def _parse(self, part: str, handler: "_Handler") -> None:
        """Let a handler read a part, piece by piece."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.EntityDeclHandler = _refuse_doctype
        parser.StartElementHandler = lambda name, attributes: handler.start(
            name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        )
        parser.EndElementHandler = lambda name: handler.end(name.rpartition(" ")[2])
        parser.CharacterDataHandler = handler.text
        with self._package.open(self._names[part.casefold()]) as stream:
            while piece := stream.read(_PIECE):
                self._read_bytes += len(piece)
                if self._read_bytes > MOST_UNPACKED_BYTES:
                    raise GridRefused("unpacks-too-large", limit=MOST_UNPACKED_BYTES)
                parser.Parse(piece, False)  # noqa: FBT003 - as expat has it
            parser.Parse(b"", True)  # noqa: FBT003


class _Handler:
    """Hears elements and texts of one part."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text within an element."""


class _Links(_Handler):
    """Relationships of a kind (ISO/IEC 29500-2 §8.3): key and target; what lies outside the file is none."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self.found: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        outside = attributes.get("TargetMode") == "External"
        if name == "Relationship" and not outside and attributes["Type"].rpartition("/")[2] == self._kind:
            self.found[attributes["Id"]] = attributes["Target"]


class _Book(_Handler):
    """The sheets in their order, whether each is hidden, and from which year days are counted."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, bool]] = []
        self.since_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.sheets.append((attributes["id"], attributes.get("state", "visible") != "visible"))
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904") in {"1", "true"}


class _Texts(_Handler):
    """The texts that cells share, without the readings that stand over some."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._is_text = self._is_reading = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        del attributes
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._is_reading = True
        elif name == "t":
            self._is_text = not self._is_reading

    def end(self, name: str) -> None:
        if name == "si":
            self.found.append("".join(self._pieces))
        elif name == "rPh":
            self._is_reading = False
        elif name == "t":
            self._is_text = False

    def text(self, text: str) -> None:
        if self._is_text:
            self._pieces.append(text)


class _Styles(_Handler):
    """Which cell formats show a number as a date."""

    def __init__(self) -> None:
        self._spelt: dict[int, str] = {}
        self._used: list[int] = []
        self._within = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._spelt[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif name == "cellXfs":
            self._within = True
        elif name == "xf" and self._within:
            self._used.append(int(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._within = False

    def dates(self) -> frozenset[int]:
        return frozenset(place for place, key in enumerate(self._used) if self._is_date(key))

    def _is_date(self, key: int) -> bool:
        spelt = self._spelt.get(key)
        if spelt is None:
            return key in _BUILT_IN_DATES
        return bool(_DATE.search(_NO_DATE.sub("", spelt.split(";")[0])))


class _Sheet(_Handler):
    """The cells of one sheet, row by row."""

    def __init__(self, texts: list[str], dates: frozenset[int], *, since_1904: bool) -> None:
        self._texts, self._dates = texts, dates
        self._begin = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
        self.rows: list[tuple[int, tuple[str, ...]]] = []
        self.faults: list[tuple[int, int, str]] = []
        self._row, self._column = 0, -1
        self._cells: dict[int, str] = {}
        self._kind, self._style, self._has_formula = "n", 0, False
        self._value: list[str] = []
        self._takes, self._is_reading = False, False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column, self._cells = -1, {}
            require_size(len(self.rows), 0)
        elif name == "c":
            place = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = _column(place[1]) if place else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", "0"))
            self._has_formula, self._value = False, []
        elif name == "f":
            self._has_formula = True
        elif name == "rPh":
            self._is_reading = True
        elif name in {"v", "t"}:
            self._takes = not self._is_reading

    def text(self, text: str) -> None:
        if self._takes:
            self._value.append(text)

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._takes = False
        elif name == "rPh":
            self._is_reading = False
        elif name == "c":
            self._keep("".join(self._value))
        elif name == "row":
            self._end_row()

    def _keep(self, raw: str) -> None:
        if self._has_formula and not raw:
            self.faults.append((self._row, self._column, "formula-without-value"))
            return
        cell = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), self._shown(raw)).strip()
        if cell:
            require_size(0, self._column + 1, cell)
            self._cells[self._column] = cell

    def _end_row(self) -> None:
        if self._cells:
            width = max(self._cells) + 1
            self.rows.append((self._row, tuple(self._cells.get(place, "") for place in range(width))))
        if len(self.faults) > MOST_ROWS:
            raise GridRefused("too-many-faults")

    def _shown(self, raw: str) -> str:
        match self._kind:
            case "s":
                return self._texts[int(raw)] if raw else ""
            case "b":
                return {"1": "TRUE", "0": "FALSE"}.get(raw, raw)
            case "e":
                self.faults.append((self._row, self._column, "error-value"))
                return raw
            case "d":
                return raw.removesuffix("T00:00:00")
            case "n" if raw:
                return self._number(raw)
            case _:
                return raw

    def _number(self, raw: str) -> str:
        number = float(raw)
        if self._style in self._dates:
            return self._moment(number)
        if abs(number) >= _LAST_EXACT:
            self.faults.append((self._row, self._column, "number-too-long"))
        return str(int(number)) if number == int(number) else repr(number)

    def _moment(self, number: float) -> str:
        whole = timedelta(seconds=round(number * 86400))
        moment = datetime.combine(self._begin, datetime.min.time()) + whole
        if number < 1:
            return moment.strftime("%H:%M")
        return moment.strftime("%Y-%m-%d" if whole.seconds == 0 else "%Y-%m-%d %H:%M")


def _column(letters: str) -> int:
    """Return the place of a column, from 0."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _joined(folder: str, target: str) -> str:
    """Return the place of a part that another in ``folder`` refers to."""
    if target.startswith("/"):
        return target.lstrip("/")
    steps: list[str] = []
    for step in f"{folder}/{target}".split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)


def _refuse_doctype(*_told: object) -> NoReturn:
    raise GridRefused("broken-workbook")
