"""Slips with a first password, five to a sheet of A4, to be cut apart and handed over in person."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from service.papers.sheet import FONT, INK, register_font

PER_SHEET: Final = 5
HEIGHT_MM: Final = 59.0
LEFT_MM: Final = 22.0
_PAPER_HEIGHT_MM: Final = A4[1] / mm


@dataclass(frozen=True)
class Slip:
    """What one person needs for their first login."""

    name: str
    name_en: str
    staff_no: str
    unit: str
    login: str
    password: str


def draw_slips(slips: Sequence[Slip]) -> bytes:
    """Return the slips as a PDF in real millimetres."""
    register_font()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    canvas.setViewerPreference("PrintScaling", "None")
    for place, slip in enumerate(slips):
        if place % PER_SHEET == 0 and place:
            canvas.showPage()
        _draw(canvas, slip, place % PER_SHEET * HEIGHT_MM)
    canvas.save()
    return target.getvalue()


def _draw(canvas: Canvas, slip: Slip, top_mm: float) -> None:
    """Draw one slip; its place is given from the top of the paper."""
    names = slip.name if slip.name == slip.name_en else f"{slip.name} {slip.name_en}"
    canvas.setFillColor(INK)
    for size, down_mm, words in (
        (9, 10.0, "首次登录 First login"),
        (13, 17.0, f"{names} · {slip.staff_no}"),
        (9, 22.5, slip.unit),
        (9, 30.0, "账号 Account"),
        (9, 37.5, "一次性密码 One-time password"),
        (8, 45.0, "首次登录后须立即更换密码；此条当面交付，用后销毁。"),
        (
            8,
            49.5,
            "It is to be changed at the first login. Hand this slip over in person; destroy it after use.",
        ),
    ):
        _write(canvas, (FONT, size), LEFT_MM, top_mm + down_mm, words)
    login_font = "Courier-Bold" if slip.login.isascii() else FONT
    _write(canvas, (login_font, 13), LEFT_MM + 56, top_mm + 30.0, slip.login)
    _write(canvas, ("Courier-Bold", 13), LEFT_MM + 56, top_mm + 37.5, slip.password)
    canvas.setDash(2, 2)
    canvas.setLineWidth(0.4)
    cut = (_PAPER_HEIGHT_MM - top_mm - HEIGHT_MM) * mm
    canvas.line(10 * mm, cut, A4[0] - 10 * mm, cut)


def _write(canvas: Canvas, font: tuple[str, float], left_mm: float, top_mm: float, words: str) -> None:
    canvas.setFont(*font)
    canvas.drawString(left_mm * mm, (_PAPER_HEIGHT_MM - top_mm) * mm, words)
