"""A meeting takes its course: ready, begun, over, closed, or called off."""

from collections.abc import Callable

from flask_babel import gettext
from werkzeug.wrappers import Response

from registry.rules.roles import Action
from service.flows import meetings
from service.forms import FieldErrors, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.meetings.fields import ReasonForm
from service.pages.meetings.page import blueprint, done, meeting_page


@blueprint.post("/<int:meeting_id>/<any(readiness, beginning, end, closing):step>")
@require(Action.MANAGE_MEETINGS)
def go_on(meeting_id: int, step: str) -> Response | tuple[str, int]:
    """Declare the meeting ready, begin it, end it or close it."""
    deeds: dict[str, tuple[Callable[..., None], str]] = {
        "readiness": (meetings.make_ready, gettext("The meeting is ready.")),
        "beginning": (meetings.begin, gettext("The meeting has begun.")),
        "end": (meetings.end, gettext("The meeting is over. It closes once everything is back.")),
        "closing": (meetings.close, gettext("The meeting is closed.")),
    }
    deed, said = deeds[step]
    return done(meeting_id, lambda: deed(current_runtime(), current_actor(), meeting_id), said, field="step")


@blueprint.post("/<int:meeting_id>/cancellation")
@require(Action.MANAGE_MEETINGS)
def cancel(meeting_id: int) -> Response | tuple[str, int]:
    """Call the meeting off."""
    form = parse_form(ReasonForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.cancel(current_runtime(), current_actor(), meeting_id, form.reason),
        gettext("The meeting is called off."),
        field="step",
    )
