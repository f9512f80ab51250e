"""Make a document ready for its copies: clean it, find room for marks on every page, and try the result once.

What is the same in every copy is done here, so that a copy costs only its own marks. A page on which a test mark cannot
be read back at its place is refused now, not at the printer.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pikepdf
from numpy.typing import NDArray

from watermark import errors
from watermark.marks import dots, qr
from watermark.placement import Paper, Placement, place, reserve
from watermark.plan import MarkPlan
from watermark.units import MM_PER_INCH, PT_PER_INCH, mm_from_pt, px_from_mm
from watermark.write import fonts, paint, render
from watermark.write.base import Base, BasePage, Carrier, Slot
from watermark.write.clean import as_broken_file, inspect
from watermark.write.findings import Finding
from watermark.write.limits import Limits
from watermark.write.revision import leaf, skeleton
from watermark.write.stamp import Mark, PageMark, stamp

#: Keeps the resources of the marks in the document while it is assembled.
_RESOURCES: Final = "/FtResources"

#: Ink is looked for at this resolution: the dots keep 0.45 mm away from it, here 2.1 pixels.
_INK_DPI: Final = 120.0
_INK_PX: Final = 12_000_000

#: Darker than the paper by more than this counts as ink: a tenth of the way from white to black.
_INK_STEP: Final = 26
#: On darker paper than this nothing black can be read.
_DARKEST_PAPER: Final = 140
_PAPER_PERCENTILE: Final = 90

_TEST_TEXT: Final = "F10123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TEST_PX_PER_MODULE: Final = 5
#: A code may be found this far from where it was put: the corner a reader reports varies by a module.
_TEST_TOLERANCE_MODULES: Final = 1.5


def prepare(
    pdf: bytes,
    *,
    texts: Iterable[str] = (),
    plan: MarkPlan = MarkPlan(),  # noqa: B008 -- a frozen value
    limits: Limits = Limits(),  # noqa: B008 -- a frozen value
) -> Base:
    """Return the base of a document's copies.

    Args:
        pdf: The document as it came, or as ``inspect`` cleaned it.
        texts: Every text that marks of this batch may contain; their letters are embedded.
        plan: Which marks its pages get.
        limits: Bounds on the file.

    Raises:
        UnusableFileError: the file cannot be used, or one of its pages cannot be marked (``UnstampablePageError``).
    """
    inspection = inspect(pdf, limits=limits)
    pages = _pages(inspection.cleaned, plan, limits)
    findings = [
        Finding("mark-over-content", n) for n, page in enumerate(pages, 1) if page.placement.is_over_content
    ]
    with as_broken_file():
        base = _assemble(inspection.cleaned, pages, plan, texts)
    if base.face.missing:
        numbers = " ".join(f"U+{ord(character):04X}" for character in sorted(base.face.missing))
        findings.append(Finding("characters-missing", facts={"characters": numbers}))
    base = replace(base, findings=(*inspection.findings, *findings))
    if plan.qr:
        _try(base, limits)
    return base


def ink_of(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where a grey ``(H, W)`` page picture is darker than its paper; everywhere if the paper itself is dark."""
    paper = float(np.percentile(picture, _PAPER_PERCENTILE))
    if paper < _DARKEST_PAPER:
        return np.ones(picture.shape, dtype=np.bool_)
    ink: NDArray[np.bool_] = picture < paper - _INK_STEP
    return ink


def _pages(cleaned: bytes, plan: MarkPlan, limits: Limits) -> tuple[BasePage, ...]:
    """Look at every page and choose the places of its marks and dots."""
    pages = []
    with render.opened(cleaned, limits) as drawn:
        for number in range(1, len(drawn) + 1):
            width_pt, height_pt = drawn.size_pt(number)
            inches = width_pt * height_pt / PT_PER_INCH**2
            dpi = min(_INK_DPI, (min(_INK_PX, limits.picture_px) / inches) ** 0.5)
            ink = ink_of(drawn.draw(number, dpi, gray=True))
            paper = Paper(mm_from_pt(width_pt), mm_from_pt(height_pt), ink, dpi)
            try:
                placement = place(paper)
            except errors.PageTooSmallError as error:
                raise errors.PageTooSmallError(page=number, **error.facts) from error
            pages.append(
                BasePage(
                    width_pt,
                    height_pt,
                    placement,
                    _cells(paper, placement, plan),
                    np.zeros((0, 4), np.float32),
                )
            )
    return tuple(pages)


def _cells(paper: Paper, placement: Placement, plan: MarkPlan) -> NDArray[np.bool_]:
    """Return the cells of a page that may bear a dot."""
    style = plan.dots or dots.USUAL
    cells = dots.usable_cells(reserve(paper, placement), paper.dpi, style)
    return cells if plan.dots else np.zeros_like(cells)


def _assemble(cleaned: bytes, pages: Sequence[BasePage], plan: MarkPlan, texts: Iterable[str]) -> Base:
    """Give every page its content around empty slots, and take the PDF apart."""
    saved = io.BytesIO()
    with pikepdf.open(io.BytesIO(cleaned)) as pdf:
        font, face = fonts.embed(pdf, texts)
        # A page may leave any state behind in a group: marks are painted opaque whatever came before (§11.6).
        opaque = pikepdf.Dictionary(
            Type=pikepdf.Name.ExtGState, ca=1, CA=1, BM=pikepdf.Name.Normal, SMask=pikepdf.Name("/None")
        )
        pdf.Root[_RESOURCES] = pdf.make_indirect(
            pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font), ExtGState=pikepdf.Dictionary(G=opaque))
        )
        for sheet, page in zip(pdf.pages, pages, strict=True):
            sheet.obj.Contents = pdf.make_stream(paint.page(page.placement, page.cells, plan, page.height_pt))
        pdf.save(
            saved,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            static_id=True,
        )
    with pikepdf.open(saved) as pdf:
        resources = pdf.Root[_RESOURCES].objgen[0]
        del pdf.Root[_RESOURCES]
        slots, drawn = _slots(pages, plan)
        entries = [_slot_entries(slot, pages, plan, resources) for slot in slots]
        leaves = [
            leaf(sheet.obj, names, sheet.obj.Contents.objgen[0])
            for sheet, names in zip(pdf.pages, drawn, strict=True)
        ]
        return Base(
            tuple(pages), plan, face, resources, tuple(slots), skeleton(pdf, entries, leaves), findings=()
        )


def _slots(pages: Sequence[BasePage], plan: MarkPlan) -> tuple[list[Slot], list[dict[str, int]]]:
    """Return the slots of a document, and for each page by which name it draws which of them."""
    slots: dict[Slot, int] = {}
    drawn = []
    same_words: dict[object, int] = {}
    for number, page in enumerate(pages):
        wanted = {paint.WORDS_NAME: Slot(Carrier.WORDS, same_words.setdefault(_words_place(page), number))}
        own = number if plan.per_page else 0
        if plan.dots:
            wanted[paint.TILE_NAME] = Slot(Carrier.TILE, own)
        if plan.qr:
            wanted[paint.CODE_NAME] = Slot(Carrier.CODE, own)
        drawn.append({name: slots.setdefault(slot, len(slots)) for name, slot in wanted.items()})
    return list(slots), drawn


def _words_place(page: BasePage) -> object:
    """Return what pages have in common that can draw the same texts."""
    return page.height_pt, page.width_pt, page.placement.scale, page.placement.rooms


def _slot_entries(slot: Slot, pages: Sequence[BasePage], plan: MarkPlan, resources: int) -> bytes:
    """Return the entries of a slot's dictionary."""
    if slot.carrier is Carrier.TILE and plan.dots:
        box = paint.tile_box(plan.dots)
    elif slot.carrier is Carrier.CODE:
        box = paint.code_box()
    else:
        box = b"/BBox[0 0 %.5f %.5f]" % (pages[slot.page].width_pt, pages[slot.page].height_pt)
    return b"/Type/XObject/Subtype/Form%s/Resources %d 0 R" % (box, resources)


def _try(base: Base, limits: Limits) -> None:
    """Stamp a test copy and read every page's code where it should be."""
    mark = PageMark(_TEST_TEXT, "00000-00000-00000", ("",))
    stamped = stamp(base, Mark(0, b"", (mark,) * len(base.pages)))
    with render.opened(stamped, limits) as drawn:
        for number, page in enumerate(base.pages, start=1):
            module_mm = page.placement.module_mm
            dpi = _TEST_PX_PER_MODULE * MM_PER_INCH / module_mm
            picture = drawn.draw(number, dpi, gray=True, part=page.placement.code_box)
            if not _is_read(picture, page.placement, dpi):
                raise errors.UnstampablePageError(page=number)


def _is_read(picture: NDArray[np.uint8], placement: Placement, dpi: float) -> bool:
    """Tell whether a picture of the code's box shows the test code and nothing else, where it was put."""
    found = qr.find(picture)
    if [code.text for code in found] != [_TEST_TEXT]:
        return False
    box, code = placement.code_box, placement.code
    left, top = px_from_mm(code.left - max(box.left, 0), dpi), px_from_mm(code.top - max(box.top, 0), dpi)
    side = px_from_mm(code.width, dpi)
    expected = np.array([(left, top), (left + side, top), (left + side, top + side), (left, top + side)])
    off = np.abs(found[0].corners_px - expected).max()
    return bool(off <= px_from_mm(placement.module_mm, dpi) * _TEST_TOLERANCE_MODULES)
