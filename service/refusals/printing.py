"""What is said when a print run, its release or a misprint is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

PRINTING: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "already-released": (
        _("The file of this print run was given out before, and it is given out only once."),
        _(
            "If it never reached the printer or sheets were spoiled, mark those copies as misprints: each is replaced."
        ),
    ),
    "impossible-batch-step": (
        _(
            "The print run is in another state by now, so this step is not possible. Nothing has been changed."
        ),
        _("Reload its page to see where it stands."),
    ),
    "impossible-step": (
        _("The copy is in another state by now, so this step is not possible. Nothing has been changed."),
        _("Reload its page to see where it stands."),
    ),
    "nothing-ordered": (
        _("Not one copy was named."),
        _("Choose at least one."),
    ),
    "recipient-inactive": (
        _("A person who shall be named on a copy no longer works here."),
        _("Choose another name, or print the copy without one."),
    ),
    "recipient-not-agreed": (
        _("A name on the copies is not among those that were agreed to."),
        _("Choose from the names of the approval, or ask for a new one."),
    ),
    "partial-print": (
        _("This approval is for some pages only, and only whole documents are printed here."),
        _("Register those pages as a document of their own and ask again."),
    ),
    "impossible-attempt-step": (
        _("Somebody has said by now what became of this attempt. Nothing has been changed."),
        _("Reload the page of the print run to see where it stands."),
    ),
    "attempt-open": (
        _("Nobody has said yet what became of the sheets that were released before. Nothing has left."),
        _("Look at the printer, then say on the page of the print run what came out."),
    ),
    "nothing-left-to-print": (
        _("No sheet of this run is left to be printed. Nothing has left."),
        _("Mark misprints as such: each is replaced under a new number."),
    ),
    "made-by-older-release": (
        _("This run was made by an older release, as one file that cannot be divided. Nothing has left."),
        _("Mark the copies that are not whole as misprints: each is replaced under a new number."),
    ),
    "not-released-yet": (
        _("This run was never released, so there is nothing to go on from."),
        _("Release it on its page."),
    ),
    "run-changed": (
        _("The print run has changed while its file was put together. Nothing has left."),
        _("Reload its page and release it again."),
    ),
    "sheet-out-of-range": (
        _(
            "The attempt has no such sheet; the last good one can be %(first)s to %(last)s. Nothing has been saved."
        ),
        _("Scan the mark on the last good sheet, or count again."),
    ),
    "sheets-unwitnessed": (
        _(
            "These sheets are destroyed in a shredder fine enough for their level, before %(wanted)s witnesses"
            " who neither asked for the run nor agreed to it. Nothing has been saved."
        ),
        _("Choose another shredder or other witnesses, and let them enter their PINs."),
    ),
    "no-such-waste": (
        _("One of these sheets does not wait to be destroyed any more. Nothing has been saved."),
        _("Reload the page and choose again."),
    ),
    "prepared-anew": (
        _("The document was prepared anew while this copy was made. Nothing has been saved."),
        _("Put the print run back in the queue."),
    ),
    "copy-not-made": (
        _("This copy is not made yet."),
        _("Wait until its print run is ready."),
    ),
    "unknown-printer": (
        _("There is no printer of this name. Nothing has left."),
        _("Choose one of the list, or get the file."),
    ),
    "print-program-missing": (
        _("This machine has no print system: the program %(program)s is missing. Nothing has left."),
        _("Get the file instead, or let the administrator install the CUPS client."),
    ),
    "printer-unclear": (
        _("The print system gave no clear answer."),
        _("Look at the printer, then say on the page of the print run what came out."),
    ),
    "printer-refused": (
        _("The print system refused the job or broke it off."),
        _("Look at the printer, then say on the page of the print run what came out."),
    ),
    "nothing-to-label": (
        _("No copy of this run can bear a label: all are void, misprints or destroyed."),
        _("Print the labels of the run that replaces them."),
    ),
    "several-batches": (
        _("These copies come from several print runs."),
        _("Record the misprints of one print run at a time."),
    ),
    "nothing-printed-yet": (
        _("The file of this print run was not given out yet, so there is no paper that could be spoiled."),
        _("Get the file first. What must not be printed at all is given up on the page of the print run."),
    ),
    "not-a-misprint": (
        _("A holder has had this copy, so whatever is wrong with it, the printer did not do it."),
        _("Put it on a destruction list, and ask for a new copy."),
    ),
    "marked-copy-offered": (
        _("This file is a copy that was made here (copy code %(copy)s). Nothing was saved."),
        _("Register the original: hidden marks of the copy would stay in it and name the wrong one."),
    ),
    "unprintable-characters": (
        _("These characters cannot be printed: %(characters)s. No number was used."),
        _("Check the names and the document number, or print without the name."),
    ),
    "no-such-copy-page": (
        _("The copy has %(pages)s pages."),
        _("Choose one of them."),
    ),
    "staff-number-unknown": (
        _("Nobody who can be meant here has the staff number %(staff_no)s."),
        _("Check the number. On copies only those can be named to whom the approval allows it."),
    ),
}
