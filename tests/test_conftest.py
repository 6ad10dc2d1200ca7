"""What a machine lacks is skipped with the way to get it, and fails in CI."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import HOW_TO_GET, chromium_path, hub_proxy, server_url, system_root

NEEDS: dict[str, tuple[Callable[[], str], str]] = {
    "PostgreSQL": (lambda: server_url("DATABASE_URL"), "apt-get install postgresql"),
    "PostgreSQL standby": (lambda: server_url("DATABASE_REPLICA_URL"), "pg_basebackup"),
    "Redis": (lambda: server_url("REDIS_URL"), "apt-get install redis-server"),
    "Redis replica": (lambda: server_url("REDIS_REPLICA_URL"), "--replicaof"),
    "Chromium": (chromium_path, "apt-get install chromium"),
    "JupyterHub's proxy": (hub_proxy, "node-configurable-http-proxy"),
    "users to make": (system_root, "as root"),
}


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("CI", *HOW_TO_GET):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.parametrize(("need", "how"), NEEDS.values(), ids=NEEDS)
@pytest.mark.parametrize("ci", [None, "", "false"])
def test_missing_is_skipped(
    need: Callable[[], str], how: str, ci: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ci is not None:
        monkeypatch.setenv("CI", ci)
    with pytest.raises(pytest.skip.Exception, match=how):
        need()


@pytest.mark.parametrize(("need", "how"), NEEDS.values(), ids=NEEDS)
def test_missing_fails_in_ci(need: Callable[[], str], how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=how):
        need()


def test_what_is_there_is_returned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://localhost:6380/0")
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    assert server_url("REDIS_URL") == "redis://localhost:6380/0"
    assert chromium_path() == str(browser)
