"""Documents enter the register."""

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.acts import meetings
from registry.acts.documents import DocumentNumberTaken
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Document, Meeting
from registry.rows import UnknownRow
from registry.rules.facts import MeetingFacts
from registry.rules.levels import (
    ENABLED_BY_DEFAULT,
    InvalidPeriod,
    MixedSchemes,
    Scheme,
    SchemeDisabled,
    UnknownLevel,
)
from registry.rules.meetings import MeetingBelowDocument
from registry.rules.texts import MissingText
from registry.rules.words import MeetingState
from registry.stating import MeetingClosed


def entries(office, kind):
    return list(log.read(office.session, kind=kind))


def plan(office, level="SECRET", scheme="company"):
    facts = MeetingFacts("预算会", scheme, level, office.units["FIN"], "三楼", office.now + timedelta(days=1))
    return meetings.plan(
        office.session, facts, enabled=ENABLED_BY_DEFAULT, actor=office.clerk, now=office.now
    )


def test_a_document_is_registered_with_its_file_and_recorded_without_its_title(office):
    document = office.session.get_one(Document, office.register(secrecy_period="10 years"))
    assert (document.doc_number, document.pages, document.secrecy_period) == ("财字〔2026〕7号", 3, "10年")
    assert document.registered_by_id == office.clerk.person_id
    (entry,) = entries(office, "document.registered")
    assert entry.subject == f"document:{document.id}"
    assert entry.facts["original"] == "a" * 64
    assert "预算" not in str(entry.facts["title"])


@pytest.mark.parametrize(
    "part", ["handler", "manager", "leader", "officer", "administrator", "auditor", "guard", "holder"]
)
def test_only_a_clerk_registers(office, part):
    with pytest.raises(PermissionDenied):
        office.register(by=office.actors[part])


def test_the_same_registration_sent_twice_registers_once(office):
    assert office.register() == office.register()
    assert len(entries(office, "document.registered")) == 1


@pytest.mark.parametrize("changed", [{"title": "另一份"}, {"level": "TOP_SECRET"}, {"no_copying": True}])
def test_a_number_used_before_is_refused_by_name(office, changed):
    first = office.register()
    with pytest.raises(DocumentNumberTaken) as refused:
        office.register(**changed)
    assert refused.value.facts == {
        "doc_number": "财字〔2026〕7号",
        "unit": office.units["FIN"],
        "document": first,
    }


def test_another_file_under_the_same_number_is_refused(office):
    office.register()
    with pytest.raises(DocumentNumberTaken):
        office.register(file=office.file("b"))


def test_another_unit_may_use_the_same_number(office):
    assert office.register() != office.register(issuing_unit_id=office.units["REG"])


def test_full_width_and_half_width_numbers_are_one_number(office):
    office.register(doc_number="FIN（2026）7")
    with pytest.raises(DocumentNumberTaken):
        office.register(doc_number="ＦＩＮ(2026)７", file=office.file("b"))


def test_two_clerks_at_the_same_instant_register_a_number_once(office, monkeypatch):
    office.register()
    monkeypatch.setattr(
        "registry.acts.documents._find_twin", lambda session, document: None
    )  # not yet visible
    with pytest.raises(DocumentNumberTaken):
        office.register(file=office.file("b"))


def test_the_state_scheme_is_refused_until_it_is_turned_on(office):
    with pytest.raises(SchemeDisabled):
        office.register(scheme="state")
    assert office.register(scheme="state", enabled=ENABLED_BY_DEFAULT | {Scheme.STATE})


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"level": "COMMERCIAL"}, UnknownLevel),
        ({"secrecy_period": "soon"}, InvalidPeriod),
        ({"title": " "}, MissingText),
        ({"classifying_unit_id": 999}, UnknownRow),
        ({"meeting_id": 999}, UnknownRow),
    ],
)
def test_what_cannot_be_meant_is_refused(office, changed, error):
    with pytest.raises(error):
        office.register(**changed)
    assert entries(office, "document.registered") == []


def test_a_document_of_the_meeting_s_level_is_added_and_a_higher_one_is_not(office):
    meeting = plan(office, "SECRET")
    office.register(meeting_id=meeting)
    with pytest.raises(MeetingBelowDocument) as refused:
        office.register(meeting_id=meeting, level="TOP_SECRET", doc_number="8")
    assert refused.value.facts == {"scheme": "company", "meeting": "SECRET", "document": "TOP_SECRET"}


def test_a_raised_meeting_takes_the_higher_document_and_cannot_sink_again(office):
    meeting = plan(office, "SECRET")
    change = {"enabled": ENABLED_BY_DEFAULT, "actor": office.clerk, "now": office.now}
    meetings.set_level(office.session, meeting, "TOP_SECRET", **change)
    office.register(meeting_id=meeting, level="TOP_SECRET")
    with pytest.raises(MeetingBelowDocument):
        meetings.set_level(office.session, meeting, "SECRET", **change)
    assert [entry.facts["after"] for entry in entries(office, "meeting.level-changed")] == ["TOP_SECRET"]


def test_schemes_do_not_mix_in_a_meeting(office):
    with pytest.raises(MixedSchemes):
        office.register(meeting_id=plan(office, "CORE_COMMERCIAL", "commercial"))


def test_a_closed_meeting_takes_no_document(office):
    meeting = plan(office)
    office.session.get_one(Meeting, meeting).state = MeetingState.CLOSED
    with pytest.raises(MeetingClosed):
        office.register(meeting_id=meeting)


def test_a_handler_plans_meetings_of_the_own_unit_only(office):
    facts = MeetingFacts("预算会", "company", "SECRET", office.units["FIN"], "三楼", office.now)
    plan_it = {"enabled": ENABLED_BY_DEFAULT, "actor": office.handler, "now": office.now}
    assert meetings.plan(office.session, facts, **plan_it)
    with pytest.raises(PermissionDenied):
        meetings.plan(office.session, replace(facts, unit_id=office.units["REG"]), **plan_it)
