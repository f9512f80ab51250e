"""Devices by program, over the same flows as the pages."""

import pytest

from registry.rules.codes import human_code
from registry.rules.devicebook import DEVICEBOOK
from registry.rules.words import EquipmentKind
from tests.flows.test_equipment import stock


@pytest.fixture
def copier(world, call):
    """A copier that may be used, registered, signed for and inspected by program."""
    facts = {"kind": "COPIER", "name": "复印机", "place": "A 302", "level": "SECRET"}
    made = call("administrator", "POST", "/equipment", json=facts | {"custodian_id": world.clerk.person_id})
    assert made.status_code == 201
    here = f"/equipment/{made.json['id']}"
    assert call("clerk", "POST", f"{here}/confirmation").status_code == 204
    checks = [check.id for check in DEVICEBOOK.checks_of(EquipmentKind.COPIER)]
    found = call("officer", "POST", f"{here}/inspections", json={"in_order": checks})
    assert found.json == {"state": "IN_USE"}
    return here


def test_a_document_is_copied_by_program(world, call, copier):
    document, scan = stock(world)
    wish = {"act": "COPY", "document_id": document, "copies": 2, "reason": "annex"}
    asked = call("handler", "POST", "/equipment/jobs/requests", json=wish | {"until": "2026-03-20T00:00:00Z"})
    request = asked.json["request_id"]
    done = {"request_id": request, "source": scan, "copies": 2}
    refused = call("other_clerk", "POST", f"{copier}/jobs", json=done)
    assert (refused.status_code, refused.json["code"]) == (409, "not-approved")
    world.approve(request, "leader")
    made = call("other_clerk", "POST", f"{copier}/jobs", json=done)
    assert made.status_code == 201
    (job,) = call("auditor", "GET", "/equipment/jobs").json["jobs"]
    assert (job["copies"], job["copying_unit_id"]) == (2, world.units["FIN"])
    here = f"/equipment/jobs/{made.json['id']}"
    first, second = call("auditor", "GET", here).json["photocopies"]
    assert (first["state"], second["copy_no"]) == ("RESERVED", first["copy_no"] + 1)
    paper = call("other_clerk", "GET", f"{here}/labels")
    assert (paper.content_type, paper.data[:5]) == ("application/pdf", b"%PDF-")
    assert call("auditor", "GET", f"{here}/labels").status_code == 403
    wrong = call("other_clerk", "POST", f"{here}/labels", json={"labels": [scan]})
    assert (wrong.status_code, wrong.json["code"]) == (409, "not-of-this-job")
    labels = {"labels": [human_code(first["code"])]}
    assert call("other_clerk", "POST", f"{here}/labels", json=labels).json == {"taken_in": 1}
    assert call("other_clerk", "POST", f"{here}/labels", json=labels).json == {"taken_in": 0}
    assert call("other_clerk", "POST", f"{here}/give-up").json == {"voided": 1}
    assert call("clerk", "GET", f"/copies/{first['code']}").json["job_id"] == made.json["id"]
    assert call("officer", "GET", copier).json["jobs"] == []
    assert len(call("clerk", "GET", copier).json["jobs"]) == 1


def test_a_device_is_moved_repaired_and_retired_by_program(world, call, copier):
    assert call("administrator", "PUT", f"{copier}/place", json={"place": "B1"}).json == {
        "state": "REGISTERED"
    }
    wish = {"reason": "jams", "technician": "Wang", "workshop": "Ltd", "guard": "WIPED"}
    asked = call(
        "other_clerk",
        "POST",
        f"{copier}/repairs/requests",
        json=wish | {"until": "2026-03-20T00:00:00Z"},
    )
    world.approve(asked.json["request_id"], "clerk", "officer")
    sent = call("administrator", "POST", f"{copier}/repairs", json={"request_id": asked.json["request_id"]})
    assert sent.status_code == 201
    back = call("administrator", "POST", f"{copier}/repairs/return", json={"remark": "new drum"})
    assert back.json == {"state": "REGISTERED"}
    made = call(
        "administrator", "POST", f"{copier}/retirements", json={"method": "WIPED", "reason": "old"}
    ).json["id"]
    here = f"/retirements/{made}"
    first = {"part": "OPERATOR", "person_id": world.other_clerk.person_id, "pin": world.pin}
    assert call("other_clerk", "POST", f"{here}/attestations", json=first).json["missing"] == {
        "operators": 0,
        "witnesses": 1,
        "to_authenticate": [],
    }
    own = first | {"part": "WITNESS", "person_id": world.clerk.person_id}
    refused = call("other_clerk", "POST", f"{here}/attestations", json=own)
    assert (refused.status_code, refused.json["code"]) == (409, "retirement-conflict")
    last = first | {"part": "WITNESS", "person_id": world.manager.person_id}
    assert call("other_clerk", "POST", f"{here}/attestations", json=last).json["state"] == "DONE"
    paper = call("auditor", "GET", f"{here}/certificate")
    assert (paper.content_type, paper.data[:5]) == ("application/pdf", b"%PDF-")
    assert call("holder", "GET", copier).status_code == 404
