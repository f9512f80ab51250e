"""Meetings: the list, planning one, and one meeting with its documents."""

from typing import Annotated

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from pydantic import NaiveDatetime, StringConstraints
from werkzeug.wrappers import Response

from registry.errors import ConflictError, InvalidError
from registry.rules.facts import MeetingFacts
from registry.rules.levels import LEVELS, Scheme
from registry.rules.limits import MEETING_TITLE_LIMIT, PLACE_LIMIT
from registry.rules.roles import Action
from registry.rules.words import MeetingState
from registry.views.documents import DocumentFilter
from service import errors
from service.flows import meetings, registering
from service.forms import FieldErrors, Form, parse_form, refused_field
from service.login import current_actor, current_runtime, require
from service.pages.choices import level_choices, unit_options
from service.times import instant

blueprint = Blueprint("meetings", __name__, url_prefix="/meetings")


class MeetingForm(Form):
    """What is known of a meeting when it is planned."""

    title: Annotated[str, StringConstraints(max_length=MEETING_TITLE_LIMIT)]
    unit_id: int
    place: Annotated[str, StringConstraints(max_length=PLACE_LIMIT)]
    starts_at: NaiveDatetime
    level: Annotated[str, StringConstraints(pattern=r"^[a-z]+:[A-Z_]+$")]


class LevelForm(Form):
    """The level a meeting shall have."""

    level: Annotated[str, StringConstraints(max_length=32)]


@blueprint.get("/")
@require(Action.MANAGE_MEETINGS)
def index() -> str:
    """List the meetings that the visitor manages."""
    return render_template(
        "meetings/index.html", rows=meetings.list_meetings(current_runtime(), current_actor())
    )


@blueprint.get("/new")
@require(Action.MANAGE_MEETINGS)
def new() -> str:
    """Show the form to plan a meeting."""
    return _form_page(FieldErrors({"unit_id": current_actor().unit_id}, {}))


@blueprint.post("/")
@require(Action.MANAGE_MEETINGS)
def plan() -> Response | tuple[str, int]:
    """Plan a meeting, or show the form again with what is wrong."""
    form = parse_form(MeetingForm)
    if isinstance(form, FieldErrors):
        return _form_page(form), 422
    runtime = current_runtime()
    scheme, _, level = form.level.partition(":")
    starts_at = instant(form.starts_at, runtime.settings)
    facts = MeetingFacts(form.title, scheme, level, form.unit_id, form.place, starts_at)
    try:
        meeting_id = meetings.plan(runtime, current_actor(), facts)
    except InvalidError as refusal:
        return _form_page(refused_field(form.model_dump(), refusal)), 422
    flash(gettext("The meeting is planned."), "success")
    return redirect(url_for("meetings.show", meeting_id=meeting_id))


@blueprint.get("/<int:meeting_id>")
@require(Action.MANAGE_MEETINGS)
def show(meeting_id: int) -> str:
    """Show one meeting."""
    return _meeting_page(meeting_id, {})


@blueprint.post("/<int:meeting_id>/level")
@require(Action.MANAGE_MEETINGS)
def set_level(meeting_id: int) -> Response | tuple[str, int]:
    """Change the meeting's level."""
    form = parse_form(LevelForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, dict(form.errors)), 422
    try:
        meetings.set_level(current_runtime(), current_actor(), meeting_id, form.level)
    except ConflictError as refusal:
        words = errors.words_of(refusal)
        return _meeting_page(meeting_id, {"level": f"{words.sentence} {words.next_step}"}), 409
    flash(gettext("The meeting's level is changed."), "success")
    return redirect(url_for("meetings.show", meeting_id=meeting_id))


def _form_page(form: FieldErrors) -> str:
    return render_template(
        "meetings/new.html",
        entered=form.entered,
        errors=form.errors,
        unit_options=unit_options(),
        level_choices=level_choices(),
    )


def _meeting_page(meeting_id: int, wrong: dict[str, str]) -> str:
    runtime, actor = current_runtime(), current_actor()
    meeting = meetings.get_meeting(runtime, actor, meeting_id)
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        documents=registering.list_documents(runtime, actor, DocumentFilter(meeting_id=meeting_id)).rows,
        levels_of_scheme=tuple(reversed(LEVELS[Scheme(meeting.scheme)])),
        is_open=meeting.state is not MeetingState.CLOSED,
        errors=wrong,
    )
