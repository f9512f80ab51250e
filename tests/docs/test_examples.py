"""The examples in the documents, run as they stand."""

import re
from pathlib import Path

import pytest

from tests.fixtures.papers import draw_pdf

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder_with_minutes(tmp_path, monkeypatch):
    """A folder with a document of two pages, which the example starts from."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "minutes.pdf").write_bytes(draw_pdf(2))
    return tmp_path


def test_the_example_of_marks_without_the_registry_does_what_it_says(folder_with_minutes, capsys):
    examples = EXAMPLE.findall((DOCS / "watermark.md").read_text(encoding="utf-8"))
    names: dict[str, object] = {}
    for example in examples:
        exec(compile(example, "docs/watermark.md", "exec"), names)  # noqa: S102 - our own document
    assert len(examples) == 6
    assert capsys.readouterr().out == "2 pages, []\n"
    left = {path.name for path in folder_with_minutes.iterdir()}
    assert left == {"copy-1.pdf", "copy-2.pdf", "minutes.pdf"}
