"""Which way the words of a copy go: pinned for format 1, drawn with the probabilities a reader relies on."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.marks import layout

VECTORS = json.loads((Path(__file__).parent / "vectors" / "layout.json").read_text("utf-8"))
SHARES = {7386: 5 / 18, 32768: 4 / 9, 58150: 5 / 18}


def written(signs):
    return ["".join("+" if sign > 0 else "-" for sign in signs[:, axis]) for axis in (0, 1)]


def drawn(vector):
    count = len(vector["signs"][0])
    return layout.signs(int(vector["identity"], 16), vector["page"], count, bytes.fromhex(vector["key"]))


@pytest.mark.parametrize("vector", VECTORS["right"], ids=lambda vector: vector["why"])
def test_pinned_signs_are_drawn_as_ever(vector):
    assert written(drawn(vector)) == vector["signs"]


@pytest.mark.parametrize("vector", VECTORS["right"], ids=lambda vector: vector["why"])
def test_pinned_probabilities_are_drawn_as_ever(vector):
    count = len(vector["signs"][0])
    found = layout.biases(vector["page"], count, bytes.fromhex(vector["key"])) * 65536
    assert found.T.tolist() == vector["biases"]


@pytest.mark.parametrize("vector", VECTORS["wrong"], ids=lambda vector: vector["why"])
def test_pinned_wrong_signs_are_those_of_nobody(vector):
    assert written(drawn(vector)) != vector["signs"]


@given(
    count=st.integers(0, 300), more=st.integers(0, 50), page=st.integers(0, 32767), key=st.binary(max_size=20)
)
def test_the_signs_of_fewer_units_are_the_first_of_more(count, more, page, key):
    longer = layout.signs(77, page, count + more, key)
    assert np.array_equal(layout.signs(77, page, count, key), longer[:count])
    assert set(np.unique(longer)) <= {-1, 1}


def test_probabilities_come_with_the_shares_of_nuida_and_signs_with_their_probabilities():
    """Over 40,000 units: four standard deviations of a share are 0.007 at most."""
    biases = layout.biases(1, 40_000, b"k")
    for node, share in SHARES.items():
        chosen = biases == node / 65536
        assert abs(chosen.mean() - share) < 0.007
        signs = layout.signs(123, 1, 40_000, b"k")
        assert abs((signs[chosen] > 0).mean() - node / 65536) < 0.013


def test_the_evidence_for_an_innocent_copy_has_expectation_one():
    """For a fixed picture that shows every unit to the right and down, averaged over 3,000 identities."""
    biases = layout.biases(4, 2, b"k")
    likely = {1: 0.9, -1: 0.1}
    weight = biases * likely[1] + (1 - biases) * likely[-1]
    ratios = []
    for identity in range(3000):
        signs = layout.signs(identity, 4, 2, b"k")
        ratios.append((np.where(signs > 0, likely[1], likely[-1]) / weight).prod())
    assert abs(np.mean(ratios) - 1) < 4 * np.std(ratios) / 3000**0.5


def test_displacements_are_the_lengths_of_the_format_and_lead_back_to_the_signs():
    signs = np.array([(1, 1), (-1, 1), (1, -1), (-1, -1)], np.int8)
    moved = layout.displacements_mm(signs)
    assert moved.tolist() == [[0.05, 0.03], [-0.05, 0.03], [0.05, -0.03], [-0.05, -0.03]]
    assert np.array_equal(layout.soft_signs(moved), signs)


@pytest.mark.parametrize(
    ("identity", "page", "count"), [(-1, 0, 1), (2**64, 0, 1), (0, -1, 1), (0, 2**15, 1), (0, 0, -1)]
)
def test_numbers_out_of_range_are_refused(identity, page, count):
    with pytest.raises(ValueError, match="must"):
        layout.signs(identity, page, count, b"")
