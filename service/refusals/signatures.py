"""What is said when a signature or PIN is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

SIGNATURES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "signature-unfit": (
        _("There is no usable signature in the box."),
        _("Clear the box and sign again, or use the PIN."),
    ),
    "signature-unseen": (
        _("Nobody else has seen you sign, so a drawn signature does not count."),
        _("Sign with your PIN, or at the counter."),
    ),
    "pin-refused": (
        _("The PIN is not this person's."),
        _("Enter it again. Wrong entries are recorded, and after several of them the PIN has to wait."),
    ),
    "pin-closed": (
        _("Too many wrong PINs were entered for this person."),
        _("Wait some minutes, or sign by hand at the counter."),
    ),
}
