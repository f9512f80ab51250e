"""The demonstration as a person starts it in a terminal, and ends it with Ctrl-C."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from threading import Thread

import pytest

from registry.rules.words import CaseState
from service.config import PROJECT_ROOT, load_settings
from service.demo.cast import actor_of
from service.flows import tracing
from service.runtime import open_runtime

PATIENCE_S = 60


class Terminal:
    """A terminal in which the demonstration runs; what it shows is collected."""

    def __init__(self, folder):
        """Start the demonstration over a folder of data, in a process group of its own, as a shell does."""
        self.shown: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "demo", "--data", str(folder), "--port", "0"],
            cwd=PROJECT_ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
            process_group=0,
        )
        self._reader = Thread(target=self._collect, daemon=True)
        self._reader.start()

    def _collect(self):
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.shown.append(line)

    @property
    def text(self) -> str:
        return "".join(self.shown)

    def address(self) -> str | None:
        found = re.search(r"http://\S+", self.text)
        return found[0] if found else None

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address()}/login", timeout=5) as answer:
                return answer.status == 200
        except (OSError, ValueError):
            return False

    def press_ctrl_c(self) -> int:
        os.killpg(self.process.pid, signal.SIGINT)
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return code

    def close(self):
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join(PATIENCE_S)
        self.process.stdout.close()


def wait_until(happens) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


@pytest.fixture
def folder(demo, tmp_path):
    return shutil.copytree(demo.settings.data_dir, tmp_path / "demo")


@pytest.fixture
def terminal(folder):
    opened = Terminal(folder)
    yield opened
    opened.close()


def test_it_says_where_it_is_traces_the_waiting_page_and_ends_without_a_trace_of_itself(terminal, folder):
    wait_until(terminal.answers)
    for said in ("演示 Demo", "clerk", "Registry clerk", "保密员", "246810", "leaked-page.jpg", "Ctrl-C"):
        assert said in terminal.text

    runtime = open_runtime(load_settings(demo=True, data_dir=folder))
    auditor = actor_of(runtime, "auditor")
    wait_until(lambda: {row.state for row in tracing.listing(runtime, auditor).rows} == {CaseState.NAMED})
    runtime.database.close()

    assert terminal.press_ctrl_c() == 0
    assert "Traceback" not in terminal.text
    assert '"level"' not in terminal.text
    with pytest.raises(ProcessLookupError):
        os.killpg(terminal.process.pid, 0)
