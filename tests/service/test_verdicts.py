"""Every verdict has its words, in both languages, and tells neither a name nor what the guard is to find out."""

import pytest
from flask_babel import force_locale

from registry.rules.gate import COLOURS, CONFIRMABLE, Colour, Reason, Verdict
from service.verdicts import COLOUR_WORDS, REASONS, fact_words, needs, verdict_facts, verdict_words


@pytest.fixture(autouse=True)
def request_context(app):
    with app.test_request_context():
        yield


def test_every_reason_and_every_colour_has_words():
    assert set(REASONS) == set(Reason)
    assert set(COLOUR_WORDS) == set(Colour)


@pytest.mark.parametrize("reason", Reason)
def test_a_verdict_speaks_chinese_where_chinese_is_spoken(reason):
    verdict = Verdict(COLOURS[reason], reason)
    with force_locale("en"):
        english = verdict_words(verdict)
    with force_locale("zh"):
        chinese = verdict_words(verdict)
    for said, spoken in zip(vars(english).values(), vars(chinese).values(), strict=True):
        assert said.isascii()
        assert not spoken.isascii()


def test_the_guard_is_asked_to_count_and_not_told_what_to_find():
    for reason in CONFIRMABLE - {Reason.BAG_TO_BE_LOOKED_AT}:
        asked = Verdict(Colour.AMBER, reason, None, {"expected": 12, "wanted": 2})
        assert needs(asked) == ["carrier", "pages"]
        assert "12" not in {value for _, value in verdict_facts(asked)}
    differs = Verdict(Colour.RED, Reason.PAGES_DIFFER, None, {"expected": 12, "counted": 11})
    assert [value for _, value in verdict_facts(differs)] == ["12", "11"]
    assert needs(differs) == []


def test_the_guard_is_asked_for_badges_and_seal_and_for_the_badges_once():
    facts = {"list": "D-000007", "bag": "2/3", "seal": "A-0002"}
    asked = Verdict(Colour.AMBER, Reason.BAG_TO_BE_LOOKED_AT, None, facts)
    assert needs(asked) == ["carrier", "seal"]
    assert [value for _, value in verdict_facts(asked)] == ["D-000007", "2/3", "A-0002"]
    again = Verdict(Colour.AMBER, Reason.BAG_TO_BE_LOOKED_AT, None, {**facts, "shown_before": 2})
    assert needs(again) == ["seal"]


def test_whatever_a_fact_was_changed_to_is_shown_as_it_stands():
    with force_locale("en"):
        told = fact_words({"until_at": "yesterday", "counted": 11, "shown_before": 2})
    assert told == {"Valid until": "yesterday", "Pages counted": "11"}
