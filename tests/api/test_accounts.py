"""First accounts by program, and what a first password is held off from."""

from registry.acts import people as acts
from service.app import create_app
from tests.flows.test_accounts import passwords_on

OWN = "my own good password"


def test_an_account_is_opened_and_its_password_changed_by_program(world, call):
    client = create_app(world.runtime.settings, runtime=world.runtime).test_client()
    with world.runtime.database.transaction() as session:
        newcomer = acts.add_person(
            session, "S901", "王芳", "Wang Fang", world.units["FIN"], actor=world.administrator, now=world.now
        )
    assert call("clerk", "GET", "/accounts/missing").status_code == 403
    missing = call("administrator", "GET", "/accounts/missing").json["people"]
    assert newcomer in {one["id"] for one in missing}
    slips = call("administrator", "POST", "/accounts", json={"person_ids": [newcomer]})
    assert (slips.status_code, slips.content_type) == (200, "application/pdf")
    again = call("administrator", "POST", "/accounts", json={"person_ids": [newcomer]})
    assert (again.status_code, again.json["code"]) == (409, "account-exists")
    (first,) = passwords_on(slips.data)

    def log_in(password):
        found = client.post("/api/v1/sessions", json={"login": "s901", "password": password})
        return {"Authorization": f"Bearer {found.json['secret']}"}

    held_off = client.get("/api/v1/holdings", headers=log_in(first))
    assert (held_off.status_code, held_off.json["code"]) == (403, "password-to-change")
    change = {"current": first, "new": OWN}
    changed = client.put("/api/v1/sessions/current/password", json=change, headers=log_in(first))
    assert changed.status_code == 204
    assert client.get("/api/v1/holdings", headers=log_in(OWN)).status_code == 200
