"""Every address of the application against every person of the office: who reads what, and whose forms are taken."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
import sqlalchemy as sa

from bench import paper
from registry.models import Account, AccountRole, Person
from registry.rules.approval import Act
from registry.rules.codes import human_code
from registry.rules.facts import MeetingFacts
from registry.rules.imports import ImportKind
from registry.rules.lifecycle import Step
from registry.rules.loss import LossReport
from registry.rules.roles import Role
from registry.rules.stocktake import Place, Scope
from registry.rules.words import (
    DestructionPart,
    Direction,
    HandOverKind,
    RetirementMethod,
    ScanSource,
)
from service.app import create_app
from service.flows import (
    circulating,
    consenting,
    copies,
    destroying,
    drilling,
    equipment,
    gate,
    importing,
    leaving,
    lending,
    losses,
    making,
    meetings,
    printing,
    recalling,
    regrading,
    requesting,
    ruling,
    signing_in,
    stocktaking,
    tracing,
)
from service.flows.consenting import LetterFacts
from service.flows.equipment import JobWish
from service.flows.gate import Seen
from service.flows.tracing import Offered
from tests.fixtures.devices import ready_device
from tests.fixtures.handed import open_gate, permit, print_out
from tests.fixtures.office import PEOPLE
from tests.fixtures.papers import draw_pdf

ALL = frozenset(PEOPLE) | {"supervisor"}
CLERKS = frozenset({"clerk", "other_clerk"})
GATE = frozenset({"guard", "supervisor"})
KEEPERS = frozenset({"administrator", "officer"})
EVERYWHERE = CLERKS | {"leader", "auditor"}
"""Who reads the whole register."""
REGISTER = EVERYWHERE | {"handler", "manager", "other_handler", "other_manager"}
"""Who reads some of the register."""
FINANCE = EVERYWHERE | {"handler", "manager"}
"""Who reads the register of the finance unit."""
OTHERS = EVERYWHERE | {"other_handler", "other_manager"}
"""Who reads the register of the registry's own papers."""
AUDITOR = frozenset({"auditor"})
COUNTER = CLERKS | {"holder"}
"""Who sees what passed between the counter and the holder."""
SHOWN = frozenset({"holder", "officer"})
"""Who sees the finance unit's document by their own part in it: one holds a copy, one agreed to its regrading."""
MEETINGS = CLERKS | {"handler", "other_handler"}
DEVICES = CLERKS | KEEPERS | AUDITOR
"""Who reads the register of devices; everybody else sees their own."""
RULES = EVERYWHERE | {"officer"}
"""Who reads the rules and has the past decided again."""
NOBODY: frozenset[str] = frozenset()

TWO_DOORS: dict[str, frozenset[str]] = {
    "/approvals": ALL,
    "/batches": REGISTER,
    "/cases": AUDITOR,
    "/cases/<int:case_id>": AUDITOR,
    "/circulations": EVERYWHERE,
    "/circulations/<int:circulation_id>": EVERYWHERE,
    "/consents": EVERYWHERE,
    "/consents/<int:consent_id>": EVERYWHERE,
    "/consents/<int:consent_id>/letter": EVERYWHERE,
    "/copies": ALL,
    "/copies/find": NOBODY,
    "/delegations": ALL,
    "/destruction": CLERKS,
    "/destruction/<int:list_id>": CLERKS,
    "/documents": ALL,
    "/drills": AUDITOR,
    "/drills/<int:drill_id>": AUDITOR,
    "/equipment": ALL,
    "/equipment/<int:equipment_id>": DEVICES,
    "/equipment/jobs": CLERKS | AUDITOR,
    "/equipment/jobs/<int:job_id>": CLERKS | AUDITOR,
    "/hand-overs/<int:hand_over_id>": COUNTER,
    "/holdings": ALL,
    "/meetings": ALL,
    "/meetings/<int:meeting_id>": (MEETINGS - {"other_handler"}) | {"leader", "manager", "holder"},
    "/ledger": KEEPERS | AUDITOR,
    "/ledger/entries/<int:seq>": AUDITOR,
    "/permits": ALL,
    "/leavers": CLERKS,
    "/leavers/persons/<int:person_id>": CLERKS,
    "/losses": EVERYWHERE,
    "/losses/<int:loss_id>": EVERYWHERE,
    "/recalls": EVERYWHERE,
    "/recalls/<int:recall_id>": EVERYWHERE,
    "/regradings": EVERYWHERE,
    "/regradings/<int:regrading_id>": EVERYWHERE,
    "/returns/<int:return_id>": COUNTER,
    "/rules": RULES,
    "/rules/<int:rule_set_id>": RULES,
    "/rules/replay": RULES,
    "/rules/replay/gates": CLERKS | AUDITOR,
    "/rules/replay/gates/<int:event_id>": CLERKS | AUDITOR,
    "/stocktakes": EVERYWHERE,
    "/stocktakes/<int:stocktake_id>": EVERYWHERE,
}
"""Who reads what page and program both show; lists show to each what is theirs."""

PAGES: dict[str, frozenset[str]] = {
    "/": NOBODY,
    "/batches/new": NOBODY,
    "/batches/ruler.pdf": CLERKS,
    "/cases/<int:case_id>/overlay/<sha256>": NOBODY,
    "/cases/<int:case_id>/picture/<int:number>/<int:page>": NOBODY,
    "/cases/<int:case_id>/progress": AUDITOR,
    "/cases/new": AUDITOR,
    "/circulations/<int:circulation_id>/slip.pdf": EVERYWHERE,
    "/circulations/new": NOBODY,
    "/copies/<code>/pages/<int:page>/qr.svg": CLERKS,
    "/counter": CLERKS,
    "/counter/out": CLERKS,
    "/desk": ALL,
    "/destruction/<int:list_id>/certificate.pdf": CLERKS,
    "/documents/<int:document_id>/pages/<int:number>": NOBODY,
    "/documents/new": CLERKS,
    "/drills/<int:drill_id>/progress": AUDITOR,
    "/equipment/jobs/<int:job_id>/labels.pdf": CLERKS,
    "/equipment/jobs/new": MEETINGS,
    "/password": ALL,
    "/people/accounts": frozenset({"administrator"}),
    "/equipment/retirements/<int:retirement_id>/certificate.pdf": DEVICES,
    "/exchange": REGISTER | KEEPERS,
    "/exchange/<register>/export/<form>": REGISTER,
    "/exchange/<register>/template": CLERKS,
    "/exchange/imports/<int:import_id>": CLERKS,
    "/exchange/imports/<int:import_id>/labels.pdf": CLERKS,
    "/exchange/imports/<int:import_id>/returned": CLERKS,
    "/gate": GATE,
    "/gate/log": GATE | CLERKS | AUDITOR,
    "/gate/waiting": frozenset({"supervisor"}),
    "/hand-overs/<int:hand_over_id>/receipt.pdf": COUNTER,
    "/hand-overs/mine": ALL,
    "/leavers/<int:clearance_id>/certificate.pdf": CLERKS,
    "/login": NOBODY,
    "/losses/<int:loss_id>/report.pdf": EVERYWHERE,
    "/meetings/new": MEETINGS,
    "/plant": frozenset({"administrator"}),
    "/plant/incidents": frozenset({"officer"}),
    "/plant/lists/<int:list_id>/receipt": NOBODY,
    "/plant/transports": GATE | CLERKS | AUDITOR,
    "/people": KEEPERS,
    "/people/<int:person_id>": KEEPERS,
    "/people/new": frozenset({"administrator"}),
    "/people/pin": ALL,
    "/permits/new": ALL,
    "/recalls/<int:recall_id>/report.pdf": EVERYWHERE,
    "/recalls/<int:recall_id>/slips/<int:person_id>.pdf": CLERKS,
    "/rules/new": frozenset({"officer"}),
    "/regradings/<int:regrading_id>/notices/<int:person_id>.pdf": CLERKS,
    "/regradings/<int:regrading_id>/record.pdf": EVERYWHERE,
    "/returns/<int:return_id>/receipt.pdf": COUNTER,
    "/statistics": EVERYWHERE,
    "/statistics/<int:year>.csv": EVERYWHERE,
    "/statistics/<int:year>.xlsx": EVERYWHERE,
    "/stocktakes/<int:stocktake_id>/report.pdf": EVERYWHERE,
}
CALLS: dict[str, frozenset[str]] = {
    "/code-names/free": CLERKS,
    "/circulations/<int:circulation_id>/slip": EVERYWHERE,
    "/copies/<code>/pages/<int:page>/qr": CLERKS,
    "/spoiled-sheets": CLERKS,
    "/bag-incidents": frozenset({"officer"}),
    "/destruction/<int:list_id>/certificate": CLERKS,
    "/destruction/<int:list_id>/receipt": NOBODY,
    "/exports/<register>/<form>": REGISTER,
    "/gate/events": GATE | CLERKS | AUDITOR,
    "/gate/waiting": frozenset({"supervisor"}),
    "/gates": GATE | CLERKS | AUDITOR,
    "/accounts/missing": frozenset({"administrator"}),
    "/equipment/jobs/<int:job_id>/labels": CLERKS,
    "/hand-overs/<int:hand_over_id>/receipt": COUNTER,
    "/holdings/everyone": CLERKS,
    "/import-templates/<register>": CLERKS,
    "/imports": MEETINGS | {"administrator"},
    "/imports/<int:import_id>": CLERKS,
    "/imports/<int:import_id>/labels": CLERKS,
    "/imports/<int:import_id>/returned": CLERKS,
    "/leavers/<int:clearance_id>/certificate": CLERKS,
    "/ledger/entries": AUDITOR,
    "/openapi.json": ALL,
    "/plants": DEVICES,
    "/retirements/<int:retirement_id>/certificate": DEVICES,
    "/losses/<int:loss_id>/paper": EVERYWHERE,
    "/recalls/<int:recall_id>/report": EVERYWHERE,
    "/recalls/<int:recall_id>/slips/<int:person_id>": CLERKS,
    "/regradings/<int:regrading_id>/notices/<int:person_id>": CLERKS,
    "/regradings/<int:regrading_id>/record": EVERYWHERE,
    "/returns/<int:return_id>/receipt": COUNTER,
    "/sessions/current": ALL,
    "/shredders": CLERKS,
    "/statistics/<int:year>": EVERYWHERE,
    "/statistics/<int:year>/csv": EVERYWHERE,
    "/statistics/<int:year>/xlsx": EVERYWHERE,
    "/stocktakes/<int:stocktake_id>/report": EVERYWHERE,
    "/transports": GATE | CLERKS | AUDITOR,
}
SCOPED: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "/approvals/<int:request_id>": (EVERYWHERE | {"handler"}, EVERYWHERE | {"other_handler"}),
    "/batches/<int:batch_id>": (FINANCE, OTHERS),
    "/batches/<int:batch_id>/attempts": (FINANCE, OTHERS),
    "/batches/<int:batch_id>/labels.pdf": (CLERKS, CLERKS),
    "/batches/<int:batch_id>/progress": (FINANCE, OTHERS),
    "/copies/<code>": (FINANCE | {"holder"}, OTHERS),
    "/copies/<code>/pages/<int:page>/qr": (CLERKS, CLERKS),
    "/copies/<code>/pages/<int:page>/qr.svg": (CLERKS, CLERKS),
    "/documents/<int:document_id>": (FINANCE | SHOWN, OTHERS),
    "/documents/<int:document_id>/copying": (CLERKS | {"handler"}, CLERKS | {"other_handler"}),
    "/documents/<int:document_id>/family": (FINANCE | SHOWN, OTHERS),
    "/documents/<int:document_id>/knowers": (EVERYWHERE, EVERYWHERE),
    "/documents/<int:document_id>/knowers.csv": (EVERYWHERE, EVERYWHERE),
    "/documents/<int:document_id>/knowers/csv": (EVERYWHERE, EVERYWHERE),
    "/documents/<int:document_id>/pages": (
        CLERKS | {"leader", "manager", "officer"},
        CLERKS | {"leader", "other_manager"},
    ),
    "/documents/<int:document_id>/pages/<int:number>": (NOBODY, NOBODY),
    "/rules/replay/<int:request_id>": (RULES, RULES),
    "/regradings/documents/<int:document_id>": (CLERKS | {"handler"}, CLERKS | {"other_handler"}),
}
"""Who reads what belongs to a unit: the finance unit's, and the registry's own."""

CLOSED = {302, 401, 403, 404}
NEEDS_MORE = {
    "/destruction/<int:list_id>/receipt": 409,
    "/plant/lists/<int:list_id>/receipt": 409,
    "/copies/find": 400,
    "/cases/<int:case_id>/overlay/<sha256>": 400,
    "/cases/<int:case_id>/picture/<int:number>/<int:page>": 400,
    "/documents/<int:document_id>/pages/<int:number>": 400,
}
"""What an address answers to whoever comes without the scan or the look that opens it, or too early."""

API = "/api/v1"
FOREIGN = 99_999
NOBODYS_CODE = "0000000000000"


@dataclass(frozen=True)
class Estate:
    """What exists, by the names of the addresses' placeholders; ``other`` is of a unit that is not finance."""

    own: dict[str, object]
    other: dict[str, object]


def _print_run(world, request_id, count):
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * count)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    print_out(world, batch_id)
    rows = copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows
    return batch_id, [row.copy.code for row in rows]


def _add_supervisor(world):
    with world.runtime.database.transaction() as session:
        like = session.get_one(Account, world.guard.account_id)
        person = Person(staff_no="S099", name_zh="督", name_en="Supervisor", unit_id=world.units["REG"])
        roles = [AccountRole(role=Role.SUPERVISOR), AccountRole(role=Role.HOLDER)]
        session.add(
            Account(
                person=person,
                login="supervisor",
                password_hash=like.password_hash,
                created_at=like.created_at,
                roles=roles,
            )
        )


def _photocopy(world, document_id, scan):
    """Return a job on a copier that made one photocopy, not taken in yet."""
    wish = JobWish(
        act=Act.COPY,
        document_id=document_id,
        copies=1,
        reason="annex",
        until=world.now + timedelta(days=3),
    )
    request = equipment.ask_job(world.runtime, world.handler, wish)
    world.approve(request, "leader")
    device = ready_device(world, name="copier")
    return equipment.run_job(world.runtime, world.other_clerk, request, device, scan, copies=1)


def _retire(world):
    """Return a device and the retirement that ended it."""
    made = equipment.add_shredder(world.runtime, world.administrator, "旧机 Old", "B1", "P-5")
    retirement = equipment.open_retirement(
        world.runtime, world.administrator, made, RetirementMethod.DESTROYED, "worn out"
    )
    for part, who in (
        (DestructionPart.OPERATOR, "clerk"),
        (DestructionPart.WITNESS, "manager"),
        (DestructionPart.WITNESS, "handler"),
    ):
        person_id = world.actors[who].person_id
        equipment.attest_retirement(
            world.runtime, world.clerk, retirement, part, person_id=person_id, pin=world.pin
        )
    return made, retirement


def _destroy(world, code):
    runtime = world.runtime
    shredder = equipment.add_shredder(runtime, world.administrator, "粉碎机 Shredder", "B1", "P-6")
    list_id = destroying.open_list(runtime, world.clerk, shredder, "the meeting is over")
    scan = runtime.tokens.qr_text(code, 1)
    destroying.add(runtime, world.clerk, list_id, [scan])
    world.approve(
        destroying.submit(runtime, world.clerk, list_id, until=world.now + timedelta(days=7)), "leader"
    )
    destroying.present(runtime, world.other_clerk, list_id, scan)
    for part, who in ((DestructionPart.OPERATOR, "other_clerk"), (DestructionPart.WITNESS, "manager")):
        person_id = world.actors[who].person_id
        destroying.attest(runtime, world.other_clerk, list_id, part, person_id=person_id, pin=world.pin)
    return list_id


def _imported(world):
    table = "文号,制发单位,标题,密级,保密期限,页数,份号,状态\n旧1,FIN,旧文件,机密,10年,3,1,在库\n"
    import_id = importing.offer(world.runtime, world.clerk, ImportKind.COPIES, table.encode())
    importing.apply(world.runtime, world.clerk, import_id)
    return import_id


def _cleared(world):
    with world.runtime.database.transaction() as session:
        leaver = Person(staff_no="S098", name_zh="离", name_en="Leaver", unit_id=world.units["REG"])
        session.add(leaver)
        session.flush()
        person_id = leaver.id
    return leaving.clear(world.runtime, world.clerk, person_id, "retired")


def _circulated(world, code):
    until = world.now + timedelta(days=30)
    reader = world.holder.person_id
    meetings.grant_clearance(
        world.runtime, world.officer, reader, scheme="company", level="SECRET", until=until
    )
    signed = {"signer_id": world.leader.person_id, "pin": world.pin}
    scan = world.runtime.tokens.qr_text(code, 1)
    return circulating.begin(world.runtime, world.clerk, scan, [reader], "to be known", days=2, **signed)


def _consented(world, document_id):
    letter = LetterFacts(
        unit_id=world.units["FIN"],
        document_id=document_id,
        letter_no="5",
        scope="five copies",
        quota=5,
        expires_at=world.now + timedelta(days=9),
    )
    return consenting.record(world.runtime, world.clerk, letter, b"%PDF-1.7")


def _lost(world, code):
    losses.report(world.runtime, world.clerk, human_code(code), Step.MISS, "gone")
    said = dict.fromkeys(
        ("discovered", "responsible", "course", "harm", "investigation", "remedies"), "known"
    )
    losses.file_report(world.runtime, world.clerk, 1, LossReport(**said))
    return 1


def _regraded(world, document_id):
    wish = regrading.RegradingWish(
        document_id=document_id,
        reason="the board asked for it",
        until=world.now + timedelta(days=7),
        level="SECRET",
        secrecy_period="20年",
    )
    request_id = regrading.ask(world.runtime, world.handler, wish)
    world.approve(request_id, "manager", "officer")
    return regrading.regrade(world.runtime, world.clerk, request_id, world.now + timedelta(days=7))


def _counted(world):
    scope = Scope(place=Place.SHELF)
    stocktake_id = stocktaking.begin(world.runtime, world.clerk, scope, "year's end")
    second = {"person_id": world.handler.person_id, "pin": world.pin}
    stocktaking.close(world.runtime, world.clerk, stocktake_id, 0, **second)
    return stocktake_id


@pytest.fixture
def database_backend():
    return "sqlite"


@pytest.fixture
def estate(world):
    """One of everything, of the finance unit, and a document of the registry's own with a copy in stock."""
    runtime = world.runtime
    _add_supervisor(world)
    document_id = world.register()
    request_id = world.approved(document_id, copies=4)
    batch_id, (held, returned, destroyed, missing) = _print_run(world, request_id, 4)
    scans = {code: runtime.tokens.qr_text(code, 1) for code in (held, returned, destroyed)}
    hand_over_id = lending.give(
        runtime, world.clerk, [scans[held], scans[returned]], HandOverKind.ISSUE, world.holder.person_id
    )
    lending.confirm_by_pin(runtime, world.clerk, hand_over_id, world.pin)
    return_id = lending.take_back(runtime, world.clerk, [scans[returned]], world.holder.person_id)
    list_id = _destroy(world, destroyed)
    equipment_id, retirement_id = _retire(world)
    job_id = _photocopy(world, document_id, scans[returned])
    gate_id = open_gate(world)
    (permit_id,) = permit(world, [held], gate_id)
    seen = Seen(
        attempt=UUID(int=1),
        gate_id=gate_id,
        direction=Direction.EXIT,
        source=ScanSource.GUN,
        device_id="device",
        device_at=world.now,
        raw=scans[held],
    )
    event_id = gate.scan(runtime, world.guard, seen).event_id
    facts = MeetingFacts("预算会 Budget", "company", "SECRET", world.units["FIN"], "Room 1", world.now)
    meeting_id = meetings.plan(runtime, world.handler, facts)
    due_at = world.now
    meetings.assign(
        runtime, world.handler, meeting_id, "phones", owner_id=world.holder.person_id, due_at=due_at
    )
    picture = paper.png(np.full((300, 300), 255, np.uint8))
    offered = [Offered(picture, "a.png")]
    case_id = tracing.open_case(runtime, world.auditor, offered, note="a chat", leak_at=None)
    drill_id = drilling.open_drill(runtime, world.auditor, scans[held], "a copier", offered)
    units = {"issuing_unit_id": world.units["REG"], "classifying_unit_id": world.units["REG"]}
    other_document = world.register(draw_pdf(1), doc_number="机字〔2026〕1号", **units)
    other_request = requesting.ask(runtime, world.other_handler, world.wish(other_document, copies=1))
    world.approve(other_request, "leader")
    other_batch, (other_code,) = _print_run(world, other_request, 1)
    own = {
        "document_id": document_id,
        "request_id": request_id,
        "batch_id": batch_id,
        "code": held,
        "hand_over_id": hand_over_id,
        "return_id": return_id,
        "list_id": list_id,
        "equipment_id": equipment_id,
        "plant_id": 1,
        "bag_id": 1,
        "retirement_id": retirement_id,
        "job_id": job_id,
        "permit_id": permit_id,
        "event_id": event_id,
        "meeting_id": meeting_id,
        "check_id": "phones",
        "conveyance_id": 1,
        "incident_id": 1,
        "kind": "NOTEBOOK",
        "step": "readiness",
        "case_id": case_id,
        "stocktake_id": _counted(world),
        "circulation_id": _circulated(world, other_code),
        "clearance_id": _cleared(world),
        "year": 2026,
        "loss_id": _lost(world, missing),
        "regrading_id": _regraded(world, document_id),
        "proposal_id": 1,
        "recall_id": recalling.begin(
            runtime, world.clerk, document_id, "superseded", world.now + timedelta(days=7)
        ),
        "run_id": 1,
        "drill_id": drill_id,
        "register": "copies",
        "form": "csv",
        "import_id": _imported(world),
        "sha256": "f" * 64,
        "person_id": world.holder.person_id,
        "rule_set_id": ruling.propose(runtime, world.officer, {"gate.code-typed": "RED"}, "stricter"),
        "consent_id": _consented(world, document_id),
        "delegation_id": 1,
        "seq": 3,
        "page": 1,
        "number": 1,
    }
    other = {
        "document_id": other_document,
        "request_id": other_request,
        "batch_id": other_batch,
        "code": other_code,
    }
    return Estate(own, other)


@pytest.fixture
def app(world):
    return create_app(world.runtime.settings, runtime=world.runtime)


@pytest.fixture
def clients(app, estate, world):
    """A logged-in browser for everybody, and one that nobody has logged in with."""
    found = {part: app.test_client() for part in sorted(ALL)}
    for part, client in found.items():
        signed_in = signing_in.sign_in(world.runtime, part, world.password, address="here")
        client.set_cookie("foliotrace-session", signed_in.secret)
    return found | {"nobody": app.test_client()}


def readable(rule: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return who reads an address for a thing of the finance unit, and for one of the registry's own."""
    path = rule.removeprefix(API).rstrip("/") or "/"
    if path in SCOPED:
        return SCOPED[path]
    tables = (TWO_DOORS, CALLS if rule.startswith(API) else PAGES)
    one = next(table[path] for table in tables if path in table)
    return one, one


def readers(clients, path: str) -> tuple[frozenset[str], set[int]]:
    """Return who gets an address, and with what everybody else is answered."""
    statuses = {part: client.get(path).status_code for part, client in clients.items()}
    return (
        frozenset(part for part, status in statuses.items() if status == 200),
        {status for status in statuses.values() if status != 200},
    )


def addresses(app, method="GET"):
    """Return the rules of the application that take a method, static files apart."""
    found = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    return sorted((rule for rule in found if rule.endpoint != "static"), key=lambda rule: rule.rule)


def filled(app, rule, things) -> str:
    """Return the address of a thing."""
    values = {name: things[name] for name in rule.arguments}
    return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def surprises(app, clients, things, expected):
    """Return every address that is open to others than it should be, or refuses in another way than it should."""
    found = []
    for rule in addresses(app):
        if rule.rule not in expected:
            continue
        got, refusals = readers(clients, filled(app, rule, things))
        also = NEEDS_MORE.get(rule.rule.removeprefix(API), 404)
        if got - {"nobody"} != expected[rule.rule] or refusals - CLOSED - {also}:
            found.append((rule.rule, sorted(got ^ expected[rule.rule]), sorted(refusals)))
    return found


def test_everybody_reads_what_is_theirs_and_nothing_else(app, clients, estate):
    expected = {rule.rule: readable(rule.rule)[0] for rule in addresses(app)}
    assert surprises(app, clients, estate.own, expected) == []


def test_what_belongs_to_another_unit_does_not_exist(app, clients, estate):
    rules = [rule for rule in addresses(app) if rule.arguments & estate.other.keys()]
    expected = {rule.rule: readable(rule.rule)[1] for rule in rules}
    assert surprises(app, clients, estate.own | estate.other, expected) == []


def test_what_does_not_exist_is_shown_to_nobody(app, clients, estate):
    nothing = dict.fromkeys(estate.own, FOREIGN) | {"code": NOBODYS_CODE, "sha256": "0" * 64}
    expected = {rule.rule: NOBODY for rule in addresses(app) if rule.arguments}
    assert surprises(app, clients, nothing, expected) == []


def test_without_a_login_only_the_way_in_is_open(app, clients, estate):
    got = {
        rule.rule
        for rule in addresses(app)
        if clients["nobody"].get(filled(app, rule, estate.own)).status_code == 200
    }
    assert got == {"/login", "/api/v1/openapi.json"}


@pytest.mark.parametrize("thing", ["case", "document"])
def test_a_look_opens_pictures_to_nobody_but_who_looked(clients, estate, thing):
    case, document = estate.own["case_id"], estate.own["document_id"]
    part, page, others = {
        "case": ("auditor", f"/cases/{case}", ALL - AUDITOR),
        "document": ("clerk", f"/documents/{document}/pages", ALL - {"clerk"}),
    }[thing]
    shown = clients[part].get(page).text
    picture = re.search(rf'src="(/{thing}s/\d+/(?:pages|picture/1)/1\?[^"]+)"', shown)[1].replace(
        "&amp;", "&"
    )
    assert clients[part].get(picture).status_code == 200
    assert {clients[other].get(picture).status_code for other in others | {"nobody"}} <= CLOSED | {400}


def test_no_form_is_taken_without_its_token_nor_from_another_site(app, clients, estate, world):
    with world.runtime.database.reading() as session:
        before = session.scalar(sa.text("SELECT size FROM ledger_tree"))
    taken = []
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for rule in addresses(app, method):
            path = filled(app, rule, estate.own)
            for part in ("clerk", "auditor", "administrator", "officer", "supervisor"):
                plain = clients[part].open(path, method=method, data={"a": "b"})
                as_json = clients[part].open(path, method=method, json={})
                foreign = clients[part].open(path, method=method, headers={"Sec-Fetch-Site": "cross-site"})
                if (plain.status_code, as_json.status_code, foreign.status_code) != (400, 400, 403):
                    taken.append((rule.rule, part, plain.status, as_json.status, foreign.status))
    assert taken == []
    with world.runtime.database.reading() as session:
        assert session.scalar(sa.text("SELECT size FROM ledger_tree")) == before
