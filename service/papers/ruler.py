"""The test page of a printer: rulers in real millimetres on all four sides, a square, dots and QR codes of known size.

Printed once per printer and measured by hand it tells whether the printer keeps the size, how far it moves the page,
and which dots and modules it still prints apart.
"""

import io
from collections.abc import Iterator
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from service.papers.labels import draw_qr
from service.papers.sheet import FAINT, FONT, INK, printable, register_font

WIDTH_MM: Final = A4[0] / mm
HEIGHT_MM: Final = A4[1] / mm
INSET_MM: Final = 10.0
"""From the edge of the paper to each ruler: most printers leave 4 to 6 mm white."""
SQUARE_MM: Final = 100.0
SQUARE_LEFT_MM: Final = (210 - SQUARE_MM) / 2
SQUARE_TOP_MM: Final = 62.0
HAIR_MM: Final = 0.2

DEVICE_MM: Final = 25.4 / 600
"""A device pixel of a printer of 600 dpi."""
DOT_SIDES_PX: Final = (2, 3, 4)
DOT_STEP_MM: Final = 2.0
DOTS_A_SIDE: Final = 8
DOTS_TOP_MM: Final = 176.0
DOTS_LEFT_MM: Final = 40.0
DOTS_APART_MM: Final = 48.0

MODULES_MM: Final = (0.5, 0.6, 0.7, 0.8)
"""0.6 mm is the least that soft photos still read (docs/mark-format.md)."""
QR_TOP_MM: Final = 215.0
QR_LEFT_MM: Final = 34.0
QR_APART_MM: Final = 40.0
QR_MODULES: Final = 25

_WORDS: Final = (
    "打印机标尺 Printer ruler",
    "请按实际大小（100%）打印，不要选择“适合纸张”。 Print at actual size (100 %), never “fit to page”.",
    "用直尺量方框：100 mm 即未缩放；97 mm 即缩放到 97%。",
    "Measure the square: 100 mm means no scaling, 97 mm means scaled to 97 %.",
)


def draw_ruler() -> bytes:
    """Return the test page as a PDF of one sheet of A4; the same bytes every time."""
    register_font()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    canvas.setViewerPreference("PrintScaling", "None")
    _rulers(canvas)
    _square(canvas)
    _words(canvas)
    _dots(canvas)
    _codes(canvas)
    canvas.save()
    return target.getvalue()


def ticks_mm(length_mm: float) -> Iterator[tuple[int, float]]:
    """Yield where a ruler has ticks, in whole millimetres from the edge of the paper, and how long each is."""
    for place in range(int(INSET_MM) + 5, int(length_mm - INSET_MM) - 4):
        yield place, 5.0 if place % 10 == 0 else 3.5 if place % 5 == 0 else 2.0


def _rulers(canvas: Canvas) -> None:
    canvas.setStrokeColor(INK)
    canvas.setFillColor(INK)
    canvas.setLineWidth(HAIR_MM * mm)
    canvas.setFont(FONT, 6)
    for place, tick in ticks_mm(WIDTH_MM):
        _line(canvas, place, INSET_MM, place, INSET_MM + tick)
        _line(canvas, place, HEIGHT_MM - INSET_MM, place, HEIGHT_MM - INSET_MM - tick)
        if place % 10 == 0:
            _centred(canvas, place, INSET_MM + 8, str(place))
            _centred(canvas, place, HEIGHT_MM - INSET_MM - 6, str(place))
    for place, tick in ticks_mm(HEIGHT_MM):
        _line(canvas, INSET_MM, place, INSET_MM + tick, place)
        _line(canvas, WIDTH_MM - INSET_MM, place, WIDTH_MM - INSET_MM - tick, place)
        if place % 10 == 0 and INSET_MM + 12 < place < HEIGHT_MM - INSET_MM - 12:  # clear of the other rulers
            _centred(canvas, INSET_MM + 8, place + 0.7, str(place))
            _centred(canvas, WIDTH_MM - INSET_MM - 8, place + 0.7, str(place))


def _square(canvas: Canvas) -> None:
    low_mm = HEIGHT_MM - SQUARE_TOP_MM - SQUARE_MM
    canvas.rect(SQUARE_LEFT_MM * mm, low_mm * mm, SQUARE_MM * mm, SQUARE_MM * mm)
    canvas.setFont(FONT, 12)
    _centred(canvas, WIDTH_MM / 2, SQUARE_TOP_MM + SQUARE_MM / 2, "100 mm × 100 mm")


def _words(canvas: Canvas) -> None:
    for row, words in enumerate(_WORDS):
        canvas.setFont(FONT, 13 if row == 0 else 8.5)
        canvas.setFillColor(INK if row == 0 else FAINT)
        _centred(canvas, WIDTH_MM / 2, 31 + 7 * row, printable(words))
    canvas.setFillColor(INK)


def _dots(canvas: Canvas) -> None:
    """Draw fields of dots, each a square of whole device pixels."""
    for field, side_px in enumerate(DOT_SIDES_PX):
        left_mm, side_mm = DOTS_LEFT_MM + field * DOTS_APART_MM, side_px * DEVICE_MM
        canvas.setFillGray(0)
        for row in range(DOTS_A_SIDE):
            for column in range(DOTS_A_SIDE):
                x, y = left_mm + column * DOT_STEP_MM, DOTS_TOP_MM + row * DOT_STEP_MM
                canvas.rect(
                    x * mm, (HEIGHT_MM - y - side_mm) * mm, side_mm * mm, side_mm * mm, stroke=0, fill=1
                )
        canvas.setFillColor(INK)
        canvas.setFont(FONT, 8)
        _centred(canvas, left_mm + 7, DOTS_TOP_MM + 21, f"{side_px} px · {side_mm:.3f} mm")


def _codes(canvas: Canvas) -> None:
    for sample, module_mm in enumerate(MODULES_MM):
        side_mm, left_mm = module_mm * QR_MODULES, QR_LEFT_MM + sample * QR_APART_MM
        draw_qr(canvas, f"RULER {round(module_mm * 1000)} UM", left_mm, QR_TOP_MM, side_mm)
        canvas.setFillColor(INK)
        canvas.setFont(FONT, 8)
        _centred(canvas, left_mm + side_mm / 2, QR_TOP_MM + side_mm + 5, f"{module_mm} mm")


def _line(canvas: Canvas, left_mm: float, top_mm: float, right_mm: float, bottom_mm: float) -> None:
    canvas.line(left_mm * mm, (HEIGHT_MM - top_mm) * mm, right_mm * mm, (HEIGHT_MM - bottom_mm) * mm)


def _centred(canvas: Canvas, x_mm: float, top_mm: float, words: str) -> None:
    canvas.drawCentredString(x_mm * mm, (HEIGHT_MM - top_mm) * mm, words)
