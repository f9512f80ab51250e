"""Meetings: assessed, planned, prepared, made ready, held, given up."""

from datetime import timedelta

import pytest

from registry.acts import meetings
from registry.acts.meetings import (
    MeetingHasNoPlan,
    NotTheOwner,
    NotThePlansCheck,
    OwnerInactive,
    ThingsOut,
)
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import MeetingCheck, MeetingItem, Person
from registry.rules.levels import ENABLED_BY_DEFAULT, Handling, MixedSchemes
from registry.rules.meetings import (
    ChecksOpen,
    CheckUnproven,
    ImpossibleMeetingStep,
    MeetingBelowDocument,
    MeetingBelowItem,
)
from registry.rules.planbook import PLANBOOK
from registry.rules.texts import MissingText
from registry.rules.words import AttendeeState, MeetingState
from tests.registry.acts.councils import Council


@pytest.fixture
def council(office):
    return Council(office)


def set_level(council, level, by="handler"):
    meetings.set_level(council.session, council.id, level, enabled=ENABLED_BY_DEFAULT, **council.by(by))


def test_a_planned_meeting_has_the_checks_of_its_level_each_with_owner_and_due_time(council):
    checks = council.session.query(MeetingCheck).filter_by(meeting_id=council.id).all()
    assert {check.check_id for check in checks} == {check.id for check in PLANBOOK.plan_for(Handling.SECRET)}
    assert {check.owner_id for check in checks} == {council.person("handler")}
    swept = council.check("venue-swept")
    assert (swept.is_mandatory, swept.due_at) == (False, council.row.starts_at - timedelta(hours=4))
    assert council.row.plan_version == PLANBOOK.version


def test_the_highest_item_decides_the_level_and_the_plan_follows(council):
    assert council.assess("CONFIDENTIAL", "TOP_SECRET", "SECRET") == "TOP_SECRET"
    assert council.row.level == "TOP_SECRET"
    assert council.check("venue-swept").is_mandatory
    assert council.assess("CONFIDENTIAL") == "CONFIDENTIAL"
    left = {check.check_id for check in council.session.query(MeetingCheck)}
    assert left == {check.id for check in PLANBOOK.plan_for(Handling.CONFIDENTIAL)}
    assert [item.level for item in council.session.query(MeetingItem)] == ["CONFIDENTIAL"]
    with pytest.raises(MixedSchemes), council.session.begin_nested():
        council.office.register(
            meeting_id=council.id, scheme="commercial", level="CORE_COMMERCIAL", doc_number="9"
        )


def test_a_meeting_is_never_assessed_below_its_documents(council):
    council.paper()
    assert council.assess("CONFIDENTIAL") == "SECRET"
    with pytest.raises(MeetingBelowDocument):
        set_level(council, "CONFIDENTIAL")


def test_a_level_below_an_item_is_refused(council):
    council.assess("SECRET")
    with pytest.raises(MeetingBelowItem):
        set_level(council, "CONFIDENTIAL")
    set_level(council, "TOP_SECRET")
    assert council.row.level == "TOP_SECRET"


def test_a_check_that_was_done_stays_on_record_when_the_level_sinks(council):
    council.fulfil("movement-limits")
    council.assess("CONFIDENTIAL")
    kept = council.check("movement-limits")
    assert (kept.is_mandatory, kept.evidence) == (False, "shown")


def test_a_higher_level_is_a_new_approval_for_everybody(council):
    council.admit("holder")
    set_level(council, "TOP_SECRET")
    assert council.attendee("holder").state is AttendeeState.NAMED
    council.assess("SECRET")
    assert council.attendee("holder").state is AttendeeState.NAMED


def test_only_its_owner_marks_a_check_as_done_and_shows_something(council):
    owner = council.person("clerk")
    due = council.row.starts_at - timedelta(hours=1)
    meetings.assign(council.session, council.id, "venue-swept", owner, due, **council.by())
    with pytest.raises(NotTheOwner), council.session.begin_nested():
        council.fulfil("venue-swept")
    with pytest.raises(MissingText), council.session.begin_nested():
        meetings.fulfil(council.session, council.id, "venue-swept", " ", **council.by("clerk"))
    meetings.fulfil(council.session, council.id, "venue-swept", "report 7", **council.by("clerk"))
    check = council.check("venue-swept")
    assert (check.done_by_id, check.due_at, check.evidence) == (owner, due, "report 7")


def test_a_check_that_the_register_disproves_is_not_done(council):
    council.name("holder")
    for check_id in ("attendees-qualified", "education", "pledges", "seats", "guards", "level-assessed"):
        with pytest.raises(CheckUnproven), council.session.begin_nested():
            council.fulfil(check_id)
        assert council.check(check_id).done_at is None
    with pytest.raises(NotThePlansCheck):
        council.fulfil("catering")


def test_nobody_who_left_owns_a_check_or_guards(council):
    council.session.get_one(Person, council.person("guard")).active = False
    with pytest.raises(OwnerInactive), council.session.begin_nested():
        meetings.assign(
            council.session,
            council.id,
            "phones",
            council.person("guard"),
            council.present,
            **council.by(),
        )
    with pytest.raises(OwnerInactive):
        meetings.post_guard(council.session, council.id, council.person("guard"), "door", **council.by())


def test_a_meeting_is_not_ready_while_a_mandatory_check_is_open(council):
    council.prepare("holder", "manager")
    meetings.reopen(council.session, council.id, "phones", "no boxes", **council.by())
    with pytest.raises(ChecksOpen) as refused, council.session.begin_nested():
        meetings.make_ready(council.session, council.id, **council.by())
    assert refused.value.checks == ("phones",)
    council.fulfil("phones")
    meetings.make_ready(council.session, council.id, **council.by())
    assert council.row.state is MeetingState.READY


def test_what_was_proven_and_is_not_true_any_more_holds_the_meeting_up(council):
    council.prepare("holder", "manager")
    council.name("clerk")
    with pytest.raises(ChecksOpen) as refused:
        meetings.make_ready(council.session, council.id, **council.by())
    assert set(refused.value.checks) == {"attendees-qualified", "education", "pledges", "seats"}


@pytest.mark.parametrize("change", ["name", "level", "reopen"])
def test_a_ready_meeting_that_changes_is_planned_again(council, change):
    council.ready()
    if change == "name":
        council.name("clerk")
    elif change == "level":
        set_level(council, "TOP_SECRET")
    else:
        meetings.reopen(council.session, council.id, "phones", "no boxes", **council.by())
    assert council.row.state is MeetingState.PLANNED
    with pytest.raises(ImpossibleMeetingStep):
        meetings.begin(council.session, council.id, **council.by())


def test_a_meeting_without_a_plan_is_not_ready_until_one_is_drawn_up(council):
    council.row.plan_version = None
    council.session.query(MeetingCheck).delete()
    with pytest.raises(MeetingHasNoPlan), council.session.begin_nested():
        meetings.make_ready(council.session, council.id, **council.by())
    council.assess("SECRET")
    assert council.row.plan_version == PLANBOOK.version
    assert council.check("phones")


@pytest.mark.parametrize("part", ["other_handler", "manager", "leader", "officer", "auditor", "holder"])
def test_only_clerks_and_the_units_own_handlers_keep_a_meeting(council, part):
    for deed in (meetings.make_ready, meetings.begin, meetings.end):
        with pytest.raises(PermissionDenied):
            deed(council.session, council.id, **council.by(part))


def test_a_meeting_is_given_up_only_when_everything_is_back(council):
    council.ready()
    council.out("DEPOSIT", "holder", "phone")
    with pytest.raises(ThingsOut), council.session.begin_nested():
        meetings.cancel(council.session, council.id, "moved", **council.by())
    council.back("DEPOSIT", 1)
    meetings.cancel(council.session, council.id, "moved", **council.by())
    assert council.row.state is MeetingState.CANCELLED
    with pytest.raises(ImpossibleMeetingStep):
        council.assess("SECRET")


def test_a_meetings_life_is_in_the_ledger_without_a_word_of_its_content(council):
    council.ended()
    assert council.kinds()[0] == "planned"
    assert council.kinds()[-3:] == ["ready", "begun", "ended"]
    told = str([entry.facts for entry in log.read(council.session)])
    for word in ("item 0", "Budget", "Room 1", "shown"):
        assert word not in told
