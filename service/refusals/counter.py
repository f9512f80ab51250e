"""What is said when handing over, lending or taking back is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

COUNTER: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "nothing-scanned": (
        _("There is no copy on the stack."),
        _("Scan at least one copy."),
    ),
    "copy-scanned-twice": (
        _("The same copy lies on the stack twice."),
        _("Take one of the two off."),
    ),
    "loan-needs-due-time": (
        _("Something that is lent has to come back at a time that is still to come."),
        _("Enter a later time."),
    ),
    "copy-not-printed": (
        _(
            "Not every sheet of copy %(copy)s is printed: print run %(batch)s was not released, or the printer "
            "stopped before them. Nothing has been changed."
        ),
        _("Release the run, or the rest of it, on the page of the print run."),
    ),
    "print-unsettled": (
        _(
            "Nobody has said yet whether every sheet of copy %(copy)s came out (print run %(batch)s, attempt "
            "%(attempt)s). Nothing has been changed."
        ),
        _("Count the sheets, then say on the page of the print run what came out."),
    ),
    "receiver-inactive": (
        _("The receiver no longer works here and can be given nothing."),
        _("Choose another receiver."),
    ),
    "given-to-oneself": (
        _("Nobody hands copies to themselves."),
        _("Let another clerk give them to you."),
    ),
    "taken-from-oneself": (
        _("You answer for one of these copies yourself. Nobody takes paper back from themselves."),
        _("Let another clerk take it in."),
    ),
    "hand-over-closed": (
        _("This hand-over was signed for or withdrawn before. Nothing has been changed."),
        _("Reload the page to see where it stands."),
    ),
    "not-the-receiver": (
        _("Only the person it was given to can sign for it."),
        _("Let that person sign, or withdraw the hand-over."),
    ),
    "not-the-holder": (
        _("Another person answers for this copy."),
        _("Reload your list; the copy may have been passed on."),
    ),
    "already-the-holder": (
        _("The receiver answers for one of these copies already."),
        _("Take that copy off the stack, or choose another receiver."),
    ),
    "pages-unclear": (
        _("Pages are missing or belong to other copies. Nothing has been changed."),
        _("Look for them first. If they stay away, confirm that you have seen it; the record will say so."),
    ),
}
