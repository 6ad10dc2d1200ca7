"""What tests may need from the machine: skipped with a reason where it is missing, a failure in CI."""

import os
import shutil

import pytest

__all__ = ["chromium_path", "server_url"]

HOW_TO_GET = {
    "DATABASE_URL": "apt-get install postgresql, then export DATABASE_URL=postgresql://user@localhost/database",
    "REDIS_URL": "apt-get install redis-server, then export REDIS_URL=redis://localhost:6379/0",
    "CHROMIUM": "apt-get install chromium, or export CHROMIUM=/path/to/chromium",
}


def server_url(variable: str) -> str:
    """Return the server's URL from the environment variable; without one skip the test, or fail it in CI."""
    return os.environ.get(variable) or _missing(variable, f"{variable} is not set")


def chromium_path() -> str:
    """Return the path of this machine's Chromium; without one skip the test, or fail it in CI."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    found = (shutil.which(name) for name in names if name)
    return next((path for path in found if path), None) or _missing("CHROMIUM", "Chromium is not installed")


def _missing(variable: str, reason: str) -> str:
    message = f"{reason}: {HOW_TO_GET[variable]}"
    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        pytest.fail(f"{message} (CI runs every test)", pytrace=False)
    pytest.skip(message)


@pytest.fixture(scope="session")
def database_url() -> str:
    """URL of the PostgreSQL server the tests may write to."""
    return server_url("DATABASE_URL")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """URL of the Redis server the tests may write to."""
    return server_url("REDIS_URL")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of this machine's Chromium."""
    return chromium_path()
