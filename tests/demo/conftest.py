"""The demonstration, made once for all its tests: no other tests need what takes this long."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from service import logs
from service.app import create_app
from service.config import Settings, load_settings
from service.demo.seed import seed
from service.runtime import Runtime, open_runtime
from tests.fixtures.servers import serve


@dataclass(frozen=True)
class Demo:
    """A seeded demonstration."""

    runtime: Runtime

    @property
    def settings(self) -> Settings:
        """What ``./run demo`` would start with."""
        return self.runtime.settings


def make_once(folder: Path) -> None:
    """Make the demonstration's data in ``folder``; of several processes one makes them and the others wait."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return
        making = folder.with_suffix(".making")
        runtime = open_runtime(load_settings(demo=True, data_dir=making, log_level="error"))
        runtime.database.migrate()
        seed(runtime, lambda _what: None)
        runtime.database.close()
        making.rename(folder)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Demo]:
    """The demonstration as it stands before its first start; tests that change it take a copy."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):  # of several processes, which share the folder above
        shared = shared.parent
    folder = shared / "demo"
    make_once(folder)
    settings = load_settings(demo=True, data_dir=folder, log_level="error")
    logs.configure(settings)
    runtime = open_runtime(settings)
    yield Demo(runtime)
    runtime.database.close()


@contextmanager
def copied(demo: Demo, folder: Path) -> Iterator[Runtime]:
    """Yield the tools of a copy of the demonstration, for tests that go on with the story."""
    shutil.copytree(demo.settings.data_dir, folder)
    runtime = open_runtime(load_settings(demo=True, data_dir=folder, log_level="error"))
    yield runtime
    runtime.database.close()


@pytest.fixture(scope="session")
def demo_url(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a copy of the demonstration answers, which tests only look at."""
    with (
        copied(demo, tmp_path_factory.mktemp("served") / "demo") as runtime,
        serve(create_app(runtime.settings, runtime=runtime)) as server,
    ):
        yield server.url


@pytest.fixture
def changeable(demo: Demo, tmp_path: Path) -> Iterator[Runtime]:
    """A copy of the demonstration that a test may change."""
    with copied(demo, tmp_path / "demo") as runtime:
        yield runtime
