"""Where marks go: the bottom right corner if it is free, else the next best, always inside the frame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.errors import PageTooSmallError
from watermark.geometry import Rect
from watermark.placement import Paper, Placement, place, reserve

DPI = 60


def paper(width_mm=210, height_mm=297, inked=()):
    ink = np.zeros((round(height_mm / 25.4 * DPI), round(width_mm / 25.4 * DPI)), dtype=np.bool_)
    sheet = Paper(width_mm, height_mm, ink, DPI)
    for rect in inked:
        sheet.cut(Rect(*rect))[:] = True
    return sheet


def test_on_blank_paper_everything_hangs_on_the_frame():
    placed = place(paper())
    assert placed.code == pytest.approx((185.5, 272.5, 203, 290))
    assert placed.quiet_modules == 4
    assert placed.lines.rect.left == 7
    assert placed.head_left.rect.left == 7
    assert placed.head_right.rect.right == 203
    assert not placed.is_over_content


@pytest.mark.parametrize(
    ("inked", "left", "top"),
    [
        ([(180, 270, 210, 297)], 7, 272.5),
        ([(0, 270, 210, 297)], 185.5, 7),
        ([(0, 270, 210, 297), (180, 0, 210, 30)], 7, 7),
    ],
)
def test_a_used_corner_is_left_alone(inked, left, top):
    placed = place(paper(inked=inked))
    assert (placed.code.left, placed.code.top) == pytest.approx((left, top))
    assert not placed.code_over_content


def test_a_text_area_near_the_corner_narrows_the_quiet_zone_before_it_moves_the_code():
    placed = place(paper(inked=[(26, 20, 183.4, 297)]))
    assert placed.code.left == pytest.approx(185.5)
    assert placed.quiet_modules == 2


def test_a_page_number_moves_the_lines_and_not_the_code():
    placed = place(paper(inked=[(100, 283, 110, 287)]))
    assert placed.code.left == pytest.approx(185.5)
    assert not placed.lines.over_content
    assert placed.lines.rect.bottom <= 282


def test_a_seal_at_the_foot_leaves_the_lines_the_rest_of_the_foot():
    placed = place(paper(inked=[(7, 230, 60, 297)]))
    assert not placed.lines.over_content
    assert placed.lines.rect.left > 60
    assert placed.lines.rect.bottom > 285


def test_on_a_full_page_the_usual_places_are_taken_and_told():
    placed = place(paper(inked=[(0, 0, 210, 297)]))
    assert placed.code == pytest.approx((185.5, 272.5, 203, 290))
    assert placed.code_over_content
    assert all(room.over_content for room in placed.rooms)


def test_on_a_small_sheet_the_code_takes_two_fifths_of_the_short_side():
    placed = place(paper(30, 60))
    assert placed.code.width == pytest.approx(12)


def test_a_sheet_too_small_for_a_code_is_refused():
    with pytest.raises(PageTooSmallError):
        place(paper(15, 60))


def test_the_places_of_marks_are_kept_free_of_dots():
    sheet = paper()
    placed = place(sheet)
    ink = Paper(210, 297, reserve(sheet, placed), DPI)
    assert all(ink.cut(rect).all() for rect in (placed.code_box, *(room.rect for room in placed.rooms)))
    assert not sheet.ink.any()


def test_a_first_page_with_room_in_its_type_area_has_its_head_there():
    placed = place(paper(), official=True)
    assert placed.official
    assert placed.head_left.rect[:2] == (28, 37)
    assert placed.head_right.rect[:2] == pytest.approx((28, 37 + 225 / 22))
    assert {placed.head_left.size_pt, placed.head_right.size_pt} == {16}


@pytest.mark.parametrize(
    ("size", "inked"),
    [((210, 297), [(60, 40, 61, 41)]), ((210, 297), [(28, 55, 90, 57)]), ((297, 210), []), ((148, 210), [])],
)
def test_a_type_area_that_is_not_free_or_not_of_a4_keeps_the_head_in_the_margin(size, inked):
    placed = place(paper(*size, inked=inked), official=True)
    assert not placed.official
    assert placed.head_left.rect.top < 10
    assert not placed.is_over_content


def test_a_mark_that_the_document_carries_has_no_room():
    placed = place(paper(), official=True, carries_mark=True)
    assert placed.head_right is None
    assert not placed.official
    assert len(placed.rooms) == 3


def test_how_much_a_mark_covers_is_told_for_each():
    # A text area with a stripe of paper left: the code's box is half inked.
    placed = place(paper(inked=[(0, 0, 210, 269), (194, 269, 210, 297), (0, 269, 30, 297)]))
    assert set(placed.covered) >= {"qr", "head_left", "head_right"}
    assert 0.2 < placed.covered["qr"] < 0.8
    assert placed.covered["head_left"] == 1


def test_on_a_bleeding_page_the_code_takes_the_lightest_corner():
    placed = place(paper(inked=[(0, 0, 210, 280), (30, 280, 210, 297)]))
    assert (placed.code.left, placed.code.top) == pytest.approx((7, 272.5))
    assert placed.code_over_content


def overlap(one, other):
    return (
        min(one.right, other.right) - max(one.left, other.left) > 0.02
        and min(one.bottom, other.bottom) - max(one.top, other.top) > 0.02
    )


@given(
    st.just((210, 297)) | st.tuples(st.floats(20, 900), st.floats(20, 900)),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_no_mark_lies_on_another_or_on_content_untold(size, official, carries, seed):
    random = np.random.default_rng(seed)
    sheet = paper(*size)
    for _ in range(random.integers(0, 12)):
        left, top = random.uniform(0, size[0]), random.uniform(0, size[1])
        sheet.cut(Rect(left, top, left + random.uniform(0, 60), top + random.uniform(0, 60)))[:] = True
    placed = place(sheet, official=official, carries_mark=carries)
    rects = [placed.code, *(room.rect for room in placed.rooms)]
    assert not any(overlap(one, other) for n, one in enumerate(rects) for other in rects[:n])
    assert placed.code_over_content or sheet.is_free(placed.code_box)
    assert all(room.over_content or sheet.is_free(room.rect) for room in placed.rooms)
    assert all(0 < share <= 1 for share in placed.covered.values())
    assert Placement.from_json(placed.as_json()) == placed


@given(st.floats(20, 900), st.floats(20, 900), st.integers(0, 2**32 - 1))
def test_marks_stay_on_the_page_and_survive_being_stored(width_mm, height_mm, seed):
    random = np.random.default_rng(seed)
    sheet = paper(width_mm, height_mm)
    for _ in range(random.integers(0, 12)):
        left, top = random.uniform(0, width_mm), random.uniform(0, height_mm)
        sheet.cut(Rect(left, top, left + random.uniform(0, 60), top + random.uniform(0, 60)))[:] = True
    placed = place(sheet)
    for rect in (placed.code, *(room.rect for room in placed.rooms)):
        assert rect.left >= -0.01
        assert rect.top >= -0.01
        assert rect.right <= width_mm + 0.01
        assert rect.bottom <= height_mm + 0.01
        assert rect.width > 0
    assert Placement.from_json(placed.as_json()) == placed
