"""Pictures become pages: as large as they are, upright, nothing of them lost and nothing else with them."""

import io

import numpy as np
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

import watermark
from watermark import errors
from watermark.clean.pictures import draw_pictures, plain_jpeg, sheet_of
from watermark.read.images import ReadLimits


def picture(size=(800, 600)):
    """Return a picture that looks different under every turn and mirror."""
    cells = np.random.default_rng(7).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize(size, Image.Resampling.NEAREST)


def saved(image, kind, **said):
    target = io.BytesIO()
    image.save(target, kind, **said)
    return target.getvalue()


def shown(pdf, dpi, page=1):
    return watermark.render_page(pdf, page, dpi).astype(int)


def placed_image(pdf, page=0):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        image = opened.pages[page].obj.Resources.XObject.Im
        return image.read_raw_bytes(), str(image.Filter)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_stands_upright_and_its_coded_data_are_untouched(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(picture(), "JPEG", dpi=(150, 150), exif=exif, quality=95)
    pdf = draw_pictures(data)
    with Image.open(io.BytesIO(data)) as opened:
        upright = np.asarray(ImageOps.exif_transpose(opened)).astype(int)
    assert np.abs(shown(pdf, 150) - upright).max() <= 1
    raw, packing = placed_image(pdf)
    assert packing == "/DCTDecode"
    assert raw[raw.index(b"\xff\xda") :] == data[data.index(b"\xff\xda", 600) :]


def test_what_a_camera_writes_beside_the_picture_stays_behind():
    exif = Image.Exif()
    exif[0x010F] = "secret camera"
    data = saved(picture(), "JPEG", exif=exif, comment=b"secret place") + b"secret trailer"
    assert data.count(b"secret") == 3
    assert b"secret" not in draw_pictures(data)
    assert len(plain_jpeg(data)) < len(data)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P", "CMYK", "I;16", "LA", "RGBA"])
def test_every_other_picture_loses_nothing(mode):
    image = picture()
    if mode == "I;16":
        grey = np.asarray(image.convert("L"), np.uint16) * 257
        image = Image.fromarray(grey)
    else:
        image = image.convert(mode)
    pdf = draw_pictures(saved(image, "TIFF", dpi=(150, 150)))
    expected = image.convert("L") if mode == "LA" else image
    expected = Image.fromarray((np.asarray(image) // 257).astype(np.uint8)) if mode == "I;16" else expected
    assert np.abs(shown(pdf, 150) - np.asarray(expected.convert("RGB")).astype(int)).max() <= 1
    assert placed_image(pdf)[1] == "/FlateDecode"


def test_what_is_transparent_lies_on_white_paper():
    pdf = draw_pictures(saved(Image.new("RGBA", (400, 400), (0, 0, 0, 0)), "PNG", dpi=(100, 100)))
    assert shown(pdf, 50).min() == 255


def test_every_page_of_a_scan_becomes_a_page_of_its_size():
    pages = [Image.new("L", size, shade) for size, shade in (((827, 1169), 10), ((1169, 827), 200))]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], dpi=(100, 100))
    pdf = draw_pictures(data)
    found = watermark.inspect(pdf)
    assert found.page_sizes_mm == (
        pytest.approx((210.06, 296.93), abs=0.01),
        pytest.approx((296.93, 210.06), abs=0.01),
    )
    assert [int(shown(pdf, 30, page).mean()) for page in (1, 2)] == [10, 200]


def test_the_same_picture_gives_the_same_bytes():
    data = saved(picture(), "PNG")
    assert draw_pictures(data) == draw_pictures(data)


@pytest.mark.parametrize(
    ("size", "dpi", "sheet", "width"),
    [
        ((2480, 3508), (300, 300), (209.97, 297.01), 209.97),
        ((1728, 1100), (204, 98), (215.15, 285.1), 215.15),
        ((4000, 3000), (72, 72), (297, 210), 213.33),
        ((4000, 3000), None, (297, 210), 213.33),
        ((3000, 4000), None, (210, 297), 160),
        ((96, 192), None, (210, 297), 25.4),
        ((300, 600), (300, 300), (210, 297), 25.4),
    ],
)
def test_a_picture_lies_on_paper_as_large_as_it_says_or_on_a4(size, dpi, sheet, width):
    from watermark.clean.pictures import _believed

    found, place = sheet_of(size, _believed(dpi))
    assert found == pytest.approx(sheet, abs=0.01)
    assert place.width == pytest.approx(width, abs=0.01)


@given(st.integers(16, 20000), st.integers(16, 20000), st.none() | st.floats(100, 4800))
def test_a_picture_keeps_its_proportions_and_stays_on_its_sheet(width, height, dpi):
    sheet, place = sheet_of((width, height), (dpi, dpi) if dpi else None)
    assert place.width / place.height == pytest.approx(width / height, rel=1e-6)
    assert place.left >= 0
    assert place.top >= 0
    assert place.right <= sheet[0] + 1e-6
    assert place.bottom <= sheet[1] + 1e-6


def test_a_picture_without_a_size_leaves_the_margins_to_the_marks():
    pdf = draw_pictures(saved(Image.new("RGB", (3000, 4000), (30, 30, 30)), "JPEG"))
    base = watermark.prepare(pdf)
    assert not base.pages[0].placement.is_over_content


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"GIF89a" + bytes(100), errors.UnusablePictureError),
        (saved(picture(), "PNG")[:2000], errors.UnusablePictureError),
        (saved(picture(), "JPEG")[:3000], errors.UnusablePictureError),
    ],
)
def test_what_is_no_whole_picture_is_refused(data, error):
    with pytest.raises(error):
        draw_pictures(data)


def test_too_many_pixels_are_refused_before_they_are_unpacked():
    with pytest.raises(errors.PictureTooLargeError) as refused:
        draw_pictures(saved(picture(), "PNG"), limits=ReadLimits(picture_px=1000))
    assert refused.value.facts == {"got": 800 * 600, "limit": 1000}


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda data: data[2:],
        lambda data: data[:-2],
        lambda data: data.replace(b"\xff\xc0", b"\xff\xc9", 1),
        lambda data: data[:20],
    ],
)
def test_a_jpeg_built_in_another_way_is_not_passed_on_as_it_is(spoilt):
    data = saved(picture(), "JPEG")
    assert plain_jpeg(data) is not None
    assert plain_jpeg(spoilt(data)) is None


@given(st.binary(max_size=300))
def test_any_bytes_after_a_start_of_image_are_answered(tail):
    found = plain_jpeg(b"\xff\xd8" + tail)
    assert found is None or found.endswith(b"\xff\xd9")
