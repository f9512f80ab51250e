"""A unit consents by letter; requests take their copies from it; it is used up, expires, is revoked."""

from datetime import timedelta

import pytest

from registry.acts.consents import ConsentRevoked, LetterEntered, NotAConsent
from registry.consent import OpensByConsent
from registry.errors import PermissionDenied
from registry.rules.approval import Act
from registry.rules.consents import ConsentState, ConsentUnusable
from service.flows import consenting, equipment, requesting, ruling
from service.flows.consenting import LetterFacts, LetterUnfit
from service.flows.equipment import JobWish

SCAN = b"%PDF-1.7 the letter"


@pytest.fixture
def database_backend():
    return "sqlite"


@pytest.fixture
def secret(world):
    return world.register(level="TOP_SECRET")


def letter(world, document_id, **changed):
    facts = {
        "unit_id": world.units["FIN"],
        "document_id": document_id,
        "letter_no": "财函〔2026〕5号",
        "scope": "five copies for the board",
        "quota": 5,
        "expires_at": world.now + timedelta(days=60),
    }
    return LetterFacts(**facts | changed)


def record(world, document_id, scan=SCAN, **changed):
    return consenting.record(world.runtime, world.clerk, letter(world, document_id, **changed), scan)


def ask(world, document_id, copies=2, reason="for the board"):
    return equipment.ask_job(
        world.runtime,
        world.handler,
        JobWish(
            act=Act.COPY,
            document_id=document_id,
            copies=copies,
            reason=reason,
            until=world.now + timedelta(days=30),
        ),
    )


def consent(world, consent_id):
    return consenting.get_consent(world.runtime, world.auditor, consent_id)


def test_a_top_secret_paper_is_copied_only_by_the_consent_of_its_unit_and_three_of_five_are_left(
    world, secret
):
    with pytest.raises(OpensByConsent):
        ask(world, secret)
    consent_id = record(world, secret)
    request_id = ask(world, secret)
    assert ask(world, secret) == request_id  # sent twice, it is one request
    found = consent(world, consent_id)
    assert (found.left, [use.request_id for use in found.uses]) == (3, [request_id])
    view = requesting.get_request(world.runtime, world.leader, request_id)
    assert dict(view.order.details)["consent_letters"] == "No. 1, 财务部 Finance, 财函〔2026〕5号"
    with pytest.raises(OpensByConsent):
        ask(world, secret, copies=4)
    world.approve(request_id, "manager", "leader")
    again = ruling.replay(world.runtime, world.auditor, request_id).again
    assert (again.is_same, again.rule_id) == (True, "copy-top-secret")


def test_what_is_withdrawn_goes_back(world, secret):
    consent_id = record(world, secret)
    request_id = ask(world, secret, copies=5)
    assert consent(world, consent_id).state is ConsentState.USED_UP
    requesting.withdraw(world.runtime, world.handler, request_id)
    assert (consent(world, consent_id).left, consent(world, consent_id).state) == (5, ConsentState.GOOD)


def test_a_revoked_consent_stops_what_rests_on_it(world, secret):
    consent_id = record(world, secret)
    request_id = ask(world, secret)
    world.approve(request_id, "manager")
    consenting.revoke(world.runtime, world.clerk, consent_id, "the board is off")
    with pytest.raises(ConsentUnusable):
        world.approve(request_id, "leader")
    with pytest.raises(OpensByConsent):
        ask(world, secret, reason="again")
    with pytest.raises(ConsentRevoked):
        consenting.revoke(world.runtime, world.clerk, consent_id, "twice")
    assert consent(world, consent_id).state is ConsentState.REVOKED


def test_an_expired_consent_opens_nothing(world, secret):
    record(world, secret, expires_at=world.now + timedelta(days=3))
    request_id = ask(world, secret)
    world.later(days=4)
    with pytest.raises(ConsentUnusable):
        world.approve(request_id, "leader")
    with pytest.raises(OpensByConsent):
        ask(world, secret, reason="later")


def test_another_classifying_unit_has_to_consent_as_well(world):
    document_id = world.register(level="TOP_SECRET", classifying_unit_id=world.units["REG"])
    record(world, document_id)
    with pytest.raises(OpensByConsent):
        ask(world, document_id)
    record(world, document_id, unit_id=world.units["REG"], letter_no="机函〔2026〕1号")
    request_id = ask(world, document_id)
    details = dict(requesting.get_request(world.runtime, world.leader, request_id).order.details)
    assert details["consents"] == "1,2"


def test_a_letter_counts_once_and_only_from_a_unit_that_is_asked(world, secret):
    record(world, secret)
    with pytest.raises(LetterEntered):
        record(world, secret)
    for changed in (
        {"unit_id": world.units["REG"]},
        {"quota": 0},
        {"expires_at": world.now - timedelta(days=1)},
        {"act": Act.PRESS},
    ):
        with pytest.raises(NotAConsent):
            record(world, secret, letter_no="other", **changed)
    with pytest.raises(LetterUnfit):
        record(world, secret, scan=b"<html>")


def test_only_the_clerk_enters_letters_and_taking_one_is_recorded(world, secret):
    for part in ("handler", "leader", "auditor", "manager"):
        with pytest.raises(PermissionDenied):
            consenting.record(world.runtime, world.actors[part], letter(world, secret), SCAN)
    consent_id = record(world, secret)
    assert consenting.letter_of(world.runtime, world.auditor, consent_id) == (SCAN, "pdf")
    with pytest.raises(PermissionDenied):
        consenting.letter_of(world.runtime, world.officer, consent_id)


def test_a_secret_paper_needs_no_letter_and_an_order_shows_none(world):
    request_id = ask(world, world.register())
    details = dict(requesting.get_request(world.runtime, world.leader, request_id).order.details)
    assert "consents" not in details
