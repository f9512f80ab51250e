"""A copy circulates with real papers: a leader's PIN, scans, signatures, and a slip with what the registry knows."""

import io
import re
from datetime import timedelta

import pypdfium2
import pytest

from registry.errors import PermissionDenied
from registry.rules.circulation import CirculationEnded, Ending, NobodyWaits
from registry.rules.codes import human_code
from service.app import create_app
from service.flows import circulating, lending, meetings
from service.flows.circulating import OtherCopyScanned
from service.flows.proving import PinRefused
from tests.fixtures.handed import hand_out

READERS = ("holder", "manager")


@pytest.fixture
def database_backend():
    """One backend here; the acts are proven on both."""
    return "sqlite"


@pytest.fixture
def stock(world):
    """The codes of two copies in stock; everybody is cleared."""
    for part in (*READERS, "handler"):
        meetings.grant_clearance(
            world.runtime,
            world.officer,
            world.actors[part].person_id,
            scheme="company",
            level="SECRET",
            until=world.now + timedelta(days=30_000),  # the keyboard has the clock of the wall
        )
    codes = hand_out(world, world.register(need_to_know="项目组 Project team"), count=2)
    lending.take_back(world.runtime, world.clerk, list(map(human_code, codes)), world.holder.person_id)
    return codes


def begun(world, code, pin=None):
    return circulating.begin(
        world.runtime,
        world.clerk,
        human_code(code),
        [world.actors[part].person_id for part in READERS],
        "to be known before Friday",
        days=2,
        signer_id=world.leader.person_id,
        pin=pin or world.pin,
    )


def read_by(world, circulation_id, code, part):
    """Let a reader get the copy, sign, and bring it back an hour later."""
    hand_over = circulating.pass_on(world.runtime, world.clerk, circulation_id, human_code(code))
    assert (
        lending.get_hand_over(world.runtime, world.clerk, hand_over).receiver.id
        == world.actors[part].person_id
    )
    lending.confirm_by_pin(world.runtime, world.clerk, hand_over, world.pin)
    world.later(hours=1)
    lending.take_back(world.runtime, world.clerk, [human_code(code)], world.actors[part].person_id)


def text_of(pdf):
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as paper:
        return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in paper))


def test_a_circulation_goes_from_the_leaders_pin_to_its_slip(world, stock):
    code = stock[0]
    with pytest.raises(PinRefused):
        begun(world, code, pin="000001")
    made = begun(world, code)
    before = text_of(circulating.slip(world.runtime, world.clerk, made))
    for told in (
        "文件传阅单",
        f"Z-{made:06d}",
        human_code(code),
        "项目组Projectteam",
        "传阅中running",
        "S012",
        "Ledger",
    ):
        assert told in before
    assert "2026-03-0216:30" in before  # begun and agreed to; nobody has received it yet
    read_by(world, made, code, "holder")
    circulating.skip(world.runtime, world.clerk, made, world.manager.person_id, "on leave")
    view = circulating.get_circulation(world.runtime, world.auditor, made)
    assert view.ending is Ending.COMPLETED
    after = text_of(circulating.slip(world.runtime, world.leader, made))
    for told in ("传阅完毕completed", "byPIN", "passedover", "onleave", "2026-03-0217:30"):
        assert told in after


def test_only_the_copy_that_circulates_is_given_and_for_so_many_days(world, stock):
    made = begun(world, stock[0])
    with pytest.raises(OtherCopyScanned):
        circulating.pass_on(world.runtime, world.clerk, made, human_code(stock[1]))
    given = circulating.pass_on(world.runtime, world.clerk, made, world.runtime.tokens.qr_text(stock[0], 2))
    due = lending.get_hand_over(world.runtime, world.clerk, given).due_at
    assert due.isoformat() == "2026-03-04T15:59:59+00:00"  # the end of the second day, in Shanghai


def test_when_nobody_waits_nothing_is_given(world, stock):
    code = stock[0]
    made = begun(world, code)
    read_by(world, made, code, "holder")
    hand_over = circulating.pass_on(world.runtime, world.clerk, made, human_code(code))
    with pytest.raises(NobodyWaits):
        circulating.pass_on(world.runtime, world.clerk, made, human_code(code))
    lending.confirm_by_pin(world.runtime, world.clerk, hand_over, world.pin)
    lending.take_back(world.runtime, world.clerk, [human_code(code)], world.manager.person_id)
    with pytest.raises(CirculationEnded):
        circulating.pass_on(world.runtime, world.clerk, made, human_code(code))


def test_who_does_not_read_the_register_sees_no_circulation(world, stock):
    made = begun(world, stock[0])
    assert circulating.circulation_of(world.runtime, world.clerk, stock[0]) == made
    assert circulating.circulation_of(world.runtime, world.holder, stock[0]) is None
    for read in (circulating.listing, lambda *who: circulating.slip(*who, made)):
        with pytest.raises(PermissionDenied):
            read(world.runtime, world.holder)


def test_only_who_may_open_a_hand_over_is_offered_its_page(world, stock):
    app = create_app(world.runtime.settings, runtime=world.runtime)
    made = begun(world, stock[0])
    read_by(world, made, stock[0], "holder")
    for part, status in (("clerk", 200), ("leader", 404), ("auditor", 404)):
        visitor = app.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get("/login").text)[1]
        visitor.post("/login", data={"login": part, "password": world.password, "csrf_token": token})
        (line,) = re.findall(r"<tr>.*?S012.*?</tr>", visitor.get(f"/circulations/{made}").text, re.DOTALL)
        assert "2026-03-02 17:30" in line
        assert ("/hand-overs/" in line, visitor.get("/hand-overs/2").status_code) == (status == 200, status)


def test_a_copy_circulates_by_program(world, call, stock):
    code = stock[0]
    wanted = {
        "scan": human_code(code),
        "readers": [world.actors[part].person_id for part in READERS],
        "reason": "to be known",
        "days": 2,
        "signer_id": world.leader.person_id,
        "pin": world.pin,
    }
    begun = call("clerk", "POST", "/circulations", json=wanted)
    assert begun.status_code == 201
    again = call("clerk", "POST", "/circulations", json=wanted)
    assert (again.status_code, again.json["code"]) == (409, "already-circulating")
    here = f"/circulations/{begun.json['id']}"
    out_of_turn = call(
        "clerk",
        "POST",
        "/hand-overs",
        json={"scans": [human_code(code)], "kind": "ISSUE", "receiver": "S005"},
    )
    assert (out_of_turn.status_code, out_of_turn.json["code"]) == (409, "out-of-turn")
    swapped = {
        "person_id": world.holder.person_id,
        "substitute_id": world.handler.person_id,
        "reason": "on leave",
        "signer_id": world.leader.person_id,
        "pin": world.pin,
    }
    assert call("clerk", "POST", f"{here}/substitutes", json=swapped).status_code == 204
    given = call("clerk", "POST", f"{here}/next", json={"scan": human_code(code)})
    assert given.status_code == 201
    told = call("auditor", "GET", here).json
    assert [(one["turn"], one["person"]["staff_no"]) for one in told["readers"]] == [
        ("SKIPPED", "S012"),
        ("OFFERED", "S003"),
        ("WAITING", "S005"),
    ]
    skipped = {"person_id": world.manager.person_id, "reason": "on leave"}
    assert call("clerk", "POST", f"{here}/skips", json=skipped).status_code == 204
    assert call("clerk", "POST", f"{here}/stop", json={"reason": "a new draft"}).status_code == 204
    (listed,) = call("leader", "GET", "/circulations").json["circulations"]
    assert (listed["state"], listed["ending"]) == ("ENDED", "STOPPED")
    assert call("clerk", "GET", f"{here}/slip").data[:5] == b"%PDF-"
    assert call("handler", "GET", "/circulations").status_code == 403


def test_a_copy_circulates_at_the_keyboard(run, world, stock, tmp_path):
    code = human_code(stock[0])
    pin = {"answers": f"{world.pin}\n"}
    begun = run(
        "circulation",
        "begin",
        "--as",
        "clerk",
        code,
        "S012",
        "S005",
        "--reason",
        "known",
        "--signer",
        "S007",
        **pin,
    )
    assert "Circulation 1 runs." in begun.output
    away = ("--reason", "on leave")
    run("circulation", "replace", "--as", "clerk", "1", "S012", "S003", *away, "--signer", "S007", **pin)
    assert "Hand-over" in run("circulation", "next", "--as", "clerk", "1", code).output
    assert "passed over" in run("circulation", "skip", "--as", "clerk", "1", "S005", *away).output
    assert "3 readers" in run("circulation", "list", "--as", "clerk").output
    shown = run("circulation", "show", "--as", "clerk", "1").output
    for told in ("S012  SKIPPED  on leave", "S003  OFFERED", "S005  SKIPPED"):
        assert told in shown
    assert "stopped" in run("circulation", "stop", "--as", "clerk", "1", "--reason", "new draft").output
    target = tmp_path / "slip.pdf"
    run("circulation", "slip", "--as", "clerk", "1", str(target))
    assert target.read_bytes().startswith(b"%PDF-")
