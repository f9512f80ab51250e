"""What is said when the consent of an issuing unit is wanting or refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

CONSENTS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "opens-by-consent": (
        _(
            "Papers of this level are copied only with the consent of the issuing unit, and of the classifying unit"
            " where it is another. None on record is enough. Nothing has been sent."
        ),
        _("Enter the unit's letter among the consents, or ask for fewer copies."),
    ),
    "consent-unusable": (
        _("Consent %(consent)s, on which this rests, was revoked, has expired or has too little left."),
        _("Enter another letter of the unit, then ask anew."),
    ),
    "consent-revoked": (
        _("The consent was revoked before."),
        _("Reload the page to see since when."),
    ),
    "letter-entered": (
        _("This letter is on record already, for this document and unit."),
        _("Look at the consent that stands there; another letter has another number."),
    ),
    "not-a-consent": (
        _("This cannot be a consent: it must come from the issuing or classifying unit and still be good."),
        _("Check the unit, the number of copies and the last day."),
    ),
    "letter-unfit": (
        _("The scan of the letter is no PDF, PNG or JPEG file."),
        _("Scan the letter anew and attach that."),
    ),
}
