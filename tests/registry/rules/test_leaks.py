"""When it was doubtful where a copy was."""

from datetime import UTC, datetime, timedelta

from registry.rules.leaks import Doubt, doubts, overlaps

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def at(hour):
    return DAY + timedelta(hours=hour)


def test_paper_on_its_way_is_in_doubt_until_it_is_signed_for():
    events = [("copy.issued", at(0)), ("copy.offered", at(1)), ("copy.confirmed", at(3))]
    assert doubts(events, at(0), at(9)) == (Doubt("copy.offered", at(1), at(3)),)


def test_a_doubt_that_nothing_ended_lasts():
    assert doubts([("copy.missed", at(2))], at(5), at(9)) == (Doubt("copy.missed", at(2), None),)


def test_the_destruction_of_a_copy_ends_every_doubt():
    events = [("copy.exited", at(1)), ("copy.destroyed", at(4))]
    assert doubts(events, at(0), at(9)) == (Doubt("copy.exited", at(1), at(4)),)


def test_what_ended_before_the_window_or_began_after_it_is_left_out():
    events = [
        ("copy.claimed", at(1)),
        ("copy.returned", at(2)),
        ("copy.claimed", at(8)),
    ]
    assert doubts(events, at(3), at(7)) == ()


def test_only_what_answers_a_doubt_ends_it():
    events = [("copy.claimed", at(1)), ("copy.entered", at(2)), ("copy.claim-dismissed", at(3))]
    assert doubts(events, at(0), at(9)) == (Doubt("copy.claimed", at(1), at(3)),)


def test_the_end_of_a_stretch_is_not_in_it():
    assert not overlaps(at(1), at(3), at(3), at(5))
    assert overlaps(at(1), at(3), at(2), at(5))
    assert overlaps(at(5), None, at(3), at(5))
