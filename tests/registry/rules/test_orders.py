"""Orders survive being stored."""

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from registry.rules.approval import Act, Order, Units
from registry.rules.levels import Scheme
from registry.rules.orders import dump_order, load_order

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
IDS = st.integers(1, 9999)
EARLIEST = datetime(1990, 1, 1)  # noqa: DTZ001 - the strategy adds the zones
ORDERS = st.builds(
    Order,
    act=st.sampled_from(Act),
    scheme=st.sampled_from(Scheme),
    level=TEXTS,
    requester_person=IDS,
    units=st.builds(Units, IDS, IDS, IDS),
    reason=TEXTS.filter(str.strip),
    document_id=st.none() | IDS,
    document_sha256=TEXTS,
    copies=st.integers(1, 99),
    pages=TEXTS,
    recipients=st.lists(IDS, max_size=4).map(tuple),
    carriers=st.lists(IDS, max_size=3, unique=True).map(tuple),
    custodian=st.none() | IDS,
    gate_id=st.none() | IDS,
    until=st.none() | st.datetimes(EARLIEST, timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))])),
    details=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
)


@given(ORDERS)
def test_an_order_comes_back_as_the_same_order_with_the_same_hash(order):
    back = load_order(json.loads(json.dumps(dump_order(order))))
    assert back == order
    assert back.order_hash() == order.order_hash()


def test_copies_by_code_come_back():
    order = Order(
        act=Act.DESTROY,
        scheme=Scheme.COMPANY,
        level="SECRET",
        requester_person=1,
        units=Units(1, 1, 1),
        reason="worn",
        copies=2,
        copy_codes=("0123456789ABC", "0123456789ABD"),
        until=datetime(2026, 3, 2, 8, 30, 1, 5, tzinfo=UTC),
    )
    assert load_order(dump_order(order)) == order
