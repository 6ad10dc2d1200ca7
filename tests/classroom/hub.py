"""A JupyterHub with its real proxy and the shipped settings, and people who use it over HTTP."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.classroom.people import Person

__all__ = ["Session", "free_port", "jupyterhub"]

START_SECONDS = 60
DEBIAN_NODE_MODULES = Path("/usr/share/nodejs")


@contextmanager
def jupyterhub(
    python: Path, config: Path, settings: Mapping[str, str], log: Path
) -> Iterator[tuple[str, list[int]]]:
    """Start JupyterHub with `config` and yield its URL and the process ids of hub and proxy.

    Its ports are free ones of this machine's loopback address. At the end it stops its proxy and all servers.
    Raises RuntimeError with its log if it does not start.
    """
    url = f"http://127.0.0.1:{free_port()}"
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **settings}
    environment |= {
        "COURSE_URL": url,
        "COURSE_HUB_PORT": str(free_port()),
        "COURSE_PROXY_PORT": str(free_port()),
    }
    if DEBIAN_NODE_MODULES.is_dir():
        # Debian's proxy finds its modules by itself only with Debian's own node.
        environment["NODE_PATH"] = str(DEBIAN_NODE_MODULES)
    with log.open("w") as output:
        hub = subprocess.Popen(
            [python, "-m", "jupyterhub", "--config", config],
            cwd=log.parent,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_up(hub, url, log)
        proxy = int((Path(settings["COURSE_STATE"]) / "proxy.pid").read_text())
        yield url, [hub.pid, proxy]
    finally:
        hub.terminate()
        try:
            hub.wait(60)
        except subprocess.TimeoutExpired:
            hub.kill()
            hub.wait()


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(hub: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while hub.poll() is None and time.monotonic() < deadline:
        try:
            # The proxy answers 404 or 503 until the hub is ready.
            if httpx2.get(f"{url}/hub/health", timeout=1).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"JupyterHub did not start:\n{log.read_text()[-3000:]}")


@dataclass(frozen=True)
class Session:
    """A person who has logged in to the hub, and what that person may ask of it and of any server."""

    url: str
    person: Person
    token: str

    @classmethod
    def log_in(cls, url: str, person: Person, password: str | None = None) -> "Session":
        """Log in through the hub's own form, as a browser does. Raises PermissionError if the hub refuses."""
        with httpx2.Client(base_url=url, follow_redirects=True, timeout=60) as client:
            client.get("/hub/login")
            form = {"username": person.name, "password": password or person.password}
            form["_xsrf"] = client.cookies["_xsrf"]
            page = client.post("/hub/login?next=/hub/home", data=form)
            if page.status_code != 200 or not page.url.path.startswith("/hub/home"):
                raise PermissionError(f"{person.name} may not log in: {page.status_code} {page.url}")
            # The hub's home page has a cookie of its own path.
            xsrf = next(c.value for c in client.cookies.jar if c.name == "_xsrf" and c.path == "/hub/")
            made = client.post(
                f"/hub/api/users/{person.name}/tokens", headers={"X-XSRFToken": str(xsrf)}, json={}
            )
            made.raise_for_status()
            return cls(url, person, made.json()["token"])

    def ask(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send a request to any path of the hub or of a server, and return the answer, good or bad."""
        return httpx2.request(
            method,
            f"{self.url}{path}",
            headers={"Authorization": f"token {self.token}"},
            timeout=180,
            follow_redirects=True,
            **options,
        )

    def start_server(self) -> None:
        """Start this person's server and wait until it answers."""
        self.ask("POST", f"/hub/api/users/{self.person.name}/server", json={}).raise_for_status()
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            model = self.ask("GET", f"/hub/api/users/{self.person.name}").json()
            if model["servers"].get("", {}).get("ready"):
                return
            time.sleep(0.3)
        raise TimeoutError(f"the server of {self.person.name} did not start")

    def own(self, method: str, path: str, **options: Any) -> Any:
        """Ask this person's own server, and return the JSON of its answer. Raises HTTPError for a bad one."""
        answer = self.ask(method, f"/user/{self.person.name}/{path}", **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None
