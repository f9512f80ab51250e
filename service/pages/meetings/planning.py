"""Meetings to look at and to plan: the list, a new one, its level, its agenda, the checks of its plan."""

from typing import Annotated

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from pydantic import Field, NaiveDatetime, StringConstraints
from werkzeug.wrappers import Response

from registry.errors import InvalidError
from registry.rules import roles
from registry.rules.facts import AgendaItem, MeetingFacts
from registry.rules.limits import MEETING_TITLE_LIMIT, PLACE_LIMIT
from registry.rules.roles import Action
from service.flows import meetings
from service.forms import FieldErrors, Form, parse_form, refused_field
from service.login import current_actor, current_runtime, require
from service.pages.choices import level_choices, unit_options
from service.pages.meetings.fields import Person, ReasonForm, Remark
from service.pages.meetings.page import blueprint, done, meeting_page
from service.pages.receivers import find_person
from service.times import instant


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


class AgendaForm(Form):
    """The items of the agenda, one title and one level each; an empty title is no item."""

    titles: list[str] = Field(default=[], max_length=60)
    levels: list[str] = Field(default=[], max_length=60)


class AssignForm(Form):
    """Whose a check is, until when."""

    owner: Person
    due_at: NaiveDatetime


class EvidenceForm(Form):
    """What is shown for a check."""

    evidence: Remark


@blueprint.get("/")
@require(Action.ATTEND_MEETING)
def index() -> str:
    """List the meetings that concern the visitor."""
    actor = current_actor()
    return render_template(
        "meetings/index.html",
        rows=meetings.list_meetings(current_runtime(), actor),
        may_plan=roles.may_for_some_unit(actor, Action.MANAGE_MEETINGS),
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
@require(Action.ATTEND_MEETING)
def show(meeting_id: int) -> str:
    """Show one meeting."""
    return meeting_page(meeting_id, FieldErrors({}, {}))


@blueprint.post("/<int:meeting_id>/level")
@require(Action.MANAGE_MEETINGS)
def set_level(meeting_id: int) -> Response | tuple[str, int]:
    """Change the meeting's level."""
    form = parse_form(LevelForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.set_level(current_runtime(), current_actor(), meeting_id, form.level),
        gettext("The meeting's level is changed."),
        field="level",
    )


@blueprint.post("/<int:meeting_id>/agenda")
@require(Action.MANAGE_MEETINGS)
def assess(meeting_id: int) -> Response | tuple[str, int]:
    """State the agenda; the highest item decides the level."""
    form = parse_form(AgendaForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    items = [
        AgendaItem(title, level)
        for title, level in zip(form.titles, form.levels, strict=False)
        if title.strip()
    ]
    return done(
        meeting_id,
        lambda: meetings.assess(current_runtime(), current_actor(), meeting_id, items),
        gettext("The agenda is stated; the level and the plan follow it."),
        field="titles",
    )


@blueprint.post("/<int:meeting_id>/checks/<check_id>/owner")
@require(Action.MANAGE_MEETINGS)
def assign(meeting_id: int, check_id: str) -> Response | tuple[str, int]:
    """Give a check to a person."""
    form = parse_form(AssignForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    runtime = current_runtime()
    return done(
        meeting_id,
        lambda: meetings.assign(
            runtime,
            current_actor(),
            meeting_id,
            check_id,
            owner_id=find_person(form.owner),
            due_at=instant(form.due_at, runtime.settings),
        ),
        gettext("The check has its owner."),
        field=f"owner-{check_id}",
    )


@blueprint.post("/<int:meeting_id>/checks/<check_id>/evidence")
@require(Action.ATTEND_MEETING)
def fulfil(meeting_id: int, check_id: str) -> Response | tuple[str, int]:
    """Mark one's own check as done."""
    form = parse_form(EvidenceForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.fulfil(current_runtime(), current_actor(), meeting_id, check_id, form.evidence),
        gettext("The check is done."),
        field=f"evidence-{check_id}",
    )


@blueprint.post("/<int:meeting_id>/checks/<check_id>/reopening")
@require(Action.MANAGE_MEETINGS)
def reopen(meeting_id: int, check_id: str) -> Response | tuple[str, int]:
    """Take a check back."""
    form = parse_form(ReasonForm)
    if isinstance(form, FieldErrors):
        return meeting_page(meeting_id, form), 422
    return done(
        meeting_id,
        lambda: meetings.reopen(current_runtime(), current_actor(), meeting_id, check_id, form.reason),
        gettext("The check is open again."),
    )


def _form_page(form: FieldErrors) -> str:
    return render_template(
        "meetings/new.html",
        entered=form.entered,
        errors=form.errors,
        unit_options=unit_options(),
        level_choices=level_choices(),
    )
