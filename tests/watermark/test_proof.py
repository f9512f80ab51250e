"""How traceable a page is: what it can carry decides, more never lowers a score, and visible marks never count."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import watermark
from tests.fixtures.papers import draw_pdf
from tests.watermark.papers import PAPERS
from watermark import Channel, DotStyle, Grade, MarkPlan, Proof, grade_of, prove
from watermark.marks.dots import Cells
from watermark.write.proof import prove_page

PLAN = MarkPlan()
NO_UNITS = np.zeros((0, 4), np.float32)
SHEET = (146, 103)
"""Cells of an A4 page."""


def words(count, *, width=8.0, rows=40):
    """Return so many words of a page of text, line by line."""
    number = np.arange(count)
    left = 25 + number // rows % 20 * width
    top = 25 + number % rows * 6.0
    return np.column_stack((left, top, left + width - 1, top + 3)).astype(np.float32)


def free(share=1.0):
    """Return the cells of a page of which the left part is free."""
    cells = np.zeros(SHEET, bool)
    cells[:, : round(SHEET[1] * share)] = True
    return Cells((cells,))


def test_a_page_without_room_and_text_cannot_be_traced_and_says_why():
    page = prove_page(free(0), NO_UNITS, PLAN)
    assert set(page.decades.values()) == {0}
    assert {page.grade(channel) for channel in Channel} == {Grade.UNTRACEABLE}
    assert page.obstacles == ("no-free-paper", "no-live-text")


def test_a_blank_sheet_is_certain_in_every_channel():
    page = prove_page(free(), NO_UNITS, PLAN)
    assert {page.grade(channel) for channel in Channel} == {Grade.CERTAIN}


def test_words_alone_carry_a_page_that_is_dark_and_a_piece_of_it_stays_in_doubt():
    page = prove_page(free(0), words(540), PLAN)
    assert [page.decades[channel] for channel in (Channel.SCAN, Channel.PHONE, Channel.PHOTOCOPY)] == [
        220,
        66,
        140,
    ]
    assert page.grade(Channel.CROP) in {Grade.DOUBTFUL, Grade.UNTRACEABLE}


def test_twenty_two_dots_are_what_a_scan_needs():
    cells = np.zeros(SHEET, bool)
    cells[40:43, 20:30] = True
    page = prove_page(Cells((cells,)), NO_UNITS, PLAN)
    assert page.cells in range(22, 31)
    assert page.decades[Channel.SCAN] == pytest.approx(15 / 22 * page.cells - 0.5, abs=1.5)
    assert "little-free-paper" not in page.obstacles
    fewer = prove_page(Cells((cells & (np.arange(SHEET[1]) < 25),)), NO_UNITS, PLAN)
    assert "little-free-paper" in fewer.obstacles


def test_a_symbol_printed_a_thousand_times_is_read_once():
    all_of_it = prove_page(free(), NO_UNITS, PLAN).decades[Channel.SCAN]
    assert all_of_it == math.floor(224 * math.log10(16) + math.log10(2 / 3))


def test_dots_that_say_the_same_on_every_copy_do_not_count():
    rows, cols = np.indices(SHEET)
    sync = (3 * rows + cols) % 8 == 0
    page = prove_page(Cells((sync,)), NO_UNITS, PLAN)
    assert (page.cells, page.decades[Channel.SCAN]) == (0, 0)


def test_two_pixel_dots_die_in_the_copier_and_larger_ones_do_not():
    small, usual = (
        prove_page(free(), NO_UNITS, MarkPlan(dots=DotStyle(side))).decades[Channel.PHOTOCOPY]
        for side in (2, 3)
    )
    assert small == 0
    assert usual > 100


@pytest.mark.parametrize(
    ("plan", "obstacles"),
    [
        (MarkPlan(dots=None), ("dots-off",)),
        (MarkPlan(shifts=False), ("shifts-off",)),
        (MarkPlan(flatten_dpi=300), ("shifts-off",)),
    ],
)
def test_what_the_plan_leaves_out_is_not_counted(plan, obstacles):
    page = prove_page(free(), words(540), plan)
    assert page.obstacles == obstacles
    assert (page.cells == 0) == (plan.dots is None)
    assert (page.units == 0) == (obstacles == ("shifts-off",))
    with_all = prove_page(free(), words(540), PLAN)
    assert all(page.decades[channel] <= with_all.decades[channel] for channel in Channel)


def test_visible_marks_count_for_nothing():
    seen = MarkPlan(qr=True, lines=True, heads=True, dots=None, shifts=False)
    assert set(prove_page(free(), words(540), seen).decades.values()) == {0}


def test_few_words_are_told():
    assert "few-words" in prove_page(free(), words(24), PLAN).obstacles
    assert "few-words" not in prove_page(free(), words(25), PLAN).obstacles


cells_of_pages = arrays.arrays(
    bool, st.tuples(st.integers(1, 60), st.integers(1, 60)), elements=st.booleans(), fill=st.just(value=False)
)


@settings(max_examples=60, deadline=None)
@given(
    cells_of_pages,
    st.integers(0, 80),
    st.integers(0, 80),
    st.randoms(use_true_random=False),
    st.sampled_from((2, 3, 4)),
)
def test_more_cells_or_words_never_lower_a_score(cells, count, more, chance, side):
    plan = MarkPlan(dots=DotStyle(side))
    before = prove_page(Cells((cells,)), words(count), plan)
    grown = cells.copy()
    for _ in range(chance.randint(0, 40)):
        grown[chance.randrange(cells.shape[0]), chance.randrange(cells.shape[1])] = True
    after = prove_page(Cells((grown,)), words(count + more), plan)
    assert all(after.decades[channel] >= before.decades[channel] for channel in Channel)
    assert min(before.decades.values()) >= 0


@settings(max_examples=40, deadline=None)
@given(st.lists(cells_of_pages, min_size=1, max_size=3), st.integers(0, 100))
def test_a_proof_survives_being_written(pages, count):
    proof = Proof(
        tuple(
            prove_page(Cells((cells,)), words(count), PLAN, covered=("code-over-content",)) for cells in pages
        )
    )
    assert Proof.from_json(proof.as_json()) == proof


def test_a_proof_of_another_version_is_refused():
    with pytest.raises(ValueError, match="version 2"):
        Proof.from_json({"version": 2, "pages": []})


@pytest.mark.parametrize(
    ("decades", "grade"),
    [
        (0, Grade.UNTRACEABLE),
        (8, Grade.UNTRACEABLE),
        (9, Grade.DOUBTFUL),
        (14, Grade.DOUBTFUL),
        (15, Grade.LIKELY),
        (29, Grade.LIKELY),
        (30, Grade.CERTAIN),
        (269, Grade.CERTAIN),
    ],
)
def test_grades_begin_where_they_are_said_to(decades, grade):
    assert grade_of(decades) is grade


def test_a_real_page_of_text_can_be_traced_and_a_black_one_cannot():
    (text,) = prove(watermark.prepare(draw_pdf(1))).pages
    assert min(text.decades.values()) >= 15
    (black,) = prove(watermark.prepare(PAPERS["black_from_edge_to_edge"]())).pages
    assert max(black.decades.values()) == 0
    assert {"no-free-paper", "code-over-content", "text-over-content"} <= set(black.obstacles)


def test_a_poor_corner_shows_in_the_pieces_and_not_in_the_whole():
    cells = free()
    cells.layers[0][70:, :] = False
    page = prove_page(cells, NO_UNITS, PLAN)
    assert page.grade(Channel.PHONE) is Grade.CERTAIN
    assert page.grade(Channel.CROP) is Grade.UNTRACEABLE
