"""What goes out at the door of a meeting falls back to zero; then it closes."""

import pytest

from registry import gatherings
from registry.acts import closing, meetings
from registry.acts.closing import AlreadyExcepted, NotOutstanding, StillOutstanding, ThingIsBack
from registry.errors import PermissionDenied
from registry.models import MeetingException
from registry.rules.lifecycle import State
from registry.rules.meetings import ImpossibleMeetingStep, NotAdmitted
from registry.rules.texts import MissingText
from registry.rules.words import MeetingState, Outstanding
from registry.views import meetings as views
from tests.registry.acts.councils import Council


@pytest.fixture
def council(office):
    return Council(office)


def close(council, part="handler"):
    closing.close(council.session, council.id, **council.by(part))


def except_from(council, kind, key, by="leader", reason="kept by order"):
    closing.make_exception(council.session, council.id, Outstanding(kind), key, reason, **council.by(by))


def test_notebooks_and_deposits_are_numbered_each_by_themselves(council):
    council.begun("holder", "manager")
    assert [council.out("NOTEBOOK", "holder"), council.out("NOTEBOOK", "manager")] == [1, 2]
    assert council.out("DEPOSIT", "holder", "phone") == 1
    council.back("NOTEBOOK", 1)
    assert council.out("NOTEBOOK", "holder") == 3


def test_a_notebook_goes_to_nobody_who_may_not_be_handed_a_paper(council):
    council.begun("holder")
    with pytest.raises(NotAdmitted), council.session.begin_nested():
        council.out("NOTEBOOK", "clerk")
    council.name("clerk")
    with pytest.raises(NotAdmitted) as refused, council.session.begin_nested():
        council.out("NOTEBOOK", "clerk")
    assert refused.value.reason == "not-approved"
    assert council.out("DEPOSIT", "clerk", "phone") == 1
    with pytest.raises(MissingText):
        council.out("DEPOSIT", "clerk")


def test_the_board_falls_to_zero_and_the_meeting_closes(council):
    copy = council.paper()
    council.begun("holder", "manager")
    council.hand(copy, "holder")
    council.out("NOTEBOOK", "holder")
    council.out("DEPOSIT", "manager", "phone")
    with pytest.raises(ImpossibleMeetingStep), council.session.begin_nested():
        close(council)
    meetings.end(council.session, council.id, **council.by())
    left = []
    for give_back in (
        lambda: council.back("NOTEBOOK", 1),
        lambda: council.bring_back(copy, "holder"),
        lambda: council.back("DEPOSIT", 1),
    ):
        with pytest.raises(StillOutstanding) as refused, council.session.begin_nested():
            close(council)
        left.append(refused.value.outstanding)
        give_back()
    assert left == [3, 2, 1]
    close(council)
    assert council.row.state is MeetingState.CLOSED


def test_a_thing_comes_back_once(council):
    council.begun("holder")
    council.out("NOTEBOOK", "holder")
    council.back("NOTEBOOK", 1)
    with pytest.raises(ThingIsBack):
        council.back("NOTEBOOK", 1)


def test_a_meeting_closes_with_a_signed_exception_for_each_thing_that_is_out(council):
    copy = council.paper()
    council.begun("holder")
    council.hand(copy, "holder")
    council.out("NOTEBOOK", "holder")
    meetings.end(council.session, council.id, **council.by())
    except_from(council, "COPY", copy.code)
    with pytest.raises(StillOutstanding) as refused, council.session.begin_nested():
        close(council)
    assert refused.value.outstanding == 1
    except_from(council, "NOTEBOOK", "1")
    close(council)
    signed = council.session.query(MeetingException).order_by(MeetingException.id).all()
    assert [(one.kind, one.key, one.signed_by_id) for one in signed] == [
        (Outstanding.COPY, copy.code, council.person("leader")),
        (Outstanding.NOTEBOOK, "1", council.person("leader")),
    ]
    assert gatherings.outstanding(council.session, council.id) == {
        (Outstanding.COPY, copy.code),
        (Outstanding.NOTEBOOK, "1"),
    }


def test_only_the_leader_signs_exceptions_once_and_for_what_is_out(council):
    council.begun("holder")
    council.out("NOTEBOOK", "holder")
    with pytest.raises(ImpossibleMeetingStep), council.session.begin_nested():
        except_from(council, "NOTEBOOK", "1")
    meetings.end(council.session, council.id, **council.by())
    for part in ("handler", "clerk", "officer", "manager"):
        with pytest.raises(PermissionDenied), council.session.begin_nested():
            except_from(council, "NOTEBOOK", "1", by=part)
    for kind, key in (("NOTEBOOK", "2"), ("DEPOSIT", "1"), ("COPY", "1")):
        with pytest.raises(NotOutstanding), council.session.begin_nested():
            except_from(council, kind, key)
    with pytest.raises(MissingText), council.session.begin_nested():
        except_from(council, "NOTEBOOK", "1", reason=" ")
    except_from(council, "NOTEBOOK", "1")
    with pytest.raises(AlreadyExcepted):
        except_from(council, "NOTEBOOK", "1")


def test_a_copy_that_cannot_be_found_keeps_the_meeting_open(council):
    copy = council.paper()
    council.begun("holder")
    meetings.end(council.session, council.id, **council.by())
    copy.state = State.UNACCOUNTED
    council.session.flush()
    with pytest.raises(StillOutstanding):
        close(council)


def test_the_board_names_what_is_out_and_with_whom(council, office):
    copy = council.paper()
    council.begun("holder", "manager")
    council.hand(copy, "holder")
    council.out("NOTEBOOK", "manager")
    meetings.end(council.session, council.id, **council.by())
    except_from(council, "NOTEBOOK", "1")
    view = views.whole(council.session, council.id, office.leader, now=council.present)
    assert [(line.kind, line.key, line.person.id, line.exception) for line in view.board] == [
        (Outstanding.COPY, copy.code, council.person("holder"), None),
        (Outstanding.NOTEBOOK, "1", council.person("manager"), "kept by order"),
    ]
    assert (view.left, view.is_whole, view.open_checks) == (1, True, ())
    assert [row.id for row in views.meetings(council.session, office.manager)] == [council.id]
    assert views.meetings(council.session, office.auditor) == ()
    mine = views.whole(council.session, council.id, office.holder, now=council.present)
    assert (mine.is_whole, mine.board, len(mine.attendees)) == (False, (), 1)
