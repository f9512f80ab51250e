"""Content streams: unbalanced, unfinished, in pieces, in old filters, and with states left behind."""

import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.watermark.zoo.keeper import MOTIF, animal, sheet

RAW = pikepdf.StreamDecodeLevel.none

_LEFT_BEHIND = {
    "an_open_q": b"q q 0.2 0 0 0.2 200 300 cm " + MOTIF,
    "a_hundred_open_q": b"q 0.99 0 0 0.99 0 1 cm " * 100 + MOTIF,
    "a_surplus_big_q": b"Q Q Q " + MOTIF + b" Q Q Q Q",
    "a_big_q_before_anything": b"Q " + MOTIF,
    "a_clip": MOTIF + b"0 0 10 10 re W n",
    "a_dangling_clip": MOTIF + b"0 0 10 10 re W",
    "an_empty_clip": MOTIF + b"0 0 0 0 re W* n",
    "a_matrix": MOTIF + b"0 1 -1 0 77 13 cm",
    "a_singular_matrix": MOTIF + b"0 0 0 0 0 0 cm",
    "a_matrix_not_finite": MOTIF + b"1" + b"0" * 60 + b" 0 0 1" + b"0" * 60 + b" 0 0 cm",
    "a_tiny_matrix": MOTIF + b"1e-9 0 0 .000000001 0 0 cm",
    "a_text_without_end": MOTIF + b"BT /F1 12 Tf 3 Tr",
    "an_end_without_text": MOTIF + b"ET ET",
    "an_invisible_text_mode": MOTIF + b"3 Tr 0 Tz -999 Ts 50 Tc",
    "a_clipping_text_mode": MOTIF + b"BT 7 Tr /F1 20 Tf 20 20 Td (clip) Tj ET",
    "an_open_string": MOTIF + b"(never closed \\( 12 0 0 rg",
    "an_open_hex_string": MOTIF + b"<48656C6C",
    "an_open_array": MOTIF + b"[1 2 [3 4",
    "an_open_dictionary": MOTIF + b"/OC << /A [1 2",
    "an_open_path": MOTIF + b"10 10 m 200 200 l 300 10",
    "an_open_marked_content": MOTIF + b"/Span BMC /P << /MCID 0 >> BDC",
    "an_end_of_marked_content": MOTIF + b"EMC EMC EMC",
    "an_open_compatibility_section": MOTIF + b"BX foo bar",
    "an_open_inline_picture": MOTIF + b"BI /W 2 /H 2 /BPC 8 /CS /G ID \x00\x80",
    "operators_of_nobody": b"5 frob /X twist " + MOTIF + b" xyzzy",
    "too_few_operands": MOTIF + b"1 cm re 5 w Tf Tj",
    "too_many_operands": b"9 9 9 9 1 w " + MOTIF,
    "words_for_numbers": MOTIF + b"(a) /b [c] <64> true null cm",
    "numbers_of_odd_shape": MOTIF + b"+.5 --5 5- 0x1F 1.2.3 6e3 w 0 0 m",
    "a_dash_of_nothing": MOTIF + b"[0 0] 0 d 5 w 20 20 m 200 20 l S [] 0 d",
    "a_line_of_a_thousand_points": b"q 1000 w 0.9 G 10 400 m 20 410 l S Q " + MOTIF,
    "a_colour_out_of_range": MOTIF + b"9 -3 77 rg 60 60 30 30 re f",
    "a_rendering_intent_of_nobody": b"/Nice ri 500 i " + MOTIF,
    "a_comment_to_the_end": MOTIF + b"% nothing more 0 0 m",
    "zero_bytes": b"\0\0\0" + MOTIF + b"\0\0\0",
    "line_ends_of_every_kind": MOTIF.replace(b" ", b"\r").replace(b"\r0", b"\r\n0"),
    "no_blank_between_operators": b"0 g[]0 d 50 180 14 140 re/DeviceGray cs 0 sc f",
    "end_of_stream_words_inside": MOTIF + b"(endstream endobj) pop",
}


def _leaving(content):
    def leaving(pdf):
        sheet(pdf, content)

    return leaving


for _name, _content in _LEFT_BEHIND.items():
    _make = _leaving(_content)
    _make.__name__ = f"content_leaves_{_name}" if _name.startswith(("a", "an_")) else f"content_with_{_name}"
    animal()(_make)


@animal()
def content_missing(pdf):
    del sheet(pdf)["/Contents"]


@animal()
def content_empty(pdf):
    sheet(pdf, b"")


@animal()
def content_is_a_dictionary(pdf):
    sheet(pdf).Contents = Dictionary(Length=0)


@animal()
def content_in_an_empty_array(pdf):
    sheet(pdf).Contents = Array([])


@animal()
def content_in_pieces_cut_inside_operators(pdf):
    half = MOTIF.index(b"64 306")
    pieces = [pdf.make_stream(piece) for piece in (b"q ", MOTIF[:half], MOTIF[half:], b"Q")]
    sheet(pdf).Contents = Array(pieces)


@animal()
def content_in_pieces_of_which_some_are_nothing(pdf):
    sheet(pdf).Contents = Array([pdf.make_stream(MOTIF), None, 5, pdf.make_stream(b""), Dictionary()])


@animal()
def content_piece_drawn_twice(pdf):
    piece = pdf.make_stream(b"0.8 0 0 0.8 10 10 cm " + MOTIF)
    sheet(pdf).Contents = Array([piece, piece])


@animal()
def content_in_a_thousand_pieces(pdf):
    sheet(pdf).Contents = Array([pdf.make_stream(b"q Q")] * 999 + [pdf.make_stream(MOTIF)])


def _filtered(pdf, data, filters, **parameters):
    content = pdf.make_stream(data)
    content.stream_dict.Filter = filters
    if parameters:
        content.stream_dict.DecodeParms = Dictionary(**parameters)
    sheet(pdf).Contents = content


def _ascii85(data):
    import base64

    return base64.a85encode(data) + b"~>"


def _lzw(data):
    """Pack without packing: clear the table before it grows (codes of nine bits)."""
    bits = ""
    for start in range(0, len(data), 200):
        bits += f"{256:09b}" + "".join(f"{byte:09b}" for byte in data[start : start + 200])
    bits += f"{257:09b}"
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


@animal(stream_decode_level=RAW)
def content_ascii85(pdf):
    _filtered(pdf, _ascii85(MOTIF), Name.ASCII85Decode)


@animal(stream_decode_level=RAW)
def content_ascii_hex(pdf):
    _filtered(pdf, MOTIF.hex().encode() + b">", Name.ASCIIHexDecode)


@animal(stream_decode_level=RAW)
def content_lzw(pdf):
    _filtered(pdf, _lzw(MOTIF), Name.LZWDecode)


@animal(stream_decode_level=RAW)
def content_run_length(pdf):
    packed = b"".join(
        bytes([len(part) - 1]) + part for part in (MOTIF[at : at + 100] for at in range(0, len(MOTIF), 100))
    )
    _filtered(pdf, packed + b"\x80", Name.RunLengthDecode)


@animal(stream_decode_level=RAW)
def content_in_two_filters(pdf):
    _filtered(pdf, _ascii85(zlib.compress(MOTIF)), Array([Name.ASCII85Decode, Name.FlateDecode]))


@animal(stream_decode_level=RAW)
def content_with_a_predictor(pdf):
    rows = b"".join(b"\0" + MOTIF[at : at + 10] for at in range(0, len(MOTIF), 10))
    rows += b" " * (-len(rows) % 11)
    _filtered(pdf, zlib.compress(rows), Name.FlateDecode, Predictor=12, Columns=10)


@animal(stream_decode_level=RAW)
def content_with_a_filter_that_is_null(pdf):
    content = pdf.make_stream(MOTIF)
    content.stream_dict.Filter = Array([])
    sheet(pdf).Contents = content


@animal(told="content-damaged", stream_decode_level=RAW, compress_streams=False)
def content_cut_short(pdf):
    # The checksum and half of the last blocks are gone; stored blocks show how far a reader gets.
    packed = zlib.compress(MOTIF + b"0 0 1 rg 60 60 90 30 re f " * 200, 9)
    _filtered(pdf, packed[:-20], Name.FlateDecode)


@animal(told="content-damaged", stream_decode_level=RAW)
def content_with_a_wrong_checksum(pdf):
    _filtered(pdf, zlib.compress(MOTIF)[:-4] + b"abcd", Name.FlateDecode)


@animal(told="content-damaged", stream_decode_level=RAW)
def content_that_is_not_packed_at_all(pdf):
    _filtered(pdf, b"this was never compressed", Name.FlateDecode)


@animal(told="content-damaged", stream_decode_level=RAW)
def content_damaged_in_one_piece_of_two(pdf):
    packed = zlib.compress(b"0 1 0 rg 60 60 90 30 re f ")
    broken = pdf.make_stream(packed[:-3])
    broken.stream_dict.Filter = Name.FlateDecode
    sheet(pdf).Contents = Array([broken, pdf.make_stream(MOTIF)])


@animal(refused="broken-file", stream_decode_level=RAW)
def content_in_a_filter_of_nobody(pdf):
    _filtered(pdf, MOTIF, Name.MagicDecode)


@animal(refused="broken-file", stream_decode_level=RAW)
def content_that_is_a_photograph(pdf):
    _filtered(pdf, b"\xff\xd8\xff\xd9", Name.DCTDecode)


@animal(
    told="outside-reference-removed",
    unlike="what lies outside the file is not there",
    stream_decode_level=RAW,
)
def content_in_another_file(pdf):
    content = pdf.make_stream(MOTIF)
    content.stream_dict.F = "content.bin"
    sheet(pdf).Contents = content
