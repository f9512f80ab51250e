"""The symbols of a tile: pinned for format 1, protected against loss, and never quietly wrong."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watermark import payload

VECTORS = json.loads((Path(__file__).parent / "vectors" / "dots.json").read_text("utf-8"))
NEEDED = payload.MESSAGE_BITS * math.log10(2) + 9 + 4

identities = st.integers(0, 2**64 - 1)
pages = st.integers(0, 2**15 - 1)
keys = st.binary(max_size=40)


def seen(tile, cells=None, sure=6.0):
    """Return logits of a reader who saw the symbols of ``cells``, all if None, and nothing of the others."""
    logits = np.zeros((16, 16, 16))
    rows, cols = np.divmod(np.arange(256) if cells is None else np.asarray(cells), 16)
    logits[rows, cols, tile[rows, cols]] = sure
    return logits


@pytest.mark.parametrize("vector", VECTORS["right"], ids=lambda vector: vector["why"])
def test_a_pinned_tile_is_written_as_ever(vector):
    tile = payload.tile_symbols(int(vector["identity"], 16), vector["page"], bytes.fromhex(vector["key"]))
    assert ["".join(f"{symbol:x}" for symbol in row) for row in tile] == vector["tile"]


@pytest.mark.parametrize("vector", VECTORS["right"], ids=lambda vector: vector["why"])
def test_a_pinned_tile_is_read_as_ever(vector):
    tile = np.array([[int(symbol, 16) for symbol in row] for row in vector["tile"]])
    decoded = payload.decode(seen(tile), bytes.fromhex(vector["key"]))
    assert (f"{decoded.identity:016x}", decoded.page) == (vector["identity"], vector["page"])
    assert decoded.log10_evidence > NEEDED


@pytest.mark.parametrize("vector", VECTORS["wrong"], ids=lambda vector: vector["why"])
def test_a_pinned_wrong_tile_is_beyond_doubt_for_nobody(vector):
    tile = np.array([[int(symbol, 16) for symbol in row] for row in vector["tile"]])
    assert payload.decode(seen(tile), bytes.fromhex(vector["key"])).log10_evidence < NEEDED


@settings(max_examples=25)
@given(identity=identities, page=pages, key=keys)
def test_what_is_written_is_read(identity, page, key):
    decoded = payload.decode(seen(payload.tile_symbols(identity, page, key)), key, enough=NEEDED)
    assert (decoded.identity, decoded.page) == (identity, page)


@settings(max_examples=20)
@given(identity=identities, page=pages, key=keys, seed=st.integers(0, 1000), damaged=st.integers(0, 256))
def test_a_damaged_tile_is_read_right_or_not_beyond_doubt(identity, page, key, seed, damaged):
    chance = np.random.default_rng(seed)
    tile = payload.tile_symbols(identity, page, key)
    hit = np.divmod(chance.choice(256, damaged, replace=False), 16)
    tile[hit] = chance.integers(0, 16, damaged)
    decoded = payload.decode(seen(tile), key, enough=NEEDED)
    assert (decoded.identity, decoded.page) == (identity, page) or decoded.log10_evidence < NEEDED


def test_forty_cells_of_which_three_lie_carry_the_message():
    chance = np.random.default_rng(7)
    trials, right = 10, 0
    for trial in range(trials):
        identity, page = int(chance.integers(0, 2**63)), trial
        tile = payload.tile_symbols(identity, page, b"k")
        cells = chance.choice(256, 40, replace=False)
        logits = seen(tile, cells, sure=7.0) + chance.normal(0, 0.5, (16, 16, 16))
        lost = np.divmod(cells[:3], 16)
        logits[lost] = chance.permuted(logits[lost], axis=1)
        decoded = payload.decode(logits, b"k", enough=NEEDED)
        right += (decoded.identity, decoded.page) == (identity, page)
    assert right == trials


def test_another_key_sees_nothing():
    tile = payload.tile_symbols(1, 1, b"ours")
    # The best of 2^79 messages may reach 23.8 decades by luck.
    assert payload.decode(seen(tile), b"theirs").log10_evidence < 24
    assert payload.sync_evidence(seen(tile), b"theirs").max() < math.log(256 * 1000)


def test_the_first_cell_is_found_wherever_the_picture_begins():
    tile = np.roll(payload.tile_symbols(99, 3, b"k"), (5, 11), axis=(0, 1))
    found = payload.sync_evidence(seen(tile), b"k")
    assert np.unravel_index(found.argmax(), found.shape) == (5, 11)


def test_the_evidence_for_a_fixed_message_has_expectation_at_most_one_whatever_the_picture():
    """The bound's foundation, over 400 keys on one adversarial picture: full of one symbol, seen with certainty."""
    logits = np.zeros((16, 16, 16))
    logits[:, :2, 3] = 4.0
    # A cell's factor is 16 p(symbol); the mean over keys of each single factor must be one.
    weights = np.exp(logits[0, 0]) / np.exp(logits[0, 0]).sum()
    factors = [
        16 * weights[payload.tile_symbols(5, 5, bytes([a, b]))[0, 0]] for a in range(20) for b in range(20)
    ]
    assert abs(np.mean(factors) - 1) < 4 * np.std(factors) / 20


@pytest.mark.parametrize(("identity", "page"), [(-1, 0), (2**64, 0), (0, -1), (0, 2**15)])
def test_numbers_out_of_range_are_refused(identity, page):
    with pytest.raises(ValueError, match="must"):
        payload.tile_symbols(identity, page, b"")
