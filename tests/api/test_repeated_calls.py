"""The same call sent twice under one key: one effect and one answer, and a file that leaves once stays gone."""

import pytest
import sqlalchemy as sa

from service.app import create_app
from service.flows import making, printing
from service.idempotency import IdempotencyRecord


@pytest.fixture
def clerk(world):
    """Call the API as the clerk, always under the same key."""
    client = create_app(world.runtime.settings, runtime=world.runtime).test_client()
    opened = client.post("/api/v1/sessions", json={"login": "clerk", "password": world.password})
    headers = {"Authorization": f"Bearer {opened.json['secret']}", "Idempotency-Key": "k1"}
    return lambda path: client.post(f"/api/v1{path}", headers=headers)


@pytest.fixture
def batch_id(world):
    """A print run that waits to be released."""
    request_id = world.approved(world.register(), copies=1)
    ordered = printing.order_batch(world.runtime, world.clerk, request_id, [None])
    making.make_batch(world.runtime, ordered, lambda _done, _total: None)
    return ordered


def test_the_file_for_the_printer_is_not_sent_again_under_its_key(clerk, batch_id):
    first = clerk(f"/batches/{batch_id}/release")
    assert first.data.startswith(b"%PDF")

    again = clerk(f"/batches/{batch_id}/release")

    assert (again.status_code, again.json["code"]) == (409, "idempotency-key-open")


def test_a_file_is_not_kept_in_the_database(world, clerk, batch_id):
    assert clerk(f"/batches/{batch_id}/release").status_code == 200

    with world.runtime.database.reading() as session:
        assert session.scalars(sa.select(IdempotencyRecord.body)).all() == [None]


def test_a_refusal_is_answered_the_same_again(world, clerk, batch_id):
    with world.runtime.database.reading() as session:
        before = session.scalar(sa.text("SELECT size FROM ledger_tree"))
    refused = [clerk(f"/batches/{batch_id}/retry") for _ in range(2)]

    assert [answer.status_code for answer in refused] == [409, 409]
    assert refused[1].headers["Idempotency-Replayed"] == "true"
    with world.runtime.database.reading() as session:
        assert session.scalar(sa.text("SELECT size FROM ledger_tree")) == before + 1
