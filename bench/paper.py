"""Simulated paper: pages drawn at 600 dpi, and what an office printer and scanner might do to them.

A model made by hand, not measured on devices: it shows what works and what does not, not rates on real machines. Not
part of the product. Pictures are ``(H, W)``, 8-bit, 0 black, origin top left.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from watermark.marks.dots import USUAL, centres_mm
from watermark.marks.room import usable_cells

Picture = NDArray[np.uint8]

PRINT_DPI = 600
A4_PX = (4960, 7016)
_MM = PRINT_DPI / 25.4
_FONT = Path(__file__).parents[1] / "watermark" / "fonts" / "FoliotraceSans-SC.ttf"
_ENGLISH = (
    "the of and to in is that for it as was with be by on not he his but at are this have from or had an "
    "they which one you were her all she there would their we him been has when who will more no if out "
    "so said what up its about into than them can only other new some could time these two may then do "
    "first any my now such like our over man me even most made after also did many before must through "
    "years where much your way well down should because each just"
)
_CHINESE = tuple(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种"
    "面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本"
    "去把性好应开它合还因由其些然前外天政"
)
_INK = 200  # gray below this is ink
_INDENTED, _ENDING = 0.15, 0.15  # shares of lines that begin and that end a paragraph


def text_page(
    language: Literal["en", "zh"], seed: int, points: float = 11.0, leading: float = 1.5
) -> Picture:
    """Draw an A4 page of running text with 25 mm margins, a heading and a stand-in for our QR at the bottom right."""
    chance = np.random.default_rng(seed)
    page = Image.new("L", A4_PX, 255)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(_FONT), round(points * PRINT_DPI / 72))
    left, right, bottom = round(25 * _MM), round(185 * _MM), round(270 * _MM)
    y = 25 * _MM
    while y < bottom:
        words = chance.choice(_ENGLISH.split(), 40) if language == "en" else chance.choice(_CHINESE, 80)
        glue = " " if language == "en" else ""
        indent, last_line = chance.random() < _INDENTED, chance.random() < _ENDING
        limit = left + (right - left) * (chance.uniform(0.2, 0.9) if last_line else 1.0)
        line, x = "", left + (2 * font.size if indent else 0)
        for word in words:
            if x + draw.textlength(line + glue + word, font) > limit:
                break
            line += (glue if line else "") + word
        draw.text((x, y), line + ("。" if language == "zh" else "."), 0, font)
        y += points * leading * PRINT_DPI / 72
    modules = chance.integers(0, 2, (29, 29)).astype(np.uint8)
    side = round(18 * _MM)
    code = Image.fromarray(np.where(modules, 0, 255).astype(np.uint8)).resize(
        (side, side), Image.Resampling.NEAREST
    )
    page.paste(code, (A4_PX[0] - side - round(8 * _MM), A4_PX[1] - side - round(8 * _MM)))
    return np.asarray(page)


def running_words(language: Literal["en", "zh"], chance: np.random.Generator) -> str:
    """Draw a line of text by chance, about 16 cm long at 11 points."""
    if language == "zh":
        return "".join(chance.choice(_CHINESE, 41))
    return " ".join(chance.choice(_ENGLISH.split(), 16))


def blank_page() -> Picture:
    """Return an empty A4 sheet."""
    return np.full((A4_PX[1], A4_PX[0]), 255, np.uint8)


def with_dots(page: Picture, identity: int, number: int, key: bytes = b"") -> Picture:
    """Return the page with its dots drawn as squares of whole device pixels."""
    cells = usable_cells(page < _INK, PRINT_DPI)
    marked = page.copy()
    side = round(USUAL.side_mm * _MM)
    corners = np.rint(centres_mm(identity, number, cells, key) * _MM - side / 2).astype(int)
    for dy in range(side):
        for dx in range(side):
            marked[corners[:, 1] + dy, corners[:, 0] + dx] = 0
    return marked


def blacked_out(page: Picture) -> Picture:
    """Return the page with its QR hidden by a black box."""
    hidden = page.copy()
    hidden[round(268 * _MM) :, round(182 * _MM) :] = 0
    return hidden


@dataclass(frozen=True)
class Scan:
    """One pass through a printer and an office scanner.

    Attributes:
        dpi: Scanner resolution.
        turn_deg: How far the sheet lies turned, counter-clockwise on the glass.
        stretch: Relative error of scale along the feed; across it a third of that.
        wobble_mm: Amplitude of the uneven feed.
        blur_px: Gaussian blur in scanner pixels.
        noise: Standard deviation of the sensor's noise in gray levels.
        quality: JPEG quality.
        gamma: Tone curve; above 1 darkens.
        seed: Chooses all that is random.
    """

    dpi: int = 300
    turn_deg: float = 0.0
    stretch: float = 0.0
    wobble_mm: float = 0.05
    blur_px: float = 0.6
    noise: float = 3.0
    quality: int = 80
    gamma: float = 1.0
    seed: int = 0

    @classmethod
    def ordinary(cls, seed: int, dpi: int = 300) -> "Scan":
        """Draw the conditions of an ordinary office scan."""
        chance = np.random.default_rng([seed, dpi])
        return cls(
            dpi=dpi,
            turn_deg=float(chance.uniform(-1.5, 1.5)),
            stretch=float(chance.uniform(-0.006, 0.006)),
            wobble_mm=float(chance.uniform(0.02, 0.12)),
            blur_px=float(chance.uniform(0.45, 0.75)),
            noise=float(chance.uniform(2.0, 5.0)),
            quality=int(chance.integers(75, 86)),
            gamma=float(chance.uniform(0.85, 1.25)),
            seed=seed,
        )

    def picture(self, page: Picture, box_mm: tuple[float, float, float, float] | None = None) -> Picture:
        """Return the scanned page, or of it the box left, top, right, bottom in mm on the page."""
        chance = np.random.default_rng([self.seed, 1])
        left, top, right, bottom = box_mm or (0.0, 0.0, page.shape[1] / _MM, page.shape[0] / _MM)
        ratio = PRINT_DPI / self.dpi
        size = round((right - left) / 25.4 * self.dpi), round((bottom - top) / 25.4 * self.dpi)
        # What is scanned and 20 mm around it; a whole page costs seconds.
        first_x, first_y = (max(round((side - 20) * _MM), 0) for side in (left, top))
        sheet = page[first_y : round((bottom + 20) * _MM), first_x : round((right + 20) * _MM)]
        # Toner spreads a little and its edge is ragged; then the scanner's aperture.
        ragged = cv2.resize(
            chance.standard_normal((sheet.shape[0] // 2, sheet.shape[1] // 2), np.float32),
            sheet.shape[::-1],
            interpolation=cv2.INTER_LINEAR,
        )
        toner = cv2.GaussianBlur(sheet.astype(np.float32), (0, 0), 0.8) + 8 * ragged
        toner = np.clip((toner - 110) * 2.5 + 110, 0, 255)
        light = cv2.GaussianBlur(toner, (0, 0), ratio * float(np.hypot(self.blur_px, 0.29)))
        x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
        x, y = x - size[0] / 2, y - size[1] / 2
        turn = np.deg2rad(self.turn_deg)
        across = (np.cos(turn) * x - np.sin(turn) * y) * ratio * (1 + self.stretch / 3)
        along = (np.sin(turn) * x + np.cos(turn) * y) * ratio * (1 + self.stretch)
        for length_mm in chance.uniform(60, 300, 2):
            along += (
                self.wobble_mm * _MM * np.sin(along / (length_mm * _MM) * 2 * np.pi + chance.uniform(0, 6.28))
            )
        across += (left + right) / 2 * _MM - first_x
        along += (top + bottom) / 2 * _MM - first_y
        seen = cv2.remap(
            light,
            across.astype(np.float32),
            along.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(235.0,),
        )
        paper, black = chance.uniform(0.93, 0.98), chance.uniform(0.05, 0.15)
        tone = black + (paper - black) * (seen / 255) ** self.gamma
        tone *= 1 + 0.02 * np.sin(x / size[0] * 3 + chance.uniform(0, 6))  # uneven lamp
        grain = cv2.GaussianBlur(chance.standard_normal(seen.shape, np.float32), (0, 0), 1.2)
        gray = 255 * tone + 3 * grain + self.noise * chance.standard_normal(seen.shape, np.float32)
        return jpeg(np.clip(np.rint(gray), 0, 255).astype(np.uint8), self.quality)


def jpeg(picture: Picture, quality: int) -> Picture:
    """Return the picture after JPEG."""
    done, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        message = "the picture could not be packed"
        raise ValueError(message)
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


def png(picture: Picture) -> bytes:
    """Return the picture as a PNG file, quickly rather than small."""
    done, packed = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        message = "the picture could not be packed"
        raise ValueError(message)
    return packed.tobytes()


@lru_cache(maxsize=4)
def halftone_page(lines_per_inch: float = 53.0, turn_deg: float = 45.0) -> Picture:
    """Draw 120 mm square of printed halftone: round dots on a lattice whose size follows a slow picture."""
    y, x = np.mgrid[0 : round(120 * _MM), 0 : round(120 * _MM)].astype(np.float32)
    turn, pitch = np.deg2rad(turn_deg), PRINT_DPI / lines_per_inch
    u, v = (np.cos(turn) * x + np.sin(turn) * y) / pitch, (np.cos(turn) * y - np.sin(turn) * x) / pitch
    screen = np.cos(2 * np.pi * u) + np.cos(2 * np.pi * v)
    tone = 1.2 + 0.5 * np.sin(x / 700) * np.cos(y / 900)
    return np.where(screen > tone, 0, 255).astype(np.uint8)


def leader_page(seed: int = 0) -> Picture:
    """Draw a page of contents with dotted leaders above a ruled table full of points."""
    chance = np.random.default_rng(seed)
    page = Image.new("L", A4_PX, 255)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(_FONT), round(11 * PRINT_DPI / 72))
    for row in range(22):
        y = round((25 + 5.6 * row) * _MM)
        draw.text((round(25 * _MM), y), " ".join(chance.choice(_ENGLISH.split(), 4)), 0, font)
        for step in range(48):
            x = round((80 + 2.032 * step) * _MM)
            draw.ellipse((x, y + 70, x + 5, y + 75), 0)
    for row in range(24):
        y = round((155 + 5 * row) * _MM)
        draw.line((round(25 * _MM), y, round(185 * _MM), y), 0, 4)
        for column in range(60):
            x = round((25 + 2.667 * column) * _MM)
            draw.ellipse((x, y + 50, x + 4, y + 54), 0)
    return np.asarray(page)
