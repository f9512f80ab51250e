"""Files come back as they were stored, or not at all; on the disk they cannot be read."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sealing import CHUNK_BYTES, HEAD_BYTES, TAG_BYTES, BrokenSeal, seal, unseal
from service.store import FileDamaged, FileMissing, FileStore

OLD, NEW = b"o" * 32, b"n" * 32
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "files", [OLD, NEW])


def only_file(store):
    files = [path for path in store._folder.rglob("*") if path.is_file()]
    assert len(files) == 1
    return files[0]


@pytest.mark.parametrize("size", SIZES)
def test_what_was_put_is_got(store, size):
    content = bytes(index % 251 for index in range(size))
    sha256 = store.put(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert store.get(sha256) == content
    assert b"".join(store.chunks(sha256)) == content


def test_the_same_content_is_stored_once(store):
    first = store.put(b"paper")
    before = only_file(store).read_bytes()
    assert store.put(b"paper") == first
    assert only_file(store).read_bytes() == before


@pytest.mark.parametrize("damage", [lambda raw: raw[:-1], lambda raw: b"\0" + raw[1:], lambda raw: b""])
def test_what_is_found_damaged_is_stored_anew_when_its_content_comes_again(store, damage):
    sha256 = store.put(b"paper")
    place = only_file(store)
    place.write_bytes(damage(place.read_bytes()))
    with pytest.raises(FileDamaged):
        store.get(sha256)
    assert store.put(b"paper") == sha256
    assert store.get(sha256) == b"paper"


def test_the_content_cannot_be_read_on_the_disk(store):
    store.put(b"the secret of the board meeting" * 10)
    assert b"secret" not in only_file(store).read_bytes()


def test_a_file_sealed_under_an_older_key_still_opens(tmp_path):
    sha256 = FileStore(tmp_path, [OLD]).put(b"paper")
    assert FileStore(tmp_path, [OLD, NEW]).get(sha256) == b"paper"
    with pytest.raises(FileDamaged):
        FileStore(tmp_path, [NEW]).get(sha256)


def test_an_unknown_file_is_missing(store):
    with pytest.raises(FileMissing) as refused:
        store.get("0" * 64)
    assert refused.value.code == "file-missing"
    assert not store.has("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "/.."])
def test_only_a_digest_names_a_file(store, name):
    with pytest.raises(ValueError, match="64 lower-case hexadecimal digits"):
        store.get(name)


@pytest.mark.parametrize("place", [0, 5, 13, 40, HEAD_BYTES, HEAD_BYTES + CHUNK_BYTES + TAG_BYTES + 3, -1])
def test_a_changed_byte_is_found(store, place):
    sha256 = store.put(b"x" * (2 * CHUNK_BYTES + 9))
    path = only_file(store)
    changed = bytearray(path.read_bytes())
    changed[place] ^= 1
    path.write_bytes(changed)
    with pytest.raises(FileDamaged) as refused:
        store.get(sha256)
    assert refused.value.sha256 == sha256


@pytest.mark.parametrize("cut", [1, TAG_BYTES + 9, CHUNK_BYTES + 2 * TAG_BYTES + 9])
def test_a_cut_tail_is_found(store, cut):
    sha256 = store.put(b"x" * (2 * CHUNK_BYTES + 9))
    path = only_file(store)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(FileDamaged):
        store.get(sha256)


def test_swapped_chunks_are_found():
    content = b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES + b"c"
    digest = hashlib.sha256(content).digest()
    sealed = seal(content, digest, NEW)
    step = CHUNK_BYTES + TAG_BYTES
    head, first, second, rest = (
        sealed[:HEAD_BYTES],
        sealed[HEAD_BYTES : HEAD_BYTES + step],
        sealed[HEAD_BYTES + step : HEAD_BYTES + 2 * step],
        sealed[HEAD_BYTES + 2 * step :],
    )
    with pytest.raises(BrokenSeal):
        b"".join(unseal([head + second + first + rest], digest, [NEW]))


def test_content_that_never_had_its_digest_is_not_returned_whole():
    wrong = hashlib.sha256(b"something else").digest()
    with pytest.raises(BrokenSeal, match="does not have the digest"):
        b"".join(unseal([seal(b"content", wrong, NEW)], wrong, [NEW]))


def test_a_sealed_file_under_another_name_is_found(store, tmp_path):
    first, second = store.put(b"one"), store.put(b"two")
    places = {path.name: path for path in store._folder.rglob("*") if path.is_file()}
    places[first].write_bytes(places[second].read_bytes())
    with pytest.raises(FileDamaged):
        store.get(first)


@given(st.binary(max_size=300), st.integers(1, 50))
def test_sealed_bytes_may_come_in_pieces_of_any_size(content, step):
    digest = hashlib.sha256(content).digest()
    sealed = seal(content, digest, NEW)
    pieces = [sealed[start : start + step] for start in range(0, len(sealed), step)]
    assert b"".join(unseal(pieces, digest, [OLD, NEW])) == content


def test_a_process_forked_after_files_were_stored_reads_and_stores_others():
    """The server forks: threads of whoever reads files would not come along, and it would wait for them for ever."""
    script = (
        "import os, secrets, signal, tempfile; from pathlib import Path; from service.store import FileStore;"
        " store = FileStore(Path(tempfile.mkdtemp()), [secrets.token_bytes(32)]);"
        " known = store.put(bytes(3_000_000)); store.get(known); child = os.fork();"
        " child or signal.alarm(20);"
        " child or (store.get(known), store.get(store.put(b'another')), os._exit(0));"
        " raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, cwd=Path.cwd())
    assert done.returncode == 0
