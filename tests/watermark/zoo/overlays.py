"""What lies over the page: comments, stamps, form fields, films."""

from pikepdf import Array, Dictionary, Name, String

from tests.watermark.zoo.keeper import MOTIF, animal, form, helvetica, sheet


def _note(pdf, rect=(150, 60, 230, 120), content=b"0 0 1 rg 0 0 90 90 re f", box=(0, 0, 90, 90), **entries):
    look = form(pdf, content, box=box)
    default = {"Type": Name.Annot, "Subtype": Name.Stamp, "Rect": Array(list(rect)), "F": 4}
    return Dictionary(
        {f"/{key}": value for key, value in (default | {"AP": Dictionary(N=look)} | entries).items()}
    )


@animal(told="annotations-flattened")
def stamp_where_the_code_goes(pdf):
    sheet(pdf, Annots=Array([_note(pdf, (230, 5, 290, 65))]))


@animal(told="annotations-flattened")
def stamps_in_every_corner(pdf):
    corners = ((2, 2), (236, 2), (2, 358), (236, 358))
    sheet(pdf, Annots=Array([_note(pdf, (x, y, x + 60, y + 60)) for x, y in corners]))


@animal(told="annotations-flattened")
def stamp_over_the_whole_sheet(pdf):
    sheet(pdf, Annots=Array([_note(pdf, (0, 0, 298, 420), b"0.9 1 0.9 rg 0 0 90 90 re f")]))


@animal(told="annotations-flattened")
def stamp_over_content_that_leaves_q_open(pdf):
    content = b"q q 0.5 0 0 0.5 40 40 cm " + MOTIF + b"0 0 5 5 re W n"
    sheet(pdf, content, Annots=Array([_note(pdf)]))


@animal(told="annotations-flattened")
def stamp_over_content_that_ends_in_a_string(pdf):
    sheet(pdf, MOTIF + b"(open", Annots=Array([_note(pdf)]))


@animal(told="annotations-flattened")
def stamp_on_a_turned_page(pdf):
    sheet(pdf, Rotate=90, Annots=Array([_note(pdf)]))


@animal(told="annotations-flattened")
def stamp_on_a_cropped_page_with_user_unit(pdf):
    content = b"q 0.5 0 0 0.5 0 0 cm " + MOTIF + b" Q"
    notes = Array([_note(pdf, (75, 30, 115, 60))])
    sheet(pdf, content, size=(149, 210), UserUnit=2, CropBox=Array([10, 10, 140, 200]), Annots=notes)


@animal(told="annotations-flattened")
def stamp_with_a_turned_look(pdf):
    note = _note(pdf, content=b"0 0 1 rg 0 0 90 90 re f 1 0 0 rg 0 0 30 90 re f")
    note.AP.N.stream_dict.Matrix = Array([0, 1, -1, 0, 0, 0])
    sheet(pdf, Annots=Array([note]))


@animal(told="annotations-flattened")
def stamp_whose_look_leaves_q_open(pdf):
    notes = [
        _note(pdf, content=b"q q 0 0 1 rg 0 0 90 90 re f 9 0 0 9 0 0 cm"),
        _note(pdf, (50, 60, 110, 120)),
    ]
    sheet(pdf, Annots=Array(notes))


@animal(told="annotations-flattened")
def stamp_half_transparent(pdf):
    note = _note(pdf, (40, 150, 240, 330), b"/G gs 0 0 1 rg 0 0 90 90 re f")
    note.AP.N.Resources = Dictionary(ExtGState=Dictionary(G=Dictionary(ca=0.3, BM=Name.Multiply)))
    sheet(pdf, Annots=Array([note]))


@animal(told="annotations-removed")
def stamp_not_meant_for_print(pdf):
    sheet(pdf, Annots=Array([_note(pdf, F=0)]))


@animal()
def stamp_hidden(pdf):
    sheet(pdf, Annots=Array([_note(pdf, F=6)]))


@animal(told="annotations-flattened")
def stamp_for_print_only(pdf):
    sheet(pdf, Annots=Array([_note(pdf, F=36)]))


@animal(told="annotations-flattened")
def stamp_with_states(pdf):
    note = _note(pdf)
    note.AP = Dictionary(N=Dictionary(On=note.AP.N, Off=form(pdf, b"")))
    note.AS = Name.On
    sheet(pdf, Annots=Array([note]))


@animal(unlike="PDFium shrinks what has no area to draw on otherwise than qpdf")
def stamp_of_no_area(pdf):
    sheet(pdf, Annots=Array([_note(pdf, (100, 60, 100, 60))]))


@animal(told="annotations-flattened")
def stamp_upside_down(pdf):
    sheet(pdf, Annots=Array([_note(pdf, (230, 120, 150, 60))]))


@animal(told="annotations-removed", unlike="PDFium makes a look for markup that has none")
def highlight_without_a_look(pdf):
    quad = Array([50, 330, 200, 330, 50, 310, 200, 310])
    note = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Highlight,
        Rect=Array([50, 310, 200, 330]),
        QuadPoints=quad,
        C=Array([1, 1, 0]),
        F=4,
    )
    sheet(pdf, Annots=Array([note]))


@animal(told="annotations-removed", unlike="PDFium makes a look for markup that has none")
def note_without_a_look(pdf):
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([9, 9, 29, 29]), Contents="why?", F=4)
    sheet(pdf, Annots=Array([note]))


@animal()
def annotations_that_are_a_number(pdf):
    sheet(pdf, Annots=7)


@animal()
def annotations_of_which_some_are_nothing(pdf):
    sheet(pdf, Annots=Array([None, 5, Array([]), Dictionary()]))


@animal(told="annotations-flattened")
def one_stamp_on_two_pages(pdf):
    note = pdf.make_indirect(_note(pdf))
    for _ in range(2):
        sheet(pdf, Annots=Array([note]))


@animal()
def links_in_plenty(pdf):
    links = [
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([50, y, 200, y + 3]),
            Border=Array([0, 0, 0]),
            A=Dictionary(S=Name.URI, URI="https://example.org/"),
        )
        for y in range(20, 400, 4)
    ]
    sheet(pdf, Annots=Array(links))


@animal(told="media-removed")
def film_with_a_poster(pdf):
    sheet(pdf, Annots=Array([_note(pdf, Subtype=Name.RichMedia, RichMediaContent=Dictionary())]))


@animal(told="attachments-removed annotations-removed", unlike="PDFium makes a look for markup that has none")
def attachment_on_the_page(pdf):
    data = pdf.make_stream(b"secret", Type=Name.EmbeddedFile)
    spec = Dictionary(Type=Name.Filespec, F="list.txt", EF=Dictionary(F=data))
    note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([9, 9, 29, 29]), FS=spec, F=4)
    sheet(pdf, Annots=Array([note]))


def _field(pdf, kind=Name.Tx, rect=(50, 60, 230, 80), **entries):
    field = {"Type": Name.Annot, "Subtype": Name.Widget, "FT": kind, "T": "unit", "F": 4}
    field |= {"Rect": Array(list(rect)), "DA": String("/Helv 12 Tf 0 g")}
    return pdf.make_indirect(Dictionary({f"/{key}": value for key, value in (field | entries).items()}))


def _form(pdf, *fields, **entries):
    fonts = Dictionary(Font=Dictionary(Helv=helvetica()))
    pdf.Root.AcroForm = Dictionary(Fields=Array(list(fields)), DR=fonts, **entries)
    return sheet(pdf, Annots=Array(list(fields)))


@animal(told="annotations-flattened", unlike="PDFium sets the letters of a field by a pixel elsewhere")
def field_that_asks_for_a_look(pdf):
    _form(pdf, _field(pdf, V="Finance"), NeedAppearances=True)


@animal(told="annotations-flattened", unlike="PDFium draws no field that lacks a look when it prints")
def field_without_a_look(pdf):
    _form(pdf, _field(pdf, V="Finance"))


@animal(told="field-uncertain", unlike="no letters for this value are in the file")
def field_in_chinese_without_a_look(pdf):
    _form(pdf, _field(pdf, V="财务部"), NeedAppearances=True)


@animal(
    told="annotations-flattened field-uncertain",
    unlike="PDFium draws the value anew, in letters it does not have",
)
def field_in_chinese_with_an_older_look(pdf):
    look = form(pdf, b"0 0 1 rg 0 0 90 20 re f", box=(0, 0, 180, 20))
    _form(pdf, _field(pdf, V="财务部", AP=Dictionary(N=look)), NeedAppearances=True)


@animal()
def field_empty(pdf):
    _form(pdf, _field(pdf))


@animal(told="annotations-flattened")
def box_ticked(pdf):
    states = Dictionary(Yes=form(pdf, b"0 0 1 rg 0 0 20 20 re f", box=(0, 0, 20, 20)), Off=form(pdf, b""))
    box = _field(pdf, Name.Btn, (50, 60, 70, 80), V=Name.Yes, AS=Name.Yes, AP=Dictionary(N=states))
    _form(pdf, box)


@animal(unlike="PDFium draws a box of its own where a state has no look")
def box_not_ticked(pdf):
    states = Dictionary(Yes=form(pdf, b"0 0 1 rg 0 0 20 20 re f", box=(0, 0, 20, 20)))
    _form(pdf, _field(pdf, Name.Btn, (50, 60, 70, 80), AS=Name.Off, AP=Dictionary(N=states)))


@animal(told="annotations-flattened")
def field_value_from_its_parent(pdf):
    widget = _field(pdf, AP=Dictionary(N=form(pdf, b"0 0 1 rg 0 0 90 20 re f", box=(0, 0, 180, 20))))
    parent = pdf.make_indirect(Dictionary(FT=Name.Tx, T="all", V="Finance", Kids=Array([widget])))
    for key in ("/FT", "/T"):
        del widget[key]
    widget.Parent = parent
    _form(pdf, parent).Annots = Array([widget])


@animal()
def fields_in_a_circle(pdf):
    field = _field(pdf)
    field.Parent = field
    field.Kids = Array([field])
    _form(pdf, field)


@animal(refused="xfa-form")
def form_drawn_by_a_program(pdf):
    _form(pdf, _field(pdf), XFA=Array(["template", pdf.make_stream(b"<xdp/>")]))


@animal(refused="xfa-form")
def form_drawn_by_a_program_and_nothing_else(pdf):
    sheet(pdf)
    pdf.Root.AcroForm = Dictionary(XFA=pdf.make_stream(b"<xdp/>"))
    pdf.Root.NeedsRendering = True


@animal(told="javascript-removed")
def field_that_calculates(pdf):
    script = Dictionary(S=Name.JavaScript, JS="event.value = 1")
    _form(pdf, _field(pdf, AA=Dictionary(C=script, K=script)), CO=Array([]))


@animal()
def form_that_is_a_number(pdf):
    sheet(pdf)
    pdf.Root.AcroForm = 5
