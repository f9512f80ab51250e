"""A page laid flat from its picture, under the colours of what spoke for and against; and the plot of the decoys."""

import io

import cv2
import numpy as np
import PIL.Image
import pytest

from registry.rules.evidence import CandidateSeen, ComparedSeen
from service.papers.decoys import WIDTH, draw_plot, needed_log10, plot_decoys
from service.papers.overlays import draw_overlay
from watermark import PlacedPage, Voice

WIDTH_MM, HEIGHT_MM = 200.0, 280.0


def seen(page, turn_deg):
    """Return a picture of a page that lies turned on a dark desk, and the mesh by which it was found."""
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 0.6)
    picture = cv2.warpAffine(page, turn, (width, height), borderValue=40)
    xs, ys = np.meshgrid(np.linspace(0, width - 1, 6), np.linspace(0, height - 1, 8))
    mesh = np.stack([xs, ys], axis=2) @ turn[:, :2].T + turn[:, 2]
    return picture, mesh.astype(np.float32)


def placed(mesh, voice=None):
    return PlacedPage(0, "7", 1, mesh, WIDTH_MM, HEIGHT_MM, 99, 0.05, 100.0, 10, 10, voice)


def drawn(picture, place):
    with PIL.Image.open(io.BytesIO(draw_overlay(picture, place))) as opened:
        return np.asarray(opened.convert("RGB"), np.int32)


@pytest.mark.parametrize("turn_deg", [0, 35, 180])
def test_a_page_is_laid_upright_however_it_lay(turn_deg):
    page = np.full((1400, 1000), 255, np.uint8)
    page[140:280, 100:500] = 0  # ink at the upper left only
    picture, mesh = seen(page, turn_deg)
    flat = drawn(picture, placed(mesh))
    height, width = flat.shape[:2]
    assert height / width == pytest.approx(HEIGHT_MM / WIDTH_MM, rel=0.01)
    assert flat[round(height * 0.15), round(width * 0.3)].max() < 60
    assert flat[round(height * 0.85), round(width * 0.7)].min() > 230


def test_what_speaks_for_is_blue_and_what_speaks_against_is_orange_and_loud_is_denser():
    picture, mesh = seen(np.full((1400, 1000), 255, np.uint8), 0)
    boxes = np.array([[20, 20, 60, 40], [20, 60, 60, 80], [20, 100, 60, 120]], np.float32)
    voice = Voice(boxes, np.array([1.0, -1.0, 0.1], np.float32), np.array([False, False, False]))
    flat = drawn(picture, placed(mesh, voice))
    per_mm = flat.shape[1] / WIDTH_MM
    loud_for, loud_against, faint_for = (flat[round(y * per_mm), round(40 * per_mm)] for y in (30, 70, 110))
    assert loud_for[2] > loud_for[0] + 60
    assert loud_against[0] > loud_against[2] + 60
    assert faint_for[0] > loud_for[0] + 60
    assert flat[round(200 * per_mm), round(40 * per_mm)].min() > 230


def test_a_piece_that_is_torn_away_is_left_grey():
    picture, mesh = seen(np.full((1400, 1000), 255, np.uint8), 0)
    flat = drawn(picture[:, :500], placed(mesh))
    assert abs(int(flat[700, round(flat.shape[1] * 0.9)].mean()) - 214) < 8


def compared(decoys, fused=24.0):
    candidate = CandidateSeen("0123456789ABC", 7, (1,), fused, None, fused, 5 - fused)
    return ComparedSeen((candidate,), 2, 10, 5, 1000, tuple(decoys))


def test_the_plot_shows_decoys_left_of_the_line_and_the_named_copy_right_of_it():
    plot = plot_decoys(compared([-3.0, -2.0, -2.0, 0.5]))
    assert plot.line == pytest.approx(14.0)
    assert needed_log10(compared([])) == pytest.approx(9 + 5)
    assert max(bar.x for bar in plot.bars) < plot.line_x < plot.candidates_x[0] <= WIDTH
    assert (plot.decoys, plot.highest) == (4, 0.5)
    with PIL.Image.open(io.BytesIO(draw_plot(plot))) as picture:
        assert picture.format == "PNG"


def test_without_decoys_there_is_no_plot():
    assert plot_decoys(compared([])) is None
