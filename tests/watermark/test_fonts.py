"""Further faces: taken if they may be embedded, asked only for what ours lacks, and drawn to our scale."""

import io

import pikepdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

import watermark
from tests.watermark.papers import PAPERS, text_of
from watermark import errors
from watermark.write import fonts

RARE = "𠮷"
RARER = "𪚥"


def square(side):
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, side), (side, side), (side, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


def draw_font(path, characters, *, rights=0, units=2048):
    """Write a face in which these characters are black squares as wide as the em."""
    names = {ord(character): f"u{ord(character):X}" for character in characters}
    order = [".notdef", *names.values()]
    builder = FontBuilder(units, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf({name: square(units) for name in order})
    builder.setupHorizontalMetrics(dict.fromkeys(order, (units, 0)))
    builder.setupHorizontalHeader(ascent=units, descent=0)
    builder.setupOS2(fsType=rights)
    builder.setupPost()
    builder.setupNameTable({"familyName": "Rare", "styleName": "Regular"})
    builder.save(path)
    return path


@pytest.fixture
def chain(tmp_path):
    return watermark.open_fonts(
        [
            draw_font(tmp_path / "one.ttf", RARE + "年"),
            draw_font(tmp_path / "two.ttf", RARE + RARER, units=1000),
        ]
    )


def test_only_what_no_face_has_is_missing(chain):
    text = f"吉{RARE}{RARER}\U0002b81a"
    assert watermark.missing_characters(text) == (RARE, RARER, "\U0002b81a")
    assert chain.missing(text) == ("\U0002b81a",)
    assert watermark.FontChain().missing(RARE) == (RARE,)


def test_a_face_is_cut_to_what_ours_lacks_and_an_earlier_one_has_not(chain):
    assert chain.cut("年") == ()
    one, two = (TTFont(io.BytesIO(program)).getBestCmap() for program in chain.cut(f"年{RARE}{RARER}"))
    assert set(one) == {ord(RARE)}
    assert set(two) == {ord(RARER)}


def test_rare_names_are_printed_copied_out_and_to_scale(chain):
    line = f"{RARE}野 {RARER} 年"
    base = watermark.prepare(PAPERS["no_content"](), texts=(line,), further=chain.cut(line))
    assert "characters-missing" not in {found.code for found in base.findings}
    assert base.face.glyphs[RARE][1] == base.face.glyphs[RARER][1] == 1000
    page = watermark.PageMark("F17K2PX9QRTM4WD0013Q8ZV5N2C6H1J0KX", "", (line,))
    copy = watermark.stamp(base, watermark.Mark(1, b"", (page,)))
    assert line in text_of(copy)
    room = base.pages[0].placement.lines
    em_mm = room.size_pt / 72 * 25.4
    picture = watermark.render_page(copy, 1, 600, gray=True)
    middle = round((room.rect.bottom - em_mm * 0.6) / 25.4 * 600)
    left = round(room.rect.left / 25.4 * 600)
    across = picture[middle, left : left + round(em_mm / 25.4 * 600)]
    assert (across < 128).mean() > 0.95
    with pikepdf.open(io.BytesIO(copy)) as opened:
        faces = [
            item for item in opened.objects if isinstance(item, pikepdf.Dictionary) and "/FontFile2" in item
        ]
    assert len(faces) == 1


def test_without_the_chain_the_number_is_printed():
    base = watermark.prepare(PAPERS["no_content"](), texts=(RARE,))
    assert base.face.printable(RARE) == "〔U+20BB7〕"
    assert fonts.FontChain().cut(RARE) == ()


@pytest.mark.parametrize("rights", [0x0002, 0x0100, 0x0200, 0x0108])
def test_a_face_that_may_not_be_embedded_is_refused(tmp_path, rights):
    with pytest.raises(errors.UnusableFontError) as refused:
        watermark.open_fonts([draw_font(tmp_path / "closed.ttf", RARE, rights=rights)])
    assert refused.value.facts == {"file": "closed.ttf", "reason": "embedding-forbidden"}


@pytest.mark.parametrize("rights", [0, 0x0004, 0x0008])
def test_a_face_for_printing_editing_or_anything_is_taken(tmp_path, rights):
    chain = watermark.open_fonts([draw_font(tmp_path / "open.ttf", RARE, rights=rights)])
    assert chain.missing(RARE) == ()


def test_a_broken_or_absent_face_is_refused(tmp_path):
    whole = draw_font(tmp_path / "whole.ttf", RARE).read_bytes()
    (tmp_path / "cut.ttf").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.ttf").write_bytes(b"no font")
    for name in ("cut.ttf", "text.ttf", "absent.ttf"):
        with pytest.raises(errors.UnusableFontError) as refused:
            watermark.open_fonts([tmp_path / name])
        assert refused.value.facts == {"file": name, "reason": "broken"}
