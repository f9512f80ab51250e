"""Rules and consents by program, at the keyboard and in a form, over the same flows."""

import base64
import re
from io import BytesIO

import pytest

from registry.rules.ruleset import SHIPPED_SHA256
from service.app import create_app
from service.flows import signing_in

BOTH = ["RESPONSIBLE_LEADER", "SECURITY_OFFICER"]


@pytest.fixture
def visit(world):
    """Open a page as a person of the office, or send its form with its token."""
    app = create_app(world.runtime.settings, runtime=world.runtime)

    def as_person(part, path, form=None, take_token_from=None):
        client = app.test_client()
        client.set_cookie(
            "foliotrace-session", signing_in.sign_in(world.runtime, part, world.password, address="a").secret
        )
        if form is None:
            return client.get(path)
        page = client.get(take_token_from or path).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        return client.post(path, data=form | {"csrf_token": token})

    return as_person


def test_rules_are_drawn_up_adopted_and_replayed_by_program(world, call):
    request_id = world.approved(world.register())
    now = call("auditor", "GET", "/rules").json
    assert (now["in_force"], now["shipped_sha256"]) == (1, SHIPPED_SHA256)
    wanted = {"choices": {"chain.print-secret": BOTH, "shredder.SECRET": 7}, "reason": "stricter"}
    made = call("officer", "POST", "/rules", json=wanted)
    assert made.status_code == 201
    here = f"/rules/{made.json['id']}"
    story = call("leader", "GET", here).json
    assert [(one["request_id"], one["missing"]) for one in story["failing"]] == [
        (request_id, ["SECURITY_OFFICER"])
    ]
    assert [one["key"] for one in story["changes"]] == ["chain.print-secret", "shredder.SECRET"]
    decision = {"agreed": True, "shown_sha256": story["version"]["sha256"]}
    assert call("officer", "POST", f"{here}/decision", json=decision).status_code == 403
    assert call("leader", "POST", f"{here}/decision", json=decision).json == {"state": "ADOPTED"}
    again = call("leader", "POST", f"{here}/decision", json=decision)
    assert (again.status_code, again.json["code"]) == (409, "rule-proposal-decided")
    world.later(minutes=2)
    assert call("auditor", "GET", "/rules").json["in_force"] == 2
    assert call("auditor", "GET", f"/rules/replay/{request_id}").json["is_same"] is True
    assert call("auditor", "GET", "/rules/replay").json == {"total": 1, "different": []}


@pytest.mark.parametrize(
    ("choices", "status", "code"),
    [
        ({"clock.loss-report-hours": 25}, 409, "below-rule-floor"),
        ({"chain.copy-secret": ["SECURITY_OFFICER"]}, 409, "below-rule-floor"),
        ({"chain.print-secret": []}, 409, "below-rule-floor"),
        ({"chain.press-refused": ["RESPONSIBLE_LEADER"]}, 400, "unknown-rule-item"),
        ({"gate.code-typed": "BLUE"}, 400, "not-a-rule-choice"),
        ({"gate.code-typed": "AMBER"}, 409, "rules-unchanged"),
    ],
)
def test_what_is_laxer_or_not_offered_is_refused_by_program(call, choices, status, code):
    refused = call("officer", "POST", "/rules", json={"choices": choices, "reason": "easier"})
    assert (refused.status_code, refused.json["code"]) == (status, code)


def test_rules_at_the_keyboard(run, world):
    world.approved(world.register())
    chain = "chain.print-secret=RESPONSIBLE_LEADER SECURITY_OFFICER"
    made = run("rules", "propose", "--as", "officer", chain, "--reason", "stricter")
    proposal_id = re.search(r"Proposal (\d+) is recorded", made.output)[1]
    shown = run("rules", "show", "--as", "auditor", proposal_id).output
    assert "chain.print-secret: RESPONSIBLE_LEADER -> RESPONSIBLE_LEADER SECURITY_OFFICER" in shown
    assert "1 of 1 past approvals would now fail" in shown
    adopted = run("rules", "decide", "--as", "leader", proposal_id, answers="y\n")
    assert f"proposal {proposal_id}: ADOPTED" in adopted.output
    replayed = run("rules", "replay", "--as", "auditor")
    assert "1 decided again, 0 come out otherwise" in replayed.output
    laxer = run("rules", "propose", "--as", "officer", "clock.loss-report-hours=48", "--reason", "slower")
    assert (laxer.exit_code, "below-rule-floor" in laxer.output) == (1, True)


def test_rules_are_drawn_up_and_adopted_in_forms(world, visit):
    form = visit("officer", "/rules/new").text
    sent = {
        name: [value for value, rest in found if "checked" in rest]
        for name in set(re.findall(r'name="(chain\.[^"]+)"', form))
        if (found := re.findall(rf'type="checkbox" name="{re.escape(name)}" value="([^"]+)"([^>]*)>', form))
    }
    sent |= dict(re.findall(r'name="(clock\.[^"]+)" type="number" value="([^"]+)"', form))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        sent[name] = re.search(r'value="([^"]+)" selected', options)[1]
    unchanged = visit("officer", "/rules/", sent | {"reason": "nothing"}, "/rules/new")
    assert unchanged.status_code == 409
    laxer = visit(
        "officer", "/rules/", sent | {"chain.copy-secret": ["SECURITY_OFFICER"], "reason": "x"}, "/rules/new"
    )
    assert (laxer.status_code, 'href="#chain.copy-secret"' in laxer.text) == (409, True)
    kept = visit(
        "officer", "/rules/", sent | {"clock.loss-report-hours": "6", "reason": "sooner"}, "/rules/new"
    )
    assert kept.status_code == 302
    page = visit("leader", kept.location).text
    sha256 = re.search(r'name="shown_sha256" value="([^"]+)"', page)[1]
    assert re.search(r"24</td>\s*<td[^>]*><strong>6", page)
    answer = {"answer": "agree", "shown_sha256": sha256}
    assert visit("leader", f"{kept.location}/decision", answer, kept.location).status_code == 302
    assert "shown_sha256" not in visit("leader", kept.location).text


def test_a_consent_is_entered_in_a_form_and_read_by_program(world, call, visit):
    document_id = world.register(level="TOP_SECRET")
    form = {
        "document": "财字〔2026〕7号",
        "unit_id": str(world.units["FIN"]),
        "letter_no": "5",
        "scope": "five",
        "quota": "5",
        "expires_on": "2026-04-30",
    }
    missing = visit("clerk", "/consents/", form)
    assert (missing.status_code, 'href="#letter"' in missing.text) == (422, True)
    scan = {"letter": (BytesIO(b"<script>"), "a.pdf")}
    assert visit("clerk", "/consents/", form | scan).status_code == 400
    scan = {"letter": (BytesIO(b"%PDF-1.7"), "a.pdf")}
    assert visit("clerk", "/consents/", form | scan).status_code == 302
    told = call("auditor", "GET", "/consents").json["consents"]
    assert [(one["document_id"], one["left"], one["state"]) for one in told] == [(document_id, 5, "GOOD")]
    letter = visit("auditor", "/consents/1/letter")
    assert (letter.data, letter.headers["Content-Disposition"]) == (
        b"%PDF-1.7",
        "attachment; filename=G-000001.pdf",
    )
    again = {
        "unit_id": world.units["FIN"],
        "document_id": document_id,
        "letter_no": "５",
        "scope": "five",
        "quota": 5,
        "expires_at": "2026-04-30T00:00:00Z",
        "letter": base64.b64encode(b"%PDF-1.7").decode(),
    }
    refused = call("clerk", "POST", "/consents", json=again)
    assert (refused.status_code, refused.json["code"]) == (409, "letter-entered")
    assert call("clerk", "POST", "/consents/1/revocation", json={"reason": "off"}).status_code == 204
    assert call("auditor", "GET", "/consents/1").json["state"] == "REVOKED"


def test_consents_at_the_keyboard(run, world, tmp_path):
    document_id = world.register(level="TOP_SECRET")
    letter = tmp_path / "letter.png"
    letter.write_bytes(b"\x89PNG\r\n\x1a\n")
    facts = ("--unit", str(world.units["FIN"]), "--number", "5", "--scope", "five", "--copies", "5")
    made = run(
        "consent", "record", "--as", "clerk", str(document_id), str(letter), *facts, "--until", "2099-01-01"
    )
    assert "Consent 1 is entered." in made.output
    assert "5 of 5 left" in run("consent", "list", "--as", "auditor").output
    assert "revoked" in run("consent", "revoke", "--as", "clerk", "1", "--reason", "off").output
    assert "1\tREVOKED" in run("consent", "list", "--as", "auditor").output
