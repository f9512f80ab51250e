"""A proof against what the level demands: what falls short, and what an acceptance covers."""

import pytest

from registry.rules.marks import CHANNELS, MARK_RULES, parse_mark_rules
from registry.rules.traceability import Shortfall, evidence_hash, judge, page_ranges
from tests.fixtures.office import proven
from tests.registry.rules.test_marks import SHIPPED
from watermark import Channel

RULE = MARK_RULES.get("company", "SECRET")
FILE = "a" * 64


def judged(proof, *, pages=3, rule=RULE, file=FILE):
    return judge(proof, pages=pages, cleaned_sha256=file, rule=rule)


def test_the_channels_of_the_rules_are_those_that_are_measured():
    assert tuple(Channel) == CHANNELS


def test_what_reaches_the_demand_needs_no_acceptance():
    found = judged(proven(3, scan=15, phone=15, photocopy=15, crop=0))
    assert (found.is_measured, found.shortfalls) == (True, ())


def test_pages_that_fall_short_are_named_by_channel():
    proof = proven(3)
    proof["pages"] = [*proof["pages"][:2], proof["pages"][2] | {"decades": dict.fromkeys(CHANNELS, 14)}]
    found = judged(proof)
    assert found.shortfalls == tuple(Shortfall(name, (3,), 14, 15) for name in ("scan", "phone", "photocopy"))
    assert [each.text for each in found.shortfalls] == ["scan 3", "phone 3", "photocopy 3"]


def test_top_secret_demands_more():
    proof = proven(1, crop=14)
    assert judged(proof, pages=1).shortfalls == ()
    (short,) = judged(proof, pages=1, rule=MARK_RULES.get("company", "TOP_SECRET")).shortfalls
    assert (short.channel, short.least, short.wanted) == ("crop", 14, 15)


@pytest.mark.parametrize("proof", [None, proven(3) | {"carriers": "0" * 64}, proven(2), proven(0)])
def test_what_was_not_measured_under_the_marks_of_today_falls_short_everywhere(proof):
    found = judged(proof)
    assert not found.is_measured
    assert [(each.channel, each.pages, each.least) for each in found.shortfalls] == [
        (name, (1, 2, 3), None) for name in ("scan", "phone", "photocopy")
    ]


def test_whatever_was_shown_is_under_the_hash():
    milder = parse_mark_rules(SHIPPED.replace("scan = 15", "scan = 14")).get("company", "SECRET")
    shown = [
        judged(proven(3, scan=3)),
        judged(proven(3, scan=4)),
        judged(proven(3, scan=3), file="b" * 64),
        judged(proven(3, scan=3), rule=milder),
        judged(None),
        judged(None, pages=4),
    ]
    assert len({found.shown_hash for found in shown}) == len(shown)
    assert judged(proven(3, scan=3)) == shown[0]


def test_nothing_measured_has_no_hash_and_each_proof_and_file_has_its_own():
    assert evidence_hash(None, FILE) == ""
    hashes = {
        evidence_hash(proven(3), FILE),
        evidence_hash(proven(3, crop=1), FILE),
        evidence_hash(proven(3), "b" * 64),
    }
    assert len(hashes) == 3


@pytest.mark.parametrize(
    ("pages", "text"),
    [([], ""), ([1], "1"), ([1, 2], "1-2"), ([3, 1, 2, 7, 7], "1-3, 7"), ([1, 3, 5], "1, 3, 5")],
)
def test_pages_are_written_as_people_write_them(pages, text):
    assert page_ranges(pages) == text
