"""What is said when a file, document, request, meeting or person is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

FILES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "not-a-pdf": (
        _("This is not a PDF, whatever its name says."),
        _("Open it in its own program, export it as PDF and try again."),
    ),
    "broken-file": (
        _("The PDF is damaged in a way that cannot be repaired without guessing."),
        _("Export it anew from its own program and try again."),
    ),
    "encrypted-file": (
        _("The PDF is encrypted or protected by a password, so its pages cannot be marked."),
        _("Save it without protection and try again."),
    ),
    "xfa-form": (
        _("The PDF is a dynamic form (XFA): what is printed would depend on the program that prints."),
        _("Print the form to a PDF and register that file."),
    ),
    "no-pages": (
        _("The PDF has no pages."),
        _("Check the file in its own program and try again."),
    ),
    "too-many-pages": (
        _("The PDF has %(got)s pages; at most %(limit)s are taken."),
        _("Split it and register the parts as documents of their own."),
    ),
    "too-many-bytes": (
        _("The file is bigger than this installation takes."),
        _("Save it with smaller pictures, or split it."),
    ),
    "page-too-large": (
        _("Page %(page)s is larger than a page may be."),
        _("Print the document to a common paper size and try again."),
    ),
    "page-too-small": (
        _("Page %(page)s is too small to carry a readable mark."),
        _("Print the document to a common paper size and try again."),
    ),
    "unstampable-page": (
        _("On page %(page)s our own mark could not be read in a test, so it would be lost on paper."),
        _("Print the document to a common paper size with a margin and try again."),
    ),
}

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
        _("Document and meeting have levels of different schemes, which never mix."),
        _("Choose a level of the same scheme, or another meeting."),
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
    "unknown-page": (
        _("The document has no page %(page)s."),
        _("Start from the menu."),
    ),
}

APPROVALS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "refused-by-rule": (
        _("The rules let nobody agree to this (rule %(rule)s, version %(version)s)."),
        _("Ask the security officer what would have to be on record first."),
    ),
    "act-not-offered": (
        _("Nobody can ask for this here."),
        _("Start from the menu."),
    ),
    "invalid-order": (
        _("The order contradicts itself."),
        _("Check the number of copies, the persons and the reason."),
    ),
    "order-untrue": (
        _("The document has changed since the form was opened. Nothing has been sent."),
        _("Open the document again and send the request anew."),
    ),
    "order-changed": (
        _("What is stored is not what you were shown. Your decision was not recorded."),
        _("Reload the page. If it happens again, call the security officer."),
    ),
    "approval-needs-future-end": (
        _("An approval is asked for until a time that is still to come."),
        _("Choose a later day."),
    ),
    "already-decided": (
        _("You have decided on this request before."),
        _("Reload the page to see where it stands."),
    ),
    "not-asked": (
        _("Your agreement is not asked for here, or somebody has given it already."),
        _("Reload the page to see who is missing."),
    ),
    "impossible-request-step": (
        _("The request is in another state by now. Nothing has been changed."),
        _("Reload the page to see where it stands."),
    ),
    "not-the-requester": (
        _("Only the person who asked can withdraw a request."),
        _("Ask that person to withdraw it."),
    ),
    "approval-in-use": (
        _(
            "A part of this approval was used, so it can no longer be withdrawn; what is left lapses by itself."
        ),
        _("Let it lapse."),
    ),
    "not-approved": (
        _("The request is not, or no longer, approved."),
        _("Look at the request to see who is missing, or ask anew."),
    ),
    "approval-lapsed": (
        _("The time within which this could be done is over."),
        _("Ask anew."),
    ),
    "approved-for-another-act": (
        _("The approval is for something else."),
        _("Choose the approval of this act, or ask for one."),
    ),
    "approval-exhausted": (
        _("The approval is for %(approved)s copies, %(used)s of them are used, %(wanted)s more were wanted."),
        _("Take fewer, or ask for the rest."),
    ),
    "executor-not-separate": (
        _("Who asked for this or agreed to it may not carry it out."),
        _("Let a third person do it."),
    ),
}

PEOPLE: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "unit-code-taken": (
        _("Another unit has the code %(unit_code)s."),
        _("Choose another code."),
    ),
    "staff-number-taken": (
        _("Another person has the staff number %(staff_no)s."),
        _("Check the number; the person may be registered already."),
    ),
    "login-taken": (
        _("Another account is called %(login)s."),
        _("Choose another account name."),
    ),
    "own-roles": (
        _("Nobody grants roles to themselves."),
        _("Ask another security officer."),
    ),
    "incompatible-roles": (
        _("One person may not have these two roles together: %(roles)s."),
        _("Take one of them away first. Both accounts of a person count."),
    ),
}

ALL: Final = FILES | DOCUMENTS | APPROVALS | PEOPLE
