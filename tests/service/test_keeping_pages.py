"""The pages that keep people and meetings, and the desk they start from."""

import re

import pytest

from registry.models import Account, Meeting, Person
from service.app import create_app


@pytest.fixture
def database_backend():
    return "sqlite"


@pytest.fixture
def visit(world):
    """Return a client that is logged in and sends forms with the token of the page before."""
    app = create_app(world.runtime.settings, runtime=world.runtime)

    class Visit:
        def __init__(self, part):
            self.client = app.test_client()
            self.post("/login", "/login", login=part, password=world.password)
            self.client.get("/desk")
            self.post("/language", "/desk", language="en", next="/desk")

        def get(self, path):
            return self.client.get(path)

        def post(self, path, page, **fields):
            token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)[1]
            return self.client.post(path, data=fields | {"csrf_token": token})

    return Visit


def kept(world, model, key, name):
    with world.runtime.database.reading() as session:
        return getattr(session.get_one(model, key), name)


def roles_of(world, actor):
    with world.runtime.database.reading() as session:
        return {held.role.value for held in session.get_one(Account, actor.account_id).roles}


NEW_PERSON = {
    "staff_no": "S100",
    "name_zh": "李雷",
    "name_en": "Li Lei",
    "unit": "FIN",
    "login": "li.lei",
    "password": "several unrelated words",
}


def test_an_administrator_registers_a_person_and_an_officer_grants_the_roles(visit, world):
    administrator = visit("administrator")
    assert administrator.post("/people/", "/people/new", **NEW_PERSON).status_code == 302
    found = administrator.get("/people/?search=S100").text
    person_id = re.search(r"/people/(\d+)\"", found)[1]
    officer = visit("officer")
    roles = {"login": "li.lei", "roles": ["HANDLER", "HOLDER"]}
    assert officer.post(f"/people/{person_id}/roles", f"/people/{person_id}", **roles).status_code == 302
    assert "Handler · Holder" in administrator.get("/people/?search=S100").text


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Choose your own before you go on"), ("zh", "先设置自己的密码")]
)
def test_whose_password_somebody_else_has_set_chooses_their_own_before_anything(visit, world, language, said):
    new, chosen = NEW_PERSON["password"], "my own good password"
    visit("administrator").post("/people/", "/people/new", **NEW_PERSON | {"language": language})
    newcomer = create_app(world.runtime.settings, runtime=world.runtime).test_client()

    def send(path, page, **fields):
        token = re.search(r'name="csrf_token" value="([^"]+)"', newcomer.get(page).text)[1]
        return newcomer.post(path, data=fields | {"csrf_token": token})

    send("/login", "/login", login="li.lei", password=new)
    refused = newcomer.get("/holdings/")
    assert (refused.status_code, refused.location) == (302, "/password")
    assert said in newcomer.get("/password").text
    send("/password", "/password", current_password=new, new_password=chosen, repeated=chosen)
    assert newcomer.get("/holdings/").status_code == 200


def test_roles_that_clash_are_refused_in_words(visit, world):
    person_id = world.clerk.person_id
    roles = {"login": "clerk", "roles": ["CLERK", "RESPONSIBLE_LEADER"]}
    answer = visit("officer").post(f"/people/{person_id}/roles", f"/people/{person_id}", **roles)
    assert answer.status_code == 409
    assert (
        "Registry clerk · Responsible leader: One person may not have these two roles together."
        in answer.text
    )
    assert roles_of(world, world.clerk) == {"CLERK", "HOLDER"}


def test_what_is_taken_is_said_beside_its_field_and_the_form_keeps_the_rest(visit):
    administrator = visit("administrator")
    answer = administrator.post("/people/", "/people/new", **NEW_PERSON | {"login": "clerk"})
    assert answer.status_code == 409
    assert 'id="login-error"' in answer.text
    assert 'value="Li Lei"' in answer.text
    assert "several unrelated words" not in answer.text


@pytest.mark.parametrize("part", ["clerk", "leader", "guard", "auditor", "holder"])
def test_the_people_are_kept_by_nobody_else(visit, part):
    person = visit(part)
    assert person.get("/people/").status_code == 403
    assert person.get("/people/1").status_code == 403


def test_a_form_cannot_change_the_login_of_another_person(visit, world):
    person_id = world.holder.person_id
    fields = {"login": "guard", "active": "no"}
    answer = visit("administrator").post(f"/people/{person_id}/account", f"/people/{person_id}", **fields)
    assert answer.status_code == 404


def test_a_closed_account_is_out_at_once(visit, world):
    holder, administrator = visit("holder"), visit("administrator")
    assert holder.get("/desk").status_code == 200
    person_id = world.holder.person_id
    fields = {"login": "holder", "active": "no"}
    assert (
        administrator.post(f"/people/{person_id}/account", f"/people/{person_id}", **fields).status_code
        == 302
    )
    assert holder.get("/desk").status_code == 302


def test_everybody_sets_their_own_pin(visit, world):
    before = kept(world, Person, world.guard.person_id, "pin_hash")
    guard = visit("guard")
    assert guard.post("/people/pin", "/people/pin", pin="111111").status_code == 422
    assert kept(world, Person, world.guard.person_id, "pin_hash") == before
    assert guard.post("/people/pin", "/people/pin", pin="314159").status_code == 302
    assert kept(world, Person, world.guard.person_id, "pin_hash") != before


MEETING = {"title": "预算会", "place": "三楼", "starts_at": "2026-03-05T09:30", "level": "company:SECRET"}


def test_a_meeting_is_planned_in_local_time_and_never_sinks_below_its_documents(visit, world):
    clerk = visit("clerk")
    planned = clerk.post("/meetings/", "/meetings/new", unit_id=world.units["FIN"], **MEETING)
    meeting_id = int(planned.location.rsplit("/", 1)[1])
    assert kept(world, Meeting, meeting_id, "starts_at").isoformat() == "2026-03-05T01:30:00+00:00"
    world.register(meeting_id=meeting_id)
    page = f"/meetings/{meeting_id}"
    answer = clerk.post(f"{page}/level", page, level="CONFIDENTIAL")
    assert answer.status_code == 409
    assert "A meeting may not have a lower level than one of its documents." in answer.text
    assert clerk.post(f"{page}/level", page, level="TOP_SECRET").status_code == 302
    assert kept(world, Meeting, meeting_id, "level") == "TOP_SECRET"


def test_a_meeting_of_another_unit_does_not_exist_for_a_handler(visit, world):
    planned = visit("clerk").post("/meetings/", "/meetings/new", unit_id=world.units["FIN"], **MEETING)
    assert visit("handler").get(planned.location).status_code == 200
    assert visit("other_handler").get(planned.location).status_code == 404


@pytest.mark.parametrize(
    "part",
    ["clerk", "handler", "manager", "leader", "officer", "administrator", "auditor", "guard", "holder"],
)
def test_everybody_has_a_desk(visit, part):
    person = visit(part)
    assert person.get("/").location.endswith("/desk")
    assert person.get("/desk").status_code == 200
