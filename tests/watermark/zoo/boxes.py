"""Page boxes, turns and user units."""

import pikepdf
from pikepdf import Array, Dictionary

from tests.watermark.zoo.keeper import MOTIF, animal, sheet


def _turned(by):
    def turned(pdf):
        sheet(pdf, Rotate=by)

    turned.__name__ = f"turned_by_{by}".replace("-", "minus_")
    return turned


for _by in (0, 90, 180, 270, -90, -180, -270, 360, 450, 3690):
    animal()(_turned(_by))


@animal()
def turned_by_45_is_no_turn(pdf):
    sheet(pdf, Rotate=45)


@animal()
def turned_by_minus_45_is_no_turn(pdf):
    sheet(pdf, Rotate=-45)


@animal()
def turned_by_135_is_a_quarter(pdf):
    sheet(pdf, Rotate=135)


@animal()
def turned_by_a_fraction(pdf):
    sheet(pdf, Rotate=90.5)


@animal()
def turned_by_a_word(pdf):
    sheet(pdf, Rotate="90")


@animal()
def turn_is_inherited(pdf):
    sheet(pdf)
    pdf.Root.Pages.Rotate = 90


@animal()
def turn_of_the_page_beats_the_inherited(pdf):
    sheet(pdf, Rotate=270)
    pdf.Root.Pages.Rotate = 90


@animal()
def turns_differ_from_page_to_page(pdf):
    for turn in (0, 90, 180, 270):
        sheet(pdf, Rotate=turn)


@animal()
def crop_inside(pdf):
    sheet(pdf, CropBox=Array([20, 60, 280, 390]))


@animal()
def crop_inside_and_turned(pdf):
    sheet(pdf, CropBox=Array([20, 60, 280, 390]), Rotate=90)


@animal()
def crop_reaches_beyond_the_sheet(pdf):
    sheet(pdf, CropBox=Array([-50, 50, 250, 900]))


@animal(unlike="PDFium shows an empty page where crop box and sheet have nothing in common")
def crop_beside_the_sheet(pdf):
    sheet(pdf, CropBox=Array([1000, 1000, 1200, 1300]))


@animal()
def crop_upside_down(pdf):
    sheet(pdf, CropBox=Array([280, 390, 20, 60]))


@animal()
def crop_of_no_width(pdf):
    sheet(pdf, CropBox=Array([50, 50, 50, 390]))


@animal()
def crop_is_inherited(pdf):
    sheet(pdf)
    pdf.Root.Pages.CropBox = Array([20, 60, 280, 390])


@animal()
def crop_with_three_numbers(pdf):
    sheet(pdf, CropBox=Array([0, 0, 200]))


@animal()
def crop_with_words(pdf):
    page = sheet(pdf)
    page.CropBox = Array([0, 0, "wide", 300])


@animal()
def crop_by_references(pdf):
    sides = [pdf.make_indirect(side) for side in (20, 60, 280, 390)]
    sheet(pdf, CropBox=pdf.make_indirect(Array(sides)))


@animal()
def media_origin_negative(pdf):
    sheet(pdf, MediaBox=Array([-100, -50, 198, 370]))


@animal()
def media_origin_far_away(pdf):
    sheet(pdf, b"q 1 0 0 1 14000 -9000 cm " + MOTIF + b" Q", MediaBox=Array([14000, -9000, 14298, -8580]))


@animal()
def media_upside_down(pdf):
    sheet(pdf, MediaBox=Array([298, 420, 0, 0]))


@animal()
def media_with_fractions(pdf):
    sheet(pdf, MediaBox=Array([0.37, -0.61, 297.123, 419.456]))


@animal()
def media_missing(pdf):
    del sheet(pdf)["/MediaBox"]


@animal()
def media_of_no_area(pdf):
    sheet(pdf, MediaBox=Array([0, 0, 0, 0]))


@animal()
def media_is_a_word(pdf):
    sheet(pdf, MediaBox="A6")


@animal()
def media_is_inherited_over_three_levels(pdf):
    page = sheet(pdf)
    root = pdf.Root.Pages
    node = page
    for _ in range(2):
        outer = pdf.make_indirect(Dictionary(Type=root.Type, Kids=Array([node]), Count=1))
        node.Parent = outer
        node = outer
    node.Parent = root
    root.Kids = Array([node])
    root.MediaBox = Array([0, 0, 298, 420])
    del page["/MediaBox"]


@animal(refused="page-too-large")
def media_wider_than_the_world(pdf):
    sheet(pdf, MediaBox=pikepdf.Object.parse(b"[0 0 9" + b"0" * 30 + b". 420]"))


@animal()
def media_of_more_digits_than_a_number_has(pdf):
    sheet(pdf, MediaBox=pikepdf.Object.parse(b"[0 0 9" + b"0" * 400 + b". 420]"))


@animal(refused="page-too-large")
def media_of_sixty_metres(pdf):
    sheet(pdf, MediaBox=Array([0, 0, 170000, 420]))


@animal()
def bleed_and_trim_are_no_crop(pdf):
    sheet(
        pdf,
        TrimBox=Array([30, 30, 200, 300]),
        BleedBox=Array([20, 20, 210, 310]),
        ArtBox=Array([40, 40, 90, 90]),
    )


@animal()
def user_unit_two(pdf):
    sheet(pdf, b"q 0.5 0 0 0.5 0 0 cm " + MOTIF + b" Q", size=(149, 210), UserUnit=2)


@animal()
def user_unit_a_tenth(pdf):
    sheet(pdf, b"q 10 0 0 10 0 0 cm " + MOTIF + b" Q", size=(2980, 4200), UserUnit=0.1)


@animal()
def user_unit_with_crop_and_turn(pdf):
    sheet(
        pdf,
        b"q 0.4 0 0 0.4 0 0 cm " + MOTIF + b" Q",
        size=(120, 170),
        UserUnit=2.5,
        CropBox=Array([5, 10, 110, 160]),
        Rotate=270,
    )


@animal()
def user_unit_zero(pdf):
    sheet(pdf, UserUnit=0)


@animal()
def user_unit_negative(pdf):
    sheet(pdf, UserUnit=-3)


@animal(refused="page-too-large")
def user_unit_of_a_thousand(pdf):
    sheet(pdf, UserUnit=1000)


@animal()
def user_unit_is_not_inherited(pdf):
    sheet(pdf)
    pdf.Root.Pages.UserUnit = 3


@animal()
def user_unit_on_one_page_of_two(pdf):
    sheet(pdf)
    sheet(pdf, b"q 0.5 0 0 0.5 0 0 cm " + MOTIF + b" Q", size=(149, 210), UserUnit=2)
