"""Labels and the ruler are what they say in real millimetres: drawn, rasterised, and measured."""

import io

import numpy as np
import pikepdf
import pytest
import zxingcpp

from registry.rules.codes import human_code, mint_code, parse_human_code
from service.papers import labels, ruler
from service.papers.labels import Label, draw_labels
from service.papers.ruler import draw_ruler
from watermark import render_page

DPI = 600
PX = DPI / 25.4


def rendered(pdf: bytes, page: int = 1):
    """Return a page as ``(H, W)``, True where there is ink."""
    return render_page(pdf, page, dpi=DPI, gray=True) < 128


def runs(line):
    """Return start and end of every stretch of ink on a line, in millimetres."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
    return [(first / PX, last / PX) for first, last in edges.reshape(-1, 2)]


def test_the_square_of_the_ruler_measures_a_hundred_millimetres():
    ink = rendered(draw_ruler())
    across = runs(ink[int((ruler.SQUARE_TOP_MM + 20) * PX), int(40 * PX) : int(170 * PX)])
    down = runs(ink[int(40 * PX) : int(170 * PX), int((ruler.SQUARE_LEFT_MM + 20) * PX)][int(15 * PX) :])
    for first, last in ((across[0], across[-1]), (down[0], down[-1])):
        assert sum(last) / 2 - sum(first) / 2 == pytest.approx(100, abs=0.05)


@pytest.mark.parametrize("side", ["top", "left", "bottom", "right"])
def test_the_ruler_has_a_tick_at_every_millimetre_on_all_four_sides(side):
    ink = rendered(draw_ruler())
    if side in {"left", "right"}:
        ink = ink.T
    height, width = ink.shape[0] / PX, ink.shape[1] / PX
    depth = ruler.INSET_MM + 1 if side in {"top", "left"} else height - ruler.INSET_MM - 1
    found = [sum(run) / 2 for run in runs(ink[int(depth * PX)])]
    inside = [place for place in found if ruler.INSET_MM + 4 < place < width - ruler.INSET_MM - 4]
    wanted = [place for place, _ in ruler.ticks_mm(width)]
    assert inside == pytest.approx(wanted, abs=0.06)


@pytest.mark.parametrize(("field", "side_px"), list(enumerate(ruler.DOT_SIDES_PX)))
def test_the_dots_of_the_ruler_are_whole_device_pixels_wide(field, side_px):
    ink = rendered(draw_ruler())
    left, top = ruler.DOTS_LEFT_MM + field * ruler.DOTS_APART_MM - 0.5, ruler.DOTS_TOP_MM - 0.5
    window = ink[int(top * PX) : int((top + 1.4) * PX), int(left * PX) : int((left + 15.5) * PX)]
    widths = [round((last - first) * PX) for first, last in runs(window.any(axis=0))]
    assert len(widths) == ruler.DOTS_A_SIDE
    assert all(abs(width - side_px) <= 1 for width in widths)


def test_the_codes_of_the_ruler_are_read_and_name_their_size():
    texts = {found.text for found in zxingcpp.read_barcodes(render_page(draw_ruler(), 1, dpi=300))}
    assert texts == {"RULER 500 UM", "RULER 600 UM", "RULER 700 UM", "RULER 800 UM"}


def test_a_sheet_of_labels_is_cut_at_seventy_by_thirty_seven():
    made = [Label(f"{number:06d}", human_code(mint_code()), f"{number} / 25") for number in range(1, 26)]
    pdf = draw_labels(made)
    found = zxingcpp.read_barcodes(render_page(pdf, 1, dpi=200))
    scale = 200 / 25.4
    assert len(found) == labels.PER_SHEET
    places = {}
    for code in found:
        corner = code.position.top_left
        places[code.text] = (corner.x / scale, corner.y / scale)
    for index, label in enumerate(made[:24]):
        row, column = divmod(index, labels.COLUMNS)
        left = column * labels.WIDTH_MM + labels.WIDTH_MM - 4.5 - labels.QR_MM
        top = 0.5 + row * labels.HEIGHT_MM + (labels.HEIGHT_MM - labels.QR_MM) / 2
        assert places[label.code.replace("-", "")] == pytest.approx((left, top), abs=0.4)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 2
        assert [float(side) for side in opened.pages[0].mediabox[2:]] == pytest.approx(
            [595.28, 841.89], abs=0.01
        )
        assert opened.Root.ViewerPreferences.PrintScaling == "/None"


def test_labels_begin_where_the_sheet_was_left():
    (found,) = zxingcpp.read_barcodes(
        render_page(
            draw_labels([Label("000001", human_code(mint_code()), "1 / 1")], first_place=24), 1, dpi=150
        )
    )
    assert found.position.top_left.x > 150 * 180 / 25.4
    assert found.position.top_left.y > 150 * 250 / 25.4


def test_the_code_on_a_label_is_what_could_be_typed_and_no_mark(runtime):
    code = mint_code()
    (found,) = zxingcpp.read_barcodes(
        render_page(draw_labels([Label("000001", human_code(code), "1 / 1")]), 1, dpi=150)
    )
    assert parse_human_code(found.text) == code
    with pytest.raises(Exception, match="mark"):
        runtime.tokens.verify_qr(found.text)


def test_the_same_labels_and_the_ruler_are_the_same_bytes():
    label = [Label("000001", "AAAAA-BBBBB-CCCCC", "1 / 1")]
    assert draw_labels(label) == draw_labels(label)
    assert draw_ruler() == draw_ruler()


def test_a_place_that_no_sheet_has_is_refused():
    with pytest.raises(ValueError, match="labels 1 to 24"):
        draw_labels([], first_place=25)
