"""The one command: when it installs, with what, and what it says when it cannot."""

import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The script ``run``, loaded as a module, with a ``.venv`` of its own and no setting of this machine."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = importlib.machinery.SourceFileLoader("run_script", str(ROOT / "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run_script", loader))
    loader.exec_module(module)
    venv = tmp_path / ".venv"
    venv.mkdir()
    (venv / "pyvenv.cfg").write_text("version = 3.11.7\n")
    locks = {kind: tmp_path / f"{kind}.lock" for kind in ("runtime", "dev")}
    for kind, lock in locks.items():
        lock.write_text(f"{kind}==1\n")
    monkeypatch.setattr(module, "VENV", venv)
    monkeypatch.setattr(module, "STAMP", venv / "foliotrace-installed")
    monkeypatch.setattr(module, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(module, "LOCKS", locks)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT", "PIP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return module


@pytest.fixture
def steps(run, monkeypatch):
    """The installation steps that ``run`` would take; none is taken."""
    taken = []
    monkeypatch.setattr(run, "run_installer", taken.append)
    monkeypatch.setattr(run, "find_uv", lambda: None)
    return taken


def test_the_second_start_installs_nothing(run, steps):
    run.install("runtime")
    assert len(steps) == 2
    run.install("runtime")
    assert len(steps) == 2


def test_packages_come_from_the_lock_with_hashes_and_ready_made(run, steps):
    run.install("runtime")
    assert steps[0][-5:] == ["--only-binary", ":all:", "--require-hashes", "-r", str(run.LOCKS["runtime"])]
    assert "--no-deps" in steps[1]


def test_what_tests_need_includes_what_runs(run, steps):
    run.install("dev")
    assert run.installed() == {"dev", "runtime"}


def test_a_changed_lock_is_installed_again(run, steps):
    run.install("runtime")
    run.LOCKS["runtime"].write_text("runtime==2\n")
    run.install("runtime")
    assert len(steps) == 4


def test_another_interpreter_is_installed_again(run, steps):
    run.install("runtime")
    (run.VENV / "pyvenv.cfg").write_text("version = 3.13.0\n")
    assert run.installed() == set()


def test_an_installation_that_broke_off_is_not_taken_for_whole(run, steps, monkeypatch):
    run.install("runtime")
    run.LOCKS["dev"].write_text("dev==2\n")

    def break_off(_step):
        raise SystemExit("no network")

    monkeypatch.setattr(run, "run_installer", break_off)
    with pytest.raises(SystemExit):
        run.install("dev")
    assert run.installed() == set()


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        (
            "ERROR: No matching distribution found for click==8",
            "PIP_INDEX_URL=https://MIRROR/simple ./run setup",
        ),
        ("cause: client error (Connect)", "PIP_INDEX_URL=https://MIRROR/simple ./run setup"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "Do not install it"),
        ("No space left on device", "the installation failed, see above"),
    ],
)
def test_a_failed_installation_says_what_to_do(run, said, advice):
    failing = [sys.executable, "-c", f"print({said!r}); raise SystemExit(1)"]
    with pytest.raises(SystemExit, match=advice):
        run.run_installer(failing)


def test_uv_is_taken_unless_only_pip_knows_the_mirror(run, monkeypatch):
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/bin/{name}")
    assert run.find_uv() == "/bin/uv"
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    assert run.find_uv() is None
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mirror.example/simple")
    assert run.find_uv() == "/bin/uv"


def test_an_unknown_command_shows_the_help_and_fails():
    done = subprocess.run([sys.executable, ROOT / "run", "dmeo"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "./run demo" in done.stdout


def test_a_failed_check_is_shown_and_counted(run, monkeypatch, capfd):
    monkeypatch.setattr(run, "PROGRAMS", Path(sys.executable).parent)
    python = Path(sys.executable).name
    monkeypatch.setattr(
        run, "CHECKS", {"style": [python, "-c", "print('line 7'); exit(1)"], "types": [python, "-c", ""]}
    )
    assert run.check() == 1
    shown = capfd.readouterr().out.splitlines()
    assert shown == ["style    failed:", "line 7", "", "types    ok"]
