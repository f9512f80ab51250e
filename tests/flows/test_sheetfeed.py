"""A returned stack goes through a sheet-fed scanner: swapped, covered, glued, blank and strange pages are told."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

import watermark
from registry.errors import PermissionDenied
from registry.rules.codes import human_code
from service.flows import lending, making, sheetfeed, stacks
from service.flows.lending import PagesUnclear
from service.flows.scans import Scan, read_scan, seal_sheet
from service.flows.sheetfeed import Note
from service.flows.stacks import Task
from service.tokens import ForgedToken, Purpose
from tests.fixtures.handed import hand_out
from tests.fixtures.papers import draw_pdf


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Wait longer than a clerk would: tests run on machines that do other things too."""
    monkeypatch.setattr(sheetfeed, "PATIENCE_S", 1200.0)


@pytest.fixture
def codes(world):
    return hand_out(world, world.register(draw_pdf(2)), count=2)


def page(world, code, number):
    """Return a page of a copy as a scanner at 300 dpi sees it."""
    return watermark.render_page(making.copy_file(world.runtime, code), number, 300, gray=True).copy()


def qr_box(picture):
    (found,) = watermark.read_qr(scan_of(picture))
    xs, ys = zip(*found.corners, strict=True)
    return slice(int(min(ys)) - 12, int(max(ys)) + 12), slice(int(min(xs)) - 12, int(max(xs)) + 12)


def covered(picture):
    picture[qr_box(picture)] = 255
    return picture


def glued(picture, other):
    """Return a page with the QR of another on it."""
    box = qr_box(picture)
    picture[box] = other[box]
    return picture


def without_dots(picture):
    return cv2.medianBlur(picture, 5)


def scan_of(*pictures):
    """Return pages as one TIFF file, as feeders write them."""
    first, *others = [Image.fromarray(picture) for picture in pictures]
    target = io.BytesIO()
    first.save(
        target, "TIFF", save_all=True, append_images=others, compression="tiff_deflate", dpi=(300, 300)
    )
    return target.getvalue()


def fed(world, *files, before=()):
    return sheetfeed.read_scan_of_stack(world.runtime, world.clerk, files, before)


def notes(found):
    return [sheet.note for sheet in found.sheets]


def test_a_stack_with_covered_swapped_and_glued_pages_is_laid_out_as_if_scanned_by_hand(world, codes):
    one, two = codes
    blank = np.full((3508, 2480), 250, np.uint8)
    file = scan_of(
        page(world, one, 1),
        covered(page(world, two, 2)),  # swapped, and its QR gone
        blank,
        page(world, two, 1),
        glued(page(world, one, 2), page(world, two, 2)),
    )

    found = fed(world, file)

    assert notes(found) == [Note.QR, Note.MARKS, Note.BLANK, Note.QR, Note.CLASH]
    clash = found.sheets[4]
    assert (clash.scan, clash.claimed) == (Scan(one, 2), Scan(two, 2))
    assert [sheet.number for sheet in found.aside] == [5]
    assert found.compared == 2
    laid = stacks.lay_out(world.runtime, world.clerk, Task.TAKE_BACK, found.texts, every_page=True)
    checks = {row.line.copy.code: row.check for row in laid.rows}
    assert (checks[one].missing, checks[one].foreign) == ((2,), (f"{human_code(two)} p. 2",))
    assert (checks[two].missing, checks[two].foreign) == ((2,), (f"{human_code(one)} p. 2",))
    with pytest.raises(PagesUnclear):
        lending.take_back(world.runtime, world.clerk, found.texts, world.holder.person_id, every_page=True)
    again = fed(world, scan_of(page(world, one, 1)), before=found.texts)
    assert (notes(again), again.texts) == ([Note.AGAIN], ())


def test_a_page_without_qr_and_dots_is_named_by_its_words_beside_pages_of_its_document(world, codes):
    covered_up = without_dots(covered(page(world, codes[0], 2)))
    bare = watermark.render_page(draw_pdf(2), 2, 300, gray=True)

    found = fed(world, scan_of(page(world, codes[0], 1), covered_up), scan_of(bare))

    assert notes(found) == [Note.QR, Note.MARKS, Note.PAGE]
    assert found.sheets[1].scan == Scan(codes[0], 2)
    assert found.sheets[2].scan is None
    lending.take_back(world.runtime, world.clerk, found.texts, world.holder.person_id, every_page=True)


def test_what_nothing_names_counts_for_no_copy(world):
    lines = np.full((1754, 1240), 255, np.uint8)
    lines[200:1500:30, 150:1100] = 0
    found = fed(world, scan_of(lines))
    assert (notes(found), found.texts) == ([Note.UNREAD], ())


def test_only_who_takes_papers_back_reads_stacks(world):
    with pytest.raises(PermissionDenied):
        sheetfeed.read_scan_of_stack(world.runtime, world.holder, [b"any"])


def test_what_stands_for_a_sheet_read_here_cannot_be_made_elsewhere(world):
    text = seal_sheet(world.runtime.tokens, "0123456789ABC", 2)
    assert read_scan(world.runtime.tokens, text) == Scan("0123456789ABC", 2)
    link = world.runtime.tokens.sign(Purpose.DOWNLOAD, "0123456789ABC:2")
    for forged in (link, text[:5] + ("x" if text[5] != "x" else "y") + text[6:]):
        with pytest.raises(ForgedToken):
            read_scan(world.runtime.tokens, forged)
