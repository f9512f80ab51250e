"""A session is known to the server alone, ends when it must, and every attempt is on record."""

import sqlalchemy as sa

from registry.models import Account
from service.flows import people, signing_in
from service.flows.signing_in import LoginRefused, SignedIn
from service.passwords import hash_password, is_right
from service.sessions import LoginFailure, WebSession
from tests.service.conftest import PASSWORD

HERE = "192.0.2.7"


def attempt(runtime, login="admin", password="wrong password", address=HERE):
    return signing_in.sign_in(runtime, login, password, address=address)


def test_a_visitor_logs_in_and_out(browser, entries):
    assert browser.client.get("/").status_code == 302
    answer = browser.log_in()
    assert (answer.status_code, answer.location) == (302, "/")
    assert browser.client.get("/api/v1/sessions/current").json["login"] == "admin"
    browser.client.post("/logout", headers={"X-CSRF-Token": browser_token(browser)})
    assert browser.client.get("/api/v1/sessions/current").status_code == 401
    assert entries()[-2:] == [("account.logged-in", "account:1"), ("account.logged-out", "account:1")]


def browser_token(browser):
    import re

    return re.search(r'name="csrf_token" value="([^"]+)"', browser.client.get("/nowhere").text)[1]


def test_a_stranger_is_sent_to_the_login_page_and_back(browser):
    answer = browser.client.get("/?tab=2")
    assert (answer.status_code, answer.location) == (302, "/login?next=/?tab%3D2")
    token = browser.token()
    fields = {"login": "admin", "password": PASSWORD, "csrf_token": token, "next": "/?tab=2"}
    assert browser.client.post("/login", data=fields).location == "/?tab=2"


def test_the_way_back_never_leads_to_another_site(browser):
    token = browser.token()
    for next_path in (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
    ):
        fields = {"login": "admin", "password": PASSWORD, "csrf_token": token, "next": next_path}
        answer = browser.client.post("/login", data=fields)
        assert answer.location == "/", next_path
        token = browser_token(browser)


def test_the_answer_does_not_tell_whether_a_login_exists(browser):
    known, unknown = browser.log_in(password="wrong password"), browser.log_in(login="nobody")
    assert known.status_code == unknown.status_code == 422
    assert "Account name or password is wrong" in known.text
    assert "Account name or password is wrong" in unknown.text


def test_a_refused_login_is_recorded_without_its_words(founded, entries):
    assert attempt(founded) == LoginRefused("login-refused")
    assert attempt(founded, login="correct horse battery") == LoginRefused("login-refused")
    assert entries()[-2:] == [
        ("account.login-refused", "account:1"),
        ("account.login-refused", "account:unknown"),
    ]
    from registry.models import LedgerEntry

    with founded.database.reading() as session:
        bodies = b"".join(session.scalars(sa.select(LedgerEntry.body)))
    assert b"horse" not in bodies
    assert b"wrong password" not in bodies
    assert HERE.encode() not in bodies


def test_too_many_failures_make_a_login_wait(founded, clock, entries):
    for _ in range(5):
        assert attempt(founded) == LoginRefused("login-refused")
    assert attempt(founded, password=PASSWORD) == LoginRefused("too-many-attempts")
    recorded = len(entries())
    assert attempt(founded, password=PASSWORD) == LoginRefused("too-many-attempts")
    assert len(entries()) == recorded  # waiting is not recorded again and again
    assert isinstance(attempt(founded, password=PASSWORD, address="192.0.2.8"), SignedIn)
    clock.pass_by(minutes=16)
    assert isinstance(attempt(founded, password=PASSWORD), SignedIn)


def test_failures_from_everywhere_make_a_login_wait_too(founded):
    for number in range(50):
        attempt(founded, address=f"192.0.2.{number}")
    assert attempt(founded, password=PASSWORD, address="198.51.100.1") == LoginRefused("too-many-attempts")


def test_a_session_ends_after_its_idle_limit(founded, clock):
    secret = attempt(founded, password=PASSWORD).secret
    for _ in range(5):
        clock.pass_by(minutes=14)
        assert signing_in.find_visitor(founded, secret).login == "admin"
    clock.pass_by(minutes=15, seconds=1)
    assert signing_in.find_visitor(founded, secret) is None


def test_a_session_ends_after_its_absolute_limit_however_busy(founded, clock):
    secret = attempt(founded, password=PASSWORD).secret
    for _ in range(60):
        clock.pass_by(minutes=10)
        assert signing_in.find_visitor(founded, secret) is not None
    clock.pass_by(minutes=1)
    assert signing_in.find_visitor(founded, secret) is None


def test_closing_an_account_ends_its_sessions_at_once(founded):
    officer = signing_in.sign_in(founded, "officer", PASSWORD, address=HERE).secret
    admin = signing_in.find_visitor(founded, attempt(founded, password=PASSWORD).secret).actor
    people.set_active(founded, admin, "officer", active=False)
    assert signing_in.find_visitor(founded, officer) is None
    assert signing_in.sign_in(founded, "officer", PASSWORD, address=HERE) == LoginRefused("login-refused")


def test_a_new_password_ends_the_sessions_of_the_old_one(founded):
    admin = attempt(founded, password=PASSWORD).secret
    actor = signing_in.find_visitor(founded, admin).actor
    people.set_password(founded, actor, "admin", "another good password")
    assert signing_in.find_visitor(founded, admin) is None
    assert isinstance(attempt(founded, password="another good password"), SignedIn)


def test_a_change_of_roles_counts_from_the_next_request(founded):
    from registry.rules.roles import Role

    admin = attempt(founded, password=PASSWORD).secret
    officer = signing_in.find_visitor(
        founded, signing_in.sign_in(founded, "officer", PASSWORD, address=HERE).secret
    )
    people.set_roles(founded, officer.actor, "admin", {Role.HOLDER})
    assert signing_in.find_visitor(founded, admin).actor.roles == {Role.HOLDER}


def test_the_database_holds_no_secret_that_opens_a_session(founded):
    secret = attempt(founded, password=PASSWORD).secret
    attempt(founded)
    with founded.database.reading() as session:
        kept = session.scalars(sa.select(WebSession.secret_hash)).one()
        failed = session.scalars(sa.select(LoginFailure.login_hash)).one()
        hashed = session.scalars(sa.select(Account.password_hash)).all()
    assert secret.encode() not in kept
    assert signing_in.find_visitor(founded, kept.hex()) is None
    assert b"admin" not in failed
    assert all(each.startswith("$argon2id$") for each in hashed)


def test_old_sessions_and_failures_are_forgotten(founded, clock):
    from service.flows.forgetting import forget_old

    attempt(founded, password=PASSWORD)
    attempt(founded)
    clock.pass_by(hours=11)
    forget_old(founded)
    with founded.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(WebSession)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(LoginFailure)) == 0


def test_a_password_is_hashed_with_a_salt_and_compared():
    first, second = hash_password(PASSWORD, login="a"), hash_password(PASSWORD, login="a")
    assert first != second
    assert is_right(first, PASSWORD)
    assert not is_right(first, PASSWORD + " ")
    assert not is_right(None, "nobody has this password")
    assert not is_right("no password", PASSWORD)


def test_an_unknown_login_takes_as_long_as_a_known_one(monkeypatch):
    from service import passwords

    asked = []

    class Watch:
        def verify(self, hashed: str, _secret: str) -> bool:
            asked.append(hashed)
            return True

    monkeypatch.setattr(passwords, "_HASHER", Watch())
    monkeypatch.setattr(passwords, "_nobodys_hash", lambda: "nobody's")
    assert not passwords.is_right(None, "x")
    assert asked == ["nobody's"]


def test_a_new_session_replaces_the_one_before(browser):
    browser.log_in()
    first = browser.client.get_cookie("foliotrace-session").value
    fields = {"login": "officer", "password": PASSWORD, "csrf_token": browser_token(browser)}
    browser.client.post("/login", data=fields)
    assert browser.client.get_cookie("foliotrace-session").value != first
    again = browser.client.application.test_client()
    again.set_cookie("foliotrace-session", first)
    assert again.get("/api/v1/sessions/current").status_code == 401
