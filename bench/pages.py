"""Pages of many kinds drawn by chance, quickly and in any number, for benchmarks that need thousands of them.

Latin words are half common ones and half made of syllables; Chinese characters are those of GB 2312 level 1, a few far
more often than the rest. Few fonts and sizes on purpose: the papers of one house look alike. Pictures are ``(H, W)``,
8-bit, 0 black, origin top left. No page here is part of the product.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
import reportlab
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Kind = Literal["english", "chinese", "columns", "table", "slide", "memo"]
Language = Literal["en", "zh"]

KINDS: Final[tuple[Kind, ...]] = ("english", "chinese", "columns", "table", "slide", "memo")
A4_MM: Final = (210.0, 297.0)

_OURS: Final = Path(__file__).parents[1] / "watermark" / "fonts" / "FoliotraceSans-SC.ttf"
_VERA: Final = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
_COMMON: Final = (
    "the of and to in is that for it as was with be by on not he his but at are this have from or had an they "
    "which one you were her all she there would their we him been has when who will more no if out so said what "
    "up its about into than them can only other new some could time these two may then do"
)
_SYLLABLES: Final = (
    "ba be bi con der en fa ge hi in ja ker la men ni or pre qua re sta ti un ver wi tion ment able ing er est "
    "ous al ic"
)
_INDENTED, _ENDING = 2, 0.13  # ems; share of lines that end a paragraph


class _Sheet:
    """A page being drawn; lengths are millimetres, letters points."""

    def __init__(self, kind: Kind, seed: int, dpi: int) -> None:
        self.chance = np.random.default_rng([seed, KINDS.index(kind)])
        self.mm = dpi / 25.4
        self.width, self.height = A4_MM[::-1] if kind == "slide" else A4_MM
        self.image = Image.new("L", (round(self.width * self.mm), round(self.height * self.mm)), 255)
        self.draw = ImageDraw.Draw(self.image)
        self.points = float(self.chance.choice([10, 10.5, 11, 12]))
        self.latin = _VERA if self.chance.random() < 2 / 3 else _OURS

    def language(self) -> Language:
        return "zh" if self.chance.random() < 1 / 2 else "en"

    def font(self, points: float, language: Language = "zh") -> ImageFont.FreeTypeFont:
        return _font(self.latin if language == "en" else _OURS, round(points / 72 * 25.4 * self.mm))

    def text(self, x: float, y: float, words: str, points: float) -> None:
        self.draw.text((x * self.mm, y * self.mm), words, 0, self.font(points))

    def words(self, language: Language, fewest: int, most: int) -> str:
        count = int(self.chance.integers(fewest, most))
        if language == "zh":
            characters, shares = _characters()
            return "".join(self.chance.choice(characters, count, p=shares))
        return " ".join(self.word() for _ in range(count))

    def word(self) -> str:
        if self.chance.random() < 1 / 2:
            return str(self.chance.choice(_COMMON.split()))
        return "".join(self.chance.choice(_SYLLABLES.split(), self.chance.integers(2, 5)))

    def flow(
        self, language: Language, box: tuple[float, float, float, float], points: float, leading: float
    ) -> None:
        """Fill a box, left, top, right, bottom, with justified paragraphs."""
        font = self.font(points, language)
        left, y, right, bottom = (side * self.mm for side in box)
        begins = True
        while y < bottom:
            x = left + (_INDENTED * font.size if begins else 0)
            begins = self.chance.random() < _ENDING
            end = left + (right - left) * self.chance.uniform(0.2, 0.9) if begins else right
            (self._chinese_line if language == "zh" else self._latin_line)(x, y, end, font, begins)
            y += leading * font.size

    def _chinese_line(self, x: float, y: float, end: float, font: ImageFont.FreeTypeFont, last: bool) -> None:
        count = max(int((end - x) / font.size), 1)
        line = list(self.words("zh", count, count + 1))
        for comma in range(int(self.chance.integers(4, 9)), count, int(self.chance.integers(8, 14))):
            line[comma] = "，"
        if last:
            line[-1] = "。"
        self.draw.text((x, y), "".join(line), 0, font)

    def _latin_line(self, x: float, y: float, end: float, font: ImageFont.FreeTypeFont, last: bool) -> None:
        gap, words, width = font.getlength(" "), list[tuple[str, float]](), 0.0
        while True:
            word = self.word()
            length = font.getlength(word)
            if x + width + length > end:
                break
            words.append((word, length))
            width += length + gap
        if not last and len(words) > 1:
            gap += (end - x - (width - gap)) / (len(words) - 1)
        for word, length in words:
            self.draw.text((x, y), word, 0, font)
            x += length + gap


def draw_page(kind: Kind, seed: int, dpi: int) -> NDArray[np.uint8]:
    """Return a page; another resolution sets other lines."""
    sheet = _Sheet(kind, seed, dpi)
    _DRAWERS[kind](sheet)
    sheet.text(sheet.width / 2, sheet.height - 15, str(sheet.chance.integers(1, 200)), 9)
    return np.asarray(sheet.image)


def with_code(page: NDArray[np.uint8], seed: int, dpi: int) -> NDArray[np.uint8]:
    """Return the page with a stand-in for our QR at the bottom right."""
    modules = np.random.default_rng(seed).integers(0, 2, (29, 29)).astype(np.uint8) * 255
    side, margin = round(18 * dpi / 25.4), round(8 * dpi / 25.4)
    marked = page.copy()
    height, width = page.shape
    code = Image.fromarray(modules).resize((side, side), Image.Resampling.NEAREST)
    marked[height - margin - side : height - margin, width - margin - side : width - margin] = np.asarray(
        code
    )
    return marked


def _running(language: Language) -> Callable[[_Sheet], None]:
    def drawer(sheet: _Sheet) -> None:
        top = 25.0
        if sheet.chance.random() < 2 / 5:
            sheet.text(25, top, _heading(sheet, language), 16)
            top += 12
        leading = float(sheet.chance.choice([1.35, 1.5, 1.6]))
        sheet.flow(language, (25, top, 185, 267), sheet.points, leading)

    return drawer


def _columns(sheet: _Sheet) -> None:
    for left in (20.0, 108.0):
        sheet.flow("en", (left, 25, left + 82, 267), 9.5, 1.3)


def _table(sheet: _Sheet) -> None:
    language, font = sheet.language(), sheet.font(9)
    rows, columns = int(sheet.chance.integers(15, 34)), int(sheet.chance.integers(4, 8))
    high, wide = 7.5, (sheet.width - 40) / columns
    lines = [(20.0, 25 + row * high, sheet.width - 20, 25 + row * high) for row in range(rows + 1)]
    lines += [(20 + at * wide, 25, 20 + at * wide, 25 + rows * high) for at in range(columns + 1)]
    for line in lines:
        sheet.draw.line([side * sheet.mm for side in line], 0, max(round(0.17 * sheet.mm), 1))
    for row in range(rows):
        for column in range(columns):
            if column and sheet.chance.random() < 3 / 5:
                words = f"{sheet.chance.uniform(0, 10 ** sheet.chance.integers(1, 6)):,.2f}"
            else:
                words = sheet.words(language, 2, 6) if language == "zh" else sheet.words(language, 1, 3)
            while font.getlength(words) > (wide - 2) * sheet.mm:
                words = words[:-1]
            sheet.text(21 + column * wide, 26 + row * high, words, 9)


def _slide(sheet: _Sheet) -> None:
    language = sheet.language()
    sheet.text(25, 30, _heading(sheet, language), 32)
    for line in range(int(sheet.chance.integers(4, 8))):
        y = 55 + 16 * line
        sheet.draw.ellipse([side * sheet.mm for side in (27, y + 2, 30, y + 5)], 0)
        words = sheet.words(language, 8, 26) if language == "zh" else sheet.words(language, 4, 9)
        sheet.text(35, y, words, 20)


def _memo(sheet: _Sheet) -> None:
    language = sheet.language()
    sheet.text(25, 25, _heading(sheet, language), 18)
    sheet.flow(language, (25, 45, 185, 45 + sheet.chance.uniform(30, 90)), sheet.points, 1.5)


def _heading(sheet: _Sheet, language: Language) -> str:
    return sheet.words(language, 6, 14) if language == "zh" else sheet.words(language, 3, 6).capitalize()


_DRAWERS: Final[dict[Kind, Callable[[_Sheet], None]]] = {
    "english": _running("en"),
    "chinese": _running("zh"),
    "columns": _columns,
    "table": _table,
    "slide": _slide,
    "memo": _memo,
}


@lru_cache(maxsize=64)
def _font(path: Path, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size_px, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1)
def _characters() -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Return the characters of GB 2312 level 1, rows 16 to 55, and how often each occurs."""
    cells = (bytes((row, column)) for row in range(0xB0, 0xD8) for column in range(0xA1, 0xFF))
    found = np.array([character for cell in cells if (character := cell.decode("gb2312", "ignore"))])
    np.random.default_rng(0).shuffle(found)
    often = 1 / (np.arange(len(found)) + 20.0)
    return found, often / often.sum()
