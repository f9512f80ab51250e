"""Office files become PDFs: the only place that starts LibreOffice.

Decides how it is started and what its end means; what it may do is decided in ``confinement``. It gets a profile of its
own for each file, in a folder that is removed afterwards: it remembers nothing, runs no macro, updates no link, asks
nobody, and takes untagged text for Chinese, since otherwise it would set it in a Japanese face. Our typeface is among
its fonts, so that a system without a Chinese one shows no empty boxes.

Laws: it is looked for when it is needed, so that installing it needs no restart; it ends with everything it started;
exactly one PDF comes out, or none is taken; what could not be kept from it is told, never passed over.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from service.config import PROJECT_ROOT, child_environment
from service.confinement import PROGRAM_LAYERS
from service.faults import ServiceFault
from service.sandbox import SandboxExceeded

PROGRAMS: Final = ("soffice", "libreoffice")

PACKAGES: Final = "libreoffice-writer libreoffice-calc libreoffice-impress"
"""What Debian and Ubuntu call the parts that are needed."""

_START: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); from service.conversion_child import main; main()"
)
_LOOK_S: Final = 0.1
_VERSION_S: Final = 30.0
_OVERHEAD_BYTES: Final = 64 * 1024 * 1024
"""What profile and scratch files may take beside the output; about 1 MB was seen."""
_OPEN_FILES: Final = 1024
_LONGEST_VERSION: Final = 40
_ENDED_BY: Final = {"SIGXFSZ": "file", "SIGXCPU": "cpu"}
_SHELL_ADDS: Final = 128
"""What a shell adds to the number of the signal that ended its last command."""

_PROFILE: Final[dict[str, dict[str, str | int | bool]]] = {
    "Setup/L10N": {"ooLocale": "zh-CN", "ooSetupSystemLocale": "zh-CN"},
    "Office.Linguistic/General": {"DefaultLocale": "en-US", "DefaultLocale_CJK": "zh-CN"},
    "Office.Common/Security/Scripting": {"MacroSecurityLevel": 3, "DisableMacrosExecution": True},
    "Office.Common/Misc": {"FirstRun": False, "UseSystemFileDialog": False},
    "Office.Writer/Content/Update": {"Link": 0},
    "Office.Calc/Content/Update": {"Link": 2},
    "Office.Recovery/AutoSave": {"Enabled": False},
}
"""Settings of the profile by node and name; links: Writer 0 is never, Calc 2 is never."""


class ConversionFault(ServiceFault):
    """The file did not become a PDF."""

    code = "not-converted"


class ConverterMissing(ConversionFault):
    """LibreOffice is not installed here."""

    code = "converter-missing"

    def __init__(self, kind: str) -> None:
        """Keep what would have been converted, and what has to be installed for it."""
        super().__init__(f"no LibreOffice to convert {kind}; run: apt-get install {PACKAGES}")
        self.kind = kind
        self.packages = PACKAGES


class ConversionFailed(ConversionFault):
    """LibreOffice gave up on the file, or gave something else than one PDF."""

    code = "conversion-failed"

    def __init__(self, kind: str, reason: str) -> None:
        """Keep what was converted, and the reason in a word for developers."""
        super().__init__(f"{kind} could not be converted: {reason}")
        self.kind = kind
        self.reason = reason


class ConverterUncovered(ConversionFault):
    """This installation wants the converter confined, and this machine does not let it be; it was not started."""

    code = "converter-uncovered"

    def __init__(self, kind: str, missing: Sequence[str]) -> None:
        """Keep what would have been converted, and the layers that could not be put on."""
        self.missing = ", ".join(missing)
        super().__init__(f"{kind} was not converted without the cover of: {self.missing}")
        self.kind = kind


@dataclass(frozen=True)
class Limits:
    """What a conversion may use."""

    wall_s: float = 90
    memory_bytes: int = 4 << 30
    output_bytes: int = 1 << 28
    covered: bool = False
    """Whether every layer of confinement has to hold."""


@dataclass(frozen=True)
class Converted:
    """A PDF, the name and version of its maker, and the layers of confinement that its maker could do without."""

    pdf: bytes
    converter: str
    uncovered: tuple[str, ...] = ()


def find_converter() -> Path | None:
    """Return LibreOffice as the search path has it now."""
    return next((Path(found) for name in PROGRAMS if (found := shutil.which(name))), None)


def convert(offered: bytes, kind: str, limits: Limits) -> Converted:
    """Return an office file as PDF.

    Args:
        offered: The file.
        kind: What it is by its content, such as ``DOCX``.
        limits: What the conversion may use.

    Raises:
        ConverterMissing: LibreOffice is not installed.
        ConverterUncovered: a layer of its confinement is wanted and could not be put on.
        ConversionFailed: it gave up, crashed, or gave something else than one PDF.
        SandboxExceeded: it needed more time or room than a file may need.
    """
    program = find_converter()
    if program is None:
        raise ConverterMissing(kind)
    with _folder() as folder:
        # The name ends as files of this kind do: LibreOffice asks the content, and the name where it doubts.
        source = f"document.{kind.lower()}"
        (folder / "in" / source).write_bytes(offered)
        arguments = ("--convert-to", "pdf", "--outdir", "{folder}/out", f"{{folder}}/in/{source}")
        ended = _run(program, folder, arguments, limits)
        if limits.covered and ended.uncovered:
            raise ConverterUncovered(kind, ended.uncovered)
        made = list((folder / "out").iterdir())
        if len(made) != 1 or not made[0].is_file() or made[0].is_symlink():
            raise ConversionFailed(kind, f"{len(made)} files, ended with {ended.status}")
        if made[0].stat().st_size > limits.output_bytes:
            raise SandboxExceeded("file")
        pdf = made[0].read_bytes()
    if ended.status != 0 or not pdf.startswith(b"%PDF-"):
        raise ConversionFailed(kind, f"ended with {ended.status}" if ended.status else "no PDF")
    return Converted(pdf, _version(program, program.stat().st_mtime_ns), ended.uncovered)


@cache
def _version(program: Path, _changed_ns: int) -> str:
    """Return name and version of the converter, as it says itself."""
    with _folder() as folder:
        ended = _run(program, folder, ("--version",), Limits(wall_s=_VERSION_S))
    words = ended.said.decode("ascii", "replace").split()
    known = " ".join(words[:2])[:_LONGEST_VERSION] if ended.status == 0 else ""
    return known if known.isprintable() and known else program.name


@contextmanager
def _folder() -> Iterator[Path]:
    """Yield a folder with a profile, a place for the file and one for what becomes of it."""
    with tempfile.TemporaryDirectory(prefix="foliotrace-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for part in ("in", "out", "profile/user"):
            (folder / part).mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_profile(), "utf-8")
        (folder / "fonts.conf").write_text(_fonts(), "utf-8")
        yield folder


@dataclass(frozen=True)
class _Ended:
    """How the converter ended, what it said, and the layers of confinement that did not hold."""

    status: int
    said: bytes
    uncovered: tuple[str, ...]


def _run(program: Path, folder: Path, arguments: Sequence[str], limits: Limits) -> _Ended:
    """Run the converter to its end.

    Which layers hold comes over a pipe that is closed before the converter begins: it cannot speak for itself.
    """
    quiet = ("--headless", "--invisible", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard")
    bounds = {
        "RLIMIT_AS": limits.memory_bytes,
        "RLIMIT_CPU": int(limits.wall_s) + 1,
        "RLIMIT_FSIZE": limits.output_bytes,
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_CORE": 0,
    }
    said = folder / "said"
    told, telling = os.pipe()
    with said.open("wb") as output, os.fdopen(told, "rb") as layers, os.fdopen(telling, "wb") as end:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and code, which become the converter
            [
                sys.executable, "-I", "-c", _START, str(PROJECT_ROOT), str(program), str(folder), json.dumps(bounds),
                str(telling), json.dumps(PROGRAM_LAYERS if limits.covered else ()),
                "-env:UserInstallation=file://{folder}/profile", *quiet, *arguments,
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=child_environment(),
            start_new_session=True,
            pass_fds=(telling,) if os.name == "posix" else (),
        )  # fmt: skip
        end.close()
        try:
            _wait(process, folder, limits)
        finally:
            _end(process)
        holding = layers.read().decode("ascii", "replace").split()
    for name, limit in _ENDED_BY.items():
        ended = getattr(signal, name, 0)
        if ended and process.returncode in {-ended, _SHELL_ADDS + ended}:
            raise SandboxExceeded(limit)
    uncovered = tuple(layer for layer in PROGRAM_LAYERS if layer not in holding)
    return _Ended(process.returncode, said.read_bytes(), uncovered)


def _wait(process: subprocess.Popen[bytes], folder: Path, limits: Limits) -> None:
    """Wait for the converter's end, but not beyond its limits.

    Raises:
        SandboxExceeded: it took too long, or filled the disk.
    """
    deadline = time.monotonic() + limits.wall_s
    while True:
        try:
            process.wait(_LOOK_S)
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                raise SandboxExceeded("time") from None
            if _size(folder) > limits.output_bytes + _OVERHEAD_BYTES:
                raise SandboxExceeded("file") from None
        else:
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the converter with everything it started, also what outlived it."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # nothing of it is left
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _size(folder: Path) -> int:
    """Return how much a folder holds by now."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 -- called ten times a second
            except OSError:
                continue  # removed meanwhile
    return total


def _profile() -> str:
    """Return the settings of a fresh profile as LibreOffice stores them."""
    items = [
        f'<item oor:path="/org.openoffice.{node}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{_value(value)}</value></prop></item>"
        for node, values in _PROFILE.items()
        for name, value in values.items()
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        + "\n".join(items)
        + "\n</oor:items>\n"
    )


def _value(value: str | int | bool) -> str:  # noqa: FBT001 -- a value of a setting, not a switch
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fonts() -> str:
    """Return where fonts are: those of the system, and ours for characters that it lacks."""
    ours = PROJECT_ROOT / "watermark" / "fonts"
    return (
        '<?xml version="1.0"?>\n<fontconfig>\n'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n'
        f"<dir>{ours}</dir>\n"
        '<cachedir prefix="xdg">fontconfig</cachedir>\n</fontconfig>\n'
    )
