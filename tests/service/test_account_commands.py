"""First accounts and one's own password at the keyboard."""

import pytest

from registry.acts import people as acts
from tests.flows.test_accounts import passwords_on


@pytest.fixture
def database_backend():
    return "sqlite"


def test_accounts_are_opened_and_a_first_password_is_changed_at_the_keyboard(world, run, tmp_path):
    with world.runtime.database.transaction() as session:
        newcomer = acts.add_person(
            session, "S901", "王芳", "Wang Fang", world.units["FIN"], actor=world.administrator, now=world.now
        )
    asked = ("--as", "administrator")
    assert f"{newcomer}  S901  FIN" in run("user", "without-account", *asked).output
    target = tmp_path / "slips.pdf"
    opened = run("user", "open", *asked, str(target), str(newcomer))
    assert "Accounts opened: 1." in opened.output
    (first,) = passwords_on(target.read_bytes())
    assert first not in opened.output
    # The password of the office is asked first, and is not that of the newcomer.
    refused = run("user", "own-password", "s901", answers="my own good password\nmy own good password\n")
    assert "login-refused" in refused.output
