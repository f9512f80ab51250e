"""Fonts: not embedded, drawn by glyph programs, invisible, vertical, and broken."""

from pikepdf import Array, Dictionary, Name

from tests.watermark.zoo.keeper import MOTIF, animal, helvetica, sheet

TEXT = b"BT /F1 20 Tf 50 120 Td (AAAA) Tj ET "


def _with(pdf, font, content=MOTIF + TEXT):
    return sheet(pdf, content, Resources=Dictionary(Font=Dictionary(F1=font)))


def _square(pdf, program, **entries):
    glyph = pdf.make_stream(program)
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 1000, 1000]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=Dictionary(a=glyph),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array([65, Name.a])),
        FirstChar=65,
        LastChar=65,
        Widths=Array([1000]),
    )
    for name, value in entries.items():
        font[f"/{name}"] = value
    return font


@animal()
def letters_drawn_by_glyph_programs(pdf):
    _with(pdf, _square(pdf, b"1000 0 0 0 750 750 d1 0 0 750 750 re f", Resources=Dictionary()))


@animal()
def letters_coloured_by_their_glyph_programs(pdf):
    _with(pdf, _square(pdf, b"1000 0 d0 0 0 1 rg 0 0 750 750 re f", Resources=Dictionary()))


@animal()
def letters_whose_glyph_programs_borrow_resources(pdf):
    page = _with(pdf, _square(pdf, b"1000 0 d0 /G gs 0 0 750 750 re f"))
    page.Resources.ExtGState = Dictionary(G=Dictionary(ca=0.3))


@animal()
def letters_whose_glyph_program_leaves_q_open(pdf):
    _with(pdf, _square(pdf, b"1000 0 d0 q q 0 1 0 rg 0 0 700 700 re f", Resources=Dictionary()))


@animal()
def letters_that_write_with_themselves(pdf):
    font = pdf.make_indirect(_square(pdf, b"1000 0 d0 0 0 700 700 re f BT /F1 1 Tf (A) Tj ET"))
    font.Resources = Dictionary(Font=Dictionary(F1=font))
    _with(pdf, font)


@animal()
def letters_not_embedded(pdf):
    _with(pdf, helvetica())


@animal()
def letters_of_a_font_of_nobody(pdf):
    _with(pdf, Dictionary(Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name("/NobodyHasThis-Bold")))


@animal()
def letters_of_chinese_not_embedded(pdf):
    inner = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType0,
        BaseFont=Name("/STSong-Light"),
        CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="GB1", Supplement=2),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name("/STSong-Light"),
        Encoding=Name("/UniGB-UCS2-H"),
        DescendantFonts=Array([pdf.make_indirect(inner)]),
    )
    _with(pdf, font, MOTIF + b"BT /F1 20 Tf 50 120 Td <673A5BC6> Tj ET")


@animal()
def letters_with_a_broken_font_file(pdf):
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name.Broken, Flags=4, FontFile2=pdf.make_stream(b"not a font")
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.TrueType,
        BaseFont=Name.Broken,
        FontDescriptor=pdf.make_indirect(descriptor),
    )
    _with(pdf, font)


@animal()
def letters_of_a_font_that_is_a_number(pdf):
    _with(pdf, 5)


@animal()
def letters_invisible_as_over_a_scan(pdf):
    _with(pdf, helvetica(), MOTIF + b"BT 3 Tr /F1 20 Tf 50 120 Td (found by search) Tj ET")


@animal()
def letters_in_white(pdf):
    _with(pdf, helvetica(), MOTIF + b"1 g BT /F1 20 Tf 50 120 Td (white on white) Tj ET")


@animal()
def letters_of_huge_size(pdf):
    _with(pdf, helvetica(), b"0.9 g BT /F1 900 Tf -300 -80 Td (O) Tj ET " + MOTIF)


@animal()
def letters_mirrored(pdf):
    _with(pdf, helvetica(), MOTIF + b"BT /F1 20 Tf -1 0 0 1 250 120 Tm (mirror) Tj ET")


@animal()
def letters_vertical(pdf):
    _with(pdf, helvetica(), MOTIF + b"BT /F1 14 Tf 0 1 -1 0 280 60 Tm (along the edge) Tj ET")


@animal()
def letters_of_a_recognised_scan_with_page_sized_clip(pdf):
    _with(pdf, helvetica(), b"0 0 298 420 re W n " + MOTIF + TEXT)
