"""Lengths on paper: points, millimetres and pixels, and nothing else."""

from typing import Final

MM_PER_INCH: Final = 25.4
PT_PER_INCH: Final = 72.0
PT_PER_MM: Final = PT_PER_INCH / MM_PER_INCH


def pt_from_mm(length_mm: float) -> float:
    """Return a length in points (1/72 inch)."""
    return length_mm * PT_PER_MM


def mm_from_pt(length_pt: float) -> float:
    """Return a length in millimetres."""
    return length_pt / PT_PER_MM


def px_from_mm(length_mm: float, dpi: float) -> float:
    """Return a length in pixels of a picture with ``dpi`` pixels per inch."""
    return length_mm * dpi / MM_PER_INCH


def mm_from_px(length_px: float, dpi: float) -> float:
    """Return the length on paper of so many pixels at ``dpi`` pixels per inch."""
    return length_px * MM_PER_INCH / dpi
