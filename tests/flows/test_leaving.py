"""A person leaves: blocked, cleared, logged out at once, with a certificate."""

import io
import re

import pypdfium2
import pytest

from registry.rules.codes import human_code
from registry.rules.leaving import StillHolding
from service.flows import leaving, lending, signing_in
from tests.fixtures.handed import hand_out


@pytest.fixture
def database_backend():
    """One backend here; the acts are proven on both."""
    return "sqlite"


def test_a_leaver_is_blocked_until_the_last_copy_is_back_and_logged_out_when_cleared(world):
    (code,) = hand_out(world)
    inside = signing_in.sign_in(world.runtime, "holder", world.password, address="here")
    with pytest.raises(StillHolding):
        leaving.clear(world.runtime, world.clerk, world.holder.person_id, "retired")
    assert signing_in.find_visitor(world.runtime, inside.secret) is not None
    lending.take_back(world.runtime, world.clerk, [human_code(code)], world.holder.person_id)
    assert leaving.check(world.runtime, world.clerk, world.holder.person_id).is_clear
    clearance_id = leaving.clear(world.runtime, world.clerk, world.holder.person_id, "retired")
    assert signing_in.find_visitor(world.runtime, inside.secret) is None
    again = signing_in.sign_in(world.runtime, "holder", world.password, address="here")
    assert isinstance(again, signing_in.LoginRefused)
    pdf = pypdfium2.PdfDocument(io.BytesIO(leaving.certificate(world.runtime, world.clerk, clearance_id)))
    text = re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in pdf))
    pdf.close()
    for told in ("离岗保密清退证明", "copiesheld0", "copiesunaccountedfor0", "opentake-outpermits0", "S012"):
        assert told in text


def test_a_leaver_is_cleared_by_program_and_at_the_keyboard(world, call, run, tmp_path):
    (code,) = hand_out(world)
    here = f"/leavers/persons/{world.holder.person_id}"
    assert call("clerk", "GET", here).json["obstacles"] == {"HELD": 1}
    refused = call("clerk", "POST", f"{here}/clearance", json={"reason": "retired"})
    assert (refused.status_code, refused.json["code"], refused.json["facts"]) == (
        409,
        "still-holding",
        {"held": 1, "total": 1},
    )
    assert human_code(code) in run("leaver", "check", "--as", "clerk", "S012").output
    lending.take_back(world.runtime, world.clerk, [human_code(code)], world.holder.person_id)
    cleared = run("leaver", "clear", "--as", "clerk", "S012", "--reason", "retired")
    assert "Certificate 1 can be printed." in cleared.output
    assert call("clerk", "GET", "/leavers").json["clearances"][0]["returned"] == 1
    assert call("clerk", "GET", "/leavers/1/certificate").data[:5] == b"%PDF-"
    target = tmp_path / "certificate.pdf"
    assert run("leaver", "certificate", "--as", "clerk", "1", str(target)).exit_code == 0
    assert target.read_bytes().startswith(b"%PDF-")
    assert call("handler", "GET", "/leavers").status_code == 403
