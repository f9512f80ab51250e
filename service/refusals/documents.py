"""What is said when a document, its level or its period is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

DOCUMENTS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "document-number-taken": (
        _("The issuing unit has registered another document under the number %(doc_number)s."),
        _("Check the number on the paper. If it is right, look at the document that has it."),
    ),
    "scheme-disabled": (
        _("State-secret marks are turned off here: by law they may not stand on what is not a state secret."),
        _("Choose a level of the company's own or of the commercial scheme."),
    ),
    "unknown-level": (
        _("This level does not exist."),
        _("Choose one of the list."),
    ),
    "invalid-period": (
        _("This is no period of secrecy."),
        _("Write it like 10年, 6个月, 长期, 10 years, or a last day such as 2031-12-31."),
    ),
    "mixed-schemes": (
        _("Levels of different schemes never mix in one meeting or on one list."),
        _("Choose another meeting for the document, or another list for the copy."),
    ),
    "meeting-below-document": (
        _("A meeting may not have a lower level than one of its documents."),
        _("Raise the meeting's level first, or choose another meeting."),
    ),
    "meeting-closed": (
        _("The meeting is closed."),
        _("Choose another meeting, or none."),
    ),
    "missing-text": (
        _("Please fill this in."),
        _("Go back, check the entries and try again."),
    ),
    "text-too-long": (
        _("At most %(limit)s characters."),
        _("Go back, check the entries and try again."),
    ),
    "forbidden-character": (
        _("There is an invisible character (%(character)s) in this text."),
        _("Type the text anew instead of copying it."),
    ),
    "file-changed": (
        _("The document's file is not the one that was measured. Nothing was changed."),
        _("Reload the page and measure it again."),
    ),
    "unknown-page": (
        _("The document has no page %(page)s."),
        _("Start from the menu."),
    ),
}
