"""What is installed: locked, hashed, explained, and started by a file that old Pythons can read."""

import ast
import re
import tomllib

import pytest

from tests.architecture.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")


def name_of(requirement):
    return re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower().replace("_", "-")


def runtime_dependencies():
    return {name_of(text) for text in PROJECT["project"]["dependencies"]}


def dev_dependencies():
    return {name_of(text) for text in PROJECT["dependency-groups"]["dev"] if isinstance(text, str)}


def locked(lock):
    """Return version and hashes by package; a package may be locked twice, for two kinds of machine."""
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    return {line.split("==")[0]: line for line in text.splitlines() if line.strip()}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_carries_its_hashes(lock):
    assert [name for name, line in locked(lock).items() if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host(lock):
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert "index-url" not in text


def test_everything_that_is_asked_for_is_locked():
    assert runtime_dependencies() - locked("requirements.lock").keys() == set()
    assert (runtime_dependencies() | dev_dependencies()) - locked("requirements-dev.lock").keys() == set()


def test_a_test_runs_with_what_is_shipped():
    shipped = locked("requirements.lock")
    tested = locked("requirements-dev.lock")
    assert {name: line for name, line in shipped.items() if tested.get(name) != line} == {}


def test_every_dependency_is_explained():
    text = (ROOT / "docs/decisions/0002-dependencies.md").read_text("utf-8")
    explained = {name.lower() for name in re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)}
    optional = {
        name_of(text) for extra in PROJECT["project"]["optional-dependencies"].values() for text in extra
    }
    build = {name_of(text) for text in PROJECT["build-system"]["requires"]}
    assert explained == runtime_dependencies() | dev_dependencies() | optional | build


def test_an_old_python_can_read_run_and_be_told():
    ast.parse((ROOT / "run").read_text("utf-8"), feature_version=(3, 7))
