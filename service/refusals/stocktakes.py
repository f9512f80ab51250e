"""What is said when a count is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

STOCKTAKES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "invalid-scope": (
        _("The scope contradicts itself."),
        _("A person's copies are counted in people's hands; a level belongs to a scheme."),
    ),
    "stocktake-closed": (
        _("This count is over. Nothing has been changed."),
        _("Look at its result, or begin a new count."),
    ),
    "stocktake-not-closed": (
        _("Nothing is missing while a count goes on."),
        _("Close the count with a second counter first."),
    ),
    "not-missed": (
        _("This count does not miss that copy, or it was reported already."),
        _("Reload the count to see what it misses."),
    ),
    "not-a-second-counter": (
        _(
            "This person counted, or holds copies that are counted, so the second count would not be independent."
        ),
        _("Ask somebody who did neither."),
    ),
    "second-count-differs": (
        _("The second counter found another number of copies than were scanned."),
        _("Count once more, both of you, and scan what was left out. Only equal numbers close the count."),
    ),
}
