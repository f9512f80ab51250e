"""What is said when a meeting, its plan, people or things are refused: sentence and next step, by code."""

from typing import Final

from flask_babel import LazyString, lazy_gettext

_ = lazy_gettext

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
    "not-at-this-meeting": (
        _("Only who attends, guards or keeps the meeting reports on it."),
        _("Tell the security officer what you have seen."),
    ),
    "incident-settled": (
        _("What was done about this is on record already."),
        _("Reload the page of the meeting."),
    ),
}
