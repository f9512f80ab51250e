"""A registered page is found by its picture, whatever was done to it; other paper is not."""

import json
from functools import lru_cache

import cv2
import numpy as np
import pytest

from bench.pages import draw_page, with_code
from watermark.errors import PageIndexError
from watermark.trace.find.index import MAGIC, PageKey
from watermark.trace.find.pages import (
    Found,
    PageIndex,
    is_doubtless,
    likeliest,
    worth_comparing,
    write_index,
)
from watermark.trace.find.points import PagePoints, points_of_page, points_of_picture

DPI = 150
KINDS = ("english", "chinese", "columns", "table", "slide", "memo")
CLUTTER = 240


@lru_cache(maxsize=16)
def drawn(kind, seed=1):
    return draw_page(kind, seed, DPI)


def shuffled(pages, number):
    """A page nobody drew: each quarter of it looks like that of some other page, a little off."""
    chance = np.random.default_rng(number)
    parts = []
    for quarter, other in enumerate(chance.permutation(len(pages))[:4]):
        points = pages[other].points
        parts.append(points[(points["x"] > 2100) * 2 + (points["y"] > 2970) == quarter])
    points = np.concatenate(parts)
    for _ in range(5):
        points["code"] ^= np.uint64(1) << chance.integers(0, 64, len(points)).astype(np.uint64)
    return PagePoints(points, 210.0, 297.0)


@pytest.fixture(scope="module")
def pages():
    return {PageKey(kind, 1): points_of_page(drawn(kind), DPI) for kind in KINDS}


@pytest.fixture(scope="module")
def index(pages):
    clutter = ((PageKey("clutter", n), shuffled(list(pages.values()), n)) for n in range(1, CLUTTER + 1))
    return PageIndex.build([*pages.items(), *clutter])


def turned(picture, turn_deg, scale, lean=0.0):
    """The picture on a dark table, and the matrix that laid it there."""
    height, width = picture.shape
    side = int(np.hypot(height, width) * scale * 1.1)
    spin = np.vstack((cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, scale), (0, 0, 1)))
    spin[:2, 2] += side / 2 - np.array((width, height)) / 2
    tilt = np.array([[1, 0, 0], [0, 1, 0], [lean / side, 0, 1 - lean / 2]])
    placed = tilt @ spin
    return cv2.warpPerspective(picture, placed, (side, side), flags=cv2.INTER_AREA, borderValue=90), placed


def first(found):
    return found[0].document, found[0].page


@pytest.mark.parametrize(
    ("kind", "turn_deg", "scale", "lean"),
    [
        ("english", 0.0, 0.5, 0.0),
        ("english", 137.0, 0.9, 0.2),
        ("chinese", -90.0, 0.7, -0.2),
        ("chinese", 181.0, 1.2, 0.1),
        ("columns", 45.0, 0.8, 0.2),
        ("table", 5.0, 0.6, 0.0),
        ("slide", -60.0, 0.4, -0.2),
        ("memo", 12.0, 1.0, 0.25),
    ],
)
def test_any_turn_scale_and_tilt_of_a_page_finds_it_first(index, kind, turn_deg, scale, lean):
    picture, placed = turned(drawn(kind), turn_deg, scale, lean)
    found = index.find(picture)
    assert first(found) == (kind, 1)
    places_mm = np.array([[[30.0, 30.0], [150.0, 30.0], [90.0, 180.0]]])
    there = cv2.perspectiveTransform(places_mm, found[0].homography)
    true = cv2.perspectiveTransform(places_mm * DPI / 25.4, placed)
    assert np.abs(there - true).max() < 4 * DPI / 25.4 * scale


@pytest.mark.parametrize("kind", ["english", "chinese", "columns"])
def test_sixty_millimetres_of_text_are_enough(index, kind):
    picture = drawn(kind)[600:954, 400:754]
    assert first(index.find(picture)) == (kind, 1)


def test_dots_a_code_blur_and_shade_change_nothing(index):
    page = with_code(drawn("english"), 1, DPI).astype(np.float32)
    chance = np.random.default_rng(1)
    ys, xs = chance.integers(0, page.shape[0], 4000), chance.integers(0, page.shape[1], 4000)
    page[ys, xs] = np.minimum(page[ys, xs], 90)
    page = cv2.GaussianBlur(page, (0, 0), 1.5) * np.linspace(0.4, 1, page.shape[1], dtype=np.float32)
    found = index.find((page + chance.normal(0, 4, page.shape)).clip(0, 255).astype(np.uint8))
    assert first(found) == ("english", 1)
    assert found[0].agreeing > 200


@pytest.mark.parametrize("kind", ["english", "chinese", "memo"])
def test_a_page_that_is_not_registered_lies_nowhere(index, kind):
    found = index.find(drawn(kind, seed=2))
    assert found
    assert [(each.agreeing, each.homography) for each in found] == [(0, None)] * len(found)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_picture_without_anything_finds_nothing(index, shade):
    assert index.find(np.full((300, 200), shade, np.uint8)) == ()


def test_no_picture_is_too_small(index):
    assert index.find(np.zeros((1, 1), np.uint8)) == ()


def test_an_empty_index_finds_nothing():
    assert PageIndex().find(drawn("english")) == ()
    assert PageIndex.build([]).find(drawn("english")) == ()


def test_a_page_without_a_point_does_no_harm(pages):
    blank = points_of_page(np.full((1754, 1240), 255, np.uint8), DPI)
    index = PageIndex.build([(PageKey("blank", 1), blank), *pages.items(), (PageKey("blank", 2), blank)])
    assert first(index.find(drawn("memo"))) == ("memo", 1)


def test_the_same_picture_gets_the_same_answer(index):
    picture, _ = turned(drawn("chinese"), 33.0, 0.7, 0.2)
    once, again = (
        [(each.document, each.page, each.votes, each.agreeing) for each in index.find(picture)]
        for _ in range(2)
    )
    assert once == again
    assert (index.find(picture)[0].homography == index.find(picture)[0].homography).all()


def test_pages_that_were_added_later_are_found(pages):
    keys = list(pages)
    index = PageIndex.build([(keys[0], pages[keys[0]])])
    for key in keys[1:]:
        index = index.add([(key, pages[key])])
    assert len(index) == len(keys)
    assert [first(index.find(drawn(kind))) for kind in KINDS] == keys


def test_one_file_of_many_answers_as_the_index_that_was_built_at_once(pages, index, tmp_path):
    keys = list(pages)
    parts = []
    for at, key in enumerate(keys):
        parts.append(tmp_path / f"{at}.pages")
        PageIndex.build([(key, pages[key])]).to_file(parts[-1])
    joined, at_once = tmp_path / "joined.pages", tmp_path / "once.pages"
    PageIndex.open(*parts).to_file(joined)
    PageIndex.build(pages.items()).to_file(at_once)
    assert joined.read_bytes() == at_once.read_bytes()
    opened = PageIndex.open(joined)
    picture, _ = turned(drawn("table"), 200.0, 0.8)
    assert opened.find(picture)[0].agreeing == PageIndex.build(pages.items()).find(picture)[0].agreeing


@pytest.fixture(scope="module")
def file(pages, tmp_path_factory):
    path = tmp_path_factory.mktemp("index") / "whole.pages"
    PageIndex.build(pages.items()).to_file(path)
    return path.read_bytes()


def is_padding(file, place):
    """Whether a byte lies between the parts of the file, of which the head says where they are."""
    size = int(file[len(MAGIC) : len(MAGIC) + 8], 16)
    begins = len(MAGIC) + 18
    head = json.loads(file[begins : begins + size])
    parts = [(0, begins + size)]
    for name, width in (("pages", 24), ("points", 14), ("entries", 8), ("buckets", 8)):
        start, count, _ = head[name]
        parts.append((start, start + count * width))
    return not any(start <= place < end for start, end in parts)


def test_a_changed_byte_anywhere_is_noticed(file, tmp_path):
    path = tmp_path / "changed.pages"
    chance = np.random.default_rng(5)
    for place in [0, 20, 30, 200, *chance.integers(600, len(file) - 64, 40)]:
        changed = bytearray(file)
        changed[place] ^= 0x10
        path.write_bytes(changed)
        if is_padding(file, place):
            assert len(PageIndex.open(path)) == len(KINDS)
        else:
            with pytest.raises(PageIndexError) as refused:
                PageIndex.open(path)
            assert refused.value.code == "unknown-page-index"


@pytest.mark.parametrize("left", [0, 5, 30, 100, 5000, -1, -100_000])
def test_a_file_that_was_cut_off_is_refused(file, tmp_path, left):
    path = tmp_path / "cut.pages"
    path.write_bytes(file[:left])
    with pytest.raises(PageIndexError):
        PageIndex.open(path)


def test_a_sealed_file_answers_the_same_to_whoever_has_the_secret_and_to_nobody_else(pages, file, tmp_path):
    sealed, joined, plain = (tmp_path / name for name in ("sealed.pages", "joined.pages", "plain.pages"))
    write_index(pages.items(), sealed, b"secret")
    plain.write_bytes(file)
    PageIndex.open(sealed, secret=b"secret").to_file(joined, b"secret")
    picture, _ = turned(drawn("table"), 200.0, 0.8)
    told = [(each.document, each.votes, each.agreeing) for each in PageIndex.open(plain).find(picture)]
    for path in (sealed, joined):
        opened = PageIndex.open(path, secret=b"secret")
        assert [(each.document, each.votes, each.agreeing) for each in opened.find(picture)] == told
        assert opened.page_keys() == list(pages)
        assert all((page.points == pages[key].points).all() for key, page in opened.pages())
        assert file[5000:5014] not in path.read_bytes()
    for path, secret in ((sealed, b"another"), (sealed, None), (plain, b"secret")):
        with pytest.raises(PageIndexError) as refused:
            PageIndex.open(path, secret=secret)
        assert refused.value.facts["reason"] == "key"


def test_a_page_comes_back_from_its_bytes_and_nothing_else_does(pages):
    page = pages[PageKey("memo", 1)]
    data = page.to_bytes()
    again = PagePoints.from_bytes(data)
    assert (again.points == page.points).all()
    assert (again.width_mm, again.height_mm) == pytest.approx((page.width_mm, page.height_mm))
    for broken in (b"", data[:5], data[:-1], data + b"x", data + bytes(14 * 1600)):
        with pytest.raises(ValueError, match="no points of a page"):
            PagePoints.from_bytes(broken)


def test_pages_that_are_surely_there_are_compared_and_all_where_none_is():
    surely, perhaps, hardly = (
        Found("a", n, 9.0, agreeing, None) for n, agreeing in ((1, 60), (2, 21), (3, 0))
    )
    assert worth_comparing((surely, perhaps, hardly)) == (surely, perhaps)
    assert worth_comparing((perhaps, hardly)) == (perhaps, hardly)
    assert worth_comparing(()) == ()


def test_of_several_ways_to_look_at_a_picture_the_one_in_which_most_points_agree_counts():
    as_is, mirrored = (
        (Found("a", 1, 5.0, 41, None),),
        (Found("a", 2, 3.0, 240, None), Found("a", 1, 4.0, 30, None)),
    )
    assert not is_doubtless(as_is)
    assert is_doubtless(mirrored)
    assert likeliest([as_is, (), mirrored]) == mirrored
    assert likeliest([as_is, as_is[::-1]]) is as_is
    assert likeliest([(), ()]) == ()


def test_strokes_of_a_cutting_of_a_table_do_not_outvote_its_letters():
    table = draw_page("table", 3, 600)
    seen = points_of_picture(table[700:2100, 600:2000])  # 59 mm, four columns
    sizes = np.exp2(seen.log2_sizes)
    assert (np.diff(seen.log2_sizes) <= 0).all()
    assert 400 <= len(seen) < 900
    assert (sizes[400:] * 3 > sizes[100] * 0.99).all()
