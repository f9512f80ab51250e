"""A registered page is kept as a file and comes back as it was."""

import io
from dataclasses import fields

import numpy as np
import pytest

from service.papers.references import pack, unpack
from watermark import Cells, DotStyle, Reference


def page(dots):
    chance = np.random.default_rng(3)
    return Reference(
        document="7",
        page=2,
        gray=chance.integers(0, 256, (60, 40), dtype=np.uint8),
        dpi=219.5,
        width_mm=210.0,
        height_mm=297.0,
        units_mm=chance.random((5, 4)).astype(np.float32),
        cells=Cells((chance.random((6, 4)) > 0.5, chance.random((12, 3)) > 0.5)),
        dots=dots,
        per_page=False,
    )


@pytest.mark.parametrize("dots", [DotStyle(2, 10), None])
def test_a_page_comes_back_as_it_was(dots):
    before = page(dots)
    after = unpack(pack(before))
    for field in fields(Reference):
        one, other = getattr(before, field.name), getattr(after, field.name)
        if field.name == "cells":
            assert len(one.layers) == len(other.layers)
            assert all(map(np.array_equal, one.layers, other.layers))
        else:
            assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other, field.name


def test_what_is_no_such_file_is_refused():
    with pytest.raises((ValueError, OSError)):
        unpack(b"nothing of the kind")
    target = io.BytesIO()
    np.savez(target, told=np.frombuffer(b'{"version": 1}', np.uint8))
    with pytest.raises(ValueError, match="version 1"):
        unpack(target.getvalue())
