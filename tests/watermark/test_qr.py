"""The QR code: drawn to the module as pinned, and read back."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.errors import QrTextError
from watermark.marks import qr

VECTORS = json.loads((Path(__file__).parent / "vectors" / "qr.json").read_text("utf-8"))


def picture_of(text, module_px=6):
    modules = np.pad(qr.modules(text), qr.QUIET_MODULES)
    return np.where(np.kron(modules, np.ones((module_px, module_px), bool)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["text"])
def test_a_text_gives_the_pinned_modules(vector):
    rows = ["".join("01"[int(module)] for module in row) for row in qr.modules(vector["text"])]
    assert rows == vector["modules"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["why"])
def test_a_text_that_does_not_fit_is_refused(vector):
    with pytest.raises(QrTextError) as refused:
        qr.modules(vector["text"])
    assert refused.value.code == "unusable-qr-text"


@given(st.lists(st.text(qr._ALPHABET, min_size=38, max_size=38), min_size=1, max_size=3), st.integers(1, 38))
def test_codes_made_together_are_those_that_the_library_draws_one_by_one(texts, length):
    texts = [text[:length] for text in texts]
    for code, text in zip(qr.modules_of(texts), texts, strict=True):
        assert (code.reshape(-1) == qr._drawn(text)).all()


@given(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=34, max_size=34))
def test_every_code_is_read_back_where_it_was_drawn(text):
    found = qr.find(picture_of(text))
    assert [code.text for code in found] == [text]
    near, far = 6 * qr.QUIET_MODULES, 6 * (qr.QUIET_MODULES + qr.MODULES)
    expected = [(near, near), (far, near), (far, far), (near, far)]
    assert np.abs(found[0].corners_px - expected).max() <= 6


def test_blank_paper_holds_no_code():
    assert qr.find(np.full((300, 300), 255, np.uint8)) == []
