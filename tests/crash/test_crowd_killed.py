"""Clerks work at once on the same papers and are killed one after the other; nothing told to be done is lost."""

import json
import subprocess
import sys

from service.config import PROJECT_ROOT, child_environment

KILLS = 6
WORKERS = 3
LIMIT_S = 300


def test_a_crowd_that_is_killed_one_by_one_leaves_one_story(database_url, tmp_path):
    told = {
        "database_url": database_url,
        "data_dir": str(tmp_path),
        "kills": KILLS,
        "workers": WORKERS,
        "seed": 1,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.crowd", json.dumps(told)],
        cwd=PROJECT_ROOT,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["faults"] == []
    assert found["kills"] == KILLS
    assert found["acknowledged"] >= KILLS
    assert found["entries"] > found["acknowledged"]
