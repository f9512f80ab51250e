"""Words stand on lines, as people who cut pages up have them."""

import numpy as np

from watermark.trace.measure.seeing import lines_of


def boxes(*words):
    """Return boxes of words by where they begin and the top and bottom of their letters."""
    return np.array([[left, top, left + 8, bottom] for left, top, bottom in words], np.float32).reshape(-1, 4)


def test_words_with_and_without_long_letters_stand_on_one_line_and_the_next_on_another():
    page = boxes((0, 10.0, 12.5), (10, 10.6, 12.5), (20, 10.0, 13.2), (0, 15.1, 17.5), (10, 15.6, 17.5))
    assert lines_of(page).tolist() == [0, 0, 0, 1, 1]


def test_a_second_column_begins_a_line_of_its_own():
    assert lines_of(boxes((0, 10, 12), (0, 15, 17), (90, 10, 12), (99, 10, 12))).tolist() == [0, 1, 2, 2]


def test_a_page_without_words_has_no_line():
    assert lines_of(boxes()).tolist() == []
