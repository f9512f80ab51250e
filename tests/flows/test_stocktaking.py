"""A stocktake with real scans: forged and foreign ones, a second counter with a PIN, a missing copy with its clocks."""

import io
import re

import pypdfium2
import pytest

from registry.acts.stocktakes import NotMissed, StocktakeNotClosed
from registry.errors import PermissionDenied
from registry.ledger import log
from registry.rules.codes import human_code
from registry.rules.lifecycle import State
from registry.rules.stocktake import Bucket, Place, Scope, SecondCountDiffers
from registry.views.custody import custody_now
from service.flows import copies, stocktaking
from service.flows.proving import PinRefused
from tests.fixtures.handed import hand_out


@pytest.fixture
def database_backend():
    """One backend here; the acts are proven on both."""
    return "sqlite"


@pytest.fixture
def held(world):
    """The codes of three copies that the holder has signed for."""
    return hand_out(world, count=3)


def begun(world, **scope):
    return stocktaking.begin(
        world.runtime, world.clerk, Scope(**{"place": Place.HANDS} | scope), "year's end"
    )


def close(world, stocktake_id, second_count, who="handler", pin=None):
    return stocktaking.close(
        world.runtime,
        world.clerk,
        stocktake_id,
        second_count,
        person_id=world.actors[who].person_id,
        pin=pin or world.pin,
    )


def state(world, code):
    return copies.story(world.runtime, world.clerk, code).view.copy.state


def test_a_count_goes_from_the_first_scan_to_a_missing_copy_with_its_clock(world, held):
    stocktake_id = begun(world)
    scan = world.runtime.tokens.qr_text(held[0], 1)
    found = stocktaking.count(
        world.runtime,
        world.clerk,
        stocktake_id,
        [scan, "", world.runtime.tokens.qr_text(held[0], 2), human_code(held[1]), scan[:-1] + "!", "rubbish"],
    )
    assert [one.bucket for one in found] == [
        Bucket.EXPECTED,
        Bucket.ALREADY_COUNTED,
        Bucket.EXPECTED,
        Bucket.UNKNOWN,
        Bucket.UNKNOWN,
    ]
    assert close(world, stocktake_id, 2).missing == 1
    assert state(world, held[2]) is State.HELD
    stocktaking.report_missing(world.runtime, world.clerk, stocktake_id, held[2], "not in the cabinet")
    assert state(world, held[2]) is State.UNACCOUNTED
    with world.runtime.database.reading() as session:
        (entry,) = log.read(session, kind="copy.missed")
        copy_id = copies.story(world.runtime, world.clerk, held[2]).view.copy.copy_id
        assert custody_now(session, [copy_id])[copy_id].person_id == world.holder.person_id
    assert entry.subject == f"copy:{held[2]}"
    with pytest.raises(NotMissed):
        stocktaking.report_missing(world.runtime, world.clerk, stocktake_id, held[2], "again")
    with pytest.raises(NotMissed):
        stocktaking.report_missing(world.runtime, world.clerk, stocktake_id, held[0], "no")
    assert state(world, held[0]) is State.HELD


def test_a_wrong_pin_closes_nothing_and_a_wrong_number_neither(world, held):
    stocktake_id = begun(world)
    with pytest.raises(PinRefused):
        close(world, stocktake_id, 0, pin="000001")
    with pytest.raises(SecondCountDiffers):
        close(world, stocktake_id, 3)
    head = stocktaking.get_stocktake(world.runtime, world.auditor, stocktake_id).head
    assert str(head.state) == "COUNTING"
    with world.runtime.database.reading() as session:
        denied = [entry.facts["error"] for entry in log.read(session, kind="deed.denied")]
    assert denied == ["second-count-differs"]


def test_the_report_lists_what_is_missing_and_both_counters(world, held):
    stocktake_id = begun(world, holder_id=world.holder.person_id)
    with pytest.raises(StocktakeNotClosed):
        stocktaking.report(world.runtime, world.clerk, stocktake_id)
    stocktaking.count(world.runtime, world.clerk, stocktake_id, [human_code(held[0])])
    close(world, stocktake_id, 1)
    pdf = pypdfium2.PdfDocument(io.BytesIO(stocktaking.report(world.runtime, world.clerk, stocktake_id)))
    text = re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in pdf))
    pdf.close()
    assert human_code(held[1]) in text
    assert human_code(held[2]) in text
    assert human_code(held[0]) not in text
    for told in (
        "清点报告",
        "expected3",
        "found1",
        "missing2",
        "S001",
        "S003",
        "S012",
        f"C-{stocktake_id:06d}",
    ):
        assert told in text


def test_counts_are_read_by_those_who_answer_for_the_register(world, held):
    stocktake_id = begun(world)
    for part in ("clerk", "leader", "auditor"):
        assert (
            stocktaking.get_stocktake(world.runtime, world.actors[part], stocktake_id).head.tally.expected
            == 3
        )
    for part in ("holder", "handler", "guard", "officer"):
        with pytest.raises(PermissionDenied):
            stocktaking.get_stocktake(world.runtime, world.actors[part], stocktake_id)


def test_a_given_up_count_says_why_in_the_ledger(world, held):
    stocktake_id = begun(world)
    stocktaking.give_up(world.runtime, world.clerk, stocktake_id, "the wrong room")
    with world.runtime.database.reading() as session:
        (entry,) = log.read(session, kind="stocktake.given-up")
        (told,) = log.reveal(session, [entry.facts["reason"]["private"]]).values()
    assert told == "the wrong room"
