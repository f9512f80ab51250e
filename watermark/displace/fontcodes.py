"""How a font of a PDF cuts strings into codes, and how wide each code is set (ISO 32000-2 §9.6, §9.7).

Decides which fonts are understood; of all others, of vertical writing and of Type 3 nothing is known and their text is
left where it is. Widths are used to tell words apart and to say where they lie; a wrong one cannot move a glyph.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import pikepdf
from reportlab.pdfbase import _fontdata  # type: ignore[attr-defined]  # the stubs leave it out

_EM: Final = 1000.0
_BLANKS: Final = frozenset((0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000))
_BLANK_NAMES: Final = frozenset(("space", "nbspace", "uni0020", "uni00A0", "uni3000"))
_SPACE: Final = 0x20
#: From here on Unicode has the scripts that are set without word spaces in squares: radicals, kana, ideographs.
_FIRST_WIDE: Final = 0x2E80
_WIDE_EM: Final = 0.8
#: A width beyond this is damage, not type.
_WIDEST_EM: Final = 10.0
_CODES: Final = 256
_MOST_CIDS: Final = 70_000

_ASCENT_EM: Final = (0.6, 0.95, 0.75)
"""Least, most and assumed height of a line's ink above its baseline; descriptors often give a whole line's height."""
_DESCENT_EM: Final = (-0.3, -0.12, -0.22)


class Code(NamedTuple):
    """One code of a string.

    Attributes:
        raw: Its bytes.
        width: Advance in ems, before any spacing.
        is_blank: It leaves no ink.
        is_wide: A glyph of a script set in squares.
        takes_word_space: ``Tw`` is added to it: a single byte 32 (§9.3.3).
    """

    raw: bytes
    width: float
    is_blank: bool
    is_wide: bool
    takes_word_space: bool


class _Range(NamedTuple):
    """Codes of one length whose every byte lies between those of ``low`` and ``high`` (§9.7.6.2)."""

    low: bytes
    high: bytes

    def holds(self, code: bytes) -> bool:
        """Tell whether a code lies in the range."""
        return len(code) == len(self.low) and all(
            low <= byte <= high for low, byte, high in zip(self.low, code, self.high, strict=True)
        )


@dataclass
class FontCodes:
    """What the walk over a page needs of one font.

    Attributes:
        spaces: The code space.
        width_of: Width by code in ems; a code it lacks has ``default``.
        default: See there; None where such codes have no known width.
        unicode_of: First character of a code, as far as known.
        blanks: Codes known to be blank from elsewhere.
        ascent: Ink above the baseline in ems.
        descent: Ink below it, negative.
    """

    spaces: Sequence[_Range]
    width_of: Mapping[bytes, float]
    default: float | None
    unicode_of: Mapping[bytes, int]
    blanks: frozenset[bytes]
    ascent: float
    descent: float
    _known: dict[bytes, Code] = field(default_factory=dict)

    def codes(self, text: bytes) -> list[Code]:
        """Cut a string into its codes.

        Raises:
            ValueError: bytes outside the code space, or a code of unknown width.
        """
        found = []
        at = 0
        while at < len(text):
            code = self._code_at(text, at)
            found.append(code)
            at += len(code.raw)
        return found

    def _code_at(self, text: bytes, at: int) -> Code:
        """Return the code that begins at a byte."""
        for length in sorted({len(space.low) for space in self.spaces}):
            raw = text[at : at + length]
            known = self._known.get(raw)
            if known is not None and len(known.raw) == length:
                return known
            if any(space.holds(raw) for space in self.spaces):
                return self._known.setdefault(raw, self._made(raw))
        raise ValueError("bytes outside the code space")

    def _made(self, raw: bytes) -> Code:
        """Return what is known of a code."""
        width = self.width_of.get(raw, self.default)
        if width is None or not 0 <= width <= _WIDEST_EM:
            raise ValueError("a code of unknown width")
        character = self.unicode_of.get(raw)
        is_blank = raw in self.blanks if character is None else character in _BLANKS
        # Without a table of characters, a full square of a composite font is taken for an ideograph.
        likely_wide = len(raw) > 1 if character is None else character >= _FIRST_WIDE
        is_wide = likely_wide and width >= _WIDE_EM
        return Code(raw, width, is_blank, is_wide, raw == b" ")


class _Coding(NamedTuple):
    """A way to write characters as bytes: its code space, and the code of the ideographic space."""

    spaces: Sequence[_Range]
    wide_blank: bytes


_ASCII: Final = _Range(b"\x00", b"\x80")
_TWO_BYTES: Final = _Coding((_Range(b"\x00\x00", b"\xff\xff"),), b"\x30\x00")
_UTF16: Final = _Coding(
    (
        _Range(b"\x00\x00", b"\xd7\xff"),
        _Range(b"\xe0\x00", b"\xff\xff"),
        _Range(b"\xd8\x00\xdc\x00", b"\xdb\xff\xdf\xff"),
    ),
    b"\x30\x00",
)
_EUC: Final = _Coding((_ASCII, _Range(b"\xa1\xa1", b"\xfe\xfe")), b"\xa1\xa1")
_GBK: Final = _Coding((_ASCII, _Range(b"\x81\x40", b"\xfe\xfe")), b"\xa1\xa1")
_GB18030: Final = _Coding(
    (
        _Range(b"\x00", b"\x7f"),
        _Range(b"\x81\x40", b"\xfe\xfe"),
        _Range(b"\x81\x30\x81\x30", b"\xfe\x39\xfe\x39"),
    ),
    b"\xa1\xa1",
)
_BIG5: Final = _Coding((_ASCII, _Range(b"\x81\x40", b"\xfe\xfe")), b"\xa1\x40")
_SHIFT_JIS: Final = _Coding(
    (
        _ASCII,
        _Range(b"\xa0", b"\xdf"),
        _Range(b"\x81\x40", b"\x9f\xfc"),
        _Range(b"\xe0\x40", b"\xfc\xfc"),
    ),
    b"\x81\x40",
)
_UHC: Final = _Coding((_ASCII, _Range(b"\x81\x41", b"\xfe\xfe")), b"\xa1\xa1")

#: Predefined horizontal CMaps (§9.7.5.2): coding and the CID of the ASCII space. CID 1 is a proportional Latin, the
#: others the half-width Latin of their collection (Adobe Technical Notes 5078, 5079, 5080, 5093).
_PREDEFINED: Final[Mapping[str, tuple[_Coding, int]]] = {
    "/GB-EUC-H": (_EUC, 813),
    "/GBpc-EUC-H": (_EUC, 1),
    "/GBK-EUC-H": (_GBK, 813),
    "/GBKp-EUC-H": (_GBK, 1),
    "/GBK2K-H": (_GB18030, 1),
    "/UniGB-UCS2-H": (_TWO_BYTES, 1),
    "/UniGB-UTF16-H": (_UTF16, 1),
    "/B5pc-H": (_BIG5, 1),
    "/ETen-B5-H": (_BIG5, 13648),
    "/ETenms-B5-H": (_BIG5, 1),
    "/HKscs-B5-H": (_BIG5, 1),
    "/UniCNS-UCS2-H": (_TWO_BYTES, 1),
    "/UniCNS-UTF16-H": (_UTF16, 1),
    "/90ms-RKSJ-H": (_SHIFT_JIS, 231),
    "/90msp-RKSJ-H": (_SHIFT_JIS, 1),
    "/UniJIS-UCS2-H": (_TWO_BYTES, 1),
    "/UniJIS-UCS2-HW-H": (_TWO_BYTES, 231),
    "/UniJIS-UTF16-H": (_UTF16, 1),
    "/KSC-EUC-H": (_EUC, 8094),
    "/KSCms-UHC-H": (_UHC, 1),
    "/KSCms-UHC-HW-H": (_UHC, 8094),
    "/UniKS-UCS2-H": (_TWO_BYTES, 1),
    "/UniKS-UTF16-H": (_UTF16, 1),
}
#: The half-width Latin of GB1 begins with "!"; its space stands elsewhere.
_GB1_SPACE: Final = 7716
_SPACE_CIDS: Final[Mapping[str, int]] = {"/GB-EUC-H": _GB1_SPACE, "/GBK-EUC-H": _GB1_SPACE}
_ASCII_GLYPHS: Final = 95
#: CIDs of each collection that are not set in full squares: notdef, proportional and half-width Latin (the same notes).
_NARROW: Final[Mapping[bytes, Sequence[range]]] = {
    b"GB1": (range(96), range(814, 940), range(7712, _GB1_SPACE + 1)),
    b"CNS1": (range(99), range(13648, 13743)),
    b"Japan1": (range(633),),
    b"Korea1": (range(101), range(8094, 8191)),
}


def read_font(font: object) -> FontCodes | None:
    """Return how a font's strings are read, or None for one that must be left alone."""
    if not isinstance(font, pikepdf.Dictionary):
        return None
    try:
        subtype = str(font.get("/Subtype"))
        if subtype in {"/Type1", "/MMType1", "/TrueType"}:
            return _simple(font)
        return _composite(font) if subtype == "/Type0" else None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        # A damaged font: viewers differ over what it shows, so its text stays.
        return None


def _simple(font: pikepdf.Dictionary) -> FontCodes | None:
    """Read a font of one-byte codes."""
    names = _glyph_names(font)
    descriptor = font.get("/FontDescriptor")
    widths: dict[bytes, float] = {}
    default: float | None = None
    if isinstance(font.get("/Widths"), pikepdf.Array):
        first = int(font.get("/FirstChar", 0))
        for code, width in enumerate(font.Widths, start=first):
            if 0 <= code < _CODES:
                widths[bytes((code,))] = float(width) / _EM
        default = float(descriptor.get("/MissingWidth", 0)) / _EM if descriptor is not None else None
    else:
        metrics = _fontdata.widthsByFontGlyph.get(str(font.get("/BaseFont"))[1:])
        if metrics is None:
            return None
        for code, name in names.items():
            if name in metrics:
                widths[bytes((code,))] = metrics[name] / _EM
    blanks = {bytes((code,)) for code, name in names.items() if name in _BLANK_NAMES}
    if _SPACE not in names:
        blanks.add(b" ")
    return FontCodes(
        (_Range(b"\x00", b"\xff"),),
        widths,
        default,
        _to_unicode(font),
        frozenset(blanks),
        *_heights(descriptor),
    )


def _glyph_names(font: pikepdf.Dictionary) -> dict[int, str]:
    """Return the glyph names of a simple font by code, as far as its dictionary tells them (§9.6.5)."""
    encoding = font.get("/Encoding")
    base, differences = encoding, None
    if isinstance(encoding, pikepdf.Dictionary):
        base, differences = encoding.get("/BaseEncoding"), encoding.get("/Differences")
    standard = {"/Symbol": "SymbolEncoding", "/ZapfDingbats": "ZapfDingbatsEncoding"}
    otherwise = standard.get(str(font.get("/BaseFont")), "StandardEncoding")
    table = _fontdata.encodings.get(str(base)[1:] if base is not None else otherwise, ())
    names = {code: str(name) for code, name in enumerate(table) if name}
    code = 0
    for item in differences if isinstance(differences, pikepdf.Array) else ():
        if isinstance(item, pikepdf.Name):
            names[code] = str(item)[1:]
            code += 1
        else:
            code = int(item)
    return names


def _composite(font: pikepdf.Dictionary) -> FontCodes | None:
    """Read a Type 0 font."""
    descendant = font.DescendantFonts[0]
    widths = _cid_widths(descendant.get("/W"))
    default = float(descendant.get("/DW", _EM)) / _EM
    encoding = font.Encoding
    unicode_of = _to_unicode(font)
    heights = _heights(descendant.get("/FontDescriptor"))
    if isinstance(encoding, pikepdf.Stream):
        read = _embedded(encoding)
        if read is None:
            return None
        spaces, cid_of = read
        by_code = {raw: widths[cid] for raw, cid in cid_of.items() if cid in widths}
        return FontCodes(spaces, by_code, default, unicode_of, frozenset(), *heights)
    name = str(encoding)
    if name == "/Identity-H":
        by_code = {cid.to_bytes(2, "big"): width for cid, width in widths.items()}
        return FontCodes(_TWO_BYTES.spaces, by_code, default, unicode_of, frozenset(), *heights)
    if name not in _PREDEFINED:
        return None
    coding, space_cid = _PREDEFINED[name]
    narrow = _NARROW.get(bytes(descendant.CIDSystemInfo.Ordering), ())
    if any(width != default and not any(cid in cids for cids in narrow) for cid, width in widths.items()):
        return None  # which code has which of these widths would take the whole table of the collection
    latin = [_SPACE_CIDS.get(name, space_cid), *range(space_cid + 1, space_cid + _ASCII_GLYPHS)]
    length = len(coding.spaces[0].low)
    ascii_codes = [(_SPACE + place).to_bytes(length, "big") for place in range(_ASCII_GLYPHS)]
    by_code = {raw: widths.get(cid, default) for raw, cid in zip(ascii_codes, latin, strict=True)}
    characters = {raw: _SPACE + place for place, raw in enumerate(ascii_codes)}
    characters[coding.wide_blank] = 0x3000
    return FontCodes(coding.spaces, by_code, default, {**characters, **unicode_of}, frozenset(), *heights)


def _heights(descriptor: Any) -> tuple[float, float]:  # noqa: ANN401 -- whatever the file has there
    """Return ascent and descent in ems, brought within what type looks like."""
    ascent, descent = _ASCENT_EM[2], _DESCENT_EM[2]
    if isinstance(descriptor, pikepdf.Dictionary):
        ascent = float(descriptor.get("/Ascent", 0)) / _EM or ascent
        descent = float(descriptor.get("/Descent", 0)) / _EM or descent
    return (
        min(max(ascent, _ASCENT_EM[0]), _ASCENT_EM[1]),
        min(max(-abs(descent), _DESCENT_EM[0]), _DESCENT_EM[1]),
    )


def _cid_widths(value: object) -> dict[int, float]:
    """Return the widths of a CID font in ems (§9.7.4.3)."""
    widths: dict[int, float] = {}
    items = list(value) if isinstance(value, pikepdf.Array) else []
    at, left = 0, _MOST_CIDS
    while at + 1 < len(items):
        first = int(items[at])
        if isinstance(items[at + 1], pikepdf.Array):
            widths.update((first + place, float(width) / _EM) for place, width in enumerate(items[at + 1]))
            at += 2
        else:
            last, width = int(items[at + 1]), float(items[at + 2]) / _EM
            left -= max(last - first, 0)
            if left < 0:
                raise ValueError("too many widths")
            widths.update(dict.fromkeys(range(first, last + 1), width))
            at += 3
    return widths


_BLOCK: Final = re.compile(rb"begin(codespacerange|cidrange|cidchar|bfrange|bfchar)(.*?)end\1", re.DOTALL)
_ITEM: Final = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\d+)|(\[)|(\])")


def _blocks(cmap: bytes) -> Iterator[tuple[bytes, list[Any]]]:
    """Yield kind and operands of each block of a CMap: strings as bytes, numbers, lists of strings."""
    for kind, body in _BLOCK.findall(cmap):
        items: list[Any] = []
        listing: list[bytes] | None = None
        for text, number, opens, closes in _ITEM.findall(body):
            if opens:
                listing = []
                items.append(listing)
            elif closes:
                listing = None
            elif number:
                items.append(int(number))
            else:
                digits = b"".join(text.split())
                string = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
                (items if listing is None else listing).append(string)
        yield kind, items


def _embedded(stream: pikepdf.Stream) -> tuple[list[_Range], dict[bytes, int]] | None:
    """Return code space and CIDs of an embedded CMap, or None for one that is vertical or rests on another."""
    data = stream.read_bytes()
    if "/UseCMap" in stream or b"usecmap" in data or int(stream.get("/WMode", 0)) != 0 or b"/WMode 1" in data:
        return None
    spaces: list[_Range] = []
    cid_of: dict[bytes, int] = {}
    ranges: list[_Mapped] = []
    for kind, items in _blocks(data):
        if kind == b"codespacerange":
            spaces += [_Range(low, high) for low, high in zip(items[::2], items[1::2], strict=True)]
        elif kind == b"cidchar":
            cid_of.update(zip(items[::2], items[1::2], strict=True))
        elif kind == b"cidrange":
            ranges += zip(items[::3], items[1::3], items[2::3], strict=True)
    cid_of.update(_counted(ranges))
    return (spaces, cid_of) if spaces else None


_Mapped = tuple[bytes, bytes, int]
"""First code of a range, last code, and what the first is mapped to."""


def _counted(ranges: Sequence[_Mapped]) -> Iterator[tuple[bytes, int]]:
    """Yield the codes of ranges with numbers that count up; a ValueError for more than any font has."""
    left = _MOST_CIDS
    for low, high, first in ranges:
        start = int.from_bytes(low, "big")
        count = int.from_bytes(high, "big") - start + 1
        left -= max(count, 0)
        if left < 0:
            raise ValueError("too many codes")
        for place in range(count):
            yield (start + place).to_bytes(len(low), "big"), first + place


def _to_unicode(font: pikepdf.Dictionary) -> dict[bytes, int]:
    """Return the first character of each code that ``/ToUnicode`` names (§9.10.3)."""
    stream = font.get("/ToUnicode")
    if not isinstance(stream, pikepdf.Stream):
        return {}
    found: dict[bytes, int] = {}
    ranges: list[_Mapped] = []
    for kind, items in _blocks(stream.read_bytes()):
        if kind == b"bfchar":
            for raw, text in zip(items[::2], items[1::2], strict=False):
                found[raw] = _first_character(text)
        elif kind == b"bfrange":
            for low, high, target in zip(items[::3], items[1::3], items[2::3], strict=False):
                if isinstance(target, list):
                    start = int.from_bytes(low, "big")
                    for place, text in enumerate(target):
                        found[(start + place).to_bytes(len(low), "big")] = _first_character(text)
                else:
                    ranges.append((low, high, _first_character(target)))
    found.update(_counted(ranges))
    return found


def _first_character(text: bytes) -> int:
    """Return the first code point of a UTF-16 string; 0 for an empty one."""
    decoded = text.decode("utf-16-be", "replace")
    return ord(decoded[0]) if decoded else 0
