"""Pages that have become pictures look the same, hold nothing else, and stay small."""

import io

import numpy as np
import pikepdf
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

import watermark
from tests.fixtures.papers import draw_pdf
from tests.watermark.papers import faults_of, text_of
from tests.watermark.zoo.keeper import all_animals
from watermark import errors

DPI = 200
ZOO = all_animals()


def mixed():
    """Return a page with a photograph, black and coloured words on a tint, and words in grey."""
    rng = np.random.default_rng(7)
    photo = Image.fromarray(rng.integers(110, 255, (12, 16, 3), dtype=np.uint8)).resize(
        (400, 300), Image.Resampling.BICUBIC
    )
    target = io.BytesIO()
    paper = canvas.Canvas(target, pagesize=(298, 420), invariant=1)
    paper.drawImage(ImageReader(photo), 40, 40, 200, 120)
    paper.setFillColorRGB(0.9, 1, 0.9)
    paper.rect(30, 250, 240, 140, stroke=0, fill=1)
    paper.setFillGray(0)
    paper.setFont("Helvetica", 8)
    for line in range(12):
        paper.drawString(40, 375 - 10 * line, "Income and expenses of the year under review, 12,345.67")
    paper.setFillGray(0.5)
    paper.drawString(40, 220, "grey words stay grey")
    paper.setFillColorRGB(1, 0, 0)
    paper.setFont("Helvetica", 20)
    paper.drawString(40, 180, "red head")
    paper.showPage()
    paper.save()
    return target.getvalue()


def pictures_of(pdf, page=1):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        form = opened.pages[page - 1].obj.Resources.XObject["/FtPage"]
        return {
            (str(image.Filter)[1:], image.Width, len(image.read_raw_bytes()))
            for image in form.Resources.XObject.values()
        }


def likeness(one, other, page=1):
    """Return the mean and the largest difference of blocks of a millimetre."""
    pages = [Image.fromarray(watermark.render_page(pdf, page, DPI)).reduce(8) for pdf in (one, other)]
    apart = np.abs(np.asarray(pages[0]).astype(int) - np.asarray(pages[1]))
    return apart.mean(), apart.max()


def test_a_page_of_words_becomes_crisp_bits():
    cleaned = watermark.inspect(draw_pdf(pages=1)).cleaned
    flat = watermark.rasterise(cleaned, None, dpi=300)
    assert faults_of(flat) == []
    assert text_of(flat) == ""
    assert len(flat) < 40_000
    ((packed, width, _),) = pictures_of(flat)
    assert packed in {"CCITTFaxDecode", "FlateDecode"}
    assert width == 2481
    before, after = (watermark.render_page(pdf, 1, 300).min(axis=2) for pdf in (cleaned, flat))
    assert set(np.unique(after)) == {0, 255}
    # Every pixel that was clearly black or white still is.
    assert (after[before < 100] == 0).all()
    assert (after[before > 160] == 255).all()


def test_a_page_of_words_and_pictures_becomes_a_mask_over_a_jpeg():
    cleaned = watermark.inspect(mixed()).cleaned
    flat = watermark.rasterise(cleaned, None, dpi=300)
    found = {packed: width for packed, width, _ in pictures_of(flat)}
    assert found["DCTDecode"] == pytest.approx(1242 * 2 / 3, abs=1)
    assert len(found) == 2
    mean, largest = likeness(cleaned, flat)
    assert mean < 2
    assert largest < 40


def test_grey_words_and_hairlines_are_not_lost_to_black_or_white():
    target = io.BytesIO()
    paper = canvas.Canvas(target, pagesize=(298, 420), invariant=1)
    paper.setFillGray(0.7)
    paper.setFont("Helvetica", 9)
    paper.drawString(40, 300, "pale words")
    paper.setLineWidth(0.05)
    paper.setStrokeGray(0.6)
    paper.line(40, 200, 250, 203)
    paper.showPage()
    paper.save()
    cleaned = watermark.inspect(target.getvalue()).cleaned
    flat = watermark.rasterise(cleaned, None, dpi=300)
    assert likeness(cleaned, flat)[1] < 16


@pytest.mark.parametrize(
    "name",
    [
        "page_black_all_over",
        "turned_by_90",
        "picture_jpeg",
        "group_isolated",
        "layer_hidden",
        "user_unit_two",
        "stamp_half_transparent",
    ],
)
def test_a_hard_page_looks_the_same_as_a_picture_and_can_be_marked(name):
    cleaned = watermark.inspect(ZOO[name].make()).cleaned
    flat = watermark.rasterise(cleaned, None, dpi=DPI)
    assert likeness(cleaned, flat)[1] < 48
    assert watermark.inspect(flat).page_sizes_mm[0] == pytest.approx(
        watermark.inspect(cleaned).page_sizes_mm[0], abs=0.01
    )
    assert watermark.prepare(flat).pages


def test_nothing_but_pictures_is_left():
    flat = watermark.rasterise(watermark.inspect(ZOO["layer_hidden"].make()).cleaned, None, dpi=DPI)
    with pikepdf.open(io.BytesIO(flat)) as opened:
        kinds = {
            str(item.get("/Type"))
            for item in opened.objects
            if isinstance(item, pikepdf.Dictionary | pikepdf.Stream)
        }
        assert "/OCProperties" not in opened.Root
    assert kinds <= {"/Catalog", "/Pages", "/Page", "/XObject", "None", "/XRef", "/ObjStm"}


def test_only_the_pages_named_become_pictures():
    cleaned = watermark.inspect(draw_pdf(pages=3)).cleaned
    flat = watermark.rasterise(cleaned, [2], dpi=DPI)
    assert "line 3" in text_of(flat, 1)
    assert text_of(flat, 2) == ""
    assert "line 3" in text_of(flat, 3)


def test_the_same_page_gives_the_same_bytes():
    cleaned = watermark.inspect(mixed()).cleaned
    assert watermark.rasterise(cleaned, None, dpi=DPI) == watermark.rasterise(cleaned, None, dpi=DPI)


def test_a_page_that_is_not_there_and_a_picture_beyond_the_limit_are_refused():
    cleaned = watermark.inspect(draw_pdf(pages=1)).cleaned
    with pytest.raises(errors.NoSuchPageError):
        watermark.rasterise(cleaned, [2], dpi=DPI)
    with pytest.raises(errors.PageTooLargeError) as refused:
        watermark.rasterise(cleaned, None, dpi=DPI, limits=watermark.Limits(picture_px=1000))
    assert refused.value.facts["limit"] == 1000
