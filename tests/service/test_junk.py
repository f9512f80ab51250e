"""Junk in addresses, queries and fields is refused in words: never a fault of the server, never anything done."""

import re

import pytest

from registry.errors import InvalidError, RegistryError
from registry.rules.words import HandOverKind
from service.app import create_app
from service.flows import copies, lending, making, printing, signing_in
from tests.fixtures.handed import print_out

TOO_LARGE = ("2147483648", "9223372036854775808", "9" * 30, "9" * 5000)
ODD = ("\x00", "é", "😀", "²", "１２３", "ＡＢＣ", "%s{{7*7}}", "' OR 1=1 --", "\r\nX-Evil: 1", "A" * 10_000)
SCANS = (
    "",
    "F1" + "0" * 32,
    "f1" + "0" * 32,
    "Ｆ１" + "０" * 32,
    "0" * 15,
    "01234-56789-ABCDE",
    "\ud800",
    "\x00" * 34,
    "😀" * 34,
    "A" * 10_000,
    "'; DROP TABLE copy;--",
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_backend(request):
    """Both, since they differ in what they cannot hold."""
    return request.param


@pytest.fixture
def hand_over_id(world):
    """A copy that was given and waits to be signed for."""
    request_id = world.approved(world.register(), copies=1)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None])
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    print_out(world, batch_id)
    (row,) = copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows
    scan = world.runtime.tokens.qr_text(row.copy.code, 1)
    return lending.give(world.runtime, world.clerk, [scan], HandOverKind.ISSUE, world.holder.person_id)


@pytest.fixture
def clerk(world):
    """The clerk's browser."""
    client = create_app(world.runtime.settings, runtime=world.runtime).test_client()
    signed_in = signing_in.sign_in(world.runtime, "clerk", world.password, address="here")
    client.set_cookie("foliotrace-session", signed_in.secret)
    return client


def post(client, path, **fields):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/people/pin").text)[1]
    return client.post(path, data=fields | {"csrf_token": token})


def test_a_number_that_no_row_has_leads_nowhere(clerk):
    paths = ("/documents/", "/batches/", "/hand-overs/", "/api/v1/documents/", "/api/v1/returns/")
    answers = {clerk.get(f"{path}{number}").status_code for path in paths for number in TOO_LARGE}
    assert answers == {404}


def test_a_list_narrowed_to_junk_is_a_list_or_a_refusal(clerk):
    names = ("document", "holder", "batch", "gate", "search", "page", "unit", "state", "q", "copy", "request")
    paths = (
        "/documents/",
        "/copies/",
        "/copies/\x00",
        "/gate/log",
        "/batches/new",
        "/counter/",
        "/copies/find",
    )
    for junk in (*TOO_LARGE, *ODD):
        for path in paths:
            answer = clerk.get(path, query_string=dict.fromkeys(names, junk))
            assert answer.status_code < 500, (path, junk)
            assert "X-Evil" not in answer.headers


def test_a_form_full_of_junk_is_refused(clerk, hand_over_id):
    forms = {
        "/batches/": ("request_id", "quantity", "recipient"),
        f"/hand-overs/{hand_over_id}/signature": ("signature",),
        f"/hand-overs/{hand_over_id}/pin": ("pin",),
        "/destruction/": ("route", "reason"),
        "/permits/new": ("code", "carrier", "gate_id", "until", "reason"),
        "/holdings/\x00/claim": ("code",),
    }
    for junk in (*TOO_LARGE, *ODD):
        for path, names in forms.items():
            answer = post(clerk, path, **dict.fromkeys(names, junk))
            assert 400 <= answer.status_code < 500, (path, junk)


def test_a_print_run_of_absurd_size_costs_nothing(clerk):
    assert 400 <= post(clerk, "/batches/", request_id="1", quantity="99999999999").status_code < 500


def test_a_junk_scan_is_refused(clerk, world):
    for scan in SCANS:
        found = clerk.get("/copies/find", query_string={"q": scan.encode("utf-8", "replace")})
        assert (found.status_code, found.headers["Location"]) == (302, "/copies/"), scan
        with pytest.raises(RegistryError):
            lending.give(world.runtime, world.clerk, [scan], HandOverKind.ISSUE, world.holder.person_id)


def test_half_a_character_in_a_code_names_no_copy(world):
    with pytest.raises(InvalidError):
        lending.claim(world.runtime, world.holder, "\ud800")
