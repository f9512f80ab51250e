"""What words say for very many copies is looked up in files, and comes to the same as drawing it."""

import numpy as np
import pytest

from watermark import CodeBook, CodeFile, WatermarkError, join_codes, write_codes
from watermark.marks.layout import signs_of

KEY, OTHER_KEY, SECRET = b"a key of these tests", b"an older key", b"a secret of these tests"
UNITS = {1: 37, 2: 0, 3: 8}


def copies(count, seed=0):
    return np.random.default_rng(seed).integers(1, 1 << 63, count, dtype=np.uint64)


def said(page, seed=0):
    """Return what −1 and +1 say of each word of a page."""
    return np.random.default_rng([seed, page]).normal(0, 1, (2, UNITS[page], 2))


def drawn(identities, page, key=KEY):
    """Return what words say for copies, drawn and added up one by one."""
    minus, plus = said(page)
    signs = signs_of(identities.tolist(), page, UNITS[page], key)
    return np.where(signs > 0, plus, minus).sum(axis=(1, 2))


@pytest.fixture
def kept(tmp_path):
    """Return what keeps codes in a new file, and opens it."""
    opened = []

    def keep(identities, key=KEY, secret=SECRET):
        path = tmp_path / f"{len(opened)}.codes"
        write_codes(path, identities, UNITS, key, secret)
        opened.append(path.open("rb"))
        return CodeFile.open(opened[-1], secret)

    yield keep
    for file in opened:
        file.close()


@pytest.mark.parametrize("secret", [SECRET, None])
@pytest.mark.parametrize("page", [1, 3])
def test_a_look_comes_to_what_drawing_comes_to(kept, secret, page):
    asked = copies(500)
    book = CodeBook(asked, [kept(asked, secret=secret)])
    assert book.scores(page, *said(page), KEY) == pytest.approx(drawn(asked, page), abs=1e-4)


def test_what_files_lack_is_drawn_and_what_they_have_beyond_is_passed_over(kept):
    asked = copies(300)
    files = [kept(asked[40:90]), kept(np.concatenate([copies(20, 9), asked[:10], asked[80:120]]))]
    assert CodeBook(asked, files).scores(1, *said(1), KEY) == pytest.approx(drawn(asked, 1), abs=1e-4)
    assert CodeBook(asked).scores(1, *said(1), KEY) == pytest.approx(drawn(asked, 1), abs=1e-4)


def test_what_is_known_is_not_drawn_again(kept, monkeypatch):
    asked = copies(300)
    book = CodeBook(asked, [kept(asked[:299])])
    seen = []

    def watched(identities, *rest):
        seen.append(identities.tolist())
        return really(identities, *rest)

    from watermark.trace.weigh import codebook

    really = codebook.drawn_rows
    monkeypatch.setattr(codebook, "drawn_rows", watched)
    book.scores(1, *said(1), KEY)
    assert seen == [[int(asked[299])]]


def test_codes_of_another_key_or_of_pages_that_were_found_anew_are_not_used(kept):
    asked = copies(100)
    book = CodeBook(asked, [kept(asked, key=OTHER_KEY)])
    assert book.scores(1, *said(1), KEY) == pytest.approx(drawn(asked, 1), abs=1e-4)
    assert book.scores(1, *said(1), OTHER_KEY) == pytest.approx(drawn(asked, 1, OTHER_KEY), abs=1e-4)
    fewer = said(1)[:, :30]
    alone = np.where(signs_of(asked.tolist(), 1, 30, KEY) > 0, fewer[1], fewer[0]).sum(axis=(1, 2))
    assert book.scores(1, *fewer, KEY) == pytest.approx(alone, abs=1e-4)


def test_files_are_joined_into_one_that_says_the_same(kept, tmp_path):
    asked = copies(100)
    parts = [kept(asked[:30]), kept(asked[20:])]
    join_codes(tmp_path / "joined", parts, SECRET)
    with (tmp_path / "joined").open("rb") as opened:
        joined = CodeFile.open(opened, SECRET)
        joined.require_sound()
        assert set(joined.identities.tolist()) == set(asked.tolist())
        assert CodeBook(asked, [joined]).scores(3, *said(3), KEY) == pytest.approx(drawn(asked, 3), abs=1e-4)
    with pytest.raises(ValueError, match="different keys"):
        join_codes(tmp_path / "joined", [parts[0], kept(asked, key=OTHER_KEY)], SECRET)


def test_nothing_can_be_read_in_a_sealed_file_and_two_have_nothing_in_common(tmp_path):
    asked = copies(400)
    for name in ("one", "other", "open"):
        write_codes(tmp_path / name, asked, UNITS, KEY, None if name == "open" else SECRET)
    one, other, plain = ((tmp_path / name).read_bytes() for name in ("one", "other", "open"))
    assert int(asked[0]).to_bytes(8, "little") in plain
    assert not any(int(copy).to_bytes(8, "little") in one for copy in asked)
    assert (np.frombuffer(one[64:5000], np.uint8) == np.frombuffer(other[64:5000], np.uint8)).mean() < 0.02


@pytest.mark.parametrize(
    ("harm", "reason"), [("cut", "cut-off"), ("strange", "version"), ("empty", "version"), ("key", "key")]
)
def test_a_file_of_no_use_is_refused_when_it_is_opened(tmp_path, harm, reason):
    path = tmp_path / "codes"
    write_codes(path, copies(50), UNITS, KEY, SECRET)
    content = path.read_bytes()
    path.write_bytes({"cut": content[:-9], "strange": b"x" * 900, "empty": b"", "key": content}[harm])
    with path.open("rb") as opened, pytest.raises(WatermarkError) as refused:
        CodeFile.open(opened, b"another secret" if harm == "key" else SECRET)
    assert (refused.value.code, refused.value.facts["reason"]) == ("unknown-base-format", reason)


@pytest.mark.parametrize("place", [25, 450, 700])
def test_a_bit_that_has_changed_is_found(tmp_path, place):
    path = tmp_path / "codes"
    write_codes(path, copies(50), UNITS, KEY, SECRET)
    content = bytearray(path.read_bytes())
    content[place] ^= 8
    path.write_bytes(content)
    with path.open("rb") as opened, pytest.raises(WatermarkError, match="damaged"):
        CodeFile.open(opened, SECRET).require_sound()


def test_of_a_dense_page_the_most_telling_words_put_the_right_copy_first():
    chance = np.random.default_rng(1)
    asked, words = copies(3000), 1400
    shown = np.asarray(signs_of(asked[[7]].tolist(), 1, words, KEY))[0] * chance.normal(1, 0.8, (words, 2))
    # One page in three is torn away; of the rest some words are seen far better than others.
    sure = chance.exponential(0.3, (words, 1)) * (np.arange(words) < 900)[:, None]
    scores = CodeBook(asked).scores(1, -sure * shown, sure * shown, KEY)
    assert scores.argmax() == 7
    assert np.partition(scores, -2)[-2] < scores[7] - 100
