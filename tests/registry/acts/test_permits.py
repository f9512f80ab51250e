"""Take-out permits: opened from an approval that says enough, once, by somebody else, and taken back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.acts import permits
from registry.acts.permits import CopiesOfOtherDocument, PermitClosed, PermitIncomplete
from registry.consent import NotApproved
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import Permit
from registry.rules.approval import Act, ExecutorNotSeparate
from registry.rules.gate import Reason
from registry.rules.texts import MissingText
from registry.rules.words import PermitState
from registry.views import gates as views
from tests.fixtures.office import NOW
from tests.registry.acts.halls import Hall


@pytest.fixture
def hall(office):
    return Hall(office)


def entries(hall):
    return [entry.kind for entry in log.read(hall.session) if entry.kind.startswith("permit.")]


def test_each_copy_gets_a_permit_of_its_own_that_says_what_was_agreed_to(hall):
    second = hall.held(hall.document, 2)
    request = hall.request(copies=2, copy_codes=(hall.copy.code, second.code))
    opened = permits.open_permits(hall.session, request, actor=hall.office.clerk, now=NOW)
    rows = views.permits(hall.session, now=NOW, request_id=request)
    assert {row.copy.code for row in rows} == {hall.copy.code, second.code}
    assert {row.id for row in rows} == set(opened)
    assert {row.gate.id for row in rows} == {hall.gate}
    assert {row.closes_at for row in rows} == {NOW + timedelta(hours=8)}
    assert {carrier.id for row in rows for carrier in row.carriers} == {hall.office.holder.person_id}
    assert entries(hall) == ["permit.opened"] * 2


def test_an_approval_opens_its_permits_once(hall):
    request = hall.request()
    permits.open_permits(hall.session, request, actor=hall.office.clerk, now=NOW)
    with pytest.raises(NotApproved):
        permits.open_permits(hall.session, request, actor=hall.office.clerk, now=NOW)
    assert hall.session.scalar(sa.select(sa.func.count(Permit.id))) == 1


def test_who_agreed_does_not_open_and_only_clerks_do(hall):
    request = hall.request()
    with pytest.raises(PermissionDenied):
        permits.open_permits(hall.session, request, actor=hall.office.guard, now=NOW)
    own = hall.office.order(
        hall.document,
        by=hall.office.clerk,
        act=Act.TAKE_OUT,
        copies=1,
        copy_codes=(hall.copy.code,),
        carriers=(hall.office.holder.person_id,),
    )
    request = hall.approve(own, by=hall.office.clerk)
    with pytest.raises(ExecutorNotSeparate):
        permits.open_permits(hall.session, request, actor=hall.office.clerk, now=NOW)


def test_copies_of_another_document_cannot_ride_on_an_approval(hall):
    other = hall.held(hall.office.register(doc_number="财字〔2026〕8号", file=hall.office.file("b")), 1)
    request = hall.request(copy_codes=(other.code,))
    with pytest.raises(CopiesOfOtherDocument) as refusal:
        permits.open_permits(hall.session, request, actor=hall.office.clerk, now=NOW)
    assert refusal.value.facts["claimed_code"] == other.code


@pytest.mark.parametrize(
    ("level", "changed", "missing"),
    [
        ("SECRET", {"carriers": ()}, ("carriers",)),
        ("SECRET", {"copy_codes": ()}, ("copies",)),
        ("SECRET", {"until": None}, ("until",)),
        ("TOP_SECRET", {"carriers": (1,), "gate_id": 1}, ("carriers",)),
        ("TOP_SECRET", {"carriers": (1, 2)}, ("gate",)),
    ],
)
def test_an_order_that_says_too_little_is_refused_before_anyone_is_asked(hall, level, changed, missing):
    document = hall.office.register(doc_number="财字〔2026〕9号", level=level, file=hall.office.file("c"))
    complete = {"copies": 1, "copy_codes": ("0000000000001",), "carriers": (1,)}
    order = hall.office.order(document, act=Act.TAKE_OUT, **complete | changed)
    with pytest.raises(PermitIncomplete) as refusal:
        permits.require_complete(order)
    assert refusal.value.facts["missing"] == missing


def test_a_revoked_permit_opens_no_gate_and_is_not_revoked_twice(hall):
    permit = hall.permit()
    with pytest.raises(MissingText):
        permits.revoke(hall.session, permit, " ", actor=hall.office.clerk, now=NOW)
    permits.revoke(hall.session, permit, "plans changed", actor=hall.office.clerk, now=NOW)
    assert hall.attempt(hall.complete()).verdict.reason is Reason.NO_PERMIT
    with pytest.raises(PermitClosed):
        permits.revoke(hall.session, permit, "again", actor=hall.office.clerk, now=NOW)
    assert entries(hall) == ["permit.opened", "permit.revoked"]


def test_a_permit_in_use_is_not_revoked_and_guards_revoke_none(hall):
    permit = hall.permit()
    with pytest.raises(PermissionDenied):
        permits.revoke(hall.session, permit, "no", actor=hall.office.guard, now=NOW)
    hall.attempt(hall.complete())
    with pytest.raises(PermitClosed):
        permits.revoke(hall.session, permit, "too late", actor=hall.office.clerk, now=NOW)
    assert hall.permit_state() is PermitState.OUTSIDE


def test_a_permit_that_was_not_used_in_time_is_shown_as_lapsed(hall):
    hall.permit()
    shown = [views.permits(hall.session, now=NOW + timedelta(hours=hours))[0].is_lapsed for hours in (8, 9)]
    assert shown == [False, True]


def test_people_see_the_permits_that_name_them_or_that_they_asked_for(hall):
    hall.permit()
    office = hall.office
    seen = {
        part: len(views.permits(hall.session, now=NOW, person_id=office.actors[part].person_id))
        for part in ("holder", "handler", "manager")
    }
    assert seen == {"holder": 1, "handler": 1, "manager": 0}
