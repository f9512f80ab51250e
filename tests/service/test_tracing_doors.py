"""Tracing and the ledger by program and at the command line: the same flows, told in other words."""

import base64
import json
import os

import numpy as np
import pytest
from click.testing import CliRunner

from bench import paper
from registry.ledger.verifier import read_lines, verify
from registry.rules.codes import human_code
from registry.rules.words import HandOverKind
from service.app import create_app
from service.cli import main
from service.flows import lending, signing_in
from tests.flows.test_tracing import printed, qr_box, scanned, stamped, work


@pytest.fixture
def call(world):
    """Ask the API as a person of the office."""
    client = create_app(world.runtime.settings, runtime=world.runtime).test_client()

    def ask(method, path, body=None, *, part="auditor"):
        secret = signing_in.sign_in(world.runtime, part, world.password, address="here").secret
        headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
        return client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    return ask


@pytest.fixture
def trace(monkeypatch, world):
    """Run ``foliotrace trace`` as the auditor."""
    for name in [name for name in os.environ if name.startswith("FOLIOTRACE_")]:
        monkeypatch.delenv(name)
    for name in ("data_dir", "database_url", "environment"):
        monkeypatch.setenv(f"FOLIOTRACE_{name.upper()}", str(getattr(world.runtime.settings, name)))

    def run(*arguments):
        return CliRunner().invoke(
            main, ("trace", "--as", "auditor", *map(str, arguments)), input=f"{world.password}\n"
        )

    return run


def blank():
    return paper.png(np.full((300, 300), 255, np.uint8))


def test_a_case_is_opened_worked_and_read_by_program(world, call):
    picture = {"content": base64.b64encode(blank()).decode(), "name": "a.png"}
    new = {"pictures": [picture], "note": "a chat"}
    opened = call("POST", "/cases", new)
    assert (opened.status_code, opened.json) == (201, {"id": 1})
    assert call("POST", "/cases/1/runs").json["code"] == "trace-run-open"
    work(world)

    found = call("GET", "/cases/1").json
    assert found["case"]["state"] == "INCONCLUSIVE"
    assert [page["grade"] for page in found["runs"][0]["pages"]] == ["no-mark"]
    assert (found["custody"], found["chain"], found["window"]) == (None, [], None)
    assert call("POST", "/cases/1/runs").status_code == 204
    assert [case["id"] for case in call("GET", "/cases").json["cases"]] == [1]


def test_what_is_no_picture_is_told_to_programs_by_its_code(call):
    refused = call("POST", "/cases", {"pictures": [{"content": base64.b64encode(b"MZ").decode()}]})
    assert (refused.status_code, refused.json["code"]) == (422, "unusable-picture")


def test_programs_of_business_reach_neither_cases_nor_ledger(call):
    for method, path in (
        ("GET", "/cases"),
        ("GET", "/cases/1"),
        ("GET", "/ledger"),
        ("GET", "/ledger/entries"),
        ("GET", "/ledger/entries/1"),
        ("POST", "/ledger/verification"),
        ("POST", "/ledger/export"),
    ):
        assert call(method, path, {}, part="clerk").status_code == 403, path


def test_the_ledger_is_read_verified_and_taken_away_by_program(world, call):
    world.register()
    standing = call("GET", "/ledger").json
    assert (standing["tail"], standing["checkpoints"]) == (standing["size"], [])
    (line,) = call("GET", "/ledger/entries?kind=document.registered").json["entries"]
    assert (line["sound"], line["by_person_id"]) == (True, world.clerk.person_id)
    entry = call("GET", f"/ledger/entries/{line['seq']}").json
    assert "预算草案 Draft budget" in entry["revealed"].values()
    assert (entry["proof"]["holds"], entry["proof"]["signed"]) == (True, False)
    assert json.loads(entry["body"])["kind"] == "document.registered"
    assert call("POST", "/ledger/verification").json["faults"] == []
    export = call("POST", "/ledger/export")
    assert verify(read_lines(export.text.splitlines())).exit_code == 0


def test_the_command_line_names_the_copy_its_evidence_and_who_had_it(world, trace, tmp_path):
    code, pdf = stamped(world)[0]
    given = [human_code(code)], HandOverKind.ISSUE, world.holder.person_id
    hand_over_id = lending.give(world.runtime, world.clerk, *given)
    lending.confirm_by_pin(world.runtime, world.holder, hand_over_id, world.pin)
    leaf = printed(pdf)
    leaf[qr_box(leaf)] = 0
    for name, picture in (("leaf.png", scanned(leaf)), ("blank.png", blank())):
        (tmp_path / name).write_bytes(picture)

    answer = trace("--note", "a chat", tmp_path / "leaf.png", tmp_path / "blank.png")
    assert answer.exit_code == 0, answer.output
    assert "leaf.png: case 1: named" in answer.output
    assert "copy 000001 of 预算草案 Draft budget (财字〔2026〕7号, 机密 Secret), page 2" in answer.output
    assert "chance of naming an innocent copy below 1 in 10^" in answer.output
    assert "it was with: a holder, who is named once a second auditor has confirmed" in answer.output
    assert "blank.png: case 2: inconclusive\n  names no copy (no-dot-lattice)" in answer.output


def test_the_pictures_of_a_folder_are_cases_of_their_own_or_one(trace, reader, tmp_path):
    for number, shade in enumerate((255, 250), 1):
        (tmp_path / f"{number}.png").write_bytes(paper.png(np.full((300, 300), shade, np.uint8)))
    (tmp_path / "notes.txt").write_text("not a picture")
    apart = trace(tmp_path)
    assert apart.exit_code == 0, apart.output
    assert "1.png: case 1: inconclusive" in apart.output
    assert "2.png: case 2: inconclusive" in apart.output
    together = trace("--one-case", "--report", tmp_path / "reports", tmp_path)
    assert "1.png, 2.png: case 3: inconclusive" in together.output
    assert (tmp_path / "reports" / "T-000003.pdf").read_bytes().startswith(b"%PDF-")


def test_a_folder_without_pictures_is_said_to_be_one(trace, tmp_path):
    answer = trace(tmp_path)
    assert answer.exit_code == 2
    assert "there is no picture in the folder" in answer.output


def test_a_finding_is_confirmed_by_program_and_by_nobody_who_had_a_part_in_it(world, call, reader):
    code = stamped(world)[0][0]
    reader.candidates, reader.placed = [(code, (1,), -15.0)], [(0, 1)]
    call("POST", "/cases", {"pictures": [{"content": base64.b64encode(blank()).decode()}]})
    work(world)
    found = call("GET", "/cases/1").json
    run = found["runs"][0]
    assert (run["grade"], run["log10_chance"], run["compared"]["candidates"][0]["code"]) == (
        "certain",
        -15.0,
        code,
    )
    assert (found["case"]["confirmed"], run["review"], found["window"]["knew"]) == (False, None, 3)
    path = f"/cases/1/runs/{run['id']}/review"
    assert call("POST", path, {"agreed": True}).json["code"] == "own-finding"
    assert call("POST", path, {"agreed": True}, part="clerk").status_code == 403
    assert call("POST", "/cases/1/report").data.startswith(b"%PDF-")
    assert call("POST", "/cases/1/archive").data.startswith(b"PK")


def test_pictures_are_added_by_program(world, call, reader):
    white, grey = (
        base64.b64encode(paper.png(np.full((300, 300), one, np.uint8))).decode() for one in (255, 200)
    )
    call("POST", "/cases", {"pictures": [{"content": white, "name": "a.png"}]})
    work(world)
    assert call("POST", "/cases/1/pictures", {"pictures": [{"content": grey}]}).status_code == 204
    work(world)
    again = call("POST", "/cases/1/pictures", {"pictures": [{"content": white}]})
    assert (again.status_code, again.json["code"]) == (400, "picture-twice")
    assert [one["pages"] for one in call("GET", "/cases/1").json["case"]["pictures"]] == [1, 1]


def test_a_drill_is_opened_and_read_by_program(world, call, reader):
    code = stamped(world)[0][0]
    reader.candidates = [(code, (1,), -15.0)]
    drill = {
        "copy_code": human_code(code),
        "channel": "copier",
        "pictures": [{"content": base64.b64encode(blank()).decode(), "name": "a.png"}],
    }
    assert call("POST", "/drills", drill).json == {"id": 1}
    work(world)
    (curve,) = call("GET", "/drills").json["curves"]
    assert (curve["trials"], curve["named"], curve["named_rate_low"]) == (1, 1, pytest.approx(0.025))
    assert [shot["outcome"] for shot in call("GET", "/drills/1").json["pictures"]] == ["NAMED"]
    assert call("GET", "/drills", part="clerk").status_code == 403


def test_a_file_that_is_no_picture_ends_the_command_with_its_code(trace, tmp_path):
    (tmp_path / "a.png").write_bytes(b"MZ")
    answer = trace(tmp_path / "a.png")
    assert (answer.exit_code, answer.stderr.split(":")[0]) == (1, "unusable-picture")
