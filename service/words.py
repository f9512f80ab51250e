"""What people are told when something is refused: a headline, the sentence and the next step.

The HTTP status gives the headline; the code of the refusal gives sentence and next step (:mod:`service.refusals`), or
the status where the code has none. Facts of the error fill the placeholders.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

from service.refusals import BY_CODE

_ = lazy_gettext


@dataclass(frozen=True)
class Words:
    """What a refusal says: a headline, what happened, and what to do now."""

    title: str
    sentence: str
    next_step: str


BY_STATUS: Mapping[int, tuple[LazyString, LazyString, LazyString]] = {
    400: (
        _("This request cannot be understood"),
        _("Something in it is missing or has the wrong form. Nothing has been changed."),
        _("Go back, check the entries and try again."),
    ),
    401: (
        _("Please log in"),
        _("Your session has ended or you have not logged in yet."),
        _("Log in and try again."),
    ),
    403: (
        _("You may not do this"),
        _("Your roles do not include this act. The attempt has been recorded."),
        _("If it belongs to your work, ask the security officer for the role."),
    ),
    404: (
        _("There is nothing here"),
        _("The address is wrong, or what it names does not exist or is not yours to see."),
        _("Check the number or code, or start from the menu."),
    ),
    405: (
        _("This page cannot be used that way"),
        _("The address exists, but not for this kind of request. Nothing has been changed."),
        _("Start from the menu."),
    ),
    409: (
        _("This is not possible in the present state"),
        _("Someone else was faster, or a step before this one is missing. Nothing has been changed."),
        _("Reload the page to see the present state, then decide again."),
    ),
    413: (
        _("The file is too big"),
        _("It is bigger than this installation takes. Nothing has been stored."),
        _("Split the file or ask the administrator for a higher limit."),
    ),
    415: (
        _("This kind of content is not taken here"),
        _("The request came in a form that this address does not read. Nothing has been changed."),
        _("Send JSON with the content type application/json."),
    ),
    422: (
        _("This file or entry cannot be used"),
        _("It was read and refused. Nothing has been stored."),
        _("Check the file in its own program, save it anew and try again."),
    ),
    429: (
        _("Too many attempts"),
        _("The account or this address has to wait a while."),
        _("Wait some minutes. If you forgot the password, ask the administrator."),
    ),
    503: (
        _("Not available at the moment"),
        _("The registry is being maintained or cannot write. Reading may still work."),
        _("Try again in a few minutes."),
    ),
}

OTHERWISE = (
    _("Something went wrong"),
    _("The fault is ours, not yours. Nothing has been half done."),
    _("Try again. If it happens again, tell the administrator."),
)


def words_for(status: int, code: str | None, facts: Mapping[str, object]) -> Words:
    """Return what a refusal says, in the language of the request."""
    title, sentence, next_step = BY_STATUS.get(status, OTHERWISE)
    sentence, next_step = BY_CODE.get(code or "", (sentence, next_step))
    return Words(str(title), _filled(sentence, facts), _filled(next_step, facts))


class _Facts(dict[str, object]):
    """Facts by name; one that an error does not carry is shown as a dash, not as a second error."""

    def __missing__(self, name: str) -> str:
        return "—"


def _filled(text: LazyString, facts: Mapping[str, object]) -> str:
    spoken = str(text)
    return spoken % _Facts(facts) if "%(" in spoken else spoken
