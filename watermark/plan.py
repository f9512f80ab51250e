"""Which marks the pages of a document get: decided by whoever knows its level, obeyed by preparing and stamping."""

from dataclasses import dataclass
from typing import Final

from watermark.units import mm_from_px

#: Lengths of dots are whole device pixels of such a printer: 42.3 µm.
DEVICE_DPI: Final = 600

SIDES_PX: Final = (2, 3, 4)
"""Sides of a dot: 2 for fine printers and registered reading, 3 the usual, 4 for printers of 300 dpi."""
PITCHES_PX: Final = (8, 10, 12)
"""Pitches of the fine grid; a wider one keeps larger dots apart, and fewer of them fit."""


@dataclass(frozen=True)
class DotStyle:
    """How dots are printed; readers find size and pitch themselves.

    Attributes:
        side_px: Side of a dot in device pixels of 600 dpi, one of ``SIDES_PX``.
        pitch_px: Distance of two places of a dot, one of ``PITCHES_PX``.
    """

    side_px: int = 3
    pitch_px: int = 8

    def __post_init__(self) -> None:
        """Refuse what no reader was tried on."""
        if self.side_px not in SIDES_PX or self.pitch_px not in PITCHES_PX:
            raise ValueError(f"no such dots: {self.side_px} px at {self.pitch_px} px")

    @property
    def side_mm(self) -> float:
        """Side of a dot in millimetres."""
        return mm_from_px(self.side_px, DEVICE_DPI)

    @property
    def pitch_mm(self) -> float:
        """Pitch of the fine grid in millimetres."""
        return mm_from_px(self.pitch_px, DEVICE_DPI)


@dataclass(frozen=True)
class MarkPlan:
    """The carriers of a document. The human code and the code's corner come with the QR code.

    Attributes:
        qr: A QR code on every page.
        lines: Visible lines on every page.
        heads: Copy number and secrecy mark at the head, where the document does not carry them already.
        dots: The dot field, or None for none.
        shifts: Displacements of words, on pages with live text.
        flatten_dpi: Pages become pictures of this resolution under the same marks; None keeps them as they are.
        per_page: Each page has a QR code and dots of its own. If not, all pages of a copy share one set: smaller files,
            but a page cannot be told from its neighbours.
    """

    qr: bool = True
    lines: bool = True
    heads: bool = True
    dots: DotStyle | None = DotStyle()
    shifts: bool = True
    flatten_dpi: int | None = None
    per_page: bool = True
