"""Step 4: a namespace of the lab's own in PostgreSQL, gone at the end whatever happens."""

import secrets
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from helpers.labs.servers import connect_postgresql, first_line, import_driver, server_url
from helpers.labs.tasks import UnavailableError

__all__ = ["postgresql_namespace"]


@contextmanager
def postgresql_namespace(prefix: str, url: str | None = None) -> Iterator[Any]:
    """A connection to PostgreSQL at `url` (by default DATABASE_URL) that makes its tables in a new namespace.

    The namespace is dropped with all that is in it. Raises UnavailableError where there is no server, and
    where it goes away or refuses a statement.
    """
    url = server_url("DATABASE_URL", url)
    psycopg = import_driver("psycopg")
    name = f"{prefix}_{secrets.token_hex(6)}"
    namespace = psycopg.sql.Identifier(name)
    connection = connect_postgresql(psycopg, "DATABASE_URL", url)
    # A statement prepared after its fifth run may get another plan than the one that was shown.
    connection.prepare_threshold = None
    try:
        with closing(connection):
            connection.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(namespace))
            connection.execute(psycopg.sql.SQL("SET search_path TO {}").format(namespace))
            yield connection
    except psycopg.Error as error:
        raise UnavailableError(f"PostgreSQL stopped: {first_line(error)}") from error
    finally:
        # The first connection may be broken or in the middle of a statement: use a new one.
        try:
            with closing(connect_postgresql(psycopg, "DATABASE_URL", url)) as cleaner:
                # Without its messages, one for every table.
                cleaner.execute("SET client_min_messages TO warning")
                cleaner.execute(psycopg.sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(namespace))
        except (psycopg.Error, UnavailableError) as error:
            # Raising would hide an interrupt.
            warnings.warn(f"could not drop the schema {name}: {first_line(error)}", stacklevel=2)
