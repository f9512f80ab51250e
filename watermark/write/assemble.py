"""Put a cleaned document together with the places of its marks, and take it apart into what is constant and the slots.

What a page draws of the document is one form; where words of it can be displaced, that form and those it draws become
slots too: a form that holds displaced words is filled for each copy, one that only draws such a form is the same in
every copy but for the object number it refers to.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import pikepdf

from watermark.clean.inspect import CONTENT_NAME
from watermark.displace.shifts import PageShifts
from watermark.displace.textwalk import form_at
from watermark.plan import MarkPlan
from watermark.write import fonts, paint
from watermark.write.base import TILES, Base, Carrier, Slot
from watermark.write.dissect import forget_slot, leaf, skeleton, take_as_slot
from watermark.write.revision import Template
from watermark.write.surveyed import BasePage, Survey

#: Keeps the resources of the marks in the document while it is assembled.
_RESOURCES: Final = "/FtResources"

Path = tuple[str, ...]


def assemble(cleaned: bytes, survey: Survey, texts: Iterable[str], further: Iterable[bytes]) -> Base:
    """Return the base of a document, without findings.

    Args:
        cleaned: The document as it was surveyed.
        survey: What is known of its pages.
        texts: Every text that the marks may contain.
        further: What ``FontChain.cut`` gave for these texts.
    """
    pages, plan = survey.pages, survey.plan
    saved = io.BytesIO()
    with pikepdf.open(io.BytesIO(cleaned)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream):
                forget_slot(item)  # a document may use our words for its own purposes
        slots = _slots(pages, plan)
        font, face = fonts.embed(pdf, texts, further)
        # A page may leave any state behind in a group: marks are painted opaque whatever came before (§11.6).
        opaque = pikepdf.Dictionary(
            Type=pikepdf.Name.ExtGState, ca=1, CA=1, BM=pikepdf.Name.Normal, SMask=pikepdf.Name("/None")
        )
        pdf.Root[_RESOURCES] = pdf.make_indirect(
            pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font), ExtGState=pikepdf.Dictionary(G=opaque))
        )
        for sheet, page in zip(pdf.pages, pages, strict=True):
            sheet.obj.Contents = pdf.make_stream(paint.page(page.placement, page.cells, plan, page.height_pt))
        for (page_no, path), slot in slots.contents.items():
            form = form_at(pdf.pages[page_no].obj, path)
            take_as_slot(form, slot, held=slots.order[slot].carrier is Carrier.HOLDER)
        pdf.save(
            saved,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            static_id=True,
        )
    with pikepdf.open(saved) as pdf:
        resources = pdf.Root[_RESOURCES].objgen[0]
        del pdf.Root[_RESOURCES]
        leaves = [
            leaf(sheet.obj, names, sheet.obj.Contents.objgen[0])
            for sheet, names in zip(pdf.pages, slots.drawn, strict=True)
        ]
        entries = [_entries(slot, pages, plan, resources) for slot in slots.order]
        bones = skeleton(pdf, entries, leaves)
    return Base(survey, face, resources, tuple(slots.order), bones, findings=())


@dataclass
class _Slots:
    """What each copy brings: by number, by the names each page draws them by, and by the forms that become them."""

    order: list[Slot] = field(default_factory=list)
    drawn: list[dict[str, int]] = field(default_factory=list)
    contents: dict[tuple[int, Path], int] = field(default_factory=dict)
    _numbers: dict[Slot, int] = field(default_factory=dict)

    def number(self, slot: Slot) -> int:
        """Return the number of a slot, a new one if it was not asked for before."""
        if slot not in self._numbers:
            self._numbers[slot] = len(self.order)
            self.order.append(slot)
        return self._numbers[slot]


def _slots(pages: Sequence[BasePage], plan: MarkPlan) -> _Slots:
    """Number everything that copies bring."""
    slots = _Slots()
    same_words: dict[object, int] = {}
    for number, page in enumerate(pages):
        own = number if plan.per_page else 0
        wanted = {paint.WORDS_NAME: Slot(Carrier.WORDS, same_words.setdefault(_words_place(page), number))}
        if plan.dots:
            wanted |= {
                paint.TILE_NAMES[shape]: Slot(carrier, own)
                for carrier, shape in TILES.items()
                if page.cells.has(shape)
            }
        if plan.qr:
            wanted[paint.CODE_NAME] = Slot(Carrier.CODE, own)
        drawn = {name: slots.number(slot) for name, slot in wanted.items()}
        if page.shifts and plan.shifts:
            for path, slot in _content_slots(number, page.shifts):
                slots.contents[number, path] = slots.number(slot)
            drawn[CONTENT_NAME] = slots.contents[number, (CONTENT_NAME,)]
        slots.drawn.append(drawn)
    return slots


def _content_slots(page: int, shifts: PageShifts) -> Iterator[tuple[Path, Slot]]:
    """Yield the forms on the way to displaced words, those words' own included, as slots."""
    filled = {stream.path: part for part, stream in enumerate(shifts.streams)}
    on_the_way = sorted({path[:length] for path in filled for length in range(1, len(path) + 1)})
    for number, path in enumerate(on_the_way):
        if path in filled:
            yield path, Slot(Carrier.CONTENT, page, filled[path])
        else:
            yield path, Slot(Carrier.HOLDER, page, number)


def _words_place(page: BasePage) -> object:
    """Return what pages have in common that can draw the same texts."""
    rooms = ((room.rect, room.align, room.size_pt, room.over_content) for room in page.placement.rooms)
    return page.height_pt, page.width_pt, page.placement.official, *rooms


def _entries(slot: Slot, pages: Sequence[BasePage], plan: MarkPlan, resources: int) -> Template | None:
    """Return the entries of a slot's dictionary; None for one that has them from the document."""
    if slot.carrier in {Carrier.CONTENT, Carrier.HOLDER}:
        return None
    if plan.dots and slot.carrier in TILES:
        box = paint.tile_box(TILES[slot.carrier], plan.dots)
    elif slot.carrier is Carrier.CODE:
        box = paint.code_box()
    else:
        box = b"/BBox[0 0 %.5f %.5f]" % (pages[slot.page].width_pt, pages[slot.page].height_pt)
    return Template(b"/Type/XObject/Subtype/Form%s/Resources %d 0 R" % (box, resources))
