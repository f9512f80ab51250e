"""The whole way of a sheet: stamped, printed, scanned, its QR code blacked out, and named all the same."""

import io
from functools import cache

import numpy as np
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from bench import paper
from tests.watermark.test_read_images import packed
from watermark import Mark, PageMark, prepare, read, render_page, stamp
from watermark.units import PT_PER_MM

IDENTITY = 0x0FED_CBA9_8765_4321
KEY = b"a key of ours"
CAPTION = "01234-56789-ABC00"
QR_TEXT = "F10123456789ABC00{}ZZZZZZZZZZZZZZZZ"


@cache
def copy():
    """Return the stamped PDF of two pages of dense text."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    for _ in range(2):
        canvas.setFont("Times-Roman", 11)
        for line in range(48):
            y = (272 - 5.2 * line) * PT_PER_MM
            canvas.drawString(
                25 * PT_PER_MM, y, f"{line} resolved that the committee adjourn until its chair " * 2
            )
        canvas.showPage()
    canvas.save()
    pages = tuple(PageMark(qr_text=QR_TEXT.format(number), caption=CAPTION) for number in (1, 2))
    return stamp(prepare(target.getvalue(), texts=[CAPTION]), Mark(IDENTITY, KEY, pages))


@cache
def printed():
    """Return the second page as printed, its QR code still there."""
    return render_page(copy(), 2, paper.PRINT_DPI, gray=True)


def test_a_scan_of_a_stamped_page_without_its_qr_names_copy_and_page():
    hidden = printed().copy()
    (found,) = read(paper.png(hidden[::2, ::2])).pages[0].qr
    left, top = (2 * np.array(found.corners).min(axis=0) - 60).astype(int)
    right, bottom = (2 * np.array(found.corners).max(axis=0) + 60).astype(int)
    hidden[max(top, 0) : bottom, max(left, 0) : right] = 0
    scan = Image.fromarray(paper.Scan.ordinary(21).picture(hidden))
    (page,) = read(packed(scan, "PDF", resolution=300), key=KEY).pages
    assert page.qr == ()
    assert page.dots is not None
    assert (page.dots.identity, page.dots.page) == (IDENTITY, 2)
    assert page.dots.log10_chance < -50


def test_a_scan_of_a_stamped_page_shows_its_qr_too():
    (page,) = read(paper.png(paper.Scan.ordinary(22).picture(printed())), key=KEY).pages
    assert [found.text for found in page.qr] == [QR_TEXT.format(2)]
    assert page.dots is not None
    assert (page.dots.identity, page.dots.page) == (IDENTITY, 2)


def test_the_stamped_file_itself_is_read_page_by_page():
    pages = read(copy(), key=KEY).pages
    assert [(page.dots.identity, page.dots.page) for page in pages if page.dots] == [
        (IDENTITY, 1),
        (IDENTITY, 2),
    ]
