"""The site as `make site` builds it, once for all tests here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the site, built from the lessons by the command itself."""
    out = tmp_path_factory.mktemp("site") / "site"
    # Several at a time: what they measure meanwhile is no good, but nobody reads it here.
    command = [sys.executable, "-m", "helpers.site", "--out", str(out), "--jobs", "4"]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"no site was built:\n{done.stdout}{done.stderr}", pytrace=False)
    return out
