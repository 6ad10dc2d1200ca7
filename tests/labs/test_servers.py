"""What a lab leaves on Redis: nothing, and never at the price of hiding an interrupt."""

from types import ModuleType
from typing import Any

import pytest

from helpers.labs.servers import redis_kept_clean
from helpers.labs.tasks import UnavailableError


class RedisError(Exception):
    """What the driver raises."""


class Client:
    """Notes what is done with it, in order."""

    def __init__(self, *, lost: bool = False) -> None:
        self.lost = lost
        self.done: list[str] = []
        self.connection_pool = self

    def disconnect(self) -> None:
        self.done.append("disconnect")

    def delete(self) -> None:
        self.done.append("delete")
        if self.lost:
            raise RedisError("gone\nfor good")


@pytest.fixture
def redis() -> ModuleType:
    driver: Any = ModuleType("redis")
    driver.RedisError = RedisError
    return driver  # type: ignore[no-any-return]


def test_all_is_deleted_on_a_new_connection(redis: ModuleType) -> None:
    client = Client()
    with redis_kept_clean(redis, client, client.delete, "the key k"):
        assert client.done == []
    assert client.done == ["disconnect", "delete"]


def test_a_redis_that_stops_is_a_reason(redis: ModuleType) -> None:
    client = Client()
    with (
        pytest.raises(UnavailableError, match=r"^Redis stopped: gone$"),
        redis_kept_clean(redis, client, client.delete, "the key k"),
    ):
        raise RedisError("gone\nfor good")
    assert client.done == ["disconnect", "delete"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_what_ended_the_lab_is_not_hidden_by_what_cannot_be_deleted(
    redis: ModuleType, error: type[BaseException]
) -> None:
    client = Client(lost=True)
    with (
        pytest.warns(UserWarning, match=r"^could not delete the key k, which expires soon: gone$"),
        pytest.raises(error),
        redis_kept_clean(redis, client, client.delete, "the key k, which expires soon"),
    ):
        raise error
    assert client.done == ["disconnect", "delete"]
