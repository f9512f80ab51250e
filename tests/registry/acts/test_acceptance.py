"""Below its level's demand a document is printed only where every approver has accepted exactly what was shown."""

import pytest

from registry import consent
from registry.acts import approvals, documents
from registry.acts.documents import FileChanged
from registry.consent import OrderChanged, UntraceableNotAccepted
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.models import ApprovalDecision, ApprovalRequest, Document
from registry.rows import UnknownRow
from registry.rules.approval import Act
from registry.rules.marks import MARK_RULES, parse_mark_rules
from registry.rules.words import RequestState
from registry.views import approvals as views
from tests.fixtures.office import proven
from tests.registry.rules.test_marks import SHIPPED

SHORT = ["phone 1-3", "photocopy 1-3"]


@pytest.fixture
def poor(office):
    """A document whose pages a phone and a copier take without a trace."""
    return office.register(file=office.file(proof=proven(3, phone=8, photocopy=0)))


def ask(office, document_id, **order):
    return approvals.request(
        office.session, office.order(document_id, **order), actor=office.handler, now=office.now
    )


def decide(office, request_id, *, agreed=True, accepted=None, who="leader", marks=MARK_RULES):
    asked = office.session.get_one(ApprovalRequest, request_id)
    return approvals.decide(
        office.session,
        request_id,
        agreed=agreed,
        shown_hash=asked.order_hash,
        remark="",
        actor=office.actors[who],
        now=office.now,
        marks=marks,
        accepted_hash=shown(office, request_id, marks) if accepted is None else accepted,
    )


def shown(office, request_id, marks=MARK_RULES):
    found = views.request(office.session, request_id, office.clerk, now=office.now, marks=marks).traceability
    return found.shown_hash


def use(office, request_id):
    return consent.consume(
        office.session, request_id, Act.PRINT, quantity=1, actor=office.clerk, now=office.now
    )


@pytest.mark.parametrize("accepted", ["", "0" * 64])
def test_agreeing_without_accepting_what_was_shown_is_refused(office, poor, accepted):
    request_id = ask(office, poor)
    with pytest.raises(UntraceableNotAccepted) as refused:
        decide(office, request_id, accepted=accepted)
    assert refused.value.facts == {"request": request_id, "shortfalls": tuple(SHORT), "is_measured": True}
    assert office.session.query(ApprovalDecision).count() == 0


def test_who_accepts_is_in_the_ledger_with_pages_and_channels_and_on_the_request(office, poor):
    request_id = ask(office, poor)
    assert decide(office, request_id) is RequestState.APPROVED
    entry = list(log.read(office.session, kind="approval.decided"))[-1]
    assert entry.actor["person"] == office.leader.person_id
    assert entry.facts["accepted"] == SHORT
    assert len(entry.facts["proof"]) == 64
    (decision,) = views.request(office.session, request_id, office.clerk, now=office.now).decisions
    assert decision.accepted == tuple(SHORT)
    assert use(office, request_id).used == 1


def test_each_approver_accepts_alone(office):
    proof = proven(3, phone=8) | {"carriers": MARK_RULES.get("company", "TOP_SECRET").carriers_hash}
    request_id = ask(office, office.register(level="TOP_SECRET", file=office.file(proof=proof)))
    decide(office, request_id)
    with pytest.raises(UntraceableNotAccepted):
        decide(office, request_id, who="officer", accepted="")
    assert decide(office, request_id, who="officer") is RequestState.APPROVED


def test_refusing_accepts_nothing(office, poor):
    request_id = ask(office, poor)
    assert decide(office, request_id, agreed=False, accepted="") is RequestState.REJECTED
    assert office.session.query(ApprovalDecision).one().accepted == []


def test_a_document_that_reaches_the_demand_is_agreed_to_as_ever(office):
    request_id = ask(office, office.register())
    assert decide(office, request_id, accepted="") is RequestState.APPROVED
    assert office.session.query(ApprovalDecision).one().accepted == []


def test_taking_copies_out_asks_nothing_about_pages(office, poor):
    request_id = ask(office, poor, act=Act.TAKE_OUT, copies=1, carriers=(office.holder.person_id,))
    assert views.request(office.session, request_id, office.clerk, now=office.now).traceability is None
    assert decide(office, request_id, accepted="") is RequestState.APPROVED


def test_a_document_registered_before_there_were_proofs_must_be_accepted_too(office):
    document_id = office.register()
    office.session.get_one(Document, document_id).proof = None
    request_id = ask(office, document_id)
    with pytest.raises(UntraceableNotAccepted) as refused:
        decide(office, request_id, accepted="")
    assert refused.value.is_measured is False
    assert decide(office, request_id) is RequestState.APPROVED
    assert use(office, request_id).used == 1


def test_an_installation_that_demands_more_asks_more(office):
    stricter = parse_mark_rules(SHIPPED.replace("crop = 0", "crop = 100"))
    request_id = ask(office, office.register(file=office.file(proof=proven(3, crop=99))))
    with pytest.raises(UntraceableNotAccepted):
        decide(office, request_id, accepted="", marks=stricter)
    milder = shown(office, request_id)
    with pytest.raises(UntraceableNotAccepted):
        decide(office, request_id, accepted=milder, marks=stricter)
    assert decide(office, request_id, marks=stricter) is RequestState.APPROVED


def test_a_proof_that_changes_after_it_was_shown_is_not_what_was_accepted(office, poor):
    request_id = ask(office, poor)
    accepted = shown(office, request_id)
    assess(office, poor, proven(3, phone=7, photocopy=0))
    with pytest.raises(UntraceableNotAccepted):
        decide(office, request_id, accepted=accepted)


@pytest.mark.parametrize("proof", [proven(3, phone=7, photocopy=0), proven(3)])
def test_a_proof_that_changes_after_the_agreement_voids_it(office, poor, proof):
    request_id = ask(office, poor)
    decide(office, request_id)
    assess(office, poor, proof)
    with pytest.raises(OrderChanged):
        use(office, request_id)


def assess(office, document_id, proof, *, file=None, who="clerk"):
    document = office.session.get_one(Document, document_id)
    return documents.assess(
        office.session,
        document_id,
        proof,
        cleaned_sha256=file or document.cleaned_sha256,
        actor=office.actors[who],
        now=office.now,
    )


def test_measuring_anew_is_recorded_only_where_something_changed(office, poor):
    assert not assess(office, poor, proven(3, phone=8, photocopy=0))
    assert assess(office, poor, proven(3))
    (entry,) = log.read(office.session, kind="document.assessed")
    assert entry.subject == f"document:{poor}"
    assert entry.facts["before"] != entry.facts["proof"]


def test_a_proof_of_another_file_or_by_a_stranger_is_refused(office, poor):
    with pytest.raises(FileChanged):
        assess(office, poor, proven(3), file="0" * 64)
    with pytest.raises(PermissionDenied):
        assess(office, poor, proven(3), who="handler")
    with pytest.raises(UnknownRow):
        documents.assess(office.session, 99, proven(3), cleaned_sha256="", actor=office.clerk, now=office.now)
