"""What the watermark room refuses, and why.

Each error carries a stable hyphenated ``code`` and its facts; the words a person reads live with whoever shows them.
Wrong arguments of a programmer stay :class:`ValueError` and :class:`TypeError`.
"""

from typing import ClassVar


class WatermarkError(Exception):
    """Anything this room refuses; ``facts`` holds numbers and short words, never document text."""

    code: ClassVar[str] = "watermark-error"

    def __init__(self, **facts: str | float) -> None:
        """Keep the facts, and say them in one clause."""
        self.facts = facts
        clause = ", ".join(f"{name}={value}" for name, value in facts.items())
        super().__init__(f"{self.code}: {clause}" if clause else self.code)


class UnusableFileError(WatermarkError):
    """The file offered cannot become a base for marked copies; its owner has to bring another."""

    code = "unusable-file"


class NotAPdfError(UnusableFileError):
    """The bytes are not a PDF at all."""

    code = "not-a-pdf"


class BrokenFileError(UnusableFileError):
    """A PDF that cannot be repaired without guessing what its author meant."""

    code = "broken-file"


class EncryptedFileError(UnusableFileError):
    """The file opens with a password only."""

    code = "encrypted-file"


class PrintingForbiddenError(UnusableFileError):
    """The file opens without a password, but its author forbids printing it."""

    code = "printing-forbidden"


class XfaFormError(UnusableFileError):
    """An XFA form draws its pages by program; what is printed would depend on the viewer."""

    code = "xfa-form"


class NoPagesError(UnusableFileError):
    """A PDF without a single page."""

    code = "no-pages"


class TooManyPagesError(UnusableFileError):
    """More pages than the limit."""

    code = "too-many-pages"


class TooManyBytesError(UnusableFileError):
    """A bigger file than the limit."""

    code = "too-many-bytes"


class TooManyObjectsError(UnusableFileError):
    """More objects than the limit."""

    code = "too-many-objects"


class StreamTooLargeError(UnusableFileError):
    """A part of the file that unpacks to more than the limit."""

    code = "stream-too-large"


class ImageTooLargeError(UnusableFileError):
    """An embedded picture of more pixels than the limit."""

    code = "image-too-large"


class TooDeeplyNestedError(UnusableFileError):
    """Forms within forms, deeper than a viewer draws."""

    code = "too-deeply-nested"


class PageTooLargeError(UnusableFileError):
    """A page, or its picture at the wanted resolution, above the limit."""

    code = "page-too-large"


class PageTooSmallError(UnusableFileError):
    """A page on which no readable QR code fits."""

    code = "page-too-small"


class UnstampablePageError(UnusableFileError):
    """The check after preparing could not read its own mark on this page."""

    code = "unstampable-page"


class UnusableFontError(WatermarkError):
    """A font of the chain that is broken or may not be embedded."""

    code = "unusable-font"


class NoSuchPageError(WatermarkError):
    """A page number outside the document."""

    code = "no-such-page"


class BaseFormatError(WatermarkError):
    """Bytes that are not a prepared base of a version known here, or a damaged one."""

    code = "unknown-base-format"


class MarkMismatchError(WatermarkError):
    """A mark made for a document with another number of pages."""

    code = "mark-mismatch"


class QrTextError(WatermarkError):
    """A QR text outside the alphanumeric alphabet, or too long for the fixed size."""

    code = "unusable-qr-text"


class TextNotPreparedError(WatermarkError):
    """A mark needs characters that were not announced when the base was prepared."""

    code = "text-not-prepared"


class TextTooLongError(WatermarkError):
    """A visible text that would have to be set too small to read."""

    code = "mark-text-too-long"


class UnusablePictureError(UnusableFileError):
    """Not a picture of an accepted format, whatever its name says, or a truncated or damaged one."""

    code = "unusable-picture"


class AnimatedPictureError(UnusableFileError):
    """A moving picture: nobody can say which of its frames is meant."""

    code = "animated-picture"


class PictureTooLargeError(UnusableFileError):
    """More pixels than the limit; refused before any is unpacked."""

    code = "picture-too-large"


class PictureTooSmallError(UnusableFileError):
    """Too few pixels to hold any mark."""

    code = "picture-too-small"


class PageIndexError(WatermarkError):
    """A file that is not an index of pages of a version known here, or a damaged one."""

    code = "unknown-page-index"
