"""What is said when a row of the registers or an entry of the ledger is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

REGISTERS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "storage-full": (
        _("There is no room left to write, so nothing has been changed. What exists can still be read."),
        _("Let the system administrator make room, then try again."),
    ),
    "unknown-row": (
        _("Nothing is registered under this number."),
        _("Check the number, or start from the menu."),
    ),
    "broken-custody": (
        _("The movements of this copy do not follow from each other, so nobody can say who answers for it."),
        _("Put the copy aside and call the security officer."),
    ),
    "invalid-ledger-entry": (
        _("An entry of the ledger cannot be read."),
        _("Verify the ledger, keep the database as it is, and call the security officer."),
    ),
    "invalid-note": (
        _("The checkpoint or key is damaged, or was not signed by this registry."),
        _("Take the file anew from where it was kept, and compare it with the head on a printed paper."),
    ),
    "value-unfit": (
        _(
            "A number is too large, or a text has characters that no register can hold. Nothing has been changed."
        ),
        _("Look at what was entered and correct it."),
    ),
    "no-such-year": (
        _("This year lies too far back, or has not begun."),
        _("Choose a year between 2000 and the present one."),
    ),
    "unknown-ledger-entry": (
        _("The ledger has no entry with this number."),
        _("Choose one from the list. If it was there before, verify the ledger now."),
    ),
    "ledger-broken": (
        _("The ledger contradicts itself, so nothing is recorded and nothing can be done."),
        _("Stop work, keep the database as it is, and call the security officer."),
    ),
}
