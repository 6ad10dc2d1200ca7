"""Every lab: find a server and its driver, and say in words which it is or why it cannot be used."""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

from helpers.labs.tasks import UnavailableError

CONNECT_SECONDS = 2
ANSWER_SECONDS = 5

__all__ = [
    "ANSWER_SECONDS",
    "CONNECT_SECONDS",
    "append_fsync",
    "connect_postgresql",
    "connect_redis",
    "driver_version",
    "first_line",
    "import_driver",
    "is_set",
    "redis_information",
    "redis_kept_clean",
    "server_url",
]


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


def connect_postgresql(psycopg: ModuleType, variable: str, url: str) -> Any:
    """Return a connection that commits each statement; raises UnavailableError naming the variable."""
    try:
        opened = psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except (psycopg.ProgrammingError, ValueError):
        # The driver's own message repeats the URL, and with it the password.
        raise UnavailableError(
            f"{variable} is not of the form postgresql://user:password@host:port/database"
        ) from None
    except psycopg.Error as error:
        raise UnavailableError(f"no connection to {variable}: {first_line(error)}") from None
    # Not as a start-up option: connection poolers refuse those.
    opened.execute(f"SET statement_timeout = '{ANSWER_SECONDS}s'")
    return opened


def connect_redis(redis: ModuleType, variable: str, url: str) -> Any:
    """Return a client that gives up instead of trying again; raises UnavailableError naming the variable."""
    no_retries = import_module("redis.retry").Retry(import_module("redis.backoff").NoBackoff(), 0)
    try:
        return redis.Redis.from_url(
            url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS, retry=no_retries
        )
    except ValueError:
        raise UnavailableError(f"{variable} is not of the form redis://user:password@host:port/0") from None


def redis_information(redis: ModuleType, variable: str, client: Any) -> Any:
    """Return what Redis says about itself; raises UnavailableError naming the variable."""
    try:
        return client.info()
    except (redis.RedisError, OSError, ValueError) as error:
        raise UnavailableError(f"no connection to {variable}: {first_line(error)}") from None


@contextmanager
def redis_kept_clean(
    redis: ModuleType, client: Any, delete: Callable[[], object], written: str
) -> Iterator[None]:
    """Call `delete` in the end, whatever happens; raises UnavailableError where Redis stops meanwhile.

    written: what is left, and for how long, where even deleting fails: that is a warning.
    """
    try:
        yield
    except redis.RedisError as error:
        raise UnavailableError(f"Redis stopped: {first_line(error)}") from error
    finally:
        # An interrupted connection may hold an unread answer, which deleting would take for its own.
        client.connection_pool.disconnect()
        try:
            delete()
        except redis.RedisError as error:
            # Raising would hide an interrupt.
            warnings.warn(f"could not delete {written}: {first_line(error)}", stacklevel=2)
