"""What is said when a picture, case, run or drill is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

TRACING: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "unusable-picture": (
        _("This is no picture that can be read: it is damaged or of a kind not taken here."),
        _("Use the file as the camera or scanner saved it: PNG, JPEG, TIFF, WEBP, BMP or PDF."),
    ),
    "animated-picture": (
        _("This is a moving picture, so nobody can say which of its frames is meant."),
        _("Save the one frame that shows the page, and try again."),
    ),
    "picture-too-large": (
        _("The picture has more pixels than are read here (%(limit)s)."),
        _("Scan the page at 600 dots per inch or less, or cut the picture into single pages."),
    ),
    "picture-too-small": (
        _("The picture is so small that no mark could be seen in it."),
        _("Use the file as it was first saved, not the small preview of it."),
    ),
    "leak-in-the-future": (
        _("This time is later than now."),
        _("Enter when the leak was seen, or leave it empty."),
    ),
    "leak-ends-early": (
        _("The leak would have been seen before it can have happened."),
        _("Correct one of the two times, or leave one empty."),
    ),
    "too-many-pictures": (
        _("One case takes at most %(limit)s pictures, since all of them are compared at once."),
        _("Choose the best ones, or open a second case for the others."),
    ),
    "picture-twice": (
        _("The case has this very picture already; it would count twice as evidence."),
        _("Leave it out."),
    ),
    "trace-run-open": (
        _("The pictures of this case are being read already."),
        _("Wait for the result; reading them again changes nothing before."),
    ),
    "trace-run-closed": (
        _("This run has its result already."),
        _("Order another run if you doubt it; every run is kept."),
    ),
    "no-such-picture": (
        _("The case has no such picture, or the picture no such page."),
        _("Choose one of those shown."),
    ),
    "no-such-run": (
        _("The case has no such run."),
        _("Open the case and choose one of its runs."),
    ),
    "nothing-to-review": (
        _("This run names no copy, or was followed by another run, so there is nothing to confirm."),
        _("Open the case and look at its last run."),
    ),
    "reviewed-already": (
        _("A second auditor has said something of this finding already."),
        _("Open the case to read it. Another run can be confirmed anew."),
    ),
    "own-finding": (
        _(
            "You opened this case, brought one of its pictures or ordered the run, so you cannot confirm what it found."
        ),
        _("Ask another auditor to look at the evidence."),
    ),
    "review-without-reason": (
        _("A finding is refused with a reason."),
        _("Write down what speaks against it."),
    ),
    "nothing-to-take": (
        _("No run of this case has a result yet, so there is nothing to take away."),
        _("Wait for the result, or have the pictures read again."),
    ),
    "drill-without-paper": (
        _("This copy was never printed, so no picture can show it."),
        _("Choose a copy that is on paper."),
    ),
    "too-many-shots": (
        _("A drill takes 1 to %(limit)s pictures."),
        _("Open a second drill for the others; those of one channel are counted together."),
    ),
}
