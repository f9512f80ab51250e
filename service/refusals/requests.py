"""What is said when a form, link or request of a program is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

REQUESTS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "form-stale": (
        _("The form was too old or came from another window. Nothing has been changed."),
        _("Go back, reload the page and send the form again."),
    ),
    "form-foreign": (
        _("The form was sent from another site, so it was refused. Nothing has been changed."),
        _("Open the page here and send the form again. If it happens again, tell the security officer."),
    ),
    "forged-token": (
        _("The link or form was not made by this registry."),
        _("Start from the menu."),
    ),
    "expired-token": (
        _("The link or form is too old."),
        _("Start from the menu."),
    ),
    "request-invalid": (
        _("The request does not have the described shape. Nothing has been changed."),
        _("Compare it with the description of the API."),
    ),
    "idempotency-key-open": (
        _("The same request is still at work, or was cut off before it was answered."),
        _("Look first whether it took effect; send it again only with a new key."),
    ),
    "idempotency-key-reused": (
        _("This idempotency key was sent before with another request."),
        _("Use a new key for each new request."),
    ),
    "idempotency-key-unfit": (
        _("The idempotency key is empty, too long or not plain text."),
        _("Send 1 to %(longest)s plain characters."),
    ),
    "job-unknown": (
        _("There is no such job, or it is not yours to see."),
        _("Start from the menu."),
    ),
}
