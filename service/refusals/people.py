"""What is said when a unit, person, clearance or leave is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

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
    "account-exists": (
        _("The person with the staff number %(staff_no)s has an account. No account was opened."),
        _("Reload the list. A new password is set on the page of the person."),
    ),
    "person-inactive": (
        _("The person with the staff number %(staff_no)s no longer works here. No account was opened."),
        _("Reload the list and choose again."),
    ),
    "nobody-chosen": (
        _("Nobody was chosen, or more than %(most)s people at once. No account was opened."),
        _("Choose from 1 to %(most)s people."),
    ),
    "own-roles": (
        _("Nobody grants roles to themselves."),
        _("Ask another security officer."),
    ),
    "incompatible-roles": (
        _("One person may not have these two roles together."),
        _("Take one of them away first. Both accounts of a person count."),
    ),
    "still-holding": (
        _("This person still has something on record (%(total)s), so they cannot be cleared."),
        _("Take back, withdraw, revoke or hand over what is left; the page lists it."),
    ),
    "cleared-by-oneself": (
        _("Nobody clears themselves."),
        _("Ask another clerk."),
    ),
    "already-left": (
        _("This person is no longer active."),
        _("Look for the certificate among those who were cleared."),
    ),
    "own-clearance": (
        _("Nobody clears themselves."),
        _("Ask another security officer."),
    ),
    "clearance-needs-future-end": (
        _("A clearance lasts until a day that is still to come."),
        _("Choose a later day."),
    ),
}
