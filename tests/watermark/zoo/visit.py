"""One visit to an animal: everything that has to hold of a stamped copy is looked at here, and told in a word.

Nothing here trusts the check that preparing does of itself: codes are sought in the finished copy, their places are
compared with the placement, the file is cut into pieces, and the page is held against what a viewer prints of the
original.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw

import watermark
from watermark import render
from watermark.marks import qr
from watermark.placement import Placement
from watermark.units import MM_PER_INCH, PT_PER_INCH, px_from_mm

TEXT = "F17K2PX9QRTM4WD013Q8ZV5N2C6H1J0KXA"
PAGE = watermark.PageMark(
    TEXT, "7K2PX-9QRTM-4WD5H", ("机密★10年 · Copy 12 of 30",), "份号 000012", "机密★10年"
)
WORDS = (*PAGE.lines, PAGE.head_left, PAGE.head_right)

PX_PER_MODULE = 4
TOLERANCE_MODULES = 1.5

#: Original and copy are compared at this resolution; a pixel is half a millimetre.
DPI = 50
#: Largest side of a compared picture; posters are compared more coarsely.
LARGEST_PX = 2400
#: Steps of 255 by which a pixel may leave what lies around it in the other picture: dots darken a pixel by 16.
STEPS = 48
#: Pixels that may differ, of a million: PDFium rounds some edges otherwise inside a form.
PER_MILLION = 300
#: Connected pixels that a dot may change: dots stand at least four pixels apart.
DOT_PX = 3
#: Places at which a copy is cut.
CUTS = 6


@dataclass(frozen=True)
class Outcome:
    """How a visit went.

    Attributes:
        kind: ``stamped``, ``refused``, or what is wrong: ``misplaced``, ``unsound``,
            ``unmarked`` when cut, ``altered``.
        what: The code of a refusal, or where it is wrong.
        findings: Codes of what was told.
    """

    kind: str
    what: str = ""
    findings: frozenset[str] = frozenset()


def visit(original: bytes, unlike: str = "") -> Outcome:
    """Stamp a document and look at the copy.

    Args:
        original: The document.
        unlike: Why it need not look like the original; empty if it must.
    """
    try:
        base = watermark.prepare(original, texts=WORDS)
        told = frozenset(finding.code for finding in base.findings)
        copy = watermark.stamp(base, watermark.Mark(0x0123456789ABCDEF, b"key", (PAGE,) * len(base.pages)))
    except watermark.WatermarkError as refusal:
        return Outcome("refused", refusal.code)
    checks = (
        ("unmarked", _unmarked(base, copy)),
        ("unsound", _faults(original, copy)),
        ("misplaced", _misplaced(base, copy)),
        ("altered", () if unlike else _altered(original, base, copy)),
    )
    for kind, places in checks:
        for place in places:
            return Outcome(kind, place, told)
    return Outcome("stamped", "", told)


def _faults(original: bytes, copy: bytes) -> Iterator[str]:
    """Yield what qpdf has to say against a copy, if that is more than against the original."""
    try:
        with pikepdf.open(io.BytesIO(copy), attempt_recovery=False, suppress_warnings=True) as opened:
            after = [*opened.check_pdf_syntax(), *map(str, opened.get_warnings())]
    except pikepdf.PdfError as error:
        yield str(error)
        return
    with pikepdf.open(io.BytesIO(original), suppress_warnings=True) as opened:
        before = [*opened.check_pdf_syntax(), *map(str, opened.get_warnings())]
    if len(after) > len(before):
        yield from after


def _misplaced(base: watermark.Base, copy: bytes) -> Iterator[str]:
    """Yield the pages whose code cannot be read, or stands elsewhere than it should."""
    with render.opened(copy, watermark.Limits()) as drawn:
        assert len(drawn) == len(base.pages)
        for number, page in enumerate(base.pages, start=1):
            fault = _fault_of_code(drawn, number, page.placement)
            if fault:
                yield f"page {number}: {fault}"


def _fault_of_code(drawn: render.Pages, number: int, placement: Placement) -> str:
    """Return what is wrong with the code of a page, or nothing."""
    code, module = placement.code, placement.module_mm
    dpi = PX_PER_MODULE * MM_PER_INCH / module
    around = code.grown(3 * module)
    found = [one for one in qr.find(drawn.draw(number, dpi, gray=True, part=around)) if one.text == TEXT]
    if len(found) != 1:
        return f"read {len(found)} codes"
    left, top = max(around.left, 0), max(around.top, 0)
    sides = [
        (code.left, code.top),
        (code.right, code.top),
        (code.right, code.bottom),
        (code.left, code.bottom),
    ]
    expected = np.array([(px_from_mm(x - left, dpi), px_from_mm(y - top, dpi)) for x, y in sides])
    off = float(np.abs(found[0].corners_px - expected).max()) / PX_PER_MODULE
    return f"off by {off:.1f} modules" if off > TOLERANCE_MODULES else ""


def _unmarked(base: watermark.Base, copy: bytes) -> Iterator[str]:
    """Yield where a copy can be cut so that what is left has a page without its code."""
    ends = [match.end() for match in re.finditer(rb"endobj\s|endstream\s|%%EOF\s", copy)][:-1]
    chosen = {ends[place] for place in np.linspace(0, len(ends) - 1, min(CUTS, len(ends))).astype(int)}
    chosen |= {match.end() for match in re.finditer(rb"%%EOF\s", copy)}
    for end in sorted(end for end in chosen | {end + 40 for end in list(chosen)[:2]} if end < len(copy)):
        try:
            with pikepdf.open(io.BytesIO(copy[:end]), suppress_warnings=True) as cut:
                if not len(cut.pages):
                    continue
                mended = io.BytesIO()
                cut.save(mended)
            with render.opened(mended.getvalue(), watermark.Limits()) as drawn:
                pages = [*range(1, len(drawn) + 1)][:3]
                faults = [_fault_of_code(drawn, number, base.pages[number - 1].placement) for number in pages]
        except (pikepdf.PdfError, RuntimeError, watermark.WatermarkError):
            continue
        if any(faults):
            yield f"cut at {end} of {len(copy)}"


def _altered(original: bytes, base: watermark.Base, copy: bytes) -> Iterator[str]:
    """Yield the pages that look, outside their marks, different from what a viewer prints of the original."""
    units = _user_units(original)
    try:
        viewer = pypdfium2.PdfDocument(original)
    except pypdfium2.PdfiumError:
        yield "the viewer does not open the original"
        return
    try:
        viewer.init_forms()
        for number, page in enumerate(base.pages, start=1):
            dpi = min(DPI, LARGEST_PX * PT_PER_INCH / max(page.width_pt, page.height_pt))
            before = _printed(viewer, number, dpi * units[number - 1])
            after = watermark.render_page(copy, number, dpi)
            if max(abs(before.shape[0] - after.shape[0]), abs(before.shape[1] - after.shape[1])) > 1:
                yield f"page {number}: {before.shape} became {after.shape}"
                continue
            height, width = min(before.shape[0], after.shape[0]), min(before.shape[1], after.shape[1])
            wrong = _strayed(before[:height, :width], after[:height, :width])
            wrong[_ours(page.placement, wrong.shape, dpi)] = False
            wrong = _without_dots(wrong)
            if wrong.sum() > 2 + PER_MILLION * wrong.size / 1e6:
                rows, columns = wrong.nonzero()
                yield f"page {number}: {len(rows)} pixels, first at row {rows[0]}, column {columns[0]} at {dpi:.0f} dpi"
    finally:
        viewer.close()


def _user_units(original: bytes) -> list[float]:
    """Return the user unit of each page, which PDFium does not know."""
    with pikepdf.open(io.BytesIO(original), suppress_warnings=True) as opened:
        units = [float(page.obj.get("/UserUnit", 1)) for page in opened.pages]
    return [unit if unit > 0 else 1.0 for unit in units]


def _printed(viewer: pypdfium2.PdfDocument, number: int, dpi: float) -> np.ndarray:
    """Return a page as a viewer prints it, with its comments and fields."""
    page = viewer[number - 1]
    bitmap = page.render(scale=dpi / PT_PER_INCH, rev_byteorder=True, extra_flags=pypdfium2.raw.FPDF_PRINTING)
    picture: np.ndarray = bitmap.to_numpy()[..., :3].copy()
    return picture


def _strayed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return where one picture has a colour that the other has nowhere around."""
    around = np.ones((3, 3), np.uint8)
    wrong = np.zeros(before.shape[:2], dtype=bool)
    for one, other in ((before, after), (after, before)):
        darkest, lightest = cv2.erode(other, around).astype(int), cv2.dilate(other, around).astype(int)
        wrong |= ((one < darkest - STEPS) | (one > lightest + STEPS)).any(axis=2)
    return wrong


def _without_dots(wrong: np.ndarray) -> np.ndarray:
    """Return the changes that are larger than a dot."""
    _, parts, facts, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8), connectivity=8)
    larger: np.ndarray = wrong & (facts[parts, cv2.CC_STAT_AREA] > DOT_PX)
    return larger


def _ours(placement: Placement, shape: tuple[int, int], dpi: float) -> np.ndarray:
    """Return which pixels belong to marks, with a pixel around them."""
    ours = np.zeros(shape, dtype=bool)
    margin = 1.5 * MM_PER_INCH / dpi
    for rect in (placement.code_box, *(room.rect.grown(0.7) for room in placement.rooms)):
        left, top, right, bottom = (round(px_from_mm(side, dpi)) for side in rect.grown(margin))
        ours[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = True
    return ours
