"""One file of many copies for the printer: streamed, sound, in order, and resumed at any sheet."""

import io

import numpy as np
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import watermark
from tests.watermark.papers import PAPERS, add_page, faults_of, saved, text_of
from watermark import errors

FACE = ("第 3 份/共 4 份", "Copy 3 of 4")


def copy(base, number):
    """Return the marks of a copy, by its number."""
    pages = tuple(
        watermark.PageMark(
            f"F1{number:013d}{page:03d}0123456789ABCDEF", "7K2PX-9QRTM-4WD5H", (f"Copy {number}",)
        )
        for page in range(1, len(base.pages) + 1)
    )
    return watermark.splice(base, watermark.Mark(number, b"", pages))


def paper(pages):
    """Return a document of so many pages, each with its number in it."""
    with pikepdf.new() as pdf:
        for number in range(1, pages + 1):
            add_page(pdf, b"0 g 100 %d 40 40 re f" % (100 + 50 * number), size=(420, 595))
        return saved(pdf)


@pytest.fixture(scope="module")
def base():
    return watermark.prepare(paper(3), texts=("Copy 0123456789", *FACE))


def bound(base, numbers, face=(), **options):
    """Return the file of some copies."""
    copies = (watermark.BoundCopy(copy(base, number), face) for number in numbers)
    return b"".join(watermark.bind(base, copies, **options))


def seen(pdf):
    """Return copy and page of each sheet side as its code says, or what stands there without one."""
    found = []
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        count = len(opened.pages)
    for page in range(1, count + 1):
        picture = watermark.render_page(pdf, page, 120, gray=True)
        target = io.BytesIO()
        Image.fromarray(picture).save(target, "PNG")
        codes = watermark.read_qr(target.getvalue())
        if codes:
            found.append((int(codes[0].text[2:15]), int(codes[0].text[15:18])))
        else:
            found.append("blank" if picture.min() == 255 else "face")
    return found


def test_copies_come_out_in_order_and_sound(base):
    pdf = bound(base, (1, 2))
    assert faults_of(pdf) == []
    assert seen(pdf) == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]
    assert (pdf.count(b"%%EOF"), pdf.count(b"startxref"), pdf.count(b"/Prev")) == (1, 1, 0)


def test_a_bound_copy_looks_as_it_does_alone(base):
    pdf = bound(base, (5, 6))
    alone = watermark.stamp(
        base,
        watermark.Mark(
            6,
            b"",
            tuple(
                watermark.PageMark(f"F1{6:013d}{page:03d}0123456789ABCDEF", "7K2PX-9QRTM-4WD5H", ("Copy 6",))
                for page in (1, 2, 3)
            ),
        ),
    )
    for page in (1, 2, 3):
        assert (watermark.render_page(pdf, 3 + page, 150) == watermark.render_page(alone, page, 150)).all()


def test_on_both_sides_each_copy_and_each_face_begins_on_a_sheet_of_its_own(base):
    pdf = bound(base, (1, 2), face=FACE, duplex=True)
    one = ["face", "blank", (1, 1), (1, 2), (1, 3), "blank"]
    assert seen(pdf) == [*one, "face", "blank", (2, 1), (2, 2), (2, 3), "blank"]
    assert text_of(pdf).split() == " ".join(FACE).split()
    assert faults_of(pdf) == []


@given(first=st.integers(1, 9), duplex=st.booleans(), with_face=st.booleans())
def test_what_is_left_out_at_the_front_is_whole_sheets(base, first, duplex, with_face):
    face = FACE if with_face else ()
    whole = sides(bound(base, (1, 2, 3), face, duplex=duplex))
    left_out = (first - 1) * (1 + duplex)
    if left_out >= len(whole):
        with pytest.raises(errors.NoPagesError):
            bound(base, (1, 2, 3), face, duplex=duplex, first_sheet=first)
        return
    rest = sides(bound(base, (1, 2, 3), face, duplex=duplex, first_sheet=first))
    assert rest == whole[left_out:]


def sides(pdf):
    """Return what each side of a file draws, told by its operators and the data of its code."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [
            (
                page.obj.Contents.read_bytes() if "/Contents" in page.obj else b"",
                page.obj.Resources.XObject["/FtCode"].read_bytes()
                if "/XObject" in page.obj.Resources
                else b"",
            )
            for page in opened.pages
        ]


@pytest.mark.parametrize(("duplex", "face", "expected"), [(0, 0, 3), (1, 0, 2), (0, 1, 4), (1, 1, 3)])
def test_sheets_are_counted_as_they_come_out(base, duplex, face, expected):
    assert watermark.sheets(base, duplex=bool(duplex), face=bool(face)) == expected
    pdf = bound(base, (1,), FACE if face else (), duplex=bool(duplex))
    assert len(sides(pdf)) == expected * (1 + duplex)


def test_a_hundred_copies_hold_what_they_share_once():
    noise = np.random.default_rng(1).bytes(200_000)
    with pikepdf.new() as pdf:
        page = add_page(pdf, b"q 300 0 0 300 60 200 cm /P Do Q", size=(420, 595))
        picture = pdf.make_stream(
            noise,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=500,
            Height=400,
            BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceGray,
        )
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
        base = watermark.prepare(saved(pdf, compress_streams=False), texts=("Copy 0123456789",))
    pdf = bound(base, range(1, 101))
    assert len(pdf) < 2 * len(noise) + 100 * 3_000
    assert faults_of(pdf) == []


def test_hidden_layers_stay_hidden_in_the_file_for_the_printer():
    base = watermark.prepare(PAPERS["hidden_layer"](), texts=("Copy 0123456789",))
    pdf = bound(base, (1, 2))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.Root.OCProperties.D.OFF) > 0


def test_the_same_copies_give_the_same_file(base):
    assert bound(base, (1, 2), FACE, duplex=True) == bound(base, (1, 2), FACE, duplex=True)


def test_it_is_streamed_copy_by_copy(base):
    taken = []

    def copies():
        for number in (1, 2, 3):
            taken.append(number)
            yield watermark.BoundCopy(copy(base, number))

    parts = watermark.bind(base, copies())
    next(parts)
    assert taken == []
    next(parts)
    assert taken == [1]


def test_nothing_to_bind_is_refused(base):
    with pytest.raises(errors.NoPagesError):
        bound(base, ())


def test_a_copy_of_another_base_is_refused(base):
    other = watermark.prepare(paper(2), texts=("Copy 0123456789",))
    with pytest.raises(errors.MarkMismatchError):
        b"".join(watermark.bind(base, [watermark.BoundCopy(copy(other, 1))]))
