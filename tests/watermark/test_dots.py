"""Where dots may lie, and where they do lie."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.marks.dots import FLAT, LAYERS, SQUARE, USUAL, Cells, cell_mm, cells_of, centres_mm
from watermark.marks.room import CLEAR_MM, usable_cells
from watermark.payload import EVIDENCE, tile_symbols

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
    cells = usable_cells(blank(), DPI)
    assert cells.layers[0].shape == (29, 29)
    assert cells.layers[0].all()
    beyond_the_lattice = cells.boxes_mm()[29 * 29 :]
    assert (beyond_the_lattice[:, 2:].max(axis=1) > 29 * cell_mm()).all()


def test_a_full_page_bears_none():
    assert not usable_cells(~blank(), DPI).count


def test_an_empty_picture_has_no_cells():
    assert usable_cells(np.zeros((5, 5), bool), DPI).layers[0].shape == (0, 0)


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
    assert usable_cells(ink, DPI).layers[0][:, 0].all()


def test_low_resolution_never_uses_a_cell_that_high_resolution_forbids():
    chance = np.random.default_rng(3)
    fine = chance.random((1200, 1200)) < 0.0004
    coarse = fine.reshape(300, 4, 300, 4).any(axis=(1, 3))
    rough, exact = (usable_cells(page, dpi).layers[0] for page, dpi in ((coarse, 100), (fine, 400)))
    assert not (rough & ~exact).any()


@pytest.mark.parametrize("dpi", [0, -300])
def test_a_resolution_without_meaning_is_refused(dpi):
    with pytest.raises(ValueError, match="dpi"):
        usable_cells(blank(), dpi)


def test_dots_lie_where_format_1_says():
    vector = VECTORS["right"][2]
    cells = np.zeros((20, 20), bool)
    cells[0, 0] = cells[1, 2] = cells[17, 3] = True
    centres = centres_mm(
        int(vector["identity"], 16), vector["page"], Cells((cells,)), bytes.fromhex(vector["key"])
    )
    symbols = [int(vector["tile"][row][col], 16) for row, col in ((0, 0), (1, 2), (1, 3))]
    expected = [
        (col * 2.032 + (symbol % 4 + 1.5) * 2.032 / 6, row * 2.032 + (symbol // 4 + 1.5) * 2.032 / 6)
        for symbol, (row, col) in zip(symbols, ((0, 0), (1, 2), (17, 3)), strict=True)
    ]
    assert centres == pytest.approx(np.array(expected))


def test_what_is_laid_out_is_cut_into_the_same_symbols_again():
    cells = Cells((np.ones((32, 16), bool),))
    fine = np.zeros((32 * 6, 16 * 6))
    x, y = (centres_mm(77, 7, cells, b"k") / (cell_mm() / 6)).astype(int).T
    fine[y, x] = 1
    tile = tile_symbols(77, 7, b"k")
    assert (cells_of(fine).argmax(axis=2) == np.tile(tile, (2, 1))).all()
    assert cells_of(fine).sum() == 32 * 16


def inlaid(layer, *places, size=(40, 40)):
    """Return cells of which only some of one layer are used."""
    layers = [np.zeros(size, bool) for _ in LAYERS]
    for place in places:
        layers[layer][place] = True
    return Cells(tuple(layers))


@pytest.mark.parametrize("case", VECTORS["inlaid"], ids=lambda case: f"layer {case['layer']}")
def test_inlaid_dots_lie_where_the_format_says(case):
    vector = VECTORS["right"][2]
    identity, page, key = int(vector["identity"], 16), vector["page"], bytes.fromhex(vector["key"])
    cells = inlaid(case["layer"], *map(tuple, case["cells"]))
    assert cells.tile().tolist() == [16 * row + col for row, col in case["tile"]]
    assert centres_mm(identity, page, cells, key) == pytest.approx(np.array(case["centres_mm"]), abs=1e-5)


def test_inlaid_dots_say_the_tile_half_a_tile_on():
    lattice, square = inlaid(0, (8, 8), (3, 4)), inlaid(1, (0, 0), (11, 12))
    assert sorted(lattice.tile()) == sorted(square.tile())


def test_flat_cells_say_only_what_tells_copies_apart_and_each_something_else():
    said = FLAT.says.reshape(-1)
    assert EVIDENCE.reshape(-1)[said].all()
    assert len(set(said.tolist())) == len(said)


@pytest.mark.parametrize("shape", [SQUARE, FLAT])
def test_no_dot_reaches_the_edge_of_its_cell(shape):
    for side in (2, 3, 4):
        apart = side / 8 / 2  # of the usual pitch
        middles = shape.places + 0.5
        assert (middles - apart > 0).all()
        assert (middles + apart < shape.fine).all()


def lines(gap_mm):
    """Return ten lines of writing of 3 mm, so far apart."""
    ink = blank()
    for top in np.arange(5, 55, 3 + gap_mm):
        ink[round(top * 10) : round(top * 10) + 30, 50:550] = True
    return ink


@pytest.mark.parametrize(("gap_mm", "shape"), [(2.4, SQUARE), (1.6, FLAT)])
def test_a_gap_that_misses_the_lattice_is_inlaid(gap_mm, shape):
    cells = usable_cells(lines(gap_mm), DPI)
    inlaid_cells = [
        free.sum() for layer, free in zip(LAYERS, cells.layers, strict=True) if layer.shape is shape
    ]
    assert sum(inlaid_cells[shape is SQUARE :]) > 60


@given(st.lists(st.tuples(st.integers(0, 599), st.integers(0, 599)), min_size=1, max_size=12))
def test_places_of_all_dots_keep_their_distance_from_each_other(spots):
    ink = blank()
    for y, x in spots:
        ink[y : y + 3, x : x + 25] = True
    places = usable_cells(ink, DPI).places_mm()
    points = np.rint(places / USUAL.pitch_mm - 0.5).astype(int)
    owner = np.full(points.max(axis=(0, 1))[::-1] + 3, -1)
    for cell, (x, y) in enumerate(points.transpose(0, 2, 1)):
        owner[y, x] = cell
    for down, right in ((0, 1), (1, -1), (1, 0), (1, 1)):
        here = owner[: owner.shape[0] - down, 1:-1]
        there = owner[down:, 1 + right : owner.shape[1] - 1 + right]
        assert ((here == there) | (here < 0) | (there < 0)).all()


def test_a_cell_that_the_edge_would_cut_is_not_used():
    ink = np.zeros((33, 600), bool)  # one and a half cells high
    ink[:3] = True
    boxes = usable_cells(ink, DPI).boxes_mm()
    assert boxes[:, 3].max(initial=0) <= 3.3
