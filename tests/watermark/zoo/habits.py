"""What office programs, scanners and departments really send."""

from pikepdf import Array, Dictionary, Name

from tests.watermark.zoo.keeper import MOTIF, animal, helvetica, picture, sheet

A4_PT = (595.276, 841.89)


def _lines(count, top, left=50, leading=16, size=11):
    rows = b"".join(
        b"(Income and expenses of the year under review, line %d) Tj T* " % row for row in range(count)
    )
    return b"BT /F1 %d Tf %d TL %d %d Td %s ET " % (size, leading, left, top, rows)


def _written(pdf, content, size=A4_PT, **entries):
    return sheet(pdf, content, size, Resources=Dictionary(Font=Dictionary(F1=helvetica())), **entries)


@animal()
def report_with_page_numbers_in_the_corner(pdf):
    for number in (1, 2):
        _written(pdf, _lines(40, 760) + b"BT /F1 10 Tf 540 30 Td (%d) Tj ET" % number)


@animal()
def report_printed_to_every_edge(pdf):
    _written(pdf, _lines(70, 838, left=2, leading=12))


@animal()
def table_with_rules_to_the_edge(pdf):
    rules = b"".join(b"0 %d m 596 %d l S " % (y, y) for y in range(0, 842, 14))
    columns = b"".join(b"%d 0 m %d 842 l S " % (x, x) for x in range(0, 596, 30))
    _written(pdf, b"0.5 w " + rules + columns + _lines(50, 800))


@animal()
def slide_across_with_a_dark_ground(pdf):
    _written(pdf, b"0.05 0.1 0.3 rg 0 0 960 540 re f 1 g " + _lines(8, 400, size=24, leading=40), (960, 540))


@animal()
def slide_upright_page_turned_across(pdf):
    _written(pdf, b"0 1 -1 0 540 0 cm " + _lines(8, 400, size=24, leading=40), (540, 960), Rotate=90)


@animal()
def page_black_all_over(pdf):
    sheet(pdf, b"0 g -10 -10 400 500 re f")


@animal()
def page_of_middle_grey(pdf):
    sheet(pdf, b"0.5 g -10 -10 400 500 re f " + MOTIF)


@animal()
def page_of_yellow_paper(pdf):
    sheet(pdf, b"1 1 0.6 rg -10 -10 400 500 re f " + MOTIF)


@animal()
def page_with_a_black_frame(pdf):
    sheet(pdf, MOTIF + b"20 w 0 0 298 420 re S")


@animal()
def page_of_which_one_half_is_black(pdf):
    sheet(pdf, MOTIF + b"0 0 298 150 re f")


@animal()
def scan_as_one_picture(pdf):
    page = sheet(pdf, b"q 297.638 0 0 419.528 0 0 cm /I Do Q")
    grey = bytes(230 + (x * y) % 20 for y in range(60) for x in range(40))
    page.Resources = Dictionary(XObject=Dictionary(I=picture(pdf, grey, 40, 60)))


@animal()
def scan_with_black_edges_on_a_turned_page(pdf):
    page = sheet(pdf, b"q 297.638 0 0 419.528 0 0 cm /I Do Q", Rotate=270)
    grey = bytes(0 if x < 2 or y < 3 else 240 for y in range(60) for x in range(40))
    page.Resources = Dictionary(XObject=Dictionary(I=picture(pdf, grey, 40, 60)))


@animal()
def scan_a_hair_larger_than_its_sheet(pdf):
    page = sheet(pdf, b"q 298.8 0 0 421 -0.6 -0.7 cm /I Do Q", size=(297.6, 419.5))
    page.Resources = Dictionary(XObject=Dictionary(I=picture(pdf, bytes([240]) * 2400, 40, 60)))


@animal()
def scan_with_words_behind_the_picture(pdf):
    page = _written(
        pdf, b"3 Tr " + _lines(20, 380) + b"q 297.638 0 0 419.528 0 0 cm /I Do Q", (297.638, 419.528)
    )
    page.Resources.XObject = Dictionary(I=picture(pdf, bytes([235]) * 2400, 40, 60))


@animal()
def scan_of_bits(pdf):
    page = sheet(pdf, b"q 297.638 0 0 419.528 0 0 cm /I Do Q")
    rows = b"".join(b"\xff\xf0\x0f\xff\xff" if y % 6 == 0 else b"\xff" * 5 for y in range(60))
    page.Resources = Dictionary(XObject=Dictionary(I=picture(pdf, rows, 40, 60, BitsPerComponent=1)))


@animal()
def official_paper_with_a_red_head(pdf):
    red = b"1 0 0 rg 80 640 436 3 re f BT /F1 36 Tf 120 680 Td (OFFICIAL PAPER) Tj ET 0 g "
    head = b"BT /F1 16 Tf 80 760 Td (000012) Tj 0 -24 Td (SECRET 10 years) Tj ET "
    _written(pdf, red + head + _lines(28, 600, left=80, leading=20))


@animal()
def code_of_a_stranger_in_our_corner(pdf):
    import watermark

    cells = watermark.qr_modules("STRANGER")
    squares = b"".join(
        b"%.2f %.2f 2 2 re " % (230 + 2 * column, 70 - 2 * row)
        for row, column in zip(*cells.nonzero(), strict=True)
    )
    sheet(pdf, MOTIF + squares + b"f")


@animal()
def codes_of_strangers_in_every_corner(pdf):
    import watermark

    cells = watermark.qr_modules("STRANGER")
    content = b""
    for x, y in ((234, 70), (14, 70), (234, 400), (14, 400)):
        content += b"".join(
            b"%.2f %.2f 2 2 re " % (x + 2 * column, y - 2 * row)
            for row, column in zip(*cells.nonzero(), strict=True)
        )
    sheet(pdf, MOTIF + content + b"f")


@animal()
def watermark_of_another_across_the_page(pdf):
    _written(
        pdf,
        _lines(20, 380) + b"0.85 g BT /F1 60 Tf 0.7 0.7 -0.7 0.7 60 60 Tm (DRAFT COPY) Tj ET",
        (297.638, 419.528),
    )


@animal()
def a_spreadsheet_cut_over_sheets(pdf):
    for offset in (0, 298, 596):
        content = b"1 0 0 1 -%d 0 cm 0.3 w " % offset
        content += b"".join(b"0 %d m 900 %d l S " % (y, y) for y in range(10, 420, 12))
        sheet(pdf, content)


@animal()
def printed_by_a_browser_upside_down(pdf):
    sheet(pdf, b".24 0 0 -.24 0 419.528 cm q 4 0 0 -4 0 1748 cm " + MOTIF + b"Q", Rotate=0)


@animal()
def exported_with_tags(pdf):
    page = sheet(
        pdf, b"/P <</MCID 0>> BDC " + MOTIF + b" EMC /Artifact <</Type /Pagination>> BDC EMC", StructParents=0
    )
    element = pdf.make_indirect(Dictionary(S=Name.P, Pg=page, K=0))
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=element))
    pdf.Root.MarkInfo = Dictionary(Marked=True)


@animal()
def exported_for_archives(pdf):
    sheet(pdf)
    profile = pdf.make_stream(b"\0" * 128, N=3)
    intent = Dictionary(
        Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier="sRGB", DestOutputProfile=profile
    )
    pdf.Root.OutputIntents = Array([intent])


@animal()
def imposed_two_on_a_sheet(pdf):
    from tests.watermark.zoo.keeper import form

    half = form(pdf, MOTIF)
    content = b"q 0.7 0 0 0.7 0 60 cm /A Do Q q 0.7 0 0 0.7 210 60 cm /A Do Q"
    sheet(pdf, content, (420, 298), Resources=Dictionary(XObject=Dictionary(A=half)))


@animal()
def drawing_with_twenty_thousand_strokes(pdf):
    strokes = b"".join(
        b"%d %d m %d %d l S\n" % (n % 290, n % 411, (7 * n) % 290, (5 * n) % 411) for n in range(2, 20000, 40)
    )
    sheet(pdf, b"0.1 w 0.7 G " + strokes + MOTIF)


@animal()
def agenda_of_a_hundred_pages(pdf):
    content = pdf.make_stream(MOTIF)
    for _ in range(100):
        sheet(pdf, b"", size=(120, 170)).Contents = content
