"""Step 5, failover for real: two servers, each a process, behind a balancer that counts heartbeats."""

import itertools
import secrets
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from helpers.labs.failover_server import HOST
from helpers.labs.tasks import UnavailableError
from helpers.models.failover import Heartbeat

__all__ = ["Balancer", "balancer"]

_SCRIPT = Path(__file__).with_name("failover_server.py")
START_SECONDS = 10.0
LIFE_SECONDS = 120.0


@dataclass(eq=False)
class _Server:
    """A server's process, and what the balancer knows of it."""

    process: "subprocess.Popen[bytes]"
    connection: socket.socket | None = None
    last_heard_s: float | None = None
    rest: bytes = b""
    waiting: set[int] = field(default_factory=set)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None


class Balancer:
    """Sends each request to the active server, and to the standby once the active has missed its heartbeats.

    It has no thread: `run` handles what arrives until its time is over. `answered` has the time of each
    request's answer, `takeovers` when the standby took over and whether the other was dead. A share `loss` of
    the heartbeats is thrown away at random.
    """

    def __init__(self, heartbeat: Heartbeat, loss: float, random: np.random.Generator) -> None:
        self.heartbeat, self._loss, self._random = heartbeat, loss, random
        self._numbers = itertools.count(1)
        self._servers: dict[str, _Server] = {}
        self.active = ""
        self.takeovers: list[tuple[float, bool]] = []
        self.answered: dict[int, float] = {}
        self._selector = selectors.DefaultSelector()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._selector.register(self._socket, selectors.EVENT_READ)

    def start(self) -> str:
        """Start a server in a process of its own, and return its name; `heard` says when it is up."""
        name = secrets.token_hex(8)
        port = self._socket.getsockname()[1]
        arguments = [name, str(port), str(self.heartbeat.interval_s), str(LIFE_SECONDS)]
        process = subprocess.Popen(  # noqa: S603 - our own script, run by this very Python
            [sys.executable, "-I", "-S", str(_SCRIPT), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._servers[name] = _Server(process)
        self.active = self.active or name
        return name

    def heard(self, name: str) -> bool:
        """Say whether a server has sent a heartbeat and can be asked."""
        return self._servers[name].connection is not None

    def kill(self, name: str) -> float:
        """Kill a server's process, without a word to it, and return when."""
        self._servers[name].process.kill()
        return time.perf_counter()

    @property
    def waiting(self) -> int:
        """How many requests have neither an answer nor lost their server."""
        return sum(len(server.waiting) for server in self._servers.values())

    def ask(self) -> int:
        """Send a request to the active server and return its number; it is lost where that hangs up."""
        number = next(self._numbers)
        server = self._servers[self.active]
        if server.connection is not None:
            try:
                server.connection.sendall(b"%d\n" % number)
            except OSError:
                self._hang_up(server)
            else:
                server.waiting.add(number)
        return number

    def run(self, until_s: float, done: Callable[[], bool] = lambda: False) -> None:
        """Handle what arrives until a time, or until `done`; what has arrived already in any case."""
        while True:
            now = time.perf_counter()
            for key, _ in self._selector.select(max(0.0, min(until_s, self._deadline_s()) - now)):
                if key.fileobj is self._socket:
                    self._hear()
                else:
                    self._receive(key.data)
            # Only now: a heartbeat may have waited here while this program was busy.
            if time.perf_counter() >= self._deadline_s():
                self._take_over()
            if done() or time.perf_counter() >= until_s:
                return

    def forget(self, name: str) -> None:
        """Take a server that was killed off the list, and its process away."""
        server = self._servers.pop(name)
        self._hang_up(server)
        _end(server.process)

    def close(self) -> None:
        """Kill what still runs and close every connection."""
        for server in self._servers.values():
            server.process.kill()
        for server in self._servers.values():
            self._hang_up(server)
            _end(server.process)
        self._selector.close()
        self._socket.close()

    def _deadline_s(self) -> float:
        """When the active server will have missed too many heartbeats, if none arrives before."""
        server = self._servers.get(self.active)
        if server is None or server.last_heard_s is None:
            return float("inf")
        beat = self.heartbeat
        return server.last_heard_s + beat.misses * beat.interval_s + beat.patience_s

    def _take_over(self) -> None:
        now = time.perf_counter()
        silent = self._servers[self.active]
        others = [
            (server.last_heard_s, name)
            for name, server in self._servers.items()
            if name != self.active and server.connection is not None and server.last_heard_s is not None
        ]
        if not others:  # nobody to take over: give the active another round
            silent.last_heard_s = now
            return
        self.active = max(others)[1]
        self._servers[self.active].last_heard_s = now
        self.takeovers.append((now, not silent.alive))

    def _hear(self) -> None:
        name, port, _ = self._socket.recv(1024).decode().split(" ")
        server = self._servers.get(name)
        if server is None:
            return
        if server.connection is None and server.last_heard_s is None:
            server.connection = socket.create_connection((HOST, int(port)), timeout=START_SECONDS)
            self._selector.register(server.connection, selectors.EVENT_READ, server)
        elif self._random.random() < self._loss:
            return
        server.last_heard_s = time.perf_counter()

    def _receive(self, server: _Server) -> None:
        now = time.perf_counter()
        try:
            received = server.connection.recv(65_536) if server.connection else b""
        except OSError:
            received = b""
        *lines, server.rest = (server.rest + received).split(b"\n")
        for line in lines:
            number = int(line.split(b" ")[0])
            self.answered[number] = now
            server.waiting.discard(number)
        if not received:
            self._hang_up(server)

    def _hang_up(self, server: _Server) -> None:
        """Close a server's connection; nobody waits for its answers any more."""
        server.waiting = set()
        if server.connection is not None:
            with suppress(KeyError, ValueError):
                self._selector.unregister(server.connection)
            server.connection.close()
            server.connection = None


@contextmanager
def balancer(heartbeat: Heartbeat, loss: float, random: np.random.Generator) -> Iterator[Balancer]:
    """A balancer with two servers that are up; all are gone at the end, whatever happens.

    Raises UnavailableError where this machine does not let it.

    >>> with balancer(Heartbeat(0.05, 3), 0, np.random.default_rng(0)) as pair:
    ...     number = pair.ask()
    ...     pair.run(time.perf_counter() + 5, done=lambda: number in pair.answered)
    ...     list(pair.answered)
    [1]
    """
    try:
        opened = Balancer(heartbeat, loss, random)
    except OSError as error:
        raise UnavailableError(f"no socket on {HOST}: {error}") from None
    try:
        for name in [opened.start(), opened.start()]:
            wait_for(opened, name)
        yield opened
    except OSError as error:
        raise UnavailableError(f"the servers stopped: {error}") from error
    finally:
        opened.close()


def wait_for(pair: Balancer, name: str) -> None:
    """Run until a server is up; raises UnavailableError when that takes too long."""
    pair.run(time.perf_counter() + START_SECONDS, done=lambda: pair.heard(name))
    if not pair.heard(name):
        raise UnavailableError(f"a server did not start within {START_SECONDS:g} s")


def _end(process: Any) -> None:
    process.kill()
    process.stdin.close()
    process.wait()
