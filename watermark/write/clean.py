"""Take an untrusted PDF apart and keep only what paints its pages.

Decides what is refused, what is stripped and how pages are normalised; finding ink and placing marks is left to
:mod:`watermark.write.prepare`.

Laws:

1. Kept is what a list allows, not what a list forgets to forbid: a catalog and a page keep the entries below.
2. Every page comes out upright, origin 0, user unit 1, without crop box. Its old content becomes one form XObject whose
   matrix does the turning, so that open ``q``, surplus ``Q`` and syntax errors end where the form ends.
3. What a viewer would have drawn over the page (form fields, stamps, comments meant for print) is drawn into it.
4. What is taken away is told.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final

import pikepdf

from watermark import errors
from watermark.geometry import Frame, frame
from watermark.write import layers
from watermark.write.dropped import Dropped
from watermark.write.findings import Finding
from watermark.write.limits import Limits

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

#: Where a reader looks for the header (ISO 32000-2 Annex I note; all viewers accept it within the first kilobyte).
_HEADER_WITHIN_BYTES: Final = 1024

#: Memory one stream may take when it is decoded; without it 1.5 kB of PDF took 1 GB.
_STREAM_BYTES: Final = 256 * 1024 * 1024


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
    if len(pdf) > limits.file_bytes:
        raise errors.TooManyBytesError(got=len(pdf), limit=limits.file_bytes)
    if b"%PDF-" not in pdf[:_HEADER_WITHIN_BYTES]:
        raise errors.NotAPdfError
    with as_broken_file(), _opened(pdf) as document:
        return _cleaned(document, limits)


@contextmanager
def as_broken_file() -> Iterator[None]:
    """Say in our words that a file is not what its format demands.

    pikepdf tells such a file in many ways: a number where a dictionary should be is a ``TypeError`` here and a
    ``RuntimeError`` there.
    """
    try:
        yield
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise errors.BrokenFileError(reason=type(error).__name__) from error


def _opened(pdf: bytes) -> pikepdf.Pdf:
    """Open a file within qpdf's limits, and refuse encrypted ones."""
    limit_qpdf()
    try:
        document = pikepdf.open(io.BytesIO(pdf), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise errors.EncryptedFileError from error
    except pikepdf.PdfError as error:
        if "no pages found" in str(error):
            raise errors.NoPagesError from error
        raise
    if document.is_encrypted:
        document.close()
        raise errors.EncryptedFileError
    return document


@cache
def limit_qpdf() -> None:
    """Bound what qpdf may decode; process-wide, so done once."""
    pikepdf.settings.set_qpdf_limits(
        doc_max_warnings=5000,
        parser_max_nesting=200,
        flate_max_memory=_STREAM_BYTES,
        run_length_max_memory=_STREAM_BYTES,
        png_max_memory=_STREAM_BYTES,
        tiff_max_memory=_STREAM_BYTES,
        dct_max_memory=_STREAM_BYTES,
        dct_max_progressive_scans=100,
    )


def _cleaned(pdf: pikepdf.Pdf, limits: Limits) -> Inspection:
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
    findings = [*layers.freeze(pdf), *_flatten(pdf)]
    _strip_catalog(pdf)
    _strip_streams(pdf, dropped)
    sizes = []
    for number, page in enumerate(pdf.pages, start=1):
        shown = _visible(page)
        if max(shown.size_mm) > limits.side_mm:
            raise errors.PageTooLargeError(page=number, got=round(max(shown.size_mm)), limit=limits.side_mm)
        if not _is_wrapped(page.obj, shown):
            _wrap(pdf, page.obj, shown, number)
        sizes.append(shown.size_mm)
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
    return Inspection(count, tuple(sizes), cleaned.getvalue(), (*dropped.findings(), *findings))


def _note_losses(pdf: pikepdf.Pdf, dropped: Dropped) -> None:
    """Look through everything that will not be kept."""
    for key in pdf.Root.keys():  # noqa: SIM118 -- a PDF object, not a dict
        if key not in _CATALOG_KEEPS:
            dropped.entry(key, pdf.Root[key])
    for page in pdf.pages:
        for key in page.obj.keys():  # noqa: SIM118 -- a PDF object, not a dict
            if key not in _PAGE_KEEPS:
                dropped.entry(key, page.obj[key])


def _flatten(pdf: pikepdf.Pdf) -> list[Finding]:
    """Draw form fields and printable annotations into their pages; tell which annotations had nothing to draw."""
    if "/AcroForm" in pdf.Root and pdf.Root.AcroForm.get("/NeedAppearances", False):
        pdf.generate_appearance_streams()
    before = [_painting_annotations(page.obj) for page in pdf.pages]
    pdf.flatten_annotations("print")
    findings = []
    for number, (page, had) in enumerate(zip(pdf.pages, before, strict=True), start=1):
        left = _painting_annotations(page.obj)
        if had > left:
            findings.append(Finding("annotations-flattened", number, {"annotations": had - left}))
        if left:
            findings.append(Finding("annotations-removed", number, {"annotations": left}))
    return findings


def _painting_annotations(page: pikepdf.Object) -> int:
    """Count the annotations of a page that show something of their own; links and pop-ups do not."""
    annotations = page.get("/Annots")
    if not isinstance(annotations, pikepdf.Array):
        return 0
    return sum(
        isinstance(item, pikepdf.Dictionary) and item.get("/Subtype") not in ("/Link", "/Popup")
        for item in annotations
    )


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
                dropped.stream_entry(key)
                del item.stream_dict[key]


def _visible(page: pikepdf.Page) -> Frame:
    """Return what a viewer shows of a page."""
    return frame(
        _box(_inherited(page.obj, "/MediaBox")),
        _box(_inherited(page.obj, "/CropBox")),
        _number(_inherited(page.obj, "/Rotate"), 0),
        _number(page.obj.get("/UserUnit"), 1),
    )


def _wrap(pdf: pikepdf.Pdf, page: pikepdf.Object, shown: Frame, number: int) -> None:
    """Turn the content of a page into one form, and the page into an upright sheet that draws it."""
    resources = _inherited(page, "/Resources")
    resources = resources if isinstance(resources, pikepdf.Dictionary) else pikepdf.Dictionary()
    form = _content_form(pdf, page, number)
    form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    form.BBox = pikepdf.Array([_decimal(side) for side in shown.crop])
    form.Matrix = pikepdf.Array([_decimal(number) for number in shown.to_visible])
    form.Resources = resources
    # Forms without resources of their own look for them in the page, so the page keeps a copy (ISO 32000-2 §7.8.3).
    own = _copied(resources)
    own.XObject = _copied(resources.get("/XObject"))
    own.XObject[CONTENT_NAME] = form
    for key in set(page.keys()) - _PAGE_KEEPS:
        del page[key]
    page.Type = pikepdf.Name.Page
    page.MediaBox = _sheet(shown)
    page.Resources = own
    page.Contents = pdf.make_stream(_CONTENT)


def _copied(value: object) -> pikepdf.Dictionary:
    """Return a new dictionary with the same entries; an empty one for anything but a dictionary."""
    return (
        pikepdf.Dictionary(dict(value.items()))
        if isinstance(value, pikepdf.Dictionary)
        else pikepdf.Dictionary()
    )


def _content_form(pdf: pikepdf.Pdf, page: pikepdf.Object, number: int) -> pikepdf.Stream:
    """Return a new stream with the content of a page; a single content stream keeps its bytes as they are."""
    parts = list(_content_streams(page))
    if len(parts) == 1:
        form = pdf.make_stream(parts[0].read_raw_bytes())
        for key in ("/Filter", "/DecodeParms"):
            if key in parts[0].stream_dict:
                form.stream_dict[key] = parts[0].stream_dict[key]
        return form
    try:
        return pdf.make_stream(b"\n".join(part.read_bytes() for part in parts))
    except pikepdf.PdfError as error:
        raise errors.BrokenFileError(page=number, reason="content") from error


def _content_streams(page: pikepdf.Object) -> Iterator[pikepdf.Stream]:
    """Yield the content streams of a page in drawing order."""
    contents = page.get("/Contents")
    if isinstance(contents, pikepdf.Stream):
        yield contents
    elif isinstance(contents, pikepdf.Array):
        yield from (part for part in contents if isinstance(part, pikepdf.Stream))


def _is_wrapped(page: pikepdf.Object, shown: Frame) -> bool:
    """Tell whether a page already has the form this module gives to pages."""
    contents = page.get("/Contents")
    return (
        set(page.keys()) <= _PAGE_KEEPS
        and _box(page.get("/MediaBox")) == _box(_sheet(shown))
        and isinstance(contents, pikepdf.Stream)
        and contents.read_bytes() == _CONTENT
    )


def _sheet(shown: Frame) -> pikepdf.Array:
    """Return the media box of an upright sheet."""
    return pikepdf.Array([0, 0, _decimal(shown.width_pt), _decimal(shown.height_pt)])


def _decimal(value: float) -> float:
    """Round to what a page can show: a hundred-thousandth of a point."""
    return round(value, 5) + 0.0  # no negative zero


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
        return tuple(float(side) for side in value)
    except (TypeError, ValueError):
        return None


def _number(value: object, otherwise: float) -> float:
    """Return a PDF number as float, or ``otherwise`` for anything else."""
    try:
        return float(value)  # type: ignore[arg-type]  # Decimal, int, float, or something that float refuses
    except (TypeError, ValueError):
        return otherwise
