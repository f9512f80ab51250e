"""What is said about documents that are kept light when something is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

LIGHT: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "code-name-taken": (
        _("Another document has this code name. Nothing has been saved."),
        _("Change it, or take another proposal."),
    ),
    "title-not-kept": (
        _("A document kept light has a code name and no title. Nothing has been saved, nor the title."),
        _("Leave the title empty, or register the document with its title and without a code name."),
    ),
    "title-like-code-name": (
        _("This title begins as code names are shown, and could be taken for one."),
        _("Leave that beginning out, or keep the document light."),
    ),
    "only-light": (
        _("This installation keeps every document light: no title is kept. Nothing has been saved."),
        _("Register each document under a code name, with its file."),
    ),
    "content-removed": (
        _(
            "This document is kept light and its content was removed, or is here for a trace case only: its pages "
            "cannot be shown, measured or printed. Nothing has been changed."
        ),
        _(
            "Bring the same file back on the page of the document; another one is not taken. Handing out, returning, "
            "the gate and destruction go on without it."
        ),
    ),
    "content-here": (
        _("The content of this document is here."),
        _("Go on; nothing has to be brought back."),
    ),
    "content-in-use": (
        _("A print run of this document is being made, waits to leave, or nobody has said what came out."),
        _("Finish the run or give it up; the content then goes by itself once nothing is left to print."),
    ),
    "content-being-removed": (
        _("The content of this document is just being removed."),
        _("Wait a minute and reload the page; then the same file can be brought back."),
    ),
    "another-file": (
        _(
            "This is not the file that was registered: its hash is another. It was not opened, nothing was saved."
        ),
        _("Find the very file that was registered; one that was saved anew by a program is another."),
    ),
    "no-such-original": (
        _("No document kept light whose content is gone was registered with this file. It was not opened."),
        _("Ask the registry for the very file that was registered, not one saved anew by a program."),
    ),
}
