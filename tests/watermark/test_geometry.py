"""The visible page, whatever boxes, turns and units its author chose."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.geometry import LETTER, frame

coordinates = st.floats(-5000, 5000, allow_nan=False)
sizes = st.floats(1, 5000)
turns = st.sampled_from([-270, -180, -90, 0, 90, 180, 270, 360, 450])
units = st.floats(0.1, 20)


@st.composite
def boxes(draw):
    left, bottom = draw(coordinates), draw(coordinates)
    return (left, bottom, left + draw(sizes), bottom + draw(sizes))


@given(boxes(), turns, units)
def test_the_corners_of_the_crop_box_become_the_corners_of_the_page(box, turn, unit):
    shown = frame(box, None, turn, unit)
    left, bottom, right, top = box
    corners = {
        tuple(round(value, 3) + 0.0 for value in shown.to_visible.apply(x, y))
        for x, y in [(left, bottom), (right, bottom), (right, top), (left, top)]
    }
    width, height = round(shown.width_pt, 3), round(shown.height_pt, 3)
    assert corners == {(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)}


@given(boxes(), turns, units)
def test_lengths_grow_by_the_user_unit_and_nothing_is_mirrored(box, turn, unit):
    matrix = frame(box, None, turn, unit).to_visible
    assert math.isclose(matrix.a * matrix.d - matrix.b * matrix.c, unit * unit)
    assert math.isclose(math.hypot(matrix.a, matrix.b), unit)


@given(boxes(), boxes(), turns)
def test_a_crop_box_never_shows_more_than_the_media_box(media, crop, turn):
    shown = frame(media, crop, turn)
    assert shown.crop[0] >= media[0]
    assert shown.crop[1] >= media[1]
    assert shown.crop[2] <= media[2]
    assert shown.crop[3] <= media[3]


@pytest.mark.parametrize(
    ("turn", "corner"), [(0, (0, 0)), (90, (0, 200)), (180, (100, 200)), (270, (100, 0))]
)
def test_a_page_turns_clockwise(turn, corner):
    # The bottom left corner of user space; the visible page is 100 wide and 200 high in every case.
    media = (0, 0, 100, 200) if turn in {0, 180} else (0, 0, 200, 100)
    shown = frame(media, None, turn)
    assert (shown.width_pt, shown.height_pt) == (100, 200)
    assert shown.to_visible.apply(0, 0) == corner


@pytest.mark.parametrize("box", [None, (0, 0, 0, 0), (10, 10, 10, 500)])
def test_a_page_without_a_box_is_letter(box):
    assert frame(box).crop == LETTER


def test_a_crop_box_beside_the_paper_is_ignored():
    assert frame((0, 0, 100, 100), (200, 200, 300, 300)).crop == (0, 0, 100, 100)


def test_a_user_unit_that_is_not_positive_counts_as_one():
    assert frame((0, 0, 100, 100), user_unit=0).width_pt == 100
    assert frame((0, 0, 100, 100), user_unit=-3).width_pt == 100
