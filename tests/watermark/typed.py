"""Pages of text in the fonts and text states that movable words have to cope with."""

import io
from pathlib import Path

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont as ReportlabFont
from reportlab.pdfgen import canvas

import watermark
from tests.watermark.papers import add_page, saved
from watermark.write import fonts

A4_MM = (210.0, 297.0)
SENTENCES = (
    "The committee decided that all papers must be returned within ten days",
    "Each numbered copy carries the name of its holder and of the unit",
    "Whoever finds a page outside of the building brings it to the gate",
    "Guards verify every mark before anything leaves the secure rooms",
)
CHINESE = ("各单位要高度重视加强领导确保各项工作", "落到实处现将预算执行情况印发给你们")


def helvetica(**entries):
    return Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, **entries)


def page_of(content: bytes, font=None, **resources) -> bytes:
    """Return a cleaned document of one A4 page whose font /F1 is Helvetica, unless given."""
    with pikepdf.new() as pdf:
        page = add_page(pdf, content)
        made = font(pdf) if callable(font) else font or helvetica()
        page.Resources = Dictionary(Font=Dictionary(F1=made), **resources)
        return cleaned(saved(pdf))


def cleaned(pdf: bytes) -> bytes:
    return watermark.inspect(pdf).cleaned


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def running_text(size=11) -> bytes:
    """Return content that sets the sentences with ``'`` and ``TL`` in /F1."""
    lines = b"".join(b"(%s) '\n" % line.encode("ascii") for line in SENTENCES * 3)
    return b"BT /F1 %d Tf %d TL 70 750 Td\n%s ET" % (size, size + 5, lines)


def truetype(pdf):
    """Return a simple TrueType font with the bundled program and WinAnsi codes."""
    program = fonts.font_path().read_bytes()
    with TTFont(fonts.font_path()) as font:
        cmap, metrics = font.getBestCmap(), font["hmtx"].metrics
        widths = [metrics[cmap[code]][0] for code in range(0x20, 0x7F)]
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name.Bundled,
        Flags=32,
        FontBBox=Array([0, -300, 1000, 1000]),
        ItalicAngle=0,
        Ascent=880,
        Descent=-120,
        CapHeight=733,
        StemV=80,
        FontFile2=pdf.make_stream(program),
    )
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.TrueType,
        BaseFont=Name.Bundled,
        FirstChar=0x20,
        LastChar=0x7E,
        Widths=Array(widths),
        Encoding=Name.WinAnsiEncoding,
        FontDescriptor=pdf.make_indirect(descriptor),
    )


def identity_page(size: int = 12, text: tuple[str, ...] = CHINESE, begin: bytes = b"1 0 0 1 80 740") -> bytes:
    """Return a page of Chinese in a Type 0 font with Identity-H, as our own writer embeds it."""
    with pikepdf.new() as pdf:
        font, face = fonts.embed(pdf, text)
        lines = b"".join(b"%s Tj 0 -20 Td\n" % face.encoded(line) for line in text * 4)
        page = add_page(pdf, b"BT /F1 %d Tf %s Tm\n" % (size, begin) + lines + b"ET")
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        return cleaned(saved(pdf))


def composite_page(encoding, text: bytes, widths=(814, 939, 500)) -> bytes:
    """Return a page in a Type 0 font whose CIDs all show glyphs of the bundled program.

    ``encoding`` is the name of a predefined CMap or the bytes of an embedded one.
    """
    with pikepdf.new() as pdf:
        program = fonts.font_path().read_bytes()
        with TTFont(fonts.font_path()) as font:
            cmap = font.getBestCmap()
            glyphs = [font.getGlyphID(cmap[ord(character)]) for character in CHINESE[0]]
        places = b"".join(glyphs[cid % len(glyphs)].to_bytes(2, "big") for cid in range(30_000))
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name.Bundled,
            Flags=4,
            FontBBox=Array([0, -300, 1000, 1000]),
            ItalicAngle=0,
            Ascent=880,
            Descent=-120,
            CapHeight=733,
            StemV=80,
            FontFile2=pdf.make_stream(program),
        )
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name.Bundled,
            CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"GB1", Supplement=2),
            FontDescriptor=pdf.make_indirect(descriptor),
            W=Array(list(widths)),
            CIDToGIDMap=pdf.make_stream(places),
        )
        font = Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name.Bundled,
            Encoding=pdf.make_stream(encoding) if isinstance(encoding, bytes) else Name(encoding),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
        )
        lines = b"".join(b"<%s> ' " % text.hex().encode("ascii") for _ in range(4))
        page = add_page(pdf, b"BT /F1 12 Tf 20 TL 80 740 Td " + lines + b"ET")
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        return cleaned(saved(pdf))


def reportlab_page(path: Path) -> bytes:
    """Return a page of Chinese and English as reportlab sets it with a TrueType font."""
    pdfmetrics.registerFont(ReportlabFont("Typed", str(path)))
    target = io.BytesIO()
    drawn = canvas.Canvas(target, pagesize=(595.276, 841.89), invariant=1)
    drawn.setFont("Typed", 12)
    for number, line in enumerate((*SENTENCES, *CHINESE) * 3):
        drawn.drawString(70, 760 - 22 * number, line)
    drawn.showPage()
    drawn.save()
    return cleaned(target.getvalue())


PAGES = {
    "Helvetica without widths": lambda: page_of(running_text()),
    "TrueType, simple": lambda: page_of(running_text(), truetype),
    "Identity-H": identity_page,
    "Identity-H, turned": lambda: identity_page(begin=b"0 1 -1 0 100 100"),
    "GBK-EUC-H": lambda: composite_page("/GBK-EUC-H", "各单位要 高度重视2026加强领导".encode("gbk")),
    "UniGB-UCS2-H": lambda: composite_page("/UniGB-UCS2-H", "各单位要高度重视加强领导".encode("utf-16-be")),
    "reportlab": lambda: reportlab_page(watermark.font_path()),
    "spaced and stretched": lambda: page_of(
        b"BT /F1 11 Tf 0.4 Tc 2 Tw 90 Tz 18 TL 70 750 Td (Each numbered copy carries the name) Tj T* "
        b"(of its holder and of the unit) Tj 3 Ts (risen words here) Tj 0 Ts T* "
        b'3 0.2 (one operator that sets both spacings) " ET'
    ),
    "kerned arrays": lambda: page_of(
        b"BT /F1 12 Tf 70 700 Td [(Numb) 20 (ered) -300 (cop) -15 (ies) -1200 (far) -278 (away)] TJ ET"
    ),
    "scaled by the matrix": lambda: page_of(
        b"q 0.1 0 0 0.1 0 0 cm q BT /F1 1 Tf 120 0 0 120 700 7000 Tm (Guards verify every mark) Tj ET Q "
        b"BT /F1 120 Tf 1 0 0.2 1 700 6500 Tm (before anything leaves the rooms) Tj ET Q"
    ),
    "a sideways line": lambda: page_of(b"BT /F1 12 Tf 0 1 -1 0 300 300 Tm (Guards verify every mark) Tj ET"),
}
"""One page for each trouble, all of whose words can be moved."""
