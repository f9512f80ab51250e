"""Breaches of discipline: reported and settled."""

from flask_babel import gettext
from werkzeug.wrappers import Response

from registry.rules.roles import Action
from registry.rules.words import Breach
from service.flows import meetings
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.meetings.fields import Person, Remark
from service.pages.meetings.page import blueprint, done, meeting_page
from service.pages.receivers import find_person


class IncidentForm(Form):
    """A breach of discipline."""

    breach: Breach
    incident: Remark
    culprit: Person = ""


class MeasuresForm(Form):
    """What was done about an incident."""

    measures: Remark


@blueprint.post("/<int:meeting_id>/incidents")
@require(Action.ATTEND_MEETING)
def report(meeting_id: int) -> Response | tuple[str, int]:
    """Report a breach of discipline."""
    form = parse_form(IncidentForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.report(
            current_runtime(),
            current_actor(),
            meeting_id,
            form.breach,
            form.incident,
            person_id=find_person(form.culprit) if form.culprit else None,
        ),
        gettext("The breach is reported to the security officer."),
        field="culprit",
    )


@blueprint.post("/<int:meeting_id>/incidents/<int:incident_id>/settlement")
@require(Action.SETTLE_INCIDENT)
def settle(meeting_id: int, incident_id: int) -> Response | tuple[str, int]:
    """Record what was done about an incident."""
    form = parse_form(MeasuresForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.settle(current_runtime(), current_actor(), incident_id, form.measures),
        gettext("The measures are recorded."),
    )
