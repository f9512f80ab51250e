"""What is said when paper for a plant, a sealed bag or a receipt is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

BAGS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "not-one-route": (
        _("A list goes either to a shredder or to a plant. Nothing has been saved."),
        _("Choose one of the two."),
    ),
    "plant-closed": (
        _("Nothing is sent to this plant any more."),
        _("Choose another plant or a shredder."),
    ),
    "plant-name-taken": (
        _("Another plant has this name."),
        _("Choose another name."),
    ),
    "part-not-wanted": (
        _("Nobody signs in this part here. Nothing has been recorded."),
        _("At the shredder an operator and witnesses sign, for bags to the plant two escorts."),
    ),
    "not-for-the-plant": (
        _("This list goes to a shredder and has no bags."),
        _("Begin a list for a plant."),
    ),
    "bag-empty": (
        _("You have scanned no copy since you closed your last bag. Nothing has been saved."),
        _("Scan the copies that lie in your bag first, then its seal. A copy goes with who scanned it last."),
    ),
    "invalid-seal": (
        _("This is no number of a seal: 5 to 20 letters, digits and hyphens, at least one digit."),
        _("Read the number on the seal again."),
    ),
    "seal-used": (
        _("A bag bears, or bore, seal %(seal)s. Nothing has been saved."),
        _("Take an unused seal. If this one is unused, report it to the security officer."),
    ),
    "in-sealed-bag": (
        _("This copy is on record in the bag with seal %(seal)s, and lies here."),
        _("Report it below: that bag must be opened before anything leaves."),
    ),
    "not-in-a-bag": (
        _("This copy is on record in no bag."),
        _("Scan it into your open bag."),
    ),
    "opened-alone": (
        _("Nobody opens a bag alone. Nothing has been changed."),
        _("Have another person watch and enter their PIN."),
    ),
    "impossible-bag-step": (
        _("The bag is in another state by now, so this is not possible. Nothing has been changed."),
        _("Reload the list to see where it stands."),
    ),
    "not-all-bagged": (
        _("%(missing)s copies of the list lie in no sealed bag yet."),
        _("Scan every copy into a bag and close it; only then can somebody sign for the bags."),
    ),
    "bag-stopped": (
        _("The bag with seal %(seal)s is stopped. Nothing has been recorded."),
        _("Open it in front of a second person and pack its copies under another seal."),
    ),
    "bags-outside": (
        _("Bags of this list are outside the house, so it cannot be given up."),
        _("Enter the plant's receipt, or have the bags brought back through the gate."),
    ),
    "no-bag-outside": (
        _("No bag of this list has left through a gate. Nothing has been saved."),
        _("The guard scans each seal at the gate. Give the list up if nothing is to leave."),
    ),
    "seals-differ": (
        _("The receipt must tell of every seal that left, and of no other. Nothing has been saved."),
        _("Compare the receipt with the seals on this page, one by one."),
    ),
    "receipt-unfit": (
        _("This cannot be right. Nothing has been saved."),
        _("Enter it as on the receipt: a time after the bags were handed over, a weight above zero."),
    ),
    "receipt-used": (
        _("A receipt of this plant with this number has ended another list."),
        _("Look at the number again. Two lists never share a receipt: ask the plant for another one."),
    ),
    "receipt-scan-unfit": (
        _("The scan is neither a PDF nor a picture. Nothing has been saved."),
        _("Attach it as PDF, PNG or JPEG."),
    ),
    "no-receipt": (
        _("The plant has stated nothing of this list yet."),
        _("Enter its receipt first."),
    ),
    "escort-records-receipt": (
        _("You escorted these bags, so you do not enter what became of them."),
        _("Have another clerk enter the receipt."),
    ),
    "bag-incident-settled": (
        _("What was done about this incident is on record already."),
        _("Reload the page to read it."),
    ),
}
