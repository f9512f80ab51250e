"""LibreOffice is started once, confined, ended with everything it started, and believed only so far."""

import os
import tempfile
import time
from pathlib import Path

import pytest

from service import conversion
from service.confinement import PROGRAM_LAYERS, program_folders
from service.conversion import ConversionFailed, ConverterMissing, ConverterUncovered, Limits
from service.sandbox import SandboxExceeded, call
from tests.fixtures.machine import require
from tests.fixtures.papers import draw_docx

PLAY = """#!/bin/sh
case "$*" in *--version*) echo "LibreOffice 99.1 build"; exit 0;; esac
while [ $# -gt 1 ]; do [ "$1" = --outdir ] && out="$2"; shift; done
%s
"""


@pytest.fixture
def soffice(tmp_path, monkeypatch):
    """Put a program of this name on the path that does as it is told, in the language of the shell."""

    def put(does):
        program = tmp_path / "bin" / "soffice"
        program.parent.mkdir(exist_ok=True)
        program.write_text(PLAY % does)
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        return program

    return put


def runs(stat: Path) -> bool:
    """Tell whether the process with this file of its state is there and no zombie."""
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_comes_out_is_taken_with_the_name_of_its_maker(soffice, tmp_path, monkeypatch):
    folder = tmp_path / "temporary"  # not where everybody's folders come and go
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    soffice('printf "%%PDF-1.7 from " > "$out/document.pdf"; cat "$1" >> "$out/document.pdf"')
    made = conversion.convert(b"the file", "DOCX", Limits())
    assert made.pdf == b"%PDF-1.7 from the file"
    assert made.converter == "LibreOffice 99.1"
    assert list(folder.iterdir()) == []


def test_without_a_converter_the_refusal_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConverterMissing) as refused:
        conversion.convert(b"the file", "DOCX", Limits())
    assert refused.value.packages == "libreoffice-writer libreoffice-calc libreoffice-impress"
    assert refused.value.kind == "DOCX"


def test_one_that_hangs_is_ended_with_everything_it_started(soffice, tmp_path):
    told = tmp_path / "children"
    soffice(f"sleep 321 & echo $! > {told}; sleep 321")
    began = time.monotonic()
    with pytest.raises(SandboxExceeded) as exceeded:
        conversion.convert(b"the file", "DOCX", Limits(wall_s=1))
    assert exceeded.value.limit == "time"
    assert time.monotonic() - began < 10
    child = Path(f"/proc/{told.read_text().strip()}/stat")
    until = time.monotonic() + 10  # a killed process may still be seen running for a moment
    while runs(child) and time.monotonic() < until:
        time.sleep(0.01)
    assert not runs(child)


@pytest.mark.parametrize(
    ("does", "clue"),
    [
        ("kill -ABRT $$", "0 files"),
        ("exit 3", "0 files"),
        ('echo garbage > "$out/document.pdf"', "no PDF"),
        ('printf "%%PDF-1" > "$out/document.pdf"; cp "$out/document.pdf" "$out/other.pdf"', "2 files"),
        ('printf "%%PDF-1" > "$out/document.pdf"; exit 7', "ended with 7"),
        ('ln -s /etc/passwd "$out/document.pdf"', "1 files"),
        ('mkdir "$out/document.pdf"', "1 files"),
    ],
)
def test_anything_but_one_pdf_and_a_good_end_is_a_failure(soffice, does, clue):
    soffice(does)
    with pytest.raises(ConversionFailed) as failed:
        conversion.convert(b"the file", "DOCX", Limits())
    assert clue in failed.value.reason


@pytest.mark.parametrize(
    "does",
    [
        'dd if=/dev/zero of="$out/document.pdf" bs=1M count=9 2>/dev/null; sleep 321',
        'exec dd if=/dev/zero of="$out/document.pdf" bs=1M count=9',
        'for n in 1 2 3 4 5 6 7 8 9; do dd if=/dev/zero of="$out/$n" bs=1M count=8; done 2>/dev/null; sleep 321',
    ],
)
def test_one_that_fills_the_disk_is_ended(soffice, does):
    soffice(does)
    limits = Limits(wall_s=5, output_bytes=8 * 1024 * 1024)
    with pytest.raises((SandboxExceeded, ConversionFailed)) as ended:
        conversion.convert(b"the file", "DOCX", limits)
    if isinstance(ended.value, SandboxExceeded):
        assert ended.value.limit in {"file", "time"}


def test_many_small_files_fill_the_disk_as_well(soffice, monkeypatch):
    monkeypatch.setattr(conversion, "_OVERHEAD_BYTES", 1024 * 1024)
    soffice(
        'n=0; while [ $n -lt 40 ]; do dd if=/dev/zero of="$out/$n" bs=1k count=900; n=$((n+1)); done; sleep 321'
    )
    with pytest.raises(SandboxExceeded) as exceeded:
        conversion.convert(b"the file", "DOCX", Limits(wall_s=20, output_bytes=1024 * 1024))
    assert exceeded.value.limit == "file"


def test_the_converter_sees_no_setting_and_a_profile_of_its_own(soffice, monkeypatch):
    monkeypatch.setenv("FOLIOTRACE_DATABASE_URL", "postgresql://secret")
    soffice(
        '{ echo "%PDF-"; env; cat "$HOME/profile/user/registrymodifications.xcu"; } > "$out/document.pdf"'
    )
    said = conversion.convert(b"", "DOCX", Limits()).pdf.decode()
    assert "FOLIOTRACE_DATABASE_URL" not in said
    assert '<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value>' in said
    assert '<prop oor:name="DefaultLocale_CJK" oor:op="fuse"><value>zh-CN</value>' in said


def test_layers_that_could_not_be_put_on_are_told(soffice):
    soffice('printf "%%PDF-1.7" > "$out/document.pdf"')  # it lies in the folder that would be covered
    made = conversion.convert(b"", "DOCX", Limits())
    assert {"folder", "files"} <= set(made.uncovered) <= set(PROGRAM_LAYERS)


def test_the_converter_cannot_say_that_it_is_shut_in(soffice):
    lie = " ".join(PROGRAM_LAYERS)
    soffice(
        f'for n in 3 4 5 6 7 8 9; do eval "echo {lie} >&$n" 2>/dev/null; done; echo {lie}; '
        'printf "%%PDF-1.7" > "$out/document.pdf"'
    )
    assert {"folder", "files"} <= set(conversion.convert(b"", "DOCX", Limits()).uncovered)


def test_where_cover_is_required_a_converter_without_it_is_not_started(soffice, tmp_path):
    started = tmp_path / "started"
    soffice(f'touch {started}; printf "%%PDF-1.7" > "$out/document.pdf"')
    with pytest.raises(ConverterUncovered) as refused:
        conversion.convert(b"the file", "DOCX", Limits(covered=True))
    assert {"folder", "files"} <= set(refused.value.missing.split(", "))
    assert not started.exists()


def test_an_added_program_reads_its_own_folder_and_no_other_beside_it():
    def added(program):
        return [folder for folder in map(str, program_folders(Path(program))) if folder.startswith("/opt")]

    assert added("/opt/libreoffice24.8/program/soffice") == ["/opt/libreoffice24.8"]
    assert added("/opt/soffice") == []
    assert added("/usr/bin/soffice") == []


@pytest.mark.libreoffice
def test_a_real_one_is_shut_in_where_the_kernel_allows_it():
    require("libreoffice")
    if not {"network", "files"} <= set(call("service.sandbox_child:layers")):
        pytest.skip("this kernel does not confine")
    assert conversion.convert(draw_docx(), "DOCX", Limits(covered=True)).uncovered == ()


@pytest.mark.libreoffice
def test_a_real_one_makes_a_pdf_in_a_chinese_face():
    require("libreoffice")
    made = conversion.convert(draw_docx("预算草案，刃直骨角"), "DOCX", Limits())
    assert made.converter.startswith("LibreOffice ")
    assert made.pdf.startswith(b"%PDF-")
    assert not list(Path(tempfile.gettempdir()).glob("OSL_PIPE_*"))
