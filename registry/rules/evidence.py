"""What a run saw on each page of a picture, as it is kept with the run: told as plain data and read back.

Keeps both directions in one place. A proven QR is kept by code and page only, never with its keyed check, so that
a case is no source of QR texts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from registry.rules.tracing import HiddenReading, PageEvidence

Corners = tuple[tuple[float, float], ...]


class QrProof(StrEnum):
    """What the keyed check of a QR came to."""

    PROVEN = "PROVEN"
    FORGED = "FORGED"
    """It looks like ours, but the check fits none of our keys."""
    FOREIGN = "FOREIGN"
    """It is a QR of some other kind."""


@dataclass(frozen=True)
class QrSeen:
    """A QR code in a picture.

    Attributes:
        corners: Top left, top right, bottom right, bottom left of the code as printed; x, y in pixels of the page.
        code: Copy code; None unless proven.
        page: Page of the copy; None unless proven.
    """

    proof: QrProof
    corners: Corners
    code: str | None = None
    page: int | None = None


@dataclass(frozen=True)
class DotsSeen:
    """The dot field of a page, read.

    Attributes:
        cells_read: Cells in which a dot stood out.
        cells_agreeing: Those that say the same as the reading.
        dpi: Pixels per inch on the printed page.
        turn_deg: How far the page lies turned clockwise.
    """

    code: str
    page: int
    log10_chance: float
    cells_read: int
    cells_agreeing: int
    dpi: float
    turn_deg: float


@dataclass(frozen=True)
class PageSeen:
    """Everything that was seen on one page of a picture; ``notes`` are codes that help whoever took it."""

    picture_page: int
    width_px: int
    height_px: int
    qr: tuple[QrSeen, ...]
    dots: DotsSeen | None
    notes: tuple[str, ...]

    @property
    def evidence(self) -> PageEvidence:
        """What is to be judged."""
        dots = self.dots
        return PageEvidence(
            picture_page=self.picture_page,
            qr=tuple((seen.code, seen.page) for seen in self.qr if seen.code and seen.page),
            forged=sum(seen.proof is QrProof.FORGED for seen in self.qr),
            hidden=HiddenReading(dots.code, dots.page, dots.log10_chance) if dots else None,
        )

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all copies that a mark on the page names."""
        named = {seen.code for seen in self.qr if seen.code}
        return frozenset(named | {self.dots.code} if self.dots else named)


def tell_pages(pages: Iterable[PageSeen]) -> list[dict[str, Any]]:
    """Return pages as plain data, fit for JSON."""
    return [asdict(page) for page in pages]


def parse_pages(told: Iterable[Mapping[str, Any]]) -> tuple[PageSeen, ...]:
    """Return the pages that were told as plain data."""
    return tuple(
        PageSeen(
            picture_page=page["picture_page"],
            width_px=page["width_px"],
            height_px=page["height_px"],
            qr=tuple(_parse_qr(seen) for seen in page["qr"]),
            dots=DotsSeen(**page["dots"]) if page["dots"] else None,
            notes=tuple(page["notes"]),
        )
        for page in told
    )


def _parse_qr(told: Mapping[str, Any]) -> QrSeen:
    corners = tuple((float(x), float(y)) for x, y in told["corners"])
    return QrSeen(QrProof(told["proof"]), corners, told["code"], told["page"])
