"""Pictures of pages, batches for the printer, and the letters we print with."""

import io
import random

import pikepdf
import pytest
from PIL import Image

import watermark
from tests.watermark.papers import A4_PT, PAPERS, add_page, faults_of, saved
from watermark import errors


def test_a_page_picture_has_the_size_of_its_paper():
    plain = PAPERS["plain"]()
    assert watermark.render_page(plain, 1, 72).shape == (842, 596, 3)
    assert watermark.render_page(plain, 2, 144, gray=True).shape == (1684, 1191)


def test_a_thumbnail_is_a_png_as_wide_as_asked():
    picture = Image.open(
        io.BytesIO(watermark.thumbnail(PAPERS["landscape_slide"](), 1, 160)), formats=("PNG",)
    )
    assert picture.size == (160, 90)


def test_a_page_that_is_not_there_cannot_be_drawn():
    with pytest.raises(errors.NoSuchPageError) as refused:
        watermark.render_page(PAPERS["plain"](), 3, 72)
    assert refused.value.facts == {"page": 3, "pages": 2}


def test_a_picture_beyond_the_limit_is_not_begun():
    with pytest.raises(errors.PageTooLargeError):
        watermark.render_page(PAPERS["plain"](), 1, 600, limits=watermark.Limits(picture_px=1000))


def test_what_is_no_pdf_cannot_be_drawn():
    with pytest.raises(errors.BrokenFileError):
        watermark.render_page(b"no pdf", 1, 72)


def test_copies_are_joined_in_order():
    joined = watermark.join([PAPERS["plain"](), PAPERS["landscape_slide"](), PAPERS["turned_90"]()])
    assert faults_of(joined) == []
    with pikepdf.open(io.BytesIO(joined)) as opened:
        assert [round(float(page.mediabox[2])) for page in opened.pages] == [595, 595, 960, 595]


def test_every_copy_of_a_duplex_batch_begins_on_a_sheet_of_its_own():
    joined = watermark.join([PAPERS["landscape_slide"](), PAPERS["plain"]()], duplex=True)
    with pikepdf.open(io.BytesIO(joined)) as opened:
        assert [round(float(page.mediabox[2])) for page in opened.pages] == [960, 960, 595, 595]


def test_what_copies_share_is_joined_once():
    with pikepdf.new() as pdf:
        page = add_page(pdf, b"q 500 0 0 500 0 0 cm /P Do Q", size=A4_PT)
        noise = random.Random(1).randbytes(10_240)
        picture = pdf.make_stream(
            noise,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=128,
            Height=80,
            BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceGray,
        )
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
        base = watermark.prepare(saved(pdf, compress_streams=False))
    mark = watermark.PageMark("F17K2PX9QRTM4WD013Q8ZV5N2C6H1J0KXA", "7K2PX-9QRTM-4WD5H")
    copies = [watermark.stamp(base, watermark.Mark(identity, b"", (mark,))) for identity in range(4)]
    joined = watermark.join(copies)
    assert len(joined) < sum(map(len, copies)) - 2 * len(noise)
    for page in range(1, 5):
        alone = watermark.render_page(copies[page - 1], 1, 72)
        assert (watermark.render_page(joined, page, 72) == alone).all()


def test_a_layer_that_was_hidden_stays_hidden_beside_one_of_the_same_name_that_is_shown():
    hidden = watermark.inspect(PAPERS["hidden_layer"]()).cleaned
    with pikepdf.open(io.BytesIO(PAPERS["hidden_layer"]())) as pdf:
        pdf.Root.OCProperties.D.OFF = pikepdf.Array()
        shown = watermark.inspect(saved(pdf)).cleaned
    joined = watermark.join([shown, hidden, shown])
    colours = [watermark.render_page(joined, page, 72)[-50, 50].tolist() for page in (1, 2, 3)]
    assert colours == [[255, 0, 0], [255, 255, 255], [255, 0, 0]]


def test_nothing_cannot_be_joined():
    with pytest.raises(errors.NoPagesError):
        watermark.join([])


def test_what_is_no_pdf_cannot_be_joined():
    with pytest.raises(errors.BrokenFileError):
        watermark.join([b"no pdf"])


def test_missing_letters_are_named_once_in_order():
    assert watermark.missing_characters("张𠮷喆☃𠮷") == ("𠮷", "☃")
    assert watermark.missing_characters("机密★10年 · Copy 12 of 30，〔〕—№") == ()


def test_every_character_of_gb_2312_can_be_printed():
    both = range(0xA1, 0xFF)
    pairs = [bytes((lead, trail)).decode("gb2312", "ignore") for lead in range(0xB0, 0xF8) for trail in both]
    characters = "".join(pairs)
    assert len(characters) == 6763
    assert watermark.missing_characters(characters) == ()


def test_the_typeface_bears_a_name_of_its_own():
    from fontTools.ttLib import TTFont

    with TTFont(watermark.font_path()) as font:
        names = {record.nameID: str(record) for record in font["name"].names}
    assert names[1] == "Foliotrace Sans SC"
    assert "Source" not in names[6]
    assert (
        (watermark.font_path().parent / "OFL.txt").read_text("utf-8").startswith("Copyright 2014-2021 Adobe")
    )
