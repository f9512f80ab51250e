"""Open an untrusted PDF within limits: what it may cost, whether it is protected, whether it is one at all."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

import pikepdf

from watermark import errors
from watermark.findings import Finding
from watermark.limits import Limits

#: Where a reader looks for the header (ISO 32000-2 Annex I note; all viewers accept it within the first kilobyte).
_HEADER_WITHIN_BYTES: Final = 1024

#: Memory one stream may take when qpdf decodes it; without it 1.5 kB of PDF took 1 GB.
_STREAM_BYTES: Final = 128 * 1024 * 1024

#: Most that a byte can unpack to: deflate codes 258 bytes in 2 bits, LZW 4,095 in 9, run length 128 in 2 bytes, ``z``
#: is four zeros (ISO 32000-2 §7.4).
_GROWTH: Final = {
    "/FlateDecode": 1032,
    "/Fl": 1032,
    "/LZWDecode": 3640,
    "/LZW": 3640,
    "/RunLengthDecode": 64,
    "/RL": 64,
    "/ASCII85Decode": 4,
    "/A85": 4,
}


@contextmanager
def opened(pdf: bytes, limits: Limits) -> Iterator[tuple[pikepdf.Pdf, list[Finding]]]:
    """Open an offered file without its protection; yield it with what has to be known about that.

    Raises:
        UnusableFileError: it is no PDF, too large in some way, or protected.
    """
    if len(pdf) > limits.file_bytes:
        raise errors.TooManyBytesError(got=len(pdf), limit=limits.file_bytes)
    if b"%PDF-" not in pdf[:_HEADER_WITHIN_BYTES]:
        raise errors.NotAPdfError
    limit_qpdf()
    with as_broken_file(), _unprotected(_read(pdf)) as (document, findings):
        _check_size(document, limits)
        yield document, findings


@contextmanager
def as_broken_file() -> Iterator[None]:
    """Say in our words that a file is not what its format demands.

    pikepdf tells such a file in many ways: a number where a dictionary should be is a ``TypeError`` here and a
    ``RuntimeError`` there.
    """
    try:
        yield
    except (
        pikepdf.PdfError,
        RuntimeError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        ArithmeticError,
    ) as error:
        raise errors.BrokenFileError(reason=type(error).__name__) from error


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


def unpacked_bytes(stream: pikepdf.Object, limit: int) -> int:
    """Return the size of a stream when decoded, or a bound for it if that is below the limit; damaged ones have none.

    Raises:
        StreamTooLargeError: it is above the limit.
    """
    filters = stream.get("/Filter")
    names = [str(name) for name in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    bound = len(stream.read_raw_bytes())
    for name in names:
        bound *= _GROWTH.get(name, 1)
    if bound <= limit:
        return bound
    try:
        size = len(stream.read_bytes(pikepdf.StreamDecodeLevel.specialized))
    except (pikepdf.PdfError, pikepdf.DataDecodingError) as error:
        # qpdf's own bound says so in the same way in which it tells damage.
        if "memory" in str(error) or "limit" in str(error):
            raise errors.StreamTooLargeError(got=_STREAM_BYTES, limit=limit) from error
        return 0
    if size > limit:
        raise errors.StreamTooLargeError(got=size, limit=limit)
    return size


def _read(pdf: bytes) -> pikepdf.Pdf:
    """Open a file that needs no password."""
    try:
        return pikepdf.open(io.BytesIO(pdf), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise errors.EncryptedFileError from error
    except pikepdf.PdfError as error:
        if "no pages found" in str(error):
            raise errors.NoPagesError from error
        raise


@contextmanager
def _unprotected(document: pikepdf.Pdf) -> Iterator[tuple[pikepdf.Pdf, list[Finding]]]:
    """Yield a document without encryption, if its author lets everyone open and print it."""
    with document:
        if not document.is_encrypted:
            yield document, []
            return
        if not document.user_password_matched or not document.allow.print_highres:
            raise errors.PrintingForbiddenError
        method = document.encryption.bits
        plain = io.BytesIO()
        document.save(plain, encryption=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    with pikepdf.open(plain, suppress_warnings=True) as unprotected:
        yield unprotected, [Finding("encryption-removed", facts={"bits": method})]


def _check_size(pdf: pikepdf.Pdf, limits: Limits) -> None:
    """Refuse a document of too many objects, or with a stream or picture that would take too much to unpack."""
    if len(pdf.objects) > limits.objects:
        raise errors.TooManyObjectsError(got=len(pdf.objects), limit=limits.objects)
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Stream):
            continue
        if item.get("/Subtype") == "/Image":
            pixels = _count(item.get("/Width")) * _count(item.get("/Height"))
            if pixels > limits.image_px:
                raise errors.ImageTooLargeError(got=pixels, limit=limits.image_px)
        else:
            unpacked_bytes(item, limits.stream_bytes)


def _count(value: object) -> int:
    """Return a positive whole number, or 0 for anything else."""
    return max(0, int(value)) if isinstance(value, int | float) else 0
