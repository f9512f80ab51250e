"""What an organisation may choose of the rules, the floor that no choice gets below, and past decisions taken again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import amending
from registry.rules.amending import ITEMS, BelowFloor, Kind, NotAChoice, NothingChanged, UnknownItem
from registry.rules.approval import Act, Decision, Order, Outcome, Units, required_steps, standing
from registry.rules.clocks import DEFAULT_CLOCKS
from registry.rules.gate import COLOURS, CONFIRMABLE, Colour
from registry.rules.levels import SHREDDER_MINIMUM, Handling, Scheme
from registry.rules.replay import Difference, Past, redecide, would_fail
from registry.rules.roles import Role
from registry.rules.rulebook import RULEBOOK, Opening
from registry.rules.ruleset import (
    HOLDABLE,
    SHIPPED,
    SHIPPED_SHA256,
    SHIPPED_VALUES,
    build,
    load_values,
    parse_step,
    step_text,
    values_hash,
)

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
ALL_UNITS = (Units(1, 1, 1), Units(1, 2, 2), Units(1, 2, 3), Units(1, 1, 2), Units(1, 2, 1))
"""Every way in which the three units can be one or different."""
LEADER, OFFICER, MANAGER = "RESPONSIBLE_LEADER", "SECURITY_OFFICER", "DEPARTMENT_MANAGER@requesting"


def choices_of(item):
    """Return a strategy of everything that could be sent for an item, most of it wrong."""
    junk = st.one_of(st.text(max_size=6), st.integers(-5, 400), st.tuples(st.text(max_size=5)))
    if item.kind is Kind.CHAIN:
        return st.one_of(st.lists(st.sampled_from(item.options), max_size=5).map(tuple), junk)
    if item.kind in {Kind.CLOCK, Kind.SHREDDER}:
        return st.one_of(st.integers(-5, 400), junk)
    return st.one_of(st.sampled_from(["AMBER", "RED", "GREEN", "open", "closed"]), junk)


EDITS = st.lists(
    st.sampled_from(sorted(ITEMS)).flatmap(lambda key: st.tuples(st.just(key), choices_of(ITEMS[key]))),
    max_size=12,
)


@given(EDITS)
def test_no_edit_gets_below_the_floor(edits):
    values = dict(SHIPPED_VALUES)
    for key, choice in edits:
        try:
            values = amending.amend(values, {key: choice})
        except (BelowFloor, NotAChoice, NothingChanged):
            continue
    amending.require_above_floor(values)
    rules = build(2, values)
    for was, now in zip(RULEBOOK.rules, rules.rulebook.rules, strict=True):
        assert replace(now, version=1, steps=was.steps) == was  # nothing but the chain can be other
        if was.source != "practice":
            assert set(was.steps) <= set(now.steps)
        if was.opens is not Opening.NEVER:
            assert all(required_steps(now, units) for units in ALL_UNITS)
    assert rules.clocks.loss_report <= DEFAULT_CLOCKS.loss_report
    assert rules.clocks.investigation <= DEFAULT_CLOCKS.investigation
    assert rules.clocks.authentication <= DEFAULT_CLOCKS.authentication
    for handling in Handling:
        assert rules.clocks.leaked_after[handling] <= DEFAULT_CLOCKS.leaked_after[handling]
        assert rules.shredder_minimum[handling] >= SHREDDER_MINIMUM[handling]
    for reason, colour in COLOURS.items():
        assert rules.colours[reason] in {colour, Colour.RED}
    assert rules.opened <= {"fax-top-secret"}


CHAINS = [item for item in ITEMS.values() if item.kind is Kind.CHAIN]


@pytest.mark.parametrize("item", CHAINS, ids=lambda item: item.key)
def test_of_every_chain_that_can_be_chosen_none_lacks_a_demanded_step_or_becomes_empty(item):
    accepted = 0
    for size in range(len(item.options) + 1):
        for chain in combinations(item.options, size):
            try:
                values = amending.amend(SHIPPED_VALUES, {item.key: chain})
            except (BelowFloor, NothingChanged):
                continue
            accepted += 1
            assert set(item.floor) <= set(chain)
            rule = build(2, values).rulebook.get(item.rule.id)
            assert all(required_steps(rule, units) for units in ALL_UNITS)
    assert accepted


def test_what_is_shipped_is_version_one_and_says_what_the_tables_say():
    assert SHIPPED.rulebook == RULEBOOK
    assert SHIPPED.clocks == DEFAULT_CLOCKS
    assert dict(SHIPPED.shredder_minimum) == SHREDDER_MINIMUM
    assert dict(SHIPPED.colours) == COLOURS
    assert SHIPPED.opened == frozenset()
    amending.require_above_floor(SHIPPED_VALUES)


def test_the_hash_of_what_is_shipped_is_pinned():
    assert SHIPPED_SHA256 == "645cb32f950ccfe27b899b194679c33ea4e22fcd04cb0e1c04e3b5a44d2b2af0"


def test_a_row_that_a_rule_fixes_keeps_its_steps():
    with pytest.raises(BelowFloor) as refused:
        amending.amend(SHIPPED_VALUES, {"chain.copy-secret": (OFFICER,)})
    assert (refused.value.item, refused.value.floor) == ("chain.copy-secret", LEADER)
    added = amending.amend(SHIPPED_VALUES, {"chain.copy-secret": (OFFICER, LEADER)})
    assert added["chain.copy-secret"] == (LEADER, OFFICER)


def test_a_row_of_mere_practice_can_ask_somebody_else_but_never_nobody():
    assert amending.amend(SHIPPED_VALUES, {"chain.print-secret": (OFFICER,)})
    for empty in ((), ("DEPARTMENT_MANAGER@issuing!requesting",)):
        with pytest.raises(BelowFloor):
            amending.amend(SHIPPED_VALUES, {"chain.print-secret": empty})


@pytest.mark.parametrize(
    ("key", "choice"),
    [
        ("clock.loss-report-hours", 25),
        ("clock.leaked-after-days-top-secret", 11),
        ("clock.leaked-after-days", 61),
        ("clock.authentication-minutes", 16),
        ("shredder.CONFIDENTIAL", 4),
        ("shredder.SECRET", 5),
        ("gate.permit-expired", "GREEN"),
    ],
)
def test_a_limit_is_never_laxer_than_what_is_shipped(key, choice):
    with pytest.raises(BelowFloor):
        amending.amend(SHIPPED_VALUES, {key: choice})


@pytest.mark.parametrize(
    ("key", "choice", "refusal"),
    [
        ("chain.press-refused", (LEADER,), UnknownItem),
        ("opening.press-refused", "open", UnknownItem),
        ("shredder.TOP_SECRET", 7, UnknownItem),
        ("gate.copy-lost", "AMBER", UnknownItem),
        ("gate.pages-not-counted", "RED", UnknownItem),
        ("chain.print-secret", ("GUARD",), NotAChoice),
        ("chain.print-secret", (LEADER, LEADER), NotAChoice),
        ("clock.loss-report-hours", 0, NotAChoice),
        ("clock.loss-report-hours", "12", NotAChoice),
        ("clock.loss-report-hours", True, NotAChoice),
        ("shredder.SECRET", 8, NotAChoice),
        ("clock.loss-report-hours", 24, NothingChanged),
    ],
)
def test_what_is_not_offered_cannot_be_chosen(key, choice, refusal):
    with pytest.raises(refusal):
        amending.amend(SHIPPED_VALUES, {key: choice})


def test_only_what_a_supervisor_decides_can_be_held_instead():
    amber = {reason for reason, colour in COLOURS.items() if colour is Colour.AMBER}
    assert set(HOLDABLE) == amber - CONFIRMABLE


def test_steps_and_versions_are_read_back_as_they_were_written():
    for item in ITEMS.values():
        if item.kind is Kind.CHAIN:
            assert [step_text(parse_step(step)) for step in item.options] == list(item.options)
    stored = {
        key: list(value) if isinstance(value, tuple) else value for key, value in SHIPPED_VALUES.items()
    }
    assert load_values(stored) == dict(SHIPPED_VALUES)
    assert values_hash(load_values(stored)) == SHIPPED_SHA256


def test_typed_choices_are_read_by_their_kind():
    assert amending.parse_choice("chain.print-secret", f" {LEADER}  {OFFICER}") == (LEADER, OFFICER)
    assert amending.parse_choice("clock.investigation-days", "30") == 30
    assert amending.parse_choice("gate.code-typed", "RED") == "RED"
    for text in ("", "thirty", "-1", "²", "9" * 30):
        with pytest.raises(NotAChoice):
            amending.parse_choice("clock.investigation-days", text)


def order(**changed):
    facts = {
        "act": Act.PRINT,
        "scheme": Scheme.COMPANY,
        "level": "SECRET",
        "requester_person": 1,
        "units": Units(1, 1, 1),
        "reason": "board",
        "until": NOW + timedelta(days=30),
    }
    return Order(**facts | changed)


def agreed(asked, person_id, role, *, approved=True):
    return Decision(person_id, frozenset({Role(role)}), 1, asked.order_hash(), approved, NOW)


def past(*decisions, asked=None, outcome=Outcome.APPROVED, **changed):
    facts = {
        "order": asked or order(),
        "decisions": decisions,
        "no_copying": False,
        "with_consent": False,
        "rule_id": "print-secret",
        "rule_version": 1,
        "outcome": outcome,
    }
    return Past(**facts | changed)


def test_a_past_decision_comes_out_the_same_under_its_own_rules():
    asked = order()
    assert redecide(past(agreed(asked, 2, LEADER)), SHIPPED).is_same
    refused = past(agreed(asked, 2, LEADER, approved=False), outcome=Outcome.REJECTED)
    assert redecide(refused, SHIPPED).is_same


def test_a_forged_outcome_is_found():
    nobody = redecide(past(), SHIPPED)
    assert (nobody.difference, nobody.outcome) == (Difference.OTHER_OUTCOME, Outcome.PENDING)
    other = redecide(past(agreed(order(), 2, LEADER), rule_id="print-confidential"), SHIPPED)
    assert other.difference is Difference.OTHER_RULE
    press = order(act=Act.PRESS, level="SECRET")
    assert redecide(past(agreed(press, 2, LEADER), asked=press), SHIPPED).difference is Difference.REFUSED


def test_a_stricter_chain_fails_what_lacks_the_new_step():
    stricter = build(2, amending.amend(SHIPPED_VALUES, {"chain.print-secret": (LEADER, OFFICER)}))
    one, both = (
        past(agreed(order(), 2, LEADER)),
        past(agreed(order(), 2, LEADER), agreed(order(), 3, OFFICER)),
    )
    assert would_fail(one, stricter)
    assert [step_text(step) for step in redecide(one, stricter).missing] == [OFFICER]
    assert not would_fail(both, stricter)
    assert not would_fail(past(outcome=Outcome.REJECTED), stricter)


@pytest.mark.parametrize("with_consent", [True, False])
def test_a_row_opened_by_consent_is_decided_again_with_the_consent_then_on_record(with_consent):
    asked = order(act=Act.COPY, level="TOP_SECRET")
    decisions = (agreed(asked, 2, LEADER), agreed(asked, 3, "DEPARTMENT_MANAGER"))
    again = redecide(
        past(*decisions, asked=asked, rule_id="copy-top-secret", with_consent=with_consent), SHIPPED
    )
    assert again.is_same is with_consent


def test_the_refused_fax_opens_only_where_the_organisation_opened_it():
    asked = order(act=Act.FAX, level="TOP_SECRET")
    opened = build(2, amending.amend(SHIPPED_VALUES, {"opening.fax-top-secret": "open"}))
    fax = past(agreed(asked, 2, LEADER), asked=asked, rule_id="fax-top-secret", rule_version=2)
    assert redecide(fax, SHIPPED).difference is Difference.REFUSED
    assert redecide(fax, opened).is_same


@pytest.mark.parametrize(("requesting", "issuing"), list(product((1, 2), repeat=2)))
def test_an_added_manager_falls_away_where_both_units_are_one(requesting, issuing):
    values = amending.amend(
        SHIPPED_VALUES, {"chain.print-confidential": (MANAGER, "DEPARTMENT_MANAGER@issuing!requesting")}
    )
    rule = build(2, values).rulebook.get("print-confidential")
    units = Units(requesting, issuing, issuing)
    assert len(required_steps(rule, units)) == (1 if requesting == issuing else 2)
    asked = order(level="CONFIDENTIAL", units=units)
    assert standing(rule, asked, []).outcome is Outcome.PENDING
