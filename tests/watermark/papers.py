"""Documents made on the spot, above all the awkward ones that real files taught us."""

import io
from collections.abc import Callable

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name

A4_PT = (595.276, 841.89)

#: A letter F in a corner: it looks different under every turn and mirror.
LETTER_F = b"0 g 100 500 20 150 re 120 630 70 20 re 120 570 45 20 re f"

PAPERS: dict[str, Callable[[], bytes]] = {}


def paper(make: Callable[[pikepdf.Pdf], None]) -> Callable[[pikepdf.Pdf], None]:
    """Enter a document into the collection under its name."""

    def made() -> bytes:
        with pikepdf.new() as pdf:
            make(pdf)
            return saved(pdf)

    PAPERS[make.__name__] = made
    return make


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    target = io.BytesIO()
    pdf.save(target, static_id=True, **options)
    return target.getvalue()


def add_page(pdf, content=LETTER_F, size=A4_PT, **entries):
    pdf.add_blank_page(page_size=size)
    page = pdf.pages[-1].obj
    page.Contents = pdf.make_stream(content)
    for name, value in entries.items():
        page[f"/{name}"] = value
    return page


def text_page(pdf, text="Minutes of the budget meeting", **entries):
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    content = b"BT /F1 14 Tf 80 700 Td (%s) Tj ET" % text.encode("ascii")
    page = add_page(pdf, content, **entries)
    page.Resources = Dictionary(Font=Dictionary(F1=font))
    return page


def faults_of(pdf: bytes) -> list[str]:
    """Return what qpdf has to say against a file that it may not repair."""
    with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as opened:
        return [*opened.check_pdf_syntax(), *map(str, opened.get_warnings())]


def text_of(pdf: bytes, page: int = 1) -> str:
    """Return the text of a page in drawing order, as PDFium copies it out."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[page - 1].get_textpage().get_text_range()
    finally:
        document.close()


@paper
def plain(pdf):
    text_page(pdf)
    text_page(pdf, "Second page")


@paper
def turned_90(pdf):
    add_page(pdf, Rotate=90)


@paper
def turned_180(pdf):
    add_page(pdf, Rotate=180)


@paper
def turned_minus_90(pdf):
    add_page(pdf, Rotate=-90)


@paper
def cropped(pdf):
    add_page(pdf, CropBox=Array([50, 100, 545, 741]))


@paper
def cropped_beyond_its_paper(pdf):
    add_page(pdf, CropBox=Array([-100, -100, 400, 2000]))


@paper
def boxes_upside_down(pdf):
    add_page(pdf, MediaBox=Array([595, 842, 0, 0]))


@paper
def origin_elsewhere(pdf):
    add_page(pdf, MediaBox=Array([-200, -300, 395, 542]), Rotate=270)


@paper
def big_user_unit(pdf):
    add_page(pdf, b"0 g 100 100 60 20 re f", size=(297.64, 420.94), UserUnit=2, Rotate=90)


@paper
def open_q(pdf):
    add_page(pdf, b"q q 0.2 0 0 0.2 300 400 cm 1 0 0 rg " + LETTER_F)


@paper
def surplus_q(pdf):
    add_page(pdf, b"Q Q Q " + LETTER_F + b" Q Q")


@paper
def syntax_error(pdf):
    add_page(pdf, LETTER_F + b" ] >> (never closed \\( 12 0 0 rg")


@paper
def clip_left_behind(pdf):
    add_page(pdf, LETTER_F + b" 0 0 10 10 re W n")


@paper
def text_mode_left_behind(pdf):
    add_page(pdf, LETTER_F + b" BT 3 Tr 500 Tz")


@paper
def contents_in_pieces(pdf):
    page = add_page(pdf)
    page.Contents = Array([pdf.make_stream(piece) for piece in (b"q 0 g 100 500", b"20 150 re f", b"Q")])


@paper
def everything_inherited(pdf):
    text_page(pdf)
    page = pdf.pages[0].obj
    for key in ("/MediaBox", "/Resources"):
        pdf.Root.Pages[key] = page[key]
        del page[key]
    pdf.Root.Pages.Rotate = 90


@paper
def resources_shared(pdf):
    page = text_page(pdf)
    page.Resources = pdf.make_indirect(page.Resources)
    other = text_page(pdf)
    other.Resources = page.Resources
    other.Contents = page.Contents


@paper
def the_same_page_twice(pdf):
    text_page(pdf)
    pdf.Root.Pages.Kids.append(pdf.pages[0].obj)
    pdf.Root.Pages.Count = 2


@paper
def no_media_box(pdf):
    del add_page(pdf)["/MediaBox"]


@paper
def no_resources(pdf):
    page = add_page(pdf)
    if "/Resources" in page:
        del page["/Resources"]


@paper
def no_content(pdf):
    del add_page(pdf)["/Contents"]


@paper
def blend_left_behind(pdf):
    page = add_page(pdf, b"/Faint gs " + LETTER_F)
    page.Resources = Dictionary(ExtGState=Dictionary(Faint=Dictionary(ca=0.1, CA=0.1, BM=Name.Multiply)))
    page.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB, I=True)


@paper
def form_without_resources(pdf):
    page = text_page(pdf)
    form = pdf.make_stream(
        b"BT /F1 20 Tf 80 500 Td (Inner words) Tj ET",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 595, 842]),
    )
    page.Resources.XObject = Dictionary(Inner=form)
    page.Contents = pdf.make_stream(b"/Inner Do")


@paper
def hidden_layer(pdf):
    page = add_page(pdf, b"/OC /Secret BDC 1 0 0 rg 0 0 300 300 re f EMC " + LETTER_F)
    layer = pdf.make_indirect(
        Dictionary(Type=Name.OCG, Name="Draft", Usage=Dictionary(Print=Dictionary(PrintState=Name.ON)))
    )
    page.Resources = Dictionary(Properties=Dictionary(Secret=layer))
    event = Dictionary(Event=Name.Print, Category=Array([Name.Print]), OCGs=Array([layer]))
    pdf.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), AS=Array([event]))
    )


@paper
def stamp_in_the_corner(pdf):
    page = add_page(pdf)
    look = pdf.make_stream(
        b"0 0 1 rg 0 0 90 90 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 90, 90])
    )
    page.Annots = Array(
        [
            Dictionary(
                Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([495, 5, 585, 95]), F=4, AP=Dictionary(N=look)
            )
        ]
    )


@paper
def form_field(pdf):
    page = add_page(pdf)
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T="unit",
            V="Finance",
            F=4,
            Rect=Array([100, 100, 300, 130]),
            DA="/Helv 12 Tf 0 g",
        )
    )
    page.Annots = Array([field])
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([field]), NeedAppearances=True, DR=Dictionary(Font=Dictionary(Helv=font))
    )


@paper
def stamp_sized(pdf):
    add_page(pdf, b"0 g 20 100 10 10 re f", size=(120, 160))


@paper
def narrow_strip(pdf):
    add_page(pdf, b"0 g 20 400 10 10 re f", size=(100, 700))


@paper
def poster(pdf):
    add_page(pdf, size=(1190.55, 1683.78))


@paper
def landscape_slide(pdf):
    add_page(pdf, b"0 g 40 40 60 200 re f", size=(960, 540))


@paper
def black_from_edge_to_edge(pdf):
    add_page(pdf, b"0 g 0 0 600 850 re f")


@paper
def grey_paper(pdf):
    add_page(pdf, b"0.85 g 0 0 600 850 re f " + LETTER_F)
