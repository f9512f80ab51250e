"""What is said when the code of a copy is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

CODES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "unknown-copy": (
        _("No copy that you may know of bears this code."),
        _("Check the code. If it stands on paper in your hand, call the registry."),
    ),
    "code-wrong-length": (
        _("A code has %(wanted)s characters; this one has %(got)s."),
        _("Type it again as printed beside the QR code, or scan it."),
    ),
    "code-wrong-character": (
        _("No code contains the character at place %(position)s."),
        _("Type it again as printed beside the QR code, or scan it."),
    ),
    "code-mistyped": (
        _("At least one character of the code is wrong."),
        _("Type it again as printed beside the QR code, or scan it."),
    ),
    "not-a-mark": (
        _("This is not the code of one of our copies."),
        _("Scan the QR code at the foot of a page, or type the code beside it."),
    ),
    "invalid-code": (
        _("This is no copy code."),
        _("Scan the QR code at the foot of a page, or type the code beside it."),
    ),
    "invalid-copy-number": (
        _("A copy number is a number from 1 to 999999."),
        _("Read it again from the top of the page."),
    ),
    "unknown-mark-version": (
        _("The mark is newer than this installation and cannot be proven here."),
        _("Keep the paper and ask the system administrator for an update."),
    ),
    "forged-mark": (
        _("This looks like one of our marks but was not made here."),
        _("Keep the paper and call the security officer."),
    ),
}
