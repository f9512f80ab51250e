"""Who must agree to what: one test for each row and level, named like it (``rows.toml``).

``wants`` holds a row to its word: with everybody it names it is approved, without any one of them it is not, the same
office in another unit does not count where the row names the unit, and neither does the requester.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from registry.rules.approval import (
    RULEBOOK,
    Act,
    ApprovalExhausted,
    Decision,
    Order,
    Outcome,
    Refused,
    Rule,
    Units,
    remaining,
    rule_for,
    standing,
)
from registry.rules.levels import Handling, Scheme
from registry.rules.roles import Role
from registry.rules.rulebook import InvalidRulebook, load_rulebook, parse_rulebook

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
ASKING, ISSUING, CLASSIFYING, OTHER = 1, 2, 3, 9
REQUESTER, CUSTODIAN = 100, 7
MANAGER = (Role.DEPARTMENT_MANAGER, ASKING)
ISSUER = (Role.DEPARTMENT_MANAGER, ISSUING)
CLASSIFIER = (Role.DEPARTMENT_MANAGER, CLASSIFYING)
LEADER = (Role.RESPONSIBLE_LEADER, None)
OFFICER = (Role.SECURITY_OFFICER, None)


def asked(act, level, **changed):
    """Return an order over a document that another unit issued and a third classified."""
    order = Order(
        act=act,
        scheme=Scheme.COMPANY,
        level=level,
        requester_person=REQUESTER,
        units=Units(ASKING, ISSUING, CLASSIFYING),
        reason="board meeting",
        document_id=17,
        document_sha256="ab" * 32,
        copies=5,
        until=NOW,
    )
    return replace(order, **changed)


def says(order, person, office, *, unit=None):
    role, bound = office
    return Decision(
        person, frozenset({role}), unit or bound or ASKING, order.order_hash(), approved=True, at=NOW
    )


def wants(act, level, *offices, case=None, order=None):
    """Pass when exactly these offices must agree to an act; return the rule."""
    order, rule = order or asked(act, level), rule_for(act, level, **(case or {}))
    assert isinstance(rule, Rule)
    said = [says(order, person, office) for person, office in enumerate(offices, 1)]
    assert standing(rule, order, said).outcome is Outcome.APPROVED
    for place, (office, decision) in enumerate(zip(offices, said, strict=True)):
        without = said[:place] + said[place + 1 :]
        assert standing(rule, order, without).outcome is Outcome.PENDING
        by_requester = [*without, replace(decision, person_id=REQUESTER)]
        assert standing(rule, order, by_requester).outcome is Outcome.PENDING
        if office[1] is not None:
            elsewhere = [*without, says(order, 50, office, unit=OTHER)]
            assert standing(rule, order, elsewhere).outcome is Outcome.PENDING
    return rule


def is_refused(act, level, **case):
    """Pass when nobody can agree to an act; return what would open it."""
    found = rule_for(act, level, **case)
    assert isinstance(found, Refused)
    assert found.rule_id
    return found.reason


def test_printing_confidential_wants_the_department_manager():
    wants(Act.PRINT, "CONFIDENTIAL", MANAGER)


def test_printing_secret_wants_the_responsible_leader():
    wants(Act.PRINT, "SECRET", LEADER)


def test_printing_top_secret_wants_the_responsible_leader_and_the_security_officer():
    wants(Act.PRINT, "TOP_SECRET", LEADER, OFFICER)


def test_copying_confidential_wants_the_department_manager():
    wants(Act.COPY, "CONFIDENTIAL", MANAGER)


def test_copying_secret_wants_the_responsible_leader():
    wants(Act.COPY, "SECRET", LEADER)


def test_copying_top_secret_is_refused_by_default():
    assert is_refused(Act.COPY, "TOP_SECRET") == "opens-by-consent"
    assert is_refused(Act.COPY, "TOP_SECRET", no_copying=True) == "opens-by-consent"


def test_copying_top_secret_opens_with_consent_of_the_issuing_unit_and_wants_the_leader():
    own = asked(Act.COPY, "TOP_SECRET", units=Units(ASKING, ISSUING, ISSUING))
    wants(Act.COPY, "TOP_SECRET", ISSUER, LEADER, case={"with_consent": True}, order=own)


def test_copying_top_secret_of_another_classifying_unit_wants_that_unit_too():
    wants(Act.COPY, "TOP_SECRET", ISSUER, CLASSIFIER, LEADER, case={"with_consent": True})


@pytest.mark.parametrize("level", ["CONFIDENTIAL", "SECRET", "TOP_SECRET"])
def test_copying_what_is_marked_no_copying_wants_the_issuing_unit_and_the_leader_at_every_level(level):
    own = asked(Act.COPY, level, units=Units(ASKING, ISSUING, ISSUING))
    case = {"no_copying": True, "with_consent": level == "TOP_SECRET"}
    wants(Act.COPY, level, ISSUER, LEADER, case=case, order=own)


def test_faxing_confidential_wants_the_department_manager():
    wants(Act.FAX, "CONFIDENTIAL", MANAGER)


def test_faxing_secret_wants_the_responsible_leader():
    wants(Act.FAX, "SECRET", LEADER)


def test_faxing_top_secret_is_refused_by_default():
    assert is_refused(Act.FAX, "TOP_SECRET") == "opens-by-setting"
    assert is_refused(Act.FAX, "TOP_SECRET", with_consent=True) == "opens-by-setting"


def test_faxing_top_secret_opens_by_setting_and_wants_the_leader():
    wants(Act.FAX, "TOP_SECRET", LEADER, case={"opened": {"fax-top-secret"}})


def test_taking_out_confidential_wants_the_department_manager():
    assert wants(Act.TAKE_OUT, "CONFIDENTIAL", MANAGER).carriers == 1


def test_taking_out_secret_wants_the_responsible_leader():
    assert wants(Act.TAKE_OUT, "SECRET", LEADER).carriers == 1


def test_taking_out_top_secret_wants_the_leader_and_two_named_carriers():
    assert wants(Act.TAKE_OUT, "TOP_SECRET", LEADER).carriers == 2


def test_conveying_confidential_beyond_the_scope_wants_the_issuing_unit():
    wants(Act.CONVEY, "CONFIDENTIAL", ISSUER)


def test_conveying_secret_beyond_the_scope_wants_the_issuing_unit():
    wants(Act.CONVEY, "SECRET", ISSUER)


def test_conveying_top_secret_beyond_the_scope_wants_the_issuing_unit_and_the_leader():
    wants(Act.CONVEY, "TOP_SECRET", ISSUER, LEADER)


def test_press_access_to_confidential_wants_the_responsible_leader():
    wants(Act.PRESS, "CONFIDENTIAL", LEADER)


def test_press_access_to_secret_is_refused():
    assert is_refused(Act.PRESS, "SECRET", with_consent=True, opened={"press-refused"}) == "opens-never"


def test_press_access_to_top_secret_is_refused():
    assert is_refused(Act.PRESS, "TOP_SECRET", with_consent=True, opened={"press-refused"}) == "opens-never"


def test_destroying_confidential_wants_the_leader_an_operator_and_a_witness():
    rule = wants(Act.DESTROY, "CONFIDENTIAL", LEADER)
    assert (rule.operators, rule.witnesses) == (1, 1)


def test_destroying_secret_wants_the_leader_an_operator_and_a_witness():
    rule = wants(Act.DESTROY, "SECRET", LEADER)
    assert (rule.operators, rule.witnesses) == (1, 1)


def test_destroying_top_secret_wants_the_leader_an_operator_and_two_witnesses():
    rule = wants(Act.DESTROY, "TOP_SECRET", LEADER)
    assert (rule.operators, rule.witnesses) == (1, 2)


@pytest.mark.parametrize("level", ["CONFIDENTIAL", "SECRET", "TOP_SECRET"])
def test_lowering_a_level_wants_the_classifying_unit_and_the_security_officer(level):
    wants(Act.REGRADE, level, CLASSIFIER, OFFICER)


@pytest.mark.parametrize("level", ["CONFIDENTIAL", "SECRET", "TOP_SECRET"])
def test_repair_wants_the_custodian_and_the_security_officer(level):
    order = asked(Act.REPAIR, level, custodian=CUSTODIAN)
    rule = rule_for(Act.REPAIR, level)
    assert isinstance(rule, Rule)
    keeper, officer = says(order, CUSTODIAN, (Role.HOLDER, None)), says(order, 2, OFFICER)
    assert standing(rule, order, [keeper, officer]).outcome is Outcome.APPROVED
    assert standing(rule, order, [keeper]).outcome is Outcome.PENDING
    assert standing(rule, order, [replace(keeper, person_id=8), officer]).outcome is Outcome.PENDING


def test_every_rule_has_an_id_a_version_a_source_and_its_steps():
    rules = RULEBOOK.rules
    assert len({rule.id for rule in rules}) == len(rules) > 0
    assert all(rule.version == RULEBOOK.version and rule.source for rule in rules)
    assert {rule.id for rule in rules if not rule.steps} == {"press-refused"}


def test_a_decision_is_judged_by_the_rule_version_it_was_made_under():
    now = load_rulebook(1).get("print-secret")
    text = (
        'version = 2\n[[rule]]\nid = "print-secret"\nact = "PRINT"\nhandling = ["SECRET"]\nsource = "ours"\n'
        'steps = [{ role = "RESPONSIBLE_LEADER" }, { role = "SECURITY_OFFICER" }]'
    )
    later, order = parse_rulebook(text).get("print-secret"), asked(Act.PRINT, "SECRET")
    said = [says(order, 1, LEADER)]
    assert (now.version, later.version) == (1, 2)
    assert standing(now, order, said).outcome is Outcome.APPROVED
    assert standing(later, order, said).outcome is Outcome.PENDING


@pytest.mark.parametrize("changed", [{"copies": 6}, {"pages": (1, 2)}, {"until": NOW.replace(year=2027)}])
def test_an_approval_says_how_many_copies_which_pages_and_until_when(changed):
    order = asked(Act.PRINT, "SECRET")
    rule = rule_for(Act.PRINT, "SECRET")
    assert isinstance(rule, Rule)
    said = [says(order, 1, LEADER)]
    assert standing(rule, order, said).outcome is Outcome.APPROVED
    assert standing(rule, replace(order, **changed), said).outcome is Outcome.PENDING
    with pytest.raises(ApprovalExhausted):
        remaining(5, 3, wanted=3)


def test_an_empty_chain_is_refused_when_the_rule_is_written():
    row = 'version = 1\n[[rule]]\nid = "free"\nact = "PRINT"\nhandling = ["SECRET"]\nsource = "ours"\nsteps = []'
    with pytest.raises(InvalidRulebook, match="empty chain"):
        parse_rulebook(row)
    assert (
        parse_rulebook(row + '\nopens = "never"').find(Act.PRINT, Handling.SECRET, no_copying=False).steps
        == ()
    )
