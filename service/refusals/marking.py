"""What is said when the marks of a print run are refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

MARKING: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "unknown-base-format": (
        _("The prepared pages of the document are damaged or were made by a newer release."),
        _("Put the print run back in the queue; if it stops again, tell the system administrator."),
    ),
    "unknown-page-index": (
        _("The index of registered pages is damaged or was made by a newer release."),
        _("Tell the system administrator; it can be made anew from what is registered."),
    ),
    "mark-mismatch": (
        _("The marks were made for another number of pages than the document has."),
        _("Give up the print run and order it anew; if it happens again, tell the system administrator."),
    ),
    "text-not-prepared": (
        _("The text of the mark has characters that were not prepared: %(characters)s."),
        _("Give up the print run and order it anew."),
    ),
    "mark-text-too-long": (
        _("The text of the mark is too long to be printed legibly."),
        _("Shorten the name or the document number, or print without the name."),
    ),
    "unusable-qr-text": (
        _("The text cannot be put into the QR code."),
        _("Tell the system administrator."),
    ),
    "no-such-page": (
        _("The document does not have this page."),
        _("Choose one that it has."),
    ),
}
