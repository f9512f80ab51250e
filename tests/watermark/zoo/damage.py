"""Structure: broken and odd files, from the header to the last byte."""

import re
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.watermark.zoo.keeper import MOTIF, animal, placed, saved, sheet


def _plain(pdf, **options):
    sheet(pdf)
    return saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False, **options)


def _written(objects, trailer=b"/Root 1 0 R"):
    """Return a file of these objects with a right cross-reference table."""
    data = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(data) + b"trailer\n<</Size %d %s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        start,
    )


def _stream(data=MOTIF, entries=b""):
    return b"<</Length %d %s>>stream\n%s\nendstream" % (len(data), entries, data)


PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 298 420]/Contents 4 0 R>>"
TREE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


@animal()
def file_by_hand(pdf):
    return _written([CATALOG, TREE, PAGE, _stream()])


@animal()
def file_with_junk_before_the_header(pdf):
    return b"HTTP/1.1 200 OK\r\n\r\n" + _plain(pdf)


@animal()
def file_with_junk_after_the_end(pdf):
    return _plain(pdf) + b"\0" * 3000 + b"<html>"


@animal(refused="not-a-pdf")
def file_whose_header_comes_late(pdf):
    return b" " * 2000 + _plain(pdf)


@animal(refused="not-a-pdf")
def file_that_is_a_web_page(pdf):
    return b"<html>%PDF" + b" " * 100


@animal(refused="not-a-pdf")
def file_that_is_empty(pdf):
    return b""


@animal(refused="broken-file")
def file_that_is_only_a_header(pdf):
    return b"%PDF-1.7\n"


@animal(told="file-repaired", unlike="PDFium does not open it")
def file_without_its_end(pdf):
    data = _plain(pdf)
    return data[: data.index(b"xref")]


@animal(told="file-repaired")
def file_with_wrong_offsets(pdf):
    return _plain(pdf).replace(b"%PDF-1.", b"%PDF-1.7 shifted by a few bytes\n%PDF-1.", 1)


@animal(told="file-repaired")
def file_whose_startxref_points_nowhere(pdf):
    return re.sub(rb"startxref\n\d+", b"startxref\n99999999", _plain(pdf))


@animal(told="file-repaired")
def file_turned_to_other_line_ends(pdf):
    return _plain(pdf).replace(b"\n", b"\r\n")


@animal(told="file-repaired", unlike="PDFium does not open it")
def file_cut_in_the_middle_of_its_table(pdf):
    data = _plain(pdf)
    return data[: data.index(b"trailer") - 30]


@animal(refused="broken-file")
def file_cut_before_its_page(pdf):
    data = _plain(pdf)
    return data[: data.index(b"/MediaBox")]


@animal(told="file-repaired")
def stream_with_a_wrong_length(pdf):
    return _written([CATALOG, TREE, PAGE, b"<</Length 7>>stream\n" + MOTIF + b"\nendstream"])


@animal(told="file-repaired")
def stream_with_a_length_beyond_the_file(pdf):
    return _written([CATALOG, TREE, PAGE, b"<</Length 99999>>stream\n" + MOTIF + b"\nendstream"])


@animal(told="file-repaired")
def stream_whose_length_is_itself(pdf):
    return _written([CATALOG, TREE, PAGE, b"<</Length 4 0 R>>stream\n" + MOTIF + b"\nendstream"])


@animal()
def stream_whose_length_is_elsewhere(pdf):
    body = b"<</Length 5 0 R>>stream\n" + MOTIF + b"\nendstream"
    return _written([CATALOG, TREE, PAGE, body, b"%d" % len(MOTIF)])


@animal(refused="broken-file")
def tree_in_a_circle(pdf):
    tree = b"<</Type/Pages/Kids[2 0 R]/Count 1>>"
    return _written([CATALOG, tree, PAGE, _stream()])


@animal(refused="broken-file")
def tree_in_a_wider_circle(pdf):
    one = b"<</Type/Pages/Kids[5 0 R]/Count 1>>"
    two = b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 1/Parent 2 0 R>>"
    return _written([CATALOG, one, PAGE, _stream(), two])


@animal()
def tree_whose_parents_go_in_a_circle(pdf):
    page = b"<</Type/Page/Parent 3 0 R/Contents 4 0 R>>"
    return _written([CATALOG, TREE, page, _stream()])


@animal(refused="no-pages")
def tree_without_leaves(pdf):
    return _written([CATALOG, b"<</Type/Pages/Kids[]/Count 0>>"])


@animal()
def tree_with_a_wrong_count(pdf):
    return _written([CATALOG, TREE.replace(b"Count 1", b"Count 500"), PAGE, _stream()])


@animal()
def tree_with_a_negative_count(pdf):
    return _written([CATALOG, TREE.replace(b"Count 1", b"Count -1"), PAGE, _stream()])


@animal(told="file-repaired", unlike="PDFium counts leaves that are nothing as pages")
def tree_with_leaves_that_are_nothing(pdf):
    tree = b"<</Type/Pages/Kids[null 3 0 R 99 0 R 7]/Count 4>>"
    return _written([CATALOG, tree, PAGE, _stream()])


@animal()
def tree_three_hundred_deep(pdf):
    sheet(pdf)
    leaf, root = pdf.pages[0].obj, pdf.Root.Pages
    inner = leaf
    for _ in range(60):
        node = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=Array([inner]), Count=1))
        inner.Parent = node
        inner = node
    inner.Parent = root
    root.Kids = Array([inner])


@animal()
def tree_that_shows_a_page_twice(pdf):
    sheet(pdf)
    pdf.Root.Pages.Kids.append(pdf.pages[0].obj)
    pdf.Root.Pages.Count = 2


@animal()
def page_without_a_type(pdf):
    return _written([CATALOG, TREE, PAGE.replace(b"/Type/Page", b""), _stream()])


@animal()
def page_without_a_parent(pdf):
    return _written([CATALOG, TREE, PAGE.replace(b"/Parent 2 0 R", b""), _stream()])


@animal()
def catalog_without_a_type(pdf):
    return _written([CATALOG.replace(b"/Type/Catalog", b""), TREE, PAGE, _stream()])


@animal(refused="broken-file")
def catalog_missing(pdf):
    return _written([b"null", TREE, PAGE, _stream()])


@animal(refused="broken-file")
def catalog_that_is_the_page(pdf):
    return _written([CATALOG, TREE, PAGE, _stream()], b"/Root 3 0 R")


@animal()
def objects_in_object_streams(pdf):
    sheet(pdf)
    return saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)


@animal()
def file_linearised(pdf):
    for _ in range(3):
        sheet(pdf)
    return saved(pdf, linearize=True)


@animal()
def file_updated_by_appending(pdf):
    old = _plain(pdf)
    start = len(old)
    table = int(re.search(rb"startxref\n(\d+)", old)[1])
    size = int(re.search(rb"/Size (\d+)", old)[1])
    added = _stream(MOTIF + b"0 1 0 rg 60 60 90 40 re f")
    update = b"%d 0 obj\n%s\nendobj\n" % (size, added)
    place = start + len(update)
    root = re.search(rb"/Root \d+ 0 R", old)[0]
    update += b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d %s /Prev %d>>\n" % (
        size,
        start,
        size + 1,
        root,
        table,
    )
    return old + update + b"startxref\n%d\n%%%%EOF\n" % place


@animal()
def file_that_hides_an_older_page_in_its_past(pdf):
    # The update replaces the content; whoever cuts it off sees the first one.
    old = _written([CATALOG, TREE, PAGE, _stream(b"0 0 1 rg 0 0 298 420 re f")])
    start = len(old)
    table = int(re.search(rb"startxref\n(\d+)", old)[1])
    update = b"4 0 obj\n%s\nendobj\n" % _stream()
    place = start + len(update)
    update += b"xref\n4 1\n%010d 00000 n \ntrailer\n<</Size 5 /Root 1 0 R /Prev %d>>\n" % (start, table)
    return old + update + b"startxref\n%d\n%%%%EOF\n" % place


@animal(told="file-repaired")
def file_whose_past_goes_in_a_circle(pdf):
    data = _plain(pdf)
    table = re.search(rb"startxref\n(\d+)", data)[1]
    return data.replace(b"trailer <<", b"trailer << /Prev " + table, 1)


@animal(told="file-repaired", unlike="PDFium does not look for objects with numbers so high")
def object_with_a_number_of_millions(pdf):
    data = b"%PDF-1.4\n"
    start = len(data)
    body = b"4000000 0 obj\n" + _stream() + b"\nendobj\n"
    objects = [CATALOG, TREE, PAGE.replace(b"4 0 R", b"4000000 0 R")]
    offsets = []
    data += body
    for number, item in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = len(data)
    data += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in offsets)
    data += b"4000000 1\n%010d 00000 n \n" % start
    return data + b"trailer\n<</Size 4000001/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table


@animal(refused="no-pages")
def arrays_nested_a_thousand_deep(pdf):
    page = PAGE.replace(b"/Contents", b"/PieceInfo " + b"[" * 1000 + b"]" * 1000 + b"/Contents")
    return _written([CATALOG, TREE, page, _stream()])


@animal(refused="no-pages")
def nothing_but_a_catalog(pdf):
    return saved(pdf)


@animal()
def version_of_the_future(pdf):
    return _written([CATALOG, TREE, PAGE, _stream()]).replace(b"%PDF-1.4", b"%PDF-9.9")


@animal()
def names_with_every_character(pdf):
    odd = b"<</XObject<</A#20b#2F#23c 5 0 R>>>>"
    page = PAGE.replace(b"/Contents", b"/Resources" + odd + b"/Contents")
    inner = _stream(MOTIF, b"/Type/XObject/Subtype/Form/BBox[0 0 298 420]")
    return _written([CATALOG, TREE, page, _stream(b"/A#20b#2F#23c Do"), inner])


@animal()
def numbers_and_nulls_by_reference(pdf):
    resources = (
        b"/Resources<</XObject<</I 5 0 R>>/ExtGState<</G<</ca 6 0 R/SMask 9 0 R>>>>>>/Group 9 0 R/Contents"
    )
    entries = (
        b"/Type/XObject/Subtype/Image/Width 7 0 R/Height 7 0 R/BitsPerComponent 8 0 R/ColorSpace/DeviceGray"
    )
    picture = _stream(b"\x00\xff\xff\x00", entries + b"/Interpolate 10 0 R/Decode[11 0 R 12 0 R]")
    content = _stream(b"/G gs " + MOTIF + placed("I", y=60))
    numbers = (b"0.5", b"2", b"8", b"null", b"false", b"0", b"1")
    return _written([CATALOG, TREE, PAGE.replace(b"/Contents", resources), content, picture, *numbers])


@animal(told="content-damaged")
def stream_of_which_a_bit_fell_over(pdf):
    packed = bytearray(zlib.compress(MOTIF + b"0 0 1 rg 60 60 90 40 re f\n" + bytes(range(32, 127)), 9))
    packed[-9] ^= 0x10
    return _written([CATALOG, TREE, PAGE, _stream(bytes(packed), b"/Filter/FlateDecode")])
