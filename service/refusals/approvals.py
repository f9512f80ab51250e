"""What is said when a request for approval or a decision on it is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

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
    "strangers-named": (
        _("Somebody who is named here is not registered, or no longer works here. Nothing has been sent."),
        _("Choose the persons anew."),
    ),
    "order-changed": (
        _("What is stored is not what you were shown. Your decision was not recorded."),
        _("Reload the page. If it happens again, call the security officer."),
    ),
    "untraceable-not-accepted": (
        _("Pages of the document are less traceable than its level demands, and you have not accepted that."),
        _(
            "Look at what falls short, then accept it with your name, or refuse. Nothing was recorded as decided."
        ),
    ),
    "proof-changed": (
        _(
            "How traceable the document is was measured anew since it was approved, so the approval no longer"
            " covers it. Nothing has been reserved."
        ),
        _("Ask for approval again."),
    ),
    "less-traceable-than-agreed": (
        _(
            "Under the marks in force now, pages of the document are less traceable than its level demands, and"
            " not everybody who agreed has accepted that. Nothing was printed."
        ),
        _("Measure the document again on its page, then ask for approval again."),
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
    "visible-lines-changed": (
        _(
            "The visible lines of copies say something else by now than was shown to who agreed. Nothing has been "
            "changed."
        ),
        _("Ask anew, so that the lines in force are agreed to."),
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
