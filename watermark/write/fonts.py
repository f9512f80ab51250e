"""The typeface of the marks: which characters it has, and the small part of it that goes into a PDF.

A base embeds only the glyphs its batch may need, as one Type 0 font with two-byte glyph numbers (ISO 32000-2 §9.7).
Characters that the bundled face lacks are looked for in a chain of further ones, which an installation names for rare
names; their outlines are added to the same small font, so that nothing else has to know of several. What a character
that no face has looks like is decided here too: ``〔U+20BB7〕``, never a blank.

The further faces are large and trusted, documents are neither: whoever owns the chain cuts from it what some texts
need, and hands that over where documents are parsed.
"""

import hashlib
import io
import struct
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import pikepdf
from fontTools import subset
from fontTools.misc.transform import Scale
from fontTools.pens.filterPen import DecomposingFilterPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, TTLibError
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from watermark.errors import TextNotPreparedError, UnusableFontError

#: Characters every base has: ASCII, and the brackets around the number of a missing character.
ALWAYS: Final = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("〔〕")

_NAME: Final = "FoliotraceSansSC"
UNITS_PER_EM: Final = 1000
_SYMBOLIC_FLAG: Final = 4

#: Bits of ``OS/2.fsType`` (OpenType 1.9): what may not go into a file, or not in part, or not as outlines.
_RESTRICTED: Final = 0x0002
_USAGE: Final = 0x000F
_NO_SUBSETTING: Final = 0x0100
_BITMAPS_ONLY: Final = 0x0200

#: What a damaged font makes fontTools raise.
_BROKEN: Final = (
    TTLibError, OSError, KeyError, ValueError, TypeError, IndexError, AttributeError, EOFError, AssertionError,
    struct.error,
)  # fmt: skip


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
        return sum([glyphs[character][1] for character in text]) / UNITS_PER_EM

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


@dataclass(frozen=True)
class FontChain:
    """Further faces, tried one after the other for what the bundled one lacks; made by :func:`open_fonts`.

    Attributes:
        faces: Path of each, with the code points it has.
    """

    faces: tuple[tuple[Path, frozenset[int]], ...] = ()

    def missing(self, text: str) -> tuple[str, ...]:
        """Return the characters of a text that no face has, each once, in order of appearance."""
        return tuple(
            character
            for character in missing_characters(text)
            if not any(ord(character) in covered for _, covered in self.faces)
        )

    def cut(self, text: str) -> tuple[bytes, ...]:
        """Return small TrueType programs with the characters of a text that the bundled face lacks and these have."""
        wanted = {ord(character) for character in missing_characters(text)}
        programs = []
        for path, covered in self.faces:
            if here := wanted & covered:
                programs.append(_cut(path, here)[0])
                wanted -= here
        return tuple(programs)


def open_fonts(paths: Iterable[Path]) -> FontChain:
    """Return the chain of some TrueType files, in their order.

    Raises:
        UnusableFontError: one cannot be read, has no TrueType outlines, or may not be embedded.
    """
    return FontChain(tuple((path, _embeddable(path)) for path in paths))


def _embeddable(path: Path) -> frozenset[int]:
    """Return the code points of a face that may go into a file, after drawing one of its characters."""
    try:
        with path.open("rb") as file, TTFont(file, lazy=True, fontNumber=0) as font:
            if "glyf" not in font:
                raise UnusableFontError(file=path.name, reason="no-truetype-outlines")
            rights = font["OS/2"].fsType
            if rights & _USAGE == _RESTRICTED or rights & (_NO_SUBSETTING | _BITMAPS_ONLY):
                raise UnusableFontError(file=path.name, reason="embedding-forbidden")
            covered = frozenset(font.getBestCmap())
        _cut(path, {min(covered)})
    except _BROKEN as error:
        raise UnusableFontError(file=path.name, reason="broken") from error
    return covered


def embed(
    pdf: pikepdf.Pdf, texts: Iterable[str], further: Iterable[bytes] = ()
) -> tuple[pikepdf.Object, Face]:
    """Add the glyphs of some texts to a PDF; return the font object and how to write with it.

    Args:
        pdf: Gets the font.
        texts: What may have to be written.
        further: Programs that :meth:`FontChain.cut` made for these texts.
    """
    wanted = set().union(*texts)
    missing = set(missing_characters("".join(sorted(wanted))))
    program, font = _cut(font_path(), {ord(character) for character in (wanted - missing) | ALWAYS})
    added: set[str] = set()
    for extra in further:
        added |= _add(font, TTFont(io.BytesIO(extra)), {ord(character) for character in missing - added})
    if added:
        program = _saved(font)
        font = TTFont(io.BytesIO(program))
        missing -= added
    characters = sorted((wanted - missing) | ALWAYS)
    numbers, cmap, metrics = font.getReverseGlyphMap(), font.getBestCmap(), font["hmtx"].metrics
    glyphs = {
        character: (numbers[cmap[ord(character)]], round(metrics[cmap[ord(character)]][0]))
        for character in characters
    }
    return _type0(pdf, program, font, glyphs), Face(glyphs, frozenset(missing))


def _numbered(character: str) -> str:
    """Return what is printed in place of a missing character."""
    return f"〔U+{ord(character):04X}〕"


@cache
def _covered() -> frozenset[int]:
    """Return the code points of the bundled typeface."""
    with TTFont(font_path(), lazy=True) as font:
        return frozenset(font.getBestCmap())


def _cut(path: Path, code_points: Collection[int]) -> tuple[bytes, TTFont]:
    """Return a TrueType program with these characters of a face alone, and the same opened."""
    options = subset.Options()
    options.notdef_outline = True
    options.drop_tables += ["OS/2", "post", "name"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=code_points)
    with path.open("rb") as file, TTFont(file, lazy=True, recalcTimestamp=False, fontNumber=0) as font:
        cutter.subset(font)
        program = _saved(font)
    return program, TTFont(io.BytesIO(program), recalcTimestamp=False)


def _saved(font: TTFont) -> bytes:
    program = io.BytesIO()
    font.save(program)
    return program.getvalue()


def _add(font: TTFont, other: TTFont, code_points: Collection[int]) -> set[str]:
    """Draw characters of another face into a font, to the font's scale; return which it had."""
    cmap, glyphs, metrics = other.getBestCmap(), other.getGlyphSet(), other["hmtx"].metrics
    scale = font["head"].unitsPerEm / other["head"].unitsPerEm
    order = list(font.getGlyphOrder())
    here = sorted(set(code_points) & set(cmap))
    for code_point in here:
        name = f"further{code_point:X}"
        pen = TTGlyphPen(None)
        glyphs[cmap[code_point]].draw(DecomposingFilterPen(TransformPen(pen, Scale(scale)), glyphs))
        drawn = pen.glyph()
        drawn.recalcBounds(font["glyf"])
        font["glyf"].glyphs[name] = drawn
        font["hmtx"].metrics[name] = (round(metrics[cmap[code_point]][0] * scale), getattr(drawn, "xMin", 0))
        order.append(name)
    font.setGlyphOrder(order)
    font["glyf"].glyphOrder = order
    _enter(font, {code_point: f"further{code_point:X}" for code_point in here})
    return set(map(chr, here))


def _enter(font: TTFont, names: Mapping[int, str]) -> None:
    """Let the one character table of a font, which reaches beyond 16 bits, know these characters as well."""
    table = CmapSubtable.newSubtable(12)
    table.platformID, table.platEncID, table.language = 3, 10, 0
    table.cmap = {**font.getBestCmap(), **names}
    font["cmap"].tables = [table]


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
        DW=UNITS_PER_EM,
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
