"""What is said when a recall is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

RECALLS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "already-recalled": (
        _("This document is being recalled already."),
        _("Look at the recall that runs."),
    ),
    "nothing-to-recall": (
        _("No copy of this document is with anybody."),
        _("There is nothing to call back."),
    ),
    "recall-needs-due-time": (
        _("The copies are to be back by a day that is still to come."),
        _("Choose a later day."),
    ),
    "recall-closed": (
        _("This recall is over. Nothing has been changed."),
        _("Look at its report, or begin a new one."),
    ),
    "not-missed-in-recall": (
        _("This copy is not missed: it is back, lost, or not of this recall."),
        _("Reload the recall to see where its copies are."),
    ),
    "copy-recalled": (
        _(
            "The document of this copy is being recalled: its copies come back and are neither given out nor destroyed."
        ),
        _("Keep the copy in the registry until the recall is closed."),
    ),
    "recall-not-settled": (
        _("%(missing)s copies are missed, and nobody has signed that they stay out."),
        _("Bring them back, or have the responsible leader sign an exception for each."),
    ),
    "not-an-independent-signer": (
        _(
            "This person began the recall, stands at this screen, or holds the copy, so the signature does not count."
        ),
        _("Ask another responsible leader."),
    ),
}
