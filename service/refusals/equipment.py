"""What is said when a device, its custody, job, repair or retirement is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

EQUIPMENT: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "device-contradiction": (
        _("This does not fit a device of this kind."),
        _("Give a class to shredders only, a cipher unit to faxes only, and a level to every device."),
    ),
    "custodian-inactive": (
        _("The person no longer works here and can answer for no device."),
        _("Choose another custodian."),
    ),
    "already-the-custodian": (
        _("This person answers for the device already."),
        _("Choose another custodian, or leave it there."),
    ),
    "device-offered": (
        _("The device waits for somebody's signature."),
        _("Take that offer back first."),
    ),
    "no-device-offer": (
        _("Nobody is asked to sign for this device, or it was done before."),
        _("Reload the page to see who answers for it."),
    ),
    "not-the-next-custodian": (
        _("The device was offered to somebody else."),
        _("Let that person sign, or have the offer taken back."),
    ),
    "unknown-device-check": (
        _("The rules do not look at this on such a device."),
        _("Reload the page and tick again."),
    ),
    "inspects-own-device": (
        _("Nobody inspects the device that they answer for."),
        _("Let another security officer inspect it."),
    ),
    "device-retiring": (
        _("The device is retired, or is being retired."),
        _("Give the retirement up first, if it is to be used on."),
    ),
    "impossible-equipment-step": (
        _("The device is in another state by now, so this step is not possible. Nothing has been changed."),
        _("Reload its page to see where it stands."),
    ),
    "device-unfit": (
        _("A device of this kind does not do this."),
        _("Choose a copier or scanner for a copy, a fax for a fax."),
    ),
    "device-not-in-use": (
        _(
            "The device has not passed its inspection, is barred, in repair or retired. Nothing has been recorded."
        ),
        _("Choose another device, or have this one inspected."),
    ),
    "inspection-overdue": (
        _("The last inspection of this device has grown old. Nothing has been recorded."),
        _("Have the security officer inspect it."),
    ),
    "device-below-level": (
        _("The document is more secret than this device may see. Nothing has been recorded."),
        _("Choose a device of the document's level."),
    ),
    "device-without-custodian": (
        _("Nobody answers for this device."),
        _("Have it signed for by a custodian first."),
    ),
    "not-a-cipher-fax": (
        _("This fax sends in the clear."),
        _("Use a registered cipher fax."),
    ),
    "not-a-copying-request": (
        _("This approval is for neither copying nor faxing, or for no copy at all."),
        _("Choose the approval of this job, or ask for one."),
    ),
    "source-of-other-document": (
        _("The code belongs to a copy of another document than was approved."),
        _("Put the right paper on the device and scan its code."),
    ),
    "source-not-at-hand": (
        _("On record this copy is not where it could lie on a device."),
        _("If it lies before you, take it back at the counter first."),
    ),
    "not-of-this-job": (
        _("This is not the label of a photocopy of this job. Nothing was taken in."),
        _("Scan the label, not the code that was copied with the page."),
    ),
    "no-photocopies": (
        _("This job has no photocopy that could be labelled."),
        _("Labels are for jobs on a copier whose numbers were not given up."),
    ),
    "nothing-to-give-up": (
        _("No photocopy of this job is still waited for. Nothing has been changed."),
        _("Reload the page to see where each of them stands."),
    ),
    "other-station": (
        _("The fax was approved for another station."),
        _("Enter the station as it was approved, or ask anew."),
    ),
    "custodian-asks": (
        _("You answer for this device, so you have to agree to its repair and cannot ask for it."),
        _("Let somebody else ask."),
    ),
    "escort-missing": (
        _("A device is either wiped before it leaves, or escorted by somebody for the whole visit."),
        _("Name the escort, or choose that it is wiped."),
    ),
    "repair-of-other-device": (
        _("The approval is for another device, or the device has changed hands since."),
        _("Ask for the repair anew."),
    ),
    "no-repair-open": (
        _("The device is not at a technician's."),
        _("Reload its page to see where it stands."),
    ),
    "retirement-open": (
        _("The device is being retired already."),
        _("Let people vouch for it, or give that retirement up."),
    ),
    "retirement-closed": (
        _("The retirement is over, or its device is not retired yet."),
        _("Reload the page of the device to see where it stands."),
    ),
    "retirement-method-too-weak": (
        _("A device of this level is not retired in this way."),
        _("Destroy it before two witnesses."),
    ),
    "device-awaits-signature": (
        _("The device is on its way to another custodian."),
        _("Let that person sign for it, or take the offer back."),
    ),
    "retirement-conflict": (
        _("This person already has another part in this retirement, so the signature does not count."),
        _("Somebody who neither asked for it nor answers for the device has to sign."),
    ),
    "device-name-taken": (
        _("Another device is called %(device_name)s."),
        _("Choose another name."),
    ),
}
