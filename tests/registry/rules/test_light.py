"""When the content of a document kept light goes, at the very second; and what is left of its findings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from registry.rules.light import (
    ContentBeingRemoved,
    ContentInUse,
    ContentRemoved,
    LightStanding,
    OnlyLight,
    removal_due,
    require_light,
    require_removable,
    without_words,
)
from registry.rules.words import Content, RemovedFor

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
TICK = timedelta(microseconds=1)
PRINTED = LightStanding(
    document_id=1,
    code_name="银杏 Ginkgo 417",
    content=Content.KEPT,
    case_id=None,
    brought_at=NOW - timedelta(hours=2),
    keep_until_at=NOW + timedelta(hours=1),
    removed_at=None,
    removed_for=None,
    removed_files=None,
    awaited=0,
    is_under_way=False,
    is_printed=True,
)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, RemovedFor.PRINTED),
        ({"awaited": 1}, None),
        ({"is_printed": False}, None),
        ({"case_id": 7}, None),
        ({"keep_until_at": NOW + TICK, "awaited": 1}, None),
        ({"keep_until_at": NOW, "awaited": 1, "is_under_way": True}, RemovedFor.TIME),
        ({"keep_until_at": NOW, "case_id": 7}, RemovedFor.TIME),
        ({"content": Content.REMOVING}, None),
        ({"content": Content.REMOVED, "keep_until_at": NOW}, None),
    ],
)
def test_content_goes_when_it_is_printed_or_the_time_is_over(changed, why):
    assert removal_due(replace(PRINTED, **changed), NOW) is why


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"content": Content.REMOVED}, ContentRemoved),
        ({"content": Content.REMOVING}, ContentBeingRemoved),
        ({"is_under_way": True, "awaited": 1}, ContentInUse),
    ],
)
def test_a_person_removes_only_what_is_here_and_not_in_use(changed, refusal):
    with pytest.raises(refusal):
        require_removable(replace(PRINTED, **changed))


def test_a_person_may_remove_what_approvals_still_wait_for():
    require_removable(replace(PRINTED, awaited=1, is_printed=False))


def test_content_for_a_case_is_not_printed():
    assert PRINTED.may_print
    assert not replace(PRINTED, case_id=7).may_print


def test_where_all_is_light_a_title_is_refused():
    require_light(None, only=False)
    require_light("银杏", only=True)
    with pytest.raises(OnlyLight):
        require_light(None, only=True)


def test_words_of_the_file_are_left_out_of_what_was_found_in_it():
    found = [
        {"code": "layers-removed", "page": None, "facts": {"layers": 2, "what": "Narwhal", "kind": "PDF"}}
    ]
    assert without_words(found) == [
        {"code": "layers-removed", "page": None, "facts": {"layers": 2, "what": "…", "kind": "PDF"}}
    ]
