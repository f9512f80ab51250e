"""What is said when a file, document, request, meeting or person is refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

from service.refusals_light import LIGHT
from service.refusals_tables import TABLES

_ = lazy_gettext

FILES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "not-a-pdf": (
        _("This is no PDF, office file or picture that is taken here, whatever its name says."),
        _("Open it in its own program, export it as PDF and try again."),
    ),
    "not-converted": (
        _("The file could not become a PDF. Nothing has been saved."),
        _("Open it in its own program, export it as PDF and try again."),
    ),
    "converter-missing": (
        _(
            "This is an office file (%(kind)s), and LibreOffice is not installed here. Nothing has been saved."
        ),
        _(
            "Export it as PDF and try again, or ask the administrator to install LibreOffice: "
            "apt-get install %(packages)s."
        ),
    ),
    "converter-uncovered": (
        _(
            "This is an office file (%(kind)s). This machine does not let LibreOffice be shut in, and this "
            "installation wants that. Nothing has been saved."
        ),
        _(
            "Export it as PDF and try again, or ask the administrator about namespaces and Landlock on this machine "
            "(missing: %(missing)s)."
        ),
    ),
    "conversion-failed": (
        _("LibreOffice could not make a PDF of this %(kind)s file. Nothing has been saved."),
        _("Open it in its own program, export it as PDF and try again."),
    ),
    "office-file-encrypted": (
        _("The office file asks for a password, so it cannot be converted. Nothing has been saved."),
        _("Save it without a password and try again."),
    ),
    "broken-file": (
        _("The PDF is damaged in a way that cannot be repaired without guessing."),
        _("Export it anew from its own program and try again."),
    ),
    "encrypted-file": (
        _("The PDF is encrypted or protected by a password, so its pages cannot be marked."),
        _("Save it without protection and try again."),
    ),
    "printing-forbidden": (
        _("The author of the PDF has forbidden to print it."),
        _("Ask its author for a file that may be printed."),
    ),
    "xfa-form": (
        _("The PDF is a dynamic form (XFA): what is printed would depend on the program that prints."),
        _("Print the form to a PDF and register that file."),
    ),
    "no-pages": (
        _("The PDF has no pages."),
        _("Check the file in its own program and try again."),
    ),
    "too-many-pages": (
        _("The PDF has %(got)s pages; at most %(limit)s are taken."),
        _("Split it and register the parts as documents of their own."),
    ),
    "too-many-bytes": (
        _("The file is bigger than this installation takes."),
        _("Save it with smaller pictures, or split it."),
    ),
    "too-many-objects": (
        _("The PDF has %(got)s parts; at most %(limit)s are taken."),
        _("Print it to a new PDF, or split it, and register that."),
    ),
    "stream-too-large": (
        _("A part of the PDF unpacks to more than %(limit)s bytes. Such a file may be meant to do harm."),
        _("Print it to a new PDF, or split it, and register that."),
    ),
    "image-too-large": (
        _("A picture in the PDF has %(got)s pixels; at most %(limit)s are taken."),
        _("Save it with smaller pictures, or split it."),
    ),
    "too-deeply-nested": (
        _(
            "On page %(page)s drawings lie within each other, more than %(limit)s deep; not every program draws that."
        ),
        _("Print it to a new PDF, or split it, and register that."),
    ),
    "page-too-large": (
        _("Page %(page)s is larger than a page may be."),
        _("Print the document to a common paper size and try again."),
    ),
    "page-too-small": (
        _("Page %(page)s is too small to carry a readable mark."),
        _("Print the document to a common paper size and try again."),
    ),
    "unstampable-page": (
        _("On page %(page)s our own mark could not be read in a test, so it would be lost on paper."),
        _("Print the document to a common paper size with a margin and try again."),
    ),
}

DOCUMENTS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "document-number-taken": (
        _("The issuing unit has registered another document under the number %(doc_number)s."),
        _("Check the number on the paper. If it is right, look at the document that has it."),
    ),
    "scheme-disabled": (
        _("State-secret marks are turned off here: by law they may not stand on what is not a state secret."),
        _("Choose a level of the company's own or of the commercial scheme."),
    ),
    "unknown-level": (
        _("This level does not exist."),
        _("Choose one of the list."),
    ),
    "invalid-period": (
        _("This is no period of secrecy."),
        _("Write it like 10年, 6个月, 长期, 10 years, or a last day such as 2031-12-31."),
    ),
    "mixed-schemes": (
        _("Levels of different schemes never mix in one meeting or on one list."),
        _("Choose another meeting for the document, or another list for the copy."),
    ),
    "meeting-below-document": (
        _("A meeting may not have a lower level than one of its documents."),
        _("Raise the meeting's level first, or choose another meeting."),
    ),
    "meeting-closed": (
        _("The meeting is closed."),
        _("Choose another meeting, or none."),
    ),
    "missing-text": (
        _("Please fill this in."),
        _("Go back, check the entries and try again."),
    ),
    "text-too-long": (
        _("At most %(limit)s characters."),
        _("Go back, check the entries and try again."),
    ),
    "forbidden-character": (
        _("There is an invisible character (%(character)s) in this text."),
        _("Type the text anew instead of copying it."),
    ),
    "file-changed": (
        _("The document's file is not the one that was measured. Nothing was changed."),
        _("Reload the page and measure it again."),
    ),
    "unknown-page": (
        _("The document has no page %(page)s."),
        _("Start from the menu."),
    ),
}

APPROVALS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "refused-by-rule": (
        _("The rules let nobody agree to this (rule %(rule)s, version %(version)s)."),
        _("Ask the security officer what would have to be on record first."),
    ),
    "act-not-offered": (
        _("Nobody can ask for this here."),
        _("Start from the menu."),
    ),
    "invalid-order": (
        _("The order contradicts itself."),
        _("Check the number of copies, the persons and the reason."),
    ),
    "order-untrue": (
        _("The document has changed since the form was opened. Nothing has been sent."),
        _("Open the document again and send the request anew."),
    ),
    "strangers-named": (
        _("Somebody who is named here is not registered, or no longer works here. Nothing has been sent."),
        _("Choose the persons anew."),
    ),
    "order-changed": (
        _("What is stored is not what you were shown. Your decision was not recorded."),
        _("Reload the page. If it happens again, call the security officer."),
    ),
    "untraceable-not-accepted": (
        _("Pages of the document are less traceable than its level demands, and you have not accepted that."),
        _(
            "Look at what falls short, then accept it with your name, or refuse. Nothing was recorded as decided."
        ),
    ),
    "proof-changed": (
        _(
            "How traceable the document is was measured anew since it was approved, so the approval no longer"
            " covers it. Nothing has been reserved."
        ),
        _("Ask for approval again."),
    ),
    "less-traceable-than-agreed": (
        _(
            "Under the marks in force now, pages of the document are less traceable than its level demands, and"
            " not everybody who agreed has accepted that. Nothing was printed."
        ),
        _("Measure the document again on its page, then ask for approval again."),
    ),
    "approval-needs-future-end": (
        _("An approval is asked for until a time that is still to come."),
        _("Choose a later day."),
    ),
    "already-decided": (
        _("You have decided on this request before."),
        _("Reload the page to see where it stands."),
    ),
    "not-asked": (
        _("Your agreement is not asked for here, or somebody has given it already."),
        _("Reload the page to see who is missing."),
    ),
    "impossible-request-step": (
        _("The request is in another state by now. Nothing has been changed."),
        _("Reload the page to see where it stands."),
    ),
    "not-the-requester": (
        _("Only the person who asked can withdraw a request."),
        _("Ask that person to withdraw it."),
    ),
    "approval-in-use": (
        _(
            "A part of this approval was used, so it can no longer be withdrawn; what is left lapses by itself."
        ),
        _("Let it lapse."),
    ),
    "visible-lines-changed": (
        _(
            "The visible lines of copies say something else by now than was shown to who agreed. Nothing has been "
            "changed."
        ),
        _("Ask anew, so that the lines in force are agreed to."),
    ),
    "not-approved": (
        _("The request is not, or no longer, approved."),
        _("Look at the request to see who is missing, or ask anew."),
    ),
    "approval-lapsed": (
        _("The time within which this could be done is over."),
        _("Ask anew."),
    ),
    "approved-for-another-act": (
        _("The approval is for something else."),
        _("Choose the approval of this act, or ask for one."),
    ),
    "approval-exhausted": (
        _("The approval is for %(approved)s copies, %(used)s of them are used, %(wanted)s more were wanted."),
        _("Take fewer, or ask for the rest."),
    ),
    "executor-not-separate": (
        _("Who asked for this or agreed to it may not carry it out."),
        _("Let a third person do it."),
    ),
}

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

RULES: Final[dict[str, tuple[LazyString, LazyString]]] = {
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
}

PRINTING: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "already-released": (
        _("The file of this print run was given out before, and it is given out only once."),
        _(
            "If it never reached the printer or sheets were spoiled, mark those copies as misprints: each is replaced."
        ),
    ),
    "impossible-batch-step": (
        _(
            "The print run is in another state by now, so this step is not possible. Nothing has been changed."
        ),
        _("Reload its page to see where it stands."),
    ),
    "impossible-step": (
        _("The copy is in another state by now, so this step is not possible. Nothing has been changed."),
        _("Reload its page to see where it stands."),
    ),
    "nothing-ordered": (
        _("Not one copy was named."),
        _("Choose at least one."),
    ),
    "recipient-inactive": (
        _("A person who shall be named on a copy no longer works here."),
        _("Choose another name, or print the copy without one."),
    ),
    "recipient-not-agreed": (
        _("A name on the copies is not among those that were agreed to."),
        _("Choose from the names of the approval, or ask for a new one."),
    ),
    "partial-print": (
        _("This approval is for some pages only, and only whole documents are printed here."),
        _("Register those pages as a document of their own and ask again."),
    ),
    "impossible-attempt-step": (
        _("Somebody has said by now what became of this attempt. Nothing has been changed."),
        _("Reload the page of the print run to see where it stands."),
    ),
    "attempt-open": (
        _("Nobody has said yet what became of the sheets that were released before. Nothing has left."),
        _("Look at the printer, then say on the page of the print run what came out."),
    ),
    "nothing-left-to-print": (
        _("No sheet of this run is left to be printed. Nothing has left."),
        _("Mark misprints as such: each is replaced under a new number."),
    ),
    "made-by-older-release": (
        _("This run was made by an older release, as one file that cannot be divided. Nothing has left."),
        _("Mark the copies that are not whole as misprints: each is replaced under a new number."),
    ),
    "not-released-yet": (
        _("This run was never released, so there is nothing to go on from."),
        _("Release it on its page."),
    ),
    "run-changed": (
        _("The print run has changed while its file was put together. Nothing has left."),
        _("Reload its page and release it again."),
    ),
    "sheet-out-of-range": (
        _(
            "The attempt has no such sheet; the last good one can be %(first)s to %(last)s. Nothing has been saved."
        ),
        _("Scan the mark on the last good sheet, or count again."),
    ),
    "sheets-unwitnessed": (
        _(
            "These sheets are destroyed in a shredder fine enough for their level, before %(wanted)s witnesses"
            " who neither asked for the run nor agreed to it. Nothing has been saved."
        ),
        _("Choose another shredder or other witnesses, and let them enter their PINs."),
    ),
    "no-such-waste": (
        _("One of these sheets does not wait to be destroyed any more. Nothing has been saved."),
        _("Reload the page and choose again."),
    ),
    "prepared-anew": (
        _("The document was prepared anew while this copy was made. Nothing has been saved."),
        _("Put the print run back in the queue."),
    ),
    "copy-not-made": (
        _("This copy is not made yet."),
        _("Wait until its print run is ready."),
    ),
    "unknown-printer": (
        _("There is no printer of this name. Nothing has left."),
        _("Choose one of the list, or get the file."),
    ),
    "print-program-missing": (
        _("This machine has no print system: the program %(program)s is missing. Nothing has left."),
        _("Get the file instead, or let the administrator install the CUPS client."),
    ),
    "printer-unclear": (
        _("The print system gave no clear answer."),
        _("Look at the printer, then say on the page of the print run what came out."),
    ),
    "printer-refused": (
        _("The print system refused the job or broke it off."),
        _("Look at the printer, then say on the page of the print run what came out."),
    ),
    "nothing-to-label": (
        _("No copy of this run can bear a label: all are void, misprints or destroyed."),
        _("Print the labels of the run that replaces them."),
    ),
    "several-batches": (
        _("These copies come from several print runs."),
        _("Record the misprints of one print run at a time."),
    ),
    "nothing-printed-yet": (
        _("The file of this print run was not given out yet, so there is no paper that could be spoiled."),
        _("Get the file first. What must not be printed at all is given up on the page of the print run."),
    ),
    "not-a-misprint": (
        _("A holder has had this copy, so whatever is wrong with it, the printer did not do it."),
        _("Put it on a destruction list, and ask for a new copy."),
    ),
    "marked-copy-offered": (
        _("This file is a copy that was made here (copy code %(copy)s). Nothing was saved."),
        _("Register the original: hidden marks of the copy would stay in it and name the wrong one."),
    ),
    "unprintable-characters": (
        _("These characters cannot be printed: %(characters)s. No number was used."),
        _("Check the names and the document number, or print without the name."),
    ),
    "no-such-copy-page": (
        _("The copy has %(pages)s pages."),
        _("Choose one of them."),
    ),
    "staff-number-unknown": (
        _("Nobody who can be meant here has the staff number %(staff_no)s."),
        _("Check the number. On copies only those can be named to whom the approval allows it."),
    ),
    "unknown-copy": (
        _("No copy that you may know of bears this code."),
        _("Check the code. If it stands on paper in your hand, call the registry."),
    ),
    "code-wrong-length": (
        _("A code has %(wanted)s characters; this one has %(got)s."),
        _("Type it again as printed beside the QR code, or scan it."),
    ),
    "code-wrong-character": (
        _("No code contains the character at place %(position)s."),
        _("Type it again as printed beside the QR code, or scan it."),
    ),
    "code-mistyped": (
        _("At least one character of the code is wrong."),
        _("Type it again as printed beside the QR code, or scan it."),
    ),
    "not-a-mark": (
        _("This is not the code of one of our copies."),
        _("Scan the QR code at the foot of a page, or type the code beside it."),
    ),
}


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

COUNTER: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "nothing-scanned": (
        _("There is no copy on the stack."),
        _("Scan at least one copy."),
    ),
    "copy-scanned-twice": (
        _("The same copy lies on the stack twice."),
        _("Take one of the two off."),
    ),
    "loan-needs-due-time": (
        _("Something that is lent has to come back at a time that is still to come."),
        _("Enter a later time."),
    ),
    "copy-not-printed": (
        _(
            "Not every sheet of copy %(copy)s is printed: print run %(batch)s was not released, or the printer "
            "stopped before them. Nothing has been changed."
        ),
        _("Release the run, or the rest of it, on the page of the print run."),
    ),
    "print-unsettled": (
        _(
            "Nobody has said yet whether every sheet of copy %(copy)s came out (print run %(batch)s, attempt "
            "%(attempt)s). Nothing has been changed."
        ),
        _("Count the sheets, then say on the page of the print run what came out."),
    ),
    "receiver-inactive": (
        _("The receiver no longer works here and can be given nothing."),
        _("Choose another receiver."),
    ),
    "given-to-oneself": (
        _("Nobody hands copies to themselves."),
        _("Let another clerk give them to you."),
    ),
    "value-unfit": (
        _(
            "A number is too large, or a text has characters that no register can hold. Nothing has been changed."
        ),
        _("Look at what was entered and correct it."),
    ),
    "taken-from-oneself": (
        _("You answer for one of these copies yourself. Nobody takes paper back from themselves."),
        _("Let another clerk take it in."),
    ),
    "hand-over-closed": (
        _("This hand-over was signed for or withdrawn before. Nothing has been changed."),
        _("Reload the page to see where it stands."),
    ),
    "not-the-receiver": (
        _("Only the person it was given to can sign for it."),
        _("Let that person sign, or withdraw the hand-over."),
    ),
    "not-the-holder": (
        _("Another person answers for this copy."),
        _("Reload your list; the copy may have been passed on."),
    ),
    "already-the-holder": (
        _("The receiver answers for one of these copies already."),
        _("Take that copy off the stack, or choose another receiver."),
    ),
    "pages-unclear": (
        _("Pages are missing or belong to other copies. Nothing has been changed."),
        _("Look for them first. If they stay away, confirm that you have seen it; the record will say so."),
    ),
    "signature-unfit": (
        _("There is no usable signature in the box."),
        _("Clear the box and sign again, or use the PIN."),
    ),
    "signature-unseen": (
        _("Nobody else has seen you sign, so a drawn signature does not count."),
        _("Sign with your PIN, or at the counter."),
    ),
    "pin-refused": (
        _("The PIN is not this person's."),
        _("Enter it again. Wrong entries are recorded, and after several of them the PIN has to wait."),
    ),
    "pin-closed": (
        _("Too many wrong PINs were entered for this person."),
        _("Wait some minutes, or sign by hand at the counter."),
    ),
}

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
    "unknown-ledger-entry": (
        _("The ledger has no entry with this number."),
        _("Choose one from the list. If it was there before, verify the ledger now."),
    ),
    "ledger-broken": (
        _("The ledger contradicts itself, so nothing is recorded and nothing can be done."),
        _("Stop work, keep the database as it is, and call the security officer."),
    ),
}

MEETINGS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "impossible-meeting-step": (
        _("The meeting is in another state by now, so this step is not possible. Nothing has been changed."),
        _("Reload its page to see where it stands."),
    ),
    "impossible-attendee-step": (
        _("What became of this attendee meanwhile does not allow the step. Nothing has been changed."),
        _("Reload the page of the meeting."),
    ),
    "meeting-below-item": (
        _("A meeting may not have a lower level than one of its items."),
        _("Lower the item first, if it is marked too high."),
    ),
    "not-cleared": (
        _("Somebody is not cleared to this level for as long as is needed here. Nothing has been saved."),
        _("Ask the security officer to clear them, or name somebody else."),
    ),
    "not-admitted": (
        _(
            "Whoever is handed a paper or notebook of a meeting is an approved attendee with education and "
            "pledge. Nothing has been changed."
        ),
        _("Complete their line on the page of the meeting first."),
    ),
    "check-unproven": (
        _("What this check is about is not true in the register yet."),
        _("Complete it first: agenda, attendees, education, pledges, seats or guards."),
    ),
    "checks-open": (
        _("%(open)s mandatory checks are open, or no longer true."),
        _("Do them first; those in the way are marked in the plan."),
    ),
    "beyond-scope": (
        _("Somebody in the audience is beyond the scope of conveyance. Nothing has been recorded."),
        _("Leave them out, or ask for approval to tell them, too."),
    ),
    "not-the-plans-check": (
        _("The plan of this meeting has no such check."),
        _("Reload the page of the meeting."),
    ),
    "not-the-checks-owner": (
        _("This check belongs to somebody else."),
        _("Let its owner mark it as done, or have it given to you."),
    ),
    "owner-inactive": (
        _("The person no longer works here."),
        _("Choose somebody else."),
    ),
    "meeting-has-no-plan": (
        _("No secrecy plan was drawn up for this meeting yet."),
        _("State its agenda; the plan of its level is drawn up with it."),
    ),
    "meeting-things-out": (
        _("%(outstanding)s things of this meeting are out."),
        _("Take them back first; the close-out board shows them."),
    ),
    "press-for-other-meeting": (
        _("The approval is for another meeting, or for another level of this one."),
        _("Ask for approval again."),
    ),
    "already-attending": (
        _("This person is on the list already."),
        _("Look for their line."),
    ),
    "attendee-inactive": (
        _("The person no longer works here."),
        _("Choose somebody else."),
    ),
    "approves-own-attendance": (
        _("Nobody approves themselves, or whom they have named."),
        _("Let another person with the role decide."),
    ),
    "not-an-approver": (
        _("At this level another role approves attendees."),
        _("Let the responsible leader decide."),
    ),
    "not-an-attendee": (
        _("This person is not on the list of the meeting."),
        _("Have them named first."),
    ),
    "seat-taken": (
        _("Seat %(seat)s is another attendee's."),
        _("Choose another seat."),
    ),
    "clearance-needs-future-end": (
        _("A clearance lasts until a day that is still to come."),
        _("Choose a later day."),
    ),
    "own-clearance": (
        _("Nobody clears themselves."),
        _("Ask another security officer."),
    ),
    "meeting-thing-back": (
        _("Nothing of this number is out."),
        _("Reload the page of the meeting."),
    ),
    "not-outstanding": (
        _("This is not out any more."),
        _("Reload the page of the meeting."),
    ),
    "already-excepted": (
        _("An exception for this is signed already."),
        _("Reload the page of the meeting."),
    ),
    "still-outstanding": (
        _("%(outstanding)s things are out without a signed exception."),
        _("Take them back, or let the responsible leader sign an exception for each."),
    ),
    "not-at-the-meeting": (
        _("Only who was at a meeting passes on what it was about."),
        _("Let an attendee do it."),
    ),
    "no-audience": (
        _("Somebody else than the speaker has to be told."),
        _("Name who is told, one a line."),
    ),
    "conveyance-beyond-approval": (
        _("The approval does not cover everybody who is beyond the scope."),
        _("Leave the others out, or ask for approval again."),
    ),
    "not-the-conveyer": (
        _("Listeners sign before whoever told them, or with their own account."),
        _("Let the conveyer open the page, or sign on your own screen."),
    ),
    "not-in-the-audience": (
        _("This person is not among those who were told."),
        _("Record another conveyance if they were told, too."),
    ),
    "not-at-this-meeting": (
        _("Only who attends, guards or keeps the meeting reports on it."),
        _("Tell the security officer what you have seen."),
    ),
    "incident-settled": (
        _("What was done about this is on record already."),
        _("Reload the page of the meeting."),
    ),
}

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
}

REGISTERS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "storage-full": (
        _("There is no room left to write, so nothing has been changed. What exists can still be read."),
        _("Let the system administrator make room, then try again."),
    ),
    "unknown-row": (
        _("Nothing is registered under this number."),
        _("Check the number, or start from the menu."),
    ),
    "invalid-code": (
        _("This is no copy code."),
        _("Scan the QR code at the foot of a page, or type the code beside it."),
    ),
    "invalid-copy-number": (
        _("A copy number is a number from 1 to 999999."),
        _("Read it again from the top of the page."),
    ),
    "unknown-mark-version": (
        _("The mark is newer than this installation and cannot be proven here."),
        _("Keep the paper and ask the system administrator for an update."),
    ),
    "broken-custody": (
        _("The movements of this copy do not follow from each other, so nobody can say who answers for it."),
        _("Put the copy aside and call the security officer."),
    ),
    "invalid-ledger-entry": (
        _("An entry of the ledger cannot be read."),
        _("Verify the ledger, keep the database as it is, and call the security officer."),
    ),
    "invalid-note": (
        _("The checkpoint or key is damaged, or was not signed by this registry."),
        _("Take the file anew from where it was kept, and compare it with the head on a printed paper."),
    ),
}

CAMPAIGNS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "invalid-scope": (
        _("The scope contradicts itself."),
        _("A person's copies are counted in people's hands; a level belongs to a scheme."),
    ),
    "stocktake-closed": (
        _("This count is over. Nothing has been changed."),
        _("Look at its result, or begin a new count."),
    ),
    "stocktake-not-closed": (
        _("Nothing is missing while a count goes on."),
        _("Close the count with a second counter first."),
    ),
    "not-missed": (
        _("This count does not miss that copy, or it was reported already."),
        _("Reload the count to see what it misses."),
    ),
    "not-a-second-counter": (
        _(
            "This person counted, or holds copies that are counted, so the second count would not be independent."
        ),
        _("Ask somebody who did neither."),
    ),
    "already-recalled": (
        _("This document is being recalled already."),
        _("Look at the recall that runs."),
    ),
    "nothing-to-recall": (
        _("No copy of this document is with anybody."),
        _("There is nothing to call back."),
    ),
    "recall-needs-due-time": (
        _("The copies are to be back by a day that is still to come."),
        _("Choose a later day."),
    ),
    "recall-closed": (
        _("This recall is over. Nothing has been changed."),
        _("Look at its report, or begin a new one."),
    ),
    "not-missed-in-recall": (
        _("This copy is not missed: it is back, lost, or not of this recall."),
        _("Reload the recall to see where its copies are."),
    ),
    "copy-recalled": (
        _(
            "The document of this copy is being recalled: its copies come back and are neither given out nor destroyed."
        ),
        _("Keep the copy in the registry until the recall is closed."),
    ),
    "recall-not-settled": (
        _("%(missing)s copies are missed, and nobody has signed that they stay out."),
        _("Bring them back, or have the responsible leader sign an exception for each."),
    ),
    "not-an-independent-signer": (
        _(
            "This person began the recall, stands at this screen, or holds the copy, so the signature does not count."
        ),
        _("Ask another responsible leader."),
    ),
    "circulation-needs-readers": (
        _("The list names nobody, or the same reader twice. Nothing has been saved."),
        _("Name each reader once, in the order in which they read."),
    ),
    "circulation-needs-days": (
        _("Each reader has between 1 and %(most)s days. Nothing has been saved."),
        _("Enter how many days each reader may keep the copy."),
    ),
    "circulation-not-separate": (
        _(
            "This person runs the circulation, stands at this screen, or is one of its readers, so their agreement "
            "does not count. Nothing has been saved."
        ),
        _("Ask another responsible leader."),
    ),
    "already-circulating": (
        _("This copy circulates already. Nothing has been saved."),
        _("Look at the circulation that runs."),
    ),
    "circulation-ended": (
        _("This circulation is over. Nothing has been changed."),
        _("Look at its slip, or begin a new one."),
    ),
    "reader-inactive": (
        _("One of the readers does not work here any more. Nothing has been saved."),
        _("Name somebody else."),
    ),
    "reader-not-waiting": (
        _(
            "This reader has the copy, had it, was passed over, or is not on the list. Nothing has been changed."
        ),
        _("Reload the circulation. A hand-over that was not signed for is withdrawn first."),
    ),
    "nobody-waits": (
        _("Nobody waits for this copy any more. Nothing has been changed."),
        _("Reload the circulation; take the copy back, or begin a new one."),
    ),
    "out-of-turn": (
        _("This copy circulates, and it is another reader's turn. Nothing has been handed over."),
        _("Give it to the reader whose turn it is, pass that reader over, or stop the circulation."),
    ),
    "copy-circulates": (
        _("This copy circulates, so it is not destroyed. Nothing has been changed."),
        _("Wait until everybody has read it, or stop the circulation."),
    ),
    "other-copy-scanned": (
        _("Another copy was scanned than the one that circulates. Nothing has been handed over."),
        _("Scan the copy whose code stands on this page."),
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
    "not-an-independent-approver": (
        _("This person takes the copy in or answers for it, so their agreement does not count."),
        _("Ask another responsible leader."),
    ),
    "loss-over": (
        _("The copy was found, so this loss is over."),
        _("Reload the loss to see how it ended."),
    ),
    "loss-already-reported": (
        _("The report of this loss was filed before; it is not changed any more."),
        _("State what came to light since then as the result of the investigation."),
    ),
    "loss-not-reported": (
        _("This loss has no report yet."),
        _("File the report first."),
    ),
    "loss-concluded": (
        _("The investigation of this loss has its result already."),
        _("Reload the loss to read it."),
    ),
    "concluded-by-holder": (
        _("Whoever answered for the copy does not state the result of its investigation."),
        _("Ask another responsible leader."),
    ),
    "no-such-year": (
        _("This year lies too far back, or has not begun."),
        _("Choose a year between 2000 and the present one."),
    ),
    "second-count-differs": (
        _("The second counter found another number of copies than were scanned."),
        _("Count once more, both of you, and scan what was left out. Only equal numbers close the count."),
    ),
}

FAMILIES: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "wrong-sources": (
        _("An excerpt is made of one document, a compilation of two or more, and of none twice."),
        _("Choose an approval for each document that it is made of."),
    ),
    "below-sources": (
        _("A document may not be marked lower, or end sooner, than what it is made of."),
        _(
            "Take at least the highest level and the longest period of its sources, or have these regraded first."
        ),
    ),
    "approved-for-another-use": (
        _("This approval to copy is for something else."),
        _("Use it for what was agreed to, or ask for a new one."),
    ),
    "source-recalled": (
        _("A document that is being recalled is neither copied nor excerpted."),
        _("Wait until the recall is closed."),
    ),
    "regraded-since": (
        _("The document was regraded since this was agreed to, so the approval is void."),
        _("Ask again, so that everybody agrees to the level that it has now."),
    ),
    "document-declassified": (
        _("This document is secret no more: it needs neither numbered copies nor approvals."),
        _("Copy it as any other paper, after striking its secrecy mark out."),
    ),
    "nothing-to-regrade": (
        _("The document has this level and period already."),
        _("Choose another level or period."),
    ),
    "already-declassified": (
        _("This document is secret no more, so it cannot be regraded."),
        _("If it has to become secret again, register it anew."),
    ),
    "regrading-while-printing": (
        _("Copies of this document, or of one that would follow it, are being made or wait to leave."),
        _("Release or give up these print runs first."),
    ),
    "remarking-needs-due-time": (
        _("The copies are to be marked anew by a day that is still to come."),
        _("Choose a later day."),
    ),
    "nothing-to-remark": (
        _("This copy needs no new mark, or is, on record, not where it could lie before you."),
        _("Look at the page of the copy: it tells where it is and what it should be marked."),
    ),
    "copy-awaits-mark": (
        _("The document of this copy was regraded, and the copy does not bear its new mark %(mark)s yet."),
        _("Mark it anew, tick it off under Regradings, and give it out then."),
    ),
    "no-copy-scanned": (
        _("No copy was scanned."),
        _("Scan a copy."),
    ),
    "proposal-settled": (
        _("This was decided before."),
        _("Reload the regrading to see how."),
    ),
}

MARKING: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "unknown-base-format": (
        _("The prepared pages of the document are damaged or were made by a newer release."),
        _("Put the print run back in the queue; if it stops again, tell the system administrator."),
    ),
    "unknown-page-index": (
        _("The index of registered pages is damaged or was made by a newer release."),
        _("Tell the system administrator; it can be made anew from what is registered."),
    ),
    "mark-mismatch": (
        _("The marks were made for another number of pages than the document has."),
        _("Give up the print run and order it anew; if it happens again, tell the system administrator."),
    ),
    "text-not-prepared": (
        _("The text of the mark has characters that were not prepared: %(characters)s."),
        _("Give up the print run and order it anew."),
    ),
    "mark-text-too-long": (
        _("The text of the mark is too long to be printed legibly."),
        _("Shorten the name or the document number, or print without the name."),
    ),
    "unusable-qr-text": (
        _("The text cannot be put into the QR code."),
        _("Tell the system administrator."),
    ),
    "no-such-page": (
        _("The document does not have this page."),
        _("Choose one that it has."),
    ),
}

ALL: Final = (
    FILES
    | DOCUMENTS
    | APPROVALS
    | RULES
    | DELEGATIONS
    | PEOPLE
    | PRINTING
    | GATES
    | COUNTER
    | TRACING
    | MEETINGS
    | EQUIPMENT
    | REGISTERS
    | CAMPAIGNS
    | FAMILIES
    | MARKING
    | LIGHT
    | TABLES
)
