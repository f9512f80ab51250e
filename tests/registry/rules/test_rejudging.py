"""A past answer to a bag is held against what was kept beside it, and each difference has a name."""

from dataclasses import replace

import pytest

from registry.rules.rejudging import GateDifference, PastVerdict, rejudge
from registry.rules.ruleset import SHIPPED
from registry.rules.situations import record_hash, record_of
from tests.registry.rules.test_situations import WHOLE_BAG

KEPT = record_of(WHOLE_BAG)
ROW = {"colour": "GREEN", "reason": "bag-may-leave", "seal": "A-0001"}
TOLD = {"list": "D-000007", "bag": "1/2", "seal": "A-0001", "shown_before": 2}
ENTRY = {**ROW, "situation": record_hash(KEPT), "rules": SHIPPED.version, "at": "2026-03-02T08:30:00.000000Z"}
PAST = PastVerdict(row=ROW, entry=ENTRY, situation=KEPT, permit_id=None, facts=TOLD)
OTHER = KEPT | {"is_seal_intact": False}


def differences(**changed):
    return [str(one) for one in rejudge(replace(PAST, **changed), SHIPPED).differences]


def test_a_bag_that_left_may_leave_again():
    assert differences() == []
    verdict = rejudge(PAST, SHIPPED).verdict
    assert (str(verdict.colour), str(verdict.reason), verdict.facts) == ("GREEN", "bag-may-leave", TOLD)


def test_each_difference_of_a_bag_is_told():
    assert differences(entry=None) == ["no-entry"]
    assert differences(row=ROW | {"seal": "A-0002"}) == ["row-changed"]
    assert differences(situation=None) == ["situation-changed"]
    assert differences(situation=KEPT | {"bag": "A-0001"}) == ["situation-changed"]
    assert differences(situation=KEPT | {"carriers": [9, 7]}) == ["situation-changed"]
    assert differences(entry=ENTRY | {"rules": SHIPPED.version + 1}) == ["other-rules"]
    assert differences(situation=OTHER, entry=ENTRY | {"situation": record_hash(OTHER)}) == ["other-verdict"]
    assert differences(facts=TOLD | {"bag": "2/2"}) == ["other-facts"]


@pytest.mark.parametrize("told", [{}, {"situation": None}, {"situation": record_hash({})}])
def test_a_bag_beside_which_nothing_was_kept_cannot_be_judged_again(told):
    found = rejudge(replace(PAST, situation=None, entry={**ROW, **told}), SHIPPED)
    assert (found.differences, found.is_unknown) == ((GateDifference.NOT_KEPT,), True)
