"""Pictures: masks, odd depths, odd filters, bombs, inline ones."""

import io
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from tests.watermark.zoo.keeper import MOTIF, animal, picture, placed, sheet

RAW = pikepdf.StreamDecodeLevel.none


def _shown(pdf, image, content=None):
    page = sheet(pdf, MOTIF + (content or placed("I", y=60)))
    page.Resources = Dictionary(XObject=Dictionary(I=image))
    return page


def _jpeg(mode="RGB", **options):
    target = io.BytesIO()
    colour = {"L": 120, "RGB": (30, 120, 200), "CMYK": (30, 120, 200, 10)}[mode]
    Image.new(mode, (16, 16), colour).save(target, "JPEG", **options)
    return target.getvalue()


@animal()
def picture_of_four_pixels(pdf):
    _shown(pdf, picture(pdf))


@animal(stream_decode_level=RAW)
def picture_jpeg(pdf):
    _shown(pdf, picture(pdf, _jpeg(), 16, 16, ColorSpace=Name.DeviceRGB, Filter=Name.DCTDecode))


@animal(stream_decode_level=RAW)
def picture_jpeg_progressive(pdf):
    _shown(
        pdf, picture(pdf, _jpeg(progressive=True), 16, 16, ColorSpace=Name.DeviceRGB, Filter=Name.DCTDecode)
    )


@animal(stream_decode_level=RAW)
def picture_jpeg_in_four_colours(pdf):
    _shown(pdf, picture(pdf, _jpeg("CMYK"), 16, 16, ColorSpace=Name.DeviceCMYK, Filter=Name.DCTDecode))


@animal(stream_decode_level=RAW)
def picture_jpeg_cut_short(pdf):
    _shown(pdf, picture(pdf, _jpeg()[:200], 16, 16, ColorSpace=Name.DeviceRGB, Filter=Name.DCTDecode))


@animal(stream_decode_level=RAW)
def picture_jpeg_2000(pdf):
    target = io.BytesIO()
    Image.new("RGB", (16, 16), (200, 60, 60)).save(target, "JPEG2000")
    image = picture(pdf, target.getvalue(), 16, 16, Filter=Name.JPXDecode)
    del image.stream_dict["/ColorSpace"]
    _shown(pdf, image)


@animal()
def picture_mask_of_one_bit(pdf):
    image = picture(pdf, b"\xaa\x55" * 4, 8, 8, ImageMask=True, BitsPerComponent=1)
    del image.stream_dict["/ColorSpace"]
    _shown(pdf, image)


@animal()
def picture_with_a_soft_mask(pdf):
    _shown(pdf, picture(pdf, bytes(4), SMask=picture(pdf, b"\xff\x80\x40\x00")))


@animal()
def picture_with_a_hard_mask(pdf):
    mask = picture(pdf, b"\x80\x40", 2, 2, ImageMask=True, BitsPerComponent=1)
    _shown(pdf, picture(pdf, bytes(4), Mask=mask))


@animal()
def picture_with_a_colour_key(pdf):
    _shown(pdf, picture(pdf, b"\x00\xff\xff\x00", Mask=Array([0, 10])))


@animal()
def picture_that_is_its_own_mask(pdf):
    image = pdf.make_indirect(picture(pdf))
    image.SMask = image
    _shown(pdf, image)


@animal()
def picture_of_sixteen_bits(pdf):
    _shown(pdf, picture(pdf, b"\x00\x00\xff\xff\x80\x00\x40\x00", BitsPerComponent=16))


@animal()
def picture_of_a_palette(pdf):
    palette = Array([Name.Indexed, Name.DeviceRGB, 3, b"\xff\0\0\0\xff\0\0\0\xff\xff\xff\0"])
    _shown(pdf, picture(pdf, b"\x10\xb0", ColorSpace=palette, BitsPerComponent=2))


@animal()
def picture_with_too_little_data(pdf):
    _shown(pdf, picture(pdf, b"\x00" * 50, 10, 10))


@animal()
def picture_of_no_width(pdf):
    _shown(pdf, picture(pdf, b"", 0, 10))


@animal()
def picture_of_negative_size(pdf):
    _shown(pdf, picture(pdf, b"\0", -5, 10))


@animal(refused="image-too-large")
def picture_of_sixty_thousand_squared(pdf):
    _shown(pdf, picture(pdf, b"\0", 60_000, 60_000, BitsPerComponent=1))


@animal(refused="image-too-large")
def picture_mask_of_sixty_thousand_squared(pdf):
    _shown(pdf, picture(pdf, SMask=picture(pdf, b"\0", 60_000, 60_000)))


@animal(told="print-alternates-removed")
def picture_with_another_for_print(pdf):
    other = Dictionary(Image=picture(pdf, b"\xff\0\0\xff"), DefaultForPrinting=True)
    _shown(pdf, picture(pdf, Alternates=Array([other])))


@animal()
def picture_mirrored_and_turned(pdf):
    _shown(pdf, picture(pdf, b"\x00\x50\xa0\xff"), b"q 0 -90 -90 0 180 150 cm /I Do Q ")


@animal()
def picture_beyond_the_sheet(pdf):
    _shown(pdf, picture(pdf, b"\xd0\xe0\xe8\xf0"), b"q 900 0 0 900 -300 -300 cm /I Do Q " + MOTIF)


@animal()
def picture_inline(pdf):
    sheet(pdf, MOTIF + b"q 80 0 0 60 60 60 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \x00\xff\xff\x00 EI Q")


@animal()
def picture_inline_with_its_end_inside(pdf):
    sheet(
        pdf,
        MOTIF + b"q 80 0 0 60 60 60 cm BI /W 4 /H 1 /BPC 8 /CS /G ID \x00 EI\n EI Q 0 1 0 rg 9 9 9 9 re f",
    )


@animal()
def picture_inline_packed(pdf):
    data = zlib.compress(b"\x00\xff\xff\x00").hex().encode() + b">"
    sheet(pdf, MOTIF + b"q 80 0 0 60 60 60 cm BI /W 2 /H 2 /BPC 8 /CS /G /F [/AHx /Fl] ID " + data + b" EI Q")


@animal()
def picture_for_old_printing_programs(pdf):
    stream = picture(pdf)
    stream.stream_dict.OPI = Dictionary({"/1.3": Dictionary(F="high-resolution.tif")})
    _shown(pdf, stream)


@animal()
def picture_of_a_postscript_program(pdf):
    program = pdf.make_stream(b"showpage", Type=Name.XObject, Subtype=Name.PS)
    _shown(pdf, program)


@animal()
def picture_in_many_strips_as_scanners_write(pdf):
    strip = picture(pdf, bytes(range(0, 250, 10)), 25, 1)
    strips = b"".join(b"q 200 0 0 10 50 %d cm /I Do Q " % (40 + 10 * row) for row in range(10))
    _shown(pdf, strip, strips)
