"""Blind reading of simulated office scans: who is named, and that nobody is named by chance.

Printer and scanner are modelled by hand (``bench/paper.py``). Trials and misses of larger sweeps stand in
``docs/dot-format.md``.
"""

from functools import lru_cache

import cv2
import numpy as np
import pytest

from bench import paper
from watermark import errors, read, read_qr
from watermark.read.dots import MOST_LOG10_CHANCE, read_dots

IDENTITY = 0xF00D_BABE_1234_5678
KEY = b"a key of ours"


@lru_cache(maxsize=3)
def marked(language, number=3):
    return paper.blacked_out(paper.with_dots(paper.text_page(language, 1), IDENTITY, number, KEY))


@lru_cache(maxsize=6)
def scanned(language, seed, dpi=300):
    return paper.Scan.ordinary(seed, dpi).picture(marked(language))


def named(gray, key=KEY):
    reading, _ = read_dots(gray, key)
    return reading and (reading.identity, reading.page)


@pytest.mark.parametrize(("language", "seed"), [("en", 0), ("zh", 1), ("en", 2)])
def test_an_office_scan_without_its_qr_names_copy_and_page(language, seed):
    reading, _ = read_dots(scanned(language, seed), KEY)
    scan = paper.Scan.ordinary(seed)
    assert reading is not None
    assert (reading.identity, reading.page) == (IDENTITY, 3)
    assert reading.log10_chance < -100
    assert reading.cells_agreeing > 0.95 * reading.cells_read > 2000
    assert reading.dpi == pytest.approx(300, rel=0.01)
    assert reading.turn_deg == pytest.approx(-scan.turn_deg, abs=0.2)


@pytest.mark.parametrize(("quarters", "turn_deg"), [(1, -90), (2, 180), (3, 90)])
def test_a_page_scanned_any_way_up_is_read_and_told_so(quarters, turn_deg):
    scan = paper.Scan.ordinary(0)
    reading, _ = read_dots(np.ascontiguousarray(np.rot90(scanned("en", 0), quarters)), KEY)
    assert reading is not None
    assert (reading.identity, reading.page) == (IDENTITY, 3)
    assert reading.cells_agreeing > 0.95 * reading.cells_read
    off = (reading.turn_deg + scan.turn_deg - turn_deg + 180) % 360 - 180
    assert abs(off) < 0.2


def test_a_scan_at_200_dpi_is_read():
    assert named(scanned("zh", 1, 200)) == (IDENTITY, 3)


def test_most_crops_of_60_mm_are_read_and_none_wrongly():
    trials, hits = 8, 0
    chance = np.random.default_rng(5)
    for seed in range(trials):
        left, top = chance.uniform(25, 120), chance.uniform(25, 190)
        crop = paper.Scan.ordinary(seed).picture(
            marked(("en", "zh")[seed % 2]), (left, top, left + 60, top + 60)
        )
        answer = named(crop)
        assert answer in {(IDENTITY, 3), None}
        hits += answer is not None
    assert hits >= 7


def test_a_scan_in_a_file_is_read_with_its_measures():
    (page,) = read(paper.png(scanned("en", 0)), key=KEY).pages
    assert (page.picture_page, page.height_px, page.width_px) == (1, 3508, 2480)
    assert page.dots is not None
    assert page.dots.identity == IDENTITY
    assert page.notes == ()


def test_another_key_reads_nothing():
    (page,) = read(paper.png(scanned("en", 0)), key=b"another").pages
    assert page.dots is None
    assert page.notes == ("dots-unread",)


def unmarked():
    chance = np.random.default_rng(8)
    scan = paper.Scan.ordinary(4)
    smooth = cv2.GaussianBlur(chance.normal(0, 1, (1500, 1500)).astype(np.float32), (0, 0), 9)
    yield "text", scan.picture(paper.blacked_out(paper.text_page("zh", 1)))
    yield "leaders and tables of points", scan.picture(paper.leader_page())
    yield "halftone", scan.picture(paper.halftone_page())
    yield "a lattice of our very pitch", scan.picture(paper.halftone_page(75.0, 0.0))
    yield "noise", chance.integers(0, 256, (1500, 1500)).astype(np.uint8)
    yield "something like a photograph", np.clip(128 + 900 * smooth, 0, 255).astype(np.uint8)
    yield "blank", np.full((1500, 1500), 255, np.uint8)
    yield "black", np.zeros((1500, 1500), np.uint8)
    yield "tiny", np.full((20, 3000), 200, np.uint8)


def test_an_unmarked_picture_names_nobody():
    answers = {why: named(gray) for why, gray in unmarked()}
    assert len(answers) == 9
    assert set(answers.values()) == {None}, answers


def test_a_mirrored_page_names_nobody():
    assert named(np.ascontiguousarray(scanned("en", 0)[:, ::-1])) is None


def test_too_few_dots_name_nobody_even_where_each_of_them_is_right():
    """On 12 mm of blank paper some 30 of the 36 dots needed are seen; a reader that guesses names someone here."""
    page = paper.with_dots(paper.blank_page(), IDENTITY, 3, KEY)
    scan = paper.Scan.ordinary(0)
    boxes = [(40 + 11 * step, 50 + 17 * step) for step in range(3)]
    pictures = [scan.picture(page, (left, top, left + 12, top + 12)) for left, top in boxes]
    assert [named(picture) for picture in pictures] == [None] * 3


def test_what_was_accepted_was_below_the_bound():
    reading, _ = read_dots(scanned("en", 0)[1000:1500, 1000:1500], KEY)
    assert reading is None or reading.log10_chance <= MOST_LOG10_CHANCE


def test_a_coarse_file_is_told_so():
    small = cv2.resize(scanned("en", 0), None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA)
    from PIL import Image

    from tests.watermark.test_read_images import packed

    (page,) = read(packed(Image.fromarray(small), "PNG", dpi=(100, 100)), key=KEY).pages
    assert page.dots is None
    assert "picture-too-coarse" in page.notes


def test_a_qr_code_is_read_as_a_claim_with_its_place():
    from watermark.marks import qr

    text = "F1" + "0123456789ABC" + "003" + "ZZZZZZZZZZZZZZZZ"
    code = np.pad(
        np.where(qr.modules(text), 0, 255).astype(np.uint8).repeat(6, 0).repeat(6, 1), 60, constant_values=255
    )
    (found,) = read_qr(paper.png(code))
    assert found.text == text
    assert np.array(found.corners) == pytest.approx(
        np.array([(60, 60), (209, 60), (209, 209), (60, 209)]), abs=3
    )
    (page,) = read(paper.png(code)).pages
    assert page.qr == (found,)


def test_what_is_no_picture_is_refused_by_its_code():
    with pytest.raises(errors.UnusableFileError) as caught:
        read(b"not a picture")
    assert caught.value.code == "unusable-picture"
