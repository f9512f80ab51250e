"""A function that parses an untrusted file can do its work, and nothing else."""

import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service import confinement, sandbox, sandbox_processes, sandbox_wire
from service.sandbox import Limits, SandboxBroke, SandboxExceeded
from service.sandbox_wire import UnfitAnswer, pack, unpack
from watermark import Inspection, inspect
from watermark.errors import EncryptedFileError, NotAPdfError

HELD = sandbox.call("service.sandbox_child:layers") if sys.platform == "linux" else ()
needs = {
    layer: pytest.mark.skipif(layer not in HELD, reason=f"this kernel does not confine: {layer}")
    for layer in ("network", "files")
}


def test_a_function_gets_its_arguments_and_its_value_comes_back():
    assert sandbox.call("builtins:sorted", [3, 1, 2]) == [1, 2, 3]


def test_each_file_gets_a_process_of_its_own():
    first, second = sandbox.call("os:getpid"), sandbox.call("os:getpid")
    assert len({first, second, os.getpid()}) == 3


def test_a_refusal_of_the_watermark_room_comes_back_with_its_facts():
    with pytest.raises(NotAPdfError) as refused:
        sandbox.call("watermark:inspect", b"this is no PDF")
    assert refused.value.code == "not-a-pdf"


@pytest.mark.parametrize(
    ("function", "arguments", "limits", "limit"),
    [
        ("time:sleep", (30,), Limits(wall_s=0.3), "time"),
        ("builtins:sum", (range(10**12),), Limits(cpu_s=1), "cpu"),
        ("builtins:bytes", (1 << 30,), Limits(memory_bytes=1 << 28), "memory"),
        ("builtins:bytes", (1 << 20,), Limits(answer_bytes=1 << 10), "answer"),
        ("pathlib:Path.write_bytes", (Path("x"), bytes(5000)), Limits(file_bytes=1000), "file"),
    ],
)
def test_a_file_that_needs_too_much_is_named_with_its_limit(function, arguments, limits, limit):
    with pytest.raises(SandboxExceeded) as exceeded:
        sandbox.call(function, *arguments, limits=limits)
    assert exceeded.value.limit == limit
    assert exceeded.value.code == "file-too-costly"


@pytest.mark.parametrize(
    ("function", "arguments"), [("os:abort", ()), ("os:_exit", (0,)), ("builtins:int", ("x",))]
)
def test_a_child_that_breaks_down_is_no_answer(function, arguments):
    with pytest.raises(SandboxBroke) as broke:
        sandbox.call(function, *arguments)
    assert broke.value.code == "file-breaks-reader"


def test_the_child_sees_no_setting_and_no_secret(monkeypatch):
    monkeypatch.setenv("FOLIOTRACE_DATABASE_URL", "postgresql://secret")
    names = set(sandbox.call("os:environ.copy")) | set(sandbox.call("os:environ.copy"))
    assert not any(name.startswith("FOLIOTRACE") for name in names)
    assert "PATH" not in names


@needs["files"]
@pytest.mark.parametrize(
    "place", ["/etc/passwd", "{data}/marks.key", "/proc/1/environ", str(Path.home() / ".profile")]
)
def test_the_child_cannot_read_what_is_not_code(tmp_path, place):
    (tmp_path / "marks.key").write_text("ab" * 32)
    with pytest.raises(SandboxBroke, match=r"PermissionError|FileNotFoundError"):
        sandbox.call("pathlib:Path.read_text", Path(place.format(data=tmp_path)))


@needs["files"]
def test_the_child_writes_only_its_own_folder(tmp_path):
    assert sandbox.call("pathlib:Path.write_bytes", Path("draft"), b"abc") == 3
    with pytest.raises(SandboxBroke, match="PermissionError"):
        sandbox.call("pathlib:Path.write_bytes", tmp_path / "escaped", b"abc")
    assert not (tmp_path / "escaped").exists()


@needs["files"]
def test_the_child_starts_no_program():
    with pytest.raises(SandboxBroke, match="PermissionError"):
        sandbox.call("subprocess:check_output", ["/bin/sh", "-c", "id"])


@needs["network"]
def test_the_child_reaches_no_port_of_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(SandboxBroke):
        sandbox.call("socket:create_connection", server.getsockname())


def test_nothing_is_left_in_the_temporary_folder():
    folder = sandbox.call("os:getcwd")
    assert not Path(str(folder)).exists()


def test_the_loader_and_its_children_end_with_our_process():
    script = (
        "import os, sys, threading; from service import sandbox, sandbox_processes;"
        " threading.Thread(target=sandbox.call, args=('time:sleep', 60), daemon=True).start();"
        " parent, child = sandbox.call('os:getppid'), sandbox_processes._loaders._current;"
        " print(parent, *map(int, open(f'/proc/{parent}/task/{parent}/children').read().split()));"
        " sys.stdout.flush(); os.kill(os.getpid(), 9)"
    )
    died = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    pids = [int(pid) for pid in died.stdout.split()]
    assert len(pids) >= 2, died.stderr
    for _ in range(100):
        if not any(map(_is_running, pids)):
            return
        subprocess.run(["sleep", "0.05"], check=True)
    pytest.fail(f"{pids} outlived their parent")


def test_the_loader_has_one_thread_and_a_child_none_of_its_descriptors():
    loader = sandbox.call("os:getppid")
    assert len(list(Path(f"/proc/{loader}/task").iterdir())) == 1
    assert (
        sandbox.call("os:dup", 0) <= 6
    )  # the lowest number that is free: three standard ones, its answers, nowhere


def test_files_are_parsed_side_by_side():
    with ThreadPoolExecutor(4) as pool:
        begun = time.monotonic()
        list(pool.map(lambda _: sandbox.call("time:sleep", 1), range(4)))
    assert time.monotonic() - begun < 4  # one after another, sleeping alone takes as long


def test_a_loader_that_was_killed_is_replaced():
    os.kill(sandbox.call("os:getppid"), signal.SIGKILL)
    assert sandbox.call("builtins:abs", -1) == 1


def test_a_loader_is_renewed_after_so_many_files(monkeypatch):
    monkeypatch.setattr(sandbox_processes, "_MOST_FORKS", 2)
    loaders = [sandbox.call("os:getppid") for _ in range(5)]
    assert len(set(loaders)) >= 2


def test_a_forked_process_of_ours_gets_a_loader_of_its_own():
    script = (
        "import os; from service import sandbox; first = sandbox.call('os:getppid'); child = os.fork();"
        " second = sandbox.call('os:getppid');"
        " same = second == first; ok = not same if child == 0 else same;"
        " code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if child else 0;"
        " os._exit(0 if ok and code == 0 else 1)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, cwd=Path.cwd()).returncode == 0


def test_where_a_system_cannot_fork_each_child_is_started(monkeypatch):
    monkeypatch.setattr(sandbox_processes, "_CAN_FORK", False)
    assert sandbox.call("os:getppid") == os.getpid()
    with pytest.raises(SandboxExceeded, match="time"):
        sandbox.call("time:sleep", 30, limits=Limits(wall_s=3))
    if sys.platform == "linux":
        assert sandbox.call("service.sandbox_child:layers") == HELD


def _is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        2.5,
        "机密",
        b"\x00",
        [1, [2]],
        (1, "a"),
        {1, 2},
        frozenset({3}),
        {"a": {1: (2,)}},
        datetime(2026, 3, 2, 8, tzinfo=UTC),
        datetime(2026, 3, 2, tzinfo=UTC).date(),
    ],
)
def test_plain_data_passes_unchanged(value):
    found = unpack(pack(value))
    assert found == value
    assert type(found) is type(value)


def test_arrays_of_numbers_pass_and_others_do_not():
    import numpy as np

    page = np.arange(12, dtype=np.float32).reshape(3, 4)
    found = unpack(pack({"page": page, "score": np.float64(0.5)}))
    assert found["score"] == 0.5
    assert found["page"].dtype == np.float32
    assert (found["page"] == page).all()
    with pytest.raises(TypeError):
        pack(np.array([object()]))


def test_a_document_is_inspected_in_the_child():
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    paper = BytesIO()
    canvas = Canvas(paper)
    canvas.drawString(100, 700, "one page")
    canvas.save()
    found = sandbox.call("watermark:inspect", paper.getvalue())
    assert isinstance(found, Inspection)
    assert found.pages == inspect(paper.getvalue()).pages


def test_errors_of_the_room_pass():
    found = unpack(pack(EncryptedFileError(pages=3)))
    assert type(found) is EncryptedFileError
    assert found.facts == {"pages": 3}


class _Attack:
    def __reduce__(self):
        return (os.system, ("touch /tmp/foliotrace-was-here",))


@pytest.mark.parametrize(
    "answer",
    [
        pickle.dumps(_Attack()),
        pickle.dumps(("plain", _Attack())),
        pickle.dumps(os.system),
        pickle.dumps(EncryptedFileError()),
        pickle.dumps(("dataclass", "os", "system", ())),
        pickle.dumps(("dataclass", "watermark.errors", "EncryptedFileError", ())),
        pickle.dumps(("dataclass", "watermark.errors", "ClassVar", ())),
        pickle.dumps(("dataclass", "service.config", "Settings", ())),
        pickle.dumps(("dataclass", "watermark.units", "dataclass.__init__", ())),
        pickle.dumps(("enum", "registry.rules.roles", "Role", "CLERK")),
        pickle.dumps(("error", "builtins", "SystemExit", ("tuple",), ("dict",))),
        pickle.dumps(("error", "watermark.errors", "EncryptedFileError", ("plain", 1), ("dict",))),
        pickle.dumps(("array", "|O", (1,), b"\x00" * 8)),
        pickle.dumps(("array", "<f8", (10**9,), b"\x00" * 8)),
        pickle.dumps(("plain", ["list"])),
        pickle.dumps({"no": "tag"}),
        b"",
        b"not a pickle",
    ],
)
def test_an_answer_that_names_anything_else_is_refused(answer):
    with pytest.raises(UnfitAnswer):
        unpack(answer)


def test_an_answer_may_not_change_a_class_of_ours():
    """BUILD on a class would set its attributes; without any name in the bytes there is no class to build on."""
    attack = b"\x80\x04cwatermark.clean.inspect\nInspection\nN}X\x05\x00\x00\x00pagesK\x07s\x86b."
    pickle.loads(attack)  # noqa: S301 - to see that the attack is one
    try:
        assert Inspection.pages == 7
    finally:
        del Inspection.pages
    with pytest.raises(UnfitAnswer, match="names"):
        unpack(attack)
    assert not hasattr(Inspection, "pages")


def test_limits_count_what_is_mapped_after_loading():
    assert confinement.own_memory_bytes() > 10_000_000 or sys.platform != "linux"


def test_the_wire_knows_one_room_only():
    assert sandbox_wire.ALLOWED_ROOM == "watermark"


def test_a_file_may_take_longer_the_more_pages_it_is_known_to_have(world):
    settings = world.runtime.settings
    short, long = world.runtime.sandbox_limits(), world.runtime.sandbox_limits(pages=200)
    assert (short.cpu_s, short.wall_s) == (settings.sandbox_cpu_s, settings.sandbox_wall_s)
    assert (long.cpu_s - short.cpu_s, long.wall_s - short.wall_s) == (100, 200)
    assert long.memory_bytes == short.memory_bytes
