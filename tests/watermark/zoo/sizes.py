"""Sheets from the stamp to the poster."""

from pikepdf import Array

from tests.watermark.zoo.keeper import MOTIF, animal, sheet


def _sized(name, size, **facts):
    def sized(pdf):
        width, height = size
        scale = min(width / 298, height / 420)
        content = b"q %.4f 0 0 %.4f 0 0 cm " % (scale, scale) + MOTIF + b" Q"
        sheet(pdf, content, MediaBox=Array([0, 0, width, height]))

    sized.__name__ = name
    animal(**facts)(sized)


_sized("sheet_of_a_business_card", (240.9, 155.9))
_sized("sheet_of_a_stamp", (110, 150))
_sized("sheet_just_large_enough", (46, 100))
_sized("sheet_too_small_for_any_code", (40, 40), refused="page-too-small")
_sized("sheet_of_one_point", (1, 1), refused="page-too-small")
_sized("sheet_a_strip_across", (842, 90))
_sized("sheet_a_strip_upright", (80, 842))
_sized("sheet_a_till_roll", (227, 2400))
_sized("sheet_square", (300, 300))
_sized("sheet_of_a_slide", (720, 405))
_sized("sheet_a3_across", (1190.55, 841.89))
_sized("sheet_a1", (1683.78, 2383.94))
_sized("sheet_a0", (2383.94, 3370.39))
_sized("sheet_at_the_largest_side", (5669, 300))
_sized("sheet_beyond_the_largest_side", (5671, 300), refused="page-too-large")


@animal()
def sheets_of_many_sizes(pdf):
    for size in ((298, 420), (420, 298), (612, 792), (150, 200), (300, 300)):
        sheet(pdf, size=size)


@animal(refused="page-too-small")
def sheets_of_which_one_is_too_small(pdf):
    sheet(pdf)
    sheet(pdf, b"", size=(20, 20))
