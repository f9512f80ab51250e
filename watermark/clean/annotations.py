"""What a viewer draws over a page when it prints it: form fields, stamps, comments with a look of their own."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pikepdf

from watermark.findings import Finding, tellable

#: Flags of annotations (ISO 32000-2 table 167).
_INVISIBLE: Final = 1
_HIDDEN: Final = 2
_PRINT: Final = 4

#: Show nothing of their own: links and the windows of comments.
_SILENT: Final = frozenset({"/Link", "/Popup"})

#: Fields whose look follows from their value, so that a viewer can draw it anew.
_WRITTEN: Final = frozenset({"/Tx", "/Ch"})

#: Levels of fields within fields that are followed upwards.
_DEEPEST: Final = 32

#: qpdf writes values in the letters of its fonts; others come out as question marks.
_QPDF_WRITES: Final = "latin-1"


@dataclass(frozen=True)
class Overlay:
    """What is drawn over one page, in its user space."""

    operators: bytes
    resources: pikepdf.Object


def lift(pdf: pikepdf.Pdf) -> tuple[dict[int, Overlay], list[Finding]]:
    """Take all annotations off their pages.

    Returns:
        What is to be drawn over which page, from 1, and what has to be known.
    """
    findings = list(_draw_fields(pdf))
    told = {
        number: (_counted(page.obj, drawn=True), _counted(page.obj, drawn=False))
        for number, page in enumerate(pdf.pages, start=1)
    }
    overlays = _flattened(pdf, [number for number, (drawn, _) in told.items() if drawn])
    for number, counts in told.items():
        for code, kinds in zip(("annotations-flattened", "annotations-removed"), counts, strict=True):
            if kinds:
                what = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
                findings.append(Finding(code, number, {"annotations": kinds.total(), "what": tellable(what)}))
    return overlays, findings


def _flattened(pdf: pikepdf.Pdf, numbers: list[int]) -> dict[int, Overlay]:
    """Let qpdf draw the annotations of some pages, each onto nothing, so that no page content can disturb them."""
    if not numbers:
        return {}
    kept = {}
    for number in numbers:
        page = pdf.pages[number - 1].obj
        kept[number] = {key: page.get(key) for key in ("/Contents", "/Resources")}
        page.Contents = pdf.make_stream(b"")
        page.Resources = pikepdf.Dictionary()
    others = set(range(1, len(pdf.pages) + 1)) - set(numbers)
    for number in others:
        if "/Annots" in pdf.pages[number - 1].obj:
            del pdf.pages[number - 1].obj["/Annots"]
    pdf.flatten_annotations("print")
    overlays = {}
    for number, entries in kept.items():
        page = pdf.pages[number - 1].obj
        overlays[number] = Overlay(_content(page), pdf.make_indirect(page.Resources))
        for key, value in entries.items():
            if value is None:
                del page[key]
            else:
                page[key] = value
    return overlays


def _content(page: pikepdf.Object) -> bytes:
    """Return what qpdf has written."""
    contents = page.Contents
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return b"\n".join(part.read_bytes() for part in parts)


def _draw_fields(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    """Draw fields from their values, where the file asks for that or gives no look; tell whose look is uncertain."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary):
        return
    wish: object = form.get("/NeedAppearances")
    kept: list[tuple[pikepdf.Object, pikepdf.Object | None]] = []
    is_due = False
    for number, page in enumerate(pdf.pages, start=1):
        for widget in _annotations(page.obj):
            value, look = _value(widget), widget.get("/AP")
            is_wanted = bool(value) and (wish is True or look is None)
            if is_wanted and _is_written(value):
                is_due = True
            else:
                kept.append((widget, look))
                if is_wanted:
                    yield Finding("field-uncertain", number, {"what": tellable(_name(widget))})
    if is_due:
        form.NeedAppearances = True
        pdf.generate_appearance_streams()
        for widget, look in kept:
            _restore(widget, look)
    # qpdf draws no field of a form that still asks for looks.
    form.NeedAppearances = False


def _restore(widget: pikepdf.Object, look: pikepdf.Object | None) -> None:
    """Give a field back the look it had."""
    if look is not None:
        widget.AP = look
    elif "/AP" in widget:
        del widget["/AP"]


def _is_written(value: str) -> bool:
    """Tell whether qpdf can write a value."""
    try:
        value.encode(_QPDF_WRITES)
    except UnicodeEncodeError:
        return False
    return True


def _value(widget: pikepdf.Object) -> str:
    """Return the value of a text or choice field, or nothing for anything else."""
    if widget.get("/Subtype") != "/Widget" or str(_of_field(widget, "/FT")) not in _WRITTEN:
        return ""
    value = _of_field(widget, "/V")
    return str(value) if isinstance(value, pikepdf.String) else ""


def _name(widget: pikepdf.Object) -> str:
    """Return the name of a field."""
    name = _of_field(widget, "/T")
    return str(name) if isinstance(name, pikepdf.String) else "?"


def _of_field(widget: pikepdf.Object, key: str) -> object:
    """Return an entry of a field or of the nearest field above it (ISO 32000-2 §12.7.4.1)."""
    node: object = widget
    for _ in range(_DEEPEST):
        if not isinstance(node, pikepdf.Dictionary):
            break
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _annotations(page: pikepdf.Object) -> list[pikepdf.Object]:
    """Return the annotations of a page."""
    found = page.get("/Annots")
    if not isinstance(found, pikepdf.Array):
        return []
    return [item for item in found if isinstance(item, pikepdf.Dictionary)]


def _counted(page: pikepdf.Object, *, drawn: bool) -> Counter[str]:
    """Return how many annotations of each kind are drawn in print, or are lost though they show something."""
    return Counter(
        str(item.get("/Subtype", "/?"))[1:]
        for item in _annotations(page)
        if _is_drawn(item) == drawn and (drawn or _is_missed(item))
    )


def _is_drawn(item: pikepdf.Object) -> bool:
    """Tell whether an annotation is drawn in print."""
    return (
        bool(_flags(item) & _PRINT)
        and not _flags(item) & (_HIDDEN | _INVISIBLE)
        and item.get("/Subtype") not in _SILENT
        and _look(item) is not None
    )


def _is_missed(item: pikepdf.Object) -> bool:
    """Tell whether somebody could miss an annotation that is not drawn; nobody misses an empty or hidden field."""
    if item.get("/Subtype") in _SILENT or _flags(item) & _HIDDEN:
        return False
    if item.get("/Subtype") == "/Widget":
        return _look(item) is not None or (_of_field(item, "/FT") == "/Btn" and "/AP" not in item)
    return True


def _flags(item: pikepdf.Object) -> int:
    """Return the flags of an annotation."""
    flags = item.get("/F", 0)
    return flags if isinstance(flags, int) else 0


def _look(item: pikepdf.Object) -> pikepdf.Object | None:
    """Return the normal appearance of an annotation in its state."""
    looks = item.get("/AP")
    look = looks.get("/N") if isinstance(looks, pikepdf.Dictionary) else None
    if isinstance(look, pikepdf.Dictionary):
        state = item.get("/AS")
        look = look.get(str(state)) if isinstance(state, pikepdf.Name) else None
    return look if isinstance(look, pikepdf.Stream) else None
