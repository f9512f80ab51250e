"""What is said when an excerpt, compilation or regrading is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

FAMILIES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "wrong-sources": (
        _("An excerpt is made of one document, a compilation of two or more, and of none twice."),
        _("Choose an approval for each document that it is made of."),
    ),
    "below-sources": (
        _("A document may not be marked lower, or end sooner, than what it is made of."),
        _(
            "Take at least the highest level and the longest period of its sources, or have these regraded first."
        ),
    ),
    "approved-for-another-use": (
        _("This approval to copy is for something else."),
        _("Use it for what was agreed to, or ask for a new one."),
    ),
    "source-recalled": (
        _("A document that is being recalled is neither copied nor excerpted."),
        _("Wait until the recall is closed."),
    ),
    "regraded-since": (
        _("The document was regraded since this was agreed to, so the approval is void."),
        _("Ask again, so that everybody agrees to the level that it has now."),
    ),
    "document-declassified": (
        _("This document is secret no more: it needs neither numbered copies nor approvals."),
        _("Copy it as any other paper, after striking its secrecy mark out."),
    ),
    "nothing-to-regrade": (
        _("The document has this level and period already."),
        _("Choose another level or period."),
    ),
    "already-declassified": (
        _("This document is secret no more, so it cannot be regraded."),
        _("If it has to become secret again, register it anew."),
    ),
    "regrading-while-printing": (
        _("Copies of this document, or of one that would follow it, are being made or wait to leave."),
        _("Release or give up these print runs first."),
    ),
    "remarking-needs-due-time": (
        _("The copies are to be marked anew by a day that is still to come."),
        _("Choose a later day."),
    ),
    "nothing-to-remark": (
        _("This copy needs no new mark, or is, on record, not where it could lie before you."),
        _("Look at the page of the copy: it tells where it is and what it should be marked."),
    ),
    "copy-awaits-mark": (
        _("The document of this copy was regraded, and the copy does not bear its new mark %(mark)s yet."),
        _("Mark it anew, tick it off under Regradings, and give it out then."),
    ),
    "no-copy-scanned": (
        _("No copy was scanned."),
        _("Scan a copy."),
    ),
    "proposal-settled": (
        _("This was decided before."),
        _("Reload the regrading to see how."),
    ),
}
