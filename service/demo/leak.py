"""Leaked pages of the invented company: printed, scanned in an office, one with its QR blacked out, sent as JPEGs.

And the pictures of its leak drill, which no machine has made either.
"""

import io
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from service.demo.story import Story
from watermark import read_qr, render_page

PRINT_DPI: Final = 600
SCAN_DPI: Final = 300
TURN_DEG: Final = 0.8
INK, PAPER = 38.0, 244.0
NOISE: Final = 5.0
JPEG_QUALITY: Final = 82
BAR_MM: Final = 3
DRILL_TURNS_DEG: Final = (-0.7, 0.4, 1.1)
CHAT_PX: Final = 1280
"""Longer side of what a chat program sends on."""


@dataclass(frozen=True)
class Leak:
    """A page that went astray: of which copy, and whether its QR was made unreadable."""

    title: str
    copy_index: int
    page: int
    is_blackened: bool


LATEST: Final = Leak("新一代导航样机研发会议纪要", 4, 1, is_blackened=True)
DRILLED: Final = "Competitor teardown summary"
EARLIER: Final = Leak("Competitor teardown summary", 2, 1, is_blackened=False)


def picture_leak(story: Story, leak: Leak) -> bytes:
    """Return the picture of a page of a copy that somebody held, as a JPEG."""
    code = story.copies[leak.title][leak.copy_index]
    scanned = _scan(render_page(story.stamped(code), leak.page, PRINT_DPI, gray=True))
    if leak.is_blackened:
        scanned = _blacken_code(scanned)
    target = io.BytesIO()
    Image.fromarray(scanned).save(target, "JPEG", quality=JPEG_QUALITY, dpi=(SCAN_DPI, SCAN_DPI))
    return target.getvalue()


def picture_drill(story: Story) -> dict[str, tuple[str, list[bytes]]]:
    """Return for each channel of the drill the copy that its pictures show, and the pictures, as JPEGs."""
    code = story.copies[DRILLED][0]
    printed = render_page(story.stamped(code), 1, PRINT_DPI, gray=True)
    scans = [_scan(printed, turn_deg, seed) for seed, turn_deg in enumerate(DRILL_TURNS_DEG, 1)]
    return {
        "扫描 300 dpi Scan": (code, [_jpeg(scan) for scan in scans]),
        "聊天转发 Chat forward": (code, [_jpeg(_forwarded(scan)) for scan in scans]),
    }


def _forwarded(scan: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what a chat program sends on."""
    height, width = scan.shape
    scale = CHAT_PX / max(height, width)
    size = (round(width * scale), round(height * scale))
    return cv2.resize(scan, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    target = io.BytesIO()
    Image.fromarray(picture).save(target, "JPEG", quality=JPEG_QUALITY)
    return target.getvalue()


def _scan(printed: NDArray[np.uint8], turn_deg: float = TURN_DEG, seed: int = 7) -> NDArray[np.uint8]:
    """Return what an office scanner makes of a print: a little turned, soft, noisy, neither black nor white."""
    height, width = (side * SCAN_DPI // PRINT_DPI for side in printed.shape[:2])
    soft = cv2.GaussianBlur(printed, (0, 0), PRINT_DPI / SCAN_DPI * 0.6)
    small = cv2.resize(soft, (width, height), interpolation=cv2.INTER_AREA)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1)
    turned = cv2.warpAffine(small, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    noise = np.random.default_rng(seed).normal(0, NOISE, turned.shape)
    toned = INK + turned.astype(np.float64) / 255 * (PAPER - INK) + noise
    return np.clip(toned, 0, 255).astype(np.uint8)


def _blacken_code(scanned: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the scan with its QR covered by a black box, as whoever leaked it would do."""
    target = io.BytesIO()
    Image.fromarray(scanned).save(target, "PNG")
    covered = scanned.copy()
    for found in read_qr(target.getvalue()):
        corners = np.array(found.corners, dtype=np.int32)
        margin = round(BAR_MM / 25.4 * SCAN_DPI)
        (left, top), (right, bottom) = corners.min(axis=0) - margin, corners.max(axis=0) + margin
        cv2.rectangle(covered, (int(left), int(top)), (int(right), int(bottom)), 0, thickness=-1)
    return covered
