"""Filling a page: what moves, how far, and that nothing else does."""

import json
import struct
import subprocess
import zlib
from itertools import accumulate

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixtures import machine
from tests.watermark.papers import faults_of, saved, text_of
from tests.watermark.typed import PAGES, opened, page_of
from watermark import render
from watermark.displace.find import find_shifts
from watermark.displace.shifts import PageShifts, ShiftedStream, field_text
from watermark.errors import BaseFormatError
from watermark.geometry import Rect
from watermark.limits import Limits
from watermark.marks import layout

MM_PER_PT = 25.4 / 72
FINE_DPI = 2400
CLOSE_MM = 0.01


def filled(pdf: bytes, contents) -> bytes:
    """Return the document with the contents of its first page's streams exchanged."""
    with opened(pdf) as document:
        for stream, content in zip(find_shifts(document, 1).streams, contents, strict=True):
            stream.target.write(content)
        return saved(document)


@pytest.fixture(scope="module", params=list(PAGES))
def typed(request):
    """A page, its shifts, and the same page with its words moved by chance."""
    pdf = PAGES[request.param]()
    with opened(pdf) as document:
        shifts = find_shifts(document, 1)
    signs = layout.signs(0xC0FFEE, 1, len(shifts.units), b"k")
    return pdf, shifts, signs, filled(pdf, shifts.fill(signs))


def letters_of(pdf):
    with render.opened(pdf, Limits()) as pages:
        return pages.letters(1)


def picture_of(pdf, dpi, part=None):
    with render.opened(pdf, Limits()) as pages:
        return pages.draw(1, dpi, gray=True, part=part)


def test_a_page_has_as_many_units_as_words_worth_moving(typed):
    _, shifts, _, _ = typed
    assert len(shifts.units) >= 4
    assert (shifts.units[:, 2:] > shifts.units[:, :2]).all()


def test_with_no_unit_moved_every_letter_stays(typed):
    pdf, shifts, _, _ = typed
    before, after = letters_of(pdf), letters_of(filled(pdf, shifts.unmoved()))
    assert np.array_equal(before.characters, after.characters)
    kept = ~before.is_made_up
    assert np.abs(before.origins_pt - after.origins_pt)[kept].max() < 0.001


def test_a_moved_page_is_a_faultless_file_with_the_same_text(typed):
    pdf, _, _, moved = typed
    assert faults_of(moved) == []
    assert text_of(moved) == text_of(pdf)


def test_letters_move_by_the_lengths_of_the_format_and_most_of_the_page_does(typed):
    """Checked by PDFium, which knows nothing of our walk."""
    pdf, _, signs, moved = typed
    before = letters_of(pdf)
    went = (letters_of(moved).origins_pt - before.origins_pt) * MM_PER_PT * (1, -1)
    inked = ~before.is_made_up & (before.characters != 0x20)
    steps = layout.soft_signs(went[inked])
    is_moved = np.abs(steps).max(axis=1) > 0.02
    assert np.abs(np.abs(steps[is_moved]) - 1).max() < 0.02
    assert is_moved.mean() > 0.8
    assert {tuple(step) for step in np.rint(steps[is_moved]).astype(int).tolist()} <= set(
        map(tuple, signs.tolist())
    )


def test_another_reader_copies_out_the_same_text(typed, tmp_path):
    pdf, _, _, moved = typed
    program = machine.require("poppler")
    texts = []
    for name, data in (("before.pdf", pdf), ("after.pdf", moved)):
        path = tmp_path / name
        path.write_bytes(data)
        texts.append(subprocess.run([program, "-raw", path, "-"], capture_output=True, check=True).stdout)
    assert texts[0] == texts[1]


def centre_mm(pdf, box):
    """Return the centre of the ink in a box, right and down in mm."""
    ink = 255.0 - picture_of(pdf, FINE_DPI, box)
    y, x = np.indices(ink.shape)
    return np.array([(ink * x).sum(), (ink * y).sum()]) / ink.sum() * 25.4 / FINE_DPI


@pytest.mark.parametrize(("right", "down"), [(1, 1), (-1, 1), (1, -1), (-1, -1)])
def test_a_word_on_paper_moves_as_far_as_its_signs_say(right, down):
    pdf = page_of(
        b"BT /F1 14 Tf 80 700 Td (Committee) Tj 0 -30 Td (decided) Tj 90 0 Td [(numbered) -5000 (copies)] TJ ET"
    )
    with opened(pdf) as document:
        shifts = find_shifts(document, 1)
    assert len(shifts.units) == 4
    signs = np.tile(np.array([-right, -down], np.int8), (4, 1))
    signs[2] = right, down
    moved = filled(pdf, shifts.fill(signs))
    for unit, sign in zip(shifts.units, signs, strict=True):
        box = Rect(*map(float, unit)).grown(1.0)
        off = centre_mm(moved, box) - centre_mm(pdf, box) - layout.displacements_mm(sign)
        assert np.abs(off).max() < CLOSE_MM


def test_nothing_changes_outside_of_the_units():
    pdf = page_of(
        b"0.9 0.2 0.1 rg 60 650 400 6 re f 0 g q BT /F1 14 Tf 80 700 Td (Committee decided) Tj ET "
        b"BT 3 Tr (hidden) Tj 0 Tr /F1 60 Tf 80 500 Td (Large) Tj ET 0 0 1 RG 60 600 m 300 640 l S Q"
    )
    with opened(pdf) as document:
        shifts = find_shifts(document, 1)
    signs = np.full((len(shifts.units), 2), 1, np.int8)
    difference = picture_of(pdf, 300) != picture_of(filled(pdf, shifts.fill(signs)), 300)
    assert difference.any()
    for left, top, right, bottom in (shifts.units * 300 / 25.4).tolist():
        difference[int(top) - 3 : int(bottom) + 4, int(left) - 3 : int(right) + 4] = False
    assert not difference.any()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_whatever_the_signs_offsets_add_up_to_the_original_ones_in_every_operator(seed):
    """In exact decimals: what stood between the letters before is all that is left in sum."""
    shifts = KERNED
    signs = np.random.default_rng(seed).choice(np.array([-1, 1], np.int8), (len(shifts.units), 2))
    with pikepdf.new() as pdf:
        stream = pdf.make_stream(shifts.fill(signs)[0])
        sums = [
            sum(item for item in instruction.operands[0] if not isinstance(item, pikepdf.String))
            for instruction in pikepdf.parse_content_stream(stream)
            if str(instruction.operator) == "TJ"
        ]
    assert sums == [20 - 300, -15 - 1200, -278, 0]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_whatever_the_signs_following_text_does_not_move(seed):
    """The last words of a line are no unit: they stand behind all that moves."""
    shifts = FOLLOWED
    signs = np.random.default_rng(seed).choice(np.array([-1, 1], np.int8), (len(shifts.units), 2))
    moved = letters_of(filled(FOLLOWED_PDF, shifts.fill(signs)))
    before = letters_of(FOLLOWED_PDF)
    last = before.characters == ord(".")
    assert last.sum() == 2
    assert np.abs(moved.origins_pt[last] - before.origins_pt[last]).max() < 0.001


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_damaged_content_is_left_alone_or_still_says_the_same(data):
    """Bytes are replaced, taken out or put in; whatever is then found moves no letter when nothing is moved."""
    content = bytearray(BOTH_OPERATORS)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 4))] = data.draw(
            st.sampled_from(
                [b"", b"(", b")", b"[", b"]", b" Q ", b" q ", b" ET ", b"<", b"-", b"\\", b" 0 ", b"/", b"."]
            )
        )
    pdf = page_of(bytes(content))
    with opened(pdf) as document:
        shifts = find_shifts(document, 1)
    if shifts is not None:
        before, after = letters_of(pdf), letters_of(filled(pdf, shifts.unmoved()))
        kept = ~before.is_made_up
        assert np.array_equal(before.characters, after.characters)
        assert np.abs(before.origins_pt - after.origins_pt)[kept].max() < 0.001


def test_filling_needs_one_pair_of_signs_for_each_unit():
    with pytest.raises(ValueError, match="units need"):
        KERNED.fill(np.ones((1, 2), np.int8))


def test_shifts_survive_their_file(typed):
    _, shifts, signs, _ = typed
    again = PageShifts.from_bytes(shifts.to_bytes())
    assert np.array_equal(again.units, shifts.units)
    assert again.fill(signs) == shifts.fill(signs)
    assert [stream.path for stream in again.streams] == [stream.path for stream in shifts.streams]
    assert [stream.target for stream in again.streams] == [None] * len(shifts.streams)
    assert again.to_bytes() == shifts.to_bytes()


def filled_as_documented(data, signs):
    """Return the filled contents of a file, read as docs/layout-format.md tells and with nothing of ours."""
    assert data[:20] in {b"FOLIOTRACE-SHIFTS 1\n", b"FOLIOTRACE-SHIFTS 2\n"}
    in_steps = data[18:19] == b"2"
    data = zlib.decompress(data[20:])
    begin = 9 + int(data[:8], 16)
    head, parts = json.loads(data[9:begin]), []
    for length in head["lengths"]:
        parts.append(data[begin : begin + length])
        begin += length
    assert (begin, len(parts[0])) == (len(data), 16 * len(signs))
    assert all(path[0] == "/FtPage" for path in head["paths"])
    contents = []
    for number in range(len(head["paths"])):
        content, fields, values = parts[1 + 3 * number : 4 + 3 * number]
        content, m = bytearray(content), len(fields) // 12
        numbers = struct.unpack(f"<{3 * m}{'i' if in_steps else 'I'}", fields)
        rows = [numbers[:m], numbers[m : 2 * m], numbers[2 * m :]]
        for place, kind, unit in zip(*map(accumulate, rows) if in_steps else rows, strict=True):
            way = 2 * (signs[unit][0] == 1) + (signs[unit][1] == 1)
            content[place : place + 8] = values[32 * kind + 8 * way :][:8]
        contents.append(bytes(content))
    return tuple(contents)


def test_the_file_is_as_the_document_tells(typed):
    _, shifts, signs, _ = typed
    assert filled_as_documented(shifts.to_bytes(), signs.tolist()) == shifts.fill(signs)


def older(shifts: PageShifts) -> bytes:
    """Return the file as version 1 had it."""
    blobs = [struct.pack(f"<{4 * len(shifts.units)}f", *shifts.units.ravel())]
    for stream in shifts.streams:
        fields = [*stream.places, *stream.kinds, *stream.units]
        blobs += [stream.content, struct.pack(f"<{len(fields)}I", *fields), stream.values.tobytes()]
    paths = [stream.path for stream in shifts.streams]
    head = json.dumps({"lengths": [len(blob) for blob in blobs], "paths": paths}).encode()
    return b"FOLIOTRACE-SHIFTS 1\n" + zlib.compress(b"".join([b"%08x\n" % len(head), head, *blobs]))


def test_a_file_of_version_1_is_read_as_ever(typed):
    _, shifts, signs, _ = typed
    kept = older(shifts)
    assert filled_as_documented(kept, signs.tolist()) == shifts.fill(signs)
    again = PageShifts.from_bytes(kept)
    assert np.array_equal(again.units, shifts.units)
    assert again.to_bytes() == shifts.to_bytes()


@pytest.mark.parametrize("damage", ["cut", "shorter", "longer", "flipped", "empty", "version", "bomb"])
def test_a_damaged_file_of_shifts_is_refused(damage):
    data = KERNED.to_bytes()
    middle = len(data) // 2
    damaged = {
        "cut": data[:-9],
        "shorter": data[: middle - 3] + data[middle:],
        "longer": data + b"\n",
        "flipped": data[:middle] + bytes((data[middle] ^ 0x55,)) + data[middle + 1 :],
        "empty": b"",
        "version": data.replace(b"SHIFTS 2", b"SHIFTS 3"),
        "bomb": data[: data.index(b"\n") + 1] + zlib.compress(bytes(65 * 1024 * 1024)),
    }[damage]
    with pytest.raises(BaseFormatError):
        PageShifts.from_bytes(damaged)


def test_a_file_with_a_field_before_the_beginning_is_refused():
    magic, packed = KERNED.to_bytes()[:20], zlib.decompress(KERNED.to_bytes()[20:])
    begin = 9 + int(packed[:8], 16)
    lengths = json.loads(packed[9:begin])["lengths"]
    at = begin + lengths[0] + lengths[1]
    damaged = packed[:at] + struct.pack("<i", -1) + packed[at + 4 :]
    with pytest.raises(BaseFormatError):
        PageShifts.from_bytes(magic + zlib.compress(damaged))


def test_fields_beyond_what_they_refer_to_are_refused():
    one = np.zeros(1, np.uint32)
    values = np.zeros((1, 4), np.uint64)
    with pytest.raises(ValueError, match="beyond the end"):
        ShiftedStream(b"1234567", one, one, one, values, ())
    with pytest.raises(ValueError, match="beyond the end"):
        ShiftedStream(b"12345678", one, one + 1, one, values, ())
    stream = ShiftedStream(b"12345678", one, one, one + 1, values, ())
    with pytest.raises(ValueError, match="without a unit"):
        PageShifts(np.zeros((1, 4), np.float32), (stream,))
    for far in (np.nan, np.inf, 3e6):
        with pytest.raises(ValueError, match="not boxes"):
            PageShifts(np.array([[0, 0, far, 1]], np.float32), ())


def test_a_head_of_endless_brackets_is_refused():
    head = b"[" * 100_000
    with pytest.raises(BaseFormatError):
        PageShifts.from_bytes(KERNED.to_bytes()[:20] + zlib.compress(b"%08x\n" % len(head) + head))


@given(value=st.floats(-99_999, 99_999))
def test_a_field_has_its_width_and_says_its_number(value):
    text = field_text(value)
    assert len(text) == 8
    assert abs(float(text) - value) <= max(5e-6, abs(value) * 5e-5)
    assert field_text(-value)[1:] == text[1:]


def found_in(pdf):
    with opened(pdf) as document:
        return find_shifts(document, 1)


BOTH_OPERATORS = (
    b"q 1 0 0 1 5 5 cm BT /F1 12 Tf 16 TL 70 700 Td (Guards verify \\(every\\) mark) Tj "
    b"3 0.2 (before anything leaves) \" [(Numb) 20 (ered) -300 (copies)] TJ (within ten days) ' ET Q"
)
KERNED = found_in(PAGES["kerned arrays"]())
FOLLOWED_PDF = page_of(
    b"BT /F1 12 Tf 70 700 Td (Numbered copies carry names) Tj (     .) Tj 0 -20 Td (returned) Tj "
    b"( within ten days     .) Tj ET"
)
FOLLOWED = found_in(FOLLOWED_PDF)
