"""What tests may need from the machine: skipped with a reason where it is missing, a failure in CI."""

import os
import shutil

import pytest

__all__ = ["chromium_path", "hub_proxy", "server_url", "system_root"]

# The lessons are tested with the example, not with what whoever runs the tests has of their own.
for name in ("DESIGN_FILE", "INTERVIEWS_FILE", "SCENARIOS"):
    os.environ[name] = ""

HOW_TO_GET = {
    "DATABASE_URL": "apt-get install postgresql, then export DATABASE_URL=postgresql://user@localhost/database",
    "DATABASE_REPLICA_URL": "make a streaming standby with pg_basebackup --write-recovery-conf, "
    "then export DATABASE_REPLICA_URL=postgresql://user@localhost:5433/database",
    "REDIS_URL": "apt-get install redis-server, then export REDIS_URL=redis://localhost:6379/0",
    "REDIS_REPLICA_URL": "redis-server --port 6380 --replicaof localhost 6379, "
    "then export REDIS_REPLICA_URL=redis://localhost:6380/0",
    "CHROMIUM": "apt-get install chromium, or export CHROMIUM=/path/to/chromium",
    "PROXY": "apt-get install node-configurable-http-proxy",
    "ROOT": "run the tests as root on a machine that has useradd and PAM",
}


def server_url(variable: str) -> str:
    """Return the server's URL from the environment variable; without one skip the test, or fail it in CI."""
    return os.environ.get(variable) or _missing(variable, f"{variable} is not set")


def chromium_path() -> str:
    """Return the path of this machine's Chromium; without one skip the test, or fail it in CI."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    found = (shutil.which(name) for name in names if name)
    return next((path for path in found if path), None) or _missing("CHROMIUM", "Chromium is not installed")


def hub_proxy() -> str:
    """Return the path of JupyterHub's proxy; without one skip the test, or fail it in CI."""
    name = "configurable-http-proxy"
    return shutil.which(name) or _missing("PROXY", f"{name} is not installed")


def system_root() -> str:
    """Return the path of useradd; without the right to use it skip the test, or fail it in CI."""
    found = shutil.which("useradd")
    if found and os.geteuid() == 0:
        return found
    return _missing("ROOT", "users of this machine cannot be made")


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
def database_replica_url(database_url: str) -> str:
    """URL of the streaming standby of the PostgreSQL server at `database_url`."""
    return server_url("DATABASE_REPLICA_URL")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """URL of the Redis server the tests may write to."""
    return server_url("REDIS_URL")


@pytest.fixture(scope="session")
def redis_replica_url(redis_url: str) -> str:
    """URL of the replica of the Redis server at `redis_url`."""
    return server_url("REDIS_REPLICA_URL")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of this machine's Chromium."""
    return chromium_path()


@pytest.fixture(scope="session")
def hub_machine() -> None:
    """A machine on which JupyterHub can run with its own proxy and start servers as several users."""
    hub_proxy()
    system_root()
