"""Which rule applies, who is missing, and what an approval covers."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.approval import (
    RULEBOOK,
    Act,
    ApprovalExhausted,
    Decision,
    ExecutorNotSeparate,
    InvalidOrder,
    Order,
    Outcome,
    Refused,
    Rule,
    Step,
    Unit,
    Units,
    missing,
    refuse_executor,
    remaining,
    required_steps,
    rule_for,
    standing,
)
from registry.rules.levels import Scheme
from registry.rules.roles import Role
from registry.rules.rulebook import InvalidRulebook, load_rulebook, parse_rulebook

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
MANAGER, LEADER, OFFICER = Role.DEPARTMENT_MANAGER, Role.RESPONSIBLE_LEADER, Role.SECURITY_OFFICER
REQUESTING, ISSUING, CLASSIFYING = 1, 2, 3
REQUESTER = 100
UNITS = Units(REQUESTING, ISSUING, CLASSIFYING)


def order(**changes):
    plain = Order(
        act=Act.PRINT,
        scheme=Scheme.COMPANY,
        level="SECRET",
        requester_person=REQUESTER,
        units=UNITS,
        reason="board meeting",
        document_id=17,
        document_sha256="ab" * 32,
        copies=5,
        recipients=(4, 5),
        until=NOW,
    )
    return replace(plain, **changes)


def says(person, *roles, unit=None, to=None, approved=True):
    return Decision(person, frozenset(roles), unit, (to or order()).order_hash(), approved, NOW)


def rule(act, level, **case):
    found = rule_for(act, level, **case)
    assert isinstance(found, Rule)
    return found


def words(steps):
    return [f"{step.role}/{step.unit}" if step.unit else str(step.role) for step in steps]


DM_REQ, DM_ISS, DM_CLA = (f"DEPARTMENT_MANAGER/{unit}" for unit in ("requesting", "issuing", "classifying"))
RL, SO = "RESPONSIBLE_LEADER", "SECURITY_OFFICER"


@pytest.mark.parametrize(
    ("act", "level", "no_copying", "chain"),
    [
        (Act.PRINT, "CONFIDENTIAL", False, [DM_REQ]),
        (Act.PRINT, "SECRET", False, [RL]),
        (Act.PRINT, "TOP_SECRET", True, [RL, SO]),
        (Act.COPY, "CONFIDENTIAL", False, [DM_REQ]),
        (Act.COPY, "SECRET", False, [RL]),
        (Act.COPY, "CONFIDENTIAL", True, [DM_ISS, RL]),
        (Act.COPY, "SECRET", True, [DM_ISS, RL]),
        (Act.FAX, "CONFIDENTIAL", False, [DM_REQ]),
        (Act.FAX, "SECRET", False, [RL]),
        (Act.TAKE_OUT, "CONFIDENTIAL", False, [DM_REQ]),
        (Act.TAKE_OUT, "SECRET", False, [RL]),
        (Act.TAKE_OUT, "TOP_SECRET", False, [RL]),
        (Act.CONVEY, "CONFIDENTIAL", False, [DM_ISS]),
        (Act.CONVEY, "SECRET", False, [DM_ISS]),
        (Act.CONVEY, "TOP_SECRET", False, [DM_ISS, RL]),
        (Act.PRESS, "CONFIDENTIAL", False, [RL]),
        (Act.DESTROY, "CONFIDENTIAL", False, [RL]),
        (Act.DESTROY, "SECRET", False, [RL]),
        (Act.DESTROY, "TOP_SECRET", False, [RL]),
        (Act.REGRADE, "SECRET", False, [DM_CLA, SO]),
        (Act.REPAIR, "SECRET", False, ["HOLDER", SO]),
    ],
)
def test_the_chain_is_the_one_of_the_companys_rules(act, level, no_copying, chain):
    assert words(rule(act, level, no_copying=no_copying).steps) == chain


@pytest.mark.parametrize(
    ("act", "level", "reason"),
    [
        (Act.COPY, "TOP_SECRET", "opens-by-consent"),
        (Act.FAX, "TOP_SECRET", "opens-by-setting"),
        (Act.PRESS, "SECRET", "opens-never"),
        (Act.PRESS, "TOP_SECRET", "opens-never"),
    ],
)
def test_what_is_refused_by_default_says_what_would_open_it(act, level, reason):
    refused = rule_for(act, level)
    assert isinstance(refused, Refused)
    assert refused.reason == reason


def test_copying_top_secret_opens_with_the_issuing_units_consent():
    opened = rule(Act.COPY, "TOP_SECRET", with_consent=True)
    assert words(required_steps(opened, UNITS)) == [DM_ISS, DM_CLA, RL]
    assert words(required_steps(opened, Units(REQUESTING, ISSUING, ISSUING))) == [DM_ISS, RL]


def test_top_secret_fax_opens_by_setting_and_not_by_consent():
    assert rule(Act.FAX, "TOP_SECRET", opened={"fax-top-secret"}).id == "fax-top-secret"
    assert isinstance(rule_for(Act.FAX, "TOP_SECRET", with_consent=True), Refused)


def test_press_access_to_secrets_opens_with_nothing():
    everything = {"with_consent": True, "opened": {rule.id for rule in RULEBOOK.rules}}
    assert isinstance(rule_for(Act.PRESS, "SECRET", **everything), Refused)


def test_core_commercial_secrets_are_approved_like_secret_ones():
    assert rule(Act.PRINT, "CORE_COMMERCIAL", scheme=Scheme.COMMERCIAL).id == "print-secret"


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("level", ["CONFIDENTIAL", "SECRET", "TOP_SECRET"])
@pytest.mark.parametrize("no_copying", [False, True])
def test_there_is_a_row_for_every_case(act, level, no_copying):
    found = rule_for(act, level, no_copying=no_copying)
    assert not (isinstance(found, Refused) and found.reason == "no-rule")


def test_top_secret_decisions_are_not_delegable():
    acts = {Act.PRINT, Act.COPY, Act.FAX, Act.TAKE_OUT, Act.CONVEY, Act.DESTROY}
    found = [rule(act, "TOP_SECRET", with_consent=True, opened={"fax-top-secret"}) for act in acts]
    assert not any(each.delegable for each in found)


def test_execution_demands_two_carriers_and_two_witnesses_for_top_secret():
    assert rule(Act.TAKE_OUT, "SECRET").carriers == 1
    assert rule(Act.TAKE_OUT, "TOP_SECRET").carriers == 2
    assert rule(Act.DESTROY, "SECRET").witnesses == 1
    assert rule(Act.DESTROY, "TOP_SECRET").witnesses == 2


def test_a_fresh_request_misses_every_step():
    top = order(level="TOP_SECRET")
    assert words(missing(rule(Act.PRINT, "TOP_SECRET"), top, [])) == [RL, SO]


def test_a_request_is_approved_when_every_step_has_its_person():
    top = order(level="TOP_SECRET")
    found = standing(rule(Act.PRINT, "TOP_SECRET"), top, [says(1, LEADER, to=top), says(2, OFFICER, to=top)])
    assert found.outcome is Outcome.APPROVED
    assert [(person, step.role) for person, step in found.counted] == [(1, LEADER), (2, OFFICER)]


def test_one_person_with_two_roles_counts_for_one_step_only():
    top = order(level="TOP_SECRET")
    decisions = [says(1, LEADER, OFFICER, to=top), says(1, OFFICER, to=top)]
    assert words(missing(rule(Act.PRINT, "TOP_SECRET"), top, decisions)) == [SO]


@pytest.mark.parametrize("arrangement", list(permutations(range(3))))
def test_the_order_in_which_people_agree_does_not_matter(arrangement):
    copying = order(act=Act.COPY, level="TOP_SECRET")
    decisions = [
        says(1, MANAGER, LEADER, unit=ISSUING, to=copying),
        says(2, MANAGER, unit=ISSUING, to=copying),
        says(3, MANAGER, LEADER, unit=CLASSIFYING, to=copying),
    ]
    chain = rule(Act.COPY, "TOP_SECRET", with_consent=True)
    assert missing(chain, copying, [decisions[place] for place in arrangement]) == ()


def test_the_requester_never_counts():
    assert words(missing(rule(Act.PRINT, "SECRET"), order(), [says(REQUESTER, LEADER)])) == [RL]


def test_a_manager_of_another_unit_does_not_count():
    asked = order(level="CONFIDENTIAL")
    chain = rule(Act.PRINT, "CONFIDENTIAL")
    assert words(missing(chain, asked, [says(1, MANAGER, unit=ISSUING, to=asked)])) == [DM_REQ]
    assert missing(chain, asked, [says(1, MANAGER, unit=REQUESTING, to=asked)]) == ()


def test_a_decision_over_an_earlier_version_of_the_order_does_not_count():
    found = standing(rule(Act.PRINT, "SECRET"), order(copies=6), [says(1, LEADER, to=order(copies=5))])
    assert found.outcome is Outcome.PENDING
    assert found.stale == (1,)


def test_one_rejection_ends_the_order_for_good():
    top = order(level="TOP_SECRET")
    found = standing(
        rule(Act.PRINT, "TOP_SECRET"),
        top,
        [
            says(1, LEADER, to=top),
            says(2, OFFICER, to=top, approved=False),
            says(2, OFFICER, to=top),
            says(3, OFFICER, to=top),
        ],
    )
    assert found.outcome is Outcome.REJECTED
    assert found.rejected_by == 2
    assert words(found.missing) == [RL, SO]


def test_a_change_of_mind_after_agreeing_is_not_a_rejection():
    found = standing(rule(Act.PRINT, "SECRET"), order(), [says(1, LEADER), says(1, LEADER, approved=False)])
    assert found.outcome is Outcome.APPROVED


def test_a_rejection_by_someone_nobody_asked_does_not_count():
    decisions = [says(1, OFFICER, approved=False), says(REQUESTER, LEADER, approved=False)]
    assert standing(rule(Act.PRINT, "SECRET"), order(), decisions).outcome is Outcome.PENDING


def test_only_the_named_custodian_takes_the_custodians_step():
    repair = order(act=Act.REPAIR, custodian=9)
    chain = rule(Act.REPAIR, "SECRET")
    assert words(missing(chain, repair, [says(8, Role.HOLDER, to=repair)])) == ["HOLDER", SO]
    assert words(missing(chain, repair, [says(9, Role.HOLDER, to=repair)])) == [SO]


CHANGES = [
    {"act": Act.COPY},
    {"scheme": Scheme.STATE},
    {"level": "TOP_SECRET"},
    {"requester_person": 101},
    {"units": Units(9, ISSUING, CLASSIFYING)},
    {"reason": "board meeting."},
    {"document_id": 18},
    {"document_sha256": "ac" * 32},
    {"copies": 6},
    {"copies": 1, "copy_codes": ("0000000000001",)},
    {"pages": "1-3"},
    {"recipients": (4,)},
    {"carriers": (4,)},
    {"custodian": 3},
    {"gate_id": 1},
    {"until": None},
    {"details": (("shredder", "2"),)},
]


@pytest.mark.parametrize("change", CHANGES, ids="-".join)
def test_any_change_makes_another_order(change):
    assert order(**change).order_hash() != order().order_hash()


def test_every_field_of_an_order_is_covered_by_its_hash():
    assert {name for change in CHANGES for name in change} == set(Order.__dataclass_fields__)


def test_the_hash_of_an_order_is_pinned():
    assert order().order_hash() == "836a84b9cbdc02cf261181b6cd656314815f87ed022a921030ca25f97d69d253"


def test_the_same_people_in_another_order_are_the_same_order():
    assert order(recipients=(5, 4)).order_hash() == order().order_hash()


@pytest.mark.parametrize(
    "change",
    [
        {"copies": 0},
        {"copies": 2, "copy_codes": ("A", "A")},
        {"copies": 3, "copy_codes": ("A", "B")},
        {"carriers": (4, 4)},
        {"reason": "  "},
    ],
    ids=str,
)
def test_an_order_that_contradicts_itself_is_refused(change):
    with pytest.raises(InvalidOrder):
        order(**change)


def test_executor_requester_and_approver_are_three_persons():
    decisions = [says(1, LEADER), says(2, LEADER, approved=False)]
    refuse_executor(3, order(), decisions)
    refuse_executor(None, order(), decisions)
    for person, part in ((REQUESTER, "requester"), (1, "approver")):
        with pytest.raises(ExecutorNotSeparate) as refusal:
            refuse_executor(person, order(), decisions)
        assert refusal.value.facts == {"part": part}


def test_each_use_consumes_the_approval():
    assert remaining(5, 2) == 3
    assert remaining(5, 2, wanted=3) == 0
    with pytest.raises(ApprovalExhausted) as refusal:
        remaining(5, 3, wanted=3)
    assert refusal.value.facts == {"approved": 5, "used": 3, "wanted": 3}


@pytest.mark.parametrize(("used", "wanted"), [(-1, 0), (0, -1)])
def test_a_negative_use_would_refill_an_approval_and_is_refused(used, wanted):
    with pytest.raises(ValueError, match="negative"):
        remaining(5, used, wanted=wanted)


people = st.integers(1, 6)
decisions_of_some = st.lists(
    st.builds(
        says,
        people,
        st.sampled_from([MANAGER, LEADER, OFFICER]),
        unit=st.sampled_from([REQUESTING, ISSUING, CLASSIFYING]),
        to=st.just(order(act=Act.COPY, level="TOP_SECRET")),
    ),
    max_size=12,
)


@given(decisions_of_some)
def test_nothing_is_ever_approved_by_fewer_people_than_it_has_steps(decisions):
    asked = order(act=Act.COPY, level="TOP_SECRET")
    found = standing(rule(Act.COPY, "TOP_SECRET", with_consent=True), asked, decisions)
    persons = [person for person, _ in found.counted]
    assert len(persons) == len(set(persons)) == 3 - len(found.missing)
    assert (found.outcome is Outcome.APPROVED) == (not found.missing)


ROW = """
version = 1
[[rule]]
id = "x"
act = "PRINT"
handling = ["SECRET"]
steps = [{ role = "RESPONSIBLE_LEADER" }]
source = "practice"
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('[{ role = "RESPONSIBLE_LEADER" }]', "[]", "empty chain"),
        ("RESPONSIBLE_LEADER", "KING", "KING"),
        ("RESPONSIBLE_LEADER", "GUARD", "may not decide"),
        ('"RESPONSIBLE_LEADER"', '"RESPONSIBLE_LEADER", count = 0', "count"),
        ('"RESPONSIBLE_LEADER"', '"RESPONSIBLE_LEADER", named = "friend"', "custodian"),
        ('source = "practice"', "", "source"),
        ('source = "practice"', 'source = "practice"\nwitneses = 2', "witneses"),
        ('["SECRET"]', "[]", "level"),
        ('"PRINT"', '"EAT"', "EAT"),
        ("version = 1", "", "version"),
        ("[[rule]]", "[[rule", "no usable"),
    ],
)
def test_a_rulebook_that_cannot_work_is_refused_whole(old, new, told):
    assert parse_rulebook(ROW).get("x").act is Act.PRINT
    with pytest.raises(InvalidRulebook, match=told):
        parse_rulebook(ROW.replace(old, new))


def test_two_rows_for_one_case_are_refused():
    twice = ROW + ROW.replace("version = 1", "").replace('"x"', '"y"') + "no_copying = true\n"
    with pytest.raises(InvalidRulebook, match="row y"):
        parse_rulebook(twice)


def test_a_step_may_ask_several_persons():
    book = parse_rulebook(ROW.replace('"RESPONSIBLE_LEADER"', '"RESPONSIBLE_LEADER", count = 2'))
    asked = order()
    assert missing(book.get("x"), asked, [says(1, LEADER)]) == (Step(LEADER, None, 2),)
    assert missing(book.get("x"), asked, [says(1, LEADER), says(2, LEADER)]) == ()


def test_the_rules_in_force_can_be_loaded_by_their_version():
    assert load_rulebook(RULEBOOK.version) == RULEBOOK
    assert {unit for row in RULEBOOK.rules for step in row.steps if (unit := step.unit)} == set(Unit)
