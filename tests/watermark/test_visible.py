"""Visible lines: broken where they may break, never cut off, never outside their room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.errors import TextTooLongError
from watermark.geometry import Rect
from watermark.marks import visible
from watermark.marks.visible import Align


def advance(text):
    """Return widths like those of the typeface: Chinese square, everything else half as wide."""
    return sum(1.0 if character >= "\u2e80" else 0.5 for character in text)


def set_in(texts, room, *, align=Align.LEFT, bottom=True, size_pt=6.5):
    return visible.typeset(texts, room, size_pt=size_pt, advance=advance, align=align, bottom=bottom)


def test_lines_that_fit_keep_their_size_and_stand_at_the_bottom():
    room = Rect(7, 280, 170, 290)
    rows = set_in(["第 12 份", "Copy 12"], room)
    assert [row.text for row in rows] == ["第 12 份", "Copy 12"]
    assert {row.size_pt for row in rows} == {6.5}
    assert rows[1].baseline_mm == pytest.approx(290 - 6.5 * 0.22 / 72 * 25.4)
    assert rows[1].baseline_mm - rows[0].baseline_mm == pytest.approx(6.5 * 1.36 / 72 * 25.4)


def test_a_right_aligned_row_ends_at_the_right():
    (row,) = set_in(["机密★10年"], Rect(140, 7, 203, 12), align=Align.RIGHT, bottom=False)
    assert row.x_mm + row.width_mm == pytest.approx(203)


def test_lines_that_are_long_become_smaller_before_they_break_out():
    room = Rect(0, 0, 50, 5)
    rows = set_in(["第" * 50], room)
    assert rows[0].size_pt < 6.5
    assert "".join(row.text for row in rows) == "第" * 50


def test_english_breaks_at_blanks_and_chinese_anywhere_but_before_closing_signs():
    assert visible.broken("return to the registry", 5, advance) == ["return to", "the", "registry"]
    assert visible.broken("阅后退还机要室，谢谢", 7, advance) == ["阅后退还机要", "室，谢谢"]


def test_empty_lines_take_no_room():
    assert set_in(["", "  "], Rect(0, 0, 1, 1)) == ()


def test_what_cannot_be_set_legibly_is_refused():
    with pytest.raises(TextTooLongError):
        set_in(["unbreakable" * 20], Rect(0, 0, 50, 50))


texts = st.lists(st.text("第份机密退还室，。 abcdefg-0123", max_size=60), max_size=4)


@given(texts, st.floats(10, 180), st.floats(3, 30))
def test_nothing_is_lost_and_nothing_leaves_its_room(lines, width, height):
    room = Rect(10, 20, 10 + width, 20 + height)
    try:
        rows = set_in(lines, room)
    except TextTooLongError:
        return
    assert "".join("".join(row.text for row in rows).split()) == "".join("".join(lines).split())
    for row in rows:
        assert row.box.left >= room.left - 0.01
        assert row.box.right <= room.right + 0.02
        assert row.box.top >= room.top - 0.02
        assert row.box.bottom <= room.bottom + 0.02
