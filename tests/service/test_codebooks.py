"""Code books lie on the disk sealed, survive what befalls them, grow, and are shared by many processes."""

import os
from datetime import UTC, datetime

import numpy as np
import pytest

from service.codebooks import MOST_FILES, RegisteredCodes
from service.faults import StorageFull
from watermark import CodeBook, CodeFile

STORE, OTHER_STORE = b"k" * 32, b"o" * 32
KEY, NEWER_KEY = b"marks of last year", b"marks of this year"
UNITS = {1: 40, 2: 7}
NAME = "7-0123456789abcdef"
NOW = datetime.now(UTC)


@pytest.fixture
def database_backend():
    return "sqlite"


def copies(count, seed=0):
    return np.random.default_rng(seed).integers(1, 1 << 63, count, dtype=np.uint64)


def opened(tmp_path, key=STORE):
    return RegisteredCodes(tmp_path / "codes", [key])


def files(tmp_path):
    return sorted((tmp_path / "codes").glob("*.codes"))


def test_what_one_process_adds_another_has(tmp_path):
    mine, yours = opened(tmp_path), opened(tmp_path)
    asked = copies(60)
    assert yours.held(NAME, KEY).tolist() == []
    mine.add(NAME, asked[:50], UNITS, KEY)
    mine.add(NAME, asked[50:], UNITS, KEY)
    assert sorted(yours.held(NAME, KEY).tolist()) == sorted(asked.tolist())
    assert yours.held(NAME, NEWER_KEY).tolist() == []
    assert yours.held("8-0123456789abcdef", KEY).tolist() == []


def test_a_trace_reads_from_them_what_would_be_drawn(tmp_path):
    asked = copies(60)
    codes = opened(tmp_path)
    codes.add(NAME, asked[:50], UNITS, KEY)
    said = np.random.default_rng(1).normal(0, 1, (2, 40, 2))
    with codes.opened(NAME) as held:
        book = CodeBook(asked, [CodeFile.open(file, codes.secret) for file in held])
        assert len(held) == 1
        assert book.scores(1, *said, KEY) == pytest.approx(CodeBook(asked).scores(1, *said, KEY), abs=1e-4)


def test_without_the_key_of_the_store_they_are_of_no_use_and_go(tmp_path):
    asked = copies(60)
    opened(tmp_path).add(NAME, asked, UNITS, KEY)
    (path,) = files(tmp_path)
    assert not any(int(copy).to_bytes(8, "little") in path.read_bytes() for copy in asked)
    assert oct(path.parent.stat().st_mode & 0o777) == "0o700"
    assert opened(tmp_path, OTHER_STORE).held(NAME, KEY).tolist() == []
    assert files(tmp_path) == []


@pytest.mark.parametrize("harm", ["cut", "changed", "emptied", "strange"])
def test_a_damaged_file_goes_and_its_copies_are_lacking_until_added_again(tmp_path, harm):
    asked = copies(60)
    opened(tmp_path).add(NAME, asked[:50], UNITS, KEY)
    (hurt,) = files(tmp_path)
    opened(tmp_path).add(NAME, asked[50:], UNITS, KEY)
    content = bytearray(hurt.read_bytes())
    if harm == "changed":
        content[600] ^= 64
    hurt.write_bytes({"cut": content[:-40], "changed": content, "emptied": b"", "strange": b"x" * 99}[harm])
    codes = opened(tmp_path)
    assert codes.held(NAME, KEY).tolist() == asked[50:].tolist()
    assert not hurt.exists()
    codes.add(NAME, asked[:50], UNITS, KEY)
    assert set(codes.held(NAME, KEY).tolist()) == set(asked.tolist())


def test_many_files_are_joined_key_by_key_while_another_process_reads_them(tmp_path):
    mine, yours = opened(tmp_path), opened(tmp_path)
    asked = copies(10 * (MOST_FILES + 1))
    for part in np.split(asked, MOST_FILES + 1):
        mine.add(NAME, part, UNITS, KEY)
    mine.add(NAME, asked[:3], UNITS, NEWER_KEY)
    with yours.opened(NAME) as held:
        mine.tidy({NAME}, NOW)
        assert len(files(tmp_path)) == 2
        known = [CodeFile.open(file, yours.secret) for file in held]
        assert sum(len(one.identities) for one in known) == len(asked) + 3  # what was opened stays
    assert set(yours.held(NAME, KEY).tolist()) == set(asked.tolist())
    assert yours.held(NAME, NEWER_KEY).tolist() == asked[:3].tolist()


def test_books_of_documents_that_are_no_more_go(tmp_path):
    codes = opened(tmp_path)
    codes.add(NAME, copies(5), UNITS, KEY)
    codes.add("8-0123456789abcdef", copies(5), UNITS, KEY)
    codes.tidy({NAME}, NOW)
    assert [path.name.split(".")[0] for path in files(tmp_path)] == [NAME]


def test_what_a_killed_worker_left_half_written_counts_for_nothing_and_goes_in_time(tmp_path):
    codes = opened(tmp_path)
    codes.add(NAME, copies(5), UNITS, KEY)
    left = tmp_path / "codes" / f"{NAME}.feed.codes.partial"
    left.write_bytes(b"half of a")
    assert len(codes.held(NAME, KEY)) == 5
    codes.tidy({NAME}, NOW)
    assert left.exists()  # perhaps somebody writes it just now
    os.utime(left, (NOW.timestamp() - 7200,) * 2)
    codes.tidy({NAME}, NOW)
    assert not left.exists()
    assert len(codes.held(NAME, KEY)) == 5


def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path, monkeypatch):
    codes = opened(tmp_path)
    codes.add(NAME, copies(5), UNITS, KEY)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        codes.add(NAME, copies(5, 1), UNITS, KEY)
    assert codes.held(NAME, KEY).tolist() == copies(5).tolist()
