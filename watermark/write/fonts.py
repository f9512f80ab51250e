"""The bundled typeface: which characters it has, and the small part of it that goes into a PDF.

A base embeds only the glyphs its batch may need, as a Type 0 font with two-byte glyph numbers (ISO 32000-2 §9.7). What
a character the typeface lacks looks like is decided here too: ``〔U+20BB7〕``, never a blank.
"""

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont

from watermark.errors import TextNotPreparedError

#: Characters every base has: ASCII, and the brackets around the number of a missing character.
ALWAYS: Final = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("〔〕")

_NAME: Final = "FoliotraceSansSC"
_UNITS_PER_EM: Final = 1000
_SYMBOLIC_FLAG: Final = 4


@dataclass(frozen=True)
class Face:
    """The embedded part of the typeface.

    Attributes:
        glyphs: For each character its glyph number in the embedded font and its advance in thousandths of the size.
        missing: Announced characters that the typeface lacks.
    """

    glyphs: Mapping[str, tuple[int, int]]
    missing: frozenset[str]

    def printable(self, text: str) -> str:
        """Return the text with every character the typeface lacks written as its number.

        Raises:
            TextNotPreparedError: a character was not announced when the base was prepared.
        """
        unknown = {character for character in text if character not in self.glyphs} - self.missing
        if unknown:
            raise TextNotPreparedError(
                characters=" ".join(sorted(f"U+{ord(character):04X}" for character in unknown))
            )
        return "".join(_numbered(character) if character in self.missing else character for character in text)

    def advance(self, text: str) -> float:
        """Return the width of printable text set at size 1."""
        glyphs = self.glyphs
        return sum([glyphs[character][1] for character in text]) / _UNITS_PER_EM

    def encoded(self, text: str) -> bytes:
        """Return printable text as the hexadecimal string a ``Tj`` operator takes."""
        return b"<" + b"".join(b"%04X" % self.glyphs[character][0] for character in text) + b">"

    def as_json(self) -> list[Any]:
        """Return the face as a JSON value."""
        return [{character: list(glyph) for character, glyph in self.glyphs.items()}, sorted(self.missing)]

    @classmethod
    def from_json(cls, value: list[Any]) -> Self:
        """Return the face that :meth:`as_json` gave this value for."""
        glyphs, missing = value
        return cls(
            {character: (glyph, advance) for character, (glyph, advance) in glyphs.items()},
            frozenset(missing),
        )


def font_path() -> Path:
    """Return the bundled TrueType file, for whoever sets papers of another kind in the same typeface."""
    return Path(__file__).parents[1] / "fonts" / "FoliotraceSans-SC.ttf"


def missing_characters(text: str) -> tuple[str, ...]:
    """Return the characters of a text that the bundled typeface lacks, each once, in order of appearance."""
    covered = _covered()
    return tuple(dict.fromkeys(character for character in text if ord(character) not in covered))


def embed(pdf: pikepdf.Pdf, texts: Iterable[str]) -> tuple[pikepdf.Object, Face]:
    """Add the glyphs of some texts to a PDF; return the font object and how to write with it."""
    wanted = set().union(*texts)
    missing = frozenset(missing_characters("".join(sorted(wanted))))
    characters = sorted((wanted - missing) | ALWAYS)
    program, font = _cut(characters)
    numbers, cmap, metrics = font.getReverseGlyphMap(), font.getBestCmap(), font["hmtx"].metrics
    glyphs = {
        character: (numbers[cmap[ord(character)]], round(metrics[cmap[ord(character)]][0]))
        for character in characters
    }
    return _type0(pdf, program, font, glyphs), Face(glyphs, missing)


def _numbered(character: str) -> str:
    """Return what is printed in place of a missing character."""
    return f"〔U+{ord(character):04X}〕"


@cache
def _covered() -> frozenset[int]:
    """Return the code points of the bundled typeface."""
    with TTFont(font_path(), lazy=True) as font:
        return frozenset(font.getBestCmap())


def _cut(characters: list[str]) -> tuple[bytes, TTFont]:
    """Return a TrueType program with these characters alone, and the same opened."""
    options = subset.Options()
    options.notdef_outline = True
    options.drop_tables += ["OS/2", "post", "name"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(character) for character in characters])
    program = io.BytesIO()
    with TTFont(font_path(), lazy=True, recalcTimestamp=False) as font:
        cutter.subset(font)
        font.save(program)
    return program.getvalue(), TTFont(io.BytesIO(program.getvalue()))


def _type0(
    pdf: pikepdf.Pdf, program: bytes, font: TTFont, glyphs: Mapping[str, tuple[int, int]]
) -> pikepdf.Object:
    """Return a Type 0 font with Identity-H codes: two bytes, each pair a glyph number of the program."""
    head, hhea = font["head"], font["hhea"]
    tag = "".join(chr(ord("A") + byte % 26) for byte in hashlib.sha256(program).digest()[:6])
    name = pikepdf.Name(f"/{tag}+{_NAME}")
    file = pdf.make_stream(program)
    file.Length1 = len(program)
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor,
        FontName=name,
        Flags=_SYMBOLIC_FLAG,
        FontBBox=pikepdf.Array([head.xMin, head.yMin, head.xMax, head.yMax]),
        ItalicAngle=0,
        Ascent=hhea.ascent,
        Descent=hhea.descent,
        CapHeight=733,
        StemV=80,
        FontFile2=file,
    )
    widths: list[Any] = []
    for glyph, advance in sorted(glyphs.values()):
        widths += [glyph, pikepdf.Array([advance])]
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=pikepdf.Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=_UNITS_PER_EM,
        W=pikepdf.Array(widths),
        CIDToGIDMap=pikepdf.Name.Identity,
    )
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=name,
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=pikepdf.Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(_to_unicode(glyphs)),
        )
    )


def _to_unicode(glyphs: Mapping[str, tuple[int, int]]) -> bytes:
    """Return the table by which a reader copies our text out as text (ISO 32000-2 §9.10.3)."""
    lines = [
        f"<{glyph:04X}> <{character.encode('utf-16-be').hex().upper()}>"
        for character, (glyph, _) in sorted(glyphs.items(), key=lambda item: item[1])
    ]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    table = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{table}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")
