"""Every awkward document goes the whole way: cleaned, prepared, stamped, and read back."""

import itertools
import math

import numpy as np
import pytest

import watermark
from tests.watermark.papers import LETTER_F, PAPERS, faults_of
from watermark.geometry import Rect
from watermark.marks import qr
from watermark.units import px_from_mm

TEXT = "F17K2PX9QRTM4WD013Q8ZV5N2C6H1J0KXA"
PAGE = watermark.PageMark(
    TEXT, "7K2PX-9QRTM-4WD5H", ("机密★10年 · Copy 12 of 30",), "份号 000012", "机密★10年"
)
WORDS = (*PAGE.lines, PAGE.head_left, PAGE.head_right)
DPI = 110


@pytest.fixture(scope="module", params=sorted(PAPERS))
def way(request):
    """Return a document, its base and a stamped copy."""
    original = PAPERS[request.param]()
    base = watermark.prepare(original, texts=WORDS)
    mark = watermark.Mark(0x0123456789ABCDEF, b"key", (PAGE,) * len(base.pages))
    return original, base, watermark.stamp(base, mark)


def test_a_stamped_copy_is_a_sound_file(way):
    _, _, stamped = way
    assert faults_of(stamped) == []


def test_every_page_carries_its_code_upright_where_it_was_put(way):
    _, base, stamped = way
    for number, page in enumerate(base.pages, start=1):
        # A seventh of a code's module on the smallest sheet must still be several pixels.
        dpi = DPI / page.placement.scale
        found = qr.find(watermark.render_page(stamped, number, dpi, gray=True))
        assert [code.text for code in found] == [TEXT]
        place = page.placement.code
        corners = [
            (place.left, place.top),
            (place.right, place.top),
            (place.right, place.bottom),
            (place.left, place.bottom),
        ]
        expected = np.array([[px_from_mm(side, dpi) for side in corner] for corner in corners])
        assert np.abs(found[0].corners_px - expected).max() < px_from_mm(1.2 * page.placement.module_mm, dpi)


def test_marks_change_nothing_outside_their_own_places(way):
    original, base, stamped = way
    cleaned = watermark.inspect(original).cleaned
    for number, page in enumerate(base.pages, start=1):
        before = watermark.render_page(cleaned, number, DPI, gray=True).astype(int)
        after = watermark.render_page(stamped, number, DPI, gray=True).astype(int)
        ours = np.zeros(before.shape, dtype=bool)
        words = (Rect(*map(float, unit)) for unit in page.units)
        for rect in (
            page.placement.code_box,
            *(room.rect.grown(0.7) for room in page.placement.rooms),
            *words,
        ):
            left, top, right, bottom = (round(px_from_mm(side, DPI)) for side in rect.grown(0.3))
            ours[max(top, 0) : bottom, max(left, 0) : right] = True
        for left, top, right, bottom in page.cells.boxes_mm() / 25.4 * DPI:
            # The corner of a page may lie between two pixels.
            ours[
                max(math.floor(top) - 1, 0) : math.ceil(bottom) + 1,
                max(math.floor(left) - 1, 0) : math.ceil(right) + 1,
            ] = True
        stray = np.argwhere((np.abs(before - after) > 8) & ~ours)
        assert not len(stray), f"page {number} changed at pixel {stray[0]}"


# PDFium knows no user unit and draws no field that lacks a look: both have tests of their own.
@pytest.mark.parametrize("name", sorted(PAPERS.keys() - {"big_user_unit", "form_field"}))
def test_cleaning_changes_no_pixel_of_a_page(name):
    original = PAPERS[name]()
    inspection = watermark.inspect(original)
    cleaned = inspection.cleaned
    for number in range(1, inspection.pages + 1):
        before, after = (watermark.render_page(pdf, number, 72).astype(int) for pdf in (original, cleaned))
        assert before.shape == after.shape
        assert (np.abs(before - after) > 40).mean() < 0.0005


def test_marks_of_a_page_do_not_overlap(way):
    _, base, _ = way
    for page in base.pages:
        rects = [page.placement.code, *(room.rect for room in page.placement.rooms)]
        for one, other in itertools.combinations(rects, 2):
            assert (
                one.right <= other.left + 0.01
                or other.right <= one.left + 0.01
                or one.bottom <= other.top + 0.01
                or other.bottom <= one.top + 0.01
            ), (one, other)


def test_the_collection_is_large_enough_to_mean_something():
    assert len(PAPERS) >= 30
    assert LETTER_F
