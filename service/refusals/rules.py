"""What is said when a change of the rules is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

RULES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "unknown-rule-item": (
        _("The rules have nothing called %(item)s that could be chosen."),
        _("Choose among the items of the version in force."),
    ),
    "below-rule-floor": (
        _("This is laxer than the rules that no organisation can change."),
        _("Choose something at least as strict as what is shipped."),
    ),
    "not-a-rule-choice": (
        _("This cannot be chosen here."),
        _("Choose one of the values that are offered."),
    ),
    "rules-unchanged": (
        _("Nothing is other than in the newest version."),
        _("Change something, or leave it as it is."),
    ),
    "rules-in-the-past": (
        _("Rules never come into force in the past, nor before the version that they follow."),
        _("Choose a later day, or none."),
    ),
    "rules-damaged": (
        _("A stored version of the rules is not the one that was adopted. Nothing is decided under it."),
        _("Call the security officer and the auditor: the tables were changed from outside."),
    ),
    "rule-proposal-decided": (
        _("The proposal was decided or withdrawn before."),
        _("Reload the page to see what has become of it."),
    ),
    "rule-proposal-outdated": (
        _("Another version was adopted since this was drawn up, so it would undo what nobody has looked at."),
        _("Have it drawn up anew over the newest version."),
    ),
    "rule-proposal-changed": (
        _("What is stored is not what you were shown. Your decision was not recorded."),
        _("Reload the page. If it happens again, call the security officer."),
    ),
    "proposer-decides": (
        _("Whoever draws rules up cannot put them in force."),
        _("Let a responsible leader decide."),
    ),
    "not-the-proposer": (
        _("Only the person who drew the proposal up can withdraw it."),
        _("Ask that person, or have it refused."),
    ),
}
