"""A page of running text is named from a picture of it, and nothing else is."""

import io
import math
from functools import cache

import cv2
import numpy as np
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

import watermark
from watermark import Generation, Mark, MarkPlan, PageMark, TraceGrade, identify, references
from watermark.trace.measure.seeing import see
from watermark.trace.place.placing import landmarks_of
from watermark.trace.weigh import weighing

KEY = b"a key of these tests"
IDENTITY = 0x1234_5678_9ABC_DEF0
TEXT = (
    "the committee takes note of figures that were laid before it and asks for a further account of costs in "
    "every district by autumn since neither plan can be funded without cuts elsewhere"
)
WORDS = TEXT.split()
HIDDEN = MarkPlan(qr=False, lines=False, heads=False)


def others(count: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 1 << 64, count, dtype=np.uint64)


@cache
def document(seed: int = 1, lines: int = 40) -> bytes:
    chance = np.random.default_rng(seed)
    target = io.BytesIO()
    drawn = canvas.Canvas(target, pagesize=A4, invariant=1)
    pdfmetrics.registerFont(TTFont("Bundled", str(watermark.font_path())))
    drawn.setFont("Bundled", 11)
    text = drawn.beginText(70, 770)
    text.setLeading(17)
    for _ in range(lines):
        text.textLine(" ".join(chance.choice(WORDS, 12)))
    drawn.drawText(text)
    drawn.showPage()
    drawn.save()
    return watermark.inspect(target.getvalue()).cleaned


@cache
def prepared(seed: int = 1) -> watermark.Base:
    return watermark.prepare(document(seed), plan=HIDDEN)


@cache
def known(seed: int = 1):
    return references(document(seed), prepared(seed).survey, name=f"document {seed}")


@cache
def printed(seed: int = 1, identity: int = IDENTITY, key: bytes = KEY) -> np.ndarray:
    copy = watermark.stamp(prepared(seed), Mark(identity, key, (PageMark("F1", "0"),)))
    return watermark.render_page(copy, 1, 600, gray=True)


def scanned(page: np.ndarray, dpi: float = 200.0, seed: int = 0) -> np.ndarray:
    """Return a page turned a little, blurred, shrunk, grayed and noisy."""
    chance = np.random.default_rng(seed)
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), chance.uniform(-1.5, 1.5), 1.0)
    turned = cv2.warpAffine(page, turn, (width, height), borderValue=255)
    soft = cv2.GaussianBlur(turned, (0, 0), 0.5 * 600 / dpi)
    small = cv2.resize(soft, None, fx=dpi / 600, fy=dpi / 600, interpolation=cv2.INTER_AREA)
    return np.clip(25 + small * 0.85 + chance.normal(0, 4, small.shape), 0, 255).astype(np.uint8)


def photographed(page: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return a page on a dark table, seen at a slant, in uneven light."""
    chance = np.random.default_rng(seed)
    height, width = page.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    there = np.array([(250, 180), (1650, 120), (1830, 2430), (120, 2300)]) + chance.uniform(-60, 60, (4, 2))
    slant = cv2.getPerspectiveTransform(corners, there.astype(np.float32))
    soft = cv2.GaussianBlur(page, (0, 0), 2.0)
    shown = cv2.warpPerspective(soft, slant, (2000, 2560), flags=cv2.INTER_AREA, borderValue=70)
    light = np.linspace(0.95, 0.65, 2000)[None, :] * np.linspace(1, 0.9, 2560)[:, None]
    noisy = 15 + shown * 0.85 * light + chance.normal(0, 4, shown.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def asked(picture: np.ndarray, *, seed: int = 1, copies: np.ndarray | None = None, key: bytes = KEY):
    issued = np.append(others(2000), np.uint64(IDENTITY)) if copies is None else copies
    return identify([picture], known(seed), {f"document {seed}": issued}, [key])


@pytest.mark.parametrize("turned", [0, 3])
def test_a_scan_names_its_copy_whichever_way_it_lies(turned):
    found = asked(np.ascontiguousarray(np.rot90(scanned(printed()), turned)))
    assert found.grade is TraceGrade.CERTAIN
    first, second = found.candidates[:2]
    assert (first.identity, first.pages, first.is_blind) == (IDENTITY, (1,), False)
    assert first.log10_layout > 40
    assert first.log10_dots > 40
    assert second.log10_chance > -1


def test_a_photograph_names_its_copy_and_says_where_the_page_lies():
    found = asked(photographed(printed()))
    assert found.grade is TraceGrade.CERTAIN
    assert found.candidates[0].identity == IDENTITY
    (page,) = found.placed
    corners = page.mesh_px[[0, 0, -1, -1], [0, -1, -1, 0]]
    assert np.abs(corners - [(250, 180), (1650, 120), (1830, 2430), (120, 2300)]).max() < 100
    assert page.printed is not None
    assert page.printed.generation is not Generation.COPY
    assert page.voice is not None
    assert page.voice.decades.sum() > 50
    assert len(page.voice.boxes_mm) == len(page.voice.decades) == len(page.voice.is_dot)


def test_a_photograph_in_negative_names_its_copy():
    found = asked(255 - photographed(printed()))
    assert found.grade is TraceGrade.CERTAIN
    assert found.placed[0].shown == "negative"
    assert found.candidates[0].identity == IDENTITY
    assert found.placed[0].printed is not None


def test_a_mirrored_scan_names_its_copy_and_lies_where_it_came():
    picture = scanned(printed())
    found, plain = (asked(np.ascontiguousarray(seen)) for seen in (picture[:, ::-1], picture))
    assert found.grade is TraceGrade.CERTAIN
    assert found.candidates[0].identity == IDENTITY
    assert (found.placed[0].shown, plain.placed[0].shown) == ("mirrored", "as-is")
    mirrored = found.placed[0].mesh_px * (-1, 1) + (picture.shape[1] - 1, 0)
    assert np.abs(mirrored - plain.placed[0].mesh_px).max() < 0.5


def crumpled(page: np.ndarray, most_mm: float) -> np.ndarray:
    """Return a page that bends over some millimetres, faster than anything smooths."""
    chance = np.random.default_rng(4)
    height, width = page.shape
    moved = []
    for ground in np.meshgrid(np.arange(width), np.arange(height)):
        bend = cv2.GaussianBlur(chance.normal(0, 1, (height // 8, width // 8)), (0, 0), 9)
        far_px = most_mm * 600 / 25.4 / bend.std()
        moved.append((ground + cv2.resize(bend, (width, height)) * far_px).astype(np.float32))
    return cv2.remap(page, *moved, cv2.INTER_LINEAR, borderValue=255)


def test_words_that_stand_anywhere_on_crumpled_paper_do_not_contradict_its_dots():
    found = asked(scanned(crumpled(printed(), 0.25)))
    assert found.candidates[0].identity == IDENTITY
    assert found.candidates[0].log10_dots > 40
    assert found.candidates[0].log10_layout < 9
    assert found.grade is TraceGrade.CERTAIN


def test_a_strip_of_a_page_without_any_dot_is_named_by_its_words():
    page = scanned(printed(), dpi=300)
    strip = cv2.medianBlur(page[800:2000], 5)
    found = asked(strip)
    assert found.grade is TraceGrade.CERTAIN
    assert found.candidates[0].identity == IDENTITY


@pytest.mark.parametrize("blacked_out", [20, 32])
def test_a_page_with_many_of_its_forty_lines_blacked_out_names_its_copy(blacked_out):
    page = printed().copy()
    for line in np.random.default_rng(20).choice(40, blacked_out, replace=False):
        baseline = round((842 - 770 + 17 * line) * 600 / 72)
        page[baseline - 96 : baseline + 28, 560:4400] = 30
    found = asked(scanned(page))
    assert (found.grade, found.candidates[0].identity) == (TraceGrade.CERTAIN, IDENTITY)
    assert len(found.placed) == 1


def dots_on(page: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
    """Return where a page has specks as small as dots; of these only those ``among`` has by number."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((page < 250).astype(np.uint8))
    is_dot = (stats[:, 2:4] <= 7).all(axis=1)
    return (is_dot if among is None else is_dot & among[:count])[labels]


def piece_with_few_of_its_dots() -> np.ndarray:
    page = printed().copy()
    lost = np.random.default_rng(7).random(page.size) < 0.93
    page[dots_on(page, lost)] = 255
    return scanned(page, dpi=300)[700:1300, 700:1300]


def test_of_very_many_copies_few_dots_put_the_right_one_on_the_short_list():
    piece = piece_with_few_of_its_dots()
    seen = see(piece, 0, landmarks_of(piece), known()[0])
    scores = weighing._quick_dots(
        [weighing.page_evidence([seen], KEY)], np.append(others(2000), np.uint64(IDENTITY)), KEY
    )
    assert scores.argmax() == 2000


def test_few_dots_name_the_copy_of_a_piece():
    found = asked(piece_with_few_of_its_dots())
    assert found.grade is TraceGrade.CERTAIN
    assert found.candidates[0].identity == IDENTITY
    assert found.candidates[0].log10_dots > 5


def test_what_was_never_issued_names_nobody():
    found = asked(scanned(printed()), copies=others(3000))
    assert found.grade is TraceGrade.INSUFFICIENT
    assert found.candidates[0].log10_chance > -1
    assert [place.printed for place in found.placed] == [None]


def test_an_unmarked_print_names_nobody():
    plain = watermark.render_page(document(), 1, 600, gray=True)
    found = asked(scanned(plain))
    assert found.grade is TraceGrade.INSUFFICIENT
    assert len(found.placed) == 1


def test_another_key_names_nobody():
    assert asked(scanned(printed()), key=b"of another installation").grade is TraceGrade.INSUFFICIENT


def test_a_page_that_is_not_registered_is_not_found():
    found = asked(scanned(printed(seed=2, identity=77)))
    assert found.placed == ()
    assert found.candidates == ()
    assert found.grade is TraceGrade.NO_MARK


def test_dots_on_a_page_that_is_not_theirs_are_a_conflict():
    found = asked(scanned(printed(seed=2)))
    assert found.candidates[0].identity == IDENTITY
    assert found.candidates[0].is_out_of_place
    assert found.grade is TraceGrade.CONFLICT


@pytest.mark.parametrize("whose", ["nobody", "a stranger"])
def test_dots_carried_to_the_same_page_of_nobody_or_of_a_stranger_are_a_conflict(whose):
    moved = (
        printed(identity=77)
        if whose == "a stranger"
        else watermark.render_page(document(), 1, 600, gray=True)
    )
    dots, ground = printed().copy(), moved.copy()
    dots[~dots_on(dots)] = 255
    ground[dots_on(ground)] = 255
    found = asked(scanned(np.minimum(ground, dots)))
    assert found.candidates[0].identity == IDENTITY
    assert found.candidates[0].log10_dots > 40
    assert found.grade is TraceGrade.CONFLICT
    assert found.candidates[0].is_out_of_place


def test_dots_carried_to_words_that_were_jittered_are_a_conflict():
    bare = watermark.render_page(document(), 1, 600, gray=True)
    dots = printed().copy()
    dots[~dots_on(dots)] = 255
    found = asked(scanned(np.minimum(crumpled(bare, 0.25), dots)))
    assert found.candidates[0].identity == IDENTITY
    assert found.candidates[0].log10_dots > 40
    assert found.grade is TraceGrade.CONFLICT


def test_words_of_one_copy_under_the_dots_of_another_are_a_conflict():
    other = int(others(1)[0])
    words, dotted = printed(), printed(identity=other)
    plain = watermark.render_page(document(), 1, 600, gray=True)
    near_ink = cv2.erode(plain, np.ones((15, 15), np.uint8)) < 200
    forged = np.where(near_ink, words, dotted)
    found = asked(scanned(forged))
    assert {each.identity for each in found.candidates[:2]} == {IDENTITY, other}
    assert found.grade is TraceGrade.CONFLICT


def test_decoys_stay_within_the_bound():
    found = asked(scanned(printed()))
    assert len(found.decoys_log10) == 1000
    # Of a thousand e-values of the innocent the greatest exceeds 10^6 with a chance of at most 1 in 1,000.
    assert found.decoys_log10.max() < 6


def test_two_pictures_of_a_page_say_more_than_one_and_are_not_counted_twice():
    page = scanned(printed(), dpi=200)
    upper, lower = page[:1000], page[1000:]
    issued = {"document 1": np.append(others(2000), np.uint64(IDENTITY))}
    alone = identify([upper], known(), issued, [KEY]).candidates[0]
    both = identify([upper, lower], known(), issued, [KEY]).candidates[0]
    twice = identify([upper, upper], known(), issued, [KEY]).candidates[0]
    assert alone.identity == both.identity == twice.identity == IDENTITY
    assert both.log10_layout > 1.3 * alone.log10_layout
    assert twice.log10_layout < 1.1 * alone.log10_layout


@pytest.mark.parametrize("shape", [(1, 1), (40, 3), (3, 3000), (50_000, 16)])
def test_a_picture_of_nothing_is_declined(shape):
    assert asked(np.full(shape, 200, np.uint8)).grade is TraceGrade.NO_MARK


def test_a_book_of_very_many_copies_gives_what_their_identities_give(tmp_path, monkeypatch):
    monkeypatch.setattr(weighing, "_MANY", 1000)
    monkeypatch.setattr(weighing, "_SHORT", 50)
    issued = np.append(others(4000), np.uint64(IDENTITY))
    page = scanned(printed(), dpi=300)
    strip = cv2.medianBlur(page[800:2000], 5)  # words alone: the dots are gone
    units = {1: len(prepared().pages[0].units)}
    watermark.write_codes(tmp_path / "codes", issued[:3000], units, KEY, b"a secret")
    with (tmp_path / "codes").open("rb") as opened:
        book = watermark.CodeBook(issued, [watermark.CodeFile.open(opened, b"a secret")])
        found = identify([strip], known(), {"document 1": book}, [KEY])
    without = identify([strip], known(), {"document 1": issued}, [KEY])
    assert found.grade is without.grade is TraceGrade.CERTAIN
    assert found.candidates[0].identity == IDENTITY
    assert found.candidates[0].log10_fused == pytest.approx(without.candidates[0].log10_fused)
    assert found.tried.copies == 4001
    # Each of several machines may weigh a part: the evidence is the same, the bound counts the copies of all.
    part = identify([strip], known(), {"document 1": issued[2000:]}, [KEY])
    assert part.candidates[0].log10_fused == pytest.approx(found.candidates[0].log10_fused)
    assert part.candidates[0].log10_chance + math.log10(4001 / 2001) == pytest.approx(
        found.candidates[0].log10_chance
    )


def test_copies_weighed_a_few_at_a_time_weigh_the_same(monkeypatch):
    picture = scanned(printed())
    pages = weighing.group([see(picture, 0, landmarks_of(picture), known()[0])], KEY)
    copies = np.append(others(50), np.uint64(IDENTITY))
    at_once = weighing.weigh(pages, copies, KEY)
    monkeypatch.setattr(weighing, "_WORDS_AT_ONCE", 7 * pages[0].all_units)
    few = weighing.weigh(pages, copies, KEY)
    assert np.allclose(few.total, at_once.total)
    assert np.allclose(few.words, at_once.words)
