"""What is said when signing in, an account or its password is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

SIGN_IN: Final[dict[str, tuple[LazyString, LazyString]]] = {
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
    "too-many-attempts": (
        _("This account failed to log in too often and has to wait."),
        _("Wait some minutes. If you forgot the password, ask the system administrator."),
    ),
    "account-unknown": (
        _("No account has this name."),
        _("Check the account name."),
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
}
