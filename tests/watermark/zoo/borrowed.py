"""Resources: inherited, shared, missing, borrowed, circular."""

from pikepdf import Array, Dictionary, Name

from tests.watermark.zoo.keeper import MOTIF, animal, form, helvetica, sheet

TEXT = b"BT /F1 20 Tf 50 120 Td (Budget) Tj ET "


def _courier():
    return Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Courier-Bold"))


@animal()
def resources_inherited(pdf):
    del sheet(pdf, MOTIF + TEXT)["/Resources"]
    pdf.Root.Pages.Resources = Dictionary(Font=Dictionary(F1=helvetica()))


@animal()
def resources_of_the_page_hide_the_inherited(pdf):
    sheet(pdf, MOTIF + TEXT, Resources=Dictionary(Font=Dictionary(F1=_courier())))
    pdf.Root.Pages.Resources = Dictionary(Font=Dictionary(F1=helvetica()))


@animal()
def resources_missing(pdf):
    page = sheet(pdf)
    if "/Resources" in page:
        del page["/Resources"]


@animal()
def resources_are_a_number(pdf):
    sheet(pdf, Resources=7)


@animal()
def resources_shared_by_reference(pdf):
    shared = pdf.make_indirect(Dictionary(Font=Dictionary(F1=helvetica())))
    for _ in range(3):
        sheet(pdf, MOTIF + TEXT, Resources=shared)


@animal()
def resources_shared_in_part(pdf):
    fonts = pdf.make_indirect(Dictionary(F1=helvetica()))
    for grey in (0.2, 0.9):
        states = Dictionary(G=Dictionary(ca=grey))
        sheet(pdf, b"/G gs " + MOTIF + TEXT, Resources=Dictionary(Font=fonts, ExtGState=states))


@animal()
def content_shared_but_resources_differ(pdf):
    content = pdf.make_stream(MOTIF + TEXT)
    for font in (helvetica(), _courier()):
        sheet(pdf, Resources=Dictionary(Font=Dictionary(F1=font))).Contents = content


@animal()
def content_shared_but_turns_differ(pdf):
    content = pdf.make_stream(MOTIF)
    for turn in (0, 90):
        sheet(pdf, Rotate=turn).Contents = content


@animal()
def names_like_ours(pdf):
    resources = Dictionary(
        XObject=Dictionary(FtPage=form(pdf, MOTIF), FtMark=form(pdf, b"0 1 0 rg 60 40 30 30 re f"))
    )
    sheet(pdf, b"/FtPage Do /FtMark Do", Resources=resources)


@animal()
def a_page_that_pretends_to_be_cleaned(pdf):
    page = sheet(pdf, b"q /FtPage Do Q", size=(298, 420))
    inner = Dictionary(FtPage=form(pdf, MOTIF), F=form(pdf, b"0 1 0 rg 9 9 30 30 re f"))
    page.Resources = Dictionary(XObject=inner)


@animal()
def a_form_without_resources(pdf):
    resources = Dictionary(Font=Dictionary(F1=helvetica()), XObject=Dictionary(A=form(pdf, TEXT)))
    sheet(pdf, MOTIF + b"/A Do", Resources=resources)


@animal()
def a_form_that_borrows_from_two_pages_that_differ(pdf):
    borrower = form(pdf, TEXT)
    for font in (helvetica(), _courier()):
        resources = Dictionary(Font=Dictionary(F1=font), XObject=Dictionary(A=borrower))
        sheet(pdf, MOTIF + b"/A Do", Resources=resources)


@animal()
def a_form_in_a_form_both_without_resources(pdf):
    forms = Dictionary(A=form(pdf, b"/B Do"), B=form(pdf, TEXT))
    sheet(pdf, MOTIF + b"/A Do", Resources=Dictionary(Font=Dictionary(F1=helvetica()), XObject=forms))


@animal()
def a_form_that_draws_itself(pdf):
    itself = pdf.make_indirect(form(pdf, MOTIF + b" /A Do"))
    resources = Dictionary(XObject=Dictionary(A=itself))
    itself.Resources = resources
    sheet(pdf, b"/A Do", Resources=resources)


@animal()
def forms_that_draw_each_other(pdf):
    one, two = form(pdf, MOTIF + b"/B Do"), form(pdf, b"/A Do 0 1 0 rg 60 40 30 30 re f")
    one.Resources, two.Resources = (
        Dictionary(XObject=Dictionary(B=two)),
        Dictionary(XObject=Dictionary(A=one)),
    )
    sheet(pdf, b"/A Do", Resources=Dictionary(XObject=Dictionary(A=one)))


def _nest(pdf, depth):
    inner = form(pdf, MOTIF)
    for _ in range(depth):
        inner = form(pdf, b"/A Do", Resources=Dictionary(XObject=Dictionary(A=inner)))
    sheet(pdf, b"/A Do", Resources=Dictionary(XObject=Dictionary(A=inner)))


@animal()
def forms_twenty_deep(pdf):
    _nest(pdf, 20)


@animal(refused="too-deeply-nested")
def forms_a_hundred_deep(pdf):
    _nest(pdf, 100)


@animal()
def a_form_with_a_matrix(pdf):
    turned = form(pdf, MOTIF, Matrix=Array([0, 0.5, -0.5, 0, 250, 100]))
    sheet(pdf, MOTIF + b"/A Do", Resources=Dictionary(XObject=Dictionary(A=turned)))


@animal()
def a_form_without_a_box(pdf):
    boxless = form(pdf, MOTIF)
    del boxless.stream_dict["/BBox"]
    sheet(pdf, b"/A Do 0 1 0 rg 60 40 30 30 re f", Resources=Dictionary(XObject=Dictionary(A=boxless)))


@animal()
def a_form_that_clips(pdf):
    clipping = form(pdf, MOTIF, box=(50, 180, 100, 260))
    sheet(pdf, b"/A Do", Resources=Dictionary(XObject=Dictionary(A=clipping)))


@animal()
def a_resource_that_is_not_there(pdf):
    sheet(pdf, MOTIF + b"/Nobody Do /Nothing gs /Cs9 cs BT /F9 12 Tf (lost) Tj ET")


@animal()
def a_tiling_without_resources(pdf):
    tile = pdf.make_stream(
        b"0 0 1 rg 0 0 6 6 re f",
        Type=Name.Pattern,
        PatternType=1,
        PaintType=1,
        TilingType=1,
        BBox=Array([0, 0, 12, 12]),
        XStep=12,
        YStep=12,
    )
    content = MOTIF + b"/Pattern cs /P scn 60 60 80 60 re f"
    sheet(pdf, content, Resources=Dictionary(Pattern=Dictionary(P=tile)))


@animal()
def a_default_colour_space(pdf):
    spaces = Dictionary(DefaultRGB=Array([Name.CalRGB, Dictionary(WhitePoint=Array([0.95, 1, 1.09]))]))
    sheet(pdf, MOTIF, Resources=Dictionary(ColorSpace=spaces))
