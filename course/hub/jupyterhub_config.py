"""The course on JupyterHub: one instructor and a class, each with an own JupyterLab as an own system user.

Start it as root. What differs from class to class is read from COURSE_* variables, listed in README.md.
"""

import os
import pwd
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
COURSE_ID = "system-design"  # as in course/nbgrader_config.py


def setting(name, default):
    """Return the variable COURSE_<name>, or `default` where it is not set or empty."""
    return os.environ.get(f"COURSE_{name}") or default


def number(name, default, least):
    """Return the variable COURSE_<name> as a number of at least `least`."""
    text = setting(name, default)
    try:
        value = float(text)
    except ValueError:
        value = None
    if value is None or not least <= value < 1e6:
        raise ValueError(f"COURSE_{name} is {text!r}: give a number of at least {least:g}")
    return value


def folder_of(path, mode, owner):
    """Make the folder if it is missing, and give it its owner and mode."""
    path.mkdir(parents=True, exist_ok=True)
    shutil.chown(path, owner)
    path.chmod(mode)
    return path


if os.geteuid() != 0:
    raise PermissionError("JupyterHub must be started as root: it starts each server as its own user")
instructor = setting("INSTRUCTOR", "")
try:
    instructor_home = Path(pwd.getpwnam(instructor).pw_dir)
except KeyError:
    raise ValueError(f"COURSE_INSTRUCTOR is {instructor!r}: name a user of this machine") from None
student_group = setting("STUDENT_GROUP", "students")
course_folder = Path(setting("FOLDER", instructor_home / "course"))

# What nbgrader asks for: an exchange that everyone may write to. Its sticky bit and a course folder that is
# the instructor's from the start keep a student from putting another one in its place.
exchange = folder_of(Path(setting("EXCHANGE", "/srv/nbgrader/exchange")), 0o1777, "root")
folder_of(exchange / COURSE_ID, 0o755, instructor)
state = folder_of(Path(setting("STATE", "/var/lib/course-hub")), 0o700, "root")

c = get_config()  # noqa: F821 - JupyterHub defines it

# Only the proxy is reached from outside; TLS stands before it.
c.JupyterHub.bind_url = setting("URL", "http://127.0.0.1:8000")
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{number('HUB_PORT', 8081, 1):.0f}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{number('PROXY_PORT', 8001, 1):.0f}"
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
c.JupyterHub.db_url = f"sqlite:///{state / 'hub.sqlite'}"

# People log in with their password on this machine. Nobody administers the hub from the browser; the
# instructor sees who is there, and starts and stops servers.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {student_group}
c.PAMAuthenticator.allowed_users = {instructor}
c.JupyterHub.load_roles = [
    {
        "name": "instructor",
        "scopes": ["admin-ui", "list:users", "read:users:activity", "servers"],
        "users": [instructor],
    }
]

# What one process may take before it gets a MemoryError, and how many threads one user may have: an endless
# loop that eats memory or starts processes then hurts nobody else. Both are per server, not per class.
memory = int(number("MEMORY_GB", 4, 0.5) * 1e9)
threads = int(number("THREADS", 1000, 100))
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [
    "prlimit",
    f"--data={memory}",
    f"--nproc={threads}",
    "--core=0",
    sys.executable,
    "-m",
    "jupyterhub.singleuser",
]
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = 120

idle_minutes = number("IDLE_MINUTES", 0, 0)
if idle_minutes:
    seconds = int(60 * idle_minutes)
    c.Spawner.args = [
        f"--MappingKernelManager.cull_idle_timeout={seconds}",
        f"--ServerApp.shutdown_no_activity_timeout={seconds}",
    ]


def for_instructor(theirs, others):
    """Return a setting of the servers that has one value for the instructor and another for everyone else."""
    return lambda spawner: theirs if spawner.user.name == instructor else others


c.Spawner.environment = {
    "COURSE_EXCHANGE": str(exchange),
    "COURSE_FOLDER": str(course_folder),
    # It may hold a password.
    "COURSE_DATABASE_URL": for_instructor(setting("DATABASE_URL", ""), ""),
    "JUPYTER_CONFIG_PATH": for_instructor(str(HERE / "servers/instructor"), str(HERE / "servers/students")),
    # nbgrader looks for alembic on the path.
    "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}",
}


def close_home(spawner):
    """Close a home to everyone else when its owner starts a server: work and marks are in it."""
    Path(pwd.getpwnam(spawner.user.name).pw_dir).chmod(0o700)


c.Spawner.pre_spawn_hook = close_home
