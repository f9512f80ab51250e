"""One meeting with its plan, its people and what is still out: the page that every deed comes back to."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import LazyString, lazy_gettext
from werkzeug.wrappers import Response

from registry.errors import ConflictError, InvalidError, RegistryError
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.levels import LEVELS, Scheme
from registry.rules.meetings import TABLE, MeetingStep
from registry.rules.roles import Action
from registry.views.documents import DocumentFilter, DocumentRow
from registry.views.meetings import MeetingView
from service import errors
from service.filters import level_text
from service.flows import meetings, people, registering
from service.forms import FieldErrors
from service.login import current_actor, current_runtime
from service.pages.choices import unit_options
from service.pages.receivers import PersonUnclear
from service.terms import ATTENDEE_STATES, BREACHES, CONVEYED_AS, OUTSTANDING
from service.times import local

blueprint = Blueprint("meetings", __name__, url_prefix="/meetings")

ITEMS_SHOWN: Final = 3
"""How many empty lines an agenda offers beside those that it has."""

REASONS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "not-an-attendee": lazy_gettext("This person is not on the list of the meeting."),
        "not-approved": lazy_gettext("This person waits for their approval as an attendee."),
        "no-education": lazy_gettext("This person had no secrecy education for the meeting."),
        "no-pledge": lazy_gettext("This person has not signed the pledge for the meeting."),
    }
)
"""Why somebody is handed nothing of a meeting."""


def done(
    meeting_id: int, deed: Callable[[], object], said: str, *, field: str = ""
) -> Response | tuple[str, int]:
    """Do it and say so; a refusal stands beside its field on the same page, where it has one."""
    try:
        deed()
    except PersonUnclear as unclear:
        return meeting_page(meeting_id, FieldErrors({}, {field: unclear.words})), 422
    except (ConflictError, InvalidError) as refusal:
        if not field:
            raise
        return meeting_page(meeting_id, FieldErrors({}, {field: _why(refusal)})), errors.status_of(refusal)
    flash(said, "success")
    return redirect(url_for("meetings.show", meeting_id=meeting_id))


def _why(refusal: RegistryError) -> str:
    words = errors.words_of(refusal)
    sentence = str(REASONS.get(str(refusal.facts.get("reason")), words.sentence))
    return f"{sentence} {words.next_step}"


def meeting_page(meeting_id: int, form: FieldErrors) -> str:
    """Return the page of a meeting as the visitor may see it, with what was entered and what is wrong with it."""
    runtime, actor = current_runtime(), current_actor()
    view = meetings.get_meeting(runtime, actor, meeting_id)
    unit_id = view.row.unit.id
    may = {
        name: roles.may(actor, action, unit_id=unit_id)
        for name, action in (
            ("keep", Action.MANAGE_MEETINGS),
            ("approve", Action.APPROVE_ATTENDANCE),
            ("sign_exceptions", Action.SIGN_EXCEPTION),
            ("settle", Action.SETTLE_INCIDENT),
            ("read", Action.READ_REGISTER),
        )
    }
    levels = tuple(reversed(LEVELS[Scheme(view.row.scheme)]))
    return render_template(
        "meetings/show.html",
        view=view,
        meeting=view.row,
        may=may,
        can={str(step) for step in MeetingStep if (view.row.state, step) in TABLE},
        documents=_documents(view, may_read=may["read"]),
        levels_of_scheme=levels,
        level_options=[(level.code, level_text(level.code)) for level in levels],
        empty_items=range(ITEMS_SHOWN),
        attendee_looks=ATTENDEE_STATES,
        kind_words=OUTSTANDING,
        breach_words=BREACHES,
        breaches=[(str(breach), word) for breach, word in BREACHES.items()],
        form_words=CONVEYED_AS,
        forms=[(str(form), word, None) for form, word in CONVEYED_AS.items()],
        persons=people.list_recipients(runtime),
        unit_options=unit_options() if may["keep"] else (),
        due_times={line.check.id: local(line.due_at, runtime.settings) for line in view.checks},
        press_to_admit=meetings.usable_requests(runtime, actor, meeting_id, Act.PRESS) if may["keep"] else (),
        widenings=meetings.usable_requests(runtime, actor, meeting_id, Act.CONVEY),
        entered=form.entered,
        errors=form.errors,
    )


def _documents(view: MeetingView, *, may_read: bool) -> tuple[DocumentRow, ...]:
    if not (view.is_whole and may_read):
        return ()
    wanted = DocumentFilter(meeting_id=view.row.id)
    return registering.list_documents(current_runtime(), current_actor(), wanted).rows
