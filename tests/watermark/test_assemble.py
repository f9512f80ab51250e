"""What a copy brings: contents with displaced words, also in forms within forms, alone and bound with others."""

from contextlib import suppress

import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name

import watermark
from tests.watermark.papers import add_page, faults_of, saved, text_of
from watermark import errors
from watermark.marks import layout
from watermark.write import dissect
from watermark.write.base import Carrier

WORDS = b"Minutes of the long budget meeting which was held behind closed doors in winter"
KEY = b"a key of the installation"


def form(pdf, content, **drawn):
    """Return a form that shows text and draws others."""
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    return pdf.make_stream(
        content,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 600, 850]),
        Resources=Dictionary(Font=Dictionary(F1=font), XObject=Dictionary(**drawn)),
    )


@pytest.fixture(scope="module")
def nested():
    """A document whose words stand in the page, in a form within a form, and in both."""
    with pikepdf.new() as pdf:
        for height in (700, 400):
            inner = form(pdf, b"BT /F1 12 Tf 60 500 Td (%s) Tj ET" % WORDS)
            middle = form(pdf, b"q /In Do Q", In=inner)
            own = b"BT /F1 14 Tf 60 %d Td (%s) Tj ET " % (height, WORDS[:40]) if height == 700 else b""
            page = add_page(pdf, own + b"q /Mid Do Q")
            page.Resources = form(pdf, b"", Mid=middle).Resources
        return watermark.prepare(saved(pdf))


def mark(number, pages=2):
    """Return the marks of a copy."""
    texts = [f"F1{number:013d}{page:03d}0123456789ABCDEF" for page in range(1, pages + 1)]
    return watermark.Mark(number, KEY, tuple(watermark.PageMark(text, "") for text in texts))


def letters(pdf, page):
    """Return where PDFium finds each letter, ``(n, 2)`` in points from the bottom left."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        text = document[page - 1].get_textpage()
        return np.array([text.get_charbox(n)[:2] for n in range(text.count_chars())])
    finally:
        document.close()


def test_a_form_that_only_draws_displaced_words_costs_a_copy_nothing(nested):
    carriers = [slot.carrier for slot in nested.slots]
    assert carriers.count(Carrier.CONTENT) == 3
    assert carriers.count(Carrier.HOLDER) == 3
    delta = watermark.splice(nested, mark(1))
    for slot, packed in zip(nested.slots, delta.blobs, strict=True):
        assert (packed == b"") is (slot.carrier is Carrier.HOLDER)


def test_copies_keep_their_words_and_stay_sound(nested):
    stamped = watermark.stamp(nested, mark(1))
    assert faults_of(stamped) == []
    said = " ".join(text_of(stamped, 1).split())
    assert WORDS[:40].decode().strip() in said
    assert WORDS.decode().split()[-1] in text_of(stamped, 2)


def test_a_base_with_displaced_words_survives_being_stored(nested):
    restored = watermark.Base.from_bytes(nested.to_bytes())
    assert watermark.stamp(restored, mark(5)) == watermark.stamp(nested, mark(5))
    assert [len(page.units) for page in restored.pages] == [len(page.units) for page in nested.pages]


def test_bound_copies_look_as_they_do_alone(nested):
    copies = [watermark.BoundCopy(watermark.splice(nested, mark(number))) for number in (1, 2)]
    bound = b"".join(watermark.bind(nested, copies))
    assert faults_of(bound) == []
    for place, number in enumerate((1, 2)):
        alone = watermark.stamp(nested, mark(number))
        for page in (1, 2):
            ours = watermark.render_page(bound, 2 * place + page, 150)
            assert (ours == watermark.render_page(alone, page, 150)).all()


def test_words_move_as_the_signs_of_the_copy_say(nested):
    units = nested.pages[1].units
    first, second = (letters(watermark.stamp(nested, mark(number)), 2) for number in (1, 2))
    signs = [layout.signs(number, 2, len(units), KEY) for number in (1, 2)]
    expected = layout.displacements_mm(signs[1] - signs[0]) * 72 / 25.4
    moved = (second - first)[: len(WORDS)]
    seen = {tuple(np.round(step, 2)) for step in moved}
    wanted = {(round(right, 2), round(-down, 2)) for right, down in expected.tolist()}
    assert seen >= wanted
    assert len(wanted) > 2


def test_a_plan_without_shifts_moves_nothing():
    with pikepdf.new() as pdf:
        page = add_page(pdf, b"BT /F1 12 Tf 60 500 Td (%s) Tj ET" % WORDS)
        page.Resources = form(pdf, b"").Resources
        base = watermark.prepare(saved(pdf), plan=watermark.MarkPlan(shifts=False))
    assert len(base.pages[0].units) == 0
    assert (
        letters(watermark.stamp(base, mark(1, 1)), 1) == letters(watermark.stamp(base, mark(2, 1)), 1)
    ).all()


def borrowing(draw, name="/S", **entries):
    """Return a document of two pages that draw the same form, the second as ``draw`` says and under ``name``."""
    with pikepdf.new() as pdf:
        shared = form(pdf, b"BT /F1 12 Tf 60 400 Td (%s) Tj ET" % WORDS)
        for key, value in entries.items():
            shared.stream_dict[f"/{key}"] = value
        page = add_page(pdf, b"BT /F1 14 Tf 60 700 Td (%s) Tj ET /S Do " % WORDS[:40])
        page.Resources = form(pdf, b"", S=shared).Resources
        page = add_page(pdf, b"q " + draw + b" Q")
        page.Resources = (
            form(pdf, b"", QQQ=shared).Resources if name != "/S" else form(pdf, b"", S=shared).Resources
        )
        return saved(pdf).replace(b"/QQQ", name.encode("latin-1"))


@pytest.mark.parametrize(
    "offered",
    [
        borrowing(b"/S Do"),
        borrowing(b"/S%c\nDo"),
        borrowing(b"/S\x00Do"),
        borrowing(b"/\xe9 Do", "/#E9"),
        borrowing(b"/#E9 Do", "/#E9"),
        borrowing(b"/S Do", FtSlot=0),
        borrowing(b"/S Do", FtSlot=1, FtHeld=True),
    ],
    ids=["plain", "comment", "nul", "a byte that is no text", "the same escaped", "our key", "both our keys"],
)
def test_a_form_that_pages_share_is_lost_on_none_of_them(offered):
    base = watermark.prepare(offered)
    stamped = watermark.stamp(base, mark(3))
    assert faults_of(stamped) == []
    for page in (1, 2):
        assert WORDS.decode() in text_of(stamped, page)


def test_a_stream_that_became_a_slot_and_is_drawn_elsewhere_too_is_never_lost_silently():
    with pytest.raises(errors.BrokenFileError):
        dissect._require_apart({7}, {5: b"/XObject<</S 7 0 R>>"}, [b"/FtPage 5 0 R"])
    dissect._require_apart({7}, {5: b"/XObject<</S 7 0 R>>"}, [b"/FtPage 17 0 R"])


def test_sheets_are_counted_from_one(nested):
    with pytest.raises(ValueError, match="from 1"):
        watermark.bind(nested, (), first_sheet=0)


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_base_with_a_changed_head_is_refused_or_still_makes_copies(nested, at, change):
    data = bytearray(nested.to_bytes())
    begin = data.index(b"\n", 20) + 1
    end = begin + int(data[18:26], 16)
    data[begin + at % (end - begin)] ^= change
    try:
        damaged = watermark.Base.from_bytes(bytes(data))
    except errors.BaseFormatError:
        return
    with suppress(watermark.WatermarkError):
        watermark.stamp(damaged, mark(1))


@given(st.integers(0, 60))
def test_a_delta_that_was_cut_is_refused(nested, length):
    with pytest.raises(errors.BaseFormatError):
        watermark.Delta.from_bytes(watermark.splice(nested, mark(1)).to_bytes()[:length])
