"""What is said when a circulation is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

CIRCULATIONS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "circulation-needs-readers": (
        _("The list names nobody, or the same reader twice. Nothing has been saved."),
        _("Name each reader once, in the order in which they read."),
    ),
    "circulation-needs-days": (
        _("Each reader has between 1 and %(most)s days. Nothing has been saved."),
        _("Enter how many days each reader may keep the copy."),
    ),
    "circulation-not-separate": (
        _(
            "This person runs the circulation, stands at this screen, or is one of its readers, so their agreement "
            "does not count. Nothing has been saved."
        ),
        _("Ask another responsible leader."),
    ),
    "already-circulating": (
        _("This copy circulates already. Nothing has been saved."),
        _("Look at the circulation that runs."),
    ),
    "circulation-ended": (
        _("This circulation is over. Nothing has been changed."),
        _("Look at its slip, or begin a new one."),
    ),
    "reader-inactive": (
        _("One of the readers does not work here any more. Nothing has been saved."),
        _("Name somebody else."),
    ),
    "reader-not-waiting": (
        _(
            "This reader has the copy, had it, was passed over, or is not on the list. Nothing has been changed."
        ),
        _("Reload the circulation. A hand-over that was not signed for is withdrawn first."),
    ),
    "nobody-waits": (
        _("Nobody waits for this copy any more. Nothing has been changed."),
        _("Reload the circulation; take the copy back, or begin a new one."),
    ),
    "out-of-turn": (
        _("This copy circulates, and it is another reader's turn. Nothing has been handed over."),
        _("Give it to the reader whose turn it is, pass that reader over, or stop the circulation."),
    ),
    "copy-circulates": (
        _("This copy circulates, so it is not destroyed. Nothing has been changed."),
        _("Wait until everybody has read it, or stop the circulation."),
    ),
    "other-copy-scanned": (
        _("Another copy was scanned than the one that circulates. Nothing has been handed over."),
        _("Scan the copy whose code stands on this page."),
    ),
}
