"""What is said when the report, result or end of a loss is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

LOSSES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "loss-over": (
        _("The copy was found, so this loss is over."),
        _("Reload the loss to see how it ended."),
    ),
    "loss-already-reported": (
        _("The report of this loss was filed before; it is not changed any more."),
        _("State what came to light since then as the result of the investigation."),
    ),
    "loss-not-reported": (
        _("This loss has no report yet."),
        _("File the report first."),
    ),
    "loss-concluded": (
        _("The investigation of this loss has its result already."),
        _("Reload the loss to read it."),
    ),
    "concluded-by-holder": (
        _("Whoever answered for the copy does not state the result of its investigation."),
        _("Ask another responsible leader."),
    ),
    "not-an-independent-approver": (
        _("This person takes the copy in or answers for it, so their agreement does not count."),
        _("Ask another responsible leader."),
    ),
}
