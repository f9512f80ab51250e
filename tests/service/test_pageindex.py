"""The index of registered pages lies on the disk, survives what befalls it, and is shared by many processes."""

import os
from datetime import UTC, datetime

import numpy as np
import pytest

from service.faults import StorageFull
from service.pageindex import MOST_FILES, RegisteredPages
from watermark import PageKey, PagePoints, PicturePoints, points_of_page

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
COUNT = 300
NOW = datetime.now(UTC)


@pytest.fixture
def database_backend():
    return "sqlite"


def page(seed):
    """Return points as of a page of nothing but chance."""
    chance = np.random.default_rng(seed)
    points = np.zeros(COUNT, points_of_page(np.full((200, 200), 255, np.uint8), 75).points.dtype)
    points["code"] = chance.integers(0, 1 << 64, COUNT, np.uint64)
    points["x"], points["y"] = chance.integers(0, 4000, COUNT), chance.integers(0, 5600, COUNT)
    points["size"], points["turn"] = chance.integers(60, 90, COUNT), chance.integers(0, 256, COUNT)
    return PagePoints(points, 210.0, 297.0)


def picture_of(shown):
    """Return what a picture of the page at 4 pixels a millimetre would show."""
    points = shown.points
    return PicturePoints(
        places_px=np.stack((points["x"], points["y"]), axis=1).astype(np.float32) / 5,
        log2_sizes=points["size"].astype(np.float32) / 16 - 4 + 2,
        turns=points["turn"].astype(np.float32),
        codes=points["code"].copy(),
        margins=np.ones((COUNT, 64), np.float32),
        width_px=840,
        height_px=1188,
    )


def opened(tmp_path, key=KEY):
    return RegisteredPages(tmp_path / "pages", [OTHER_KEY, key] if key != OTHER_KEY else [key])


def held(*names):
    """Yield one page for each document, that of its number."""
    return ((PageKey(name, 1), page(int(name))) for name in names)


def first(pages, number, names):
    """Return which documents are found in a picture of one, those on whose place enough points agree."""
    found = pages.find(picture_of(page(number)), 5, names)
    return [each.document for each in found if each.agreeing]


def files(tmp_path):
    return sorted((tmp_path / "pages").glob("*.pages"))


def test_pages_that_one_process_adds_another_finds(tmp_path):
    mine, yours = opened(tmp_path), opened(tmp_path)
    assert yours.lacking({"1", "2"}) == {"1", "2"}
    assert yours.find(picture_of(page(1)), 5, {"1"}) == ()
    mine.add(held("1", "2"))
    assert yours.lacking({"1", "2", "3"}) == {"3"}
    assert first(yours, 2, {"1", "2"}) == ["2"]
    assert first(yours, 2, {"1"}) == []  # of other documents nothing is told


def test_nothing_of_a_page_can_be_read_in_the_file_without_the_key(tmp_path):
    opened(tmp_path).add(held("1"))
    (path,) = files(tmp_path)
    content = path.read_bytes()
    codes = page(1).points["code"]
    assert not any(int(code).to_bytes(8, "little") in content for code in codes[:50])
    halves = (codes & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    assert not any(int(half).to_bytes(4, "little") in content for half in halves[:50])
    assert opened(tmp_path, OTHER_KEY).lacking({"1"}) == {"1"}
    assert files(tmp_path) == []  # what nobody can read any more is no use


def test_two_files_of_the_same_pages_have_nothing_in_common(tmp_path):
    pages = opened(tmp_path)
    pages.add(held("1"))
    pages.add(held("1"))
    one, other = (np.frombuffer(path.read_bytes(), np.uint8)[4096:] for path in files(tmp_path))
    assert len(one) == len(other)
    both_empty = (one == 0) & (other == 0)
    assert ((one == other) & ~both_empty).mean() < 0.02


@pytest.mark.parametrize("harm", ["cut", "changed", "emptied", "strange"])
def test_a_damaged_file_is_removed_and_its_pages_are_lacking_until_added_again(tmp_path, harm):
    before = opened(tmp_path)
    before.add(held("1"))
    before.add(held("2"))
    hurt = next(path for path in files(tmp_path) if _holds(path, "2"))
    content = bytearray(hurt.read_bytes())
    if harm == "changed":
        content[-9] ^= 64
    hurt.write_bytes({"cut": content[:-40], "changed": content, "emptied": b"", "strange": b"x" * 999}[harm])

    pages = opened(tmp_path)
    assert pages.lacking({"1", "2"}) == {"2"}
    assert first(pages, 1, {"1", "2"}) == ["1"]
    assert not hurt.exists()
    pages.add(held("2"))
    assert first(pages, 2, {"1", "2"}) == ["2"]


def _holds(path, name):
    from watermark import PageIndex

    return name in PageIndex.open(path, secret=KEY).documents


def test_a_page_that_two_workers_added_is_found_once(tmp_path):
    mine, yours = opened(tmp_path), opened(tmp_path)
    mine.add(held("1"))
    yours.add(held("1", "2"))
    assert first(mine, 1, {"1", "2"}) == ["1"]
    mine.tidy({"1", "2"}, NOW)  # one page of three is of no use
    assert len(files(tmp_path)) == 1
    assert len(yours) == 2
    assert first(yours, 1, {"1", "2"}) == ["1"]


def test_many_files_are_joined_while_another_process_searches_them(tmp_path):
    mine, yours = opened(tmp_path), opened(tmp_path)
    names = [str(number) for number in range(1, MOST_FILES + 2)]
    for name in names:
        mine.add(held(name))
    assert first(yours, 3, names) == ["3"]
    mine.tidy(names, NOW)
    assert len(files(tmp_path)) == 1
    assert [first(yours, int(name), names) for name in names] == [[name] for name in names]


def test_pages_of_documents_that_are_no_more_are_dropped_once_they_are_many(tmp_path):
    pages = opened(tmp_path)
    pages.add(held("1", "2", "3", "4"))
    pages.tidy({"1", "2", "3"}, NOW)
    assert len(pages) == 4  # one in four is left where it is
    pages.tidy({"1", "2"}, NOW)
    assert len(pages) == 2
    assert pages.lacking({"1", "2", "3"}) == {"3"}
    pages.tidy(set(), NOW)
    assert files(tmp_path) == []


def test_what_a_killed_worker_left_half_written_counts_for_nothing_and_goes_in_time(tmp_path):
    pages = opened(tmp_path)
    pages.add(held("1"))
    left = [tmp_path / "pages" / "feed.pages.partial", tmp_path / "pages" / ".index-dead" / "0"]
    left[1].parent.mkdir()
    for path in left:
        path.write_bytes(b"half of a")
    assert pages.lacking({"1"}) == frozenset()
    pages.tidy({"1"}, NOW)
    assert all(path.exists() for path in left)  # perhaps somebody writes it just now
    long_ago = NOW.timestamp() - 7200
    for path in (left[0], left[1].parent):
        os.utime(path, (long_ago, long_ago))
    pages.tidy({"1"}, NOW)
    assert not any(path.exists() for path in left)
    assert first(pages, 1, {"1"}) == ["1"]


def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path, monkeypatch):
    pages = opened(tmp_path)
    pages.add(held("1"))

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        pages.add(held("2"))
    assert pages.lacking({"1", "2"}) == {"2"}
    assert first(pages, 1, {"1"}) == ["1"]


@pytest.mark.parametrize(
    "changed",
    [
        {"width_px": 0},
        {"codes": np.zeros(COUNT - 1, np.uint64)},
        {"codes": np.zeros(COUNT, np.int64)},
        {"turns": np.full(COUNT, np.nan, np.float32)},
        {"margins": np.ones((COUNT, 63), np.float32)},
        {"places_px": np.zeros((COUNT, 3), np.float32)},
    ],
)
def test_points_that_no_picture_has_are_refused(changed):
    sound = vars(picture_of(page(1)))
    with pytest.raises(ValueError, match="no picture has"):
        PicturePoints(**(sound | changed))
