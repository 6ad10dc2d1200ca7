"""A class of real users of this machine, with names nobody else has; they are removed at the end."""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Person", "environment_of", "memory_mb", "processes_of", "server_of", "system_users"]


@dataclass(frozen=True)
class Person:
    """A user of this machine."""

    name: str
    home: Path
    password: str = field(repr=False)

    def run(self, *command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command in the home folder with this user's rights alone, and return what it did."""
        import pwd

        user = pwd.getpwnam(self.name)
        environment = options.pop("env", {})
        return subprocess.run(
            [str(part) for part in command],
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
            cwd=options.pop("cwd", self.home),
            env={"PATH": os.defpath, "HOME": str(self.home), "USER": self.name} | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **options,
        )


@contextmanager
def system_users(
    others: list[str], members: list[str], group: str, homes: Path
) -> Iterator[tuple[dict[str, Person], str]]:
    """Make a system user for each name, the members in a new group; yield them by name, and the group's name.

    Their names on this machine get a random prefix, and so does the group's. At the end they are removed with
    all they started and wrote. Root only.
    """
    prefix = f"c{secrets.token_hex(3)}-"
    people = {
        name: Person(f"{prefix}{name}", homes / f"{prefix}{name}", secrets.token_urlsafe(12))
        for name in (*others, *members)
    }
    group = f"{prefix}{group}"
    try:
        _system("groupadd", group)
        for name, person in people.items():
            groups = ["--groups", group] if name in members else []
            home = ["--create-home", "--home-dir", str(person.home)]
            _system("useradd", *home, "--shell", "/bin/bash", *groups, person.name)
        _system("chpasswd", given="".join(f"{each.name}:{each.password}\n" for each in people.values()))
        yield people, group
    finally:
        for person in people.values():
            _remove(person)
        subprocess.run(["groupdel", group], capture_output=True, check=False)


def processes_of(name: str) -> list[int]:
    """Return the ids of the processes that run as a user."""
    import pwd

    user, found = pwd.getpwnam(name).pw_uid, []
    for path in Path("/proc").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            if path.name.isdigit() and path.stat().st_uid == user:
                found.append(int(path.name))
    return found


def server_of(person: Person) -> int:
    """Return the process id of a person's Jupyter server. Raises LookupError if none runs."""
    for pid in processes_of(person.name):
        if b"jupyterhub.singleuser" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    raise LookupError(f"{person.name} has no server")


def environment_of(pid: int) -> dict[str, str]:
    """Return the environment with which a process was started: a server's terminals have the same."""
    lines = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(line.split("=", 1) for line in lines if "=" in line)


def memory_mb(pids: list[int]) -> tuple[float, float]:
    """Return what some processes have in memory, in MB: all of it, and with what they share divided up."""
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
    rss, pss = (sum(int(text.split(f"\n{key}:")[1].split()[0]) for text in rollups) for key in ("Rss", "Pss"))
    return rss * 1024 / 1e6, pss * 1024 / 1e6


def _remove(person: Person) -> None:
    import pwd

    try:
        pwd.getpwnam(person.name)
    except KeyError:
        return
    deadline = time.monotonic() + 10
    while (running := processes_of(person.name)) and time.monotonic() < deadline:
        for pid in running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    _system("userdel", "--remove", person.name)


def _system(*command: str | Path, given: str = "") -> None:
    ran = subprocess.run(
        [str(part) for part in command], input=given, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise RuntimeError(f"{command[0]} failed: {ran.stderr.strip()}")
