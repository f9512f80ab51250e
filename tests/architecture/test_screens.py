"""What the browser is given keeps to the content security policy, and vendored files are what they were."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = ROOT / "templates" / "macros" / "sprite.svg"
FORBIDDEN = re.compile(
    r"<style\b|<script\b(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=[\"']|javascript:|https?://", re.IGNORECASE
)
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
ICON = re.compile(r"\bicon\(\s*\"([a-z0-9-]+)\"|#i-([a-z0-9-]+)\"|icon_name=\"([a-z0-9-]+)\"")
HASH_LINE = re.compile(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", re.MULTILINE)


def _vendored() -> set[Path]:
    return {
        path
        for path in VENDOR.rglob("*")
        if path.is_file() and not path.name.startswith(("LICENSE", "README"))
    }


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_template_has_nothing_inline_and_nothing_from_elsewhere(template: Path) -> None:
    markup = JINJA.sub("", template.read_text(encoding="utf-8"))

    found = FORBIDDEN.search(markup)

    assert found is None, f"{template.name}: {found}"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_icon_that_a_template_names_is_in_the_sprite(template: Path) -> None:
    drawn = set(re.findall(r'id="i-([a-z0-9-]+)"', SPRITE.read_text(encoding="utf-8")))
    named = {name for match in ICON.findall(template.read_text(encoding="utf-8")) for name in match if name}

    assert named - drawn == set()


def test_every_vendored_file_is_listed_with_its_hash() -> None:
    listed = dict(HASH_LINE.findall((VENDOR / "README.md").read_text(encoding="utf-8")))
    present = {path.relative_to(VENDOR).as_posix(): path for path in _vendored()}

    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in present.items()} == listed


def test_every_vendored_folder_carries_its_licence() -> None:
    folders = [path for path in VENDOR.iterdir() if path.is_dir()]

    assert folders
    assert [folder.name for folder in folders if not (folder / "LICENSE").is_file()] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_only_a_form_that_collects_scans_survives_a_double_click(template: Path) -> None:
    forms = re.findall(r"<form\b.*?>", JINJA.sub("", template.read_text(encoding="utf-8")), re.DOTALL)

    assert [form for form in forms if "data-resend" in form and "data-scan-form" not in form] == []
