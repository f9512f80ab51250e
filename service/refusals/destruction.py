"""What is said when a destruction list or a shredder is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

DESTRUCTION: Final[dict[str, tuple[LazyString, LazyString]]] = {
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
}
