"""A small piece of a page is found on it, and laid where it lies."""

import io
from functools import cache

import cv2
import numpy as np
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

import watermark
from watermark.trace.place.pieces import found, habits, laid, ways
from watermark.trace.place.placing import landmarks_of, mesh_mm, place
from watermark.units import MM_PER_INCH

DPI = 300
SIDE_MM = 20.0
WORDS = (
    "the committee takes note of figures that were laid before it and asks for a further account",
    "costs in every district by autumn since neither plan can be funded without cuts elsewhere",
)


@cache
def page():
    chance = np.random.default_rng(5)
    target = io.BytesIO()
    drawn = canvas.Canvas(target, pagesize=A4, invariant=1)
    text = drawn.beginText(70, 770)
    text.setFont("Times-Roman", 11)
    text.setLeading(16)
    for _ in range(44):
        text.textLine(" ".join(chance.choice(" ".join(WORDS).split(), 13)))
    drawn.drawText(text)
    drawn.showPage()
    drawn.save()
    cleaned = watermark.inspect(target.getvalue()).cleaned
    plan = watermark.MarkPlan(qr=False, lines=False, heads=False)
    base = watermark.prepare(cleaned, plan=plan)
    return cleaned, watermark.references(cleaned, base.survey, name="a document")[0]


def piece(left_mm: float, top_mm: float, turn_deg: float) -> np.ndarray:
    """Return a square of the page as a scan shows it, its middle where it was."""
    whole = watermark.render_page(page()[0], 1, DPI, gray=True)
    side = round(SIDE_MM / MM_PER_INCH * DPI)
    middle = (np.array([left_mm, top_mm]) + SIDE_MM / 2) / MM_PER_INCH * DPI
    turned = cv2.getRotationMatrix2D(middle.tolist(), -turn_deg, 1.0)
    turned[:, 2] += side / 2 - middle
    taken = cv2.warpAffine(whole, turned, (side, side), flags=cv2.INTER_AREA, borderValue=(255,))
    soft = cv2.GaussianBlur(taken, (0, 0), 0.8).astype(np.float32)
    return np.clip(soft + np.random.default_rng(1).normal(0, 4, soft.shape), 0, 255).astype(np.uint8)


def guesses(picture: np.ndarray):
    reference = page()[1]
    return [*ways(landmarks_of(picture), reference.landmarks, reference.px_per_mm), *habits()]


def lies(picture: np.ndarray):
    reference = page()[1]
    about = found(picture, guesses(picture), reference)
    there = [each for where in about if (each := laid(picture, where, reference)) is not None]
    return max(there, key=lambda each: each.likeness, default=None)


@pytest.mark.parametrize(("left_mm", "top_mm", "turn_deg"), [(90.0, 150.0, 1.5), (60.0, 200.0, 184.0)])
def test_a_piece_of_twenty_millimetres_is_laid_to_a_tenth_of_one(left_mm, top_mm, turn_deg):
    best = lies(piece(left_mm, top_mm, turn_deg))
    assert best is not None
    side = SIDE_MM / MM_PER_INCH * DPI
    corners = np.array([(0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)]) * side
    at = cv2.perspectiveTransform(corners[:, None], np.linalg.inv(best.there))[:, 0]
    turn = np.deg2rad(turn_deg)
    away = (corners - side / 2) @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    meant = np.array([left_mm, top_mm]) + SIDE_MM / 2 + (away + 0.5) / DPI * MM_PER_INCH
    assert np.abs(at - meant).max() < 0.1
    assert best.likeness > 0.8


@pytest.mark.parametrize(("left_px", "top_px"), [(700, 1500), (500, 2000)])
def test_a_piece_seen_at_a_slant_is_laid_by_landmarks(left_px, top_px):
    whole = watermark.render_page(page()[0], 1, DPI, gray=True)[top_px:, left_px:]
    aslant = np.array([[1.3, 0, 0], [0.1, 1, 0]])
    seen = cv2.warpAffine(whole, aslant, (560, 540), flags=cv2.INTER_AREA)
    noisy = seen + np.random.default_rng(1).normal(0, 4, seen.shape)
    picture = np.clip(noisy[80:380, 80:380], 0, 255).astype(np.uint8)
    best = next(each for each in place(picture, landmarks_of(picture), page()[1]) if each.is_seen)
    in_piece = best.mesh_px.reshape(-1, 2)
    at_px = (in_piece + np.array([80, 80])) @ np.linalg.inv(aslant[:, :2]).T + np.array([left_px, top_px])
    meant = mesh_mm(page()[1]).reshape(-1, 2) * DPI / MM_PER_INCH
    here = ((in_piece > 30) & (in_piece < 270)).all(axis=1)
    assert here.sum() >= 6
    assert np.abs(at_px - meant)[here].max() < 0.2 * DPI / MM_PER_INCH


def test_noise_lies_nowhere():
    noise = np.random.default_rng(2).integers(0, 256, (236, 236)).astype(np.uint8)
    best = lies(cv2.GaussianBlur(noise, (0, 0), 4))
    assert best is None or best.likeness < 0.5


def test_an_empty_piece_is_not_looked_for():
    blank = np.full((236, 236), 250, np.uint8)
    assert found(blank, guesses(blank), page()[1]) == []
