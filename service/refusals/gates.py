"""What is said when a scan, an override or a permit at a gate is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

GATES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "gate-closed": (
        _("This gate is not in use."),
        _("Choose the gate at which this device stands."),
    ),
    "attempt-unreadable": (
        _("What the gate's screen sent cannot be understood, so nobody knows whether this paper may pass."),
        _("Hold the paper, reload the page and scan again."),
    ),
    "attempt-reused": (
        _("Two different scans came under one number, so the second was not judged."),
        _("Hold the paper and scan again."),
    ),
    "nothing-to-override": (
        _("There is nothing to decide any more: it was decided, scanned anew, or waited too long."),
        _("Have the paper scanned again."),
    ),
    "guard-overrides-self": (
        _("Who scanned a paper cannot also let it pass."),
        _("Call another supervisor."),
    ),
    "carrier-overrides-self": (
        _("Who carries a paper or answers for it cannot also let it pass."),
        _("Call another supervisor."),
    ),
    "permit-incomplete": (
        _("A permit for this level needs more than was said."),
        _("Name enough carriers (two for the highest level), the gate and the time."),
    ),
    "permit-closed": (
        _("This permit was used or taken back before."),
        _("Reload the list to see where it stands."),
    ),
    "copies-of-other-document": (
        _("Copies of different documents cannot be taken out under one approval."),
        _("Ask for each document by itself."),
    ),
    "no-copies-chosen": (
        _("No copy was chosen."),
        _("Tick or scan at least one copy."),
    ),
    "copy-not-in-hand": (
        _("Nobody has signed for copy %(claimed_code)s, so nobody can take it out."),
        _("Have it handed over at the counter first."),
    ),
}
