"""Meetings: the list, planning one, and one meeting with its plan, its people and what is still out."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Final, Literal

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import LazyString, gettext, lazy_gettext
from pydantic import Field, NaiveDatetime, StringConstraints
from werkzeug.wrappers import Response

from registry.errors import ConflictError, InvalidError, RegistryError
from registry.rules import roles
from registry.rules.approval import Act
from registry.rules.facts import AgendaItem, ConveyanceFacts, MeetingFacts
from registry.rules.levels import LEVELS, Scheme
from registry.rules.limits import MEETING_TITLE_LIMIT, PLACE_LIMIT, REASON_LIMIT, REMARK_LIMIT
from registry.rules.meetings import TABLE, MeetingStep
from registry.rules.roles import Action
from registry.rules.words import Breach, ConveyedAs, MeetingThing, Outstanding
from registry.views.documents import DocumentFilter, DocumentRow
from registry.views.meetings import MeetingView
from service import errors
from service.filters import level_text
from service.flows import meetings, people, registering
from service.flows.meetings import PressWish, WideningWish
from service.forms import FieldErrors, Form, parse_form, refused_field
from service.login import current_actor, current_runtime, require
from service.pages.choices import level_choices, unit_options
from service.pages.receivers import PersonUnclear, find_person
from service.terms import ATTENDEE_STATES, BREACHES, CONVEYED_AS, OUTSTANDING
from service.times import day_of, end_of_day, instant, local

blueprint = Blueprint("meetings", __name__, url_prefix="/meetings")

ITEMS_SHOWN: Final = 3
"""How many empty lines an agenda offers beside those that it has."""
APPROVAL_DAYS: Final = 14
"""How long an approval for press or for passing on can be used; ours, a fortnight."""

REASONS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "not-an-attendee": lazy_gettext("This person is not on the list of the meeting."),
        "not-approved": lazy_gettext("This person waits for their approval as an attendee."),
        "no-education": lazy_gettext("This person had no secrecy education for the meeting."),
        "no-pledge": lazy_gettext("This person has not signed the pledge for the meeting."),
    }
)
"""Why somebody is handed nothing of a meeting."""

Person = Annotated[str, StringConstraints(max_length=120)]
Reason = Annotated[str, StringConstraints(max_length=REASON_LIMIT)]
Remark = Annotated[str, StringConstraints(max_length=REMARK_LIMIT)]
Pin = Annotated[str, StringConstraints(max_length=12)]


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


class ReasonForm(Form):
    """Why."""

    reason: Reason


class PersonForm(Form):
    """A person."""

    person: Person


class AttendeeForm(Form):
    """Who comes, perhaps in another's place."""

    attendee: Person
    replaces: int | None = None


class GuardForm(Form):
    """Who guards, and where."""

    guard: Person
    post: Annotated[str, StringConstraints(max_length=PLACE_LIMIT)]


class DecisionForm(Form):
    """Whether an attendee is approved."""

    answer: Literal["agree", "refuse"]


class SeatForm(Form):
    """Where an attendee sits."""

    seat: Annotated[str, StringConstraints(max_length=16)]


class PinForm(Form):
    """What proves a person."""

    pin: Pin


class ThingForm(Form):
    """A notebook that goes out, or a device that is taken in."""

    kind: MeetingThing
    thing_of: int
    what: Annotated[str, StringConstraints(max_length=120)] = ""


class ExceptionForm(Form):
    """Why one thing stays out."""

    kind: Outstanding
    key: Annotated[str, StringConstraints(max_length=32)]
    reason: Reason


class ScopeForm(Form):
    """The units within which content may be passed on."""

    units: list[int] = Field(default=[], max_length=500)


class PressForm(Form):
    """Whom a meeting shall let in."""

    outlet: Annotated[str, StringConstraints(max_length=PLACE_LIMIT)]
    press_persons: Reason
    press_reason: Reason


class RequestForm(Form):
    """An approval to be carried out."""

    request_id: int


class WideningForm(Form):
    """To whom content shall be passed on beyond its scope: names or numbers, one a line."""

    widen_to: Annotated[str, StringConstraints(max_length=2000)]
    widen_reason: Reason


class ConveyForm(Form):
    """What is passed on, where, and to whom: names or numbers, one a line."""

    form: ConveyedAs
    content: Remark
    told_at: Annotated[str, StringConstraints(max_length=PLACE_LIMIT)]
    audience: Annotated[str, StringConstraints(max_length=2000)]
    notes: Literal["yes", ""] = ""
    request_id: int | None = None


class IncidentForm(Form):
    """A breach of discipline."""

    breach: Breach
    incident: Remark
    culprit: Person = ""


class MeasuresForm(Form):
    """What was done about an incident."""

    measures: Remark


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
    return _meeting_page(meeting_id, FieldErrors({}, {}))


@blueprint.post("/<int:meeting_id>/level")
@require(Action.MANAGE_MEETINGS)
def set_level(meeting_id: int) -> Response | tuple[str, int]:
    """Change the meeting's level."""
    form = parse_form(LevelForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    return _done(
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
        return _meeting_page(meeting_id, form), 422
    items = [
        AgendaItem(title, level)
        for title, level in zip(form.titles, form.levels, strict=False)
        if title.strip()
    ]
    return _done(
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
        return _meeting_page(meeting_id, form), 422
    runtime = current_runtime()
    return _done(
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
        return _meeting_page(meeting_id, form), 422
    return _done(
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
        return _meeting_page(meeting_id, form), 422
    return _done(
        meeting_id,
        lambda: meetings.reopen(current_runtime(), current_actor(), meeting_id, check_id, form.reason),
        gettext("The check is open again."),
    )


@blueprint.post("/<int:meeting_id>/guards")
@require(Action.MANAGE_MEETINGS)
def post_guard(meeting_id: int) -> Response | tuple[str, int]:
    """Post a guard."""
    form = parse_form(GuardForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    return _done(
        meeting_id,
        lambda: meetings.post_guard(
            current_runtime(), current_actor(), meeting_id, find_person(form.guard), form.post
        ),
        gettext("The guard is posted."),
        field="guard",
    )


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
    return _done(meeting_id, lambda: deed(current_runtime(), current_actor(), meeting_id), said, field="step")


@blueprint.post("/<int:meeting_id>/cancellation")
@require(Action.MANAGE_MEETINGS)
def cancel(meeting_id: int) -> Response | tuple[str, int]:
    """Call the meeting off."""
    form = parse_form(ReasonForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    return _done(
        meeting_id,
        lambda: meetings.cancel(current_runtime(), current_actor(), meeting_id, form.reason),
        gettext("The meeting is called off."),
        field="step",
    )


@blueprint.post("/<int:meeting_id>/attendees")
@require(Action.MANAGE_MEETINGS)
def name_attendee(meeting_id: int) -> Response | tuple[str, int]:
    """Put a person on the list."""
    form = parse_form(AttendeeForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    return _done(
        meeting_id,
        lambda: meetings.name_attendee(
            current_runtime(),
            current_actor(),
            meeting_id,
            find_person(form.attendee),
            replaces_id=form.replaces,
        ),
        gettext("The attendee is named and waits for approval."),
        field="attendee",
    )


@blueprint.post("/<int:meeting_id>/attendees/<int:person_id>/decision")
@require(Action.APPROVE_ATTENDANCE)
def decide_attendee(meeting_id: int, person_id: int) -> Response | tuple[str, int]:
    """Approve or refuse an attendee."""
    form = parse_form(DecisionForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    agreed = form.answer == "agree"
    return _done(
        meeting_id,
        lambda: meetings.decide_attendee(
            current_runtime(), current_actor(), meeting_id, person_id, agreed=agreed
        ),
        gettext("The attendee is approved.") if agreed else gettext("The attendee is refused."),
        field=f"attendee-{person_id}",
    )


@blueprint.post("/<int:meeting_id>/attendees/<int:person_id>/striking")
@require(Action.MANAGE_MEETINGS)
def strike_attendee(meeting_id: int, person_id: int) -> Response | tuple[str, int]:
    """Take a person off the list."""
    return _done(
        meeting_id,
        lambda: meetings.strike_attendee(current_runtime(), current_actor(), meeting_id, person_id),
        gettext("The person is off the list."),
        field=f"attendee-{person_id}",
    )


@blueprint.post("/<int:meeting_id>/attendees/<int:person_id>/education")
@require(Action.MANAGE_MEETINGS)
def educate(meeting_id: int, person_id: int) -> Response | tuple[str, int]:
    """Record that an attendee had their secrecy education."""
    return _done(
        meeting_id,
        lambda: meetings.educate(current_runtime(), current_actor(), meeting_id, [person_id]),
        gettext("The education is recorded."),
        field=f"attendee-{person_id}",
    )


@blueprint.post("/<int:meeting_id>/attendees/<int:person_id>/seat")
@require(Action.MANAGE_MEETINGS)
def seat(meeting_id: int, person_id: int) -> Response | tuple[str, int]:
    """Give an attendee a seat."""
    form = parse_form(SeatForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    return _done(
        meeting_id,
        lambda: meetings.seat(current_runtime(), current_actor(), meeting_id, person_id, form.seat),
        gettext("The seat is assigned."),
        field=f"attendee-{person_id}",
    )


@blueprint.post("/<int:meeting_id>/pledge")
@require(Action.ATTEND_MEETING)
def pledge(meeting_id: int) -> Response | tuple[str, int]:
    """Sign the pledge with one's own account."""
    return _done(
        meeting_id,
        lambda: meetings.pledge(current_runtime(), current_actor(), meeting_id),
        gettext("Your pledge is signed."),
    )


@blueprint.post("/<int:meeting_id>/attendees/<int:person_id>/pledge")
@require(Action.MANAGE_MEETINGS)
def pledge_by_pin(meeting_id: int, person_id: int) -> Response | tuple[str, int]:
    """Let an attendee sign the pledge with their PIN."""
    form = parse_form(PinForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    return _done(
        meeting_id,
        lambda: meetings.pledge_by_pin(current_runtime(), current_actor(), meeting_id, person_id, form.pin),
        gettext("The pledge is signed."),
        field=f"attendee-{person_id}",
    )


@blueprint.post("/<int:meeting_id>/things")
@require(Action.MANAGE_MEETINGS)
def hand_out(meeting_id: int) -> Response | tuple[str, int]:
    """Give a notebook out, or take a device in."""
    form = parse_form(ThingForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    return _done(
        meeting_id,
        lambda: meetings.hand_out(
            current_runtime(), current_actor(), meeting_id, form.kind, form.thing_of, what=form.what
        ),
        gettext("It is numbered and recorded."),
        field="thing_of",
    )


@blueprint.post("/<int:meeting_id>/things/<any(NOTEBOOK, DEPOSIT):kind>/<int:number>/return")
@require(Action.MANAGE_MEETINGS)
def take_back(meeting_id: int, kind: str, number: int) -> Response | tuple[str, int]:
    """Take a notebook back, or give a device back."""
    return _done(
        meeting_id,
        lambda: meetings.take_back(
            current_runtime(), current_actor(), meeting_id, MeetingThing(kind), number
        ),
        gettext("It is back."),
        field="thing_of",
    )


@blueprint.post("/<int:meeting_id>/exceptions")
@require(Action.SIGN_EXCEPTION)
def make_exception(meeting_id: int) -> Response | tuple[str, int]:
    """Sign that one thing stays out."""
    form = parse_form(ExceptionForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    return _done(
        meeting_id,
        lambda: meetings.make_exception(
            current_runtime(), current_actor(), meeting_id, form.kind, form.key, reason=form.reason
        ),
        gettext("The exception is signed."),
        field="board",
    )


@blueprint.post("/<int:meeting_id>/scope")
@require(Action.MANAGE_MEETINGS)
def set_scope(meeting_id: int) -> Response | tuple[str, int]:
    """Say within which units the content may be passed on."""
    form = parse_form(ScopeForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    return _done(
        meeting_id,
        lambda: meetings.set_scope(current_runtime(), current_actor(), meeting_id, form.units),
        gettext("The scope is set."),
        field="units",
    )


@blueprint.post("/<int:meeting_id>/press/requests")
@require(Action.REQUEST_CONVEYING)
def ask_press(meeting_id: int) -> Response | tuple[str, int]:
    """Ask that press is let in."""
    form = parse_form(PressForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    wish = PressWish(
        outlet=form.outlet, persons=form.press_persons, reason=form.press_reason, until=_fortnight()
    )
    return _done(
        meeting_id,
        lambda: meetings.ask_press(current_runtime(), current_actor(), meeting_id, wish),
        gettext("The request is sent."),
        field="outlet",
    )


@blueprint.post("/<int:meeting_id>/press")
@require(Action.MANAGE_MEETINGS)
def admit_press(meeting_id: int) -> Response | tuple[str, int]:
    """Let press in as an approval names it."""
    form = parse_form(RequestForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    return _done(
        meeting_id,
        lambda: meetings.admit_press(current_runtime(), current_actor(), meeting_id, form.request_id),
        gettext("The press is let in, on the record."),
        field="outlet",
    )


@blueprint.post("/<int:meeting_id>/conveyances/requests")
@require(Action.REQUEST_CONVEYING)
def ask_widening(meeting_id: int) -> Response | tuple[str, int]:
    """Ask that content may be passed on beyond its scope."""
    form = parse_form(WideningForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422

    def ask() -> None:
        listeners = tuple(find_person(line) for line in form.widen_to.splitlines() if line.strip())
        wish = WideningWish(listeners=listeners, reason=form.widen_reason, until=_fortnight())
        meetings.ask_widening(current_runtime(), current_actor(), meeting_id, wish)

    return _done(meeting_id, ask, gettext("The request is sent."), field="widen_to")


@blueprint.post("/<int:meeting_id>/conveyances")
@require(Action.ATTEND_MEETING)
def convey(meeting_id: int) -> Response | tuple[str, int]:
    """Record what the visitor passes on, and to whom."""
    form = parse_form(ConveyForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422

    def tell() -> None:
        listeners = tuple(find_person(line) for line in form.audience.splitlines() if line.strip())
        facts = ConveyanceFacts(form.form, form.content, form.told_at, listeners, form.notes == "yes")
        meetings.convey(current_runtime(), current_actor(), meeting_id, facts, request_id=form.request_id)

    return _done(meeting_id, tell, gettext("It is recorded. The listeners sign in now."), field="audience")


@blueprint.post("/<int:meeting_id>/conveyances/<int:conveyance_id>/signature")
@require(Action.ATTEND_MEETING)
def sign_in(meeting_id: int, conveyance_id: int) -> Response | tuple[str, int]:
    """Sign for what one was told."""
    return _done(
        meeting_id,
        lambda: meetings.sign_in(current_runtime(), current_actor(), conveyance_id),
        gettext("You have signed for what you were told."),
    )


@blueprint.post("/<int:meeting_id>/conveyances/<int:conveyance_id>/listeners/<int:person_id>/signature")
@require(Action.ATTEND_MEETING)
def sign_in_by_pin(meeting_id: int, conveyance_id: int, person_id: int) -> Response | tuple[str, int]:
    """Let a listener sign with their PIN."""
    form = parse_form(PinForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    return _done(
        meeting_id,
        lambda: meetings.sign_in_by_pin(
            current_runtime(), current_actor(), conveyance_id, person_id, form.pin
        ),
        gettext("The listener has signed."),
        field="audience",
    )


@blueprint.post("/<int:meeting_id>/incidents")
@require(Action.ATTEND_MEETING)
def report(meeting_id: int) -> Response | tuple[str, int]:
    """Report a breach of discipline."""
    form = parse_form(IncidentForm)
    if isinstance(form, FieldErrors):
        return _meeting_page(meeting_id, form), 422
    return _done(
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
        return _meeting_page(meeting_id, form), 422
    return _done(
        meeting_id,
        lambda: meetings.settle(current_runtime(), current_actor(), incident_id, form.measures),
        gettext("The measures are recorded."),
    )


def _done(
    meeting_id: int, deed: Callable[[], object], said: str, *, field: str = ""
) -> Response | tuple[str, int]:
    """Do it and say so; a refusal stands beside its field on the same page, where it has one."""
    try:
        deed()
    except PersonUnclear as unclear:
        return _meeting_page(meeting_id, FieldErrors({}, {field: unclear.words})), 422
    except (ConflictError, InvalidError) as refusal:
        if not field:
            raise
        return _meeting_page(meeting_id, FieldErrors({}, {field: _why(refusal)})), errors.status_of(refusal)
    flash(said, "success")
    return redirect(url_for("meetings.show", meeting_id=meeting_id))


def _why(refusal: RegistryError) -> str:
    words = errors.words_of(refusal)
    sentence = str(REASONS.get(str(refusal.facts.get("reason")), words.sentence))
    return f"{sentence} {words.next_step}"


def _fortnight() -> datetime:
    """Return the end of the last day on which an approval asked for now can be used."""
    runtime = current_runtime()
    return end_of_day(
        day_of(runtime.now(), runtime.settings) + timedelta(days=APPROVAL_DAYS), runtime.settings
    )


def _form_page(form: FieldErrors) -> str:
    return render_template(
        "meetings/new.html",
        entered=form.entered,
        errors=form.errors,
        unit_options=unit_options(),
        level_choices=level_choices(),
    )


def _meeting_page(meeting_id: int, form: FieldErrors) -> str:
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
