"""The content of a page as one form, so that whatever its author left open or broken ends where the form ends."""

import zlib
from collections.abc import Iterator
from typing import Final

import pikepdf

from watermark import errors
from watermark.clean.annotations import Overlay
from watermark.findings import Finding
from watermark.geometry import Frame
from watermark.limits import Limits

_INNER: Final = "/FtInner"

_FLATE: Final = frozenset({"/FlateDecode", "/Fl"})


class Contents:
    """Makes the forms of a document's pages; pages with the same content share one."""

    def __init__(self, pdf: pikepdf.Pdf, limits: Limits) -> None:
        """Start with no form made."""
        self._pdf = pdf
        self._limits = limits
        self._made: dict[tuple[object, ...], tuple[pikepdf.Object, list[Finding]]] = {}

    def form(
        self,
        page: pikepdf.Object,
        number: int,
        resources: pikepdf.Object,
        shown: Frame,
        overlay: Overlay | None,
    ) -> tuple[pikepdf.Object, list[Finding]]:
        """Return the form that draws a page as a viewer shows it, and what was found wrong with its content.

        Args:
            page: The page.
            number: Its number, from 1.
            resources: Its resources, an indirect dictionary.
            shown: What a viewer shows of it.
            overlay: What is drawn over it.

        Raises:
            UnusableFileError: the content is too large, or damaged beyond saving.
        """
        parts = list(_streams(page))
        key = (*(part.objgen for part in parts), resources.objgen, shown)
        if overlay is None and key in self._made:
            return self._made[key]
        inner, findings = self._drawing(parts, number)
        form = self._as_form(inner, shown, resources)
        if overlay is not None:
            form = self._over(form, shown, overlay)
        else:
            self._made[key] = form, findings
        form.Matrix = pikepdf.Array([decimal(entry) for entry in shown.to_visible])
        return form, findings

    def _over(self, form: pikepdf.Object, shown: Frame, overlay: Overlay) -> pikepdf.Object:
        """Return a form that draws another, and annotations over it in a state of their own."""
        if "/XObject" not in overlay.resources:
            overlay.resources.XObject = pikepdf.Dictionary()
        overlay.resources.XObject[_INNER] = form
        operators = b"q %s Do Q " % _INNER.encode("ascii") + overlay.operators
        return self._as_form(self._pdf.make_stream(operators), shown, overlay.resources)

    @staticmethod
    def _as_form(stream: pikepdf.Object, shown: Frame, resources: pikepdf.Object) -> pikepdf.Object:
        """Make a stream of operators a form."""
        stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        stream.BBox = pikepdf.Array([decimal(side) for side in shown.crop])
        stream.Resources = resources
        return stream

    def _drawing(self, parts: list[pikepdf.Stream], number: int) -> tuple[pikepdf.Object, list[Finding]]:
        """Return a new stream with the content of a page; a single sound content stream keeps its bytes as they are."""
        pieces = []
        size = damaged = 0
        for part in parts:
            data, is_sound = _data(part, number)
            size += len(data)
            if size > self._limits.stream_bytes:
                raise errors.StreamTooLargeError(page=number, got=size, limit=self._limits.stream_bytes)
            pieces.append(data)
            damaged += not is_sound
        findings = [Finding("content-damaged", number, {"places": damaged})] if damaged else []
        if len(parts) == 1 and not damaged:
            form = self._pdf.make_stream(parts[0].read_raw_bytes())
            for key in ("/Filter", "/DecodeParms"):
                if key in parts[0].stream_dict:
                    form.stream_dict[key] = parts[0].stream_dict[key]
            return form, findings
        return self._pdf.make_stream(b"\n".join(pieces)), findings


def decimal(value: float) -> float:
    """Round to what a page can show: a hundred-thousandth of a point."""
    return round(value, 5) + 0.0  # no negative zero


def _streams(page: pikepdf.Object) -> Iterator[pikepdf.Stream]:
    """Yield the content streams of a page in drawing order."""
    contents = page.get("/Contents")
    if isinstance(contents, pikepdf.Stream):
        yield contents
    elif isinstance(contents, pikepdf.Array):
        yield from (part for part in contents if isinstance(part, pikepdf.Stream))


def _data(part: pikepdf.Stream, number: int) -> tuple[bytes, bool]:
    """Return a content stream decoded, as far as that goes, and whether it was sound.

    Raises:
        BrokenFileError: nobody can say how far it goes.
    """
    filters = part.get("/Filter")
    names = [str(name) for name in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if len(names) == 1 and names[0] in _FLATE and "/DecodeParms" not in part.stream_dict:
        return _inflated(part.read_raw_bytes())
    try:
        return part.read_bytes(pikepdf.StreamDecodeLevel.specialized), True
    except (pikepdf.PdfError, pikepdf.DataDecodingError) as error:
        raise errors.BrokenFileError(page=number, reason="content") from error


def _inflated(data: bytes) -> tuple[bytes, bool]:
    """Return what a deflate stream says, also where it is damaged, as viewers show it, and whether it was sound.

    qpdf is not asked: it passes over a missing end and a wrong checksum, at which other readers stop.
    """
    inflater = zlib.decompressobj()
    try:
        whole = inflater.decompress(data)
    except zlib.error:
        return _saved(data), False
    return whole, inflater.eof


def _saved(data: bytes) -> bytes:
    """Return what a damaged deflate stream says before the damage."""
    inflater = zlib.decompressobj()
    saved = bytearray()
    for byte in data:
        # One at a time: what comes before the damage in the same call would be lost.
        try:
            saved += inflater.decompress(bytes([byte]))
        except zlib.error:
            break
    return bytes(saved)
