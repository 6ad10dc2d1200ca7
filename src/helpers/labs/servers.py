"""Every lab: find a server and its driver, and say in words which it is or why it cannot be used."""

import os
from importlib import import_module
from types import ModuleType
from typing import Any

from helpers.labs.tasks import UnavailableError

__all__ = ["append_fsync", "driver_version", "first_line", "import_driver", "is_set", "server_url"]


def is_set(variable: str) -> bool:
    """Say whether the environment variable holds something."""
    return bool(os.environ.get(variable, "").strip())


def server_url(variable: str, url: str | None) -> str:
    """Return `url`, or what the environment variable holds; raises UnavailableError if that is nothing."""
    url = url or os.environ.get(variable, "").strip()
    if not url:
        raise UnavailableError(f"{variable} is not set")
    return url


def import_driver(name: str) -> ModuleType:
    """Return the driver's module; raises UnavailableError with the way to get it."""
    try:
        return import_module(name)
    except ImportError:
        raise UnavailableError(
            f'the package {name} is missing: pip install "system-design-course[servers]"'
        ) from None


def driver_version(driver: ModuleType) -> str:
    """Return the driver's name and version."""
    return f"{driver.__name__} {driver.__version__} for Python"


def append_fsync(client: Any, redis: ModuleType) -> str:
    """Return how Redis waits for the disk, as far as it tells."""
    try:
        return f"appendfsync={client.config_get('appendfsync')['appendfsync']}"
    except (redis.RedisError, KeyError):
        # Hosted servers often forbid CONFIG.
        return "appendfsync unknown"


def first_line(error: Exception) -> str:
    """Return the first line of an error, or its kind where it says nothing."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
