"""The command line: founding, accounts, verifying, and refusals in one line."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from service.cli import main
from service.config import PROJECT_ROOT
from service.flows import signing_in
from service.flows.signing_in import SignedIn
from tests.service.conftest import PASSWORD


@pytest.fixture
def cli(monkeypatch, settings):
    """Run a command on the test's installation; ``entered`` is typed at the keyboard."""
    for name in [name for name in os.environ if name.startswith("FOLIOTRACE_")]:
        monkeypatch.delenv(name)
    for name in ("data_dir", "database_url", "environment"):
        monkeypatch.setenv(f"FOLIOTRACE_{name.upper()}", str(getattr(settings, name)))

    def run(*arguments: str, entered: tuple[str, ...] = ()):
        return CliRunner().invoke(main, arguments, input="".join(f"{line}\n" for line in entered))

    return run


ADMIN = ("张三", "Adam", "admin", PASSWORD, PASSWORD, "en")
OFFICER = ("李四", "Olga", "officer", PASSWORD, PASSWORD, "en")


def test_an_installation_is_founded_by_its_first_two_accounts(cli, runtime):
    answer = cli("user", "found", entered=(*ADMIN, *OFFICER))
    assert answer.exit_code == 0, answer.output
    secret = signing_in.sign_in(runtime, "admin", PASSWORD, address="here").secret
    assert not signing_in.find_visitor(runtime, secret).password_is_first
    again = cli("user", "found", entered=(*ADMIN, *OFFICER))
    assert again.exit_code == 1
    assert "already-founded" in again.stderr


def test_accounts_are_opened_and_given_roles_by_different_people(cli, founded):
    opened = cli(
        *("user", "add", "--as", "admin", "--unit", "HQ", "--staff-no", "7"),
        entered=(PASSWORD, "王五", "Wang", "clerk", PASSWORD, PASSWORD, "zh"),
    )
    assert opened.exit_code == 0, opened.output
    unchanged = cli("user", "role", "--as", "clerk", "clerk", "CLERK", entered=(PASSWORD,))
    assert (unchanged.exit_code, unchanged.stderr.split(":")[0]) == (1, "password-to-change")
    refused = cli("user", "role", "--as", "admin", "clerk", "CLERK", entered=(PASSWORD,))
    assert (refused.exit_code, refused.stderr.split(":")[0]) == (1, "not-permitted")
    granted = cli("user", "role", "--as", "officer", "clerk", "clerk", "HOLDER", entered=(PASSWORD,))
    assert granted.exit_code == 0, granted.output
    secret = signing_in.sign_in(founded, "clerk", PASSWORD, address="here").secret
    assert sorted(signing_in.find_visitor(founded, secret).actor.roles) == ["CLERK", "HOLDER"]


def test_a_wrong_password_at_the_keyboard_is_refused_and_recorded(cli, founded, entries):
    answer = cli("user", "password", "--as", "admin", "officer", entered=("wrong password",))
    assert (answer.exit_code, answer.stderr) == (1, "login-refused: login-refused\n")
    assert entries()[-1] == ("account.login-refused", "account:1")


def test_a_password_is_changed_and_an_account_closed(cli, founded):
    new = "another good password"
    assert cli("user", "password", "--as", "admin", "officer", entered=(PASSWORD, new, new)).exit_code == 0
    assert isinstance(signing_in.sign_in(founded, "officer", new, address="here"), SignedIn)
    assert cli("user", "close", "--as", "admin", "officer", entered=(PASSWORD,)).exit_code == 0
    assert not isinstance(signing_in.sign_in(founded, "officer", new, address="there"), SignedIn)


def test_a_weak_password_is_refused(cli, founded):
    answer = cli("user", "password", "--as", "admin", "officer", entered=(PASSWORD, "short", "short"))
    assert (answer.exit_code, answer.stderr.split(":")[0]) == (1, "password-unfit")


def test_an_untouched_ledger_is_verified(cli, founded):
    answer = cli("verify")
    assert answer.exit_code == 0, answer.output
    assert "no fault found" in answer.output


def test_an_edited_ledger_is_found_and_the_entry_named(cli, founded):
    from registry.models import LedgerEntry

    with founded.database.engine.begin() as connection:
        for (name,) in connection.execute(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        body = connection.execute(sa.select(LedgerEntry.body).where(LedgerEntry.seq == 3)).scalar_one()
        changed = body.replace(b"account", b"accomnt")
        assert changed != body or body.replace(b"2026", b"2025") != body
        connection.execute(
            sa.update(LedgerEntry).where(LedgerEntry.seq == 3).values(body=body.replace(b"2026", b"2025"))
        )
    answer = cli("verify")
    assert answer.exit_code != 0
    assert "first bad entry: 3" in answer.output


def test_an_export_is_never_written_over_another(cli, founded, tmp_path):
    path = tmp_path / "export.jsonl"
    assert cli("verify", "--export", str(path)).exit_code == 0
    assert path.read_text().startswith('{"record":"header"')
    again = cli("verify", "--export", str(path))
    assert again.exit_code == 2
    assert "File exists" in again.stderr


def test_tables_of_another_release_are_refused_in_words(cli, monkeypatch, tmp_path):
    monkeypatch.setenv("FOLIOTRACE_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite'}")
    answer = cli("verify")
    assert (answer.exit_code, answer.stderr.split(":")[0]) == (1, "database-unfit")
    assert "run: foliotrace migrate" in answer.stderr
    assert cli("migrate").exit_code == 0
    assert cli("verify").exit_code == 0


def test_a_misspelt_setting_is_refused_in_words(cli, monkeypatch):
    monkeypatch.setenv("FOLIOTRACE_DEMMO", "1")
    answer = cli("verify")
    assert (answer.exit_code, answer.output) == (
        1,
        "bad-settings: settings refused: FOLIOTRACE_DEMMO is no setting, did you mean FOLIOTRACE_DEMO?\n",
    )


def test_the_words_can_be_checked(cli):
    assert cli("messages", "--help").exit_code == 0


def _started(settings, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FOLIOTRACE_")}
    for name in ("data_dir", "database_url", "environment"):
        environment[f"FOLIOTRACE_{name.upper()}"] = str(getattr(settings, name))
    command = [sys.executable, "-W", "error", "-c", "from service.cli import main; main()", *arguments]
    return subprocess.Popen(
        command, env=environment, cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def test_the_server_serves_and_stops(settings, founded):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server = _started(settings, "serve", "--port", str(port))
    try:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=5) as answer:
                    page = answer.read().decode()
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.1)
        assert "Foliotrace" in page
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0


def test_the_worker_works_and_stops(settings, founded):
    worker = _started(settings, "worker")
    try:
        signed = Path(settings.data_dir)
        assert signed.exists()
        for _ in range(300):
            with founded.database.reading() as session:
                from registry.ledger import log

                if log.last_checkpoint(session) is not None:
                    break
            assert worker.poll() is None
            time.sleep(0.1)
        else:
            pytest.fail("the worker signed no checkpoint")
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
