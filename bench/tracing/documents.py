"""Documents that might leak: reports, minutes, memos, tables, forms, slides and pictures, set as offices set them.

Words come by chance from lists of the most frequent ones, so no page is alike and none says anything.
"""

import io
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

import cv2
import numpy as np
import pikepdf
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

import watermark
from bench.paper import running_words
from watermark.plan import DotStyle, MarkPlan

KEY: Final = b"a key of the benchmark"
_SLIDE: Final = (338.7 * mm, 190.5 * mm)
_CJK: Final = "Bundled"

Language = Literal["en", "zh"]


@dataclass(frozen=True, eq=False)
class Registered:
    """A document as it was registered, ready for copies.

    Attributes:
        name: What readers are told.
        cleaned: The cleaned file.
        base: What copies are made from.
        dots_only: The same without displaced words, to take dots from.
    """

    name: str
    cleaned: bytes
    base: watermark.Base
    dots_only: watermark.Base

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return len(self.base.pages)

    def copy(self, identity: int, key: bytes = KEY, *, moved: bool = True) -> bytes:
        """Return the marked PDF of a copy, with or without displaced words."""
        nothing = watermark.PageMark("", "", ())
        mark = watermark.Mark(identity, key, (nothing,) * self.pages)
        return watermark.stamp(self.base if moved else self.dots_only, mark)


@lru_cache(maxsize=16)
def registered(name: str, dots_px: int = 3) -> Registered:
    """Return a document of :data:`DOCUMENTS`, prepared."""
    cleaned = watermark.inspect(DOCUMENTS[name]()).cleaned
    style = DotStyle(dots_px, 8)
    # Nothing that could be read at a glance: the code, cut away, is not printed in the first place.
    plan = MarkPlan(qr=False, lines=False, heads=False, dots=style)
    still = MarkPlan(qr=False, lines=False, heads=False, dots=style, shifts=False)
    return Registered(
        name, cleaned, watermark.prepare(cleaned, plan=plan), watermark.prepare(cleaned, plan=still)
    )


def _chance(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def _words(language: Language, chance: np.random.Generator, lines: float) -> str:
    """Return a sentence or more, about so many lines long."""
    glue = " " if language == "en" else "，"
    text = glue.join(running_words(language, chance) for _ in range(max(1, round(lines))))
    length = max(8, round(lines * (90 if language == "en" else 41)))
    return text[:length].strip() + ("." if language == "en" else "。")


def _style(language: Language, points: float, leading: float, font: str = "Times-Roman") -> ParagraphStyle:
    return ParagraphStyle(
        f"{language}{points}",
        fontName=font if language == "en" else _font(),
        fontSize=points,
        leading=points * leading,
        alignment=TA_JUSTIFY,
        spaceAfter=points * 0.5,
        wordWrap="CJK" if language == "zh" else None,
        firstLineIndent=2 * points if language == "zh" else 0,
    )


def _font() -> str:
    if _CJK not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(_CJK, str(watermark.font_path())))
    return _CJK


def _set(story: list[Flowable], size: tuple[float, float] = A4) -> bytes:
    """Return a PDF of this story."""
    target = io.BytesIO()
    SimpleDocTemplate(
        target,
        pagesize=size,
        leftMargin=25 * mm,
        rightMargin=25 * mm,
        topMargin=25 * mm,
        bottomMargin=25 * mm,
        invariant=1,
    ).build(story)
    return target.getvalue()


def _running(
    name: str, language: Language, pages: int, *, points: float, leading: float, font: str = "Times-Roman"
) -> Callable[[], bytes]:
    """Return what makes pages full of running text under headings."""

    def make() -> bytes:
        chance = _chance(name)
        body = _style(language, points, leading, font)
        head = _style(language, points + 3, 1.4, font)
        story: list[Flowable] = []
        # A page of small type has fewer than 60 lines, 12 paragraphs or so; what runs over is cut off.
        for number in range(20 * pages):
            if number % 5 == 0:
                story.append(Paragraph(_words(language, chance, 0.3), head))
            story.append(Paragraph(_words(language, chance, chance.uniform(2, 7)), body))
        with pikepdf.open(io.BytesIO(_set(story))) as pdf:
            del pdf.pages[pages:]
            target = io.BytesIO()
            pdf.save(target, static_id=True)
        return target.getvalue()

    return make


def _memo() -> bytes:
    """Return a note of a few lines on an otherwise empty page."""
    chance = _chance("memo")
    body = _style("en", 11, 1.5)
    story: list[Flowable] = [
        Paragraph(f"{label}: {_words('en', chance, 0.3)}", body) for label in ("To", "From", "Subject")
    ]
    story.append(Spacer(1, 8 * mm))
    story += [Paragraph(_words("en", chance, lines), body) for lines in (2, 1.5)]
    return _set(story)


def _table() -> bytes:
    """Return a page of figures between rules."""
    chance = _chance("table")
    names = running_words("en", chance).split()
    rows = [["Item", *(f"{month:02d}/26" for month in range(1, 8)), "Sum"]]
    for row in range(38):
        figures = chance.integers(10, 99_999, 7)
        rows.append(
            [
                f"{names[row % len(names)]} {row + 1}",
                *(f"{figure:,}" for figure in figures),
                f"{figures.sum():,}",
            ]
        )
    table = Table(rows, colWidths=[24 * mm] + [17 * mm] * 8, rowHeights=6 * mm)
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Helvetica", 8.5),
                ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
                ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
                ("BACKGROUND", (0, 0), (-1, 0), colors.Color(0.85, 0.85, 0.85)),
            ]
        )
    )
    return _set([table])


def _form() -> bytes:
    """Return a form: labels in small type, boxes and lines to be filled in."""
    chance = _chance("form")
    target = io.BytesIO()
    drawn = Canvas(target, pagesize=A4, invariant=1)
    drawn.setFont("Helvetica-Bold", 14)
    drawn.drawString(25 * mm, 270 * mm, "Application for access")
    drawn.setFont("Helvetica", 8.5)
    for row in range(16):
        y = (255 - 14 * row) * mm
        for column in range(2):
            x = (25 + 82 * column) * mm
            drawn.drawString(x, y, " ".join(running_words("en", chance).split()[:4]).capitalize())
            if row % 4 == 3:  # noqa: PLR2004 -- every fourth row has boxes to tick
                for box in range(3):
                    drawn.rect(x + 25 * box * mm, y - 7 * mm, 3.5 * mm, 3.5 * mm)
                    drawn.drawString(
                        x + (25 * box + 5) * mm, y - 6.5 * mm, running_words("en", chance).split()[0]
                    )
            else:
                drawn.rect(x, y - 9 * mm, 76 * mm, 7.5 * mm)
    drawn.showPage()
    drawn.save()
    return target.getvalue()


def _slide() -> bytes:
    """Return a slide: a heading and a few lines in large type beside a diagram."""
    chance = _chance("slide")
    target = io.BytesIO()
    width, height = _SLIDE
    drawn = Canvas(target, pagesize=_SLIDE, invariant=1)
    drawn.setFont("Helvetica-Bold", 30)
    drawn.drawString(
        20 * mm, height - 30 * mm, " ".join(running_words("en", chance).split()[:5]).capitalize()
    )
    drawn.setFont("Helvetica", 18)
    for line in range(6):
        text = " ".join(running_words("en", chance).split()[: int(chance.integers(5, 8))])
        drawn.drawString(26 * mm, height - (58 + 18 * line) * mm, "• " + text)
    for bar in range(6):
        drawn.setFillGray(0.25 + 0.1 * bar)
        drawn.rect(
            width - (110 - 15 * bar) * mm, 35 * mm, 11 * mm, float(chance.uniform(20, 90)) * mm, fill=1
        )
    drawn.showPage()
    drawn.save()
    return target.getvalue()


def _picture() -> bytes:
    """Return a page with a photograph that fills most of it, and two lines below."""
    chance = _chance("picture")
    scene = np.zeros((900, 800), np.float32)
    for scale in (3, 6, 12, 24, 48, 96):
        bumps = chance.random((scale * 9 // 8 + 1, scale)).astype(np.float32)
        wide = np.asarray(cv2.resize(bumps, (800, 900), interpolation=cv2.INTER_CUBIC), np.float32)
        scene += wide / np.float32(scale**0.8)
    scene = 30 + 200 * (scene - scene.min()) / np.ptp(scene)
    target = io.BytesIO()
    drawn = Canvas(target, pagesize=A4, invariant=1)
    photo = ImageReader(Image.fromarray(scene.astype(np.uint8)))
    drawn.drawImage(photo, 25 * mm, 75 * mm, 160 * mm, 180 * mm)
    drawn.setFont("Times-Roman", 11)
    for line in range(3):
        drawn.drawString(25 * mm, (65 - 6 * line) * mm, running_words("en", chance)[:80])
    drawn.showPage()
    drawn.save()
    return target.getvalue()


DOCUMENTS: Final[Mapping[str, Callable[[], bytes]]] = MappingProxyType(
    {
        "report": _running("report", "en", 2, points=11, leading=1.35),
        "letter": _running("letter", "en", 2, points=10, leading=1.4, font="Helvetica"),
        "minutes": _running("minutes", "zh", 2, points=14, leading=1.5),
        "notice": _running("notice", "zh", 2, points=10.5, leading=1.5),
        "plan": _running("plan", "en", 4, points=11, leading=1.35),
        "ruling": _running("ruling", "zh", 4, points=11, leading=1.5),
        "strange": _running("strange", "en", 2, points=11, leading=1.35),
        "stranger": _running("stranger", "zh", 2, points=14, leading=1.5),
        "circular": _running("circular", "zh", 2, points=12, leading=1.5),
        "memo": _memo,
        "table": _table,
        "form": _form,
        "slide": _slide,
        "picture": _picture,
    }
)
TEXTS: Final = ("report", "minutes", "letter", "notice")
LONG: Final = ("plan", "ruling")
FOREIGN: Final = ("strange", "stranger")
OTHERS: Final = ("memo", "table", "form", "slide", "picture", "circular")
