"""How every paper of ours looks: head, facts, table, places to sign, a ruler and the state of the ledger at the foot.

Paper goes through many hands, so it speaks Chinese and English side by side, whatever language a screen is set to.
The same content gives the same bytes. A character that the typeface lacks is printed as ``〔U+20BB7〕``: reportlab
would drop it silently.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal
from xml.sax.saxutils import escape

import PIL.Image
from reportlab.lib import textsplit
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from watermark import font_path, missing_characters

FONT: Final = "FoliotraceSans"
INK: Final = HexColor("#1b2430")
FAINT: Final = HexColor("#5b6675")
HAIR: Final = HexColor("#c9d0d8")
BAND: Final = HexColor("#f1f4f7")
MARGIN_MM: Final = 18
TEXT_WIDTH_MM: Final = A4[0] / mm - 2 * MARGIN_MM
FACT_LABEL_MM: Final = 42
SIGNATURE_HEIGHT_MM: Final = 16
_RIGHT: Final = 2
RULER_MM: Final = 50
_JPEG_QUALITY: Final = 82
"""Small print stays readable; a page takes about 250 kB."""


@dataclass(frozen=True)
class Signature:
    """A place to sign, or a signature that was given.

    Attributes:
        part: What the person vouches for, in both languages.
        name: Who; empty to leave the line for a pen.
        note: How and when it was given.
        picture: PNG of a drawn signature.
    """

    part: str
    name: str = ""
    note: str = ""
    picture: bytes | None = None


@dataclass(frozen=True)
class Column:
    """One column of a table; ``width`` is a share of the text width."""

    title: str
    width: float
    is_number: bool = False


@dataclass(frozen=True)
class Plate:
    """A picture on a paper: its file, what it shows, and how high it may be."""

    picture: bytes
    caption: str
    height_mm: float


@dataclass(frozen=True)
class Section:
    """A part of a paper below its head, with a title of its own.

    Attributes:
        title: In both languages.
        facts: Label and value, one line each.
        columns: Columns of the table.
        rows: Cells of the table.
        remarks: Sentences.
        plates: Pictures, one below the other.
    """

    title: str
    facts: Sequence[tuple[str, str]] = ()
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[str]] = ()
    remarks: Sequence[str] = ()
    plates: Sequence[Plate] = ()


@dataclass(frozen=True)
class Sheet:
    """The content of a paper.

    Attributes:
        title_zh: What it is.
        title_en: The same in English.
        number: Its number in its register.
        organisation: Who issues it, in both languages.
        facts: Label and value, one line each.
        columns: Columns of the table.
        rows: Cells of the table, as many in each row as there are columns.
        remarks: Sentences below the table.
        signatures: Places to sign, three a row.
        sections: Further parts, between remarks and signatures.
        ledger: Size and root of the ledger, as ``log.Head.short``.
    """

    title_zh: str
    title_en: str
    number: str
    organisation: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[str]] = ()
    remarks: Sequence[str] = ()
    signatures: Sequence[Signature] = ()
    sections: Sequence[Section] = ()
    ledger: str = field(default="", kw_only=True)


def draw_sheet(sheet: Sheet) -> bytes:
    """Return the paper as a PDF of A4 pages."""
    register_font()
    target = io.BytesIO()
    document = BaseDocTemplate(
        target,
        pagesize=A4,
        leftMargin=MARGIN_MM * mm,
        rightMargin=MARGIN_MM * mm,
        topMargin=MARGIN_MM * mm,
        bottomMargin=(MARGIN_MM + 8) * mm,
        title=f"{sheet.title_zh} {sheet.number}",
        author=sheet.organisation,
        invariant=1,
    )
    frame = Frame(document.leftMargin, document.bottomMargin, document.width, document.height, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=_foot(sheet)))
    document.build(_story(sheet))
    return target.getvalue()


def printable(text: str) -> str:
    """Return the text with every character that the typeface lacks written as its number."""
    missing = set(missing_characters(text))
    return "".join(f"〔U+{ord(letter):04X}〕" if letter in missing else letter for letter in text)


HANGING: Final = "，；：？！》」』”’"
"""Punctuation that GB/T 15834 keeps from the start of a line and reportlab's own list lacks; it hangs in the margin."""


@cache
def register_font() -> None:
    """Make the product's typeface, and what may not begin a Chinese line, known to reportlab; once per process."""
    textsplit.ALL_CANNOT_START += HANGING  # type: ignore[misc]  # its only setting
    pdfmetrics.registerFont(TTFont(FONT, str(font_path())))


def paragraph_style(
    size: float, *, colour: Color = INK, leading: float = 1.4, align: Literal[0, 2] = 0
) -> ParagraphStyle:
    """Return the style of a paragraph set at ``size`` points; ``leading`` counts in sizes."""
    return ParagraphStyle(
        f"{FONT}-{size}-{align}",
        fontName=FONT,
        fontSize=size,
        leading=size * leading,
        textColor=colour,
        alignment=align,
        wordWrap="CJK",
    )


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(printable(text)), style)


def _story(sheet: Sheet) -> list[Flowable]:
    story: list[Flowable] = [
        _text(sheet.organisation, paragraph_style(9, colour=FAINT)),
        Spacer(0, 3 * mm),
        _text(sheet.title_zh, paragraph_style(20, leading=1.2)),
        _text(f"{sheet.title_en} · {sheet.number}", paragraph_style(11, colour=FAINT)),
        Spacer(0, 5 * mm),
        _facts(sheet.facts),
        Spacer(0, 6 * mm),
    ]
    if sheet.columns:
        story += [_table(sheet.columns, sheet.rows), Spacer(0, 4 * mm)]
    for remark in sheet.remarks:
        story += [_text(remark, paragraph_style(9)), Spacer(0, 1.5 * mm)]
    for section in sheet.sections:
        story += _section(section)
    if sheet.signatures:
        story += [Spacer(0, 6 * mm), _signatures(sheet.signatures)]
    return story


def _section(section: Section) -> list[Flowable]:
    parts: list[Flowable] = []
    if section.facts:
        parts += [_facts(section.facts), Spacer(0, 3 * mm)]
    if section.columns:
        parts += [_table(section.columns, section.rows), Spacer(0, 3 * mm)]
    for remark in section.remarks:
        parts += [_text(remark, paragraph_style(9)), Spacer(0, 1.5 * mm)]
    for plate in section.plates:
        parts += _plate(plate)
    head = _text(section.title, paragraph_style(12, leading=1.3))
    first = parts[:1]
    if first and isinstance(first[0], KeepTogether):
        return [Spacer(0, 6 * mm), head, Spacer(0, 2 * mm), *parts]
    return [Spacer(0, 6 * mm), KeepTogether([head, Spacer(0, 2 * mm), *first]), *parts[1:]]


def _plate(plate: Plate) -> list[Flowable]:
    picture = Image(
        io.BytesIO(_embeddable(plate.picture)),
        width=TEXT_WIDTH_MM * mm,
        height=plate.height_mm * mm,
        kind="proportional",
        hAlign="LEFT",
    )
    caption = _text(plate.caption, paragraph_style(8, colour=FAINT))
    return [KeepTogether([picture, Spacer(0, 1 * mm), caption]), Spacer(0, 4 * mm)]


def _embeddable(picture: bytes) -> bytes:
    """Return a picture as PDF holds it without unpacking: photographs as JPEG, drawings as they are."""
    with PIL.Image.open(io.BytesIO(picture), formats=("PNG", "JPEG", "WEBP")) as opened:
        if opened.format != "WEBP":
            return picture
        target = io.BytesIO()
        opened.convert("RGB").save(target, "JPEG", quality=_JPEG_QUALITY)
    return target.getvalue()


def _facts(facts: Sequence[tuple[str, str]]) -> Table:
    label, value = paragraph_style(9, colour=FAINT), paragraph_style(10)
    table = Table(
        [[_text(name, label), _text(said, value)] for name, said in facts],
        colWidths=[FACT_LABEL_MM * mm, (TEXT_WIDTH_MM - FACT_LABEL_MM) * mm],
        hAlign="LEFT",
    )
    table.setStyle(
        [
            ("LINEABOVE", (0, 0), (-1, 0), 0.6, INK),
            ("LINEBELOW", (0, 0), (-1, -1), 0.25, HAIR),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ]
    )
    return table


def _table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Table:
    def cell(column: Column, said: str, size: float, colour: Color) -> Paragraph:
        return _text(said, paragraph_style(size, colour=colour, align=_RIGHT if column.is_number else 0))

    shares = sum(column.width for column in columns)
    table = Table(
        [
            [cell(column, column.title, 8, FAINT) for column in columns],
            *(
                [cell(column, said, 9, INK) for column, said in zip(columns, row, strict=True)]
                for row in rows
            ),
        ],
        colWidths=[column.width / shares * TEXT_WIDTH_MM * mm for column in columns],
        repeatRows=1,
        hAlign="LEFT",
    )
    table.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, 0), BAND),
            ("LINEBELOW", (0, 0), (-1, 0), 0.6, INK),
            ("LINEBELOW", (0, 1), (-1, -1), 0.25, HAIR),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    return table


def _signatures(signatures: Sequence[Signature], per_row: int = 3) -> Table:
    def place(signature: Signature) -> list[Flowable]:
        written: Flowable = Spacer(0, SIGNATURE_HEIGHT_MM * mm)
        if signature.picture is not None:
            written = Image(
                io.BytesIO(signature.picture),
                width=40 * mm,
                height=SIGNATURE_HEIGHT_MM * mm,
                kind="proportional",
                hAlign="LEFT",
            )
        return [
            _text(signature.part, paragraph_style(8, colour=FAINT)),
            written,
            _text(signature.name, paragraph_style(10)),
            _text(signature.note, paragraph_style(8, colour=FAINT)),
        ]

    cells: list[object] = [place(signature) for signature in signatures]
    cells += [""] * (-len(cells) % per_row)
    lines = [cells[start : start + per_row] for start in range(0, len(cells), per_row)]
    table = Table(lines, colWidths=[TEXT_WIDTH_MM / per_row * mm] * per_row, hAlign="LEFT")
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEABOVE", (0, 0), (-1, -1), 0.25, HAIR)])
    return table


def _foot(sheet: Sheet) -> Callable[[Canvas, BaseDocTemplate], None]:
    def draw(canvas: Canvas, document: BaseDocTemplate) -> None:
        y = (MARGIN_MM - 4) * mm
        left, right = MARGIN_MM * mm, A4[0] - MARGIN_MM * mm
        canvas.saveState()
        canvas.setStrokeColor(HAIR)
        canvas.setLineWidth(0.25)
        canvas.line(left, y + 5 * mm, right, y + 5 * mm)
        canvas.setFillColor(FAINT)
        canvas.setFont(FONT, 7.5)
        canvas.drawString(left, y, printable(f"账本 Ledger {sheet.ledger}" if sheet.ledger else ""))
        canvas.drawRightString(right, y, printable(f"{sheet.number} · {document.page}"))
        _draw_ruler(canvas, (A4[0] - RULER_MM * mm) / 2, y)
        canvas.restoreState()

    return draw


def _draw_ruler(canvas: Canvas, x: float, y: float) -> None:
    """Draw a line of 50 mm with ticks, so that anyone can see whether the printer kept the size."""
    canvas.setStrokeColor(FAINT)
    canvas.line(x, y, x + RULER_MM * mm, y)
    for tick in range(0, RULER_MM + 1, 10):
        canvas.line(x + tick * mm, y, x + tick * mm, y + 1.5 * mm)
    canvas.setFont(FONT, 6)
    canvas.drawCentredString(x + RULER_MM * mm / 2, y - 2.6 * mm, f"{RULER_MM} mm")
