"""A device's table, its rule file, and what a device may do now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import product

import pytest

from registry.errors import ConflictError
from registry.rules.approval import Act
from registry.rules.destruction import Conflict, Present
from registry.rules.devicebook import DEVICEBOOK, InvalidDevicebook, parse_devicebook
from registry.rules.equipment import (
    KINDS_FOR,
    TABLE,
    Device,
    EquipmentStep,
    ImpossibleEquipmentStep,
    next_equipment_state,
    require_usable,
    retirement_shortfall,
    unmet,
)
from registry.rules.levels import Handling
from registry.rules.words import EquipmentKind, EquipmentState, RetirementMethod

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
COPIER = Device(
    kind=EquipmentKind.COPIER,
    state=EquipmentState.IN_USE,
    handling=Handling.SECRET,
    custodian_id=7,
    inspect_again_at=NOW,
)
FAX = replace(COPIER, kind=EquipmentKind.FAX, is_cipher=True)
R, U, B, REPAIR, GONE = EquipmentState
PASS, FAIL, MOVE, SEND, BACK, RETIRE = EquipmentStep
WRITTEN_OUT = {
    R: {PASS: U, FAIL: B, MOVE: R, SEND: REPAIR, RETIRE: GONE},
    U: {PASS: U, FAIL: B, MOVE: R, SEND: REPAIR, RETIRE: GONE},
    B: {PASS: U, FAIL: B, MOVE: B, SEND: REPAIR, RETIRE: GONE},
    REPAIR: {BACK: R},
    GONE: {},
}


@pytest.mark.parametrize(("state", "step"), list(product(EquipmentState, EquipmentStep)), ids=str)
def test_only_edges_of_the_table_occur(state, step):
    after = WRITTEN_OUT[state].get(step)
    if after is None:
        with pytest.raises(ImpossibleEquipmentStep) as refused:
            next_equipment_state(state, step)
        assert refused.value.facts == {"state": str(state), "step": str(step)}
    else:
        assert next_equipment_state(state, step) is after


def test_nothing_leads_into_use_but_an_inspection_that_was_passed():
    assert {step for (_, step), after in TABLE.items() if after is U} == {PASS}


@pytest.mark.parametrize("handling", [Handling.CONFIDENTIAL, Handling.SECRET])
def test_a_device_does_jobs_up_to_its_own_level(handling):
    require_usable(COPIER, Act.COPY, handling, NOW)
    require_usable(FAX, Act.FAX, handling, NOW)


@pytest.mark.parametrize(
    ("device", "act", "handling", "code"),
    [
        (COPIER, Act.COPY, Handling.TOP_SECRET, "device-below-level"),
        (COPIER, Act.FAX, Handling.SECRET, "device-unfit"),
        (FAX, Act.COPY, Handling.SECRET, "device-unfit"),
        (replace(FAX, is_cipher=False), Act.FAX, Handling.CONFIDENTIAL, "not-a-cipher-fax"),
        (replace(COPIER, state=R), Act.COPY, Handling.CONFIDENTIAL, "device-not-in-use"),
        (replace(COPIER, state=B), Act.COPY, Handling.CONFIDENTIAL, "device-not-in-use"),
        (replace(COPIER, state=REPAIR), Act.COPY, Handling.CONFIDENTIAL, "device-not-in-use"),
        (replace(COPIER, state=GONE), Act.COPY, Handling.CONFIDENTIAL, "device-not-in-use"),
        (replace(COPIER, custodian_id=None), Act.COPY, Handling.SECRET, "device-without-custodian"),
        (replace(COPIER, handling=None), Act.COPY, Handling.CONFIDENTIAL, "device-below-level"),
        (replace(COPIER, inspect_again_at=None), Act.COPY, Handling.SECRET, "inspection-overdue"),
        (
            replace(COPIER, inspect_again_at=NOW - timedelta(seconds=1)),
            Act.COPY,
            Handling.SECRET,
            "inspection-overdue",
        ),
    ],
)
def test_a_device_that_may_not_says_why(device, act, handling, code):
    with pytest.raises(ConflictError) as refused:
        require_usable(device, act, handling, NOW)
    assert refused.value.code == code


def test_every_kind_is_either_looked_at_for_jobs_or_does_none():
    assert set(KINDS_FOR) == {Act.COPY, Act.FAX}
    assert all(DEVICEBOOK.checks_of(kind) for kind in EquipmentKind)


def test_a_computer_is_asked_for_its_networks_and_looked_at_more_often_than_a_copier():
    asked = {check.id for check in DEVICEBOOK.checks_of(EquipmentKind.COMPUTER)}
    assert {"secure-place", "no-internet", "network-encrypted"} <= asked
    for handling in Handling:
        assert DEVICEBOOK.holds(EquipmentKind.COMPUTER, handling) < DEVICEBOOK.holds(
            EquipmentKind.COPIER, handling
        )


def test_an_inspection_is_passed_only_when_everything_is_in_order():
    everything = {check.id for check in DEVICEBOOK.checks_of(EquipmentKind.COMPUTER)}
    assert unmet(EquipmentKind.COMPUTER, everything) == ()
    assert unmet(EquipmentKind.COMPUTER, everything - {"no-internet"}) == ("no-internet",)


def test_what_was_top_secret_is_destroyed_never_only_wiped():
    assert DEVICEBOOK.endings_of(Handling.TOP_SECRET) == {RetirementMethod.DESTROYED}
    assert DEVICEBOOK.endings_of(Handling.SECRET) == set(RetirementMethod)


def rule_file():
    return (resources.files("registry.rules") / "data" / "equipment-1.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('kinds = ["FAX"]', 'kinds = ["TELEX"]'),
        ("days = 30", "days = 0"),
        ("days = 30", 'days = "30"'),
        ('handling = ["TOP_SECRET"]\ndays = 30', 'handling = ["SECRET"]\ndays = 30'),
        ('methods = ["DESTROYED"]', "methods = []"),
        ('id = "no-wireless"', 'id = "no-internet"'),
        ('id = "no-wireless"', 'name = "no-wireless"'),
        ("version = 1", "version ="),
    ],
)
def test_a_rule_file_that_cannot_work_is_refused_whole(written, instead):
    text = rule_file()
    assert written in text
    with pytest.raises(InvalidDevicebook):
        parse_devicebook(text.replace(written, instead, 1))


def present(person, minutes=0):
    return Present(person, NOW - timedelta(minutes=minutes))


def short(handling=Handling.SECRET, operator=None, witnesses=()):
    return retirement_shortfall(handling, operator, tuple(witnesses), opener_id=1, custodian_id=2, now=NOW)


def test_a_retirement_wants_an_operator_and_one_witness_or_two_at_the_top():
    assert (short().operators_missing, short().witnesses_missing) == (1, 1)
    assert short(Handling.TOP_SECRET).witnesses_missing == 2
    assert short(operator=present(3), witnesses=[present(4)]).is_nothing
    assert short(Handling.TOP_SECRET, present(3), [present(4)]).witnesses_missing == 1
    assert short(Handling.TOP_SECRET, present(3), [present(4), present(5)]).is_nothing


@pytest.mark.parametrize(
    ("person", "conflict"), [(1, Conflict.REQUESTER), (2, Conflict.HOLDER), (3, Conflict.OPERATOR)]
)
def test_whoever_has_another_part_cannot_witness_a_retirement(person, conflict):
    assert short(operator=present(3), witnesses=[present(person)]).conflicts == ((person, conflict),)


def test_a_signature_at_a_retirement_holds_for_a_quarter_of_an_hour():
    assert short(operator=present(3, 15), witnesses=[present(4)]).is_nothing
    assert short(operator=present(3, 16), witnesses=[present(4)]).to_authenticate == (3,)
