"""What is said when passing on what a meeting was about is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

CONVEYANCES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "not-at-the-meeting": (
        _("Only who was at a meeting passes on what it was about."),
        _("Let an attendee do it."),
    ),
    "no-audience": (
        _("Somebody else than the speaker has to be told."),
        _("Name who is told, one a line."),
    ),
    "beyond-scope": (
        _("Somebody in the audience is beyond the scope of conveyance. Nothing has been recorded."),
        _("Leave them out, or ask for approval to tell them, too."),
    ),
    "conveyance-beyond-approval": (
        _("The approval does not cover everybody who is beyond the scope."),
        _("Leave the others out, or ask for approval again."),
    ),
    "not-the-conveyer": (
        _("Listeners sign before whoever told them, or with their own account."),
        _("Let the conveyer open the page, or sign on your own screen."),
    ),
    "not-in-the-audience": (
        _("This person is not among those who were told."),
        _("Record another conveyance if they were told, too."),
    ),
}
