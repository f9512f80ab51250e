"""What people are told when something is refused: the sentence and the next step, by the code of the refusal.

Every code that can reach a person has its line here; a test compares this table with the errors that exist.
Facts of the error fill the placeholders.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

from service import refusals
from service.refusals_bags import BAGS

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

BY_CODE: dict[str, tuple[LazyString, LazyString]] = {
    **refusals.ALL,
    "form-stale": (
        _("The form was too old or came from another window. Nothing has been changed."),
        _("Go back, reload the page and send the form again."),
    ),
    "form-foreign": (
        _("The form was sent from another site, so it was refused. Nothing has been changed."),
        _("Open the page here and send the form again. If it happens again, tell the security officer."),
    ),
    "login-refused": (
        _("Account name or password is wrong, or the account is closed."),
        _("Check both and try again. If you forgot the password, ask the system administrator."),
    ),
    "login-required": (
        _("Your session has ended or you have not logged in yet."),
        _("Log in and try again."),
    ),
    "password-to-change": (
        _("Somebody else knows your password."),
        _(
            "Choose your own first: on the page that opens after the login, or with the command user own-password."
        ),
    ),
    "no-desk": (
        _("None of your roles has a desk of its own yet."),
        _("Ask the security officer which role belongs to your work."),
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
    "file-not-readable": (
        _("The file could not be read to its end."),
        _("Save it anew in its own program and try again."),
    ),
    "file-too-costly": (
        _("Reading the file took more memory or time than a file may take (limit: %(limit)s)."),
        _("Save it anew in its own program, perhaps in parts, and try again."),
    ),
    "file-breaks-reader": (
        _("The file breaks the program that reads it. It may be damaged or made to do harm."),
        _("Save it anew in its own program. If it came from outside, show it to the security officer."),
    ),
    "file-missing": (
        _("The stored file is not there."),
        _("Tell the administrator; it can be restored from a backup."),
    ),
    "file-damaged": (
        _("The stored file is damaged or was changed outside the registry, so it is not shown."),
        _("Tell the security officer; it can be restored from a backup."),
    ),
    "forged-mark": (
        _("This looks like one of our marks but was not made here."),
        _("Keep the paper and call the security officer."),
    ),
    "forged-token": (
        _("The link or form was not made by this registry."),
        _("Start from the menu."),
    ),
    "expired-token": (
        _("The link or form is too old."),
        _("Start from the menu."),
    ),
    "password-not-new": (
        _("The new password is the current one. Nothing has been changed."),
        _("Choose another."),
    ),
    "password-unfit": (
        _("A password has %(shortest)s to %(longest)s characters and is not the account name."),
        _("Choose another one; several unrelated words are good."),
    ),
    "pin-unfit": (
        _("A PIN has %(digits)s digits that are not all the same."),
        _("Choose another one."),
    ),
    "already-founded": (
        _("There are accounts already."),
        _("Ask the system administrator for a new account."),
    ),
    "account-unknown": (
        _("No account has this name."),
        _("Check the account name."),
    ),
    "job-unknown": (
        _("There is no such job, or it is not yours to see."),
        _("Start from the menu."),
    ),
    "destruction-list-closed": (
        _("The list is in another state by now, so this step is not possible. Nothing has been changed."),
        _("Reload the list to see where it stands."),
    ),
    "destruction-list-empty": (
        _("There is no copy on the list."),
        _("Scan at least one copy, then ask for approval."),
    ),
    "not-a-shredder": (
        _("This device cannot destroy paper, or it is out of use."),
        _("Choose another shredder."),
    ),
    "shredder-too-coarse": (
        _("The shredder of this list cuts to %(shred_level)s; this copy needs at least %(wanted)s."),
        _("Begin a list for a finer shredder and put the copy there."),
    ),
    "not-destroyable": (
        _("Only what lies in the registry can be destroyed: copies in stock and misprints."),
        _("If it lies before you, take it back at the counter first."),
    ),
    "not-all-presented": (
        _("%(missing)s copies of the list have not been scanned at the shredder yet."),
        _("Scan every copy first; only then can somebody vouch for them."),
    ),
    "operator-signed": (
        _("Another person has just signed as the operator."),
        _("Sign as a witness."),
    ),
    **BAGS,
    "device-name-taken": (
        _("Another device is called %(device_name)s."),
        _("Choose another name."),
    ),
    "invalid-shred-class": (
        _("This is no class of ISO/IEC 21964."),
        _("Write it as on the certificate of the shredder, from P-1 to P-7."),
    ),
    "already-listed": (
        _("This copy stands on another destruction list."),
        _("Take it off there first, or leave it there."),
    ),
    "not-on-the-list": (
        _("This copy is not on the list."),
        _("Keep it out of the shredder and put it aside."),
    ),
    "attestation-conflict": (
        _("This person already has another part in this destruction, so the signature does not count."),
        _("Somebody who neither asked for, approved nor held these papers has to sign."),
    ),
    "too-many-attempts": (
        _("This account failed to log in too often and has to wait."),
        _("Wait some minutes. If you forgot the password, ask the system administrator."),
    ),
}


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
