"""Families and regradings by program, over the flows of the pages."""

from registry.rules.codes import human_code
from tests.fixtures.handed import hand_out


def test_a_document_is_recopied_and_regraded_by_program(world, call):
    document = world.register()
    (held,) = hand_out(world, document)
    wanted = {
        "use": "RECOPY",
        "reason": "for the branch",
        "until": "2026-03-20T00:00:00Z",
        "source": human_code(held),
    }
    asked = call("handler", "POST", f"/documents/{document}/copying", json=wanted)
    assert asked.status_code == 201
    family = call("handler", "GET", f"/documents/{document}/family").json
    assert (family["here"]["copies"], family["down"], family["recopied"]) == (1, [], [])
    wanted = {"reason": "no harm any more", "until": "2026-03-20T00:00:00Z", "ends": True}
    asked = call("handler", "POST", f"/documents/{document}/regrading", json=wanted).json["id"]
    early = {"request_id": asked, "remark_by": "2026-04-01T00:00:00Z"}
    refused = call("clerk", "POST", "/regradings", json=early)
    assert (refused.status_code, refused.json["code"]) == (409, "not-approved")
    world.approve(asked, "manager", "officer")
    here = f"/regradings/{call('clerk', 'POST', '/regradings', json=early).json['id']}"
    told = call("auditor", "GET", here).json
    assert (told["head"]["mark_after"], told["head"]["waiting"]) == ("已解密", 1)
    assert call("clerk", "GET", f"{here}/notices/{world.holder.person_id}").data[:5] == b"%PDF-"
    marked = {"scans": [human_code(held)]}
    assert call("clerk", "POST", "/regradings/marks", json=marked).json == {"marked": 1}
    again = call("clerk", "POST", "/regradings/marks", json=marked)
    assert (again.status_code, again.json["code"]) == (409, "nothing-to-remark")
    head = call("leader", "GET", "/regradings").json["regradings"][0]
    assert (head["given"], head["marked"], head["waiting"], head["gone"]) == (1, 1, 0, 0)
    assert call("clerk", "GET", f"/documents/{document}").json["document"]["declassified_at"] is not None
    assert call("handler", "GET", "/regradings").status_code == 403
