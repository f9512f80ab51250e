"""What is said when deciding in another person's place is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

DELEGATIONS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "no-mandate": (
        _("You may not decide this in that person's place."),
        _("Reload the page. If the person is away, ask the security officer who stands in."),
    ),
    "not-a-delegation": (
        _(
            "This makes no delegation: another person who works here, some act, and some days that are still to come."
        ),
        _("Check the deputy, the acts and the days; at most three months."),
    ),
    "not-a-third-person": (
        _("Whoever gives or gets a delegation cannot agree to it."),
        _("Let a third person decide: the security officer, or a responsible leader."),
    ),
    "not-their-delegation": (
        _("Only the person who gave a delegation, or who may agree to one, can end it."),
        _("Ask that person or the security officer."),
    ),
    "impossible-delegation-step": (
        _("The delegation is in another state by now. Nothing has been changed."),
        _("Reload the page to see where it stands."),
    ),
}
