"""Small files that ask for much: each is refused with a reason, within the limits of the sandbox."""

import io
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.watermark.zoo.damage import CATALOG, PAGE, TREE, _stream, _written
from tests.watermark.zoo.keeper import MOTIF, form, picture, saved, sheet

#: What may refuse a bomb; an empty word where it may also be drawn within the limits.
BOMBS: dict[str, tuple[Callable[[], bytes], frozenset[str]]] = {}

RAW = pikepdf.StreamDecodeLevel.none


def bomb(*refusals):
    def enter(make):
        BOMBS[make.__name__] = (make, frozenset(refusals))
        return make

    return enter


def zeros(megabytes, rounds=2):
    """Return so many zero bytes, packed and packed again."""
    packer = zlib.compressobj(9)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    # The same block again and again, then an empty last one and the checksum of zeros (RFC 1950, RFC 1951).
    checksum = ((megabytes << 20) % 65521 << 16) | 1
    data = block + block[2:] * (megabytes - 1) + b"\x03\x00" + checksum.to_bytes(4, "big")
    for _ in range(rounds - 1):
        data = zlib.compress(data, 9)
    return data


def _squeezed(data, rounds):
    entries = b"/Filter[" + b"/FlateDecode" * rounds + b"]"
    return b"<</Length %d %s>>stream\n%s\nendstream" % (len(data), entries, data)


@bomb("stream-too-large")
def half_a_gigabyte_of_content_in_a_few_kilobytes():
    data = _written([CATALOG, TREE, PAGE, _squeezed(zeros(512, 3), 3)])
    assert len(data) < 3000
    return data


@bomb("stream-too-large")
def half_a_gigabyte_of_content_packed_once():
    return _written([CATALOG, TREE, PAGE, _squeezed(zeros(512, 1), 1)])


@bomb("stream-too-large")
def half_a_gigabyte_in_a_form():
    inner = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]" + _squeezed(zeros(512), 2)[2:]
    page = PAGE.replace(b"/Contents", b"/Resources<</XObject<</A 5 0 R>>>>/Contents")
    return _written([CATALOG, TREE, page, _stream(b"/A Do"), inner])


@bomb("stream-too-large")
def content_of_many_pieces_each_within_the_limit():
    piece = _squeezed(zeros(40, 1), 1)
    page = PAGE.replace(b"4 0 R", b"[" + b"4 0 R " * 50 + b"]")
    return _written([CATALOG, TREE, page, piece])


@bomb("broken-file", "no-pages", "file-too-costly")
def half_a_gigabyte_of_objects_in_one_object_stream():
    data = zeros(512)
    stream = b"<</Type/ObjStm/N 1/First 9" + _squeezed(data, 2)[2:]
    return _written([CATALOG, b"null", PAGE, stream])


@bomb("image-too-large")
def picture_of_sixty_thousand_by_sixty_thousand():
    with pikepdf.new() as pdf:
        image = picture(
            pdf, zeros(4), 60_000, 60_000, BitsPerComponent=1, Filter=Array([Name.FlateDecode] * 2)
        )
        sheet(pdf, b"q 200 0 0 200 50 50 cm /I Do Q", Resources=Dictionary(XObject=Dictionary(I=image)))
        return saved(pdf, stream_decode_level=RAW)


@bomb("too-deeply-nested")
def forms_a_thousand_deep():
    with pikepdf.new() as pdf:
        inner = form(pdf, MOTIF)
        for _ in range(1000):
            inner = form(pdf, b"/A Do", Resources=Dictionary(XObject=Dictionary(A=inner)))
        sheet(pdf, b"/A Do", Resources=Dictionary(XObject=Dictionary(A=inner)))
        return saved(pdf)


@bomb("file-too-costly", "file-breaks-reader")
def forms_that_multiply_each_other_by_ten():
    with pikepdf.new() as pdf:
        inner = form(pdf, MOTIF)
        for _ in range(12):
            inner = form(pdf, b"/A Do " * 10, Resources=Dictionary(XObject=Dictionary(A=inner)))
        sheet(pdf, b"/A Do", Resources=Dictionary(XObject=Dictionary(A=inner)))
        return saved(pdf)


@bomb("broken-file", "no-pages")
def dictionaries_a_million_deep():
    page = PAGE.replace(b"/Contents", b"/PieceInfo " + b"<</A " * 1_000_000 + b"/Contents")
    return _written([CATALOG, TREE, page, _stream()])


@bomb("broken-file")
def a_page_tree_in_a_circle():
    return _written([CATALOG, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>", PAGE, _stream()])


@bomb("broken-file", "too-many-pages")
def a_page_tree_that_doubles_at_every_level():
    levels = 20
    nodes = [b"<</Type/Pages/Count 1/Kids[%d 0 R %d 0 R]>>" % (n + 1, n + 1) for n in range(2, 2 + levels)]
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 298 420]>>"
    return _written([CATALOG, *nodes, page])


@bomb("too-many-pages")
def ten_thousand_pages():
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 10_003))
    tree = b"<</Type/Pages/Kids[%s]/Count 10000>>" % kids
    return _written(
        [CATALOG, tree, *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 298 420]/Resources<<>>>>"] * 10_000]
    )


@bomb("too-many-objects", "file-too-costly")
def six_hundred_thousand_objects():
    return _written([CATALOG, TREE, PAGE, _stream(), *[b"[0]"] * 600_000])


@bomb("file-too-costly", "file-breaks-reader")
def content_of_millions_of_operators():
    data = zlib.compress(b"1 1 m 9 9 l S " * 4_000_000, 9)
    return _written([CATALOG, TREE, PAGE, _squeezed(data, 1)])


@bomb("page-too-large")
def a_page_of_ten_kilometres():
    return _written([CATALOG, TREE, PAGE.replace(b"298 420", b"28000000 28000000"), _stream()])


@bomb("file-too-costly", "file-breaks-reader", "")
def a_tiling_of_a_thousand_million_tiles():
    with pikepdf.new() as pdf:
        tile = pdf.make_stream(
            b"0 0 .001 .001 re f",
            Type=Name.Pattern,
            PatternType=1,
            PaintType=1,
            TilingType=1,
            BBox=Array([0, 0, 0.01, 0.01]),
            XStep=0.01,
            YStep=0.01,
            Resources=Dictionary(),
        )
        content = b"/Pattern cs /P scn 0 0 298 420 re f"
        sheet(pdf, content, Resources=Dictionary(Pattern=Dictionary(P=tile)))
        target = io.BytesIO()
        pdf.save(target)
        return target.getvalue()
