"""Pictures of pages, batches for the printer, and the letters we print with."""

import io

import pytest
from PIL import Image

import watermark
from tests.watermark.papers import PAPERS
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
