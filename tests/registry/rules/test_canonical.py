"""One way to write a value."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.canonical import LARGEST_INTEGER, canonical_bytes, utc_text
from registry.rules.levels import Scheme

plain_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | plain_text,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcäöü€😀", max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [True, None, -7]}, '{"a":[true,null,-7],"b":1}'),
        ("机密★10年", '"机密★10年"'),
        ("e\u0301", '"\u00e9"'),
        ('"\\\b\f\n\r\t\x00\x1f/', r'"\"\\\b\f\n\r\t\u0000\u001f/"'),
        ("\u2028\x7f", '"\u2028\x7f"'),
        # RFC 8785 §3.2.3: sorted by UTF-16 code units, so that U+1F600 comes before U+FF21.
        (
            {"\uff21": 1, "\U0001f600": 2, "\u20ac": 3, "\r": 4, "1": 5},
            '{"\\r":4,"1":5,"€":3,"😀":2,"\uff21":1}',
        ),
        (datetime(2026, 3, 1, 16, 30, tzinfo=timezone(timedelta(hours=8))), '"2026-03-01T08:30:00.000000Z"'),
        (date(2026, 3, 1), '"2026-03-01"'),
        (Scheme.COMPANY, '"company"'),
        ((), "[]"),
    ],
)
def test_a_value_is_written_as_pinned(value, written):
    assert canonical_bytes(value).decode() == written


@given(values)
def test_what_is_written_reads_back_and_is_written_the_same_again(value):
    written = canonical_bytes(value)
    assert canonical_bytes(json.loads(written)) == written


@pytest.mark.parametrize(
    "value",
    [1.0, {1: 2}, b"x", {"a": {1.5}}, datetime(2026, 1, 1), object()],  # noqa: DTZ001 - a naive time is refused
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical_bytes(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800", {"e\u0301": 1, "\u00e9": 2}], ids=repr)
def test_what_readers_would_disagree_on_is_refused(value):
    with pytest.raises(ValueError, match=r"."):
        canonical_bytes(value)


def test_times_are_written_in_utc_with_microseconds():
    assert utc_text(datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)) == "2026-01-02T03:04:05.000006Z"
