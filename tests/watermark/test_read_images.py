"""What is opened, how it is turned upright, and what is refused and why."""

import io

import numpy as np
import pytest
from PIL import Image

from watermark import errors
from watermark.read.images import ReadLimits, gray_of, open_pages


def packed(image, form, **options):
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def opened(data, **limits):
    return list(open_pages(data, ReadLimits(**limits)))


def slope(mode="L"):
    gray = np.tile(np.arange(40, dtype=np.uint8) * 6, (20, 1))
    return Image.fromarray(gray).convert(mode)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP", "BMP"])
def test_a_picture_of_each_accepted_kind_is_opened(form):
    (page,) = opened(packed(slope(), form))
    assert page.gray.shape == (20, 40)
    assert page.gray.dtype == np.uint8
    assert np.abs(page.gray[10].astype(int) - np.arange(40) * 6).max() < 12


@pytest.mark.parametrize("mode", ["1", "P", "RGB", "CMYK", "I;16", "F", "LA", "RGBA"])
def test_a_picture_in_each_colour_mode_keeps_its_tone(mode):
    if mode == "I;16":
        image = Image.fromarray((np.asarray(slope()).astype(np.uint16)) * 257)
    elif mode == "F":
        image = Image.fromarray(np.asarray(slope()).astype(np.float32) / 255)
    else:
        image = slope("RGB" if mode == "CMYK" else "L").convert(mode)
    (page,) = opened(packed(image, "TIFF"))
    assert page.gray[:, :5].mean() < 50
    assert page.gray[:, -5:].mean() > 180


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_white_of_a_camera_of_few_bits_is_white(bits):
    shades = np.asarray(slope()).astype(np.float64) / 255
    image = Image.fromarray((shades * ((1 << bits) - 1)).astype(np.uint16))
    (page,) = opened(packed(image, "TIFF"))
    assert np.abs(page.gray.astype(int) - np.asarray(slope())).max() <= 1


def test_a_dark_document_of_many_shades_stays_dark():
    dark = Image.fromarray(np.full((20, 20), 900, np.uint16))
    assert gray_of(dark).max() == 3
    assert gray_of(dark, of_camera=True).min() > 200


def test_what_is_transparent_is_paper():
    (page,) = opened(packed(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG"))
    assert page.gray.min() == 255


def test_a_photograph_is_turned_as_the_camera_was_held():
    exif = Image.Exif()
    exif[0x0112] = 6
    (page,) = opened(packed(slope(), "JPEG", exif=exif))
    assert page.gray.shape == (40, 20)
    assert page.gray[0].mean() < page.gray[-1].mean()


def test_every_page_of_a_tiff_is_a_page():
    data = packed(slope(), "TIFF", save_all=True, append_images=[Image.new("L", (30, 30), 9)] * 2)
    assert [page.gray.shape for page in opened(data)] == [(20, 40), (30, 30), (30, 30)]


def test_the_claimed_resolution_is_kept():
    assert opened(packed(slope(), "PNG", dpi=(300, 300)))[0].claimed_dpi == pytest.approx(300, abs=0.1)
    assert opened(packed(slope(), "PNG"))[0].claimed_dpi is None


def test_a_pdf_is_drawn_page_by_page():
    scan = Image.fromarray(np.tile(np.arange(250, dtype=np.uint8), (100, 1)))
    data = packed(scan, "PDF", resolution=300, save_all=True, append_images=[scan])
    assert [page.gray.shape[0] for page in opened(data)] == [100] * 2
    assert all(page.gray[50, 230] - page.gray[50, 20] > 180 for page in opened(data))


GIF = packed(slope(), "GIF")
FRAMES = {"save_all": True, "append_images": [Image.new("L", (40, 20), 200)]}
REFUSED = {
    "nothing": (b"", errors.UnusablePictureError),
    "text": (b"a picture, honestly", errors.UnusablePictureError),
    "a kind not accepted": (GIF, errors.UnusablePictureError),
    "a truncated JPEG": (packed(slope(), "JPEG")[:-200], errors.UnusablePictureError),
    "a truncated PNG": (packed(slope(), "PNG")[:-60], errors.UnusablePictureError),
    "a TIFF of a header alone": (packed(slope(), "TIFF")[:30], errors.UnusablePictureError),
    "a PNG with a wrong checksum": (
        packed(slope(), "PNG").replace(b"IDAT", b"IDAT\x00", 1),
        errors.UnusablePictureError,
    ),
    "a moving PNG": (packed(slope(), "PNG", **FRAMES), errors.AnimatedPictureError),
    "a moving WEBP": (packed(slope(), "WEBP", **FRAMES), errors.AnimatedPictureError),
    "a single pixel": (packed(Image.new("L", (1, 1)), "PNG"), errors.PictureTooSmallError),
    "a hair": (packed(Image.new("L", (5000, 1)), "PNG"), errors.PictureTooSmallError),
    "a damaged PDF": (b"%PDF-1.7\nnothing more", errors.BrokenFileError),
}


@pytest.mark.parametrize("why", REFUSED)
def test_is_refused_with_a_clear_error(why):
    data, error = REFUSED[why]
    with pytest.raises(error) as caught:
        opened(data)
    assert isinstance(caught.value, errors.UnusableFileError)


def test_bounds_are_kept_before_anything_is_unpacked():
    bomb = packed(Image.new("1", (30_000, 30_000)), "PNG")
    assert len(bomb) < 200_000
    with pytest.raises(errors.PictureTooLargeError):
        opened(bomb)
    with pytest.raises(errors.PictureTooLargeError):
        opened(packed(slope(), "PNG"), picture_px=799)
    with pytest.raises(errors.TooManyBytesError):
        opened(packed(slope(), "PNG"), file_bytes=50)
    with pytest.raises(errors.TooManyPagesError):
        opened(packed(slope(), "TIFF", **FRAMES), pages=1)
    with pytest.raises(errors.TooManyPagesError):
        opened(packed(slope(), "PDF", **FRAMES), pages=1)


def test_a_misleading_name_does_not_matter_because_no_name_is_asked_for():
    assert opened(packed(slope(), "PNG"))[0].gray.shape == opened(packed(slope(), "BMP"))[0].gray.shape
