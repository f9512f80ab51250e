"""What on a page can be moved: which glyphs are one unit, and what is better left alone."""

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from tests.watermark.papers import PAPERS, add_page, saved, text_of
from tests.watermark.typed import (
    PAGES,
    cleaned,
    composite_page,
    helvetica,
    identity_page,
    opened,
    page_of,
    running_text,
)
from watermark.displace.drawn import drawn_once
from watermark.displace.find import find_shifts
from watermark.displace.textwalk import UnclearContent, walk_page
from watermark.displace.words import find_units

WORDS = b"(numbered copies) Tj"


def words_of(pdf: bytes) -> list[str]:
    """Return the units of the first page as text, as far as one byte is one letter."""
    with opened(pdf) as document:
        streams = walk_page(document.pages[0].obj, drawn_once(document))
        width, height = (float(side) for side in document.pages[0].MediaBox[2:])
        return [
            b"".join(
                streams[stream].shows[show].tokens[token].raw for stream, show, token in unit.members
            ).decode("latin-1")
            for unit in find_units(streams, width, height)
        ]


def set_in(before: bytes, shown: bytes = WORDS, **resources) -> bytes:
    return page_of(b"BT /F1 12 Tf 70 700 Td " + before + b" " + shown + b" ET", **resources)


def filled(pdf: bytes, shifts, signs) -> bytes:
    with opened(pdf) as document:
        for stream, content in zip(find_shifts(document, 1).streams, shifts.fill(signs), strict=True):
            stream.target.write(content)
        return saved(document)


def shifts_of(pdf: bytes, page: int = 1):
    with opened(pdf) as document:
        return find_shifts(document, page)


@pytest.mark.parametrize(
    ("shown", "units"),
    [
        (b"(numbered copies) Tj", ["numbered", "copies"]),
        (b"[(num) -20 (bered) -400 (copies)] TJ", ["numbered", "copies"]),
        (b"(num) Tj (bered) Tj ( copies) Tj", ["numbered", "copies"]),
        (b"(name of its holder) Tj", ["nameof", "its", "holder"]),
        (b"(a name) Tj", ["aname"]),
        (b"(12) Tj 100 0 Td (34) Tj", ["12", "34"]),
        (b"(.) Tj 0 -30 Td (returned) Tj", ["returned"]),
        (b"(abcdefghijklmnopqrst) Tj", ["abcdefghijklmn", "opqrst"]),
        (b"(Contents) Tj ( ............... ) Tj", ["Contents"]),
        (b"(numbered) Tj 5 Ts (risen) Tj 0 Ts", ["numbered", "risen"]),
        (b"(one line) Tj 0 -2 Td (numbered) Tj", []),
        (b"(Upper) Tj 0 -14 Td (lower) Tj", ["Upper", "lower"]),
        (b"12 TL (Upper) ' (lower) '", ["Upper", "lower"]),
        (b"16 TL 2 1 (Upper case) \" (lower) '", ["Upper", "case", "lower"]),
    ],
)
def test_words_are_told_apart(shown, units):
    assert words_of(set_in(b"", shown)) == units


@pytest.mark.parametrize(
    ("size", "counts"),
    [(16, [1] * 35), (9, [1] * 35), (8, [2] * 17 + [1]), (5, [3] * 11 + [2])],
)
def test_wide_glyphs_go_alone_and_small_ones_together_as_far_as_six_millimetres(size, counts):
    assert [len(unit) // 2 for unit in words_of(identity_page(size))] == counts * 4


def test_wide_glyphs_on_a_turned_line_go_in_threes():
    pdf = identity_page(begin=b"0 1 -1 0 100 100")
    assert [len(unit) // 2 for unit in words_of(pdf)] == ([3] * 11 + [2]) * 4
    assert len(shifts_of(pdf).units) == 48


@pytest.mark.parametrize("word", ["papers^", "pape^rs"])
def test_a_glyph_without_a_width_moves_with_its_word(word):
    widths = [0 if character == ord("^") else 556 for character in range(32, 127)]
    font = helvetica(FirstChar=32, LastChar=126, Widths=Array(widths), Encoding=Name.WinAnsiEncoding)
    shown = f"(numbered {word} are returned) Tj".encode()
    pdf = page_of(b"BT /F1 11 Tf 70 700 Td " + shown + b" ET", font)
    assert len(shifts_of(pdf).units) == 4


def test_next_to_a_row_of_equal_signs_that_stay_others_move():
    pdf = identity_page(12, ("各单位要、、、、、、、、高度重视",))
    assert len(shifts_of(pdf).units) == 8 * 4


def test_a_sign_of_two_equal_glyphs_is_moved_as_one_and_a_row_of_them_not_at_all():
    counts = [
        len(unit) // 2 for unit in words_of(identity_page(12, ("各单、、位要", "各、、、、、、、、位")))
    ]
    assert counts == [1, 1, 2, 1, 1, 1, 1] * 4


def test_codes_of_one_and_two_bytes_are_told_apart_by_their_lead():
    text = "各单位要 高度重视2026加强领导".encode("gbk")
    assert [
        unit.encode("latin-1").decode("gbk") for unit in words_of(composite_page("/GBK-EUC-H", text))[:11]
    ] == ["各", "单", "位", "要", "高", "度", "重", "视2026", "加", "强", "领"]


@pytest.mark.parametrize("encoding", ["/GB-EUC-H", "/GBK-EUC-H"])
@pytest.mark.parametrize("blank", [500, 900])
def test_the_half_width_blank_of_gb_has_a_width_of_its_own(encoding, blank):
    pdf = composite_page(encoding, "各单 abc 位要".encode("gbk"), (814, 939, 500, 7716, 7716, blank))
    with opened(pdf) as document:
        streams = walk_page(document.pages[0].obj, drawn_once(document))
        boxes = [unit.box for unit in find_units(streams, 595, 842)][:5]
    assert len(shifts_of(pdf).units) == 20
    latin, after = boxes[2], boxes[3]
    assert latin[0] - boxes[1][2] == pytest.approx(blank / 1000 * 12 * 25.4 / 72, abs=0.01)
    assert after[0] - latin[2] == pytest.approx(blank / 1000 * 12 * 25.4 / 72, abs=0.01)


CMAP = (
    b"/CMapName /Own def 1 begincodespacerange <00> <7f> endcodespacerange "
    b"1 begincodespacerange <8000> <ffff> endcodespacerange "
    b"1 begincidrange <20> <7e> 814 endcidrange 2 begincidchar <8001> 5000 <8002> 5001 endcidchar "
    b"1 begincidrange <9000> <90ff> 6000 endcidrange"
)


def test_an_embedded_cmap_cuts_strings_by_its_code_space():
    units = words_of(composite_page(CMAP, b"ab\x80\x01\x80\x02\x90\x10\x90\x11cd"))
    assert units[:4] == ["ab\x80\x01", "\x80\x02", "\x90\x10", "\x90\x11cd"]
    assert shifts_of(composite_page(CMAP, b"ab\x80\x01\x80\x02\x90\x10\x90\x11cd")) is not None


@pytest.mark.parametrize(
    ("encoding", "text", "widths"),
    [
        (CMAP.replace(b"/Own def", b"/Own def /WMode 1 def"), b"abcdef", (814, 939, 500)),
        (CMAP + b" /Other usecmap", b"abcdef", (814, 939, 500)),
        (CMAP + b" 1 begincidrange <00000000> <ffffffff> 1 endcidrange", b"abcdef", (814, 939, 500)),
        (CMAP, b"ab\x80", (814, 939, 500)),
        (CMAP, b"abcdef", (0, 999_999_999, 500)),
        ("/GBK-EUC-H", "各单位要".encode("gbk"), (5000, 5100, 700)),
    ],
)
def test_a_composite_font_that_is_not_understood_stays(encoding, text, widths):
    assert shifts_of(composite_page(CMAP, b"abcdef")) is not None
    assert shifts_of(composite_page(encoding, text, widths)) is None


def test_blanks_are_known_by_their_character_or_by_their_name():
    def recoded(pdf):
        table = b"1 beginbfrange <61> <7a> <0061> endbfrange 1 beginbfchar <5f> <0020> endbfchar"
        return helvetica(ToUnicode=pdf.make_stream(table))

    renamed = helvetica(Encoding=Dictionary(Differences=Array([0x5F, Name.space])))
    for font in (recoded, renamed):
        assert words_of(set_in(b"", b"(numbered_copies) Tj", font=font)) == ["numbered", "copies"]


def test_a_page_beyond_all_measure_stays():
    assert shifts_of(page_of(b"q Q " * 100_001 + b"BT /F1 12 Tf 70 700 Td (numbered) Tj ET")) is None
    letters = b"(" + b"numbered " * 2300 + b") Tj"
    assert shifts_of(set_in(b"", letters)) is None


@pytest.mark.parametrize(
    "before",
    [
        b"3 Tr",
        b"7 Tr",
        b"/F1 4 Tf",
        b"/F1 45 Tf",
        b"0.9 0.4 -0.4 0.9 100 500 Tm",
        b"0 Tz",
        b"1 0 0 1 -300 700 Tm",
        b"1 1 1 rg",
        b"/Missing 12 Tf",
        b"1 0 2 1 100 500 Tm",
    ],
)
def test_text_that_is_hidden_too_small_too_large_slanted_or_off_the_page_stays(before):
    assert shifts_of(set_in(b"")) is not None
    assert shifts_of(set_in(before)) is None


@pytest.mark.parametrize("encoding", ["/GBK-EUC-V", "/Identity-V", "/UniGB-UCS2-V", "/GBK-UNHEARD-OF-H"])
def test_vertical_writing_and_unknown_codes_stay(encoding):
    text = "各单位要高度重视".encode("gbk")
    assert shifts_of(composite_page("/GBK-EUC-H", text)) is not None
    assert shifts_of(composite_page(encoding, text)) is None


def test_a_type_3_font_stays():
    def glyphs(pdf):
        return Dictionary(
            Type=Name.Font,
            Subtype=Name.Type3,
            FontBBox=Array([0, 0, 750, 750]),
            FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
            CharProcs=Dictionary(square=pdf.make_stream(b"750 0 d0 0 0 700 700 re f")),
            Encoding=Dictionary(Type=Name.Encoding, Differences=Array([97, Name.square])),
            FirstChar=97,
            LastChar=97,
            Widths=Array([750]),
        )

    assert shifts_of(page_of(b"BT /F1 12 Tf 70 700 Td (aaaa aaaa) Tj ET", glyphs)) is None


@pytest.mark.parametrize("mode", [3, 4, 5, 6, 7])
def test_text_without_ink_is_no_unit_even_where_a_picture_shows_through(mode):
    assert words_of(set_in(b"2 Tr")) == ["numbered", "copies"]
    assert words_of(set_in(b"%d Tr" % mode)) == []


def test_words_at_whose_gap_a_reader_may_or_may_not_see_a_blank_are_frozen():
    """Gaps that grow by 4 thousandths of an em from line to line: some lie where PDFium begins to see a blank."""
    lines = b"".join(b"[(numbered) -%d (copies)] TJ 0 -16 Td " % gap for gap in range(130, 290, 4))
    pdf = set_in(b"", lines)
    found, kept = len(words_of(pdf)), shifts_of(pdf)
    assert found == 80
    assert 40 < len(kept.units) < found
    pulled = np.tile(np.array([(1, 1), (-1, 1)], np.int8), (len(kept.units), 1))[: len(kept.units)]
    for signs in (pulled, -pulled):
        assert text_of(filled(pdf, kept, signs)) == text_of(pdf)


def test_text_behind_an_unknown_width_stays_until_its_place_is_set_anew():
    pdf = page_of(
        b"BT /Missing 12 Tf 70 700 Td (unknown) Tj /F1 12 Tf (drifting) Tj 0 -20 Td (returned) Tj ET"
    )
    assert words_of(pdf) == ["returned"]


@pytest.mark.parametrize(
    "content",
    [
        b"Q BT /F1 12 Tf 70 700 Td (numbered) Tj ET",
        b"BT BT /F1 12 Tf 70 700 Td (numbered) Tj ET",
        b"/F1 12 Tf 70 700 Td (numbered) Tj",
        b"BT /F1 12 Tf 70 700 Td (numbered) Tj ET ET",
        b"BT /F1 12 Tf 5 70 700 Td (numbered) Tj ET",
        b"BT /F1 12 Tf 70 700 Td (numbered) Tj ET unheard",
        b"BT /F1 12 Tf 70 700 Td (numbered) Tj ET ] >> (never closed",
        b"BT /F1 12 Tf 70 700 Td /numbered Tj ET",
    ],
)
def test_content_that_viewers_may_read_otherwise_stays(content):
    pdf = page_of(content)
    with opened(pdf) as document, pytest.raises(UnclearContent):
        walk_page(document.pages[0].obj, drawn_once(document))
    assert shifts_of(pdf) is None


@pytest.mark.parametrize("name", sorted(PAPERS))
def test_no_awkward_page_ends_the_search(name):
    with opened(cleaned(PAPERS[name]())) as document:
        for page in range(1, len(document.pages) + 1):
            shifts = find_shifts(document, page)
            assert shifts is None or len(shifts.units) > 0


def test_looking_for_units_leaves_the_document_as_it_is():
    pdf = PAGES["Helvetica without widths"]()
    with opened(pdf) as document:
        before = saved(document)
        assert find_shifts(document, 1) is not None
        assert saved(document) == before


def form(pdf, content, **entries):
    return pdf.make_stream(
        content, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 595, 842]), **entries
    )


def nesting(draws: bytes, pages: int = 1) -> bytes:
    with pikepdf.new() as pdf:
        fonts = Dictionary(F1=helvetica())
        inner = form(pdf, b"BT /F1 12 Tf 70 600 Td (nested words) Tj ET", Resources=Dictionary(Font=fonts))
        for _ in range(pages):
            page = add_page(
                pdf, b"BT /F1 12 Tf 70 700 Td (numbered copies) Tj ET q 1 0 0 1 20 5 cm " + draws + b" Q"
            )
            page.Resources = Dictionary(Font=fonts, XObject=Dictionary(Inner=inner))
        return cleaned(saved(pdf))


def test_a_form_drawn_once_has_its_words_moved_where_it_is_drawn():
    shifts = shifts_of(nesting(b"/Inner Do"))
    assert [stream.path for stream in shifts.streams] == [("/FtPage",), ("/FtPage", "/Inner")]
    assert len(shifts.units) == 4
    assert np.allclose(shifts.units[2, 0], 90 * 25.4 / 72, atol=0.01)


@pytest.mark.parametrize(
    "pdf", [nesting(b"/Inner Do 1 0 0 1 0 -50 cm /Inner Do"), nesting(b"/Inner Do", pages=2)]
)
def test_a_form_drawn_twice_stays(pdf):
    shifts = shifts_of(pdf)
    assert [stream.path for stream in shifts.streams] == [("/FtPage",)]
    assert len(shifts.units) == 2


def test_a_form_that_a_soft_mask_draws_as_well_stays():
    with pikepdf.new() as pdf:
        fonts = Dictionary(F1=helvetica())
        inner = form(
            pdf,
            b"BT /F1 12 Tf 70 600 Td (nested words) Tj ET",
            Resources=Dictionary(Font=fonts),
            Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray),
        )
        page = add_page(pdf, b"/Inner Do /Masked gs 0 0 300 300 re f")
        mask = Dictionary(S=Name.Luminosity, G=inner)
        page.Resources = Dictionary(
            XObject=Dictionary(Inner=inner), ExtGState=Dictionary(Masked=Dictionary(SMask=mask))
        )
        found = shifts_of(cleaned(saved(pdf)))
    assert found is None


def test_the_form_of_a_page_that_another_page_draws_too_stays():
    with opened(cleaned(PAPERS["plain"]())) as document:
        assert find_shifts(document, 2) is not None
        document.pages[0].obj.Resources.XObject.FtPage = document.pages[1].obj.Resources.XObject.FtPage
        assert find_shifts(document, 2) is None


def test_a_word_printed_twice_for_boldness_is_one_unit_and_a_crowd_is_none():
    bold = page_of(b"BT /F1 12 Tf 70 700 Td (numbered) Tj ET BT /F1 12 Tf 70.3 700 Td (numbered) Tj ET")
    crowd = page_of(b"BT /F1 12 Tf 70 700 Td (numbered) Tj ET BT /F1 12 Tf 90 704 Td (copies) Tj ET")
    assert words_of(bold) == ["numberednumbered"]
    assert words_of(crowd) == []


def test_units_of_a_turned_page_lie_where_they_are_seen():
    with pikepdf.new() as pdf:
        page = add_page(pdf, b"BT /F1 12 Tf 0 1 -1 0 300 100 Tm (numbered) Tj ET", Rotate=90)
        page.Resources = Dictionary(Font=Dictionary(F1=helvetica()))
        (unit,) = shifts_of(cleaned(saved(pdf))).units
    assert np.allclose(unit[0], 100 * 25.4 / 72, atol=0.01)
    assert unit[1] < 300 * 25.4 / 72 < unit[3]
    assert unit[2] - unit[0] > unit[3] - unit[1]


def test_running_text_is_almost_all_units():
    shifts = shifts_of(page_of(running_text()))
    assert len(shifts.units) > 100
