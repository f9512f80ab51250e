"""Take an untrusted PDF apart and keep only what paints its pages.

Decides what is stripped and how pages are normalised; opening within limits is left to :mod:`watermark.clean.opening`,
finding ink and placing marks to :mod:`watermark.write.prepare`.

Laws:

1. Kept is what a list allows, not what a list forgets to forbid: a catalog and a page keep the entries below.
2. Every page comes out upright, origin 0, user unit 1, without crop box. Its old content becomes one form XObject whose
   matrix does the turning, so that open ``q``, surplus ``Q`` and syntax errors end where the form ends. The page itself
   names nothing but that form.
3. What a viewer would have drawn over the page (form fields, stamps, comments meant for print) is drawn into it.
4. What is taken away is told, item by item.
"""

import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import pikepdf

from watermark import errors
from watermark.clean import annotations, layers
from watermark.clean.annotations import Overlay
from watermark.clean.content import Contents, decimal
from watermark.clean.dropped import Dropped
from watermark.clean.opening import as_broken_file, opened
from watermark.clean.resources import Lending
from watermark.findings import Finding
from watermark.geometry import Frame, frame
from watermark.limits import Limits

__all__ = ["CONTENT_NAME", "Inspection", "as_broken_file", "inspect"]

#: Name of the form that carries the old content of a page.
CONTENT_NAME: Final = "/FtPage"

_CONTENT: Final = b"q /FtPage Do Q"

_CATALOG_KEEPS: Final = frozenset({"/Type", "/Pages", "/Lang", "/OCProperties", "/OutputIntents"})
_TRAILER_KEEPS: Final = frozenset({"/Root", "/ID", "/Size"})
_PAGE_KEEPS: Final = frozenset({"/Type", "/Parent", "/Resources", "/MediaBox", "/Contents", "/Group"})

#: Entries by which a stream shows something else in print, or data from outside the file (ISO 32000-2 §7.3.8, §8.8.4,
#: §8.9.5.4, §8.10.4, §14.11.7).
_STREAM_LOSES: Final = (
    "/F",
    "/FFilter",
    "/FDecodeParms",
    "/Alternates",
    "/OPI",
    "/Ref",
    "/PS",
    "/AF",
    "/PieceInfo",
)

#: Of those, what nobody misses on paper.
_UNTOLD: Final = frozenset({"/FFilter", "/FDecodeParms", "/PieceInfo"})

_QUARTER_DEG: Final = 90

#: ``_CONTENT`` compressed has 22 bytes; longer content need not be unpacked to be told apart from it.
_WRAPPED_BYTES: Final = 64

#: A page may claim to be larger than the universe; the refusal says no more than this.
_LARGEST_TOLD_MM: Final = 1e9


@dataclass(frozen=True)
class Inspection:
    """An offered file, understood.

    Attributes:
        pages: Number of pages.
        page_sizes_mm: Width and height of each visible page.
        cleaned: The normalised PDF; the same bytes for the same file.
        findings: What was taken away or has to be known.
    """

    pages: int
    page_sizes_mm: tuple[tuple[float, float], ...]
    cleaned: bytes
    findings: tuple[Finding, ...]


def inspect(pdf: bytes, *, limits: Limits = Limits()) -> Inspection:  # noqa: B008 -- a frozen value, not a call with a state
    """Refuse a file, or return it cleaned with what was noticed.

    Raises:
        UnusableFileError: one of its subclasses says why the file cannot be used.
    """
    with opened(pdf, limits) as (document, findings):
        return _cleaned(document, findings, limits)


def _cleaned(pdf: pikepdf.Pdf, opening: list[Finding], limits: Limits) -> Inspection:
    """Clean an open document in place and return it as bytes."""
    count = len(pdf.pages)
    if count == 0:
        raise errors.NoPagesError
    if count > limits.pages:
        raise errors.TooManyPagesError(got=count, limit=limits.pages)
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        raise errors.XfaFormError
    dropped = Dropped()
    _note_losses(pdf, dropped)
    findings = layers.freeze(pdf)
    overlays, drawn = annotations.lift(pdf)
    findings += drawn
    _strip_catalog(pdf)
    _strip_streams(pdf, dropped)
    sizes, damages = _normalised(pdf, overlays, limits)
    _inline_numbers(pdf)
    cleaned = io.BytesIO()
    pdf.save(
        cleaned,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        fix_metadata_version=False,
    )
    if pdf.get_warnings():
        findings.append(Finding("file-repaired", facts={"places": len(pdf.get_warnings())}))
    return Inspection(count, sizes, cleaned.getvalue(), (*opening, *dropped.findings(), *findings, *damages))


def _note_losses(pdf: pikepdf.Pdf, dropped: Dropped) -> None:
    """Look through everything that will not be kept; pages first, so that their items are told with the page."""
    for number, page in enumerate(pdf.pages, start=1):
        for key in sorted(set(page.obj.keys()) - _PAGE_KEEPS):
            dropped.entry(key, page.obj[key], number)
    for key in sorted(set(pdf.Root.keys()) - _CATALOG_KEEPS):
        dropped.entry(key, pdf.Root[key])


def _strip_catalog(pdf: pikepdf.Pdf) -> None:
    """Leave in catalog and trailer what painting needs; the document's information is not part of it."""
    for key in set(pdf.Root.keys()) - _CATALOG_KEEPS:
        del pdf.Root[key]
    pdf.Root.Type = pikepdf.Name.Catalog
    for key in set(pdf.trailer.keys()) - _TRAILER_KEEPS:
        del pdf.trailer[key]
    # qpdf corrects this number but does not add it where a repaired file has lost it.
    pdf.trailer["/Size"] = 0


def _strip_streams(pdf: pikepdf.Pdf, dropped: Dropped) -> None:
    """Take from every stream what would show another picture in print or fetch one from outside."""
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Stream):
            continue
        for key in _STREAM_LOSES:
            if key in item.stream_dict:
                if key not in _UNTOLD:
                    dropped.stream_entry(key, item.stream_dict[key])
                del item.stream_dict[key]


def _inline_numbers(pdf: pikepdf.Pdf) -> None:
    """Write numbers, truth values and nulls where they are used: what is referred to in a cleaned file is an object."""
    if all(isinstance(item, pikepdf.Object) for item in pdf.objects):
        return
    waiting: list[object] = list(pdf.objects)
    while waiting:
        item = waiting.pop()
        keys: Iterable[Any] = ()
        if isinstance(item, pikepdf.Array):
            keys = range(len(item))
        elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            keys = set(item.keys()) - {"/Length"}
        for key in keys:
            value = item[key]  # type: ignore[index]  # one of the two containers
            if not isinstance(value, pikepdf.Object):
                _set(item, key, value)
            elif not value.is_indirect:
                waiting.append(value)


def _set(container: Any, key: Any, value: object) -> None:  # noqa: ANN401 -- an array or a dictionary
    """Put a value in the place of a reference to it; a null entry of a dictionary is none (ISO 32000-2 §7.3.7)."""
    if value is None and isinstance(key, str):
        del container[key]
    else:
        container[key] = value


def _normalised(
    pdf: pikepdf.Pdf, overlays: dict[int, Overlay], limits: Limits
) -> tuple[tuple[tuple[float, float], ...], list[Finding]]:
    """Give all pages the one shape this room knows; return their sizes in mm and what was found damaged."""
    sizes, findings = [], []
    contents, lending = Contents(pdf, limits), Lending(pdf, limits.nesting)
    known: dict[bytes, pikepdf.Object] = {}
    for number, page in enumerate(pdf.pages, start=1):
        shown = _visible(page.obj, number, limits)
        if not _is_wrapped(page.obj, shown):
            resources = _resources(pdf, page.obj, known)
            overlay = overlays.get(number)
            form, damages = contents.form(page.obj, number, resources, shown, overlay)
            findings += damages
            lending.lend(resources, number)
            if overlay is not None:
                lending.lend(overlay.resources, number)
            _wrap(pdf, page.obj, form, shown)
        sizes.append(shown.size_mm)
    return tuple(sizes), findings


def _visible(page: pikepdf.Object, number: int, limits: Limits) -> Frame:
    """Return what a viewer shows of a page."""
    turn = _number(_inherited(page, "/Rotate"), 0)
    shown = frame(
        _box(_inherited(page, "/MediaBox")),
        _box(_inherited(page, "/CropBox")),
        # Viewers drop the fraction of a quarter turn towards zero; -45 is no turn, not three quarters.
        int(turn / _QUARTER_DEG) * _QUARTER_DEG,
        _number(page.get("/UserUnit"), 1),
    )
    if max(shown.size_mm) > limits.side_mm:
        got = round(min(max(shown.size_mm), _LARGEST_TOLD_MM))
        raise errors.PageTooLargeError(page=number, got=got, limit=limits.side_mm)
    return shown


def _resources(pdf: pikepdf.Pdf, page: pikepdf.Object, known: dict[bytes, pikepdf.Object]) -> pikepdf.Object:
    """Return the resources of a page as an indirect dictionary; pages with equal ones get the same.

    Args:
        pdf: The document.
        page: The page.
        known: Dictionaries of pages before, by what is written in them; this one is added.
    """
    own = _inherited(page, "/Resources")
    own = own if isinstance(own, pikepdf.Dictionary) else pikepdf.Dictionary()
    written = b"%d %d R" % own.objgen if own.is_indirect else own.unparse()
    if written not in known:
        known[written] = own if own.is_indirect else pdf.make_indirect(own)
    return known[written]


def _wrap(pdf: pikepdf.Pdf, page: pikepdf.Object, form: pikepdf.Object, shown: Frame) -> None:
    """Turn a page into an upright sheet that draws one form."""
    for key in set(page.keys()) - _PAGE_KEEPS:
        del page[key]
    page.Type = pikepdf.Name.Page
    page.MediaBox = _sheet(shown)
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary({CONTENT_NAME: form}))
    page.Contents = pdf.make_stream(_CONTENT)


def _is_wrapped(page: pikepdf.Object, shown: Frame) -> bool:
    """Tell whether a page already has the form this module gives to pages."""
    contents, resources = page.get("/Contents"), page.get("/Resources")
    return (
        set(page.keys()) <= _PAGE_KEEPS
        and _box(page.get("/MediaBox")) == _box(_sheet(shown))
        and isinstance(contents, pikepdf.Stream)
        and _says_our_content(contents)
        and isinstance(resources, pikepdf.Dictionary)
        and set(resources.keys()) == {"/XObject"}
        and _is_content_alone(resources.XObject)
    )


def _says_our_content(contents: pikepdf.Stream) -> bool:
    """Tell whether a stream is the content that this module gives to pages."""
    if len(contents.read_raw_bytes()) > _WRAPPED_BYTES:
        return False
    try:
        return contents.read_bytes() == _CONTENT
    except (pikepdf.PdfError, pikepdf.DataDecodingError):
        return False


def _is_content_alone(forms: pikepdf.Object) -> bool:
    """Tell whether the forms of a page are the one this module makes."""
    form = forms.get(CONTENT_NAME)
    return (
        set(forms.keys()) == {CONTENT_NAME}
        and isinstance(form, pikepdf.Stream)
        and form.get("/Subtype") == "/Form"
        and isinstance(form.get("/Resources"), pikepdf.Dictionary)
    )


def _sheet(shown: Frame) -> pikepdf.Array:
    """Return the media box of an upright sheet."""
    return pikepdf.Array([0, 0, decimal(shown.width_pt), decimal(shown.height_pt)])


def _inherited(page: pikepdf.Object, key: str, *, levels: int = 64) -> pikepdf.Object | None:
    """Return an attribute of a page or of the nearest node above it (ISO 32000-2 §7.7.3.4)."""
    node: pikepdf.Object | None = page
    for _ in range(levels):
        if not isinstance(node, pikepdf.Dictionary):
            break
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _box(value: object) -> tuple[float, ...] | None:
    """Return a rectangle's four numbers, or None for anything else."""
    if not isinstance(value, pikepdf.Array) or len(value) != len(("left", "bottom", "right", "top")):
        return None
    try:
        sides = tuple(float(side) for side in value)
    except (TypeError, ValueError):
        return None
    return sides if all(map(math.isfinite, sides)) else None


def _number(value: object, otherwise: float) -> float:
    """Return a PDF number as float, or ``otherwise`` for anything else."""
    try:
        number = float(value)  # type: ignore[arg-type]  # Decimal, int, float, or something that float refuses
    except (TypeError, ValueError):
        return otherwise
    return number if math.isfinite(number) else otherwise
