"""Dots as a printer makes them are told from dots as a copier makes them, and doubtful ones from neither."""

from functools import cache

import cv2
import numpy as np

from watermark import Cells, DotStyle, Generation, PrintWhy
from watermark.marks.dots import centres_mm
from watermark.trace.measure.generation import DotsExpected, expected_dots, tell_generation

SIDE_MM = 60.0
FINE_DPI = 1200
DPI = 300
STYLE = DotStyle()
SIZE = (SIDE_MM, SIDE_MM)


@cache
def middles_mm() -> np.ndarray:
    cells = Cells((np.ones((int(SIDE_MM / 2.032), int(SIDE_MM / 2.032)), np.bool_),))
    return centres_mm(0x0123_4567_89AB_CDEF, 1, cells, b"a key of these tests", STYLE)


@cache
def print_of(ragged_um: float = 0.0) -> np.ndarray:
    """Return squares of 127 µm on paper at 1200 dpi, their edges moved by chance."""
    chance = np.random.default_rng(5)
    fine = np.full((round(SIDE_MM / 25.4 * FINE_DPI * 4),) * 2, 255, np.uint8)  # drawn four times finer
    for x, y in middles_mm() / 25.4 * FINE_DPI * 4:
        edges = chance.normal(0, ragged_um / 25_400 * FINE_DPI * 4, 4)
        left, top, right, bottom = np.rint(np.array([x - 12, y - 12, x + 12, y + 12]) + edges).astype(int)
        fine[top:bottom, left:right] = 0
    return cv2.resize(fine, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)


def copied(sheet: np.ndarray) -> np.ndarray:
    """Return what a copier of 600 dpi prints: it looks, at a scale of its own, and cuts at half the light."""
    blurred = cv2.GaussianBlur(sheet, (0, 0), 2.4)
    looked = cv2.resize(blurred, None, fx=0.497, fy=0.497, interpolation=cv2.INTER_AREA)
    bits = np.where(looked > 130, 255, 0).astype(np.uint8)
    return cv2.resize(bits, sheet.shape[::-1], interpolation=cv2.INTER_NEAREST)


def scan(sheet: np.ndarray, dpi: float = DPI, blur_px: float = 2.2) -> np.ndarray:
    """Return a scan: blurred, coarse, stored as scanners do, with noise."""
    light = cv2.GaussianBlur(sheet, (0, 0), blur_px).astype(np.float32) / 255
    small = cv2.resize(light, None, fx=dpi / FINE_DPI, fy=dpi / FINE_DPI, interpolation=cv2.INTER_AREA)
    stored = 240 * np.clip(0.04 + 0.96 * small, 0, 1) ** (1 / 2.2)
    noise = np.random.default_rng(7).normal(0, 2.0, stored.shape)
    return np.clip(stored + noise, 0, 255).astype(np.uint8)


def expected(dpi: float = DPI) -> DotsExpected:
    px = SIDE_MM / 25.4 * dpi
    x, y = np.meshgrid(np.linspace(0, px, 13) - 0.5, np.linspace(0, px, 13) - 0.5)
    return expected_dots(np.stack((x, y), axis=-1).astype(np.float32), SIZE, middles_mm(), STYLE.side_mm)


def test_dots_that_are_all_alike_are_a_first_print():
    found = tell_generation(scan(print_of()), expected(), DPI)
    assert (found.generation, found.why) == (Generation.ORIGINAL, PrintWhy.EVEN_DOTS)
    assert found.log10_ratio <= -2
    assert found.stray_mm < 0.002


def test_the_ragged_edges_of_a_printer_are_no_photocopy():
    found = tell_generation(scan(print_of(6.0)), expected(), DPI)
    assert found.generation is Generation.ORIGINAL
    assert 0.05 < found.unevenness < 0.15


def test_dots_that_a_copier_rounded_are_a_photocopy():
    found = tell_generation(scan(copied(print_of(6.0))), expected(), DPI)
    assert (found.generation, found.why) == (Generation.COPY, PrintWhy.UNEVEN_DOTS)
    assert found.log10_ratio >= 2
    assert found.stray_mm > 0.007


def test_a_coarse_picture_says_nothing():
    found = tell_generation(scan(copied(print_of(6.0)), 100), expected(100), 100)
    assert found.generation is Generation.UNSURE
    assert found.log10_ratio == 0


def test_a_picture_in_black_and_white_says_nothing():
    picture = np.where(scan(print_of()) > 200, 255, 0).astype(np.uint8)
    found = tell_generation(picture, expected(), DPI)
    assert (found.generation, found.why) == (Generation.UNSURE, PrintWhy.TWO_TONE)


def test_paper_without_dots_says_nothing():
    blank = scan(np.full_like(print_of(), 255))
    found = tell_generation(blank, expected(), DPI)
    assert (found.generation, found.why) == (Generation.UNSURE, PrintWhy.FEW_DOTS)


def test_a_piece_with_few_dots_says_nothing():
    found = tell_generation(scan(print_of())[:150, :150], expected(), DPI)
    assert (found.generation, found.why) == (Generation.UNSURE, PrintWhy.FEW_DOTS)


def test_levels_pulled_until_paper_is_white_make_no_photocopy_of_a_print():
    picture = scan(print_of(6.0)).astype(np.float32)
    pulled = np.clip((picture - 60) / (215 - 60), 0, 1) * 255
    found = tell_generation(pulled.astype(np.uint8), expected(), DPI)
    assert found.generation is not Generation.COPY
    copy = np.clip(scan(copied(print_of(6.0))).astype(np.float32) * 1.1, 0, 255).astype(np.uint8)
    assert tell_generation(copy, expected(), DPI).why is PrintWhy.EDITED


def test_a_median_filter_makes_no_photocopy_of_a_worn_print():
    picture = scan(print_of(12.0))
    picture[300:340] = scan(np.full_like(print_of(), 60))[300:340]  # some ink among the dots
    found = tell_generation(cv2.medianBlur(picture, 3), expected(), DPI)
    assert (found.generation, found.why) == (Generation.UNSURE, PrintWhy.EDITED)
