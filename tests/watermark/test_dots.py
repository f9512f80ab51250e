"""Where dots may lie, and where they do lie."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.marks.dots import CLEAR_MM, USUAL, cell_mm, cells_of, centres_mm, usable_cells
from watermark.payload import tile_symbols

VECTORS = json.loads((Path(__file__).parent / "vectors" / "dots.json").read_text("utf-8"))
DPI = 254  # ten pixels a millimetre


def blank(width_mm=60, height_mm=60):
    return np.zeros((height_mm * 10, width_mm * 10), bool)


def distance_mm(centres, ink):
    """Return the least distance between the edge of any dot and the centre of any inked pixel."""
    y, x = np.nonzero(ink)
    pixels = (np.column_stack((x, y)) + 0.5) / 10
    apart = np.abs(centres[:, None] - pixels[None]) - USUAL.side_mm / 2
    return np.hypot(*np.maximum(apart, 0).transpose(2, 0, 1)).min()


def test_a_blank_page_bears_a_dot_in_every_whole_cell():
    assert usable_cells(blank(), DPI).shape == (29, 29)
    assert usable_cells(blank(), DPI).all()


def test_a_full_page_bears_none():
    assert not usable_cells(~blank(), DPI).any()


def test_an_empty_picture_has_no_cells():
    assert usable_cells(np.zeros((5, 5), bool), DPI).shape == (0, 0)


@given(st.lists(st.tuples(st.integers(0, 599), st.integers(0, 599)), min_size=1, max_size=12))
def test_dots_keep_their_distance_from_ink(spots):
    ink = blank()
    for y, x in spots:
        ink[y, x] = True
    centres = centres_mm(2**64 - 1, 1, usable_cells(ink, DPI), b"")
    assert distance_mm(centres, ink) >= CLEAR_MM - 0.05 - 1e-9  # half a pixel: ink is somewhere in it


def test_no_dot_lies_in_a_word_gap_but_dots_lie_in_a_column_gap():
    ink = blank()
    ink[200:230, 50:200] = True
    ink[200:230, 228:300] = True  # a word gap of 2.8 mm
    ink[200:230, 380:500] = True  # columns 8 mm apart
    centres = centres_mm(1, 1, usable_cells(ink, DPI), b"")
    on_line = centres[(centres[:, 1] > 20) & (centres[:, 1] < 23), 0]
    assert not ((on_line > 20) & (on_line < 22.8)).any()
    assert ((on_line > 30) & (on_line < 38)).any()


def test_the_gap_to_the_edge_of_the_page_is_no_word_gap():
    ink = blank()
    ink[:, 21:23] = True
    assert usable_cells(ink, DPI)[:, 0].all()


def test_low_resolution_never_uses_a_cell_that_high_resolution_forbids():
    chance = np.random.default_rng(3)
    fine = chance.random((1200, 1200)) < 0.0004
    coarse = fine.reshape(300, 4, 300, 4).any(axis=(1, 3))
    assert not (usable_cells(coarse, 100) & ~usable_cells(fine, 400)).any()


@pytest.mark.parametrize("dpi", [0, -300])
def test_a_resolution_without_meaning_is_refused(dpi):
    with pytest.raises(ValueError, match="dpi"):
        usable_cells(blank(), dpi)


def test_dots_lie_where_format_1_says():
    vector = VECTORS["right"][2]
    cells = np.zeros((20, 20), bool)
    cells[0, 0] = cells[1, 2] = cells[17, 3] = True
    centres = centres_mm(int(vector["identity"], 16), vector["page"], cells, bytes.fromhex(vector["key"]))
    symbols = [int(vector["tile"][row][col], 16) for row, col in ((0, 0), (1, 2), (1, 3))]
    expected = [
        (col * 2.032 + (symbol % 4 + 1.5) * 2.032 / 6, row * 2.032 + (symbol // 4 + 1.5) * 2.032 / 6)
        for symbol, (row, col) in zip(symbols, ((0, 0), (1, 2), (17, 3)), strict=True)
    ]
    assert centres == pytest.approx(np.array(expected))


def test_what_is_laid_out_is_cut_into_the_same_symbols_again():
    cells = np.ones((32, 16), bool)
    fine = np.zeros((32 * 6, 16 * 6))
    x, y = (centres_mm(77, 7, cells, b"k") / (cell_mm() / 6)).astype(int).T
    fine[y, x] = 1
    tile = tile_symbols(77, 7, b"k")
    assert (cells_of(fine).argmax(axis=2) == np.tile(tile, (2, 1))).all()
    assert cells_of(fine).sum() == 32 * 16
