"""The labels of a print run: copy number, human code and a QR that says the same, 24 to a sheet of A4.

A label says what could also be typed, no more: its QR is no mark, so that a label stuck over a page proves nothing.
It bears no title, no level and no name.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from service.papers.sheet import FONT, INK, register_font
from watermark import qr_modules

COLUMNS: Final = 3
ROWS: Final = 8
PER_SHEET: Final = COLUMNS * ROWS
WIDTH_MM: Final = 70.0
HEIGHT_MM: Final = 37.0
"""The common sheet of 24 labels without gaps; it leaves half a millimetre at the top and at the foot of A4."""

QR_MM: Final = 20.0
"""Side of the code without its white: 25 modules of 0.8 mm."""
QUIET_MM: Final = 4.0
"""White around the code: five modules, one more than ISO/IEC 18004 §6.3.8 asks for."""
_PADDING_MM: Final = 4.5


@dataclass(frozen=True)
class Label:
    """What one label says: its QR says the code without the dashes."""

    copy_no: str
    code: str
    place: str


def draw_labels(labels: Sequence[Label], *, first_place: int = 1) -> bytes:
    """Return the labels as a PDF in real millimetres.

    Args:
        labels: In the order of the sheet, row by row.
        first_place: The first label of the first sheet that is not used yet, 1 to 24.
    """
    if not 1 <= first_place <= PER_SHEET:
        raise ValueError(f"a sheet has labels 1 to {PER_SHEET}")
    register_font()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    canvas.setViewerPreference("PrintScaling", "None")
    for place, label in enumerate(labels, first_place - 1):
        if place % PER_SHEET == 0 and place >= PER_SHEET:
            canvas.showPage()
        row, column = divmod(place % PER_SHEET, COLUMNS)
        _draw(canvas, label, column * WIDTH_MM, _TOP_MM + row * HEIGHT_MM)
    canvas.save()
    return target.getvalue()


_PAPER_HEIGHT_MM: Final = A4[1] / mm
_TOP_MM: Final = (_PAPER_HEIGHT_MM - ROWS * HEIGHT_MM) / 2


def _draw(canvas: Canvas, label: Label, left_mm: float, top_mm: float) -> None:
    """Draw one label; its place is given from the top left of the paper."""
    qr_left = left_mm + WIDTH_MM - _PADDING_MM - QR_MM
    draw_qr(canvas, label.code.replace("-", ""), qr_left, top_mm + (HEIGHT_MM - QR_MM) / 2, QR_MM)
    canvas.setFillColor(INK)
    text_left = (left_mm + _PADDING_MM) * mm
    for size, down_mm, words in (
        (8, 9.5, "份号 Copy"),
        (17, 16.5, label.copy_no),
        (10, 23.5, label.code),
        (8, 29.0, label.place),
    ):
        canvas.setFont(FONT, size)
        canvas.drawString(text_left, (_PAPER_HEIGHT_MM - top_mm - down_mm) * mm, words)


def draw_qr(canvas: Canvas, text: str, left_mm: float, top_mm: float, side_mm: float) -> None:
    """Draw a QR code of a side without its white; its place is given from the top left of A4."""
    modules = qr_modules(text)
    step_mm = side_mm / modules.shape[0]
    canvas.setFillGray(0)
    path = canvas.beginPath()
    for row, line in enumerate(modules):
        for column, is_black in enumerate(line):
            if is_black:
                low_mm = _PAPER_HEIGHT_MM - top_mm - (row + 1) * step_mm
                path.rect((left_mm + column * step_mm) * mm, low_mm * mm, step_mm * mm, step_mm * mm)
    canvas.drawPath(path, stroke=0, fill=1)
