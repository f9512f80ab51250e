"""What dots say of an innocent is one on average, whatever was seen of them."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from watermark.trace.weigh.evidence import cell_ratios, cell_scores, fused, mixed_cells

ALL = np.array(list(product(range(16), repeat=2)), np.uint8)
"""Every way in which two cells can say something."""


@settings(max_examples=60, deadline=None)
@given(arrays.arrays(float, (2, 2, 16), elements=st.floats(-60, 60)))
def test_dots_say_one_of_an_innocent_on_average(logits):
    said = np.exp(mixed_cells(cell_scores(cell_ratios(logits), ALL)))
    assert said.mean() == pytest.approx(1, rel=1e-9)


def test_dots_that_are_seen_well_speak_for_the_copy_that_has_them_and_lost_ones_veto_nothing():
    clear = np.full((12, 16), -4.0)
    clear[:, 3] = 4.0
    true, other = (np.full((1, 12), symbol, np.uint8) for symbol in (3, 5))
    (for_true,), (for_other,) = (
        mixed_cells(cell_scores(cell_ratios(np.stack([clear, clear])), symbols)) / np.log(10)
        for symbols in (true, other)
    )
    assert for_true == pytest.approx(12 * np.log10(16 * 0.953) - np.log10(2), abs=0.3)
    assert -np.log10(16) < for_other < -0.9


def test_one_carrier_alone_is_taken_as_it_is():
    alone = np.array([3.0, -1.0])
    assert (fused(alone, None) == alone).all()
    assert (fused(None, alone) == alone).all()
